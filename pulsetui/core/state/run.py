"""A run: from its start to its success or fail, matched by run id."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct, field

from pulsetui.core.state.ping import NO_METRICS
from pulsetui.core.state.status import Outcome


class Run(Struct, frozen=True, kw_only=True):
    """One run of a check. A success without a start is a run of unknown duration."""

    n: int  # number of the ping that opened it; identifies the run within its check
    rid: UUID | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    slot: datetime | None = None  # the scheduled instant it answered
    outcome: Outcome = Outcome.RUNNING
    duration: timedelta | None = None
    exit_status: int | None = None
    metrics: Mapping[str, float] = field(default_factory=lambda: NO_METRICS)
    overlaps: int | None = None  # n of the run that was still running when this one started
    duplicate: bool = False  # a success within min_interval of the one before
    detail: str = ""  # what was wrong, in words

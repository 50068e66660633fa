"""One report that was received."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct, field

from pulsetui.core.state.status import PingKind

NO_METRICS: Mapping[str, float] = {}
"""Shared and never changed; a plain dictionary, since these values are stored as they are."""
NO_REASONS: Mapping[str, str] = {}
"""The same for metrics that could not be read."""


class Ping(Struct, frozen=True, kw_only=True):
    """What the state machine reads of a report; the wire details are kept beside it by the store."""

    kind: PingKind
    at: datetime  # the instant it speaks for, UTC
    rid: UUID | None = None  # run id: matches a start with its end
    exit_status: int | None = None
    metrics: Mapping[str, float] = field(default_factory=lambda: NO_METRICS)
    unread: Mapping[str, str] = field(default_factory=lambda: NO_REASONS)
    # ^ metrics that were reported and could not be read: why, in words
    spooled: bool = False  # it comes late, with its own instant; otherwise it speaks for now
    source: str = ""  # the address it came from: two successes of one within seconds are a retry
    why: str = ""  # of a skip or fail: the last that it said of it, unsafe text
    duration: timedelta | None = None  # as measured by the job itself; wins over end minus start
    catch_up: datetime | None = None  # the missed slot that its run makes up for

"""Flips and incidents: what changed, since when, and what was missed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pulsetui.core.status import Reason, Status

MISSED_LISTED = 500
"""So many missed instants of one incident are listed one by one; past that they are counted only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """One change of status at ``at``: the deadline itself, not the moment somebody noticed."""

    at: datetime
    before: Status
    after: Status
    reason: Reason | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """Somebody said "I know"."""

    at: datetime
    by: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """From the flip to down until the flip back to up."""

    n: int  # counts a check's incidents from 1
    reason: Reason
    started_at: datetime
    ended_at: datetime | None = None
    detail: str = ""
    missed: tuple[datetime, ...] = ()  # scheduled instants without a run, oldest first, at most MISSED_LISTED
    missed_count: int = 0
    acknowledgement: Acknowledgement | None = None

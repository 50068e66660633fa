"""Flips and incidents: what changed, since when, and what was missed."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from pulsetui.core.state.status import SILENCE, Reason, Status

MISSED_LISTED = 500
"""At most this many missed instants of one incident are listed one by one; the rest are only counted."""


class Flip(Struct, frozen=True, kw_only=True, gc=False):
    """One change of status at ``at``: the deadline itself, not the moment somebody noticed.

    From DOWN to DOWN when an acknowledged incident got a reason that the acknowledgement does not cover.
    """

    at: datetime
    before: Status
    after: Status
    reason: Reason | None = None
    detail: str = ""


class Acknowledgement(Struct, frozen=True, kw_only=True, gc=False):
    """Somebody said "I know": of one reason, or of whatever this incident may still bring."""

    at: datetime
    by: str
    note: str = ""
    reason: Reason | None = None  # what was known; None when that was not written down (0.1.0)
    any_reason: bool = False

    def covers(self, reason: Reason, before: Reason | None) -> bool:
        """Whether ``reason`` brings nothing new: it is what was acknowledged, or silence as before.

        ``before`` is why the check is down until now: what was known, where nobody wrote that down.
        """
        known = self.reason or before
        return self.any_reason or reason is known or {reason, known} <= SILENCE


class Incident(Struct, frozen=True, kw_only=True, gc=False):
    """From the flip to down until the flip back to up.

    People are told of it as of ``since``; what is to be done some time after it (``after`` of a rule) counts
    from ``started_at``, when somebody could first know.
    """

    n: int  # counts a check's incidents from 1
    reason: Reason
    started_at: datetime
    ended_at: datetime | None = None
    detail: str = ""
    missed: tuple[datetime, ...] = ()  # scheduled instants without a run, oldest first, at most MISSED_LISTED
    missed_count: int = 0
    acknowledgement: Acknowledgement | None = None
    closed_by: str = ""  # what ended it, if not a recovery: "pause, root"
    failing_since: datetime | None = None  # the first of the failures in a row that took it down, if earlier

    @property
    def since(self) -> datetime:
        """Since when the job has been broken."""
        return self.failing_since or self.started_at

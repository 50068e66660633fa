"""Schedules: when a check is due.

``every`` counts from the last report; ``cron`` and ``calendar`` name instants on a wall clock in a zone.
All three answer the same four questions, so nothing else in the product asks which kind it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Literal, Protocol

ScheduleKind = Literal["every", "cron", "calendar"]

WARNED_AHEAD = timedelta(days=731)
"""For how long who defines a schedule is warned of clock changes."""

CORRECTION = timedelta(hours=3)
"""Debian's cron takes a clock change of this size for a correction: it makes up for nothing, and runs again
what has run."""


class Schedule(Protocol):
    """An immutable, thread-safe schedule. All instants are aware UTC datetimes."""

    @property
    def kind(self) -> ScheduleKind:
        """Which of the three, spelled as the configuration key."""

    @property
    def expression(self) -> str:
        """The text as configured: ``15m``, ``0 2 * * *``, ``Mon..Fri 06:00``."""

    @property
    def timezone(self) -> str:
        """IANA name of the zone the expression is read in; for a period, the one it is shown in."""

    @property
    def runs_again(self) -> bool:
        """Whether what ran already runs again after the clock was set back by less than ``CORRECTION``:
        periods and cron's wildcard jobs do, its fixed jobs and systemd's timers do not."""

    def next(self, after: datetime) -> datetime | None:
        """The first instant strictly later than ``after``; ``None`` when there never is one again."""

    def prev(self, before: datetime) -> datetime | None:
        """The last instant strictly earlier than ``before``; ``None`` when there was none."""

    def between(self, after: datetime, until: datetime, limit: int) -> Sequence[datetime]:
        """The instants in ``(after, until]``, oldest first, at most ``limit``."""

    def slot(self, at: datetime, early: timedelta) -> datetime:
        """The scheduled instant that a report at ``at`` answers.

        For a period it is ``at`` itself. On a wall clock it is the last instant not later than ``at``, or
        the next one if that is at most ``early`` away and at most half the gap between the two.
        """

    def describe(self) -> str:
        """The schedule in words: ``every 15 minutes``, ``at 02:00 every day (Europe/Berlin)``."""

    def over(self, now: datetime) -> str:
        """Why nothing will ever be due after ``now``; "" while something will. Cheap."""

    def doubts(self, now: datetime) -> Sequence[str]:
        """What is probably not meant ("it will never elapse again"): said wherever the schedule is given."""

    def warnings(self, now: datetime, ahead: timedelta = WARNED_AHEAD) -> Sequence[str]:
        """What a careful person should know of it, maybe nothing: the doubts, and what clock changes until
        ``ahead`` from ``now`` do ("skipped when clocks go forward")."""


def instants_between(
    following: Callable[[datetime], datetime | None], after: datetime, until: datetime, limit: int
) -> Sequence[datetime]:
    """The instants in ``(after, until]``, oldest first, at most ``limit``, by a schedule's ``next``."""
    found: list[datetime] = []
    instant = following(after)
    while instant is not None and instant <= until and len(found) < limit:
        found.append(instant)
        instant = following(instant)
    return found

"""Windows of maintenance: times at which work is planned, so that what is missed in them is recorded and
alarms nobody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from pulsetui.core.schedule.schedule import Schedule
from pulsetui.core.state.check import Check

_TICK = timedelta(microseconds=1)
_MAX_SPANS = 1000
"""Openings that are looked for at once: a window each minute is nobody's plan."""


class MaintenanceWindow(Struct, frozen=True, kw_only=True):
    """Opens once, at ``begin``, or again and again by ``schedule``; open for ``duration`` each time."""

    name: str
    duration: timedelta
    begin: datetime | None = None
    schedule: Schedule | None = None  # on a wall clock
    checks: frozenset[str] = frozenset()  # slugs
    tags: frozenset[str] = frozenset()  # without either it is for all checks
    announce: timedelta | None = None  # how long before it opens that is told; None: not at all

    def covers(self, check: Check) -> bool:
        if not self.checks and not self.tags:
            return True
        return check.slug in self.checks or not self.tags.isdisjoint(check.tags)

    def open_until(self, at: datetime) -> datetime | None:
        """When it closes, if it is open at ``at``."""
        begin = self._last_begin(at)
        return begin + self.duration if begin is not None and at < begin + self.duration else None

    def spans(self, since: datetime, until: datetime) -> Sequence[tuple[datetime, datetime]]:
        """When it is open in ``(since, until]``, whole spans, oldest first."""
        begins = self._begins(since - self.duration, until)
        return [(begin, begin + self.duration) for begin in begins]

    def edges(self, after: datetime) -> Iterator[datetime]:
        """Instants after ``after`` at which it is next told of, opens or closes."""
        if (close := self.open_until(after)) is not None:
            yield close
        begin = self.next_begin(after)
        if begin is not None:
            yield begin
            yield begin + self.duration
        if self.announce is not None:
            coming = self.next_begin(after + self.announce)
            if coming is not None:
                yield coming - self.announce

    def next_begin(self, after: datetime) -> datetime | None:
        """When it opens next, strictly later than ``after``."""
        if self.begin is not None:
            return self.begin if self.begin > after else None
        return None if self.schedule is None else self.schedule.next(after)

    def _last_begin(self, at: datetime) -> datetime | None:
        if self.begin is not None:
            return self.begin if self.begin <= at else None
        return None if self.schedule is None else self.schedule.prev(at + _TICK)

    def _begins(self, after: datetime, until: datetime) -> Sequence[datetime]:
        if self.begin is not None:
            return [self.begin] if after < self.begin <= until else []
        return [] if self.schedule is None else self.schedule.between(after, until, _MAX_SPANS)


def maintained_until(windows: Sequence[MaintenanceWindow], check: Check, at: datetime) -> datetime | None:
    """Until when a window is open for the check at ``at``; None outside of all."""
    ends = [end for window in windows if window.covers(check) and (end := window.open_until(at)) is not None]
    return max(ends, default=None)


def next_edge(windows: Sequence[MaintenanceWindow], after: datetime) -> datetime | None:
    """When the next window opens, closes or is announced."""
    return min((edge for window in windows for edge in window.edges(after) if edge > after), default=None)


def announced(
    windows: Sequence[MaintenanceWindow], since: datetime, until: datetime
) -> Sequence[tuple[MaintenanceWindow, datetime]]:
    """The openings that are told of in ``(since, until]``, each with when it opens."""
    return [
        (window, begin)
        for window in windows
        if window.announce is not None
        for begin, _ in window.spans(since + window.announce + window.duration, until + window.announce)
        if since < begin - window.announce <= until
    ]

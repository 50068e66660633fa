"""Clock changes of a zone: the stretch of readings that a change skips or repeats.

*Readings* are what the wall clock shows: naive datetimes with ``fold=0``. Instants are aware UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from msgspec import Struct

_SECOND = timedelta(seconds=1)
_PROBE = timedelta(days=5)
"""No zone keeps a clock change for less than some weeks (Morocco's Ramadan), so none hides between probes."""


class ClockChange(Struct, frozen=True, kw_only=True):
    """The instant ``at`` from which the offset is ``after`` instead of ``before``."""

    at: datetime
    before: timedelta
    after: timedelta

    @property
    def is_gap(self) -> bool:
        """Clocks go forward, readings are skipped; otherwise they go back and readings repeat."""
        return self.after > self.before

    @property
    def size(self) -> timedelta:
        """How far the clock moves, either way."""
        return abs(self.after - self.before)

    @property
    def start(self) -> datetime:
        """The first reading that is skipped or repeated."""
        return self.at.replace(tzinfo=None) + min(self.before, self.after)

    @property
    def end(self) -> datetime:
        """The first reading after the stretch that is not skipped or repeated."""
        return self.at.replace(tzinfo=None) + max(self.before, self.after)


def offset_at(zone: ZoneInfo, instant: datetime) -> timedelta:
    """The offset in force at an instant."""
    offset = instant.astimezone(zone).utcoffset()
    assert offset is not None  # a ZoneInfo always knows
    return offset


def offsets_of(zone: ZoneInfo, reading: datetime) -> tuple[timedelta, timedelta]:
    """The offsets of the first and the second pass of a reading.

    The same: an ordinary reading. The second is greater: the reading is skipped. Smaller: it is repeated.
    """
    aware = reading.replace(tzinfo=zone)
    first, second = aware.utcoffset(), aware.replace(fold=1).utcoffset()
    assert first is not None
    assert second is not None
    return first, second


def change_of(zone: ZoneInfo, reading: datetime) -> ClockChange:
    """The change that skips or repeats this reading, whose two offsets must differ."""
    first, second = offsets_of(zone, reading)
    ends = sorted(((reading - first).replace(tzinfo=UTC), (reading - second).replace(tzinfo=UTC)))
    return _change_between(zone, ends[0] - _SECOND, ends[1])


def changes(zone: ZoneInfo, after: datetime, until: datetime) -> Iterator[ClockChange]:
    """The clock changes in ``(after, until]``, oldest first."""
    low = after
    while low < until:
        high = min(low + _PROBE, until)
        if offset_at(zone, low) != offset_at(zone, high):
            yield _change_between(zone, low, high)
        low = high


def _change_between(zone: ZoneInfo, low: datetime, high: datetime) -> ClockChange:
    """Bisect over instants for the second at which the offset stops being what it is at ``low``."""
    low = low.replace(microsecond=0)  # a change is at a whole second, and so must be the bisection's steps
    before = offset_at(zone, low)
    left, right = 0, ceil((high - low).total_seconds())
    while right - left > 1:
        middle = (left + right) // 2
        if offset_at(zone, low + timedelta(seconds=middle)) == before:
            left = middle
        else:
            right = middle
    at = low + timedelta(seconds=right)
    return ClockChange(at=at, before=before, after=offset_at(zone, at))

"""The clock readings that a schedule names, on a plain wall clock without a zone.

Cron and OnCalendar both come down to it: days by a rule, and each such day's times.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from datetime import MAXYEAR, MINYEAR, date, datetime

from msgspec import Struct, field

DayRule = Callable[[int, int], Sequence[int]]
"""The matching days, ascending, of a month by its length and the weekday of its first day (0 is Monday)."""

_LENGTHS = (0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
ALL_YEARS = range(MINYEAR, MAXYEAR + 1)
MICROSECONDS = 1_000_000
"""In a second."""


def month_length(year: int, month: int) -> int:
    """How many days, 28 to 31."""
    leap = month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 29 if leap else _LENGTHS[month]


def _reading(year: int, month: int, day: int, minute_of_day: int, microsecond_of_minute: int) -> datetime:
    hour, minute = divmod(minute_of_day, 60)
    second, microsecond = divmod(microsecond_of_minute, MICROSECONDS)
    return datetime(year, month, day, hour, minute, second, microsecond)  # noqa: DTZ001


class Readings(Struct, frozen=True):
    """Each time of day (minute of the day x microsecond of the minute) of each matching day of some months
    and years.

    All sequences ascend and none is empty. Immutable but for the days it has worked out already.
    """

    minutes: tuple[int, ...]
    microseconds: tuple[int, ...]
    months: tuple[int, ...]
    day_rule: DayRule
    years: Sequence[int] = ALL_YEARS
    _known: dict[int, tuple[int, ...]] = field(default_factory=dict)
    # ^ matching days by shape of month; there are 28 shapes, so it stays small. Dict writes are atomic.

    def days(self, year: int, month: int) -> tuple[int, ...]:
        """The matching days of a month; the caller looks at month and year first."""
        first, length = date(year, month, 1).weekday(), month_length(year, month)
        shape = length * 7 + first
        known = self._known.get(shape)
        if known is None:
            known = self._known[shape] = tuple(self.day_rule(length, first))
        return known

    def is_empty(self) -> bool:
        """Whether no month of any shape has a matching day: the 31st of June."""
        lengths = (
            length for month in self.months for length in ((28, 29) if month == 2 else (_LENGTHS[month],))
        )
        return not any(self.day_rule(length, first) for length in lengths for first in range(7))

    def later(self, wall: datetime) -> datetime | None:
        """The first reading strictly later than ``wall`` (naive)."""
        year, month, day = wall.year, wall.month, wall.day
        if self._covers(year, month) and day in self.days(year, month):
            minute = wall.hour * 60 + wall.minute
            index = bisect_left(self.minutes, minute)
            if index < len(self.minutes) and self.minutes[index] == minute:
                at = bisect_right(self.microseconds, wall.second * MICROSECONDS + wall.microsecond)
                if at < len(self.microseconds):
                    second, microsecond = divmod(self.microseconds[at], MICROSECONDS)
                    return wall.replace(second=second, microsecond=microsecond, fold=0)
                index += 1
            if index < len(self.minutes):
                return _reading(year, month, day, self.minutes[index], self.microseconds[0])
        found = self._later_day(year, month, day)
        if found is None:
            return None
        return _reading(*found, self.minutes[0], self.microseconds[0])

    def earlier(self, wall: datetime) -> datetime | None:
        """The last reading strictly earlier than ``wall`` (naive)."""
        year, month, day = wall.year, wall.month, wall.day
        if self._covers(year, month) and day in self.days(year, month):
            minute = wall.hour * 60 + wall.minute
            index = bisect_left(self.minutes, minute)
            if index < len(self.minutes) and self.minutes[index] == minute:
                at = bisect_left(self.microseconds, wall.second * MICROSECONDS + wall.microsecond)
                if at:
                    second, microsecond = divmod(self.microseconds[at - 1], MICROSECONDS)
                    return wall.replace(second=second, microsecond=microsecond, fold=0)
            if index:
                return _reading(year, month, day, self.minutes[index - 1], self.microseconds[-1])
        found = self._earlier_day(year, month, day)
        if found is None:
            return None
        return _reading(*found, self.minutes[-1], self.microseconds[-1])

    def _covers(self, year: int, month: int) -> bool:
        return month in self.months and year in self.years

    def _later_day(self, year: int, month: int, day: int) -> tuple[int, int, int] | None:
        if self._covers(year, month):
            days = self.days(year, month)
            index = bisect_right(days, day)
            if index < len(days):
                return year, month, days[index]
        for in_year in self.years[bisect_left(self.years, year) :]:
            for in_month in self.months:
                if in_year == year and in_month <= month:
                    continue
                days = self.days(in_year, in_month)
                if days:
                    return in_year, in_month, days[0]
        return None

    def _earlier_day(self, year: int, month: int, day: int) -> tuple[int, int, int] | None:
        if self._covers(year, month):
            days = self.days(year, month)
            index = bisect_left(days, day)
            if index:
                return year, month, days[index - 1]
        for in_year in reversed(self.years[: bisect_right(self.years, year)]):
            for in_month in reversed(self.months):
                if in_year == year and in_month >= month:
                    continue
                days = self.days(in_year, in_month)
                if days:
                    return in_year, in_month, days[-1]
        return None

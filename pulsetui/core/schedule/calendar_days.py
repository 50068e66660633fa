"""Which days an OnCalendar line takes."""

from __future__ import annotations

from msgspec import Struct


class CalendarDays(Struct, frozen=True, kw_only=True):
    """Weekdays (0 is Monday) and days of the month, of which negative ones count from its end."""

    weekdays: frozenset[int]
    month_days: frozenset[int]

    def __call__(self, length: int, first: int) -> tuple[int, ...]:
        """The matching days of a month; a day must be in both sets."""
        return tuple(
            day
            for day in range(1, length + 1)
            if (first + day - 1) % 7 in self.weekdays
            and (day in self.month_days or day - length - 1 in self.month_days)
        )

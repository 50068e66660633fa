"""Which days of a month an expression takes: a rule for cron, one for OnCalendar."""

from __future__ import annotations

from msgspec import Struct

SATURDAY, SUNDAY = 6, 0


class CronDays(Struct, frozen=True, kw_only=True):
    """Cron's two day fields, with the items that cron itself does not know. Weekdays are 0-6, 0 is Sunday.

    ``both``: a day must match both fields, because one of them begins with ``*``; else it must match either.
    """

    month_days: frozenset[int]
    weekdays: frozenset[int]
    last_day: bool = False
    last_weekday: bool = False
    last: frozenset[int] = frozenset()
    nth: frozenset[tuple[int, int]] = frozenset()
    both: bool

    def __call__(self, length: int, first: int) -> tuple[int, ...]:
        """The matching days of a month of ``length`` days whose first has weekday ``first`` (0: Monday)."""
        if self.both and len(self.weekdays) == 7 and len(self.month_days) == 31:
            return tuple(range(1, length + 1))
        found: list[int] = []
        for day in range(1, length + 1):
            weekday = (first + day) % 7  # of day 1 it is first + 1, counted from Sunday
            in_month = self._matches_month_day(day, weekday, length)
            in_week = self._matches_weekday(day, weekday, length)
            if (in_month and in_week) if self.both else (in_month or in_week):
                found.append(day)
        return tuple(found)

    def _matches_month_day(self, day: int, weekday: int, length: int) -> bool:
        if day in self.month_days or (self.last_day and day == length):
            return True
        if not self.last_weekday or weekday in (SATURDAY, SUNDAY):
            return False
        # The last Monday to Friday: the last day itself, or a Friday with only the weekend behind it.
        return day == length or (weekday == SATURDAY - 1 and length - day <= 2)

    def _matches_weekday(self, day: int, weekday: int, length: int) -> bool:
        if weekday in self.weekdays:
            return True
        if weekday in self.last and day + 7 > length:
            return True
        return (weekday, (day + 6) // 7) in self.nth


class CalendarDays(Struct, frozen=True, kw_only=True):
    """An OnCalendar line's weekdays (0 is Monday) and month days; negative ones count from the end."""

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

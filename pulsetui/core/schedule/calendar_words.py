"""An OnCalendar line in plain English."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from pulsetui.core.schedule.day_rules import CalendarDays
from pulsetui.core.schedule.english import day_words, numbers, ordinal, sentence, time_words, weekday_names
from pulsetui.core.schedule.timetable import Timetable
from pulsetui.core.schedule.wall_clock import ALL_YEARS, MICROSECONDS, Readings

_SYSTEMD_YEARS = range(1970, 2200)


def calendar_words(table: Timetable) -> str:
    """``at 06:00 on Monday to Friday (Europe/Riga)``."""
    readings = table.readings
    hours = tuple(sorted({minute // 60 for minute in readings.minutes}))
    minutes = tuple(sorted({minute % 60 for minute in readings.minutes}))
    time, is_clock_time = time_words(hours, minutes, _seconds(readings))
    days = _day_words(readings)
    if not is_every_year(readings):
        days = f"{days} in {numbers(readings.years)}"
    return sentence(time, days, is_clock_time=is_clock_time, timezone=table.zone.key)


def _seconds(readings: Readings) -> tuple[int | Decimal, ...]:
    """Whole ones as whole numbers, the others exactly."""
    return tuple(
        at // MICROSECONDS if at % MICROSECONDS == 0 else (Decimal(at) / MICROSECONDS).normalize()
        for at in readings.microseconds
    )


def is_every_year(readings: Readings) -> bool:
    """Whether no year is left out that an expression can name."""
    return tuple(readings.years) in (tuple(_SYSTEMD_YEARS), tuple(ALL_YEARS))


def _day_words(readings: Readings) -> str:
    rule = readings.day_rule
    assert isinstance(rule, CalendarDays)
    weekdays = [] if len(rule.weekdays) == 7 else weekday_names((day + 1) % 7 for day in rule.weekdays)
    return day_words(_month_day_words(rule.month_days), weekdays, readings.months, both=True)


def _month_day_words(month_days: Iterable[int]) -> list[str]:
    counted = sorted(day for day in month_days if day > 0)
    if len(counted) == 31:
        return []
    parts = [f"day{'s' if len(counted) > 1 else ''} {numbers(counted)}"] if counted else []
    from_end = sorted((-day for day in month_days if day < 0), reverse=True)
    if len(from_end) > 2 and from_end[0] == len(from_end):
        return [*parts, f"the last {len(from_end)} days"]
    parts.extend("the last day" if back == 1 else f"the {ordinal(back)}-last day" for back in from_end)
    return parts

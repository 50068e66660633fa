"""A cron expression in plain English, and what a careful person should know of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pulsetui.core.schedule.cron_fields import FIELDS, FieldText
from pulsetui.core.schedule.day_rules import CronDays
from pulsetui.core.schedule.english import (
    WEEKDAYS,
    day_words,
    listed,
    numbers,
    ordinal,
    sentence,
    time_words,
    weekday_names,
)
from pulsetui.core.schedule.wall_clock import Readings, month_length

_COMMON_YEAR = 2001


def cron_words(fields: Sequence[FieldText], days: CronDays, readings: Readings, timezone: str) -> str:
    """``at 02:00 every day (Europe/Berlin)``."""
    hours = tuple(sorted({minute // 60 for minute in readings.minutes}))
    minutes = tuple(sorted({minute % 60 for minute in readings.minutes}))
    time, is_clock_time = time_words(hours, minutes, stepped=fields[0].stepped)
    return sentence(time, _day_words(days, readings.months), is_clock_time=is_clock_time, timezone=timezone)


def _day_words(days: CronDays, months: Sequence[int]) -> str:
    month_days, weekdays = month_day_words(days), weekday_words(days)
    if not days.both and not (month_days and weekdays):
        month_days = weekdays = []  # either field takes every day
    return day_words(month_days, weekdays, months, both=days.both)


def month_day_words(days: CronDays) -> list[str]:
    """The day-of-month field, none if it takes any day: ``day 1``, ``the last weekday``."""
    if len(days.month_days) == 31:
        return []
    parts = []
    if days.month_days:
        parts.append(f"day{'s' if len(days.month_days) > 1 else ''} {numbers(days.month_days)}")
    if days.last_day:
        parts.append("the last day")
    if days.last_weekday:
        parts.append("the last weekday")
    return parts


def weekday_words(days: CronDays) -> list[str]:
    """The day-of-week field, none if it takes any day: ``Monday``, ``the last Friday of the month``."""
    if len(days.weekdays) == 7:
        return []
    return [
        *weekday_names(days.weekdays),
        *(f"the {ordinal(which)} {WEEKDAYS[day]} of the month" for day, which in sorted(days.nth)),
        *(f"the last {WEEKDAYS[day]} of the month" for day in sorted(days.last)),
    ]


def field_notes(fields: Sequence[FieldText], days: CronDays, readings: Readings) -> Iterator[str]:
    """Warnings about the text: what cron does not know, and what reads differently than it looks."""
    extended = [item.upper() for each in fields for item in each.extended]
    if extended:
        yield f"cron itself does not know {listed(extended)}: use it where something else starts the job"
    for kind, each in zip(FIELDS, fields, strict=True):
        if each.open_step:
            yield (
                f"Debian's cron refuses {each.text} ({kind.name}): a start with a step needs an end, "
                f"write {each.open_step}"
            )
    month_days, weekdays = month_day_words(days), weekday_words(days)
    if month_days and weekdays:
        matching, joined = ("both day fields", "and also") if days.both else ("either day field", "or")
        yield f"runs on days that match {matching}: {listed(month_days)} {joined} {listed(weekdays, 'or')}"
    elif not days.both and (month_days or weekdays):
        idle = listed(month_days or weekdays)
        yield f"runs every day: either day field is enough and one takes any day, so {idle} restricts nothing"
    elif days.month_days and month_days and not (days.last_day or days.last_weekday):
        first = min(days.month_days)
        if any(month_length(_COMMON_YEAR, month) < first for month in readings.months):
            yield f"months without a day {first} have no run"
    yield from _uneven_steps(fields, readings)


def _uneven_steps(fields: Sequence[FieldText], readings: Readings) -> Iterator[str]:
    """``*/7`` minutes starts again at each hour: its last gap is another."""
    values = ({m % 60 for m in readings.minutes}, {m // 60 for m in readings.minutes})
    for each, have, size, unit in zip(fields[:2], values, (60, 24), ("minute", "hour"), strict=True):
        head, _, step = each.text.partition("/")
        if head == "*" and step.isdigit() and len(have) > 1 and size % int(step):
            every = "hour" if unit == "minute" else "day"
            yield f"*/{int(step)} starts again each {every}: its last gap is {size - max(have)} {unit}s"

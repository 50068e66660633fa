"""A schedule in the five fields of a crontab, where they can say it.

What a clock change skips or repeats cron and systemd treat each in their own way; apart from that hour the
fields name the same readings of the clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from msgspec import Struct

from pulsetui.core.schedule.calendar import Calendar
from pulsetui.core.schedule.calendar_words import is_every_year
from pulsetui.core.schedule.cron import Cron
from pulsetui.core.schedule.cron_fields import FIELDS, Field, FieldText, top_of
from pulsetui.core.schedule.day_rules import CalendarDays
from pulsetui.core.schedule.duration import DurationError, parse_duration
from pulsetui.core.schedule.schedule import ScheduleKind
from pulsetui.core.schedule.timetable import Timetable
from pulsetui.errors import ScheduleError

_NIGHTLY = "0 2 * * *"
_MIN_STEPS = 3
"""Fewer values than this are not a rhythm: ``0,30`` is read faster than ``*/30``."""


class CrontabFields(Struct, frozen=True):
    """``text`` is the five fields; ``zone`` the one they are meant in, "" where any will do.

    ``minutes`` are the times of day that they name, ``weekdays`` the days (0 is Sunday).
    """

    text: str
    zone: str = ""
    minutes: tuple[int, ...] = ()
    weekdays: tuple[int, ...] = ()


def crontab_fields(kind: ScheduleKind, expression: str, timezone: str) -> CrontabFields | None:
    """None where cron has no words for it. A period may begin anywhere: it becomes round times."""
    if kind == "cron":
        return _of_cron(expression, timezone)
    if kind == "every":
        text = _of_period(expression)
        return CrontabFields(text) if text else None
    try:
        tables = Calendar.parse(expression, timezone).times.tables
    except ScheduleError:
        return None
    if len(tables) != 1 or not (text := _of_table(tables[0])):
        return None
    rule = tables[0].readings.day_rule
    assert isinstance(rule, CalendarDays)
    weekdays = tuple(sorted((day + 1) % 7 for day in rule.weekdays))
    return CrontabFields(text, tables[0].zone.key, tables[0].readings.minutes, weekdays)


def _of_cron(expression: str, timezone: str) -> CrontabFields | None:
    """As every cron reads it: ``@daily`` and ``10/20`` spelled out; None for what only we know (``LW``)."""
    try:
        cron = Cron.parse(expression, timezone)
    except ScheduleError:
        return None
    if any(field.extended for field in cron.fields):
        return None
    texts = [_closed(kind, field) for kind, field in zip(FIELDS, cron.fields, strict=True)]
    days = tuple(sorted(cron.days.weekdays))
    return CrontabFields(" ".join(texts), timezone, cron.times.tables[0].readings.minutes, days)


def _closed(kind: Field, field: FieldText) -> str:
    """The field with ``a/n`` as ``a-max/n``: Debian's cron refuses a start with a step and no end."""
    items = []
    for item in field.text.split(","):
        start, slash, step = item.partition("/")
        open_end = slash and start != "*" and "-" not in start
        items.append(f"{start}-{top_of(kind)}/{step}" if open_end else item)
    return ",".join(items)


def _of_period(expression: str) -> str:
    try:
        period = parse_duration(expression)
    except DurationError:
        return ""
    minutes, rest = divmod(period, timedelta(minutes=1))
    if rest or not minutes:
        return ""
    if minutes < 60 and 60 % minutes == 0:
        return "* * * * *" if minutes == 1 else f"*/{minutes} * * * *"
    hours, rest_minutes = divmod(minutes, 60)
    if not rest_minutes and hours < 24 and 24 % hours == 0:
        return "0 * * * *" if hours == 1 else f"0 */{hours} * * *"
    return {24: _NIGHTLY, 24 * 7: "0 2 * * 1"}.get(hours, "") if not rest_minutes else ""


def _of_table(table: Timetable) -> str:
    readings, rule = table.readings, table.readings.day_rule
    assert isinstance(rule, CalendarDays)
    if readings.microseconds != (0,) or not is_every_year(readings) or readings.is_empty():
        return ""
    if min(rule.month_days) < 0:
        return ""  # counted from the end of the month
    every_day, every_weekday = len(rule.month_days) == 31, len(rule.weekdays) == 7
    if not (every_day or every_weekday):
        return ""  # cron takes a day that is in either of the two, OnCalendar one that is in both
    fields = (
        field_text(sorted({minute % 60 for minute in readings.minutes}), 0, 59),
        field_text(sorted({minute // 60 for minute in readings.minutes}), 0, 23),
        "*" if every_day else field_text(sorted(rule.month_days), 1, 31, stepped=False),
        field_text(readings.months, 1, 12, stepped=False),
        day_field((day + 1) % 7 for day in rule.weekdays),
    )
    return " ".join(fields)


def day_field(weekdays: Iterable[int]) -> str:
    """The last field, of days from 0, which is Sunday."""
    return field_text(sorted(weekdays), 0, 6, stepped=False)


def field_text(values: Sequence[int], low: int, high: int, *, stepped: bool = True) -> str:
    """The shortest usual way to write them. ``stepped`` allows ``*/5``; not for days, where Debian's cron
    gives a star a second meaning."""
    if len(values) == high - low + 1:
        return "*"
    if stepped and len(values) >= _MIN_STEPS and values[0] == low:
        step = values[1] - values[0]
        if step > 1 and list(values) == list(range(low, high + 1, step)):
            return f"*/{step}"
    parts, at = [], 0
    while at < len(values):
        end = at
        while end + 1 < len(values) and values[end + 1] == values[end] + 1:
            end += 1
        if end - at >= 2:
            parts.append(f"{values[at]}-{values[end]}")
        else:
            parts.extend(str(value) for value in values[at : end + 1])
        at = end + 1
    return ",".join(parts)

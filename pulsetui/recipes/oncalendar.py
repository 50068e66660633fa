"""A schedule as the lines of a systemd timer: OnCalendar with its zone, or a span."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pulsetui.core.schedule.calendar import Calendar
from pulsetui.core.schedule.cron import Cron
from pulsetui.core.schedule.duration import DurationError, parse_duration
from pulsetui.core.schedule.schedule import ScheduleKind
from pulsetui.errors import ScheduleError

NO_CALENDAR = "YOUR_TIMES"
"""Stands for the times where OnCalendar has no words for them; systemd refuses the timer while it does."""

_NAMES = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")


def timer_lines(kind: ScheduleKind, expression: str, timezone: str) -> Sequence[str]:
    """The lines of ``[Timer]`` that say when, at least one."""
    try:
        if kind == "every":
            seconds = int(parse_duration(expression).total_seconds())
            return (f"OnActiveSec={seconds}s", f"OnUnitActiveSec={seconds}s")
        if kind == "calendar":
            calendar = Calendar.parse(expression, timezone)
            lines = calendar.expression.split("\n")
            zones = [table.zone.key for table in calendar.times.tables]
            return tuple(
                f"OnCalendar={line}" if line.endswith(f" {zone}") else f"OnCalendar={line} {zone}"
                for line, zone in zip(lines, zones, strict=True)
            )
        return tuple(f"OnCalendar={text} {timezone}" for text in _of_cron(Cron.parse(expression, timezone)))
    except (ScheduleError, DurationError):
        return (f"OnCalendar={NO_CALENDAR}",)


def _of_cron(cron: Cron) -> Iterator[str]:
    """One expression, or one for each way in which a day is taken."""
    if cron.days.last_weekday:
        raise ScheduleError("OnCalendar cannot say the last weekday of a month")
    readings = cron.times.tables[0].readings
    hours = sorted({minute // 60 for minute in readings.minutes})
    minutes = sorted({minute % 60 for minute in readings.minutes})
    time = f"{_numbers(hours, 24)}:{_numbers(minutes, 60)}:00"
    months = _numbers(readings.months, 12)
    in_month = list(_month_days(cron))
    in_week = list(_weekdays(cron))
    if cron.days.both:
        # A day must be in both: every way of the one with every way of the other.
        if any(week.partition(" ")[2] for week in in_week) and in_month != ["-*"]:
            raise ScheduleError("OnCalendar cannot say both a day and a week of the month")
        pairs = [
            (week.partition(" ")[0], week.partition(" ")[2] or month_day)
            for week in in_week
            for month_day in in_month
        ]
    elif "-*" in in_month or "" in in_week:
        pairs = [("", "-*")]  # either is enough, and one of them takes any day
    else:
        pairs = [("", day) for day in in_month]
        pairs += [(week.partition(" ")[0], week.partition(" ")[2] or "-*") for week in in_week]
    for weekday, month_day in pairs:
        yield f"{weekday} *-{months}{month_day} {time}".strip()


def _month_days(cron: Cron) -> Iterator[str]:
    if cron.days.month_days:
        yield f"-{_numbers(sorted(cron.days.month_days), 31)}"
    if cron.days.last_day:
        yield "~01"


def _weekdays(cron: Cron) -> Iterator[str]:
    """Names, "" for any day; behind a blank the days of the month that a certain week is."""
    if cron.days.weekdays:
        every = len(cron.days.weekdays) == 7
        yield "" if every else ",".join(_NAMES[day] for day in sorted(cron.days.weekdays, key=_monday_first))
    for day, which in sorted(cron.days.nth):
        yield f"{_NAMES[day]} -{7 * which - 6:02}..{min(7 * which, 31):02}"
    for day in sorted(cron.days.last):
        yield f"{_NAMES[day]} ~07/1"


def _monday_first(day: int) -> int:
    return (day - 1) % 7


def _numbers(values: Iterable[int], size: int) -> str:
    """``*``, or a list with runs of three and more as ranges."""
    ordered = sorted(values)
    if len(ordered) == size:
        return "*"
    parts: list[str] = []
    at = 0
    while at < len(ordered):
        end = at
        while end + 1 < len(ordered) and ordered[end + 1] == ordered[end] + 1:
            end += 1
        if end - at >= 2:
            parts.append(f"{ordered[at]:02}..{ordered[end]:02}")
        else:
            parts.extend(f"{value:02}" for value in ordered[at : end + 1])
        at = end + 1
    return ",".join(parts)

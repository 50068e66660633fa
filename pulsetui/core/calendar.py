"""systemd's OnCalendar expressions: ``Mon..Fri 06:00``, ``*-*-01 02:00 Europe/Berlin``, ``*:0/15``.

oncalendar parses; the walk is our own, with systemd's way through clock changes: a skipped reading does
not elapse and is not made up for, a repeated one elapses in the first pass only, for hourly events too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from pulsetui.core.calendar_days import CalendarDays
from pulsetui.core.calendar_text import RANGES, SPECIALS, WEEKDAYS, CalendarLine, components, split_lines
from pulsetui.core.calendar_words import calendar_words
from pulsetui.core.change_notes import change_notes
from pulsetui.core.readings import Readings
from pulsetui.core.schedule import ScheduleKind
from pulsetui.core.schedule_text import quoted, text_of
from pulsetui.core.timetable import ChangeRule, Timetable, Timetables, WallClockSchedule
from pulsetui.core.zone import zone
from pulsetui.errors import ScheduleError

CALENDAR_RULE = ChangeRule(both_passes=False, made_up_below=timedelta(0))


class Calendar(WallClockSchedule, frozen=True, kw_only=True):
    """A parsed expression, of one or more lines; make one with ``Calendar.parse``.

    ``timezone`` given to it is for lines that name no zone themselves; that of the schedule is the one in
    which all its lines are read, else the given one.
    """

    @classmethod
    def parse(cls, expression: object, timezone: object = "UTC") -> Calendar:
        """Parse and judge text from configuration or a person.

        Raises ScheduleError that names the component and, where it can, a better text.
        """
        return _parse(text_of(expression, "OnCalendar", "Mon..Fri 06:00"), zone(timezone).key)

    @property
    def kind(self) -> ScheduleKind:
        return "calendar"

    @property
    def runs_again(self) -> bool:
        return False  # systemd counts from the last trigger

    def describe(self) -> str:
        return "; ".join(calendar_words(table) for table in self.times.tables)

    def warnings(self, now: datetime | None = None) -> Sequence[str]:
        """What to know of the expression, and of clock changes in the two years from ``now``.

        ``now`` is only ever left out by callers that want today's answer.
        """
        now = now or datetime.now(UTC)
        if self.next(now) is None:
            last = self.prev(now)
            before = f"the last time was {last:%Y-%m-%d %H:%M} UTC" if last else "no date matches it"
            return (f"it will never elapse again: {before}",)
        return change_notes(self.times.tables, now)


@lru_cache(maxsize=4096)
def _parse(expression: str, timezone: str) -> Calendar:
    lines = split_lines(expression)
    tables = tuple(_table(line, timezone) for line in lines)
    shown = "\n".join(" ".join(filter(None, (line.text, line.zone))) for line in lines)
    zones = {table.zone.key for table in tables}
    return Calendar(
        expression=shown, timezone=zones.pop() if len(zones) == 1 else timezone, times=Timetables(tables)
    )


def _table(line: CalendarLine, timezone: str) -> Timetable:
    from oncalendar import BaseIterator, OnCalendarError  # only parsing needs it

    try:
        # The start is of no importance: only the parsed sets are read.
        parsed = BaseIterator(line.text, datetime(2000, 1, 1))  # noqa: DTZ001
    except (OnCalendarError, ValueError, RecursionError, IndexError) as error:
        raise _refusal(line.text, str(error)) from error
    years = tuple(sorted(parsed.years))
    whole = range(years[0], years[-1] + 1)
    readings = Readings(
        minutes=tuple(sorted(hour * 60 + minute for hour in parsed.hours for minute in parsed.minutes)),
        seconds=tuple(sorted(parsed.seconds)),
        months=tuple(sorted(parsed.months)),
        day_rule=CalendarDays(weekdays=frozenset(parsed.weekdays), month_days=frozenset(parsed.days)),
        years=whole if len(whole) == len(years) else years,
    )
    return Timetable(readings, zone(line.zone or timezone), CALENDAR_RULE)


def _refusal(text: str, reason: str) -> ScheduleError:
    """oncalendar says no more than ``Bad hour``: add the offending text and the range."""
    name = reason.removeprefix("Bad ")
    name = {"day-of-week": "weekday", "day-of-month": "day"}.get(name, name)
    part = dict(components(text)).get(name)
    # What is nothing else must be a weekday to oncalendar; that says little of "15x" or "dayly".
    if name in RANGES and (name != "weekday" or WEEKDAYS.match(text)):
        got = f", got {part:.20}" if part else ""
        return ScheduleError(f"{quoted(text)}: {name} must be {RANGES[name]}{got}", field=name)
    if text.isalpha():
        near = _nearest_special(text)
        return ScheduleError(
            f"{quoted(text)} is no OnCalendar expression: write daily, Mon..Fri 06:00 or *-*-01 02:00",
            suggestion=near,
        )
    return ScheduleError(
        f"{quoted(text)} is no OnCalendar expression: write one like Mon..Fri *-*-* 06:00:00"
    )


def _nearest_special(text: str) -> str | None:
    import difflib

    near = difflib.get_close_matches(text.lower()[:20], SPECIALS, 1)
    return near[0] if near else None

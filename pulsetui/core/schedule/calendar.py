"""systemd's OnCalendar expressions: ``Mon..Fri 06:00``, ``*-*-01 02:00 Europe/Berlin``, ``*:0/15``.

The walk has systemd's way through clock changes: a skipped reading does not elapse and is not made up for,
a repeated one elapses in the first pass only, for hourly events too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from pulsetui.core.schedule.calendar_fields import YEARS, Components, parse_components
from pulsetui.core.schedule.calendar_lines import SPECIALS, CalendarLine, split_lines
from pulsetui.core.schedule.calendar_words import calendar_words
from pulsetui.core.schedule.clock_change_notes import change_notes
from pulsetui.core.schedule.day_rules import CalendarDays
from pulsetui.core.schedule.english import WEEKDAYS, month_names
from pulsetui.core.schedule.expression import quoted, text_of
from pulsetui.core.schedule.schedule import WARNED_AHEAD, ScheduleKind
from pulsetui.core.schedule.timetable import ChangeRule, Timetable, Timetables, WallClockSchedule
from pulsetui.core.schedule.wall_clock import Readings, month_length
from pulsetui.core.schedule.zone import zone
from pulsetui.core.text.nearest import nearest
from pulsetui.errors import ScheduleError

CALENDAR_RULE = ChangeRule(both_passes=False, made_up_below=timedelta(0))
_BEFORE_ALL, _AFTER_ALL = datetime(1969, 12, 30, tzinfo=UTC), datetime(2200, 1, 3, tzinfo=UTC)
_WEEKDAY_NAMES = (*WEEKDAYS[1:], WEEKDAYS[0])


class Calendar(WallClockSchedule, frozen=True, kw_only=True):
    """A parsed expression, of one or more lines; make one with ``Calendar.parse``.

    Lines that can never elapse (``*-02-30``) are taken, as systemd takes them, and doubted: a file that
    holds one must not keep the engine from watching all the others.

    ``timezone`` given to it is for lines that name no zone themselves; that of the schedule is the one in
    which all its lines are read, else the given one.
    """

    never: tuple[str, ...] = ()  # of each line that no instant matches: why

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

    def over(self, now: datetime) -> str:
        if len(self.never) == len(self.times.tables):
            return self.never[0]
        if any(table.readings.years[-1] == YEARS[-1] for table in self.times.tables):
            return ""  # in systemd's last year it goes on as far as anybody looks
        last = self.prev(_AFTER_ALL)
        if last is None or last > now:
            return ""
        return f"it will never elapse again: the last time was {last:%Y-%m-%d %H:%M} UTC"

    def doubts(self, now: datetime) -> Sequence[str]:
        return self.never or ((text,) if (text := self.over(now)) else ())

    def warnings(self, now: datetime, ahead: timedelta = WARNED_AHEAD) -> Sequence[str]:
        """What to know of the expression, and of clock changes until ``ahead`` from ``now``."""
        return self.doubts(now) or change_notes(self.times.tables, now, ahead)


@lru_cache(maxsize=4096)
def _parse(expression: str, timezone: str) -> Calendar:
    lines = split_lines(expression)
    made = [_table(line, timezone) for line in lines]
    tables = tuple(table for table, _ in made)
    shown = "\n".join(" ".join(filter(None, (line.text, line.zone))) for line in lines)
    zones = {table.zone.key for table in tables}
    return Calendar(
        expression=shown,
        timezone=zones.pop() if len(zones) == 1 else timezone,
        times=Timetables(tables),
        never=tuple(why for _, why in made if why),
    )


def _table(line: CalendarLine, timezone: str) -> tuple[Timetable, str]:
    """The line's timetable, and why no instant matches it; "" when some do."""
    in_zone = zone(line.zone or timezone)
    parts = _components(line)
    readings = Readings(
        minutes=tuple(hour * 60 + minute for hour in parts.hours for minute in parts.minutes),
        microseconds=tuple(parts.microseconds),
        months=tuple(parts.months),
        day_rule=CalendarDays(weekdays=frozenset(parts.weekdays), month_days=frozenset(parts.days)),
        years=parts.years,
    )
    table = Timetable(readings, in_zone, CALENDAR_RULE)
    return table, _never(line, parts, readings) if table.next(_BEFORE_ALL) is None else ""


def _components(line: CalendarLine) -> Components:
    try:
        return parse_components(line.meant)
    except ScheduleError as error:
        # A single word is neither date nor time: one like "dayly" was meant.
        if error.field is None and (near := _nearest_special(line.text)):
            raise ScheduleError(
                f"{quoted(line.text)} is not an OnCalendar expression: write daily, Mon..Fri 06:00"
                " or *-*-01 02:00",
                quotes=True,
                suggestion=near,
            ) from None
        raise


def _never(line: CalendarLine, parts: Components, readings: Readings) -> str:
    """Why no instant matches at all."""
    why = "no date matches it"
    if len(parts.years) == len(parts.months) == len(parts.days) == 1 and parts.days[0] > 0:
        year, month, day = parts.years[0], parts.months[0], parts.days[0]
        if day > month_length(year, month):
            why = f"there is no {year}-{month:02}-{day:02}"
        elif not readings.days(year, month):
            why = f"{year}-{month:02}-{day:02} is a {_WEEKDAY_NAMES[date(year, month, day).weekday()]}"
        else:
            why = "clocks skip that time"
    elif readings.is_empty() and min(parts.days) > 0:
        why = f"there is no day {min(parts.days)} in {month_names(parts.months)}"
    return f"{quoted(line.text)} can never elapse: {why}"


def _nearest_special(text: str) -> str | None:
    return nearest(text, SPECIALS) or None if text.replace("-", "").isalpha() else None

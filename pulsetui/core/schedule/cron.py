"""Cron expressions: five fields with the meaning that Debian's cron gives them, in a zone of their own.

``cron_fields`` refuses what cron would not take, croniter turns items into values, ``timetable`` walks them.
croniter never sees a time zone: what it makes of clock changes is not what cron does.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache

from pulsetui.core.schedule.clock_change_notes import change_notes
from pulsetui.core.schedule.cron_fields import FIELDS, WEEKDAY, FieldText, parse_field, split_expression
from pulsetui.core.schedule.cron_words import cron_words, field_notes
from pulsetui.core.schedule.day_rules import CronDays
from pulsetui.core.schedule.english import month_names
from pulsetui.core.schedule.expression import text_of
from pulsetui.core.schedule.schedule import CORRECTION, WARNED_AHEAD, ScheduleKind
from pulsetui.core.schedule.timetable import ChangeRule, Timetable, Timetables, WallClockSchedule
from pulsetui.core.schedule.wall_clock import Readings
from pulsetui.core.schedule.zone import zone
from pulsetui.errors import ScheduleError

WILDCARD_RULE = ChangeRule(both_passes=True, made_up_below=timedelta(0))
FIXED_RULE = ChangeRule(both_passes=False, made_up_below=CORRECTION)


class Cron(WallClockSchedule, frozen=True, kw_only=True):
    """A parsed expression; make one with ``Cron.parse``."""

    fields: tuple[FieldText, ...]
    days: CronDays

    @classmethod
    def parse(cls, expression: object, timezone: object = "UTC") -> Cron:
        """Parse and judge text from configuration or a person.

        Raises ScheduleError that names the field and, where it can, a better text.
        """
        return _parse(text_of(expression, "cron", "0 2 * * *"), zone(timezone).key)

    @property
    def kind(self) -> ScheduleKind:
        return "cron"

    @property
    def runs_again(self) -> bool:
        return self.times.tables[0].rule.both_passes

    def describe(self) -> str:
        return cron_words(self.fields, self.days, self.times.tables[0].readings, self.timezone)

    def doubts(self, now: datetime) -> Sequence[str]:
        return tuple(field_notes(self.fields, self.days, self.times.tables[0].readings))

    def warnings(self, now: datetime, ahead: timedelta = WARNED_AHEAD) -> Sequence[str]:
        """What to know of the expression, and of clock changes until ``ahead`` from ``now``."""
        return (*self.doubts(now), *change_notes(self.times.tables, now, ahead))


@lru_cache(maxsize=4096)
def _parse(expression: str, timezone: str) -> Cron:
    in_zone = zone(timezone)
    words = split_expression(expression)
    fields = tuple(parse_field(each, words) for each in FIELDS)
    try:
        values = [_values(index, each.plain) for index, each in enumerate(fields)]
    except ValueError as error:
        raise ScheduleError(str(error), of=" ".join(words)) from error
    minute, hour, month_day, _, weekday = fields
    days = _days(month_day, values[2], weekday, values[4])
    readings = Readings(
        minutes=_minutes_of_day(values[1], values[0]),
        microseconds=(0,),
        months=values[3],
        day_rule=days,
    )
    if readings.is_empty():
        raise _never(" ".join(words), days, values[3])
    rule = WILDCARD_RULE if minute.star or hour.star else FIXED_RULE
    return Cron(
        expression=" ".join(expression.split()),
        timezone=timezone,
        fields=fields,
        days=days,
        times=Timetables((Timetable(readings, in_zone, rule),)),
    )


@lru_cache(maxsize=1024)
def _minutes_of_day(hours: tuple[int, ...], minutes: tuple[int, ...]) -> tuple[int, ...]:
    """The times of day as minutes; shared, since thousands of checks have few different ones."""
    return tuple(hour * 60 + minute for hour in hours for minute in minutes)


_OURS = (range(60), range(24), range(1, 32), range(1, 13), range(7))


@lru_cache(maxsize=4096)
def _values(index: int, plain: tuple[str, ...]) -> tuple[int, ...]:
    """The numbers of a field, ascending, as croniter reads its items; none if all its items are ours.

    Field by field: of thousands of expressions most fields are the same. Raises ValueError.
    """
    if not plain:
        return ()
    if plain == ("*",):
        return tuple(_OURS[index])
    if len(plain) == 1 and plain[0].isdigit():
        return (int(plain[0]) % 7 if FIELDS[index] is WEEKDAY else int(plain[0]),)
    from croniter import croniter  # slow to import: not for what needs no reading

    words = ["*"] * len(FIELDS)
    words[index] = ",".join(plain)
    # The option makes croniter see, as cron does, that a field which begins with * restricts nothing.
    read = croniter(" ".join(words), datetime(2000, 1, 1), implement_cron_bug=True)  # noqa: DTZ001
    values = read.expanded[index]
    return tuple(_OURS[index]) if "*" in values else tuple(sorted(set(values)))


@lru_cache(maxsize=1024)
def _days(
    month_day: FieldText, month_days: tuple[int, ...], weekday: FieldText, weekdays: tuple[int, ...]
) -> CronDays:
    return CronDays(
        month_days=frozenset(month_days),
        weekdays=frozenset(weekdays),
        last_day=month_day.last_day,
        last_weekday=month_day.last_weekday,
        last=weekday.last,
        nth=weekday.nth,
        both=month_day.star or weekday.star,
    )


def _never(shown: str, days: CronDays, months: Sequence[int]) -> ScheduleError:
    if days.month_days and not (days.last_day or days.last_weekday):
        day = min(days.month_days)
        why = f"no day {day} in {month_names(months)}"
    else:
        why = f"no such day in {month_names(months)}"
    return ScheduleError(f'"{shown}" would never run: there is {why}', quotes=True, field="day of month")

"""Readings in a zone: the instants of a wall-clock schedule, through clock changes.

The walk sees plain readings; only the few that a clock change skips or repeats take the slow way.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from pulsetui.core.schedule.clock_change import ClockChange, change_of, offsets_of
from pulsetui.core.schedule.schedule import instants_between
from pulsetui.core.schedule.wall_clock import Readings
from pulsetui.core.storable import instant_or_none

_MICROSECOND = timedelta(microseconds=1)


class ChangeRule(Struct, frozen=True, kw_only=True):
    """What becomes of readings that a clock change skips or repeats.

    ``both_passes``: a repeated reading counts twice, otherwise only its first pass does.
    ``made_up_below``: a skipped reading counts at the moment the gap ends if the gap is shorter than this.
    """

    both_passes: bool
    made_up_below: timedelta


def instants_forward(
    readings: Readings, zone: ZoneInfo, rule: ChangeRule, after: datetime
) -> datetime | None:
    """The first instant strictly later than ``after``."""
    local = after.astimezone(zone)
    wall = local.replace(tzinfo=None, fold=0)
    second_pass = _first_of_second_pass(readings, zone, local) if rule.both_passes else None
    while (reading := readings.later(wall)) is not None:
        first, second = offsets_of(zone, reading)
        if first == second:
            instant = (reading - first).replace(tzinfo=UTC)
            return min(instant, second_pass) if second_pass else instant
        change = change_of(zone, reading)
        passes = _passes(reading, change, rule)
        found = [instant for instant in passes if instant > after]
        if second_pass:
            found.append(second_pass)
        if found:
            return min(found)
        # All readings of a gap, and of a first pass that is over, have the same answer: go on behind them.
        skip = change.is_gap or not rule.both_passes
        wall = max(change.end - _MICROSECOND, reading) if skip else reading
    return second_pass


def instants_back(readings: Readings, zone: ZoneInfo, rule: ChangeRule, before: datetime) -> datetime | None:
    """The last instant strictly earlier than ``before``."""
    local = before.astimezone(zone)
    wall = local.replace(tzinfo=None, fold=0)
    first_pass: datetime | None = None
    if local.fold:
        # All of the first pass is earlier, also readings later on the clock than now.
        change = change_of(zone, wall)
        last = readings.earlier(change.end)
        if last is not None and last >= change.start:
            first_pass = (last - change.before).replace(tzinfo=UTC)
        if not rule.both_passes:
            if first_pass:
                return first_pass
            wall = change.start
    while (reading := readings.earlier(wall)) is not None:
        first, second = offsets_of(zone, reading)
        if first == second:
            instant = (reading - first).replace(tzinfo=UTC)
            return max(instant, first_pass) if first_pass else instant
        change = change_of(zone, reading)
        found = [instant for instant in _passes(reading, change, rule) if instant < before]
        if first_pass:
            found.append(first_pass)
        if found:
            return max(found)
        wall = change.start if change.is_gap else reading
    return first_pass


def _first_of_second_pass(readings: Readings, zone: ZoneInfo, local: datetime) -> datetime | None:
    """If ``local`` is in the first pass of a repeat: the second pass's first instant, if it has one."""
    wall = local.replace(tzinfo=None, fold=0)
    first, second = offsets_of(zone, wall)
    if local.fold or first == second:
        return None
    change = change_of(zone, wall)
    reading = readings.later(change.start - _MICROSECOND)
    if reading is None or reading >= change.end:
        return None
    return (reading - change.after).replace(tzinfo=UTC)


def _passes(reading: datetime, change: ClockChange, rule: ChangeRule) -> list[datetime]:
    """The instants at which a skipped or repeated reading counts."""
    if change.is_gap:
        return [change.at] if change.size < rule.made_up_below else []
    passes = [(reading - change.before).replace(tzinfo=UTC)]
    if rule.both_passes:
        passes.append((reading - change.after).replace(tzinfo=UTC))
    return passes


class Timetable(Struct, frozen=True):
    """Readings of one zone under one rule. It answers a Schedule's questions about instants."""

    readings: Readings
    zone: ZoneInfo
    rule: ChangeRule

    def next(self, after: datetime) -> datetime | None:
        """The first instant strictly later than ``after``; ``None`` at the end of the calendar."""
        _refuse_naive(after)
        try:
            return instant_or_none(instants_forward(self.readings, self.zone, self.rule, after))
        except OverflowError:
            return None

    def prev(self, before: datetime) -> datetime | None:
        """The last instant strictly earlier than ``before``."""
        _refuse_naive(before)
        try:
            return instant_or_none(instants_back(self.readings, self.zone, self.rule, before))
        except OverflowError:
            return None


class Timetables(Struct, frozen=True):
    """One or more timetables as one: an OnCalendar text can have several lines."""

    tables: tuple[Timetable, ...]

    def next(self, after: datetime) -> datetime | None:
        """The first instant of any, strictly later than ``after``."""
        if len(self.tables) == 1:
            return self.tables[0].next(after)
        return min((at for table in self.tables if (at := table.next(after))), default=None)

    def prev(self, before: datetime) -> datetime | None:
        """The last instant of any, strictly earlier than ``before``."""
        if len(self.tables) == 1:
            return self.tables[0].prev(before)
        return max((at for table in self.tables if (at := table.prev(before))), default=None)

    def between(self, after: datetime, until: datetime, limit: int) -> Sequence[datetime]:
        """The instants in ``(after, until]``, oldest first, at most ``limit``."""
        return instants_between(self.next, after, until, limit)

    def slot(self, at: datetime, early: timedelta) -> datetime:
        """The instant that a report at ``at`` answers; see the Protocol.

        A report before the first instant ever answers none: then it is ``at`` itself.
        """
        coming = self.next(at)
        last = self.prev(at + _MICROSECOND)
        if (
            coming is not None
            and coming - at <= early
            and (last is None or (coming - at) * 2 <= coming - last)
        ):
            return coming
        return at if last is None else last


class WallClockSchedule(Struct, frozen=True, kw_only=True, eq=False):
    """What schedules on a wall clock share: their text, its zone, and the instants. Equal if kind, text and
    zone are."""

    expression: str
    timezone: str
    times: Timetables

    def next(self, after: datetime) -> datetime | None:
        return self.times.next(after)

    def prev(self, before: datetime) -> datetime | None:
        return self.times.prev(before)

    def between(self, after: datetime, until: datetime, limit: int) -> Sequence[datetime]:
        return self.times.between(after, until, limit)

    def slot(self, at: datetime, early: timedelta) -> datetime:
        return self.times.slot(at, early)

    def over(self, now: datetime) -> str:
        return ""

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, WallClockSchedule) or type(self) is not type(other):
            return NotImplemented
        return (self.expression, self.timezone) == (other.expression, other.timezone)

    def __hash__(self) -> int:
        return hash((self.expression, self.timezone))


def _refuse_naive(instant: datetime) -> None:
    if instant.tzinfo is None:
        raise ValueError("a schedule wants an aware datetime")

"""Warnings about clock changes that touch a schedule soon: which run is skipped, moved or doubled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from pulsetui.core.schedule.clock_change import ClockChange, changes
from pulsetui.core.schedule.english import EVERY_HOUR
from pulsetui.core.schedule.schedule import WARNED_AHEAD
from pulsetui.core.schedule.timetable import Timetable

_MICROSECOND = timedelta(microseconds=1)


def change_notes(
    tables: Sequence[Timetable], now: datetime, ahead: timedelta = WARNED_AHEAD
) -> tuple[str, ...]:
    """At most one note on clocks that go forward until ``ahead`` from now and one on clocks that go back,
    for each table."""
    return tuple(dict.fromkeys(note for table in tables for note in _notes(table, now, ahead)))


def _notes(table: Timetable, now: datetime, ahead: timedelta) -> Iterator[str]:
    # What runs in every hour follows real time: no run shows what the clock does then.
    hourly = {minute // 60 for minute in table.readings.minutes} == set(EVERY_HOUR)
    told = {
        way
        for way, unseen in (
            ("forward", hourly and table.rule.made_up_below <= timedelta(0)),
            ("back", hourly and table.rule.both_passes),
        )
        if unseen
    }
    for change in changes(table.zone, now, now + ahead):
        way = "forward" if change.is_gap else "back"
        if way in told:
            continue
        first = table.readings.later(change.start - _MICROSECOND)
        if first is not None and first < change.end:
            told.add(way)
            yield _note(table, change, first)


def _note(table: Timetable, change: ClockChange, first: datetime) -> str:
    when = f"on {change.start:%Y-%m-%d} in {table.zone.key}"
    stretch = f"{_clock(change.start)}-{_clock(change.end)}"
    several = (again := table.readings.later(first)) is not None and again < change.end
    runs = "the runs" if several else f"the run of {_clock(first)}"
    if not change.is_gap:
        what = (
            "and it runs in both passes" if table.rule.both_passes else "and it runs in the first pass only"
        )
        return f"when clocks go back {when}, {stretch} comes twice, {what}"
    go = f"when clocks go forward {when}, {stretch} is skipped:"
    if change.size >= table.rule.made_up_below:
        return f"{go} {runs} in it will not happen" if several else f"{go} {runs} will not happen"
    merged = several or again == change.end
    if merged:
        return f"{go} its runs are merged into one at {_clock(change.end)}"
    return f"{go} {runs} is at {_clock(change.end)} instead"


def _clock(reading: datetime) -> str:
    return f"{reading:%H:%M}"

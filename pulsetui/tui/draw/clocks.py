"""Whose clock a time is on, the one rule for all screens: it is the one that the person chose.

Each screen names it once. A check whose schedule is read on another clock has its own times only where there
are two columns, and then with the zone's name above them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, tzinfo

from rich.cells import cell_len

from pulsetui.client.glance import Glance
from pulsetui.client.views import CheckView
from pulsetui.core.schedule.zone import zone as zone_named
from pulsetui.errors import ScheduleError
from pulsetui.tui.draw.lines import Line, fit, pad, plain, width_of


def check_zone(view: Glance) -> str:
    """The zone of the check's own clock, unsafe text; "" for a period, which has no clock."""
    return "" if view.schedule_kind == "every" else view.tz


def check_clock(view: CheckView, person: tzinfo) -> tzinfo:
    """The check's own clock; the person's for a period, and for a zone that only the engine's host knows."""
    try:
        return zone_named(check_zone(view)) if check_zone(view) else person
    except ScheduleError:
        return person


def foreign(zones: Iterable[str], person: tzinfo, now: datetime) -> list[str]:
    """Those of the zones whose clocks now show another time than the person's."""
    return sorted(name for name in set(zones) if name and _differs(name, person, now))


def _differs(name: str, person: tzinfo, now: datetime) -> bool:
    try:
        return now.astimezone(zone_named(name)).utcoffset() != now.astimezone(person).utcoffset()
    except ScheduleError:
        return True


def zone_note(person: tzinfo) -> str:
    """Whose the times of a screen are: ``times in Europe/Riga``."""
    return f"times in {plain(str(person))}"


def with_zone(line: Line, person: tzinfo, width: int) -> Line:
    """A title in exactly ``width`` cells with ``zone_note`` at its right end, where there is room."""
    spans = list(line)
    while spans and not spans[-1][0].strip():
        spans.pop()
    note = f"{zone_note(person)} "
    room = width - width_of(spans)
    if room < cell_len(note) + 2:
        return tuple(fit(line, width))
    return (*spans, (pad(note, room, "right"), "muted"))

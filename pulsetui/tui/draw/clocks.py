"""Whose clock a time is on, the one rule for all screens: it is the person's.

A check whose schedule is read on another clock has its own times only where there are two columns, and then
with the zone's name above them. Where the two clocks differ, each screen says once whose its times are.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, tzinfo

from pulsetui.client.views import CheckView
from pulsetui.core.schedule.zone import zone as zone_named
from pulsetui.errors import ScheduleError
from pulsetui.tui.draw.lines import plain


def check_zone(view: CheckView) -> str:
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


def zone_note(zones: Iterable[str], person: tzinfo, now: datetime) -> str:
    """Whose the times of a screen are: ``times in Europe/Riga``; "" while no check's clock differs."""
    return f"times in {plain(str(person))}" if foreign(zones, person, now) else ""

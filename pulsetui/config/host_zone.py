"""In which zone this host lives.

The C library is the judge, since ``date``, cron and every job go by it. It takes more than names: POSIX rules
(``CET-1CEST,M3.5.0,M10.5.0/3``), files (``:/etc/localtime``), and anything else as UTC. What a link is called
is only believed where the clock agrees: a container's /etc/localtime may have another file mounted over it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from pulsetui.core.schedule.zone import zone, zone_files
from pulsetui.errors import ScheduleError

LOCALTIME = Path("/etc/localtime")

_DAY_S = 86_400
_STEP_S = 7 * _DAY_S  # no zone changes its clock twice within
_SPAN_S = 800 * _DAY_S  # two years and a bit: every change that a rule makes is in it twice


def host_zone() -> tzinfo:
    """The zone of whoever sits here: ``TZ``, else the system's. By its IANA name where that is certain, else
    ``SystemZone``. Never fails."""
    tz = os.environ.get("TZ")
    if tz is not None:
        if is_zone(name := tz_name(tz)):
            return zone(name)
    elif is_zone(name := name_in_path(LOCALTIME)) and agrees(name, clock_now()):
        return zone(name)
    return SystemZone()


def zone_without_tz() -> str:
    """The zone of /etc/localtime where ``TZ`` names one with another clock; "" where both agree.

    A cron daemon that was started at boot has no ``TZ``; one in a container may have it.
    """
    name = name_in_path(LOCALTIME)
    if os.environ.get("TZ") is None or not is_zone(name) or agrees(name, clock_now()):
        return ""
    return name


class SystemZone(tzinfo):
    """The zone of the C library, with its changes of the clock, whatever it was made of."""

    def utcoffset(self, when: datetime | None) -> timedelta | None:
        return None if when is None else _with_offset(when).utcoffset()

    def tzname(self, when: datetime | None) -> str | None:
        return None if when is None else _with_offset(when).tzname()

    def dst(self, when: datetime | None) -> timedelta | None:
        return None  # the C library says whether, not how much

    def fromutc(self, when: datetime) -> datetime:
        try:
            local = when.replace(tzinfo=UTC).astimezone()
        except (OverflowError, ValueError, OSError):  # the first and last days of the calendar
            local = when.replace(tzinfo=UTC).astimezone(_standard())
        wall = local.replace(tzinfo=self, fold=0)
        return wall if wall.utcoffset() == local.utcoffset() else wall.replace(fold=1)

    def __str__(self) -> str:
        names = dict.fromkeys(name for name in time.tzname if name.strip() and name.isprintable())
        return "/".join(names) or "local time"


def _with_offset(when: datetime) -> datetime:
    wall = when.replace(tzinfo=None)
    try:
        return wall.astimezone()
    except (OverflowError, ValueError, OSError):
        return wall.replace(tzinfo=_standard())


def _standard() -> timezone:
    return timezone(timedelta(seconds=-time.timezone))


def tz_name(tz: str) -> str:
    """What ``TZ`` names: itself, or the end of a path in a zone database; perhaps no zone at all."""
    name = tz.removeprefix(":")
    return name_in_path(Path(name)) if name.startswith("/") else name.removeprefix("posix/")


def name_in_path(path: Path) -> str:
    """The name of the zone that a file, or a link to it, has by its place in a zone database; or ``""``."""
    try:
        parts = path.resolve().parts
    except (OSError, ValueError, RuntimeError):  # NUL, a loop of links
        return ""
    for at, part in enumerate(parts):
        if part.startswith("zoneinfo"):  # also zoneinfo.default of macOS
            return "/".join(parts[at + 1 :]).removeprefix("posix/")
    return ""


def is_zone(name: str) -> bool:
    """Whether there is a zone of that name."""
    try:
        zone(name)
    except ScheduleError:
        return False
    return True


def clock_now() -> dict[int, int]:
    """Instants of the next two years (POSIX time) with the C library's offset from UTC in seconds.

    One a week, and the seconds before and at each change.
    """
    start = int(time.time())
    offsets = {at: _offset(at) for at in range(start, start + _SPAN_S, _STEP_S)}
    for early in list(offsets)[:-1]:
        if offsets[early] != offsets[early + _STEP_S]:
            for at in _around_change(early, early + _STEP_S):
                offsets[at] = _offset(at)
    return offsets


def _around_change(early: int, late: int) -> Iterator[int]:
    before = _offset(early)
    while late - early > 1:
        middle = (early + late) // 2
        if _offset(middle) == before:
            early = middle
        else:
            late = middle
    yield from (early, late)


def _offset(at: int) -> int:
    return time.localtime(at).tm_gmtoff


def agrees(name: str, clock: dict[int, int], *, any_copy: bool = False) -> bool:
    """Whether the zone ``name`` has the offsets of ``clock``.

    By our own copy of its rules, which nobody mounts another over; or with ``any_copy`` by any of them.
    """
    copies = zone_files(name)
    for path in copies if any_copy else copies[:1]:
        try:
            with path.open("rb") as file:
                rules = ZoneInfo.from_file(file)
        except (OSError, ValueError):
            continue
        if all(
            datetime.fromtimestamp(at, rules).utcoffset() == timedelta(seconds=offset)
            for at, offset in clock.items()
        ):
            return True
    return False

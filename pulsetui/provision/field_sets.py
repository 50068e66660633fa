"""Schedules that schedulers in Python keep as sets of numbers and as periods, as keys of a check.

They run a job on days that fit both day fields, cron on those that fit one: as ``cron`` a check of such a job
would raise false alarms. It imports nothing else: it runs inside those schedulers.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from datetime import timedelta, tzinfo

_WEEKDAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")
_MIN_GRACE_S, _MAX_GRACE_S = 60, 3600


def keys_of_sets(
    *,
    minutes: Collection[int],
    hours: Collection[int],
    days: Collection[int],
    months: Collection[int],
    weekdays: Collection[int],
    timezone: str,
) -> Mapping[str, str]:
    """The keys of a check that is due at these values of each field; Sunday is weekday 0."""
    weekday, day = _field(weekdays, 0, 6), _field(days, 1, 31)
    if "*" in (day, weekday):
        others = f"{_field(minutes, 0, 59)} {_field(hours, 0, 23)} {day} {_field(months, 1, 12)}"
        return {"cron": f"{others} {weekday}", "timezone": timezone}
    names = ",".join(_WEEKDAYS[number] for number in sorted(weekdays))
    return {
        "calendar": f"{names} *-{_listed(months)}-{_listed(days)} {_listed(hours)}:{_listed(minutes)}:00",
        "timezone": timezone,
    }


def keys_of_period(period: timedelta) -> Mapping[str, str]:
    """The keys of a check for a period, which is rounded up to whole seconds."""
    seconds = max(1, math.ceil(period.total_seconds()))
    grace = max(_MIN_GRACE_S, min(_MAX_GRACE_S, seconds // 4))
    return {"every": f"{seconds}s", "grace": f"{grace}s"}


def _field(values: Collection[int], lowest: int, highest: int) -> str:
    """A set of values as a field of cron, as people write it."""
    found = sorted(values)
    if found == list(range(lowest, highest + 1)):
        return "*"
    step = found[1] - found[0] if len(found) > 2 else 0
    if step > 1 and found == list(range(lowest, highest + 1, step)):
        return f"*/{step}"
    if step == 1 and found == list(range(found[0], found[-1] + 1)):
        return f"{found[0]}-{found[-1]}"
    return ",".join(map(str, found))


def _listed(values: Collection[int]) -> str:
    return ",".join(f"{value:02}" for value in sorted(values))


def zone_name(zone: object) -> str:
    """The name of a time zone; "" for one that has none, as a fixed offset, which no check can have."""
    if isinstance(zone, tzinfo) and zone.utcoffset(None) == timedelta(0):
        return "UTC"
    return str(getattr(zone, "key", None) or getattr(zone, "zone", None) or "")

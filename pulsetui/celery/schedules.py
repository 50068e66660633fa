"""The schedules of beat as a check of PulseTUI has them.

| of beat | in checks.toml |
| --- | --- |
| ``schedule``, a timedelta, seconds | ``every``, rounded up to whole seconds |
| ``crontab`` | ``cron``; ``calendar`` when both a weekday and a day of the month are named |
| ``solar`` | ``every = "1d"``: it shifts by minutes from one day to the next, which the grace bears |
| ``clocked`` of django-celery-beat | ``calendar`` with its one instant: after that nothing is expected |

Celery runs a crontab on days that fit both day fields, cron on those that fit one: as ``cron`` such a check
would raise false alarms.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

_WEEKDAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")
_MIN_GRACE_S, _MAX_GRACE_S = 60, 3600
_SOLAR_GRACE = "1h"


def check_keys(schedule: Any, zone: object) -> Mapping[str, str]:
    """The keys of a check for ``schedule``; ``zone`` is the app's. Empty for a kind that nobody knows and for
    a zone without a name."""
    if all(hasattr(schedule, name) for name in ("minute", "hour", "day_of_week", "day_of_month")):
        return _of_crontab(schedule, zone)
    if isinstance(moment := getattr(schedule, "clocked_time", None), datetime):
        return {"calendar": f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}", "timezone": "UTC"}
    if hasattr(schedule, "event") and hasattr(schedule, "lat"):
        return {"every": "1d", "grace": _SOLAR_GRACE}
    period = getattr(schedule, "run_every", None)
    if not isinstance(period, timedelta) or period <= timedelta(0):
        return {}
    seconds = math.ceil(period.total_seconds())
    grace = max(_MIN_GRACE_S, min(_MAX_GRACE_S, seconds // 4))
    return {"every": f"{seconds}s", "grace": f"{grace}s"}


def _of_crontab(schedule: Any, zone: object) -> Mapping[str, str]:
    timezone = _zone_name(getattr(schedule, "tz", None) or zone)
    if not timezone:
        return {}
    minutes, hours = _field(schedule.minute, 0, 59), _field(schedule.hour, 0, 23)
    days, months = _field(schedule.day_of_month, 1, 31), _field(schedule.month_of_year, 1, 12)
    weekdays = _field(schedule.day_of_week, 0, 6)
    if "*" in (days, weekdays):
        return {"cron": f"{minutes} {hours} {days} {months} {weekdays}", "timezone": timezone}
    names = ",".join(_WEEKDAYS[day] for day in sorted(schedule.day_of_week))
    return {
        "calendar": f"{names} *-{_listed(schedule.month_of_year)}-{_listed(schedule.day_of_month)}"
        f" {_listed(schedule.hour)}:{_listed(schedule.minute)}:00",
        "timezone": timezone,
    }


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


def _zone_name(zone: object) -> str:
    """The name of a time zone; "" for one that has none, as a fixed offset, which no check can have."""
    if isinstance(zone, tzinfo) and zone.utcoffset(None) == timedelta(0):
        return "UTC"
    return str(getattr(zone, "key", None) or getattr(zone, "zone", None) or "")


def due_at(entry: Any, now: float) -> float | None:
    """When ``entry`` was due, as its scheduler reckons; Unix seconds."""
    try:
        remaining = entry.schedule.remaining_estimate(entry.last_run_at)
        return min(now, now + float(remaining.total_seconds()))
    except Exception:  # noqa: BLE001 - a schedule of somebody else's making
        return None

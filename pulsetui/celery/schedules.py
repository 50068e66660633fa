"""The schedules of beat as a check of PulseTUI has them.

| of beat | in checks.toml |
| --- | --- |
| ``schedule``, a timedelta, seconds | ``every``, rounded up to whole seconds |
| ``crontab`` | ``cron``; ``calendar`` when both a weekday and a day of the month are named |
| ``solar`` | ``every = "1d"``: it shifts by minutes from one day to the next, which the grace bears |
| ``clocked`` of django-celery-beat | ``calendar`` with its one instant: after that nothing is expected |
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pulsetui.provision.field_sets import keys_of_period, keys_of_sets, zone_name

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
    return keys_of_period(period)


def _of_crontab(schedule: Any, zone: object) -> Mapping[str, str]:
    timezone = zone_name(getattr(schedule, "tz", None) or zone)
    if not timezone:
        return {}
    return keys_of_sets(
        minutes=schedule.minute,
        hours=schedule.hour,
        days=schedule.day_of_month,
        months=schedule.month_of_year,
        weekdays=schedule.day_of_week,
        timezone=timezone,
    )


def due_at(entry: Any, now: float) -> float | None:
    """When ``entry`` was due, as its scheduler reckons; Unix seconds."""
    try:
        remaining = entry.schedule.remaining_estimate(entry.last_run_at)
        return min(now, now + float(remaining.total_seconds()))
    except Exception:  # noqa: BLE001 - a schedule of somebody else's making
        return None

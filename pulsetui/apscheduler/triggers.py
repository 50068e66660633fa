"""The triggers of APScheduler as a check of PulseTUI has them.

| of APScheduler | in checks.toml |
| --- | --- |
| ``cron``, whose Monday is 0 | ``cron``; ``calendar`` when both a weekday and a day of the month are named |
| ``interval`` | ``every``, rounded up to whole seconds; a jitter is added to the grace |
| ``date`` | ``calendar`` with its one instant: after that nothing is expected |
| ``cron`` with seconds, weeks or "2nd fri", and any other | ``every``: the longest time between two runs |
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from pulsetui.core.schedule.duration import format_duration, parse_duration
from pulsetui.provision.field_sets import keys_of_period, keys_of_sets, zone_name

_LOOKED_AT = 60
"""Runs between which the longest time is looked for; of a job of each month these are five years."""


def check_keys(trigger: Any, now: datetime) -> Mapping[str, str]:
    """The keys of a check for ``trigger``. Empty for one that will not fire again after ``now``."""
    from apscheduler.triggers.cron import CronTrigger
    from apscheduler.triggers.date import DateTrigger
    from apscheduler.triggers.interval import IntervalTrigger

    if isinstance(trigger, DateTrigger):
        return {"calendar": f"{trigger.run_date.astimezone(UTC):%Y-%m-%d %H:%M:%S}", "timezone": "UTC"}
    keys: Mapping[str, str] = {}
    if isinstance(trigger, IntervalTrigger):
        keys = keys_of_period(trigger.interval)
    elif isinstance(trigger, CronTrigger):
        keys = _of_cron(trigger)
    return _with_jitter(keys or _by_its_runs(trigger, now), trigger)


def _of_cron(trigger: Any) -> Mapping[str, str]:
    """Empty where cron and calendars have no words for it."""
    timezone = zone_name(trigger.timezone)
    fields = {field.name: _values(field) for field in trigger.fields}
    if not timezone or None in fields.values() or fields["second"] != {0}:
        return {}
    if any(str(field) != "*" for field in trigger.fields if field.name in ("year", "week")):
        return {}
    sets = {name: values for name, values in fields.items() if values is not None}
    return keys_of_sets(
        minutes=sets["minute"],
        hours=sets["hour"],
        days=sets["day"],
        months=sets["month"],
        weekdays={(day + 1) % 7 for day in sets["day_of_week"]},
        timezone=timezone,
    )


def _values(field: Any) -> set[int] | None:
    """The values of a field; None for expressions that depend on the month, like "last"."""
    from apscheduler.triggers.cron.expressions import (
        AllExpression,
        MonthRangeExpression,
        RangeExpression,
        WeekdayRangeExpression,
    )
    from apscheduler.triggers.cron.fields import MAX_VALUES, MIN_VALUES

    found: set[int] = set()
    for expression in field.expressions:
        kind = type(expression)
        if kind is AllExpression:
            first, last = MIN_VALUES[field.name], MAX_VALUES[field.name]
        elif kind in (RangeExpression, MonthRangeExpression, WeekdayRangeExpression):
            first = expression.first
            last = MAX_VALUES[field.name] if expression.last is None else expression.last
        else:
            return None
        found.update(range(first, last + 1, expression.step or 1))
    return found


def _by_its_runs(trigger: Any, now: datetime) -> Mapping[str, str]:
    runs: list[datetime] = []
    previous = None
    while len(runs) < _LOOKED_AT:
        fires = trigger.get_next_fire_time(previous, runs[-1] if runs else now)
        if fires is None or (runs and fires <= runs[-1]):
            break
        runs.append(fires)
        previous = fires
    gaps = [after.timestamp() - before.timestamp() for before, after in pairwise(runs)]
    if gaps:
        return keys_of_period(timedelta(seconds=max(gaps)))
    return {"calendar": f"{runs[0].astimezone(UTC):%Y-%m-%d %H:%M:%S}", "timezone": "UTC"} if runs else {}


def _with_jitter(keys: Mapping[str, str], trigger: Any) -> Mapping[str, str]:
    jitter = getattr(trigger, "jitter", None)
    if not jitter or not keys:
        return keys
    grace = parse_duration(keys.get("grace", "1h")) + timedelta(seconds=2 * jitter)
    return {**keys, "grace": format_duration(grace)}

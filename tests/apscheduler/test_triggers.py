"""Triggers as checks have them, held against what APScheduler itself says is due."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger
from hypothesis import given, settings
from hypothesis import strategies as st

from pulsetui.apscheduler.triggers import check_keys
from pulsetui.core.schedule.parse import parse_schedule
from pulsetui.core.schedule.schedule import ScheduleKind

NOW = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
RIGA = ZoneInfo("Europe/Riga")


def cron(**fields: Any) -> CronTrigger:
    return CronTrigger(**{"timezone": RIGA, **fields})


@pytest.mark.parametrize(
    ("trigger", "keys"),
    [
        (cron(hour=2), {"cron": "0 2 * * *", "timezone": "Europe/Riga"}),
        (cron(minute="*/15"), {"cron": "*/15 * * * *", "timezone": "Europe/Riga"}),
        (cron(day_of_week=0, hour=9, timezone=UTC), {"cron": "0 9 * * 1", "timezone": "UTC"}),
        (cron(day_of_week="sat,sun", hour=9), {"cron": "0 9 * * 0,6", "timezone": "Europe/Riga"}),
        (
            CronTrigger.from_crontab("0 5 1 jan-mar *", timezone=UTC),
            {"cron": "0 5 1 1-3 *", "timezone": "UTC"},
        ),
        (IntervalTrigger(minutes=5), {"every": "300s", "grace": "75s"}),
        (IntervalTrigger(hours=1, jitter=600), {"every": "3600s", "grace": "35m"}),
        (
            DateTrigger(datetime(2026, 12, 24, 18, tzinfo=RIGA)),
            {"calendar": "2026-12-24 16:00:00", "timezone": "UTC"},
        ),
        (cron(second="*/20"), {"every": "20s", "grace": "60s"}),
        (cron(day="last", hour=3, timezone=UTC), {"every": "2678400s", "grace": "3600s"}),
        (
            OrTrigger([cron(hour=2, timezone=UTC), cron(hour=14, timezone=UTC)]),
            {"every": "43200s", "grace": "3600s"},
        ),
        (cron(year=2020), {}),
    ],
)
def test_a_trigger_becomes_the_keys_of_a_check(trigger: Any, keys: Mapping[str, str]) -> None:
    assert check_keys(trigger, NOW) == keys


def _some(lowest: int, highest: int) -> st.SearchStrategy[str]:
    return st.frozensets(st.integers(lowest, highest), min_size=1, max_size=4).map(
        lambda found: ",".join(map(str, sorted(found)))
    )


@given(
    minute=_some(0, 59),
    hour=_some(0, 23),
    weekday=st.one_of(st.just("*"), _some(0, 6)),
    day=st.one_of(st.just("*"), _some(1, 28), st.just("5-20/5"), st.just("*/7")),
    month=st.one_of(st.just("*"), _some(1, 12)),
    after=st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001 - UTC is put on below
)
@settings(max_examples=100, deadline=None)
def test_a_check_is_due_when_the_job_runs(
    minute: str, hour: str, weekday: str, day: str, month: str, after: datetime
) -> None:
    now = after.replace(second=30, microsecond=0, tzinfo=UTC)
    trigger = cron(minute=minute, hour=hour, day_of_week=weekday, day=day, month=month, timezone=UTC)
    keys = dict(check_keys(trigger, now))
    zone = keys.pop("timezone")
    ((kind, expression),) = keys.items()
    kinds: dict[str, ScheduleKind] = {"cron": "cron", "calendar": "calendar"}
    (found,) = parse_schedule(kinds[kind], expression, zone).between(now, now + timedelta(days=15000), 1)
    assert found == trigger.get_next_fire_time(None, now)

"""Schedules of beat as checks have them, held against what Celery itself says is due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from celery import Celery
from celery.schedules import crontab, schedule
from hypothesis import given, settings
from hypothesis import strategies as st

from pulsetui.celery.schedules import check_keys, due_at
from pulsetui.core.schedule.parse import parse_schedule
from pulsetui.core.schedule.schedule import ScheduleKind

_RIGA = ZoneInfo("Europe/Riga")
_APP = Celery("shop", set_as_current=False)
_APP.conf.timezone = "Europe/Riga"


@pytest.mark.parametrize(
    ("given_crontab", "expected"),
    [
        (crontab(), "* * * * *"),
        (crontab(minute="*/15"), "*/15 * * * *"),
        (crontab(minute=0, hour=9, day_of_week=1), "0 9 * * 1"),
        (crontab(minute=0, hour=2, day_of_week="mon-fri"), "0 2 * * 1-5"),
        (crontab(minute=30, hour="22-3", day_of_month=1), "30 0,1,2,3,22,23 1 * *"),
    ],
)
def test_a_crontab_becomes_a_cron_line(given_crontab: crontab, expected: str) -> None:
    given_crontab.app = _APP
    assert check_keys(given_crontab, UTC) == {"cron": expected, "timezone": "Europe/Riga"}


def test_a_crontab_with_both_day_fields_needs_both_as_celery_does() -> None:
    app = Celery("shop", set_as_current=False)
    keys = check_keys(crontab(minute=0, hour=9, day_of_week="mon", day_of_month="1-3", app=app), UTC)
    assert keys == {
        "calendar": "Mon *-01,02,03,04,05,06,07,08,09,10,11,12-01,02,03 09:00:00",
        "timezone": "UTC",
    }


@given(
    minute=st.frozensets(st.integers(0, 59), min_size=1),
    hour=st.frozensets(st.integers(0, 23), min_size=1),
    weekday=st.one_of(st.just("*"), st.frozensets(st.integers(0, 6), min_size=1).map(set)),
    day=st.one_of(st.just("*"), st.frozensets(st.integers(1, 28), min_size=1).map(set)),
    month=st.frozensets(st.integers(1, 12), min_size=1),
    after=st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001 - UTC is put on below
)
@settings(max_examples=150, deadline=None)
def test_a_check_is_due_when_celery_runs_its_entry(
    minute: frozenset[int],
    hour: frozenset[int],
    weekday: set[int] | str,
    day: set[int] | str,
    month: frozenset[int],
    after: datetime,
) -> None:
    now = after.replace(second=30, microsecond=0, tzinfo=UTC)
    app = Celery("shop", set_as_current=False)
    entry = crontab(
        minute=set(minute),
        hour=set(hour),
        day_of_week=weekday,
        day_of_month=day,
        month_of_year=set(month),
        nowfun=lambda: now,
        app=app,
    )
    keys = dict(check_keys(entry, UTC))
    zone = keys.pop("timezone")
    ((kind, expression),) = keys.items()
    kinds: dict[str, ScheduleKind] = {"cron": "cron", "calendar": "calendar"}
    found = parse_schedule(kinds[kind], expression, zone).between(now, now + timedelta(days=4000), 1)
    assert list(found) == [now + entry.remaining_estimate(now)]


@pytest.mark.parametrize(
    ("period", "every", "grace"),
    [
        (timedelta(seconds=30), "30s", "60s"),
        (timedelta(seconds=0.4), "1s", "60s"),
        (timedelta(days=1), "86400s", "3600s"),
    ],
)
def test_an_interval_becomes_a_period(period: timedelta, every: str, grace: str) -> None:
    assert check_keys(schedule(period), UTC) == {"every": every, "grace": grace}


def test_a_solar_schedule_is_expected_daily_with_an_hour_to_shift_in() -> None:
    solar = SimpleNamespace(event="sunrise", lat=56.9, lon=24.1)
    assert check_keys(solar, UTC) == {"every": "1d", "grace": "1h"}


def test_a_clocked_schedule_is_expected_once() -> None:
    clocked = SimpleNamespace(clocked_time=datetime(2026, 12, 24, 18, 0, tzinfo=_RIGA))
    keys = check_keys(clocked, UTC)
    assert keys == {"calendar": "2026-12-24 16:00:00", "timezone": "UTC"}
    once = parse_schedule("calendar", keys["calendar"], keys["timezone"])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    assert list(once.between(start, start + timedelta(days=4000), 5)) == [
        datetime(2026, 12, 24, 16, tzinfo=UTC)
    ]


def test_a_zone_without_a_name_gives_no_schedule_rather_than_a_wrong_one() -> None:
    entry = crontab(minute=0, hour=2)
    entry.app = SimpleNamespace(timezone=timezone(timedelta(hours=2)))
    assert check_keys(entry, UTC) == {}


def test_what_nobody_knows_gives_no_schedule() -> None:
    assert check_keys(object(), UTC) == {}


def test_an_entry_was_due_when_its_period_after_the_last_run_was_over() -> None:
    now = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
    entry = SimpleNamespace(
        schedule=crontab(minute=0, hour=2, nowfun=lambda: now, app=_APP),
        last_run_at=datetime(2026, 11, 27, 0, 0, tzinfo=UTC),
    )
    assert due_at(entry, now.timestamp()) == datetime(2026, 11, 28, 2, 0, tzinfo=_RIGA).timestamp()

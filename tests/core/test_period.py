"""The ``every`` schedule."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from pulsetui.core.schedule.period import Every
from pulsetui.core.schedule.schedule import Schedule
from pulsetui.errors import ScheduleError
from tests.core.instants import utc

NOON = utc("2031-01-01 12:00")


@pytest.mark.parametrize(
    ("text", "expression", "words"),
    [
        ("15m", "15m", "every 15 minutes"),
        ("60m", "1h", "every hour"),
        ("1h30m", "1h30m", "every 1 hour 30 minutes"),
        (90, "1m30s", "every 1 minute 30 seconds"),
        ("1d", "1d", "every day"),
        ("2w", "2w", "every 2 weeks"),
        ("1 s", "1s", "every second"),
    ],
)
def test_a_period_has_one_canonical_text_and_words(text: str | int, expression: str, words: str) -> None:
    every = Every.parse(text)
    assert (every.expression, every.describe()) == (expression, words)
    assert Every.parse(every.expression) == every


@pytest.mark.parametrize("bad", ["", "soon", "0", "0s", 0, -5, "-5m", "15x", "0 6 31 4 1", "2 2", "9999w"])
def test_what_is_no_period_is_refused(bad: str | int) -> None:
    with pytest.raises(ScheduleError):
        Every.parse(bad)


@pytest.mark.parametrize("period", [timedelta(0), timedelta(seconds=-1), timedelta(milliseconds=1500)])
def test_a_period_is_whole_seconds_and_at_least_one(period: timedelta) -> None:
    with pytest.raises(ScheduleError, match="whole seconds"):
        Every(period)


def test_a_period_counts_from_the_report() -> None:
    every: Schedule = Every(timedelta(minutes=15))
    assert (every.kind, every.timezone) == ("every", "UTC")
    assert every.next(NOON) == NOON + timedelta(minutes=15)
    assert every.prev(NOON) == NOON - timedelta(minutes=15)
    assert every.slot(NOON, timedelta(hours=1)) == NOON
    assert list(every.between(NOON, NOON + timedelta(hours=1), 100)) == [
        NOON + timedelta(minutes=15 * count) for count in (1, 2, 3, 4)
    ]
    assert len(every.between(NOON, NOON + timedelta(hours=1), 2)) == 2
    assert every.warnings(utc("2026-11-20")) == ()


def test_a_period_is_shown_in_its_zone_and_the_same_in_any() -> None:
    tokyo, riga = (Every.parse("1d", zone) for zone in ("Asia/Tokyo", "Europe/Riga"))
    assert (tokyo.timezone, riga.timezone) == ("Asia/Tokyo", "Europe/Riga")
    for instant in (NOON, utc("2031-03-30 00:30")):  # clocks go forward in Riga within the day
        assert tokyo.next(instant) == riga.next(instant) == instant + timedelta(days=1)
        assert tokyo.prev(instant) == riga.prev(instant)


def test_a_period_ends_with_the_calendar() -> None:
    every = Every(timedelta(days=1))
    assert every.next(datetime.max.replace(tzinfo=NOON.tzinfo)) is None
    assert every.prev(datetime.min.replace(tzinfo=NOON.tzinfo)) is None

"""The words and times that the screen and the commands share."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.core.text.phrases import (
    ago_text,
    count_text,
    duration_text,
    full_stop,
    instant_text,
    instants_text,
    metrics_text,
    number_text,
    one_unit,
    span_text,
    until_text,
)

RIGA = ZoneInfo("Europe/Riga")
BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 16, 7, 0, tzinfo=UTC)  # a Monday


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (45.9, "45s"),
        (59.999, "59s"),
        (60, "1m"),
        (192, "3m 12s"),
        (185, "3m 05s"),
        (3599, "59m 59s"),
        (3600, "1h"),
        (3659, "1h"),
        (4 * 3600 + 5 * 60 + 59, "4h 05m"),
        (86399, "23h 59m"),
        (86400, "1d"),
        (2 * 86400 + 3 * 3600, "2d 3h"),
        (400 * 86400, "400d"),
        (-192, "3m 12s"),
    ],
)
def test_a_span_has_two_units_at_most(seconds: float, text: str) -> None:
    assert span_text(seconds) == text


@given(st.floats(min_value=0, max_value=1e9))
def test_every_span_is_short_and_never_longer_than_the_truth(seconds: float) -> None:
    sizes = {"d": 86400, "h": 3600, "m": 60, "s": 1}
    parts = span_text(seconds).split()

    assert 1 <= len(parts) <= 2
    shown = sum(int(part[:-1]) * sizes[part[-1]] for part in parts)
    assert shown <= seconds
    assert seconds - shown < sizes[parts[-1][-1]] * 60


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-1, "0.00s"), (0.354, "0.35s"), (0.9999, "1.0s"), (4.21, "4.2s"), (9.96, "10s"), (75, "1m 15s")],
)
def test_a_short_run_keeps_parts_of_a_second(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "ago", "until"),
    [
        (-192, "3m 12s ago", "late by 3m 12s"),
        (-0.4, "just now", "now"),
        (0, "just now", "now"),
        (0.4, "just now", "now"),
        (5, "just now", "in 5s"),
        (4 * 3600 + 300, "just now", "in 4h 05m"),
    ],
)
def test_distance_from_now_is_said_both_ways(seconds: float, ago: str, until: str) -> None:
    instant = NOW + timedelta(seconds=seconds)

    assert ago_text(instant, NOW) == ago
    assert until_text(instant, NOW) == until


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (datetime(2026, 11, 16, 0, 0, tzinfo=UTC), "today 02:00"),
        (datetime(2026, 11, 16, 22, 30, tzinfo=UTC), "tomorrow 00:30"),  # already Tuesday in Riga
        (datetime(2026, 11, 15, 21, 59, tzinfo=UTC), "Sun 23:59"),
        (datetime(2026, 11, 10, 0, 0, tzinfo=UTC), "Tue 02:00"),
        (datetime(2026, 11, 9, 0, 0, tzinfo=UTC), "Mon 9 Nov 02:00"),
        (datetime(2026, 11, 22, 0, 0, tzinfo=UTC), "Sun 02:00"),
        (datetime(2026, 11, 23, 0, 0, tzinfo=UTC), "Mon 23 Nov 02:00"),
        (datetime(2025, 12, 31, 21, 59, tzinfo=UTC), "2025-12-31 23:59"),
        (datetime(2025, 12, 31, 22, 0, tzinfo=UTC), "Thu 1 Jan 00:00"),  # already the new year in Riga
        (datetime(2027, 1, 1, 0, 0, tzinfo=UTC), "2027-01-01 02:00"),
    ],
)
def test_an_instant_is_named_by_the_nearest_day(instant: datetime, text: str) -> None:
    assert instant_text(instant, RIGA, NOW) == text


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("in 4h 05m", "in 4h"),
        ("3m 12s ago", "3m ago"),
        ("late by 2d 3h", "late by 2d"),
        ("in 45s", "in 45s"),
        ("just now", "just now"),
    ],
)
def test_a_distance_can_do_without_its_second_unit(text: str, short: str) -> None:
    assert one_unit(text) == short


def test_instants_have_seconds_where_minutes_do_not_tell_them_apart() -> None:
    apart = [NOW + timedelta(minutes=n) for n in (1, 2)]
    close = [NOW + timedelta(seconds=20 * n) for n in (1, 2)]

    assert instants_text(apart, RIGA, NOW) == ["today 09:01", "today 09:02"]
    assert instants_text(close, RIGA, NOW) == ["today 09:00:20", "today 09:00:40"]


def test_the_repeated_hour_says_which_of_the_two_it_is() -> None:
    before = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)

    first, second = (instant_text(before + timedelta(hours=h), BERLIN, before) for h in (0, 1))

    assert (first, second) == ("today 02:30 CEST", "today 02:30 CET")


def test_one_thing_is_counted_in_the_singular() -> None:
    assert [count_text(n, "ping") for n in (0, 1, 2)] == ["0 pings", "1 ping", "2 pings"]
    assert [count_text(n, "entry", "entries") for n in (1, 3)] == ["1 entry", "3 entries"]


@pytest.mark.parametrize(
    ("metrics", "text"),
    [
        ({"records": 312.0}, "312 records"),
        ({"records": 1.0}, "records 1"),
        ({"records": 0.0}, "0 records"),
        ({"ratio": 0.123456}, "ratio 0.1235"),
        ({"megabytes": 1_500_000.0}, "1500000 megabytes"),
        ({"balance": -3.0}, "balance -3"),
        ({"size": 1e300}, "size 1e+300"),
        ({"a": 1.0, "b": 2.0, "c": 3.0, "d": 4.0, "e": 5.0}, "a 1, b 2, c 3, 2 more"),
    ],
)
def test_metrics_are_said_as_counted_things(metrics: dict[str, float], text: str) -> None:
    assert metrics_text(metrics) == text


@given(st.floats())
def test_every_number_is_said(value: float) -> None:
    assert number_text(value).isprintable()


def test_a_sentence_that_asks_gets_no_full_stop_behind_it() -> None:
    assert full_stop("Up since 02:00") == "Up since 02:00."
    assert full_stop("is its crontab line there?") == "is its crontab line there?"

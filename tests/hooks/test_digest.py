"""Storms in one sentence; retries in a table."""

from __future__ import annotations

import math
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.client.alert import AlertEvent, Delivery
from pulsetui.core.state.status import Reason
from pulsetui.hooks.digest import digest, is_digestible
from pulsetui.hooks.retry import (
    GIVEN_UP_AFTER,
    JITTER,
    MAX_TRIES,
    left_alone_until,
    next_try,
    stretched,
)
from tests.hooks.fakes import START, an_alert

DOWN, UP, NOTE = AlertEvent.DOWN, AlertEvent.UP, AlertEvent.NOTE


@pytest.mark.parametrize(
    ("events", "title"),
    [
        ("a:down b:down", "2 checks are overdue: A, B"),
        ("a:down b:down c:down d:down", "4 checks are overdue: A, B, C …"),
        ("a:down b:up c:up", "1 check is overdue, 2 checks are up again: A"),
        ("a:up b:up", "2 checks are up again: A, B"),
        ("a:down a:up b:down", "1 check is overdue, 1 check is up again: B"),
        ("a:down a:up a:down", "1 check is overdue: A"),
        ("a:note b:note", "2 checks have notes: A, B"),
    ],
)
def test_a_digest_says_how_many_and_which(events: str, title: str) -> None:
    alerts = [an_alert(slug, AlertEvent(event)) for slug, event in (e.split(":") for e in events.split())]
    assert digest(alerts).title == title


def test_a_digest_is_as_urgent_as_its_worst_and_as_new_as_its_newest() -> None:
    later = START + timedelta(minutes=3)
    told = digest([an_alert("a", UP), an_alert("b", DOWN), an_alert("c", UP, at=later)])
    assert (told.event, told.at, told.slug) == (DOWN, later, "")


def test_the_body_of_a_digest_names_the_checks_by_what_is_wrong_with_them() -> None:
    failed = an_alert("b", reason=Reason.FAILED, tags=("web",))
    told = digest([an_alert("a"), failed, an_alert("c"), an_alert("d", UP), an_alert("a", AlertEvent.NOTE)])
    assert told.title == "3 checks are down, 1 check is up again, 1 check has a note: A, B, C"
    assert told.body.splitlines() == [
        "2 checks are overdue: A, C",
        "1 check failed: B",
        "1 check is up again: D",
        "1 check has a note: A",
        "By tag: billing 2, nightly 2",
    ]


def test_the_body_of_a_digest_is_no_longer_than_a_screenful_whatever_the_storm() -> None:
    lines = digest([an_alert(f"c{n}") for n in range(10_000)]).body.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("10000 checks are overdue: C0, C1, C2, ")
    assert lines[0].endswith(", C11 and 9988 more")


def test_what_was_acknowledged_is_still_counted_as_down() -> None:
    told = digest([an_alert("a"), an_alert("b"), an_alert("a", AlertEvent.ACKNOWLEDGED)])
    assert told.title == "2 checks are overdue, 1 check was acknowledged: A, B"


@pytest.mark.parametrize(
    ("minutes", "since"),
    [
        ([0, 0, 0], " since 02:30 UTC"),
        ([0, 5, 9], ", the first since 02:30 UTC"),
        ([-24 * 60, 0, 0], ", the first since Sat 2026-02-28 02:30 UTC"),
    ],
)
def test_a_digest_says_since_when(minutes: list[int], since: str) -> None:
    begins = [START + timedelta(minutes=n) for n in minutes]
    told = digest([an_alert(f"c{n}", since=begin) for n, begin in enumerate(begins)])
    assert told.title == f"3 checks are overdue{since}: C0, C1, C2"


def test_the_time_in_a_digest_is_told_in_the_zone_of_its_reader() -> None:
    alerts = [an_alert(slug, since=START) for slug in ("a", "b")]
    assert "since 08:00 IST" in digest(alerts, ZoneInfo("Asia/Kolkata")).title


def test_a_drill_and_a_trial_are_in_no_digest() -> None:
    assert is_digestible(an_alert())
    assert not is_digestible(an_alert(drill=True))
    assert not is_digestible(an_alert("", AlertEvent.TEST))


@given(st.integers(0, 30), st.floats(0, 2 * 86400), st.booleans())
def test_a_retry_is_in_the_future_and_within_a_day_of_the_alert(
    tries: int, age: float, permanent: bool
) -> None:
    delivery = Delivery(id=1, hook="phone", alert=an_alert(), tries=tries, created_at=START)
    now = START + timedelta(seconds=age)
    again = next_try(delivery, now, permanent=permanent)
    if again is not None:
        assert timedelta(seconds=5) <= again - now <= timedelta(hours=1)
        assert again - START <= GIVEN_UP_AFTER
    assert (again is None) or not (permanent or tries + 1 >= MAX_TRIES)


def test_a_first_failure_is_tried_again_after_five_seconds() -> None:
    delivery = Delivery(id=1, hook="phone", alert=an_alert(), tries=0, created_at=START)
    assert next_try(delivery, START, permanent=False) == START + timedelta(seconds=5)


def test_pauses_differ_so_that_what_failed_together_does_not_come_back_together() -> None:
    assert [stretched(random) for random in (0.0, 0.5, 1.0)] == [1 - JITTER, 1, 1 + JITTER]
    delivery = Delivery(id=1, hook="phone", alert=an_alert(), tries=2, created_at=START)
    again = [next_try(delivery, START, permanent=False, stretch=stretched(random)) for random in (0.0, 1.0)]
    assert again == [START + timedelta(seconds=45), START + timedelta(seconds=75)]


@given(st.integers(0, 18), st.floats(0, 86000), st.floats(allow_nan=True, allow_infinity=True))
def test_a_hook_is_left_alone_for_as_long_as_it_asks_but_an_alert_has_a_last_try_within_its_day(
    tries: int, age: float, retry_after_s: float
) -> None:
    delivery = Delivery(id=1, hook="phone", alert=an_alert(), tries=tries, created_at=START)
    now = START + timedelta(seconds=age)
    asked = left_alone_until(now, retry_after_s)
    plain = next_try(delivery, now, permanent=False)
    again = next_try(delivery, now, permanent=False, not_before=asked)
    if asked is None:
        assert again == plain
        assert not (math.isfinite(retry_after_s) and retry_after_s > 0)
    elif again is not None and again - START < GIVEN_UP_AFTER:
        assert again >= asked
        assert asked - now <= timedelta(days=1)
    assert (again is None) == (plain is None)


def test_what_was_held_for_days_is_not_given_up_at_its_first_failure() -> None:
    delivery = Delivery(id=1, hook="phone", alert=an_alert(), tries=0, created_at=START)
    now = START + timedelta(days=3)
    assert next_try(delivery, now, permanent=False) is None
    assert next_try(delivery, now, permanent=False, held=True) == now + timedelta(seconds=5)

"""Storms in one sentence; retries in a table."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.client.alert import AlertEvent, Delivery
from pulsetui.hooks.digest import digest
from pulsetui.hooks.retry import GIVEN_UP_AFTER, MAX_TRIES, next_try
from tests.hooks.fakes import START, an_alert

DOWN, UP, NOTE = AlertEvent.DOWN, AlertEvent.UP, AlertEvent.NOTE


@pytest.mark.parametrize(
    ("events", "title"),
    [
        ("a:down b:down", "2 checks are down: A, B"),
        ("a:down b:down c:down d:down", "4 checks are down: A, B, C …"),
        ("a:down b:up c:up", "1 check is down, 2 checks are up again: A"),
        ("a:up b:up", "2 checks are up again: A, B"),
        ("a:down a:up b:down", "1 check is down, 1 check is up again: B"),
        ("a:down a:up a:down", "1 check is down: A"),
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


def test_the_body_of_a_digest_tells_every_title_up_to_a_screenful() -> None:
    assert digest([an_alert("a"), an_alert("b", UP)]).body == "a is overdue\nb is up"
    lines = digest([an_alert(f"c{n}") for n in range(300)]).body.splitlines()
    assert (len(lines), lines[-1]) == (20, "… 281 more")


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

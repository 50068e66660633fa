"""One idiom for being told of something."""

from __future__ import annotations

import pytest

from pulsetui.client.observers import Observers


def test_all_are_told_in_the_order_in_which_they_came() -> None:
    told: list[str] = []
    observers: Observers[[str]] = Observers()
    observers.subscribe(lambda what: told.append(f"first {what}"))
    leave = observers.subscribe(lambda what: told.append(f"second {what}"))
    observers("a")
    leave()
    leave()
    observers("b")
    assert told == ["first a", "second a", "first b"]
    assert len(observers) == 1


def test_one_may_leave_while_all_are_told() -> None:
    told: list[str] = []
    observers: Observers[[]] = Observers()

    def once() -> None:
        told.append("once")
        leave()

    leave = observers.subscribe(once)
    observers.subscribe(lambda: told.append("always"))
    observers()
    observers()
    assert told == ["once", "always", "always"]


def test_the_mistake_of_one_is_logged_and_stops_no_other(caplog: pytest.LogCaptureFixture) -> None:
    told: list[str] = []
    observers: Observers[[]] = Observers()

    def fail() -> None:
        raise ValueError("a mistake")

    observers.subscribe(fail)
    observers.subscribe(lambda: told.append("told"))
    observers()
    assert told == ["told"]
    assert "a mistake" in caplog.text

"""A pause or a resume that is undone has never been."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from pulsetui.core.state import machine, operate
from pulsetui.core.state.check import Check
from pulsetui.core.state.ping import Ping
from pulsetui.core.state.state import new_state
from pulsetui.core.state.status import PingKind
from tests.core.ladder import DAY, Ladder, at
from tests.core.test_machine_properties import checks

NIGHTLY = "0 2 * * *"

pings = st.lists(
    st.tuples(
        st.sampled_from(["success", "start", "fail"]), st.integers(0, 200), st.none() | st.integers(1, 3)
    ),
    max_size=12,
)


def overdue() -> Ladder:
    check = Ladder(NIGHTLY, grace=30)
    check.ping("success", "02:05")
    check.until("+1 12:00")
    return check


def test_undoing_a_pause_opens_the_incident_again() -> None:
    check, before = overdue(), overdue().state
    check.pause("+1 12:01")
    assert check.incidents[1].ended_at == at("+1 12:01")

    assert check.undo("+1 12:02")

    assert check.state == before
    assert check.status("+1 12:02") == "down missed"
    assert check.incidents[1].ended_at is None


def test_the_time_of_the_pause_is_judged_when_it_is_undone() -> None:
    check = Ladder(NIGHTLY, grace=30)
    check.ping("success", "02:05")
    check.pause("+1 01:00")
    check.until("+1 03:00")

    assert check.undo("+1 03:00")

    assert check.status("+1 03:00") == "down missed"
    assert check.flips[-1].at == at("+1 02:30")


def test_a_resume_is_undone_to_the_pause_and_that_to_what_was_before() -> None:
    check, before = overdue(), overdue().state
    check.pause("+1 12:01")
    paused = check.state
    check.resume("+1 12:02")

    assert check.undo("+1 12:03")
    assert check.state == paused
    assert check.undo("+1 12:04")
    assert check.state == before


def test_what_has_reported_since_cannot_be_undone() -> None:
    check = overdue()
    check.pause("+1 12:01")
    check.ping("log", "+1 12:02")
    assert not check.undo("+1 12:03")
    assert check.state.before_pause is None


def test_a_pause_that_nobody_watched_cannot_be_undone() -> None:
    check = overdue()
    check.pause("+1 12:01")
    check.skip("+1 13:00", "+1 14:00")
    assert not check.undo("+1 15:00")

    check.resume("+1 15:01")
    check.set_back("+1 15:02", "+1 14:01")
    assert not check.undo("+1 14:02")


def test_an_edit_during_the_pause_makes_nothing_late_for_the_time_before_it() -> None:
    check = Ladder(NIGHTLY, grace=10)
    check.ping("success", "02:05")
    check.pause("10:00")
    check.redefine("10:20", "0 * * * *", grace=10)

    assert check.undo("10:21")

    assert check.status("10:21") == "up"
    assert check.state.due == at("11:00")


def test_pausing_and_resuming_for_ever_keeps_a_few_states_only() -> None:
    check = overdue()
    for _ in range(9):
        check.pause("+1 12:01")
        check.resume("+1 12:01")
    depth, state = 0, check.state
    while state.before_pause is not None:
        depth, state = depth + 1, state.before_pause
    assert depth == operate.UNDONE_IN_A_ROW


@given(checks, pings, st.integers(0, 3000), st.integers(0, 3000))
def test_a_pause_that_is_undone_has_never_been(
    check: Check, history: list[tuple[str, int, int | None]], looked: int, undone: int
) -> None:
    state, now = operate.redefine(check, new_state(DAY), DAY).state, DAY
    for kind, step, run in history:
        now += timedelta(minutes=step)
        rid = None if run is None else UUID(int=run)
        state = machine.receive(check, state, Ping(kind=PingKind(kind), at=now, rid=rid), now).state
    state = machine.advance(check, state, now).state

    paused = operate.pause(check, state, now).state
    now += timedelta(minutes=looked)
    paused = machine.advance(check, paused, now).state
    now += timedelta(minutes=undone)
    restored = operate.undo(check, paused, now)

    assert restored is not None
    assert machine.advance(check, restored.state, now) == machine.advance(check, state, now)

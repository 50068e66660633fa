"""Of a calm check the few things that are kept apart say the same as all that is remembered."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from pulsetui.core.calm import Calm, calm_of, definition_of
from pulsetui.core.schedule.cron import Cron
from pulsetui.core.schedule.period import Every
from pulsetui.core.state import machine, operate
from pulsetui.core.state.check import Check
from pulsetui.core.state.ping import Ping
from pulsetui.core.state.state import CheckState, missed_at, new_state, next_wake
from pulsetui.core.state.status import PingKind, Status
from tests.core.ladder import DAY
from tests.core.test_machine_properties import Event, all_checks, events, taken

HOUR = timedelta(hours=1)
HOURLY = Check(slug="job", name="Job", schedule=Every(HOUR), grace=timedelta(minutes=5))
offsets = st.integers(-500, 3000).map(lambda n: timedelta(minutes=n))


def played(check: Check, history: list[Event]) -> tuple[CheckState, datetime]:
    state, now = operate.redefine(check, new_state(DAY), DAY).state, DAY
    for event in history:
        transition, now = taken(check, state, event, now)
        state = transition.state
    return state, now


def runs_out(calm: Calm, since: datetime, until: datetime) -> bool:
    """Whether a start looks at it that finds nobody has watched since then."""
    return calm.deadline is not None and since < calm.deadline <= until


def begun(check: Check) -> CheckState:
    return operate.redefine(check, new_state(DAY), DAY).state


def reported(check: Check, at: datetime = DAY) -> CheckState:
    return machine.receive(check, begun(check), Ping(kind=PingKind.SUCCESS, at=at), at).state


@given(all_checks, events, offsets)
def test_it_is_looked_at_when_its_state_says_so(
    check: Check, history: list[Event], offset: timedelta
) -> None:
    state, now = played(check, history)
    calm = calm_of(check, state)
    assume(calm is not None)
    assert calm is not None
    for instant in (now + offset, calm.due, calm.deadline):
        if instant is not None:
            for at in (instant - timedelta(microseconds=1), instant):
                assert calm.wake(at) == next_wake(check, state, at)
    assert calm.status is state.status is not Status.DOWN
    assert calm.due == state.due


@given(all_checks, events, offsets, offsets)
def test_a_start_would_have_left_it_as_it_is(
    check: Check, history: list[Event], begin: timedelta, end: timedelta
) -> None:
    state, now = played(check, history)
    calm = calm_of(check, state)
    assume(calm is not None)
    assert calm is not None
    assert operate.redefine(check, state, now).state is state
    since, until = now + min(begin, end), now + max(begin, end)
    assert runs_out(calm, since, until) == operate.is_touched(check, state, since, until)
    missed = missed_at(check, state)
    assert missed is None or runs_out(calm, missed[0] - timedelta(microseconds=1), missed[0])
    assert not runs_out(calm, since, since)


@given(all_checks, events, all_checks)
def test_what_is_defined_alike_leaves_it_as_it_is(check: Check, history: list[Event], another: Check) -> None:
    """It may be defined in another way since it was sealed: only what the definition names decides."""
    state, now = played(check, history)
    calm = calm_of(check, state)
    alike = replace(
        another,
        schedule=check.schedule,
        grace=check.grace,
        start_grace=check.start_grace,
        max_runtime=check.max_runtime,
        wait_for_first=check.wait_for_first,
    )
    assume(calm is not None)
    assert calm is not None
    assert definition_of(alike) == definition_of(check)
    assert calm_of(alike, state) == calm
    assert calm.wake(now) == next_wake(alike, state, now)


def test_what_somebody_has_to_look_at_is_not_calm() -> None:
    late = DAY + timedelta(hours=3)
    good = reported(HOURLY)
    assert calm_of(HOURLY, good) is not None
    assert calm_of(HOURLY, machine.advance(HOURLY, good, late).state) is None
    started = machine.receive(HOURLY, good, Ping(kind=PingKind.START, at=DAY), DAY).state
    assert calm_of(HOURLY, started) is None
    unwatched = operate.skip_unwatched(HOURLY, good, DAY, late).state
    assert unwatched.unwatched
    assert calm_of(HOURLY, unwatched) is None
    assert calm_of(HOURLY, operate.set_back(HOURLY, good, late, DAY).state) is None
    assert calm_of(HOURLY, operate.pause(HOURLY, good, DAY).state) is None  # it may be undone
    counted = Ping(kind=PingKind.SUCCESS, at=DAY, metrics={"rows": 3.0})
    assert calm_of(HOURLY, machine.receive(HOURLY, good, counted, DAY).state) is None


def test_a_state_of_another_definition_is_not_calm() -> None:
    good = reported(HOURLY)
    for another in (
        replace(HOURLY, schedule=Every(2 * HOUR)),
        replace(HOURLY, schedule=Cron.parse("0 * * * *")),
        replace(HOURLY, grace=HOUR),
        replace(HOURLY, start_grace=timedelta(minutes=1)),
        replace(HOURLY, max_runtime=HOUR),
    ):
        assert calm_of(another, good) is None
        assert definition_of(another) != definition_of(HOURLY)
    waits = replace(HOURLY, wait_for_first=True)
    assert calm_of(waits, begun(HOURLY)) is None
    assert definition_of(waits) != definition_of(HOURLY)

"""Whatever happens, in whatever order: a legal state."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pulsetui.core.proof.proof import parse_proof
from pulsetui.core.proof.verdict import ProofOutcome, Verdict
from pulsetui.core.schedule.cron import Cron
from pulsetui.core.schedule.period import Every
from pulsetui.core.state import machine, operate
from pulsetui.core.state.check import Check, OnEvent
from pulsetui.core.state.incident import Flip
from pulsetui.core.state.ping import Ping
from pulsetui.core.state.results import ProofFinding, take_finding
from pulsetui.core.state.state import CheckState, new_state, next_wake
from pulsetui.core.state.status import Outcome, PingKind, Status
from pulsetui.core.state.transition import Transition
from tests.core.ladder import DAY

minutes = st.integers(1, 300).map(lambda n: timedelta(minutes=n))
maybe = st.none() | minutes

checks = st.builds(
    Check,
    slug=st.just("job"),
    name=st.just("Job"),
    schedule=st.sampled_from(
        [Every(timedelta(minutes=15)), Cron.parse("0 * * * *"), Cron.parse("5 2 * * *")]
    ),
    grace=minutes,
    start_grace=maybe,
    max_runtime=maybe,
    min_runtime=maybe,
    min_interval=maybe,
    on_overlap=st.sampled_from(OnEvent),
    on_duplicate=st.sampled_from(OnEvent),
    failures_before_down=st.integers(1, 3),
    skips_before_down=st.integers(1, 3),
    successes_before_up=st.integers(1, 3),
    manual_resume=st.booleans(),
    wait_for_first=st.booleans(),
)

PROOF = "file:/b/dump newer 26h"
all_checks = checks | checks.map(lambda check: replace(check, prove=(parse_proof(PROOF),)))
"""Also those whose good runs are believed later."""

events = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *("success", "start", "fail", "skip", "log"),
                *("advance", "pause", "resume", "unwatched", "back"),
                *ProofOutcome,
            ]
        ),
        st.integers(0, 200),
        st.none() | st.integers(1, 3),
        st.integers(0, 30),
    ),
    max_size=25,
)


def legal(state: CheckState) -> None:
    assert state.status is not Status.LATE
    assert (state.status is Status.DOWN) == (state.incident is not None)
    assert (state.status is Status.DOWN) == (state.reason is not None)
    assert state.incident is None or state.incident.missed_count >= len(state.incident.missed) >= 0
    assert state.due is None or state.slot is not None
    assert state.set_back_at is not None or state.due is None or state.slot is None or state.due > state.slot
    assert state.pending is None or state.pending_run() is not None
    assert all(run.outcome in (Outcome.RUNNING, Outcome.HUNG) for run in state.runs)
    assert len({run.n for run in state.runs}) == len(state.runs)
    if state.status in (Status.NEW, Status.PAUSED):
        assert (state.incident is None and not state.pending_run()) or state.due is None or state.slot
    assert len(state.history) % 2 == 0
    assert (state.failures == 0) == (state.failing_since is None)
    assert state.incident is None or state.incident.since <= state.incident.started_at
    assert state.unproven is None or state.status in (Status.UP, Status.DOWN)
    assert (state.skips == 0) == (state.skips_tolerated_until is None)


Event = tuple[str, int, int | None, int]


def taken(check: Check, state: CheckState, event: Event, before: datetime) -> tuple[Transition, datetime]:
    """What one of ``events`` does, and the time by then."""
    kind, step, run, back = event
    now = before + timedelta(minutes=step)
    if kind == "advance":
        return machine.advance(check, state, now), now
    if kind == "pause":
        return operate.pause(check, state, now), now
    if kind == "resume":
        return operate.resume(check, state, now), now
    if kind == "back":
        now = before - timedelta(minutes=step)
        return operate.set_back(check, state, before, now), now
    if kind == "unwatched":
        return operate.skip_unwatched(check, state, before, now), now
    if kind in ProofOutcome.__members__.values():
        n = 1 if state.unproven is None else state.unproven.run.n
        finding = ProofFinding(n, Verdict(ProofOutcome(kind), "seen"), {PROOF: 9})
        transition = take_finding(check, state, finding, now)
        assert transition.state.unproven is None
        return transition, now
    rid = None if run is None else UUID(int=run)
    ping = Ping(kind=PingKind(kind), at=now - timedelta(minutes=back), rid=rid, spooled=back > 0)
    transition = machine.receive(check, state, ping, now)
    assert transition.state.n_pings == state.n_pings + 1
    return transition, now


@given(all_checks, events)
def test_any_order_of_events_leaves_a_legal_state(check: Check, history: list[Event]) -> None:
    state, now = operate.redefine(check, new_state(DAY), DAY).state, DAY
    down = False
    for event in history:
        transition, now = taken(check, state, event, now)
        for flip in transition.flips:
            assert flip.before != flip.after
            assert (flip.after is Status.DOWN) != down or flip.before is not Status.DOWN
            down = flip.after is Status.DOWN
        state = transition.state
        assert down == (state.status is Status.DOWN)
        legal(state)


@given(checks, events)
def test_looking_often_and_looking_once_come_to_the_same(
    check: Check, history: list[tuple[str, int, int | None, int]]
) -> None:
    """Flips carry their own instants, so it makes no difference when the evaluator wakes."""
    state, now = operate.redefine(check, new_state(DAY), DAY).state, DAY
    for kind, step, run, _ in history:
        now += timedelta(minutes=step)
        if kind in PingKind.__members__.values():
            rid = None if run is None else UUID(int=run)
            state = machine.receive(check, state, Ping(kind=PingKind(kind), at=now, rid=rid), now).state
    later = now + timedelta(hours=9)
    once = machine.advance(check, state, later)
    often = state
    flips: list[Flip] = []
    for n in range(0, 9 * 60 + 1, 7):
        transition = machine.advance(check, often, now + timedelta(minutes=n))
        often, flips = transition.state, [*flips, *transition.flips]
    transition = machine.advance(check, often, later)
    assert transition.state == once.state
    assert [*flips, *transition.flips] == list(once.flips)


@given(checks, events)
def test_nothing_happens_before_the_instant_at_which_the_evaluator_wakes(
    check: Check, history: list[tuple[str, int, int | None, int]]
) -> None:
    state, now = operate.redefine(check, new_state(DAY), DAY).state, DAY
    for kind, step, run, _ in history:
        now += timedelta(minutes=step)
        if kind in PingKind.__members__.values():
            rid = None if run is None else UUID(int=run)
            state = machine.receive(check, state, Ping(kind=PingKind(kind), at=now, rid=rid), now).state
    wake = next_wake(check, state, now)
    quiet_until = now + timedelta(days=3) if wake is None else wake - timedelta(microseconds=1)
    assert machine.advance(check, state, max(now, quiet_until)).state == state or quiet_until < now

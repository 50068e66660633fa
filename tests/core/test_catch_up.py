"""Runs that make up for a missed slot: on record, and nothing that is judged knows of them."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.core.state import machine, operate
from pulsetui.core.state.catch_up import MAX_CATCH_UPS
from pulsetui.core.state.check import Check
from pulsetui.core.state.ping import Ping
from pulsetui.core.state.state import CheckState, new_state
from pulsetui.core.state.status import Outcome, PingKind
from tests.core.ladder import DAY, Ladder, at
from tests.core.test_machine_properties import checks, legal

NIGHTLY = "0 2 * * *"
SLOT = at("+1 02:00")


def overdue() -> Ladder:
    """It ran on the first night, and not on the second."""
    check = Ladder(NIGHTLY, grace=30)
    check.ping("success", "02:04")
    assert check.until("+1 09:00") == "down missed"
    return check


def test_a_good_catch_up_ends_no_incident_and_moves_no_deadline() -> None:
    check = overdue()
    before = check.state
    check.ping("start", "+1 09:10", 7, catch_up=SLOT)
    check.ping("success", "+1 09:20", 7, catch_up=SLOT)
    assert check.status("+1 09:20") == "down missed"
    assert (check.state.due, check.state.last_success) == (before.due, before.last_success)
    assert check.state.incident == before.incident
    assert check.state.history == before.history
    (run,) = [one for one in check.runs.values() if one.catch_up]
    assert (run.outcome, run.slot, run.duration) == (Outcome.SUCCESS, SLOT, timedelta(minutes=10))
    assert run.detail == "catch-up for Sat 2026-11-21 02:00 UTC"
    check.until("+2 03:00")
    assert check.state.incident is not None
    assert check.state.incident.missed == (SLOT, at("+2 02:00")), "the regular run still fails to come"


def test_of_a_check_that_is_up_a_catch_up_hides_no_miss() -> None:
    check = Ladder(NIGHTLY, grace=30)
    check.ping("success", "02:04")
    check.ping("success", "+1 01:59:30", catch_up=at("-1 02:00"))
    assert check.until("+1 02:30") == "down missed"


def test_a_failed_catch_up_takes_nothing_down() -> None:
    check = Ladder(NIGHTLY)
    check.ping("success", "02:04")
    check.ping("fail", "10:00", 7, exit_status=3, catch_up=at("-1 02:00"))
    assert check.status("10:00") == "up"
    assert check.flips[-1].after == "up"
    assert [run.detail for run in check.runs.values()][
        -1
    ] == "catch-up for Thu 2026-11-19 02:00 UTC; exit status 3"


def test_the_regular_run_beside_it_overlaps_nothing_and_did_not_run_twice() -> None:
    check = Ladder(NIGHTLY, min_interval=60, on_overlap="down", on_duplicate="down")
    check.ping("success", "02:04")
    check.ping("start", "+1 01:58", 7, catch_up=at("-1 02:00"))
    check.ping("start", "+1 02:00", 8)
    check.ping("success", "+1 02:01", 7, catch_up=at("-1 02:00"))
    check.ping("success", "+1 02:03", 8)
    assert check.status("+1 02:03") == "up"
    assert check.notes == []
    assert not any(run.duplicate or run.overlaps for run in check.runs.values())


def test_what_a_job_reports_by_itself_inside_it_belongs_to_it() -> None:
    check = overdue()
    check.ping("start", "+1 09:10", 7, catch_up=SLOT)
    check.ping("start", "+1 09:11", 7)
    check.ping("success", "+1 09:19", 7, metrics={"records": 3.0})
    check.ping("success", "+1 09:20", 7, catch_up=SLOT)
    assert check.status("+1 09:20") == "down missed"
    (run,) = [one for one in check.runs.values() if one.catch_up]
    assert (run.ended_at, run.metrics) == (at("+1 09:19"), {"records": 3.0})
    check.ping("fail", "+1 09:21", 7, catch_up=SLOT, exit_status=1)
    assert check.runs[run.n].outcome is Outcome.FAILED, "only a failure says more than the end before"


def test_a_paused_check_stays_paused() -> None:
    check = overdue()
    check.pause("+1 09:00")
    check.ping("success", "+1 09:10", catch_up=SLOT)
    assert check.status("+1 09:10") == "paused"


def test_one_that_comes_late_out_of_the_spool_is_the_same() -> None:
    check = overdue()
    check.ping("success", "+2 02:03")
    check.ping("success", "+1 09:20", 7, now="+2 03:00", catch_up=SLOT)
    assert check.state.last_success == at("+2 02:03")
    assert [run.slot for run in check.runs.values() if run.catch_up] == [SLOT]


def test_only_so_many_are_carried_along() -> None:
    check = overdue()
    for n in range(MAX_CATCH_UPS + 2):
        check.ping("start", f"+1 09:{10 + n}", n + 1, catch_up=SLOT)
    assert len(check.state.catch_ups) == MAX_CATCH_UPS
    ends = [run.outcome for run in check.runs.values() if run.catch_up]
    assert ends == [Outcome.ORPHAN] * 2 + [Outcome.RUNNING] * MAX_CATCH_UPS


@pytest.mark.parametrize("kind", ["success", "fail", "skip", "start"])
def test_one_without_a_run_id_is_a_run_of_its_own(kind: str) -> None:
    check = overdue()
    before = check.until("+1 09:10"), check.state.due
    check.ping(kind, "+1 09:10", catch_up=SLOT)
    assert (check.status("+1 09:10"), check.state.due) == before


events = st.lists(
    st.tuples(
        st.sampled_from(["success", "start", "fail", "skip", "advance", "pause", "resume"]),
        st.integers(0, 200),
        st.none() | st.integers(1, 3),
        st.lists(
            st.tuples(st.sampled_from(["success", "start", "fail", "skip"]), st.integers(4, 6)), max_size=2
        ),
    ),
    max_size=20,
)


@given(checks, events)
def test_whatever_happens_catch_ups_change_nothing_that_is_judged(
    check: Check, history: list[tuple[str, int, int | None, list[tuple[str, int]]]]
) -> None:
    bare = operate.redefine(check, new_state(DAY), DAY).state
    both, now = bare, DAY
    told: list[object] = []
    for kind, step, run, catch_ups in history:
        now += timedelta(minutes=step)
        for extra, number in catch_ups:
            ping = Ping(kind=PingKind(extra), at=now, rid=UUID(int=number), catch_up=DAY)
            transition = machine.receive(check, both, ping, now)
            alone = machine.advance(check, both, now)
            assert (transition.flips, transition.notes) == (alone.flips, alone.notes)
            both = transition.state
            told += transition.flips
            bare_step = machine.advance(check, bare, now)
            bare = bare_step.state
            assert bare_step.flips == transition.flips
        states = []
        for state in (bare, both):
            if kind == "advance":
                transition = machine.advance(check, state, now)
            elif kind in ("pause", "resume"):
                transition = getattr(operate, kind)(check, state, now)
            else:
                ping = Ping(kind=PingKind(kind), at=now, rid=None if run is None else UUID(int=run))
                transition = machine.receive(check, state, ping, now)
            states.append((transition.state, transition.flips))
        (bare, bare_flips), (both, both_flips) = states
        assert bare_flips == both_flips
        legal(both)
        assert _judged(bare) == _judged(both)


def _judged(state: CheckState) -> object:
    """All that anything is judged by, without the numbers of pings."""
    left_out = (
        "n_pings",
        "catch_ups",
        "runs",
        "orphans",
        "pending",
        "before_pause",
        "set_back_ping",
        "last_run",
    )
    fields = {name: getattr(state, name) for name in state.__struct_fields__ if name not in left_out}
    last = () if state.last_run is None else (state.last_run,)
    known = (*state.runs, *state.orphans, *last)
    runs = [(run.rid, run.started_at, run.slot, run.outcome) for run in known]
    pending = state.pending_run()
    return fields, runs, None if pending is None else pending.rid

"""How a check stands on a release, whatever happens."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from pulsetui.core.deploy import LEASE, Deploy, proof_of
from pulsetui.core.schedule.period import Every
from pulsetui.core.state import machine, operate
from pulsetui.core.state.check import Check
from pulsetui.core.state.ping import Ping
from pulsetui.core.state.run import Run
from pulsetui.core.state.state import new_state
from pulsetui.core.state.status import Outcome, PingKind
from tests.core.ladder import DAY
from tests.core.test_machine_properties import checks

events = st.lists(
    st.tuples(
        st.sampled_from(["success", "start", "fail", "skip", "advance"]),
        st.integers(1, 90),
        st.none() | st.integers(1, 3),
    ),
    max_size=20,
)


@given(checks, events, st.integers(0, 900))
def test_a_job_is_good_when_a_regular_run_that_began_on_the_release_was(
    check: Check, history: list[tuple[str, int, int | None]], minutes: int
) -> None:
    released = DAY + timedelta(minutes=minutes)
    deploy = Deploy(
        key="deploy-1",
        release="v",
        begun_at=DAY,
        heard_until=released,
        ended_at=released,
        targets=(("everything", ""),),
    )
    state, now = operate.redefine(check, new_state(DAY), DAY).state, DAY
    runs: dict[int, Run] = {}
    for kind, step, number in history:
        now += timedelta(minutes=step)
        if kind == "advance":
            transition = machine.advance(check, state, now)
        else:
            rid = None if number is None else UUID(int=number)
            transition = machine.receive(check, state, Ping(kind=PingKind(kind), at=now, rid=rid), now)
        state = transition.state
        runs |= {run.n: run for run in transition.runs}
    ended = [run for run in runs.values() if run.ended_at is not None]
    began_on_it = [run for run in ended if (run.started_at or run.ended_at or DAY) > released]
    good = any(run.outcome is Outcome.SUCCESS for run in began_on_it)
    proof, at = proof_of(deploy, state, now)
    if proof == "good":
        assert good
        assert at is not None
        assert at > released
    if good and not any(run.started_at for run in runs.values()):
        assert proof == "good", "runs without a start end in the order in which they began"
    if proof == "failed":
        assert any(run.outcome is not Outcome.SUCCESS for run in runs.values())


@given(checks, st.integers(0, 300))
def test_one_that_was_not_heard_to_end_is_over_by_itself(check: Check, minutes: int) -> None:
    heard = DAY + LEASE
    deploy = Deploy(key="deploy-1", release="v", begun_at=DAY, heard_until=heard, targets=(("tag", "x"),))
    now = DAY + timedelta(minutes=minutes)
    assert deploy.released_at(now) == (heard if now >= heard else None)
    assert not deploy.covers(check)


def test_what_the_program_around_a_job_tells_after_the_deploy_is_of_the_run_before_it() -> None:
    """The job tells its own end, its wrapper once more when it has cleaned up: the new code never ran."""
    check = Check(slug="job", name="Job", schedule=Every(timedelta(hours=1)))
    state = operate.redefine(check, new_state(DAY), DAY).state
    for kind, minute in (("start", 1), ("success", 5), ("success", 9)):
        now = DAY + timedelta(minutes=minute)
        state = machine.receive(check, state, Ping(kind=PingKind(kind), at=now, rid=UUID(int=1)), now).state
    released = DAY + timedelta(minutes=7)
    deploy = Deploy(
        key="k",
        release="v",
        begun_at=DAY,
        heard_until=released,
        ended_at=released,
        targets=(("everything", ""),),
    )
    assert proof_of(deploy, state, DAY + timedelta(minutes=10)) == ("waiting", None)
    assert state.last_success == DAY + timedelta(minutes=9)

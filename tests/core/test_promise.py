"""The one promise, whatever happens in any order: a job that stopped is told of, one that works is not."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pulsetui.core.schedule.cron import Cron
from pulsetui.core.schedule.period import Every
from pulsetui.core.schedule.schedule import Schedule
from pulsetui.core.state import machine, operate
from pulsetui.core.state.check import Check, OnEvent
from pulsetui.core.state.ping import Ping
from pulsetui.core.state.state import CheckState, new_state
from pulsetui.core.state.status import Outcome, PingKind, Reason, Status
from pulsetui.core.state.transition import Transition
from tests.core.ladder import DAY

MINUTE = timedelta(minutes=1)
SCHEDULES: tuple[tuple[Schedule, timedelta], ...] = (
    (Every(15 * MINUTE), 15 * MINUTE),
    (Every(90 * MINUTE), 90 * MINUTE),
    (Cron.parse("0 * * * *"), 60 * MINUTE),
    (Cron.parse("*/20 * * * *"), 20 * MINUTE),
    (Cron.parse("5 2 * * *"), 24 * 60 * MINUTE),
)
"""Each with its longest gap: from any instant on, so long passes at most until the next due."""

minutes = st.integers(1, 120).map(lambda n: n * MINUTE)
checks = st.builds(
    Check,
    slug=st.just("job"),
    name=st.just("Job"),
    schedule=st.sampled_from([schedule for schedule, _ in SCHEDULES]),
    grace=minutes,
    start_grace=st.none() | minutes,
    min_interval=st.none() | minutes,
    on_overlap=st.sampled_from(OnEvent),
    on_duplicate=st.sampled_from(OnEvent),
    skips_before_down=st.integers(1, 3),
    successes_before_up=st.integers(1, 2),
    manual_resume=st.booleans(),
)
events = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *(
                    "success",
                    "start",
                    "fail",
                    "skip",
                    "log",
                    "wait",
                    "wait",
                    "acknowledge",
                    "pause",
                    "resume",
                ),
                *("span", "schedule", "restart", "freeze", "back", "forth", "refused"),
            ]
        ),
        st.integers(0, 200),
        st.none() | st.integers(1, 3),
        st.integers(0, 4),
    ),
    max_size=30,
)


class House:
    """A check with what is done to it, and the instant from which its silence counts."""

    def __init__(self, check: Check) -> None:
        self.check = check
        self.now = DAY
        self.away = timedelta(0)  # by how much the clock was set back
        self.counts_from = DAY
        self.state = operate.redefine(check, new_state(DAY), DAY).state

    def take(self, transition: Transition) -> CheckState:
        self.state = transition.state
        return self.state

    def ping(self, kind: PingKind, run: int | None) -> None:
        rid = None if run is None else UUID(int=run)
        paused = self.state.status is Status.PAUSED
        ignored = paused and (self.check.manual_resume or kind is PingKind.SKIP)
        self.take(machine.receive(self.check, self.state, Ping(kind=kind, at=self.now, rid=rid), self.now))
        if kind in (PingKind.SUCCESS, PingKind.FAIL, PingKind.SKIP) and not ignored:
            self.counts_from = self.now

    def unwatched(self, since: datetime) -> None:
        before = self.state.unwatched
        self.take(operate.skip_unwatched(self.check, self.state, since, self.now))
        if self.state.unwatched and not before:
            self.counts_from = self.now

    def do(self, what: str, step: int, run: int | None, choice: int) -> None:
        before, self.now = self.now, self.now + step * MINUTE
        if what in PingKind.__members__.values():
            self.ping(PingKind(what), run)
        elif what == "wait":
            self.take(machine.advance(self.check, self.state, self.now))
        elif what == "pause":
            self.take(operate.pause(self.check, self.state, self.now))
        elif what == "resume" and self.state.status is Status.PAUSED:
            self.take(operate.resume(self.check, self.state, self.now))
            self.counts_from = self.now
        elif what in ("span", "schedule"):
            self.take(machine.advance(self.check, self.state, self.now))
            if what == "span":
                self.check = replace(self.check, grace=(1 + 20 * choice) * MINUTE)
            else:
                self.check = replace(self.check, schedule=SCHEDULES[choice][0])
            self.take(operate.redefine(self.check, self.state, self.now))
            self.counts_from = self.now
        elif what in ("restart", "freeze"):
            self.unwatched(before)
        elif what == "back":
            self.take(operate.set_back(self.check, self.state, self.now, self.now - step * MINUTE))
            self.now, self.away = self.now - step * MINUTE, self.away + step * MINUTE
            self.counts_from = self.now
        elif what == "forth" and self.away:
            self.now, self.away = self.now + self.away, timedelta(0)
            self.unwatched(before)
            self.counts_from = self.now
        elif what == "refused":
            forgiven = self.state.unwatched
            self.take(operate.forgive(self.check, self.state, self.now, None))
            if not forgiven:
                self.counts_from = self.now
        self.take(machine.advance(self.check, self.state, self.now))


@given(checks, events)
def test_who_reports_nothing_for_a_whole_period_and_grace_of_watched_time_is_down(
    check: Check, history: list[tuple[str, int, int | None, int]]
) -> None:
    house = House(check)
    for what, step, run, choice in history:
        house.do(what, step, run, choice)
        gap = dict(SCHEDULES)[house.check.schedule]
        # A success may answer the coming slot: then it is the one after that which comes at last.
        patience = gap + house.check.early + house.check.grace
        silent = house.now - house.counts_from
        if house.state.status is not Status.PAUSED and silent >= patience + MINUTE:
            assert house.state.status is Status.DOWN, (house.now, house.state)


jobs = st.lists(
    st.tuples(
        st.sampled_from(["well", "well", "well", "start", "named", "freeze", "restart", "edit", "pause"]),
        st.floats(0, 0.95),
    ),
    min_size=1,
    max_size=25,
)


@given(st.sampled_from([SCHEDULES[2], SCHEDULES[3], SCHEDULES[4]]), st.integers(2, 15), jobs, st.booleans())
def test_who_reports_each_slot_within_its_grace_is_never_down(
    scheduled: tuple[Schedule, timedelta], grace: int, slots: list[tuple[str, float]], wait: bool
) -> None:
    """Whatever the engine does in between: what it could not hear it does not hold against the job."""
    check = Check(slug="job", name="Job", schedule=scheduled[0], grace=grace * MINUTE, wait_for_first=wait)
    state = operate.redefine(check, new_state(DAY), DAY).state
    now, lost = DAY, 0
    for n, (what, part) in enumerate(slots):
        due = check.schedule.next(now + check.early)
        assert due is not None
        came = due + part * check.grace
        state = machine.advance(check, state, due).state
        lost = lost + 1 if what == "restart" else 0
        if what == "restart":
            # Off from before due until after the deadline; the job's ping is lost with it.
            now = due + check.grace + MINUTE
            state = operate.skip_unwatched(check, state, due - MINUTE, now).state
        else:
            now = came
            if what == "freeze":  # it stood still until the ping that waited in the socket was read
                now = due + check.grace + MINUTE
                state = operate.skip_unwatched(check, state, due, now + MINUTE).state
            elif what == "edit":
                check = replace(check, grace=check.grace + MINUTE if n % 2 else check.grace)
                state = operate.redefine(check, state, came).state
            elif what == "pause":
                state = operate.pause(check, state, due).state
                state = operate.resume(check, state, came).state
            rid = UUID(int=n) if what == "named" else None
            if what in ("start", "named"):
                state = machine.receive(check, state, Ping(kind=PingKind.START, at=due, rid=rid), due).state
            state = machine.receive(check, state, Ping(kind=PingKind.SUCCESS, at=now, rid=rid), now).state
        state = machine.advance(check, state, now).state
        if lost < 2:
            assert state.status is not Status.DOWN, (n, what, now, state)
        elif state.status is not Status.NEW or not wait:
            assert state.status is Status.DOWN
        if state.status is Status.DOWN:
            assert state.reason in (Reason.MISSED, Reason.NEVER)
    assert all(run.outcome is not Outcome.HUNG for run in state.runs)


@given(checks, events, st.integers(0, 200), st.integers(0, 200))
def test_what_is_not_touched_by_a_span_is_not_changed_by_it(
    check: Check, history: list[tuple[str, int, int | None, int]], ahead: int, long: int
) -> None:
    house = House(check)
    for what, step, run, choice in history:
        house.do(what, step, run, choice)
    since = house.now + ahead * MINUTE
    until = since + long * MINUTE
    if not operate.is_touched(house.check, house.state, since, until):
        assert operate.skip_unwatched(house.check, house.state, since, until).state == house.state
    assert operate.redefine(house.check, house.state, until).state == house.state

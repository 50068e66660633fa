"""The heap of instants: stale entries are recognised, storms are taken in portions, the timer is never late
unnoticed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import chain
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.core.alike import gathered
from pulsetui.core.calm import Calm, definition_of
from pulsetui.core.schedule.period import Every
from pulsetui.core.state.check import Check
from pulsetui.core.state.state import CheckState, next_wake
from pulsetui.core.state.status import Status
from pulsetui.monitor.watch import evaluator as evaluator_module
from pulsetui.monitor.watch.evaluator import Evaluator
from pulsetui.monitor.writing import checks as checks_module
from pulsetui.monitor.writing.checks import Checks, TrackedCheck
from pulsetui.store.calm_checks import CalmChecks
from pulsetui.store.states import sealed_columns
from tests.monitor.harness import START, FakeClock

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
GRACE = 10 * MINUTE


def tracked(check_id: int, due: datetime | None, *, status: Status = Status.UP) -> TrackedCheck:
    """A check that is late from ``due`` on, and down ten minutes later."""
    check = Check(slug=f"c{check_id}", name="", schedule=Every(HOUR), grace=GRACE)
    state = CheckState(created_at=START, since=START, status=status, due=due, latest=START)
    return TrackedCheck(check_id, "", check, state)


class Loop(asyncio.SelectorEventLoop):
    """A loop whose seconds pass only when told."""

    seconds = 1000.0

    def time(self) -> float:
        return self.seconds


class Bench:
    """An evaluator by itself, with what it asked for."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.asked: list[list[int]] = []
        self.aside: list[str] = []
        self.late: list[float] = []
        self.evaluator = Evaluator(self.clock, self.evaluate, self.set_aside, self.before_judging)

    def evaluate(self, ids: Sequence[int]) -> None:
        self.asked.append(list(ids))

    def set_aside(self, one: TrackedCheck, error: Exception) -> None:
        self.aside.append(f"{one.check.slug}: {error}")

    def before_judging(self) -> None:
        self.late.append(self.evaluator.late_s())

    def arm(self, *checks: TrackedCheck) -> None:
        self.evaluator.arm(checks)

    async def pass_time(self, span: timedelta) -> None:
        """On the wall and for the loop alike; timers that have come are run."""
        self.clock.run(span)
        loop = asyncio.get_running_loop()
        assert isinstance(loop, Loop)
        loop.seconds += span.total_seconds()
        for _ in range(3):
            await asyncio.sleep(0)


def on_loop(story: Callable[[Bench], Coroutine[object, object, None]]) -> None:
    with asyncio.Runner(loop_factory=Loop) as runner:
        runner.run(story(Bench()))


def test_the_timer_comes_at_due_and_at_the_deadline() -> None:
    async def story(on: Bench) -> None:
        on.evaluator.start()
        on.arm(tracked(1, START + HOUR))
        assert on.evaluator.next_instant() == START + HOUR
        await on.pass_time(HOUR - MINUTE)
        assert on.asked == []
        await on.pass_time(MINUTE)
        assert on.asked == [[1]]
        on.arm(tracked(1, START + HOUR))  # as the engine does when it has been looked at
        assert on.evaluator.next_instant() == START + HOUR + GRACE
        await on.pass_time(GRACE)
        assert on.asked == [[1], [1]]

    on_loop(story)


def test_nothing_is_judged_before_the_start() -> None:
    async def story(on: Bench) -> None:
        on.arm(tracked(1, START + HOUR))
        await on.pass_time(2 * HOUR)
        assert on.asked == []
        on.evaluator.start()
        await on.pass_time(MINUTE)
        assert on.asked == [[1]]

    on_loop(story)


def test_a_ping_that_moves_the_instant_leaves_only_a_stale_entry() -> None:
    async def story(on: Bench) -> None:
        on.evaluator.start()
        for n in range(1, 5):
            on.arm(tracked(1, START + n * HOUR))
        assert on.evaluator.next_instant() == START + 4 * HOUR
        await on.pass_time(3 * HOUR)
        assert on.asked == []
        on.arm(tracked(1, START + 3 * HOUR + MINUTE))  # and back: an edit made the period shorter
        await on.pass_time(MINUTE)
        assert on.asked == [[1]]

    on_loop(story)


def test_a_check_of_which_nothing_is_expected_is_not_looked_at() -> None:
    async def story(on: Bench) -> None:
        on.evaluator.start()
        on.arm(tracked(1, START + HOUR))
        on.arm(tracked(1, START + HOUR, status=Status.PAUSED), tracked(2, None))
        assert on.evaluator.next_instant() is None
        await on.pass_time(2 * HOUR)
        assert on.asked == []

    on_loop(story)


def test_what_is_forgotten_is_not_looked_at() -> None:
    async def story(on: Bench) -> None:
        on.evaluator.start()
        on.arm(tracked(1, START + HOUR))
        on.evaluator.forget()
        await on.pass_time(2 * HOUR)
        assert (on.asked, on.evaluator.next_instant()) == ([], None)

    on_loop(story)


def test_what_could_not_be_written_is_tried_again_in_a_second() -> None:
    async def story(on: Bench) -> None:
        on.evaluator.start()
        on.arm(tracked(1, START + HOUR))
        await on.pass_time(HOUR)
        on.evaluator.retry([1])
        await on.pass_time(timedelta(seconds=0.9))
        assert on.asked == [[1]]
        await on.pass_time(timedelta(seconds=0.1))
        assert on.asked == [[1], [1]]

    on_loop(story)


def test_a_ping_that_comes_while_it_is_tried_again_settles_it() -> None:
    async def story(on: Bench) -> None:
        on.evaluator.start()
        on.arm(tracked(1, START + HOUR))
        await on.pass_time(HOUR)
        on.evaluator.retry([1])
        on.arm(tracked(1, START + 5 * HOUR))
        await on.pass_time(MINUTE)
        assert on.asked == [[1]]

    on_loop(story)


def test_a_storm_is_taken_in_portions_with_room_between(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluator_module, "MAX_AT_ONCE", 10)

    async def story(on: Bench) -> None:
        on.evaluator.start()
        on.arm(*(tracked(n, START + HOUR) for n in range(25)))
        await on.pass_time(HOUR)
        assert [len(ids) for ids in on.asked] == [10], "the answer to these arms the next"
        while on.evaluator.look():
            pass
        assert [len(ids) for ids in on.asked] == [10, 10, 5]
        assert sorted(one for ids in on.asked for one in ids) == list(range(25))

    on_loop(story)


def test_one_check_that_cannot_be_armed_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(check: Check, state: CheckState, now: datetime) -> datetime | None:
        if check.slug == "c1":
            raise ZeroDivisionError("a bug")
        return next_wake(check, state, now)

    monkeypatch.setattr(checks_module, "next_wake", broken)

    async def story(on: Bench) -> None:
        on.evaluator.start()
        on.arm(tracked(1, START + HOUR), tracked(2, START + HOUR))
        await on.pass_time(HOUR)
        assert (on.asked, on.aside) == ([[2]], ["c1: a bug"])

    on_loop(story)


def test_a_timer_that_comes_late_says_by_how_much_before_anything_is_judged() -> None:
    async def story(on: Bench) -> None:
        on.evaluator.start()
        on.arm(tracked(1, START + HOUR))
        assert on.evaluator.late_s() == 0
        await on.pass_time(HOUR + timedelta(seconds=90))  # the loop stood still
        assert (on.late, on.asked) == ([90.0], [[1]])
        assert on.evaluator.late_s() == 0, "no timer is set"

    on_loop(story)


def test_a_wall_clock_that_was_set_moves_the_timer() -> None:
    async def story(on: Bench) -> None:
        on.evaluator.start()
        on.arm(tracked(1, START + HOUR))
        on.clock.step(timedelta(minutes=50))
        on.evaluator.recheck()
        await on.pass_time(10 * MINUTE)
        assert on.asked == [[1]]

    on_loop(story)


def test_a_timer_that_comes_before_its_instant_judges_nothing_and_is_set_again() -> None:
    async def story(on: Bench) -> None:
        on.evaluator.start()
        on.arm(tracked(1, START + HOUR))
        on.clock.step(timedelta(minutes=-30))  # nobody has noticed yet
        await on.pass_time(HOUR)
        assert on.asked == []
        await on.pass_time(30 * MINUTE)
        assert on.asked == [[1]]

    on_loop(story)


def latest(moves: Iterable[tuple[int, int | None]]) -> dict[int, datetime]:
    wakes: dict[int, datetime] = {}
    for check_id, minutes in moves:
        wakes.pop(check_id, None)
        if minutes is not None:
            wakes[check_id] = START + minutes * MINUTE
    return wakes


@given(st.lists(st.tuples(st.integers(1, 6), st.none() | st.integers(1, 300)), max_size=400))
def test_whatever_moved_how_often_each_is_looked_at_once_and_in_time(
    moves: list[tuple[int, int | None]],
) -> None:
    """Long enough to have the heap cleared of its stale entries on the way."""

    async def story(on: Bench) -> None:
        for check_id, minutes in moves:
            on.arm(tracked(check_id, None if minutes is None else START + minutes * MINUTE))
        wanted = latest(moves)
        assert on.evaluator.next_instant() == min(wanted.values(), default=None)
        on.clock.run(150 * MINUTE)
        on.evaluator.look()
        due = {check_id for check_id, wake in wanted.items() if wake <= START + 150 * MINUTE}
        assert set(on.asked[0] if on.asked else []) == due
        assert len(on.asked) <= 1
        on.clock.run(150 * MINUTE)
        on.evaluator.look()
        assert sorted(one for ids in on.asked for one in ids) == sorted(wanted)

    on_loop(story)


def many(*dues: datetime) -> Checks:
    """Calm checks with these, by id from 1 on, as a start finds them."""
    alike = gathered(
        {one.check.slug: one.check for one in (tracked(n, due) for n, due in enumerate(dues, 1))}
    )
    definition, document = definition_of(alike.kinds[0]), b"{}"
    calm = CalmChecks(alike)
    calm.take_in(
        [
            (n, f"c{n}", str(uuid4()), 0, None, document, *sealed_columns(document, one, definition))
            for n, one in enumerate((Calm(Status.UP, due, due + GRACE) for due in dues), 1)
        ]
    )
    return Checks(calm=calm)


def test_what_is_calm_comes_up_in_its_turn_beside_the_rest() -> None:
    async def story(on: Bench) -> None:
        on.evaluator.start()
        on.evaluator.redefined(many(START + 3 * MINUTE, START + MINUTE, START + MINUTE, START - HOUR))
        on.arm(tracked(9, START + 2 * MINUTE))
        await on.pass_time(timedelta())
        assert on.asked == [[4]], "its deadline is past"
        on.arm(tracked(2, START + 5 * MINUTE))  # it has reported
        await on.pass_time(MINUTE)
        assert on.asked == [[4], [3]]
        on.evaluator.retry([3])
        await on.pass_time(MINUTE)
        assert on.asked == [[4], [3], [3, 9]]
        assert on.evaluator.next_instant() == START + 3 * MINUTE
        on.evaluator.forget()
        assert on.evaluator.next_instant() is None

    on_loop(story)


@given(
    st.lists(st.integers(-20, 40), min_size=1, max_size=8),
    st.lists(st.tuples(st.integers(1, 8), st.integers(-5, 40), st.integers(0, 8)), max_size=8),
)
def test_many_come_up_as_few_do(dues: list[int], news: list[tuple[int, int, int]]) -> None:
    """Each check at the same instants, whether it stands in columns or not."""

    async def story(on: Bench) -> None:
        other = Bench()
        instants = [START + n * MINUTE for n in dues]
        on.evaluator.start()
        other.evaluator.start()
        on.evaluator.redefined(many(*instants))
        other.arm(*(tracked(n, due) for n, due in enumerate(instants, 1)))
        for check_id, due, minutes in news:
            for each in (on, other):
                if check_id <= len(dues):
                    each.arm(tracked(check_id, START + due * MINUTE))
            other.clock.run(minutes * MINUTE)
            await on.pass_time(minutes * MINUTE)
        assert sorted(chain(*on.asked)) == sorted(chain(*other.asked))

    on_loop(story)

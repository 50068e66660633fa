"""A hook that is dead costs little, holds what is for it, and recovers by itself."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.client.hooks import Circuit
from pulsetui.hooks.retry import TOO_OLD
from pulsetui.hooks.worker.circuit import OPEN_AFTER, PROBE_PAUSES, CircuitBreaker
from tests.hooks.fakes import START, RecordingHook, an_alert, refusal, settle
from tests.hooks.scene import at_work

HOUR = 3600


async def test_after_some_failures_in_a_row_what_waits_is_held_without_a_try() -> None:
    hook = RecordingHook()
    hook.error = refusal("503")
    async with at_work(phone=hook) as scene:
        await scene.tell("phone", *(an_alert(f"c{n}") for n in range(100)))
        assert hook.tries == OPEN_AFTER
        assert sorted(scene.outbox.tries, reverse=True)[: OPEN_AFTER + 1] == [1] * OPEN_AFTER + [0]
        state = scene.state("phone")
        assert (state.circuit, state.open_since, state.failures) == (Circuit.OPEN, START, OPEN_AFTER)
        assert (state.waiting, state.ok, state.error) == (100, False, "503")
        assert state.next_try == START + PROBE_PAUSES[0]
        assert scene.troubles[-1] == ("phone", "503; what waits for it is held until it works again")


async def test_one_probe_at_a_time_with_growing_pauses() -> None:
    hook = RecordingHook()
    hook.error = refusal()
    async with at_work(phone=hook) as scene:
        await scene.tell("phone", *(an_alert(f"c{n}") for n in range(100)))
        for probes, pause in enumerate(PROBE_PAUSES):
            await scene.time.advance(pause.total_seconds() - 1)
            assert hook.tries == OPEN_AFTER + probes
            await scene.time.advance(1)
            assert hook.tries == OPEN_AFTER + probes + 1
        await scene.time.advance(PROBE_PAUSES[-1].total_seconds())
        assert hook.tries == OPEN_AFTER + len(PROBE_PAUSES) + 1
        assert hook.most_at_once == 1


async def test_all_that_was_held_is_told_at_once_when_it_works_again() -> None:
    hook = RecordingHook()
    hook.error = refusal()
    async with at_work(phone=hook) as scene:
        await scene.tell("phone", *(an_alert(f"c{n}") for n in range(100)))
        await scene.time.advance(2 * HOUR)
        hook.error = None
        await scene.time.until(lambda: scene.outbox.waiting == 0)
        assert sorted(hook.slugs) == sorted(f"c{n}" for n in range(100))
        assert scene.time.seconds <= 2 * HOUR + PROBE_PAUSES[-1].total_seconds()
        state = scene.state("phone")
        assert (state.circuit, state.open_since, state.failures) == (Circuit.CLOSED, None, 0)
        assert (state.told, state.waiting, state.ok, state.error) == (100, 0, True, "")
        assert scene.troubles[-1] == ("phone", None)


async def test_a_dead_hook_costs_neither_tries_nor_lines_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    hook, other = RecordingHook(), RecordingHook()
    hook.error = refusal()
    async with at_work(dead=hook, good=other) as scene:
        await scene.tell("dead", *(an_alert(f"c{n}") for n in range(1000)))
        caplog.clear()
        asked = len(scene.outbox.asked)
        await scene.time.advance(12 * HOUR)
        probes = 12 * HOUR / PROBE_PAUSES[-1].total_seconds() + len(PROBE_PAUSES)
        assert hook.tries <= OPEN_AFTER + probes
        assert len([one for one in caplog.records if one.levelno >= logging.WARNING]) <= probes
        assert len(scene.outbox.asked) - asked <= 2 * probes
        await scene.tell("good", an_alert("b"))
        assert other.slugs == ["b"]


async def test_a_refusal_for_good_gives_up_no_more_than_a_few_alerts() -> None:
    """A mistyped token: whoever mends it is to be told of the others."""
    hook, mended = RecordingHook(), RecordingHook()
    hook.error = refusal("401 Unauthorized", permanent=True)
    async with at_work(phone=hook) as scene:
        await scene.tell("phone", *(an_alert(f"c{n}") for n in range(12)))
        assert scene.outbox.waiting == 12 - OPEN_AFTER
        assert scene.state("phone").given_up == OPEN_AFTER
        assert scene.lost == [("phone", 1, "401 Unauthorized")] * OPEN_AFTER
        scene.worker.replace_hooks({"phone": mended})
        await settle()
        assert len(mended.alerts) == 12 - OPEN_AFTER


async def test_what_was_held_for_more_than_a_day_of_failures_is_given_up_and_said() -> None:
    hook = RecordingHook()
    hook.error = refusal("no route")
    async with at_work(phone=hook) as scene:
        await scene.tell("phone", *(an_alert(f"c{n}") for n in range(100)))
        await scene.time.until(lambda: scene.outbox.waiting == 0)
        assert 24 * HOUR <= scene.time.seconds <= 25.5 * HOUR
        assert scene.state("phone").given_up == 100
        assert sum(count for _, count, _ in scene.lost) == 100
        assert scene.lost[-1][2] == f"no route; {TOO_OLD}"


async def test_a_single_alert_that_waits_alone_notices_nothing_of_the_circuit() -> None:
    hook = RecordingHook()
    hook.error = refusal()
    async with at_work(phone=hook) as scene:
        await scene.tell("phone", an_alert("a"))
        await scene.time.until(lambda: hook.tries == OPEN_AFTER + 1)
        assert scene.state("phone").circuit is Circuit.OPEN
        assert scene.time.seconds == 5 + 15 + 60 + 300 + 900


async def test_that_nobody_is_there_opens_no_circuit() -> None:
    from tests.hooks.test_audience import a_screen_hook

    async with at_work(term=a_screen_hook()) as scene:
        await scene.tell("term", *(an_alert(f"c{n}") for n in range(4)))
        await scene.time.advance(12 * HOUR)
        assert scene.state("term").circuit is Circuit.CLOSED


async def test_a_restart_tries_again_and_counts_no_more_than_before() -> None:
    hook = RecordingHook()
    hook.error = refusal()
    async with at_work(phone=hook) as scene:
        await scene.tell("phone", *(an_alert(f"c{n}") for n in range(12)))
        scene.worker.stop()
        await settle()
        hook.error = None
        scene.worker = scene.new_worker({"phone": hook})
        running = asyncio.create_task(scene.worker.run())
        await scene.time.advance(5)
        assert sorted(hook.slugs) == sorted(f"c{n}" for n in range(12))
        scene.worker.stop()
        await running


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 3000)), max_size=60))
def test_it_is_open_exactly_after_so_many_failures_in_a_row(history: list[tuple[bool, int]]) -> None:
    circuit, now, failures = CircuitBreaker(), START, 0
    for succeeds, seconds in history:
        now += timedelta(seconds=seconds)
        at = circuit.may_try_at(now)
        assert now <= at <= now + PROBE_PAUSES[-1]
        now = at
        if succeeds:
            failures = 0
            circuit.succeeded()
        else:
            failures += 1
            assert circuit.failed(now) is (failures == OPEN_AFTER)
        assert circuit.is_open is (failures >= OPEN_AFTER)
        assert circuit.failures == failures
        assert (circuit.may_try_at(now) > now) is circuit.is_open


def test_a_wall_clock_that_is_set_back_does_not_silence_a_hook() -> None:
    circuit = CircuitBreaker()
    for _ in range(OPEN_AFTER):
        circuit.failed(START)
    earlier = START - timedelta(days=30)
    assert circuit.may_try_at(earlier) == earlier

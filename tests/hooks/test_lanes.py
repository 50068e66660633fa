"""Alerts of one check keep their order, and no hook waits for another."""

from __future__ import annotations

import asyncio

import pytest

from pulsetui.client.alert import AlertEvent
from pulsetui.hooks.delivery import MAX_STILL_S
from pulsetui.hooks.worker import sending
from pulsetui.hooks.worker.sending import PAGE
from tests.hooks.fakes import RecordingHook, an_alert, refusal, settle
from tests.hooks.scene import Scene, at_work


async def test_a_slow_hook_delays_nobody_else() -> None:
    slow, quick = RecordingHook(), RecordingHook()
    slow.gate.clear()
    async with at_work(slow=slow, quick=quick) as scene:
        await scene.tell("slow", an_alert("a"))
        await scene.tell("quick", an_alert("b"))
        assert (slow.slugs, quick.slugs) == ([], ["b"])
        slow.gate.set()
        await settle()
        assert slow.slugs == ["a"]


async def test_a_retry_of_one_hook_is_not_hidden_by_the_queue_of_a_slow_one() -> None:
    slow, flaky = RecordingHook(), RecordingHook()
    slow.gate.clear()
    slow.timeout_s = 3600
    flaky.error = refusal()
    async with at_work(slow=slow, flaky=flaky) as scene:
        await scene.tell("slow", an_alert("a"), an_alert("b"))
        await scene.tell("flaky", an_alert("c"))
        flaky.error = None
        await scene.time.advance(7)
        assert flaky.slugs == ["c"]
        assert slow.slugs == []


async def test_more_deliveries_than_a_page_of_a_slow_hook_hide_nobody() -> None:
    slow, quick = RecordingHook(), RecordingHook()
    slow.gate.clear()
    async with at_work(slow=slow, quick=quick) as scene:
        await scene.tell("slow", *(an_alert(f"s{n}") for n in range(PAGE * 3)), an_alert("last"))
        await scene.tell("quick", an_alert("b"))
        assert quick.slugs == ["b"]


async def test_a_hook_gets_one_alert_at_a_time_in_order() -> None:
    hook = RecordingHook()
    async with at_work(phone=hook) as scene:
        await scene.tell("phone", *(an_alert(f"c{n}") for n in range(9)))
        await settle()
        assert hook.slugs == [f"c{n}" for n in range(9)]
        assert hook.most_at_once == 1


async def test_what_a_check_tells_later_waits_for_what_it_told_before() -> None:
    """A recovery that overtakes its incident would leave "down" as the last word."""

    hook = RecordingHook()
    hook.error = refusal()
    async with at_work(phone=hook) as scene:
        await scene.tell("phone", an_alert("a"))
        await scene.time.advance(1)
        hook.error = None
        await scene.tell("phone", an_alert("a", AlertEvent.UP))
        assert hook.events == []
        await scene.time.advance(5)
        assert hook.events == ["a down", "a up"]
        assert scene.outbox.waiting == 0


async def test_a_failure_lets_nothing_later_of_the_same_check_pass_in_the_same_round() -> None:
    hook = RecordingHook()
    hook.error = refusal()
    scene = Scene({"phone": hook})
    for alert in (an_alert("a"), an_alert("a", AlertEvent.UP)):
        scene.outbox.put("phone", alert)
    running = asyncio.create_task(scene.worker.run())
    await settle()
    assert hook.tries == 1
    assert scene.outbox.tries == [1, 0]
    hook.error = None
    await scene.time.advance(5)
    assert hook.events == ["a down", "a up"]
    scene.worker.stop()
    await running


async def test_a_check_whose_alert_fails_holds_no_other_check_up() -> None:
    hook = RecordingHook()
    hook.error = refusal()
    async with at_work(phone=hook) as scene:
        await scene.tell("phone", an_alert("a"))
        hook.error = None
        await scene.tell("phone", an_alert("a", AlertEvent.UP), an_alert("b"))
        assert hook.events == ["b down"]


async def test_what_comes_after_an_alert_that_is_given_up_is_told() -> None:
    hook = RecordingHook()
    hook.error = refusal(permanent=True)
    async with at_work(phone=hook) as scene:
        await scene.tell("phone", an_alert("a"))
        hook.error = None
        await scene.tell("phone", an_alert("a", AlertEvent.UP))
        assert hook.events == ["a up"]


async def test_nobody_asks_again_and_again_for_an_alert_that_waits_for_an_earlier_one() -> None:
    hook = RecordingHook()
    hook.error = refusal()
    async with at_work(phone=hook) as scene:
        await scene.tell("phone", an_alert("a"), an_alert("a", AlertEvent.UP))
        await scene.time.advance(21)  # the next try is a minute away
        before = len(scene.outbox.asked)
        await scene.time.advance(55)
        assert len(scene.outbox.asked) == before


async def test_alerts_that_nobody_looks_at_are_told_of() -> None:
    async with at_work(a=RecordingHook()) as scene:
        for _ in range(10):
            await scene.time.advance(100)
            scene.worker.wake()
            await settle()
            assert scene.worker.stuck() is None
        await scene.time.advance(MAX_STILL_S + 1)  # and nothing wakes it
        assert scene.worker.stuck() == "alerts have not been looked at for 5m 01s"


async def test_a_lane_that_stands_still_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(sending, "attempt", never)
    hook = RecordingHook()
    async with at_work(a=hook) as scene:
        await scene.tell("a", an_alert())
        await scene.time.advance(hook.timeout_s + MAX_STILL_S)
        scene.worker.wake()
        await settle()
        assert scene.worker.stuck() is None
        await scene.time.advance(2)
        assert scene.worker.stuck() == "hook a: a delivery has been stuck for 5m 02s"

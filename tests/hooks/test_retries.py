"""Hooks that fail: when they are tried again, when that ends, and what is said of it."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from itertools import pairwise

import pytest

from pulsetui.hooks.delivery import DeliveryWorker
from pulsetui.hooks.retry import TOO_OLD
from tests.hooks.fakes import RecordingHook, an_alert, refusal
from tests.hooks.scene import Scene, at_work


async def test_failures_are_retried_with_growing_pauses() -> None:
    hook = RecordingHook()
    hook.error = refusal("service unavailable")
    async with at_work(phone=hook) as scene:
        await scene.tell("phone", an_alert("a"))
        await scene.time.until(lambda: hook.tries == 8)
        times = [again for _, _, again in scene.outbox.failures if again]
        steps = [(later - earlier).total_seconds() for earlier, later in pairwise(times)]
        assert steps == [15, 60, 300, 900, 3600, 3600, 3600]
        hook.error = None
        await scene.time.until(lambda: hook.slugs == ["a"])
        assert scene.outbox.waiting == 0


async def test_a_retry_comes_exactly_when_it_is_due() -> None:
    hook = RecordingHook()
    hook.error = refusal()
    async with at_work(phone=hook) as scene:
        await scene.tell("phone", an_alert("a"))
        await scene.time.advance(4.9)
        assert hook.tries == 1
        await scene.time.advance(0.2)
        assert hook.tries == 2


async def test_a_delivery_is_given_up_after_twenty_tries_within_a_day() -> None:
    hook = RecordingHook()
    hook.error = refusal()
    async with at_work(phone=hook) as scene:
        await scene.tell("phone", an_alert("a"))
        await scene.time.until(lambda: scene.outbox.waiting == 0)
        assert hook.tries == 20
        assert scene.outbox.failures[-1][1:] == ("no", None)
        assert scene.time.seconds < 24 * 3600


async def test_a_delivery_older_than_a_day_is_given_up() -> None:
    """After the machine slept over the retries."""

    hook = RecordingHook()
    hook.error = refusal()
    async with at_work(phone=hook) as scene:
        await scene.tell("phone", an_alert("a"))
        scene.time.seconds += timedelta(hours=25).total_seconds()
        await scene.time.until(lambda: scene.outbox.waiting == 0)
        assert hook.tries == 2
        assert scene.outbox.failures[-1][1:] == (f"no; {TOO_OLD}", None)


async def test_a_permanent_failure_is_not_tried_again() -> None:
    hook = RecordingHook()
    hook.error = refusal("there is no program", permanent=True)
    async with at_work(script=hook) as scene:
        await scene.tell("script", an_alert("a"))
        assert hook.tries == 1
        assert scene.outbox.failures[0][1:] == ("there is no program", None)
        assert scene.troubles == [("script", "there is no program")]


async def test_a_send_that_hangs_is_cancelled_and_tried_again() -> None:
    hook = RecordingHook()
    hook.gate.clear()
    async with at_work(phone=hook) as scene:
        await scene.tell("phone", an_alert("a"))
        await scene.time.advance(29)
        assert scene.outbox.failures == []
        await scene.time.advance(1)
        assert hook.cancelled == 1
        assert scene.troubles == [("phone", "did not answer within 30 s")]
        hook.gate.set()
        await scene.time.advance(5)
        assert hook.slugs == ["a"]


@pytest.mark.parametrize("error", [ValueError("bug \x1b[31m"), asyncio.CancelledError(), RecursionError()])
async def test_whatever_a_hook_raises_is_contained(
    error: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)

    bad, good = RecordingHook(), RecordingHook()
    bad.error = error
    async with at_work(bad=bad, good=good) as scene:
        await scene.tell("bad", an_alert("a"))
        await scene.tell("good", an_alert("b"))
        assert good.slugs == ["b"]
        assert len(scene.outbox.failures) == 1
        assert scene.outbox.failures[0][1].isprintable()
        assert bad.tries == 1  # and not at once again


async def test_trouble_is_reported_once_and_taken_back_when_it_works_again() -> None:
    hook = RecordingHook()
    hook.error = refusal("503")
    async with at_work(phone=hook) as scene:
        await scene.tell("phone", an_alert("a"))
        await scene.time.advance(60)
        assert hook.tries == 3
        assert scene.troubles == [("phone", "503")]
        hook.error = None
        await scene.time.advance(60)
        assert scene.troubles == [("phone", "503"), ("phone", None)]


async def test_an_exploding_report_of_trouble_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)

    hook = RecordingHook()
    hook.error = refusal()

    def explode(name: str, error: str | None) -> None:
        raise RuntimeError(name)

    scene = Scene({})
    worker = DeliveryWorker(
        scene.outbox,
        {"phone": hook},
        scene.time,
        explode,
        sleep=scene.time.sleep,
        random=lambda: 0.5,
    )
    running = asyncio.create_task(worker.run())
    scene.outbox.put("phone", an_alert("a"))
    await scene.time.until(lambda: hook.tries == 2)
    worker.stop()
    await running

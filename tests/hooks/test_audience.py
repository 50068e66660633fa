"""Hooks that reach only those who are there: alerts wait until an audience arrives."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from pulsetui.client.alert import Alert, AlertEvent
from pulsetui.errors import NoAudienceError
from pulsetui.hooks.worker.sending import SETTLED_S
from tests.hooks.fakes import RecordingHook, an_alert, refusal, settle
from tests.hooks.scene import Scene, at_work


async def test_an_alert_that_waits_for_somebody_is_told_when_somebody_comes() -> None:
    hook = a_screen_hook()
    async with at_work(term=hook) as scene:
        await scene.tell("term", an_alert("a"))
        await scene.time.advance(3 * 3600 + 60)
        hook.error = None
        scene.worker.audience_arrived()
        await settle()
        assert hook.events == ["a down"]
        assert scene.outbox.waiting == 0


async def test_that_nobody_is_there_is_no_try_and_no_trouble() -> None:
    async with at_work(term=a_screen_hook()) as scene:
        await scene.tell("term", an_alert("a"), an_alert("a", AlertEvent.UP))
        await scene.time.advance(48 * 3600)
        assert scene.outbox.tries == [0, 0]
        assert (scene.outbox.failures, scene.troubles) == ([], [])


async def test_nobody_is_looked_for_all_the_time() -> None:
    hook = a_screen_hook()
    async with at_work(term=hook) as scene:
        await scene.tell("term", an_alert("a"))
        await scene.time.advance(24 * 3600)
        assert hook.tries <= 25


async def test_many_alerts_that_waited_are_told_as_one() -> None:
    hook = a_screen_hook()
    async with at_work(term=hook) as scene:
        for n in range(6):
            await scene.tell("term", an_alert(f"c{n}"))
        hook.error = None
        scene.worker.audience_arrived()
        await scene.time.advance(SETTLED_S)
        assert [alert.title for alert in hook.alerts] == ["6 checks are overdue: C0, C1, C2 …"]


async def test_somebody_who_comes_while_an_alert_is_being_put_off_is_told() -> None:
    class Latecomer(RecordingHook):
        async def send(self, alert: Alert) -> None:
            try:
                await super().send(alert)
            finally:
                self.error = None  # there by the next look

    hook = Latecomer(needs_audience=True)
    hook.error = NoAudienceError("nobody")
    hook.gate.clear()
    async with at_work(term=hook) as scene:
        await scene.tell("term", an_alert("a"))
        scene.worker.audience_arrived()
        await settle()
        hook.gate.set()
        await settle()
        assert hook.events == ["a down"]


async def test_what_waited_for_somebody_who_was_there_before_the_worker_is_told() -> None:
    hook = a_screen_hook()
    scene = Scene({"term": hook})
    scene.outbox.put("term", an_alert("a"), wait=timedelta(minutes=30))
    hook.error = None
    running = asyncio.create_task(scene.worker.run())
    await settle()
    assert hook.events == ["a down"]
    scene.worker.stop()
    await running


async def test_an_alert_that_nobody_came_for_in_a_week_is_given_up() -> None:
    async with at_work(term=a_screen_hook()) as scene:
        await scene.tell("term", an_alert("a"))
        scene.time.seconds += 7 * 86400 - 1800  # the machine slept
        await scene.time.advance(0)
        assert scene.outbox.failures == []
        await scene.time.advance(3600)
        (delivery, why, _) = scene.outbox.failures[0]
        assert (delivery.tries, why) == (0, "nobody came to be told within a week")


async def test_somebody_who_comes_changes_nothing_for_hooks_that_do_not_wait() -> None:
    phone = RecordingHook()
    phone.error = refusal()
    async with at_work(phone=phone) as scene:
        await scene.tell("phone", an_alert("a"))
        scene.worker.audience_arrived()
        await settle()
        assert phone.tries == 1


async def test_what_waited_for_a_screen_does_not_wait_for_the_hook_that_takes_its_name() -> None:
    command = RecordingHook()
    async with at_work(tell=a_screen_hook()) as scene:
        await scene.tell("tell", an_alert("a"))
        scene.worker.replace_hooks({"tell": command})
        await settle()
        assert command.events == ["a down"]


async def test_somebody_who_comes_at_night_is_not_told_what_is_for_the_morning() -> None:
    hook = a_screen_hook()
    hook.error = None
    async with at_work(term=hook) as scene:
        scene.outbox.put("term", an_alert("a"), hour=timedelta(hours=5))
        scene.worker.audience_arrived()
        await settle()
        assert hook.events == []
        await scene.time.advance(5 * 3600)
        assert hook.events == ["a down"]


def a_screen_hook() -> RecordingHook:
    """Nobody is there."""
    hook = RecordingHook(digest=True, needs_audience=True)
    hook.error = NoAudienceError("no screen is attached; this alert waits for one")
    return hook

"""How often a hook is used: as it allows, as it asks, and not while somebody has paused it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from pulsetui.client.alert import AlertEvent
from pulsetui.errors import HookError
from tests.hooks.fakes import START, RecordingHook, an_alert, refusal, settle
from tests.hooks.scene import at_work


async def test_between_two_sends_there_is_at_least_what_the_hook_wants() -> None:
    hook, other = RecordingHook(), RecordingHook()
    hook.rate_s = 3.0
    async with at_work(chat=hook, other=other) as scene:
        await scene.tell("chat", *(an_alert(f"c{n}") for n in range(4)))
        await scene.tell("other", *(an_alert(f"c{n}") for n in range(4)))
        assert (len(hook.alerts), len(other.alerts)) == (1, 4)
        for sent in (2, 3, 4):
            await scene.time.advance(2.9)
            assert len(hook.alerts) == sent - 1
            await scene.time.advance(0.1)
            assert len(hook.alerts) == sent


async def test_the_rate_holds_from_one_round_to_the_next_and_for_failures() -> None:
    hook = RecordingHook()
    hook.rate_s = 60.0
    hook.error = refusal()
    async with at_work(chat=hook) as scene:
        await scene.tell("chat", an_alert("a"))
        hook.error = None
        await scene.tell("chat", an_alert("b"))
        await scene.time.advance(59)
        assert (hook.tries, hook.slugs) == (1, [])
        await scene.time.advance(1)
        assert hook.tries == 2


async def test_a_stop_does_not_wait_for_the_rate() -> None:
    hook = RecordingHook()
    hook.rate_s = 600.0
    async with at_work(chat=hook) as scene:
        await scene.tell("chat", an_alert("a"), an_alert("b"))
        scene.worker.stop()
        await settle()
        assert hook.slugs == ["a"]
        assert scene.outbox.waiting == 1


async def test_a_hook_that_asks_to_be_left_alone_is() -> None:
    hook = RecordingHook()
    hook.error = HookError("429", retry_after_s=120.0)
    async with at_work(chat=hook) as scene:
        await scene.tell("chat", *(an_alert(f"c{n}") for n in range(4)))
        assert hook.tries == 1
        assert scene.state("chat").next_try == START + timedelta(seconds=120)
        hook.error = None
        await scene.time.advance(119)
        assert hook.tries == 1
        await scene.time.advance(1)
        assert sorted(hook.slugs) == ["c0", "c1", "c2", "c3"]


async def test_nobody_is_left_alone_for_more_than_a_day() -> None:
    hook = RecordingHook()
    hook.error = HookError("429", retry_after_s=1e9)
    async with at_work(chat=hook) as scene:
        await scene.tell("chat", an_alert("a"))
        await scene.time.advance(3600)
        await scene.tell("chat", an_alert("b"))
        assert hook.tries == 1
        hook.error = None
        await scene.time.advance(23 * 3600)
        assert sorted(hook.slugs) == ["a", "b"]


async def test_a_paused_hook_gets_nothing_and_loses_nothing() -> None:
    hook, other = RecordingHook(), RecordingHook()
    async with at_work(phone=hook, other=other) as scene:
        assert await scene.worker.pause("phone")
        await scene.tell("phone", *(an_alert(f"c{n}") for n in range(3)))
        await scene.tell("other", an_alert("x"))
        await scene.time.advance(3 * 86400)
        assert (hook.tries, other.slugs) == (0, ["x"])
        state = scene.state("phone")
        assert (state.paused_at, state.waiting, state.next_try) == (START, 3, None)
        assert await scene.worker.resume("phone")
        await settle()
        assert hook.slugs == ["c0", "c1", "c2"]
        assert scene.state("phone").paused_at is None


async def test_a_pause_ends_the_queue_after_the_send_in_progress() -> None:
    hook = RecordingHook()
    hook.gate.clear()
    async with at_work(phone=hook) as scene:
        await scene.tell("phone", an_alert("a"), an_alert("b"))
        await scene.worker.pause("phone")
        hook.gate.set()
        await settle()
        assert hook.slugs == ["a"]
        assert scene.outbox.waiting == 1


async def test_a_pause_is_kept_over_a_restart() -> None:
    hook = RecordingHook()
    async with at_work(phone=hook) as scene:
        await scene.worker.pause("phone")
        await scene.time.advance(60)
        scene.worker.stop()
        await settle()
        scene.worker = scene.new_worker({"phone": hook})
        running = asyncio.create_task(scene.worker.run())
        await scene.tell("phone", an_alert("a"))
        assert (hook.tries, scene.state("phone").paused_at) == (0, START)
        await scene.worker.resume("phone")
        await settle()
        assert hook.slugs == ["a"]
        scene.worker.stop()
        await running


async def test_a_hook_that_comes_back_is_as_paused_as_it_was() -> None:
    hook = RecordingHook()
    async with at_work(phone=hook) as scene:
        await scene.worker.pause("phone")
        scene.worker.replace_hooks({})
        await settle()
        scene.worker.replace_hooks({"phone": hook})
        await scene.tell("phone", an_alert("a"))
        assert (hook.tries, scene.state("phone").paused_at) == (0, START)


async def test_a_resume_tries_a_hook_at_once_that_failed_before() -> None:
    hook = RecordingHook()
    hook.error = refusal()
    async with at_work(phone=hook) as scene:
        await scene.tell("phone", *(an_alert(f"c{n}") for n in range(9)))
        await scene.worker.pause("phone")
        await scene.time.advance(86400 * 2)
        hook.error = None
        await scene.worker.resume("phone")
        await scene.time.advance(1)
        assert len(hook.alerts) == 9


async def test_a_hook_that_is_not_there_can_not_be_paused() -> None:
    async with at_work(phone=RecordingHook()) as scene:
        assert not await scene.worker.pause("pager")
        assert scene.outbox.paused == {}


async def test_a_paused_hook_is_not_told_what_the_outbox_cannot_take() -> None:
    hook = RecordingHook()
    async with at_work(phone=hook) as scene:
        await scene.worker.pause("phone")
        scene.worker.tell_now(an_alert("", AlertEvent.UNWATCHED))
        await settle()
        assert hook.tries == 0


async def test_an_acknowledgement_goes_only_to_hooks_that_pass_it_on() -> None:
    pager, phone = RecordingHook(), RecordingHook()
    pager.acknowledges = True
    async with at_work(pager=pager, phone=phone) as scene:
        for name in ("pager", "phone"):
            await scene.tell(name, an_alert("a"), an_alert("a", AlertEvent.ACKNOWLEDGED), an_alert("b"))
        assert pager.events == ["a down", "a acknowledged", "b down"]
        assert phone.events == ["a down", "b down"]
        assert (scene.outbox.waiting, scene.outbox.failures) == (0, [])

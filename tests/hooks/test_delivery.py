"""The delivery worker: what is in the outbox is told and recorded, and nothing is lost."""

from __future__ import annotations

import asyncio
import logging
import threading

import pytest

from pulsetui.client.alert import AlertEvent
from pulsetui.errors import HookError
from tests.hooks.fakes import RecordingHook, an_alert, refusal, settle
from tests.hooks.scene import Scene, at_work


async def test_an_alert_reaches_its_hook_and_is_recorded() -> None:
    desktop, phone = RecordingHook(), RecordingHook()
    async with at_work(desktop=desktop, phone=phone) as scene:
        await scene.tell("desktop", an_alert("a"))
        assert desktop.slugs == ["a"]
        assert phone.slugs == []
        assert [delivery.hook for delivery in scene.outbox.told] == ["desktop"]
        assert (scene.outbox.waiting, scene.troubles) == (0, [])


async def test_what_waited_before_the_start_is_told_without_a_wake() -> None:
    hook = RecordingHook()
    scene = Scene({"desktop": hook})
    scene.outbox.put("desktop", an_alert("a"))
    running = asyncio.create_task(scene.worker.run())
    await settle()
    assert hook.slugs == ["a"]
    scene.worker.stop()
    await running


async def test_a_wake_from_another_thread_is_heard() -> None:
    hook = RecordingHook()
    async with at_work(desktop=hook) as scene:
        scene.outbox.put("desktop", an_alert("a"))
        thread = threading.Thread(target=scene.worker.wake)
        thread.start()
        await asyncio.to_thread(thread.join)
        await settle()
        assert hook.slugs == ["a"]


async def test_a_hook_that_left_the_configuration_gives_its_deliveries_up_with_the_reason() -> None:
    async with at_work(desktop=RecordingHook()) as scene:
        await scene.tell("pager", an_alert("a"), an_alert("b"))
        assert [again for _, _, again in scene.outbox.failures] == [None, None]
        assert '"pager"' in scene.outbox.failures[0][1]


async def test_a_store_that_fails_while_recording_does_not_make_a_hook_repeat_itself(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.CRITICAL)

    hook = RecordingHook()
    hook.gate.clear()
    async with at_work(phone=hook) as scene:
        await scene.tell("phone", an_alert("a"))
        scene.outbox.broken = True
        hook.gate.set()
        await scene.time.advance(120)
        assert hook.tries == 1
        scene.outbox.broken = False
        await scene.time.advance(6)
        assert [delivery.alert.slug for delivery in scene.outbox.told] == ["a"]
        assert hook.tries == 1


async def test_a_store_that_cannot_be_read_is_asked_again(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)

    hook = RecordingHook()
    async with at_work(phone=hook) as scene:
        scene.outbox.broken = True
        await scene.tell("phone", an_alert("a"))
        assert hook.tries == 0
        scene.outbox.broken = False
        await scene.time.advance(5)
        assert hook.slugs == ["a"]


async def test_nothing_is_asked_while_nothing_waits() -> None:
    async with at_work(phone=RecordingHook()) as scene:
        before = len(scene.outbox.asked)
        await scene.time.advance(7200)
        assert len(scene.outbox.asked) == before


async def test_hooks_of_a_changed_configuration_take_over() -> None:
    old, new = RecordingHook(), RecordingHook()
    old.error = refusal("wrong password")
    async with at_work(phone=old, gone=old) as scene:
        await scene.tell("phone", an_alert("a"))
        await scene.tell("gone", an_alert("b"))
        scene.worker.replace_hooks({"phone": new})
        await scene.time.advance(5)
        assert new.slugs == ["a"]
        assert scene.troubles[-2:] == [("gone", None), ("phone", None)]


async def test_a_hook_that_is_edited_sends_at_once_what_waits_for_it() -> None:
    """Whoever mends a token watches for the message; its next try may be an hour away."""
    old, new = RecordingHook(), RecordingHook()
    old.error = refusal("wrong password")
    async with at_work(phone=old) as scene:
        await scene.tell("phone", an_alert("a"))
        await scene.time.until(lambda: old.tries == 4)
        scene.worker.replace_hooks({"phone": new})
        await settle()
        assert new.slugs == ["a"]


async def test_an_edit_of_another_hook_hurries_nothing() -> None:
    phone, other = RecordingHook(), RecordingHook()
    phone.error = refusal()
    async with at_work(phone=phone, other=other) as scene:
        await scene.tell("phone", an_alert("a"))
        scene.worker.replace_hooks({"phone": phone, "other": RecordingHook()})
        await settle()
        assert phone.tries == 1


async def test_what_a_send_in_progress_puts_off_does_not_wait_for_the_edited_hook() -> None:
    old, new = RecordingHook(), RecordingHook()
    old.error = HookError("too many", retry_after_s=900)
    old.gate.clear()
    async with at_work(phone=old) as scene:
        await scene.tell("phone", an_alert("a"))
        scene.worker.replace_hooks({"phone": new})
        await settle()
        assert new.slugs == []
        old.gate.set()
        await settle()
        assert new.slugs == ["a"]


async def test_a_paused_hook_that_is_edited_stays_paused() -> None:
    new = RecordingHook()
    async with at_work(phone=RecordingHook()) as scene:
        await scene.worker.pause("phone")
        await scene.tell("phone", an_alert("a"))
        scene.worker.replace_hooks({"phone": new})
        await settle()
        assert (new.slugs, scene.state("phone").waiting) == ([], 1)


async def test_a_stop_lets_the_send_in_progress_end_but_starts_no_other() -> None:
    hook = RecordingHook()
    hook.gate.clear()
    scene = Scene({"phone": hook})
    running = asyncio.create_task(scene.worker.run())
    await scene.tell("phone", an_alert("a"), an_alert("b"))
    scene.worker.stop()
    await settle()
    assert not running.done()
    hook.gate.set()
    await asyncio.wait_for(running, 2)
    assert hook.slugs == ["a"]
    assert scene.outbox.waiting == 1


async def test_a_stop_before_the_start_is_not_forgotten() -> None:
    scene = Scene({})
    scene.worker.stop()
    await asyncio.wait_for(scene.worker.run(), 1)  # raises when it goes on


async def test_a_cancelled_worker_leaves_no_send_behind() -> None:
    hook = RecordingHook()
    scene = Scene({"phone": hook})
    running = asyncio.create_task(scene.worker.run())
    hook.gate.clear()
    await scene.tell("phone", an_alert("a"))
    running.cancel()
    await settle()
    hook.gate.set()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(running, 5)
    assert hook.at_once == 0


async def test_what_the_outbox_cannot_take_is_told_at_once_by_every_hook_that_works() -> None:
    good, bad = RecordingHook(), RecordingHook()
    bad.error = RuntimeError("no")
    async with at_work(good=good, bad=bad) as scene:
        scene.outbox.broken = True
        scene.worker.tell_now(an_alert("", AlertEvent.UNWATCHED, title="PulseTUI refuses pings"))
        await settle()
        assert [alert.title for alert in good.alerts] == ["PulseTUI refuses pings"]
        assert bad.tries == 1

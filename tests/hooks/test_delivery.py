"""The outbox worker: nothing lost, nobody delayed by somebody else."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import pairwise

import pytest

from pulsetui.client.alert import Alert, AlertEvent
from pulsetui.errors import NoAudienceError
from pulsetui.hooks.delivery import DIGEST_ABOVE, PAGE, DeliveryWorker
from pulsetui.hooks.hook import Hook
from pulsetui.hooks.retry import TOO_OLD
from tests.hooks.fakes import FakeTime, MemoryOutbox, RecordingHook, an_alert, refusal, settle


class Scene:
    """A courier at work, with everything around it under control."""

    def __init__(self, hooks: Mapping[str, Hook]) -> None:
        self.time = FakeTime()
        self.outbox = MemoryOutbox(self.time)
        self.troubles: list[tuple[str, str | None]] = []
        self.courier = DeliveryWorker(
            self.outbox, hooks, self.time, lambda *news: self.troubles.append(news), sleep=self.time.sleep
        )

    async def tell(self, hook: str, *alerts: Alert) -> None:
        for alert in alerts:
            self.outbox.put(hook, alert)
        self.courier.wake()
        await settle()


@asynccontextmanager
async def at_work(**hooks: Hook) -> AsyncIterator[Scene]:
    scene = Scene(hooks)
    running = asyncio.create_task(scene.courier.run())
    await settle()
    try:
        yield scene
    finally:
        for hook in hooks.values():
            if isinstance(hook, RecordingHook):
                hook.gate.set()
        scene.outbox.broken = False
        scene.courier.stop()
        await asyncio.wait_for(running, 10)


def play(story: Callable[[], Awaitable[None]]) -> None:
    async def main() -> None:
        await story()

    asyncio.run(main())


def test_an_alert_reaches_its_hook_and_is_recorded() -> None:
    async def story() -> None:
        desktop, phone = RecordingHook(), RecordingHook()
        async with at_work(desktop=desktop, phone=phone) as scene:
            await scene.tell("desktop", an_alert("a"))
            assert desktop.slugs == ["a"]
            assert phone.slugs == []
            assert [delivery.hook for delivery in scene.outbox.told] == ["desktop"]
            assert (scene.outbox.waiting, scene.troubles) == (0, [])

    play(story)


def test_what_waited_before_the_start_is_told_without_a_wake() -> None:
    async def story() -> None:
        hook = RecordingHook()
        scene = Scene({"desktop": hook})
        scene.outbox.put("desktop", an_alert("a"))
        running = asyncio.create_task(scene.courier.run())
        await settle()
        assert hook.slugs == ["a"]
        scene.courier.stop()
        await running

    play(story)


def test_a_wake_from_another_thread_is_heard() -> None:
    async def story() -> None:
        hook = RecordingHook()
        async with at_work(desktop=hook) as scene:
            scene.outbox.put("desktop", an_alert("a"))
            thread = threading.Thread(target=scene.courier.wake)
            thread.start()
            await asyncio.to_thread(thread.join)
            await settle()
            assert hook.slugs == ["a"]

    play(story)


def test_failures_are_retried_with_growing_pauses() -> None:
    async def story() -> None:
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

    play(story)


def test_a_retry_comes_exactly_when_it_is_due() -> None:
    async def story() -> None:
        hook = RecordingHook()
        hook.error = refusal()
        async with at_work(phone=hook) as scene:
            await scene.tell("phone", an_alert("a"))
            await scene.time.advance(4.9)
            assert hook.tries == 1
            await scene.time.advance(0.2)
            assert hook.tries == 2

    play(story)


def test_a_delivery_is_given_up_after_twenty_tries_within_a_day() -> None:
    async def story() -> None:
        hook = RecordingHook()
        hook.error = refusal()
        async with at_work(phone=hook) as scene:
            await scene.tell("phone", an_alert("a"))
            await scene.time.until(lambda: scene.outbox.waiting == 0)
            assert hook.tries == 20
            assert scene.outbox.failures[-1][1:] == ("no", None)
            assert scene.time.seconds < 24 * 3600

    play(story)


def test_a_delivery_older_than_a_day_is_given_up() -> None:
    """After the machine slept over the retries."""

    async def story() -> None:
        hook = RecordingHook()
        hook.error = refusal()
        async with at_work(phone=hook) as scene:
            await scene.tell("phone", an_alert("a"))
            scene.time.seconds += timedelta(hours=25).total_seconds()
            await scene.time.until(lambda: scene.outbox.waiting == 0)
            assert hook.tries == 2
            assert scene.outbox.failures[-1][1:] == (f"no; {TOO_OLD}", None)

    play(story)


def test_a_permanent_failure_is_not_tried_again() -> None:
    async def story() -> None:
        hook = RecordingHook()
        hook.error = refusal("there is no program", permanent=True)
        async with at_work(script=hook) as scene:
            await scene.tell("script", an_alert("a"))
            assert hook.tries == 1
            assert scene.outbox.failures[0][1:] == ("there is no program", None)
            assert scene.troubles == [("script", "there is no program")]

    play(story)


def test_a_hook_that_left_the_configuration_gives_its_deliveries_up_with_the_reason() -> None:
    async def story() -> None:
        async with at_work(desktop=RecordingHook()) as scene:
            await scene.tell("pager", an_alert("a"), an_alert("b"))
            assert [again for _, _, again in scene.outbox.failures] == [None, None]
            assert '"pager"' in scene.outbox.failures[0][1]

    play(story)


def test_a_slow_hook_delays_nobody_else() -> None:
    async def story() -> None:
        slow, quick = RecordingHook(), RecordingHook()
        slow.gate.clear()
        async with at_work(slow=slow, quick=quick) as scene:
            await scene.tell("slow", an_alert("a"))
            await scene.tell("quick", an_alert("b"))
            assert (slow.slugs, quick.slugs) == ([], ["b"])
            slow.gate.set()
            await settle()
            assert slow.slugs == ["a"]

    play(story)


def test_a_retry_of_one_hook_is_not_hidden_by_the_queue_of_a_slow_one() -> None:
    async def story() -> None:
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

    play(story)


def test_more_deliveries_than_a_page_of_a_slow_hook_hide_nobody() -> None:
    async def story() -> None:
        slow, quick = RecordingHook(), RecordingHook()
        slow.gate.clear()
        async with at_work(slow=slow, quick=quick) as scene:
            await scene.tell("slow", *(an_alert(f"s{n}") for n in range(PAGE * 3)), an_alert("last"))
            await scene.tell("quick", an_alert("b"))
            assert quick.slugs == ["b"]

    play(story)


def test_a_hook_gets_one_alert_at_a_time_in_order() -> None:
    async def story() -> None:
        hook = RecordingHook()
        async with at_work(phone=hook) as scene:
            await scene.tell("phone", *(an_alert(f"c{n}") for n in range(9)))
            await settle()
            assert hook.slugs == [f"c{n}" for n in range(9)]
            assert hook.most_at_once == 1

    play(story)


def test_what_a_check_tells_later_waits_for_what_it_told_before() -> None:
    """A recovery that overtakes its incident would leave "down" as the last word."""

    async def story() -> None:
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

    play(story)


def test_a_failure_lets_nothing_later_of_the_same_check_pass_in_the_same_round() -> None:
    async def story() -> None:
        hook = RecordingHook()
        hook.error = refusal()
        scene = Scene({"phone": hook})
        for alert in (an_alert("a"), an_alert("a", AlertEvent.UP)):
            scene.outbox.put("phone", alert)
        running = asyncio.create_task(scene.courier.run())
        await settle()
        assert hook.tries == 1
        assert scene.outbox.tries == [1, 0]
        hook.error = None
        await scene.time.advance(5)
        assert hook.events == ["a down", "a up"]
        scene.courier.stop()
        await running

    play(story)


def test_a_check_whose_alert_fails_holds_no_other_check_up() -> None:
    async def story() -> None:
        hook = RecordingHook()
        hook.error = refusal()
        async with at_work(phone=hook) as scene:
            await scene.tell("phone", an_alert("a"))
            hook.error = None
            await scene.tell("phone", an_alert("a", AlertEvent.UP), an_alert("b"))
            assert hook.events == ["b down"]

    play(story)


def test_what_comes_after_an_alert_that_is_given_up_is_told() -> None:
    async def story() -> None:
        hook = RecordingHook()
        hook.error = refusal(permanent=True)
        async with at_work(phone=hook) as scene:
            await scene.tell("phone", an_alert("a"))
            hook.error = None
            await scene.tell("phone", an_alert("a", AlertEvent.UP))
            assert hook.events == ["a up"]

    play(story)


def test_nobody_asks_again_and_again_for_an_alert_that_waits_for_an_earlier_one() -> None:
    async def story() -> None:
        hook = RecordingHook()
        hook.error = refusal()
        async with at_work(phone=hook) as scene:
            await scene.tell("phone", an_alert("a"), an_alert("a", AlertEvent.UP))
            await scene.time.advance(21)  # the next try is a minute away
            before = len(scene.outbox.asked)
            await scene.time.advance(55)
            assert len(scene.outbox.asked) == before

    play(story)


def test_a_send_that_hangs_is_cancelled_and_tried_again() -> None:
    async def story() -> None:
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

    play(story)


@pytest.mark.parametrize("error", [ValueError("bug \x1b[31m"), asyncio.CancelledError(), RecursionError()])
def test_whatever_a_hook_raises_is_contained(error: BaseException, caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        bad, good = RecordingHook(), RecordingHook()
        bad.error = error
        async with at_work(bad=bad, good=good) as scene:
            await scene.tell("bad", an_alert("a"))
            await scene.tell("good", an_alert("b"))
            assert good.slugs == ["b"]
            assert len(scene.outbox.failures) == 1
            assert scene.outbox.failures[0][1].isprintable()
            assert bad.tries == 1  # and not at once again

    caplog.set_level(logging.CRITICAL)
    play(story)


def test_trouble_is_reported_once_and_taken_back_when_it_works_again() -> None:
    async def story() -> None:
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

    play(story)


def test_an_exploding_report_of_trouble_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        hook = RecordingHook()
        hook.error = refusal()

        def explode(name: str, error: str | None) -> None:
            raise RuntimeError(name)

        scene = Scene({})
        courier = DeliveryWorker(scene.outbox, {"phone": hook}, scene.time, explode, sleep=scene.time.sleep)
        running = asyncio.create_task(courier.run())
        scene.outbox.put("phone", an_alert("a"))
        await scene.time.until(lambda: hook.tries == 2)
        courier.stop()
        await running

    caplog.set_level(logging.CRITICAL)
    play(story)


def test_a_store_that_fails_while_recording_does_not_make_a_hook_repeat_itself(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def story() -> None:
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

    caplog.set_level(logging.CRITICAL)
    play(story)


def test_a_store_that_cannot_be_read_is_asked_again(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        hook = RecordingHook()
        async with at_work(phone=hook) as scene:
            scene.outbox.broken = True
            await scene.tell("phone", an_alert("a"))
            assert hook.tries == 0
            scene.outbox.broken = False
            await scene.time.advance(5)
            assert hook.slugs == ["a"]

    caplog.set_level(logging.CRITICAL)
    play(story)


def test_nothing_is_asked_while_nothing_waits() -> None:
    async def story() -> None:
        async with at_work(phone=RecordingHook()) as scene:
            before = len(scene.outbox.asked)
            await scene.time.advance(7200)
            assert len(scene.outbox.asked) == before

    play(story)


def test_a_storm_is_told_as_one_and_every_alert_is_recorded() -> None:
    async def story() -> None:
        desktop, script = RecordingHook(digest=True), RecordingHook()
        async with at_work(desktop=desktop, script=script) as scene:
            storm = [an_alert(f"c{n}") for n in range(DIGEST_ABOVE + 2)]
            for alert in storm:
                scene.outbox.put("desktop", alert)
            await scene.tell("script", *storm)
            await settle()
            assert [alert.title for alert in desktop.alerts] == ["7 checks are down: C0, C1, C2 …"]
            assert desktop.alerts[0].slug == ""
            assert len(script.alerts) == 7
            assert len(scene.outbox.told) == 14
            assert scene.outbox.waiting == 0

    play(story)


def test_a_few_alerts_are_told_one_by_one() -> None:
    async def story() -> None:
        desktop = RecordingHook(digest=True)
        async with at_work(desktop=desktop) as scene:
            await scene.tell("desktop", *(an_alert(f"c{n}") for n in range(DIGEST_ABOVE)))
            assert len(desktop.alerts) == DIGEST_ABOVE

    play(story)


def test_a_trial_of_the_hook_is_not_lost_in_a_digest() -> None:
    async def story() -> None:
        desktop = RecordingHook(digest=True)
        async with at_work(desktop=desktop) as scene:
            storm = [an_alert(f"c{n}") for n in range(6)]
            await scene.tell("desktop", an_alert("", AlertEvent.TEST, title="It works"), *storm)
            assert sorted(alert.title for alert in desktop.alerts) == [
                "6 checks are down: C0, C1, C2 …",
                "It works",
            ]

    play(story)


def test_a_digest_that_fails_is_tried_again_for_every_alert() -> None:
    async def story() -> None:
        desktop = RecordingHook(digest=True)
        desktop.error = refusal("no screen is attached")
        async with at_work(desktop=desktop) as scene:
            await scene.tell("desktop", *(an_alert(f"c{n}") for n in range(6)))
            assert (desktop.tries, len(scene.outbox.failures)) == (1, 6)
            desktop.error = None
            await scene.time.advance(5)
            assert len(desktop.alerts) == 1
            assert scene.outbox.waiting == 0

    play(story)


def test_an_alert_that_waits_for_somebody_is_told_when_somebody_comes() -> None:
    async def story() -> None:
        hook = a_screen_hook()
        async with at_work(term=hook) as scene:
            await scene.tell("term", an_alert("a"))
            await scene.time.advance(3 * 3600 + 60)
            hook.error = None
            scene.courier.audience_arrived()
            await settle()
            assert hook.events == ["a down"]
            assert scene.outbox.waiting == 0

    play(story)


def test_that_nobody_is_there_is_no_try_and_no_trouble() -> None:
    async def story() -> None:
        async with at_work(term=a_screen_hook()) as scene:
            await scene.tell("term", an_alert("a"), an_alert("a", AlertEvent.UP))
            await scene.time.advance(48 * 3600)
            assert scene.outbox.tries == [0, 0]
            assert (scene.outbox.failures, scene.troubles) == ([], [])

    play(story)


def test_nobody_is_looked_for_all_the_time() -> None:
    async def story() -> None:
        hook = a_screen_hook()
        async with at_work(term=hook) as scene:
            await scene.tell("term", an_alert("a"))
            await scene.time.advance(24 * 3600)
            assert hook.tries <= 25

    play(story)


def test_many_alerts_that_waited_are_told_as_one() -> None:
    async def story() -> None:
        hook = a_screen_hook()
        async with at_work(term=hook) as scene:
            for n in range(6):
                await scene.tell("term", an_alert(f"c{n}"))
            hook.error = None
            scene.courier.audience_arrived()
            await settle()
            assert [alert.title for alert in hook.alerts] == ["6 checks are down: C0, C1, C2 …"]

    play(story)


def test_somebody_who_comes_while_an_alert_is_being_put_off_is_told() -> None:
    class Latecomer(RecordingHook):
        async def send(self, alert: Alert) -> None:
            try:
                await super().send(alert)
            finally:
                self.error = None  # there by the next look

    async def story() -> None:
        hook = Latecomer(needs_audience=True)
        hook.error = NoAudienceError("nobody")
        hook.gate.clear()
        async with at_work(term=hook) as scene:
            await scene.tell("term", an_alert("a"))
            scene.courier.audience_arrived()
            await settle()
            hook.gate.set()
            await settle()
            assert hook.events == ["a down"]

    play(story)


def test_what_waited_for_somebody_who_was_there_before_the_courier_is_told() -> None:
    async def story() -> None:
        hook = a_screen_hook()
        scene = Scene({"term": hook})
        scene.outbox.put("term", an_alert("a"), wait=timedelta(minutes=30))
        hook.error = None
        running = asyncio.create_task(scene.courier.run())
        await settle()
        assert hook.events == ["a down"]
        scene.courier.stop()
        await running

    play(story)


def test_an_alert_that_nobody_came_for_in_a_week_is_given_up() -> None:
    async def story() -> None:
        async with at_work(term=a_screen_hook()) as scene:
            await scene.tell("term", an_alert("a"))
            scene.time.seconds += 7 * 86400 - 1800  # the machine slept
            await scene.time.advance(0)
            assert scene.outbox.failures == []
            await scene.time.advance(3600)
            (delivery, why, _) = scene.outbox.failures[0]
            assert (delivery.tries, why) == (0, "nobody came to be told within a week")

    play(story)


def test_somebody_who_comes_changes_nothing_for_hooks_that_do_not_wait() -> None:
    async def story() -> None:
        phone = RecordingHook()
        phone.error = refusal()
        async with at_work(phone=phone) as scene:
            await scene.tell("phone", an_alert("a"))
            scene.courier.audience_arrived()
            await settle()
            assert phone.tries == 1

    play(story)


def test_what_waited_for_a_screen_does_not_wait_for_the_hook_that_takes_its_name() -> None:
    async def story() -> None:
        command = RecordingHook()
        async with at_work(tell=a_screen_hook()) as scene:
            await scene.tell("tell", an_alert("a"))
            scene.courier.replace_hooks({"tell": command})
            await settle()
            assert command.events == ["a down"]

    play(story)


def a_screen_hook() -> RecordingHook:
    """Nobody is there."""
    hook = RecordingHook(digest=True, needs_audience=True)
    hook.error = NoAudienceError("no screen is attached; this alert waits for one")
    return hook


def test_hooks_of_a_changed_configuration_take_over() -> None:
    async def story() -> None:
        old, new = RecordingHook(), RecordingHook()
        old.error = refusal("wrong password")
        async with at_work(phone=old, gone=old) as scene:
            await scene.tell("phone", an_alert("a"))
            await scene.tell("gone", an_alert("b"))
            scene.courier.replace_hooks({"phone": new})
            await scene.time.advance(5)
            assert new.slugs == ["a"]
            assert scene.troubles[-2:] == [("gone", None), ("phone", None)]

    play(story)


def test_a_stop_lets_the_send_in_progress_end_but_starts_no_other() -> None:
    async def story() -> None:
        hook = RecordingHook()
        hook.gate.clear()
        scene = Scene({"phone": hook})
        running = asyncio.create_task(scene.courier.run())
        await scene.tell("phone", an_alert("a"), an_alert("b"))
        scene.courier.stop()
        await settle()
        assert not running.done()
        hook.gate.set()
        await asyncio.wait_for(running, 2)
        assert hook.slugs == ["a"]
        assert scene.outbox.waiting == 1

    play(story)


def test_a_stop_before_the_start_is_not_forgotten() -> None:
    async def story() -> None:
        scene = Scene({})
        scene.courier.stop()
        await asyncio.wait_for(scene.courier.run(), 1)

    play(story)


def test_a_cancelled_courier_leaves_no_send_behind() -> None:
    async def story() -> None:
        hook = RecordingHook()
        scene = Scene({"phone": hook})
        running = asyncio.create_task(scene.courier.run())
        hook.gate.clear()
        await scene.tell("phone", an_alert("a"))
        running.cancel()
        await settle()
        hook.gate.set()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(running, 5)
        assert hook.at_once == 0

    play(story)


def test_what_the_outbox_cannot_take_is_told_at_once_by_every_hook_that_works() -> None:
    async def story() -> None:
        good, bad = RecordingHook(), RecordingHook()
        bad.error = RuntimeError("no")
        async with at_work(good=good, bad=bad) as scene:
            scene.outbox.broken = True
            scene.courier.tell_now(an_alert("", AlertEvent.UNWATCHED, title="PulseTUI refuses pings"))
            await settle()
            assert [alert.title for alert in good.alerts] == ["PulseTUI refuses pings"]
            assert bad.tries == 1

    play(story)

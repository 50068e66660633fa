"""Many alerts at once are told as one."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from pulsetui.client.alert import AlertEvent, Queue
from pulsetui.hooks.worker.lane import DIGEST_ABOVE, STORM_S
from pulsetui.hooks.worker.sending import MAX_GATHERING_S, SETTLED_S
from tests.hooks.fakes import RecordingHook, an_alert, refusal
from tests.hooks.scene import at_work


async def test_a_storm_is_told_as_one_and_every_alert_is_recorded() -> None:
    desktop, script = RecordingHook(digest=True), RecordingHook()
    async with at_work(desktop=desktop, script=script) as scene:
        storm = [an_alert(f"c{n}") for n in range(DIGEST_ABOVE + 2)]
        for alert in storm:
            scene.outbox.put("desktop", alert)
        await scene.tell("script", *storm)
        await scene.time.advance(SETTLED_S)
        assert [alert.title for alert in desktop.alerts] == ["7 checks are overdue: C0, C1, C2 …"]
        assert desktop.alerts[0].slug == ""
        assert len(script.alerts) == 7
        assert len(scene.outbox.told) == 14
        assert scene.outbox.waiting == 0


async def test_a_few_alerts_are_told_one_by_one() -> None:
    desktop = RecordingHook(digest=True)
    async with at_work(desktop=desktop) as scene:
        await scene.tell("desktop", *(an_alert(f"c{n}") for n in range(DIGEST_ABOVE)))
        assert len(desktop.alerts) == DIGEST_ABOVE


async def test_a_trial_of_the_hook_is_not_lost_in_a_digest() -> None:
    desktop = RecordingHook(digest=True)
    async with at_work(desktop=desktop) as scene:
        storm = [an_alert(f"c{n}") for n in range(6)]
        await scene.tell("desktop", an_alert("", AlertEvent.TEST, title="It works"), *storm)
        assert [alert.title for alert in desktop.alerts] == ["It works"], "it does not wait for the storm"
        await scene.time.advance(SETTLED_S)
        assert sorted(alert.title for alert in desktop.alerts) == [
            "6 checks are overdue: C0, C1, C2 …",
            "It works",
        ]


async def test_a_digest_that_fails_is_tried_again_for_every_alert() -> None:
    desktop = RecordingHook(digest=True)
    desktop.error = refusal("no screen is attached")
    async with at_work(desktop=desktop) as scene:
        await scene.tell("desktop", *(an_alert(f"c{n}") for n in range(6)))
        await scene.time.advance(SETTLED_S)
        assert (desktop.tries, len(scene.outbox.failures)) == (1, 6)
        assert scene.outbox.writes == 1
        desktop.error = None
        await scene.time.advance(5 + SETTLED_S)
        assert len(desktop.alerts) == 1
        assert scene.outbox.waiting == 0


async def test_what_comes_in_a_trickle_is_told_as_one_once_it_has_settled() -> None:
    desktop = RecordingHook(digest=True)
    async with at_work(desktop=desktop) as scene:
        for n in range(DIGEST_ABOVE + 8):
            await scene.tell("desktop", an_alert(f"c{n}"))
            await scene.time.advance(SETTLED_S / 2)
        await scene.time.advance(2 * SETTLED_S)
        told = [alert.title for alert in desktop.alerts]
        assert told[:DIGEST_ABOVE] == [f"c{n} is overdue" for n in range(DIGEST_ABOVE)]
        assert told[DIGEST_ABOVE:] == ["8 checks are overdue: C5, C6, C7 …"]


async def test_a_storm_without_an_end_is_told_of_every_few_seconds() -> None:
    desktop = RecordingHook(digest=True)
    async with at_work(desktop=desktop) as scene:
        for n in range(60):
            await scene.tell("desktop", *(an_alert(f"c{n}-{one}") for one in range(10)))
            await scene.time.advance(SETTLED_S / 2)
        await scene.time.advance(MAX_GATHERING_S)
        assert len(desktop.alerts) == 60 * SETTLED_S / 2 // MAX_GATHERING_S
        assert len(scene.outbox.told) == 600


async def test_ten_thousand_checks_down_at_once_are_one_digest_for_each_hook() -> None:
    desktop, chat = RecordingHook(digest=True), RecordingHook(digest=True)
    async with at_work(desktop=desktop, chat=chat) as scene:
        for part in range(20):
            for n in range(500):
                for hook in ("desktop", "chat"):
                    scene.outbox.put(hook, an_alert(f"c{part * 500 + n}"))
            scene.worker.wake()
            await scene.time.advance(0.2)
        await scene.time.advance(3)
        assert [[alert.title for alert in hook.alerts] for hook in (desktop, chat)] == [
            ["10000 checks are overdue: C0, C1, C2 …"]
        ] * 2
        assert scene.outbox.waiting == 0
        assert scene.outbox.writes == 2


async def test_the_first_alert_after_a_storm_is_told_by_itself() -> None:
    desktop = RecordingHook(digest=True)
    async with at_work(desktop=desktop) as scene:
        await scene.tell("desktop", *(an_alert(f"c{n}") for n in range(9)))
        await scene.time.advance(SETTLED_S + STORM_S)
        await scene.tell("desktop", an_alert("later"))
        assert [alert.slug for alert in desktop.alerts] == ["", "later"]


async def test_a_drill_is_told_by_itself_in_a_storm() -> None:
    desktop = RecordingHook(digest=True)
    async with at_work(desktop=desktop) as scene:
        storm = [an_alert(f"c{n}") for n in range(9)]
        await scene.tell("desktop", *storm, an_alert("drill", drill=True))
        assert [alert.slug for alert in desktop.alerts] == ["drill"]


async def test_a_worker_that_finds_thousands_leaves_most_of_the_time_to_pings() -> None:
    phone = RecordingHook()
    async with at_work(phone=phone) as scene:
        await scene.worker.pause("phone")
        looked = scene.outbox.queues

        async def slowly() -> Mapping[str, Queue]:
            looks.append(scene.time.seconds)
            scene.time.seconds += 0.05
            return await looked()

        looks: list[float] = []
        scene.outbox.queues = slowly  # type: ignore[method-assign]  # as a store does that holds thousands
        for n in range(100):
            await scene.tell("phone", an_alert(f"c{n}"))
            await scene.time.advance(0.02)
        await scene.time.advance(1)
        assert len(looks) > 3
        assert all(later - earlier > 0.49 for earlier, later in pairwise(looks))
        assert scene.state("phone").waiting == 100


async def test_a_store_that_stood_still_for_a_while_keeps_back_no_alert_afterwards() -> None:
    phone = RecordingHook()
    async with at_work(phone=phone) as scene:
        looked = scene.outbox.queues

        async def after_a_minute() -> Mapping[str, Queue]:
            scene.outbox.queues = looked  # type: ignore[method-assign]
            scene.time.seconds += 60
            return await looked()

        scene.outbox.queues = after_a_minute  # type: ignore[method-assign]
        await scene.tell("phone", an_alert("first"))
        await scene.tell("phone", an_alert("second"))
        await scene.time.advance(3)
        assert [alert.slug for alert in phone.alerts] == ["first", "second"]

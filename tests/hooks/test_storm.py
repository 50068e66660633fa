"""Many alerts at once are told as one."""

from __future__ import annotations

from pulsetui.client.alert import AlertEvent
from pulsetui.hooks.delivery import DIGEST_ABOVE
from tests.hooks.fakes import RecordingHook, an_alert, refusal, settle
from tests.hooks.scene import at_work


async def test_a_storm_is_told_as_one_and_every_alert_is_recorded() -> None:
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
        assert sorted(alert.title for alert in desktop.alerts) == [
            "6 checks are down: C0, C1, C2 …",
            "It works",
        ]


async def test_a_digest_that_fails_is_tried_again_for_every_alert() -> None:
    desktop = RecordingHook(digest=True)
    desktop.error = refusal("no screen is attached")
    async with at_work(desktop=desktop) as scene:
        await scene.tell("desktop", *(an_alert(f"c{n}") for n in range(6)))
        assert (desktop.tries, len(scene.outbox.failures)) == (1, 6)
        desktop.error = None
        await scene.time.advance(5)
        assert len(desktop.alerts) == 1
        assert scene.outbox.waiting == 0

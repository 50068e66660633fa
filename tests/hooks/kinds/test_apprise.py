"""The real Apprise, with a target of ours."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from pulsetui.client.alert import AlertEvent
from pulsetui.errors import HookError
from pulsetui.hooks.hook import Hook, HookContext, Links
from pulsetui.hooks.kinds.apprise import KIND
from tests.hooks.fakes import an_alert
from tests.hooks.kinds.services import HOSTILE, LINKS, SECRET, hostile
from tests.hooks.receivers import STALL, Receiver, answer, hook_of, problems_of

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


def hook_at(receiver: Receiver, *, links: Links | None = None, **options: object) -> Hook:
    context = HookContext(publish=lambda alert: 0, links=lambda alert: links or Links())
    return hook_of(KIND, context, url=f"json://{receiver.place}/{SECRET}", **options)


async def test_an_alert_goes_out_by_apprise() -> None:
    async with Receiver() as receiver:
        await hook_at(receiver, links=LINKS).send(an_alert())
        told = receiver.one.json
    assert (told["title"], told["type"]) == ("sync-invoices is overdue", "failure")
    assert told["message"].startswith("Due at 02:00.\nLast success yesterday.\nLook further: pulsetui show ")


@pytest.mark.parametrize(
    ("event", "type_"),
    [
        (AlertEvent.UP, "success"),
        (AlertEvent.NOTE, "warning"),
        (AlertEvent.UNWATCHED, "warning"),
        (AlertEvent.TEST, "info"),
    ],
)
async def test_each_tone_has_a_type(event: AlertEvent, type_: str) -> None:
    async with Receiver() as receiver:
        await hook_at(receiver).send(an_alert(event=event))
        assert receiver.one.json["type"] == type_


async def test_hostile_text_stays_text() -> None:
    assert "\x1b" in HOSTILE
    async with Receiver() as receiver:
        await hook_at(receiver).send(hostile(drill=True))
        told = receiver.one.json
    assert told["title"].startswith("DRILL: a\"b\\c'd X-Evil: 1 /../")
    assert "{{title}}" in told["message"]
    assert ":smile:" in told["message"]


async def test_a_failure_says_why_and_keeps_the_secrets() -> None:
    async with Receiver(answer(500, f"no {SECRET}")) as receiver:
        with pytest.raises(HookError, match=r"Apprise could not send it: .*500") as caught:
            await hook_at(receiver).send(an_alert())
    assert SECRET[:8] not in str(caught.value)
    assert not caught.value.permanent


async def test_redirects_are_not_followed() -> None:
    async with Receiver() as elsewhere, Receiver(answer(302, "", Location=elsewhere.url)) as receiver:
        with pytest.raises(HookError, match="could not send it"):
            await hook_at(receiver).send(an_alert())
        assert elsewhere.connections == 0


async def test_what_hangs_ends_in_time() -> None:
    async with Receiver(STALL) as receiver:
        with pytest.raises(HookError, match="could not send it"):
            await hook_at(receiver, timeout=1).send(an_alert())


async def test_one_that_still_hangs_is_not_joined_by_another() -> None:
    async with Receiver(STALL) as receiver:
        hook = hook_at(receiver, timeout=20)
        sending = asyncio.create_task(hook.send(an_alert()))
        await receiver.asked.wait()
        sending.cancel()
        with pytest.raises(HookError, match="still hangs"):
            await hook.send(an_alert())
        assert len(receiver.received) == 1


async def test_a_url_that_apprise_does_not_know_is_told() -> None:
    hook = hook_of(KIND, url=f"nosuchservice://{SECRET}")
    with pytest.raises(HookError, match="does not understand the url") as caught:
        await hook.send(an_alert())
    assert SECRET not in str(caught.value)


async def test_without_apprise_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(HookError, match=r'pip install "pulsetui\[apprise\]"') as caught:
        await hook_of(KIND, url="json://127.0.0.1:1").send(an_alert())
    assert not caught.value.permanent


@pytest.mark.parametrize(
    ("options", "field", "says"),
    [
        ({}, "url", "is missing"),
        ({"url": "ops@example.org"}, "url", "begins with a service"),
        ({"url": ["json://x"]}, "url", "must be text"),
        ({"url": "json://x", "timeout": -1}, "timeout", "-1"),
        ({"url": "json://x", "proxy": "http://x"}, "proxy", "is not an option"),
    ],
)
def test_wrong_options_are_explained(options: Mapping[str, Any], field: str, says: str) -> None:
    ((name, said),) = problems_of(KIND, options)
    assert name == field
    assert says in said

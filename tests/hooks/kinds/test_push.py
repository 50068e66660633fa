"""Gotify and Pushover: what a phone gets, and how loudly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from pulsetui.client.alert import AlertEvent
from pulsetui.hooks.hook import Links
from pulsetui.hooks.kinds import gotify, pushover
from pulsetui.hooks.registry import VALIDATORS
from tests.hooks.fakes import an_alert
from tests.hooks.kinds.services import LINKS, SECRET, service
from tests.hooks.receivers import Received, Receiver, answer, problems_of

DOWN, UP, NOTE, TEST = AlertEvent.DOWN, AlertEvent.UP, AlertEvent.NOTE, AlertEvent.TEST


async def sent(
    type_: str, *alerts: Any, links: Links | None = None, path: str = "", **options: object
) -> list[Received]:
    async with Receiver(answer(200, '{"status": 1}')) as receiver:
        hook = service(type_, receiver.url + path, links=links, **options)
        for alert in alerts:
            await hook.send(alert)
        return receiver.received


async def test_gotify_gets_its_token_in_a_header_and_plain_text() -> None:
    (one,) = await sent("gotify", an_alert(), links=LINKS, path="/behind/")
    assert (one.target, one.headers["x-gotify-key"]) == ("/behind/message", SECRET)
    assert one.json == {
        "title": "sync-invoices is overdue",
        "message": "Due at 02:00.\nLast success yesterday.\n"
        "Look further: pulsetui show sync-invoices\n"
        "Acknowledge: https://me.example/l/a?x=1&y=2\nSnooze 1 h: https://me.example/l/s",
        "priority": 8,
        "extras": {
            "client::display": {"contentType": "text/plain"},
            "client::notification": {"click": {"url": "https://me.example/checks/sync"}},
        },
    }


@pytest.mark.parametrize(("priority", "wanted"), [(8, [8, 4, 4, 8]), (2, [2, 2, 2, 2]), (0, [0, 0, 0, 0])])
async def test_what_is_down_is_the_loudest_at_gotify(priority: int, wanted: list[int]) -> None:
    alerts = [an_alert(event=event) for event in (DOWN, UP, NOTE, TEST)]
    assert [one.json["priority"] for one in await sent("gotify", *alerts, priority=priority)] == wanted


async def test_pushover_gets_a_form() -> None:
    (one,) = await sent("pushover", an_alert(), links=LINKS, device="phone", sound="siren")
    assert one.target == "/1/messages.json"
    assert one.form == {
        "token": SECRET,
        "user": SECRET[::-1],
        "title": "sync-invoices is overdue",
        "message": "Due at 02:00.\nLast success yesterday.\nLook further: pulsetui show sync-invoices",
        "timestamp": "1772332200",
        "priority": "1",
        "device": "phone",
        "sound": "siren",
        "url": "https://me.example/l/a?x=1&y=2",
        "url_title": "Acknowledge",
    }


@pytest.mark.parametrize(("priority", "wanted"), [(1, "1001"), (0, "0000")])
async def test_what_is_down_is_the_loudest_at_pushover(priority: int, wanted: str) -> None:
    alerts = [an_alert(event=event) for event in (DOWN, UP, NOTE, TEST)]
    received = await sent("pushover", *alerts, priority=priority)
    assert "".join(one.form["priority"] for one in received) == wanted


async def test_an_emergency_rings_until_it_is_acknowledged_or_over() -> None:
    alerts = [an_alert(event=event, key="u/1 ü") for event in (DOWN, AlertEvent.ACKNOWLEDGED, UP)]
    down, acknowledged, over, up = await sent("pushover", *alerts, emergency=True, retry="2m", expire="90m")
    assert {name: down.form[name] for name in ("priority", "retry", "expire")} == {
        "priority": "2",
        "retry": "120",
        "expire": "5400",
    }
    tag = down.form["tags"]
    assert tag.isalnum()
    for cancelled in (acknowledged, over):
        assert cancelled.target == f"/1/receipts/cancel_by_tag/{tag}.json"
        assert cancelled.form == {"token": SECRET}
    assert (up.target, up.form["priority"]) == ("/1/messages.json", "0")


async def test_a_drill_is_no_emergency() -> None:
    (one,) = await sent("pushover", an_alert(drill=True, key="u-1"), emergency=True)
    assert one.form["priority"] == "1"


def test_pushover_hears_of_acknowledgements_only_where_something_rings() -> None:
    validator: Any = VALIDATORS["pushover"]
    assert validator.acknowledges({"emergency": True})
    assert not validator.acknowledges({})


async def test_long_texts_are_cut_for_pushover() -> None:
    alert = an_alert(title="ü" * 1000, body="\n".join(["ü" * 200] * 100))
    long = Links(acknowledge="https://me.example/" + "a" * 600)
    (one,) = await sent("pushover", alert, links=long)
    assert (len(one.form["title"]), len(one.form["message"])) == (250, 1024)
    assert "url" not in one.form
    (other,) = await sent("pushover", alert)
    assert len(other.form["message"]) == 1024
    assert other.form["message"].endswith(
        "…\n" + "Look further: pulsetui show sync-invoices\nAcknowledge: pulsetui ack sync-invoices"
    )


GOTIFY = {"url": "https://gotify.example.org", "token": "x"}
PUSHOVER = {"token": SECRET, "user": SECRET}


@pytest.mark.parametrize(
    ("options", "field", "says"),
    [
        ({"token": "x"}, "url", "is missing"),
        ({"url": GOTIFY["url"]}, "token", "is missing"),
        ({**GOTIFY, "priority": 11}, "priority", "from 0 to 10, got 11"),
        ({**GOTIFY, "priority": True}, "priority", "got true"),
    ],
)
def test_wrong_options_of_gotify_are_explained(options: Mapping[str, object], field: str, says: str) -> None:
    ((name, said),) = problems_of(gotify.KIND, options)
    assert name == field
    assert says in said


@pytest.mark.parametrize(
    ("options", "field", "says"),
    [
        ({"token": SECRET}, "user", "is missing"),
        ({**PUSHOVER, "token": "short"}, "token", "30 letters and digits"),
        ({**PUSHOVER, "priority": 2}, "priority", "from -2 to 1"),
        ({**PUSHOVER, "emergency": "yes"}, "emergency", "true or false"),
        ({**PUSHOVER, "retry": "10s"}, "retry", "30 seconds or more"),
        ({**PUSHOVER, "expire": "4h"}, "expire", "3 hours or less"),
        ({**PUSHOVER, "expire": "soon"}, "expire", '"soon"'),
    ],
)
def test_wrong_options_of_pushover_are_explained(
    options: Mapping[str, object], field: str, says: str
) -> None:
    ((name, said),) = problems_of(pushover.KIND, options)
    assert name == field
    assert says in said

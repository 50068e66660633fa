"""What a channel of Slack, Mattermost or Rocket.Chat gets to see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from pulsetui.client.alert import AlertEvent
from pulsetui.hooks.kinds.slack import KIND
from tests.hooks.fakes import an_alert
from tests.hooks.kinds.services import LINKS, hostile, service
from tests.hooks.receivers import Receiver, problems_of

URL = "https://hooks.slack.com/services/T0/B0/x"


async def message(alert: Any, **options: object) -> dict[str, Any]:
    async with Receiver() as receiver:
        await service("slack", receiver.url, links=options.pop("links", None), **options).send(alert)  # type: ignore[arg-type]
        sent: dict[str, Any] = receiver.one.json
        return sent


async def test_a_message_says_what_where_and_how_to_go_on() -> None:
    alert = an_alert(key="u-1", runbook="https://wiki.example/sync?a=1&b=2")
    sent = await message(alert, links=LINKS)
    (attachment,) = sent.pop("attachments")
    assert sent == {}
    assert attachment == {
        "fallback": "sync-invoices is overdue",
        "color": "#D1342F",
        "title": "sync-invoices is overdue",
        "title_link": "https://me.example/checks/sync",
        "text": "```\nDue at 02:00.\nLast success yesterday.\n"
        "Look further: pulsetui show sync-invoices\n```\n"
        "<https://me.example/l/a?x=1&amp;y=2|Acknowledge> · <https://me.example/l/s|Snooze 1 h> · "
        "<https://me.example/checks/sync|Look> · <https://wiki.example/sync?a=1&amp;b=2|Runbook>",
        "mrkdwn_in": ["text"],
        "footer": "PulseTUI",
        "ts": 1772332200,
    }


async def test_each_tone_has_its_colour() -> None:
    colours = {(await message(an_alert(event=event)))["attachments"][0]["color"] for event in AlertEvent}
    assert len(colours) == 5


@pytest.mark.parametrize(
    ("alert", "is_called"),
    [
        (an_alert(), True),
        (an_alert(event=AlertEvent.UP), False),
        (an_alert(drill=True), False),
        (an_alert(event=AlertEvent.NOTE), False),
    ],
)
async def test_only_a_real_down_calls_somebody(alert: Any, is_called: bool) -> None:
    sent = await message(alert, mention="<!here>", channel="#ops", username="Pulse")
    assert sent.get("text") == ("<!here>" if is_called else None)
    assert (sent["channel"], sent["username"]) == ("#ops", "Pulse")


async def test_text_from_outside_calls_nobody_and_hides_nothing() -> None:
    (attachment,) = (await message(hostile()))["attachments"]
    for text in (attachment["title"], attachment["fallback"], attachment["text"]):
        assert "<!channel>" not in text
        assert "&lt;!channel&gt;" in text
    for text in (attachment["title"], attachment["fallback"]):
        assert "@everyone" not in text
        assert "](http" not in text
        assert "```" not in text
    assert attachment["text"].count("```") == 2


async def test_an_address_is_no_mention() -> None:
    (attachment,) = (await message(an_alert(title="mail to ops@example.org and @ops")))["attachments"]
    assert attachment["title"] == "mail to ops@example.org and @\u200bops"


async def test_a_runbook_in_words_is_no_link() -> None:
    (attachment,) = (await message(an_alert(event=AlertEvent.UP, body="", runbook="ask Ada <b|c>")))[
        "attachments"
    ]
    assert attachment["text"] == ""


async def test_long_texts_are_cut() -> None:
    alert = an_alert(title="t" * 1000, body="\n".join(["b" * 200] * 100))
    (attachment,) = (await message(alert))["attachments"]
    assert len(attachment["title"]) == 250
    assert len(attachment["text"]) <= 3010
    assert attachment["text"].endswith(
        "…\nLook further: pulsetui show sync-invoices\nAcknowledge: pulsetui ack sync-invoices\n```"
    )


@pytest.mark.parametrize(
    ("options", "field", "says"),
    [
        ({}, "url", "hooks.slack.com"),
        ({"url": "hooks.slack.com/x"}, "url", "must begin with https://"),
        ({"url": URL, "mention": 5}, "mention", "must be text"),
        ({"url": URL, "channel": ""}, "channel", "must not be empty"),
        ({"url": URL, "usrname": "x"}, "usrname", 'did you mean "username"?'),
    ],
)
def test_wrong_options_are_explained(options: Mapping[str, object], field: str, says: str) -> None:
    ((name, said),) = problems_of(KIND, options)
    assert name == field
    assert says in said

"""What a channel of Discord gets to see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from pulsetui.client.alert import AlertEvent
from pulsetui.hooks.kinds.discord import KIND
from tests.hooks.fakes import an_alert
from tests.hooks.kinds.services import LINKS, hostile, service
from tests.hooks.receivers import Receiver, problems_of

URL = "https://discord.com/api/webhooks/1/x"
NOBODY: dict[str, list[str]] = {"parse": [], "roles": [], "users": []}


async def message(alert: Any, **options: object) -> dict[str, Any]:
    async with Receiver() as receiver:
        await service("discord", receiver.url, links=options.pop("links", None), **options).send(alert)  # type: ignore[arg-type]
        sent: dict[str, Any] = receiver.one.json
        return sent


async def test_a_message_is_an_embed_that_calls_nobody() -> None:
    sent = await message(an_alert(), links=LINKS)
    assert sent == {
        "embeds": [
            {
                "title": "sync-invoices is overdue",
                "color": 0xD1342F,
                "timestamp": "2026-03-01T02:30:00+00:00",
                "footer": {"text": "PulseTUI"},
                "url": "https://me.example/checks/sync",
                "description": "```\nDue at 02:00.\nLast success yesterday.\n"
                "Look further: pulsetui show sync-invoices\n```\n"
                "[Acknowledge](<https://me.example/l/a?x=1&y=2>) · [Snooze 1 h](<https://me.example/l/s>) · "
                "[Look](<https://me.example/checks/sync>)",
            }
        ],
        "allowed_mentions": NOBODY,
    }


async def test_it_waits_until_discord_has_taken_the_message() -> None:
    async with Receiver() as receiver:
        await service("discord", receiver.url).send(an_alert())
        await service("discord", receiver.url, url=f"{receiver.url}/w?thread_id=7").send(an_alert())
        first, second = receiver.received
    assert first.query == {"wait": "true"}
    assert second.query == {"thread_id": "7", "wait": "true"}


@pytest.mark.parametrize(
    ("mention", "allowed"),
    [
        ("@here", {**NOBODY, "parse": ["everyone"]}),
        ("<@123456> and <@&654321>", {**NOBODY, "roles": ["654321"], "users": ["123456"]}),
    ],
)
async def test_only_the_option_calls_somebody_and_only_for_a_real_down(
    mention: str, allowed: dict[str, object]
) -> None:
    sent = await message(an_alert(title="@everyone <@999999>"), mention=mention)
    assert (sent["content"], sent["allowed_mentions"]) == (mention, allowed)
    for alert in (an_alert(event=AlertEvent.UP), an_alert(drill=True)):
        sent = await message(alert, mention=mention)
        assert "content" not in sent
        assert sent["allowed_mentions"] == NOBODY


async def test_markdown_of_a_title_is_shown_as_it_is() -> None:
    sent = await message(an_alert(title=r"# a_b *c* `d` [x](https://e) <@5> ~~s~~ ||t|| \o/ sync-it"))
    assert sent["embeds"][0]["title"] == (
        "\\# a\\_b \\*c\\* \\`d\\` \\[x\\]\u200b(https://e) \\<@\u200b5> "
        "\\~\\~s\\~\\~ \\|\\|t\\|\\| \\\\o/ sync-it"
    )


@pytest.mark.parametrize("title", ["t" * 1000, "*" * 1000, "*a" * 500, "@a" * 500])
async def test_long_texts_are_cut(title: str) -> None:
    sent = await message(an_alert(title=title, body="\n".join(["b`" * 150] * 100)), links=LINKS)
    embed = sent["embeds"][0]
    assert 100 < len(embed["title"]) <= 256
    assert len(embed["description"]) <= 4096
    assert len(embed["title"]) + len(embed["description"]) <= 6000 - 100


async def test_an_alert_without_a_body_has_no_description() -> None:
    sent = await message(an_alert(event=AlertEvent.UP, body=""))
    assert "description" not in sent["embeds"][0]


async def test_hostile_text_opens_no_block() -> None:
    embed = (await message(hostile()))["embeds"][0]
    assert embed["description"].count("```") == 2


@pytest.mark.parametrize(
    ("options", "field", "says"),
    [
        ({}, "url", "discord.com"),
        ({"url": URL, "mention": "ops"}, "mention", "<@&…>"),
        ({"url": URL, "mention": "@here " * 50}, "mention", "blank"),
        ({"url": URL, "username": "Clyde"}, "username", "clyde"),
        ({"url": URL, "username": "x" * 81}, "username", "at most 80"),
    ],
)
def test_wrong_options_are_explained(options: Mapping[str, object], field: str, says: str) -> None:
    ((name, said),) = problems_of(KIND, options)
    assert name == field
    assert says in said

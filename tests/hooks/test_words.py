"""A person's own words, in any kind of hook."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from pulsetui.client.alert import Alert
from pulsetui.config.file.load import parse_config
from pulsetui.config.model import HookConfig
from pulsetui.errors import HookError
from pulsetui.hooks.digest import digest
from pulsetui.hooks.hook import Hook, HookContext, Links
from pulsetui.hooks.kinds.terminal import TerminalHook
from pulsetui.hooks.registry import VALIDATORS, build_hooks
from pulsetui.hooks.words import OwnWords, RewordedHook
from tests.hooks.fakes import an_alert
from tests.hooks.receivers import Receiver


def said(alert: Alert, **words: str) -> Alert:
    return OwnWords(**words).of(alert, lambda _: Links(acknowledge="https://me.example/a"))


def hook(type_: str, options: Mapping[str, object], published: list[Alert] | None = None) -> Hook:
    def publish(alert: Alert) -> int:
        assert published is not None
        published.append(alert)
        return 1

    return build_hooks(
        {"x": HookConfig(name="x", type=type_, options=options)}, HookContext(publish=publish)
    )["x"]


def test_facts_stand_in_the_words() -> None:
    alert = said(
        an_alert(owner="Ada"), title="[{owner}] {title} {{title}}", body="{name}\n{acknowledge_url}\n{note}"
    )
    assert alert.title == "[Ada] sync-invoices is overdue {title}"
    assert alert.body == "Sync invoices\nhttps://me.example/a\n"


def test_what_is_not_written_stays() -> None:
    assert said(an_alert(), title="{slug}").body == an_alert().body
    assert said(an_alert(), body="").title == an_alert().title
    assert said(an_alert(), title="{note}").title == an_alert().title


def test_a_digest_keeps_its_own_words() -> None:
    many = digest([an_alert(f"job-{n}") for n in range(9)])
    assert said(many, title="{name} is down", body="") == many


async def test_any_kind_can_have_them() -> None:
    words = {"title": "{name}!", "body": "by {tags}"}
    published: list[Alert] = []
    await hook("terminal", {"words": words}, published).send(an_alert(drill=True))
    assert (published[0].title, published[0].body) == ("Sync invoices!", "by billing nightly")
    async with Receiver() as receiver:
        await hook("webhook", {"url": receiver.url, "words": words}).send(an_alert(drill=True))
        told = receiver.one.json
    assert (told["title"], told["body"]) == ("DRILL: Sync invoices!", "by billing nightly")


def test_a_reworded_hook_is_otherwise_the_same() -> None:
    options: dict[str, object] = {"token": "a" * 30, "user": "b" * 30, "emergency": True, "timeout": "20s"}
    plain, worded = hook("pushover", options), hook("pushover", {**options, "words": {"title": "x"}})
    assert isinstance(worded, RewordedHook)
    for name in ("timeout_s", "digest", "needs_audience", "acknowledges", "rate_s"):
        assert getattr(worded, name) == getattr(plain, name)
    assert isinstance(hook("terminal", {"words": {}}), TerminalHook)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("{title}", "must be a table"),
        ({"subject": "x"}, "neither title nor body"),
        ({"title": 5}, "title must be text"),
        ({"title": "{nmae}"}, "title has {nmae}, which is not a fact of an alert; did you mean {name}?"),
    ],
)
async def test_wrong_words_are_explained(words: object, says: str) -> None:
    ((name, message),) = VALIDATORS["terminal"]({"words": words})
    assert name == "words"
    assert says in message
    with pytest.raises(HookError, match=r"\[hooks.x\] words "):
        await hook("terminal", {"words": words}).send(an_alert())


def test_words_are_no_secret() -> None:
    text = '[hooks.x]\ntype = "terminal"\nwords = { title = "All hands: {name}" }\n'
    assert parse_config(text, Path("checks.toml"), VALIDATORS).secrets == frozenset()

"""The hooks that are one HTTP request, each with options that point to a server of ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from msgspec.structs import replace

from pulsetui.client.alert import Alert, AlertEvent
from pulsetui.hooks.hook import Hook, HookContext, Links
from pulsetui.hooks.registry import KINDS
from tests.hooks.fakes import an_alert
from tests.hooks.receivers import hook_of

SECRET: Final = "S3cretS3cretS3cretS3cretS3cret"
"""Thirty letters and digits, as Pushover has them."""

OPTIONS: Final[Mapping[str, Callable[[str], dict[str, object]]]] = {
    "webhook": lambda url: {"url": f"{url}/{SECRET}"},
    "slack": lambda url: {"url": f"{url}/services/{SECRET}"},
    "discord": lambda url: {"url": f"{url}/api/webhooks/123456789/{SECRET}"},
    "gotify": lambda url: {"url": url, "token": SECRET},
    "pushover": lambda url: {"api_url": url, "token": SECRET, "user": SECRET[::-1]},
    "pagerduty": lambda url: {"api_url": url, "routing_key": f"{SECRET}00"},
    "alertmanager": lambda url: {"url": url, "headers": {"Authorization": f"Bearer {SECRET}"}},
}

HOSTILE: Final = (
    "a\"b\\c'd\r\nX-Evil: 1\r\n\r\n/../?#&=+%00\0\x1b[31m<!channel> <b>&amp; @everyone @here "
    "[x](https://evil.example) ![p](https://evil.example/p.png) ```x``` `y` *b* _i_ ~s~ |t| :smile: "
    "{slug}{{title}} \N{GRINNING FACE}\u202e\ud800 ü"
)

LINKS: Final = Links(
    acknowledge="https://me.example/l/a?x=1&y=2",
    snooze="https://me.example/l/s",
    look="https://me.example/checks/sync",
)


def service(type_: str, server: str, /, *, links: Links | None = None, **more: object) -> Hook:
    """A hook of that type whose other side is at ``server``."""
    context = HookContext(publish=lambda alert: 0, links=lambda alert: links or Links())
    return hook_of(KINDS[type_], context, **{**OPTIONS[type_](server), **more})


def hostile(event: AlertEvent = AlertEvent.DOWN, **changes: object) -> Alert:
    """All that may come from outside is as bad as it can be."""
    texts = ("title", "body", "name", "detail", "output", "owner", "note", "acknowledged_by")
    fields: dict[str, Any] = {**dict.fromkeys(texts, HOSTILE), "tags": (HOSTILE, "b"), **changes}
    return replace(an_alert(event=event), **fields)

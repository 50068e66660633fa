"""Notifies a channel of Discord through a webhook."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from msgspec import Struct, field

from pulsetui.client.alert import Alert, AlertEvent
from pulsetui.hooks.hook import Hook, HookContext, HookKind, LinksFor, Options
from pulsetui.hooks.http import HttpHook, HttpOptions, http_options, json_call, secrets_in
from pulsetui.hooks.message import COLOURS, as_code, body_of, title_of, tone_of, ways_on, without_markup
from pulsetui.hooks.next_steps import next_steps
from pulsetui.hooks.options import OptionError, OptionReader, line, parsed, validator
from pulsetui.hooks.urls import web_url

_EXAMPLE: Final = 'url = "https://discord.com/api/webhooks/…"'
_RATE_S: Final = 2.0
"""Discord takes five requests in two seconds from a webhook, and thirty in a minute."""
_MAX_TITLE: Final = 256
_MAX_BODY: Final = 2000
"""Characters. An embed's description may have 4096; beside the links, half of it is enough for a person."""
_MAX_USERNAME: Final = 80
_MAX_MENTION: Final = 200
_MENTION: Final = re.compile(r"<@(&?)([0-9]{5,25})>|@(?:everyone|here)")
_MARKDOWN: Final = re.compile(r"^[#>-]|[\\*_~`|\[\]<]")


class DiscordOptions(Struct, frozen=True, kw_only=True):
    """``[hooks.NAME]`` with ``type = "discord"``."""

    url: str
    username: str = ""
    mention: str = ""  # called when a check goes down: @here, <@USER>, <@&ROLE>
    http: HttpOptions = field(default_factory=HttpOptions)


class DiscordHook(HttpHook):
    """One embed for each alert."""

    digest = True
    rate_s = _RATE_S

    def __init__(self, options: DiscordOptions, links: LinksFor, secrets: Collection[str]) -> None:
        super().__init__(options.http, secrets)
        self._options = options
        self._links = links
        # Else it is answered before Discord has taken the message.
        self._url = f"{options.url}{'&' if '?' in options.url else '?'}wait=true"

    async def send(self, alert: Alert) -> None:
        await self.http.send(json_call(self._url, self._message(alert)))

    def _message(self, alert: Alert) -> dict[str, object]:
        options = self._options
        mention = options.mention if alert.event is AlertEvent.DOWN and not alert.drill else ""
        message: dict[str, object] = {"embeds": [self._embed(alert)], "allowed_mentions": _allowed(mention)}
        if mention:
            message["content"] = mention
        if options.username:
            message["username"] = options.username
        return message

    def _embed(self, alert: Alert) -> dict[str, object]:
        links = self._links(alert)
        ways = " · ".join(f"[{word}](<{url}>)" for word, url in ways_on(alert, links))
        steps = next_steps(alert, links, buttons=bool(links.acknowledge))
        parts = (as_code(body_of(alert, _MAX_BODY, steps)), ways)
        description = "\n".join(part for part in parts if part)
        embed: dict[str, object] = {
            "title": _title(alert),
            "color": COLOURS[tone_of(alert)],
            "timestamp": alert.at.isoformat(),
            "footer": {"text": "PulseTUI"},
        }
        if description:
            embed["description"] = description
        if links.look:
            embed["url"] = links.look
        return embed


def _title(alert: Alert) -> str:
    """Escaped, and cut before that where it would grow too long by it."""
    limit = _MAX_TITLE
    while len(shown := _MARKDOWN.sub(r"\\\g<0>", without_markup(title_of(alert, limit)))) > _MAX_TITLE:
        limit -= (len(shown) - _MAX_TITLE + 1) // 2  # each escape is one character more
    return shown


def _allowed(mention: str) -> dict[str, object]:
    """Whom the message may call: those of the option, and nobody whom a job's output names."""
    found = list(_MENTION.finditer(mention))
    return {
        "parse": ["everyone"] if any(not match[2] for match in found) else [],
        "roles": [match[2] for match in found if match[1]],
        "users": [match[2] for match in found if match[2] and not match[1]],
    }


def _mention(value: object) -> str:
    mention = line(value)
    if len(mention) > _MAX_MENTION or not _MENTION.search(mention):
        raise OptionError("must be @here, @everyone, <@…> with the id of a user or <@&…> with that of a role")
    return mention


def _username(value: object) -> str:
    name = line(value)
    if len(name) > _MAX_USERNAME or any(word in name.lower() for word in ("discord", "clyde")):
        raise OptionError(f'must have at most {_MAX_USERNAME} characters and no "discord" or "clyde" in it')
    return name


def _read(reader: OptionReader) -> DiscordOptions:
    return DiscordOptions(
        url=reader.require_secret("url", web_url, "", _EXAMPLE),
        username=reader.take("username", _username, ""),
        mention=reader.take("mention", _mention, ""),
        http=http_options(reader),
    )


def _build(options: Options, context: HookContext) -> Hook:
    return DiscordHook(parsed(_read, options), context.links, secrets_in(options))


KIND: Final = HookKind(type="discord", options=validator(_read), build=_build)

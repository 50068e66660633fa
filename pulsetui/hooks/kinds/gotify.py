"""Notifies phones and browsers through a Gotify server."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from msgspec import Struct, field

from pulsetui.client.alert import Alert
from pulsetui.hooks.hook import Hook, HookContext, HookKind, LinksFor, Options
from pulsetui.hooks.http import HttpHook, HttpOptions, http_options, json_call, secrets_in
from pulsetui.hooks.message import Tone, body_of, title_of, tone_of
from pulsetui.hooks.next_steps import next_steps
from pulsetui.hooks.options import OptionReader, line, parsed, validator, whole
from pulsetui.hooks.urls import below, web_url

_MAX_TITLE: Final = 200
_MAX_BODY: Final = 4000
_LOUD: Final = 8
"""From 8 on, Gotify's app makes a sound and shows the message over others."""
_QUIET: Final = 4


class GotifyOptions(Struct, frozen=True, kw_only=True):
    """``[hooks.NAME]`` with ``type = "gotify"``."""

    url: str  # of the server
    token: str  # of an application
    priority: int = _LOUD  # 0 to 10, of what is down; all else has at most 4
    http: HttpOptions = field(default_factory=HttpOptions)


class GotifyHook(HttpHook):
    """One message for each alert."""

    digest = True

    def __init__(self, options: GotifyOptions, links: LinksFor, secrets: Collection[str]) -> None:
        super().__init__(options.http, secrets)
        self._options = options
        self._links = links

    async def send(self, alert: Alert) -> None:
        options, links = self._options, self._links(alert)
        title = title_of(alert, _MAX_TITLE)
        is_loud = tone_of(alert) in (Tone.BAD, Tone.PLAIN)
        extras: dict[str, object] = {"client::display": {"contentType": "text/plain"}}
        if links.look:
            extras["client::notification"] = {"click": {"url": links.look}}
        message = {
            "title": title,
            "message": body_of(alert, _MAX_BODY, next_steps(alert, links)) or title,
            "priority": options.priority if is_loud else min(options.priority, _QUIET),
            "extras": extras,
        }
        # In a header: a URL may be written down on the way.
        call = json_call(below(options.url, "message"), message, headers={"X-Gotify-Key": options.token})
        await self.http.send(call)


def _read(reader: OptionReader) -> GotifyOptions:
    return GotifyOptions(
        url=reader.require_secret("url", web_url, "", 'url = "https://gotify.example.org"'),
        token=reader.require_secret("token", line, "", 'token = "…", of an application in Gotify'),
        priority=reader.take("priority", whole(0, 10), _LOUD),
        http=http_options(reader),
    )


def _build(options: Options, context: HookContext) -> Hook:
    return GotifyHook(parsed(_read, options), context.links, secrets_in(options))


KIND: Final = HookKind(type="gotify", options=validator(_read), build=_build)

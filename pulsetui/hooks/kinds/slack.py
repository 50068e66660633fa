"""Notifies a channel through an incoming webhook of Slack, Mattermost or Rocket.Chat, which take the same."""

from __future__ import annotations

from collections.abc import Collection
from html import escape
from typing import Final

from msgspec import Struct, field

from pulsetui.client.alert import Alert, AlertEvent
from pulsetui.hooks.hook import Hook, HookContext, HookKind, Links, LinksFor, Options
from pulsetui.hooks.http import HttpHook, HttpOptions, http_options, json_call, secrets_in
from pulsetui.hooks.message import COLOURS, as_code, body_of, title_of, tone_of, ways_on, without_markup
from pulsetui.hooks.next_steps import next_steps
from pulsetui.hooks.options import OptionReader, line, parsed, validator
from pulsetui.hooks.urls import web_url

_EXAMPLE: Final = 'url = "https://hooks.slack.com/services/…"'
_RATE_S: Final = 1.0
"""Slack takes one message a second."""
_MAX_TITLE: Final = 250
_MAX_BODY: Final = 3000


class SlackOptions(Struct, frozen=True, kw_only=True):
    """``[hooks.NAME]`` with ``type = "slack"``."""

    url: str
    channel: str = ""  # instead of the webhook's own, where it allows that
    username: str = ""
    mention: str = ""  # called when a check goes down: <!here>, <@U024BE7LH>, @oncall
    http: HttpOptions = field(default_factory=HttpOptions)


class SlackHook(HttpHook):
    """One message with a coloured bar for each alert."""

    digest = True
    rate_s = _RATE_S

    def __init__(self, options: SlackOptions, links: LinksFor, secrets: Collection[str]) -> None:
        super().__init__(options.http, secrets)
        self._options = options
        self._links = links

    async def send(self, alert: Alert) -> None:
        await self.http.send(json_call(self._options.url, self._message(alert)))

    def _message(self, alert: Alert) -> dict[str, object]:
        options, links = self._options, self._links(alert)
        message: dict[str, object] = {"attachments": [_attachment(alert, links)]}
        if options.mention and alert.event is AlertEvent.DOWN and not alert.drill:
            message["text"] = options.mention
        if options.channel:
            message["channel"] = options.channel
        if options.username:
            message["username"] = options.username
        return message


def _attachment(alert: Alert, links: Links) -> dict[str, object]:
    """Attachments and not blocks: Mattermost and Rocket.Chat know no blocks."""
    title = _escaped(without_markup(title_of(alert, _MAX_TITLE)))
    steps = next_steps(alert, links, buttons=bool(links.acknowledge))
    ways = " · ".join(f"<{_escaped(url)}|{word}>" for word, url in ways_on(alert, links))
    lines = [_escaped(as_code(body_of(alert, _MAX_BODY, steps))), ways]
    attachment: dict[str, object] = {
        "fallback": title,  # what a notification shows
        "color": f"#{COLOURS[tone_of(alert)]:06X}",
        "title": title,
        "text": "\n".join(line for line in lines if line),
        "mrkdwn_in": ["text"],
        "footer": "PulseTUI",
        "ts": int(alert.at.timestamp()),
    }
    return {**attachment, "title_link": links.look} if links.look else attachment


def _escaped(text: str) -> str:
    """Without Slack's three characters, by which mentions and links begin: ``<!channel>``, ``<url|word>``."""
    return escape(text, quote=False)


def _read(reader: OptionReader) -> SlackOptions:
    return SlackOptions(
        url=reader.require_secret("url", web_url, "", _EXAMPLE),
        channel=reader.take("channel", line, ""),
        username=reader.take("username", line, ""),
        mention=reader.take("mention", line, ""),
        http=http_options(reader),
    )


def _build(options: Options, context: HookContext) -> Hook:
    return SlackHook(parsed(_read, options), context.links, secrets_in(options))


KIND: Final = HookKind(type="slack", options=validator(_read), build=_build)

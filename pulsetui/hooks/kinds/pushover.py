"""Notifies phones through Pushover, at night as loudly as is wished for."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection
from typing import Final

from msgspec import Struct, field

from pulsetui.client.alert import Alert, AlertEvent
from pulsetui.hooks.hook import Hook, HookContext, HookKind, LinksFor, Options
from pulsetui.hooks.http import HttpHook, HttpOptions, form_call, http_options, secrets_in
from pulsetui.hooks.message import Tone, body_of, title_of, tone_of, ways_on
from pulsetui.hooks.next_steps import next_steps
from pulsetui.hooks.options import OptionError, OptionReader, boolean, line, parsed, seconds, validator, whole
from pulsetui.hooks.urls import below, web_url

_API: Final = "https://api.pushover.net"
_KEY: Final = re.compile(r"[A-Za-z0-9]{30}")
_MAX_TITLE: Final = 250
_MAX_MESSAGE: Final = 1024
_MAX_URL: Final = 512
_HIGH, _NORMAL, _EMERGENCY = 1, 0, 2
_RETRY_S: Final = 60.0
_EXPIRE_S: Final = 3600.0
_LEAST_RETRY_S, _MOST_EXPIRE_S = 30, 10800


class PushoverOptions(Struct, frozen=True, kw_only=True):
    """``[hooks.NAME]`` with ``type = "pushover"``."""

    token: str  # of the application
    user: str  # key of the user or group
    device: str = ""  # empty: all of them
    sound: str = ""
    priority: int = _HIGH  # -2 to 1, of what is down; all else has at most 0
    emergency: bool = False  # rings again and again until somebody has seen it
    retry_s: float = _RETRY_S  # between two rings of an emergency
    expire_s: float = _EXPIRE_S  # after which it rings no more
    api_url: str = _API
    http: HttpOptions = field(default_factory=HttpOptions)


class PushoverHook(HttpHook):
    """One message for each alert. An emergency rings until it is seen, acknowledged here, or over."""

    digest = True

    def __init__(self, options: PushoverOptions, links: LinksFor, secrets: Collection[str]) -> None:
        super().__init__(options.http, secrets)
        self._options = options
        self._links = links
        self.acknowledges = options.emergency

    async def send(self, alert: Alert) -> None:
        options = self._options
        if options.emergency and alert.key and alert.event in (AlertEvent.UP, AlertEvent.ACKNOWLEDGED):
            path = f"1/receipts/cancel_by_tag/{_tag(alert.key)}.json"
            await self.http.send(form_call(below(options.api_url, path), {"token": options.token}))
        if alert.event is not AlertEvent.ACKNOWLEDGED:
            await self.http.send(form_call(below(options.api_url, "1/messages.json"), self._message(alert)))

    def _message(self, alert: Alert) -> dict[str, str]:
        options = self._options
        title = title_of(alert, _MAX_TITLE)
        links = self._links(alert)
        # There is room for one link.
        way = next((way for way in ways_on(alert, links) if len(way[1]) <= _MAX_URL), None)
        steps = next_steps(alert, links, buttons=way is not None and way[1] == links.acknowledge)
        return {
            "token": options.token,
            "user": options.user,
            "title": title,
            "message": body_of(alert, _MAX_MESSAGE, steps) or title,
            "timestamp": str(int(alert.at.timestamp())),
            **self._priority(alert),
            **({"device": options.device} if options.device else {}),
            **({"sound": options.sound} if options.sound else {}),
            **({"url": way[1], "url_title": way[0]} if way else {}),
        }

    def _priority(self, alert: Alert) -> dict[str, str]:
        options, tone = self._options, tone_of(alert)
        if not options.emergency or tone is not Tone.BAD or alert.drill:
            loud = tone in (Tone.BAD, Tone.PLAIN)
            return {"priority": str(options.priority if loud else min(options.priority, _NORMAL))}
        return {
            "priority": str(_EMERGENCY),
            "retry": str(int(options.retry_s)),
            "expire": str(int(options.expire_s)),
            **({"tags": _tag(alert.key)} if alert.key else {}),
        }


def _tag(key: str) -> str:
    """Tags are words; a key is anything."""
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:32]


def _key(value: object) -> str:
    key = line(value)
    if not _KEY.fullmatch(key):
        raise OptionError("must be 30 letters and digits; copy it from pushover.net")
    return key


def _span(least: float, most: float, words: str) -> Callable[[object], float]:
    def parse(value: object) -> float:
        span = seconds(value)
        if not least <= span <= most:
            raise OptionError(f"must be {words}: Pushover takes no other")
        return span

    return parse


def _read(reader: OptionReader) -> PushoverOptions:
    return PushoverOptions(
        token=reader.require_secret("token", _key, "", 'token = "…", of an application on pushover.net'),
        user=reader.require_secret("user", _key, "", 'user = "…", the key of a user or group'),
        device=reader.take("device", line, ""),
        sound=reader.take("sound", line, ""),
        priority=reader.take("priority", whole(-2, _HIGH), _HIGH),
        emergency=reader.take("emergency", boolean, False),  # noqa: FBT003
        retry_s=reader.span("retry", _RETRY_S, _span(_LEAST_RETRY_S, _MOST_EXPIRE_S, "30 seconds or more")),
        expire_s=reader.span("expire", _EXPIRE_S, _span(1, _MOST_EXPIRE_S, "3 hours or less")),
        api_url=reader.take("api_url", web_url, _API),
        http=http_options(reader),
    )


def _build(options: Options, context: HookContext) -> Hook:
    return PushoverHook(parsed(_read, options), context.links, secrets_in(options))


def _acknowledges(options: Options) -> bool:
    """An emergency that somebody has seen here must not go on ringing."""
    return options.get("emergency") is True


KIND: Final = HookKind(type="pushover", options=validator(_read), build=_build, acknowledges=_acknowledges)

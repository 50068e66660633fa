"""Notifies phones and browsers through ntfy, with buttons that write into a second topic, which is read here.

What is used of ntfy (docs.ntfy.sh): publishing as JSON, ``http`` actions, ``GET /<topic>/json?since=…``.
"""

from __future__ import annotations

import base64
import hmac
import logging
import re
import secrets
import time
from collections.abc import Callable, Collection, Mapping
from typing import Final

import msgspec
from msgspec import Struct, field

from pulsetui.client.alert import Alert, AlertEvent, Answer, TakeAnswer, Verb
from pulsetui.errors import HookError
from pulsetui.hooks.hook import Hook, HookContext, HookKind, LinksFor, Options, no_links
from pulsetui.hooks.http import HttpCall, HttpHook, HttpOptions, http_options, json_call, secrets_in
from pulsetui.hooks.message import body_of, title_of, ways_on
from pulsetui.hooks.next_steps import is_open, next_steps
from pulsetui.hooks.options import OptionError, OptionReader, line, parsed, validator, whole
from pulsetui.hooks.urls import below, web_url

logger = logging.getLogger(__name__)

_SERVER: Final = "https://ntfy.sh"
_TOPIC: Final = re.compile(r"[-_A-Za-z0-9]{1,64}")
_SILENCE_S: Final = 150.0
"""ntfy says "keepalive" every 45 s."""
_MAX_TITLE: Final = 200
_MAX_BODY: Final = 2500
_MAX_BYTES: Final = 3000
"""Of 4,096 that a message may have, beyond which it becomes an attachment."""
_LOUD: Final = 4
_USUAL: Final = 3
_QUIET: Final = 2
_TAGS: Final = {
    AlertEvent.DOWN: "rotating_light",
    AlertEvent.UP: "white_check_mark",
    AlertEvent.ACKNOWLEDGED: "eyes",
    AlertEvent.UNWATCHED: "warning",
    AlertEvent.NOTE: "information_source",
    AlertEvent.TEST: "test_tube",
}
_VERBS: Final[Mapping[str, Verb]] = {"a": "acknowledge", "s": "snooze"}
_MAX_VALUE: Final = 300


class NtfyOptions(Struct, frozen=True, kw_only=True):
    """``[hooks.NAME]`` with ``type = "ntfy"``."""

    topic: str
    server: str = _SERVER
    token: str = ""
    user: str = ""
    password: str = ""
    priority: int = _LOUD  # 1 to 5, of what is down
    answer_topic: str = ""  # where the buttons write; none: no buttons
    answer_token: str = ""  # with which they do: everybody who is told has it
    http: HttpOptions = field(default_factory=HttpOptions)


class _Event(Struct):
    """A line of a topic."""

    event: str
    id: str = ""
    message: str = ""


class NtfyHook(HttpHook):
    """One message for each alert."""

    digest = True
    acknowledges = True

    def __init__(
        self,
        options: NtfyOptions,
        links: LinksFor = no_links,
        secret_texts: Collection[str] = (),
        signing_key: bytes = b"",
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(options.http, secret_texts)
        self._options = options
        self._links = links
        self._key = signing_key or secrets.token_bytes(32)
        self._since = str(int(clock()))  # what was pressed before may have been undone since then

    async def send(self, alert: Alert) -> None:
        await self.http.send(json_call(self._options.server, self._message(alert), headers=self._login()))

    def _message(self, alert: Alert) -> dict[str, object]:
        options, links = self._options, self._links(alert)
        actions = self._actions(alert)
        title = title_of(alert, _MAX_TITLE)
        steps = next_steps(alert, links, buttons=bool(actions) or bool(links.acknowledge))
        message: dict[str, object] = {
            "topic": options.topic,
            "title": title,
            "message": _cut(body_of(alert, _MAX_BODY, steps)) or title,
            "priority": options.priority if alert.event is AlertEvent.DOWN else min(options.priority, _USUAL),
            "tags": [_TAGS[alert.event]],
        }
        actions = actions or [
            {"action": "view", "label": word, "url": url} for word, url in ways_on(alert, links)[:3]
        ]
        if actions:
            message["actions"] = actions
        return message

    def _actions(self, alert: Alert) -> list[dict[str, object]]:
        options = self._options
        if not options.answer_topic or not alert.key or not is_open(alert):
            return []
        login = (
            {"headers": {"Authorization": f"Bearer {options.answer_token}"}} if options.answer_token else {}
        )
        return [
            {
                "action": "http",
                "label": label,
                "url": below(options.server, options.answer_topic),
                "method": "POST",
                "body": self._value(letter, alert.key),
                "clear": letter == "a",
                **login,
            }
            for label, letter in (("Acknowledge", "a"), ("Snooze 1 h", "s"))
        ]

    def _value(self, letter: str, key: str) -> str:
        """What a button writes. Only who was told has it, whoever else can write into the topic."""
        said = f"{letter}:{key}"
        mac = hmac.digest(
            self._key, f"ntfy:{self._options.topic}:{said}".encode("utf-8", "replace"), "sha256"
        )
        return f"{said}:{base64.urlsafe_b64encode(mac[:16]).rstrip(b'=').decode()}"

    async def listen(self, take: TakeAnswer) -> None:
        if not self._options.answer_topic:
            return
        while True:
            topic = below(self._options.server, f"{self._options.answer_topic}/json")
            call = HttpCall(url=f"{topic}?since={self._since}", method="GET", headers=self._login())
            heard = False
            async for text in self.http.lines(call, silence_s=_SILENCE_S):
                event = _event(text)
                heard = heard or (event is not None and event.event != "open")
                if event is not None and event.event == "message":
                    await self._take(event.message, take)
                    self._since = event.id or self._since
            if not heard:  # not a topic of ntfy's: called again later
                raise HookError("the answer topic ended at once")

    async def _take(self, value: str, take: TakeAnswer) -> None:
        letter, _, rest = value.partition(":")
        key = rest.rpartition(":")[0]
        genuine = self._value(letter, key).encode("utf-8", "replace")
        given = value.encode("utf-8", "replace")
        if letter not in _VERBS or len(value) > _MAX_VALUE or not hmac.compare_digest(genuine, given):
            logger.warning("what stood in the answer topic was not one of our answers, and was not taken")
            return
        said = await take(Answer(verb=_VERBS[letter], key=key, by=""))
        if " is acknowledged by " in said:
            return  # an alert of its own says so
        message = {"topic": self._options.topic, "message": _cut(said), "priority": _QUIET, "tags": ["eyes"]}
        try:
            await self.http.send(json_call(self._options.server, message, headers=self._login()))
        except HookError as error:  # it is done all the same
            logger.warning("an answer was taken, but not confirmed: %s", error)

    def _login(self) -> Mapping[str, str]:
        options = self._options
        if options.token:
            return {"Authorization": f"Bearer {options.token}"}
        if options.user:
            login = base64.b64encode(f"{options.user}:{options.password}".encode()).decode()
            return {"Authorization": f"Basic {login}"}
        return {}


def _event(text: bytes) -> _Event | None:
    try:
        return msgspec.json.decode(text, type=_Event)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _cut(text: str) -> str:
    """``text`` in at most ``_MAX_BYTES`` of UTF-8."""
    encoded = text.encode("utf-8", "replace")
    if len(encoded) <= _MAX_BYTES:
        return text
    return encoded[: _MAX_BYTES - 3].decode("utf-8", "ignore").rstrip() + "…"


def _read(reader: OptionReader) -> NtfyOptions:
    options = NtfyOptions(
        topic=reader.require_secret("topic", _topic, "t", 'topic = "alerts-4f7c21"'),
        server=reader.take("server", web_url, _SERVER),
        token=reader.secret("token", line, ""),
        user=reader.take("user", line, ""),
        password=reader.secret("password", line, ""),
        priority=reader.take("priority", whole(1, 5), _LOUD),
        answer_topic=reader.secret("answer_topic", _topic, ""),
        answer_token=reader.secret("answer_token", line, ""),
        http=http_options(reader),
    )
    if options.token and options.user:
        reader.report("user", "cannot stand beside token: one of them logs in")
    elif bool(options.user) != bool(options.password):
        reader.report("password" if options.user else "user", "is missing: a login has user and password")
    if options.answer_topic and options.answer_topic == options.topic:
        reader.report("answer_topic", "must be another topic: each answer would be a message to all")
    return options


def _topic(value: object) -> str:
    topic = line(value)
    if not _TOPIC.fullmatch(topic):
        raise OptionError("must be 1 to 64 letters, digits, - and _")
    return topic


def _build(options: Options, context: HookContext) -> Hook:
    return NtfyHook(parsed(_read, options), context.links, secrets_in(options), context.signing_key)


KIND: Final = HookKind(type="ntfy", options=validator(_read), build=_build)

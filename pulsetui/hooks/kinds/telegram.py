"""Notifies through a Telegram bot, with buttons that are answered by long poll: no port need be open to the world.

What is used of the Bot API (core.telegram.org/bots/api): ``sendMessage``, ``getUpdates``,
``answerCallbackQuery``, ``editMessageText``, ``editMessageReplyMarkup``.
"""  # noqa: E501 - a sentence

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Mapping
from html import escape
from typing import Final, TypeVar

import msgspec
from msgspec import Struct, field

from pulsetui.client.alert import Alert, AlertEvent, Answer, TakeAnswer, Verb
from pulsetui.config.secret import masked
from pulsetui.core.text.clean import clean
from pulsetui.errors import HookError
from pulsetui.hooks.facts import facts
from pulsetui.hooks.hook import Hook, HookContext, HookKind, LinksFor, Options, always, no_links
from pulsetui.hooks.http import HttpAnswer, HttpHook, HttpOptions, http_options, json_call, secrets_in
from pulsetui.hooks.http_errors import MAX_RETRY_AFTER_S, refusal
from pulsetui.hooks.next_steps import is_open, look_further
from pulsetui.hooks.options import OptionError, OptionReader, line, parsed, validator, whole
from pulsetui.hooks.urls import web_url

logger = logging.getLogger(__name__)

_T = TypeVar("_T")

MAX_DATA: Final = 64
"""Bytes that a button can carry."""
_API: Final = "https://api.telegram.org"
_POLL_S: Final = 50
_POLL_MARGIN_S: Final = 15.0
_MAX_TITLE: Final = 250
_MAX_BODY: Final = 3000
"""UTF-16 code units, as Telegram counts: with title and answers well under its 4096."""
_MAX_SAID: Final = 200
_REMEMBERED: Final = 1000
_TO_A_PERSON_S: Final = 1.0
_TO_A_GROUP_S: Final = 3.0
"""Telegram asks for at most one message a second to a person, 20 a minute to a group."""
_TOKEN: Final = re.compile(r"[0-9]{3,20}:[A-Za-z0-9_-]{20,100}")
_CHAT: Final = re.compile(r"-?[0-9]{1,20}|@[A-Za-z][A-Za-z0-9_]{3,31}")
_UPDATE: Final = re.compile(rb'"update_id"\s*:\s*([0-9]{1,18})')
_VERBS: Final[Mapping[str, Verb]] = {"a": "acknowledge", "s": "snooze"}
_ANY_STATUS: Final = range(100, 600)
_QUIET: Final = (AlertEvent.UP, AlertEvent.ACKNOWLEDGED, AlertEvent.NOTE)


class TelegramOptions(Struct, frozen=True, kw_only=True):
    """``[hooks.NAME]`` with ``type = "telegram"``."""

    token: str
    chat: str  # a number, or @name of a channel
    topic: int | None = None  # of a group that has topics
    api_url: str = _API
    http: HttpOptions = field(default_factory=HttpOptions)


class _Chat(Struct):
    id: int
    username: str = ""


class _Message(Struct):
    message_id: int
    chat: _Chat
    text: str = ""


class _User(Struct):
    first_name: str = ""
    username: str = ""


class _Pressed(Struct):
    id: str
    user: _User = field(name="from")
    message: _Message | None = None
    data: str = ""


class _Update(Struct):
    update_id: int
    callback_query: _Pressed | None = None


class _Parameters(Struct):
    retry_after: float | None = None
    migrate_to_chat_id: int | None = None


class _Refusal(Struct):
    parameters: _Parameters = field(default_factory=_Parameters)
    description: str = ""


class _Sent(Struct):
    result: _Message


class _Updates(Struct):
    result: list[_Update]


class TelegramHook(HttpHook):
    """One message for each alert, as HTML; what follows of an incident replies to its first."""

    digest = True
    acknowledges = True

    def __init__(
        self, options: TelegramOptions, links: LinksFor = no_links, secrets: Collection[str] = ()
    ) -> None:
        super().__init__(options.http, secrets)
        self._options = options
        self._links = links
        self._secrets = secrets
        self._sent: dict[str, int] = {}  # Alert.key → the last message with buttons
        self._answered: dict[str, str] = {}  # Alert.key → what stands under its message already
        self._next_update = 0
        self.rate_s = _TO_A_GROUP_S if options.chat.startswith(("-", "@")) else _TO_A_PERSON_S

    async def send(self, alert: Alert) -> None:
        if alert.event is AlertEvent.ACKNOWLEDGED and self._answered.get(alert.key) == alert.acknowledged_by:
            return  # pressed here: it stands under the message
        message = self._message(alert)
        sent = _decoded((await self._call("sendMessage", message)).body, _Sent)
        first = self._sent.get(alert.key)
        if first is not None and alert.event in (AlertEvent.UP, AlertEvent.ACKNOWLEDGED):
            await self._take_buttons_away(first)
        if alert.event is AlertEvent.UP:
            self._sent.pop(alert.key, None)
            self._answered.pop(alert.key, None)
        elif sent is not None and "reply_markup" in message:
            _remember(self._sent, alert.key, sent.result.message_id)

    def _message(self, alert: Alert) -> dict[str, object]:
        message: dict[str, object] = {
            "chat_id": self._options.chat,
            "text": self._text(alert),
            "parse_mode": "HTML",
            "link_preview_options": {"is_disabled": True},
        }
        if self._options.topic is not None:
            message["message_thread_id"] = self._options.topic
        if alert.event in _QUIET:
            message["disable_notification"] = True
        if (first := self._sent.get(alert.key)) is not None:
            message["reply_parameters"] = {"message_id": first, "allow_sending_without_reply": True}
        if is_open(alert) and (keyboard := _keyboard(alert.key)) is not None:
            message["reply_markup"] = keyboard
        return message

    def _text(self, alert: Alert) -> str:
        known = facts(alert)
        parts = [f"<b>{escape(clean(known['title'], _MAX_TITLE), quote=False) or 'PulseTUI'}</b>"]
        if body := _cut(known["body"], _MAX_BODY):
            parts.append(escape(body, quote=False))
        if command := look_further(alert):
            parts.append(f"<code>{escape(command, quote=False)}</code>")
        if is_open(alert) and _keyboard(alert.key) is None and (link := self._links(alert).acknowledge):
            parts.append(f'<a href="{escape(link)}">Acknowledge</a>')
        return "\n".join(parts)

    async def listen(self, take: TakeAnswer) -> None:
        while True:
            asked: dict[str, object] = {"offset": self._next_update, "timeout": _POLL_S, "limit": 1}
            asked["allowed_updates"] = ["callback_query"]
            answer = await self._call("getUpdates", asked, timeout_s=_POLL_S + _POLL_MARGIN_S)
            updates = _decoded(answer.body, _Updates)
            if updates is None:
                self._skip(answer.body)
                continue
            for update in updates.result:
                if update.callback_query is not None:
                    await self._take(update.callback_query, take)
                # Only then: what was not taken for a crash comes again.
                self._next_update = update.update_id + 1

    def _skip(self, body: bytes) -> None:
        """Over an update of another form, which would else come again and again."""
        number = _UPDATE.search(body)
        if number is None:
            raise HookError("Telegram's answer to getUpdates is not what it should be")
        self._next_update = int(number[1]) + 1

    async def _take(self, pressed: _Pressed, take: TakeAnswer) -> None:
        verb, _, key = pressed.data.partition(":")
        message = pressed.message
        if message is None or not self._is_ours(message.chat) or verb not in _VERBS:
            logger.warning("an answer from another chat, or to another bot's message, was not taken")
            return
        by = clean(pressed.user.username or pressed.user.first_name, 60)
        said = clean(await take(Answer(verb=_VERBS[verb], key=key, by=by)), _MAX_SAID)
        try:
            await self._call("answerCallbackQuery", {"callback_query_id": pressed.id, "text": said})
        except HookError as error:  # it is done all the same; only the person's spinner goes on
            logger.warning("a button was taken, but not answered: %s", error)
        await self._write_under(message, key, said)

    async def _write_under(self, message: _Message, key: str, said: str) -> None:
        title, _, rest = message.text.partition("\n")
        if not title:
            return  # too old to be seen by bots
        text = f"<b>{escape(title, quote=False)}</b>\n{escape(_cut(rest, _MAX_BODY), quote=False)}\n\n"
        edited: dict[str, object] = {
            "chat_id": message.chat.id,
            "message_id": message.message_id,
            "text": f"{text}<i>{escape(said, quote=False)}</i>",
            "parse_mode": "HTML",
            "link_preview_options": {"is_disabled": True},
        }
        by = said.rpartition(" is acknowledged by ")[2] if " is acknowledged by " in said else ""
        if not by and (keyboard := _keyboard(key)) is not None:
            edited["reply_markup"] = keyboard
        await self._edit("editMessageText", edited)
        if by:
            _remember(self._answered, key, by)

    async def _take_buttons_away(self, number: int) -> None:
        await self._edit("editMessageReplyMarkup", {"chat_id": self._options.chat, "message_id": number})

    async def _edit(self, method: str, edited: Mapping[str, object]) -> None:
        try:
            await self._call(method, edited)
        except HookError as error:  # what matters is said already
            logger.info("a message was not edited: %s", error)

    def _is_ours(self, chat: _Chat) -> bool:
        wanted = self._options.chat
        return str(chat.id) == wanted or f"@{chat.username}".lower() == wanted.lower()

    async def _call(
        self, method: str, document: Mapping[str, object], *, timeout_s: float | None = None
    ) -> HttpAnswer:
        url = f"{self._options.api_url.rstrip('/')}/bot{self._options.token}/{method}"
        answer = await self.http.send(json_call(url, document), success=_ANY_STATUS, timeout_s=timeout_s)
        if answer.status == 200:
            return answer
        failed, said = refusal(url, answer), _decoded(answer.body, _Refusal) or _Refusal()
        after = failed.retry_after_s if said.parameters.retry_after is None else said.parameters.retry_after
        why = masked(str(failed), self._secrets)
        if (moved := said.parameters.migrate_to_chat_id) is not None:
            why = f'{why}. The group has another number now: write chat = "{moved}"'
        raise HookError(
            why,
            permanent=failed.permanent or "message is too long" in said.description,
            retry_after_s=None if after is None else min(after, MAX_RETRY_AFTER_S),
        )


def _keyboard(key: str) -> dict[str, object] | None:
    """The buttons under an alert; None where one could not carry the key."""
    if not key or len(key.encode("utf-8", "replace")) > MAX_DATA - 2:
        return None
    buttons = (("Acknowledge", "a"), ("Snooze 1 h", "s"))
    return {"inline_keyboard": [[{"text": text, "callback_data": f"{verb}:{key}"} for text, verb in buttons]]}


def _remember(known: dict[str, _T], key: str, value: _T) -> None:
    known[key] = value
    while len(known) > _REMEMBERED:
        del known[next(iter(known))]


def _decoded(body: bytes, kind: type[_T]) -> _T | None:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _cut(text: str, units: int) -> str:
    """``text`` in at most so many UTF-16 code units."""
    if len(text.encode("utf-16-le", "replace")) <= 2 * units:
        return text
    kept = text.encode("utf-16-le", "replace")[: 2 * (units - 1)].decode("utf-16-le", "ignore")
    return f"{kept.rstrip()}…"


def _read(reader: OptionReader) -> TelegramOptions:
    return TelegramOptions(
        token=reader.require_secret("token", _token, "1:x", 'token = "123456:ABC…", which @BotFather gives'),
        chat=reader.require("chat", _chat, "0", 'chat = 123456789, or "@channel"'),
        topic=reader.take("topic", whole(1, 2**53), None),
        api_url=reader.take("api_url", web_url, _API),
        http=http_options(reader),
    )


def _token(value: object) -> str:
    token = line(value)
    if not _TOKEN.fullmatch(token):
        raise OptionError("is not a valid token of a bot; @BotFather gives one like 123456:ABC-DEF…")
    return token


def _chat(value: object) -> str:
    chat = str(value) if isinstance(value, int) and not isinstance(value, bool) else line(value)
    if not _CHAT.fullmatch(chat):
        raise OptionError('must be the number of a chat, like 123456789 or -1001234567890, or "@channel"')
    return chat


def _build(options: Options, context: HookContext) -> Hook:
    return TelegramHook(parsed(_read, options), context.links, secrets_in({"token": options.get("token")}))


KIND: Final = HookKind(type="telegram", options=validator(_read), build=_build, acknowledges=always)

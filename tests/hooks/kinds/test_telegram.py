"""Messages and buttons of a Telegram bot, against a server that keeps the Bot API's documented contract."""

from __future__ import annotations

import asyncio
import json
from html.parser import HTMLParser
from typing import Any

import pytest

from pulsetui.client.alert import AlertEvent, Answer
from pulsetui.errors import HookError
from pulsetui.hooks.digest import digest
from pulsetui.hooks.hook import Hook
from pulsetui.hooks.kinds.telegram import KIND, MAX_DATA, TelegramHook
from tests.hooks.fakes import an_alert
from tests.hooks.receivers import Received, Receiver, answer, hook_of, problems_of

TOKEN = "123456:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
CHAT = 4711
KEY = "11111111-2222-4333-8444-555555555555-7"


class Telegram(Receiver):
    """The Bot API for one bot in one chat: messages, updates with offset and time-out, answers, edits."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: dict[int, dict[str, Any]] = {}
        self.updates: list[dict[str, Any]] = []
        self.answered: list[dict[str, Any]] = []
        self.polls: list[dict[str, Any]] = []
        self.refuse: dict[str, bytes] = {}  # method: one answer
        self._news = asyncio.Event()

    async def respond(self, received: Received) -> bytes:
        _, bot, method = received.path.split("/")
        if bot != f"bot{TOKEN}":
            return _no(401, "Unauthorized")
        if method in self.refuse:
            return self.refuse.pop(method)
        result = getattr(self, f"_{method}")(received.json)
        if asyncio.iscoroutine(result):
            result = await result
        return result if isinstance(result, bytes) else _yes(result)

    def _sendMessage(self, asked: dict[str, Any]) -> Any:  # noqa: N802 - Telegram's names
        if str(asked["chat_id"]) != str(CHAT):
            return _no(400, "Bad Request: chat not found")
        if (text := shown(asked["text"])) is None:
            return _no(400, "Bad Request: can't parse entities")
        if len(text.encode("utf-16-le")) > 2 * 4096:
            return _no(400, "Bad Request: message is too long")
        for row in asked.get("reply_markup", {}).get("inline_keyboard", []):
            if any(len(button["callback_data"].encode()) > MAX_DATA for button in row):
                return _no(400, "Bad Request: BUTTON_DATA_INVALID")
        number = len(self.messages) + 1
        self.messages[number] = {**asked, "plain": text}
        return self._message(number)

    def _message(self, number: int) -> dict[str, Any]:
        return {"message_id": number, "date": 1, "chat": {"id": CHAT, "type": "private"},
                "text": self.messages[number]["plain"]}  # fmt: skip

    async def _getUpdates(self, asked: dict[str, Any]) -> Any:  # noqa: N802
        self.polls.append(asked)
        # An update is confirmed as soon as getUpdates is called with an offset higher than its update_id.
        self.updates = [one for one in self.updates if one["update_id"] >= asked["offset"]]
        while not self.updates:
            self._news.clear()
            await self._news.wait()
        return self.updates[: asked["limit"]]

    def _answerCallbackQuery(self, asked: dict[str, Any]) -> Any:  # noqa: N802
        assert len(asked["text"]) <= 200
        self.answered.append(asked)
        return True

    def _editMessageText(self, asked: dict[str, Any]) -> Any:  # noqa: N802
        message = self.messages[asked["message_id"]]
        message.pop("reply_markup", None)  # an edit without a keyboard takes it away
        message.update(asked, plain=shown(asked["text"]))
        return self._message(asked["message_id"])

    def _editMessageReplyMarkup(self, asked: dict[str, Any]) -> Any:  # noqa: N802
        self.messages[asked["message_id"]].pop("reply_markup", None)
        return self._message(asked["message_id"])

    def press(self, number: int, button: int, *, chat: int = CHAT, **changes: Any) -> None:
        data = self.messages[number]["reply_markup"]["inline_keyboard"][0][button]["callback_data"]
        message = {**self._message(number), "chat": {"id": chat, "type": "private"}}
        user = {"id": 1, "is_bot": False, "first_name": "Ann", "username": "ann"}
        self.update(callback_query={"id": "77", "from": user, "message": message, "data": data, **changes})

    def update(self, **what: Any) -> None:
        self.updates.append({"update_id": 100 + len(self.polls), **what})
        self._news.set()


def _yes(result: Any) -> bytes:
    return answer(200, json.dumps({"ok": True, "result": result}))


def _no(status: int, description: str, **parameters: Any) -> bytes:
    said = {"ok": False, "error_code": status, "description": description, "parameters": parameters}
    return answer(status, json.dumps(said))


def shown(html: str) -> str | None:
    """What a person sees; None for what Telegram cannot parse."""
    seen: list[str] = []
    tags: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            assert tag in ("b", "i", "code", "a")
            tags.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert tags.pop() == tag

        def handle_data(self, data: str) -> None:
            seen.append(data)

    try:
        reader = Reader()
        reader.feed(html)
        reader.close()
    except AssertionError:
        return None
    return None if tags else "".join(seen)


def telegram(server: Receiver, **options: Any) -> Hook:
    return hook_of(KIND, **{"token": TOKEN, "chat": CHAT, "api_url": server.url, **options})


class Taken:
    """Takes answers and remembers them."""

    def __init__(self, said: str = "One is acknowledged by ann via phone") -> None:
        self.said = said
        self.answers: list[Answer] = []
        self.came = asyncio.Event()

    async def __call__(self, given: Answer) -> str:
        self.answers.append(given)
        self.came.set()
        return self.said


async def listened(hook: Hook, taken: Taken, server: Telegram, polls: int = 2) -> None:
    """Listens until so many polls were begun: then everything before the last is done."""
    listening = asyncio.ensure_future(hook.listen(taken))
    while len(server.polls) < polls:
        await asyncio.wait({listening}, timeout=0.01)
        if listening.done():
            listening.result()
    listening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listening


async def test_a_message_says_it_in_html_with_two_buttons() -> None:
    async with Telegram() as server:
        await telegram(server).send(an_alert(key=KEY, title="a <b> & c", body="1 < 2"))
    [message] = server.messages.values()
    assert message["text"] == (
        "<b>a &lt;b&gt; &amp; c</b>\n1 &lt; 2\n<code>pulsetui show sync-invoices</code>"
    )
    [[acknowledge, snooze]] = message["reply_markup"]["inline_keyboard"]
    assert acknowledge == {"text": "Acknowledge", "callback_data": f"a:{KEY}"}
    assert snooze == {"text": "Snooze 1 h", "callback_data": f"s:{KEY}"}


async def test_what_cannot_be_acknowledged_has_no_buttons_and_a_recovery_replies_quietly() -> None:
    async with Telegram() as server:
        hook = telegram(server)
        await hook.send(an_alert(key=KEY))
        await hook.send(an_alert(event=AlertEvent.UP, key=KEY))
        await hook.send(digest([an_alert(f"job-{n}") for n in range(9)]))
        await hook.send(an_alert(key="x" * 70))
    first, up, storm, long = server.messages.values()
    assert up["reply_parameters"]["message_id"] == 1
    assert up["disable_notification"]
    for message in (first, up, storm, long):
        assert "reply_markup" not in message  # the first lost its own at the recovery


async def test_no_text_is_too_long_or_breaks_the_markup() -> None:
    evil = "</b><a href='x'>&lt;\x1b[31m\u202e😀 " * 3000
    async with Telegram() as server:
        await telegram(server).send(an_alert(key=KEY, title=evil, body="\n".join([evil] * 99), slug=evil))
    assert len(server.messages) == 1


async def test_a_button_is_taken_answered_and_written_under_the_message() -> None:
    async with Telegram() as server:
        hook, taken = telegram(server), Taken()
        await hook.send(an_alert(key=KEY, body="1 < 2"))
        server.press(1, 0)
        await listened(hook, taken, server)
        assert taken.answers == [Answer(verb="acknowledge", key=KEY, by="ann")]
        assert server.answered == [{"callback_query_id": "77", "text": taken.said}]
        assert server.messages[1]["plain"].endswith("\n\nOne is acknowledged by ann via phone")
        assert "1 < 2" in server.messages[1]["plain"]
        assert "reply_markup" not in server.messages[1]
        assert [poll["allowed_updates"] for poll in server.polls] == [["callback_query"]] * 2

        told = an_alert(event=AlertEvent.ACKNOWLEDGED, key=KEY, acknowledged_by="ann via phone")
        await hook.send(told)
        assert len(server.messages) == 1  # it stands there already
        await hook.send(an_alert(event=AlertEvent.ACKNOWLEDGED, key=KEY, acknowledged_by="bob"))
        assert len(server.messages) == 2


async def test_after_a_snooze_the_buttons_stay() -> None:
    async with Telegram() as server:
        hook, taken = telegram(server), Taken("One is snoozed until 03:30 UTC by ann via phone")
        await hook.send(an_alert(key=KEY))
        server.press(1, 1)
        await listened(hook, taken, server)
    assert taken.answers[0].verb == "snooze"
    assert "reply_markup" in server.messages[1]


async def test_only_the_own_chat_counts_and_what_is_strange_is_passed_over() -> None:
    async with Telegram() as server:
        hook, taken = telegram(server), Taken()
        await hook.send(an_alert(key=KEY))
        server.press(1, 0, chat=666)
        await listened(hook, taken, server, 2)
        server.update(callback_query={"id": 5})
        await listened(hook, taken, server, 4)
        server.press(1, 0, data="launch")
        await listened(hook, taken, server, 6)
        server.press(1, 0, message=None)
        await listened(hook, taken, server, 8)
        assert taken.answers == []
        server.press(1, 0)
        await listened(hook, taken, server, 10)
        assert len(taken.answers) == 1


async def test_a_press_is_answered_though_the_message_cannot_be_edited() -> None:
    async with Telegram() as server:
        hook, taken = telegram(server), Taken()
        await hook.send(an_alert(key=KEY))
        server.refuse["answerCallbackQuery"] = _no(400, "Bad Request: query is too old")
        server.refuse["editMessageText"] = _no(400, "Bad Request: message is not modified")
        server.press(1, 0)
        await listened(hook, taken, server)
    assert len(taken.answers) == 1


@pytest.mark.parametrize("status", [401, 409])
async def test_who_may_not_listen_says_why(status: int) -> None:
    async with Telegram() as server:
        server.refuse["getUpdates"] = _no(status, "Conflict: terminated by other getUpdates request")
        with pytest.raises(HookError, match=f"{status} .*: Conflict: terminated by other") as caught:
            await telegram(server).listen(Taken())
    assert TOKEN not in str(caught.value)


async def test_it_waits_as_long_as_telegram_asks() -> None:
    async with Telegram() as server:
        server.refuse["sendMessage"] = _no(429, "Too Many Requests: retry after 17", retry_after=17)
        with pytest.raises(HookError, match="429") as caught:
            await telegram(server).send(an_alert(key=KEY))
    assert caught.value.retry_after_s == 17
    assert not caught.value.permanent


async def test_a_group_that_moved_says_its_number() -> None:
    async with Telegram() as server:
        server.refuse["sendMessage"] = _no(400, "Bad Request: group upgraded", migrate_to_chat_id=-100123)
        with pytest.raises(HookError, match='write chat = "-100123"'):
            await telegram(server, chat=-5).send(an_alert(key=KEY))


async def test_a_wrong_token_is_told_without_it() -> None:
    wrong = TOKEN[:-1] + "b"
    async with Telegram() as server:
        with pytest.raises(HookError, match="401 Unauthorized") as caught:
            await telegram(server, token=wrong).send(an_alert())
    assert wrong not in str(caught.value)
    assert not caught.value.permanent


def test_groups_are_written_to_less_often() -> None:
    for chat, rate in ((CHAT, 1.0), (-100123, 3.0), ("@channel", 3.0)):
        hook = hook_of(KIND, token=TOKEN, chat=chat)
        assert isinstance(hook, TelegramHook)
        assert hook.rate_s == rate


@pytest.mark.parametrize(
    ("options", "field", "says"),
    [
        ({"chat": CHAT}, "token", "is missing"),
        ({"token": "secret", "chat": CHAT}, "token", "@BotFather"),
        ({"token": TOKEN}, "chat", "is missing"),
        ({"token": TOKEN, "chat": "ann"}, "chat", "number of a chat"),
        ({"token": TOKEN, "chat": True}, "chat", "must be text"),
    ],
)
def test_wrong_options_are_explained(options: dict[str, Any], field: str, says: str) -> None:
    [(name, message)] = problems_of(KIND, options)
    assert name == field
    assert says in message
    assert "secret" not in message

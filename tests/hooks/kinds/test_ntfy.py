"""Messages and buttons through ntfy, against a server that keeps its documented contract."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from pulsetui.client.alert import AlertEvent, Answer
from pulsetui.errors import HookError
from pulsetui.hooks.digest import digest
from pulsetui.hooks.hook import Hook, HookContext, Links
from pulsetui.hooks.kinds.ntfy import KIND
from tests.hooks.fakes import an_alert
from tests.hooks.kinds.test_telegram import Taken
from tests.hooks.receivers import Received, Receiver, answer, hook_of, problems_of

KEY = "11111111-2222-4333-8444-555555555555-7"
SIGNED = HookContext(publish=lambda alert: 0, signing_key=b"k" * 32)


class Ntfy(Receiver):
    """Topics: publishing as JSON or as text, and a stream of each that begins after ``since``."""

    def __init__(self) -> None:
        super().__init__()
        self.topics: dict[str, list[dict[str, Any]]] = {}
        self.refuse = b""
        self.since: list[str] = []
        self.open = asyncio.Event()
        self._number = 0
        self._news = asyncio.Event()

    async def respond(self, received: Received) -> bytes:
        if self.refuse:
            return self.refuse
        if received.method == "GET":
            return b""
        if received.path == "/":
            if len(received.body) > 2 * 4096:
                return answer(413, '{"code":41303,"error":"payload too large"}')
            message = received.json
            assert len(message["message"].encode()) <= 4096
            assert len(message.get("actions", [])) <= 3
        else:
            message = {"topic": received.path[1:], "message": received.body.decode()}
        self.publish(message)
        return answer(200, json.dumps({"event": "message", **message}))

    def publish(self, message: dict[str, Any]) -> None:
        self._number += 1
        kept = {**message, "id": f"m{self._number}", "time": 1, "event": "message"}
        self.topics.setdefault(message["topic"], []).append(kept)
        self._news.set()

    async def stream(self, received: Received, writer: asyncio.StreamWriter) -> None:
        topic, _, kind = received.path[1:].partition("/")
        assert kind == "json"
        [since] = parse_qs(urlsplit(received.target).query)["since"]
        self.since.append(since)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nConnection: close\r\n\r\n")
        writer.write(b'{"id":"o","time":1,"event":"open","topic":"x"}\n')
        ids = [one["id"] for one in self.topics.get(topic, [])]
        sent = ids.index(since) + 1 if since in ids else 0
        self.open.set()
        while True:
            self._news.clear()
            for one in self.topics.get(topic, [])[sent:]:
                if one.get("raw"):
                    writer.write(one["raw"])
                else:
                    writer.write(json.dumps(one).encode() + b"\n")
                sent += 1
            await writer.drain()
            if self.topics.get(topic) and self.topics[topic][-1].get("end"):
                self.topics[topic].pop()
                return
            await self._news.wait()


def ntfy(server: Receiver, context: HookContext = SIGNED, **options: Any) -> Hook:
    return hook_of(KIND, context, **{"server": server.url, "topic": "alerts", **options})


async def press(server: Ntfy, button: int) -> None:
    """What the app does: the request of the action, as it stands in the message."""
    import httpx

    action = server.topics["alerts"][0]["actions"][button]
    async with httpx.AsyncClient(trust_env=False) as client:
        await client.request(
            action["method"], action["url"], content=action["body"], headers=action.get("headers", {})
        )


async def test_a_message_has_title_priority_and_what_to_do_next() -> None:
    async with Ntfy() as server:
        hook = ntfy(server)
        await hook.send(an_alert(key=KEY, title="über\r\nX: 1"))
        await hook.send(an_alert(event=AlertEvent.UP, key=KEY))
    down, up = server.topics["alerts"]
    assert down["title"] == "über X: 1"
    assert down["message"].endswith(
        "\nLook further: pulsetui show sync-invoices\nAcknowledge: pulsetui ack sync-invoices"
    )
    assert (down["priority"], down["tags"]) == (4, ["rotating_light"])
    assert (up["priority"], up["tags"]) == (3, ["white_check_mark"])
    assert "actions" not in down


async def test_links_are_buttons_where_there_is_no_topic_for_answers() -> None:
    links = Links(acknowledge="https://pulse.example.org/a/1", snooze="https://pulse.example.org/a/2")
    context = HookContext(publish=lambda alert: 0, links=lambda alert: links)
    async with Ntfy() as server:
        await ntfy(server, context).send(an_alert(key=KEY))
    [message] = server.topics["alerts"]
    assert message["actions"] == [
        {"action": "view", "label": "Acknowledge", "url": links.acknowledge},
        {"action": "view", "label": "Snooze 1 h", "url": links.snooze},
    ]


@pytest.mark.parametrize("text", ["😀" * 9000, '"\\' * 9000, "x\n" * 9000, "\x1b[31m\u202e\ud800" * 900])
async def test_no_message_is_too_long(text: str) -> None:
    async with Ntfy() as server:
        await ntfy(server, answer_topic="answers").send(an_alert(key=KEY, title=text, body=text, slug="s"))
        await ntfy(server).send(digest([an_alert(f"job-{n}") for n in range(400)]))
    assert len(server.topics["alerts"]) == 2


@pytest.mark.parametrize(
    ("login", "header"),
    [
        ({"token": "tk_secret0123"}, "Bearer tk_secret0123"),
        ({"user": "u", "password": "secret ü"}, f"Basic {base64.b64encode('u:secret ü'.encode()).decode()}"),
    ],
)
async def test_the_login_goes_in_a_header_and_into_no_error(login: dict[str, Any], header: str) -> None:
    async with Ntfy() as server:
        server.refuse = answer(403, json.dumps({"code": 40301, "error": f"forbidden {login}"}))
        with pytest.raises(HookError, match="403 Forbidden: forbidden") as caught:
            await ntfy(server, **login).send(an_alert())
        assert server.one.headers["authorization"] == header
    assert "secret" not in str(caught.value)
    assert not caught.value.permanent


async def listening(server: Ntfy, hook: Hook, taken: Taken) -> asyncio.Task[None]:
    task = asyncio.create_task(hook.listen(taken))
    await server.open.wait()
    return task


async def ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize(("button", "verb"), [(0, "acknowledge"), (1, "snooze")])
async def test_a_button_is_taken_and_what_came_of_it_is_told(button: int, verb: str) -> None:
    async with Ntfy() as server:
        hook, taken = ntfy(server, answer_topic="answers", answer_token="tk_write"), Taken("was done")
        await hook.send(an_alert(key=KEY))
        task = await listening(server, hook, taken)
        await press(server, button)
        while len(server.topics["alerts"]) < 2:
            await asyncio.wait({task}, timeout=0.01)
        await ended(task)
    assert taken.answers == [Answer(verb=verb, key=KEY, by="")]  # type: ignore[arg-type]
    assert server.topics["alerts"][1]["message"] == "was done"
    assert server.received[-2].headers["authorization"] == "Bearer tk_write"
    assert server.since[0].isdigit()


async def test_only_what_this_hook_signed_is_taken() -> None:
    async with Ntfy() as server:
        hook, taken = ntfy(server, answer_topic="answers"), Taken()
        await hook.send(an_alert(key=KEY))
        good = server.topics["alerts"][0]["actions"][0]["body"]
        other = HookContext(publish=lambda alert: 0, signing_key=b"j" * 32)
        await ntfy(server, other, topic="elsewhere", answer_topic="answers").send(an_alert(key=KEY))
        task = await listening(server, hook, taken)
        forged = [
            good[:-1] + ("A" if good[-1] != "A" else "B"),
            "s" + good[1:],
            good.replace("-7:", "-8:"),
            server.topics["elsewhere"][0]["actions"][0]["body"],
            f"a:{KEY}:",
            "",
            "a",
            "ü\u202e" * 400,
        ]
        for value in forged:
            server.publish({"topic": "answers", "message": value})
        for raw in (
            b"nonsense\n",
            b"\xff\xfe\n",
            b"[" * 5000 + b"\n",
            b'{"event":5}\n',
            b"x" * 300_000 + b"\n",
        ):
            server.publish({"topic": "answers", "raw": raw})
        server.publish({"topic": "answers", "message": good})
        await taken.came.wait()
        await ended(task)
    assert taken.answers == [Answer(verb="acknowledge", key=KEY, by="")]


async def test_after_a_break_it_goes_on_where_it_was() -> None:
    async with Ntfy() as server:
        hook, taken = ntfy(server, answer_topic="answers"), Taken()
        await hook.send(an_alert(key=KEY))
        value = server.topics["alerts"][0]["actions"][0]["body"]
        task = await listening(server, hook, taken)
        server.publish({"topic": "answers", "message": value})
        await taken.came.wait()
        server.open.clear()
        server.publish({"topic": "answers", "end": True, "raw": b"\n"})
        await server.open.wait()
        assert server.since[1] == server.topics["answers"][0]["id"]
        await ended(task)
    assert len(taken.answers) == 1


async def test_who_may_not_read_the_answers_says_so() -> None:
    async with Ntfy() as server:
        server.refuse = answer(403, '{"error":"forbidden"}')
        with pytest.raises(HookError, match="403 Forbidden: forbidden"):
            await ntfy(server, answer_topic="answers").listen(Taken())


async def test_without_a_topic_for_answers_nobody_listens() -> None:
    async with Ntfy() as server:
        await ntfy(server).listen(Taken())
        assert server.received == []


@pytest.mark.parametrize(
    ("options", "field", "says"),
    [
        ({}, "topic", "is missing"),
        ({"topic": "a b"}, "topic", "letters, digits"),
        ({"topic": "a", "answer_topic": "a"}, "answer_topic", "another topic"),
        ({"topic": "a", "user": "u"}, "password", "is missing"),
        ({"topic": "a", "user": "u", "password": "p", "token": "t"}, "user", "beside token"),
        ({"topic": "a", "priority": 6}, "priority", "1 to 5"),
        ({"topic": "a", "server": "ntfy.sh"}, "server", "https://"),
    ],
)
def test_wrong_options_are_explained(options: dict[str, Any], field: str, says: str) -> None:
    [(name, message)] = problems_of(KIND, options)
    assert name == field
    assert says in message

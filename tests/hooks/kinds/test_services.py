"""What holds for all hooks that are one HTTP request, whatever the service."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pulsetui.client.alert import AlertEvent
from pulsetui.config.secret import secrets_of
from pulsetui.errors import HookError
from pulsetui.hooks.digest import digest
from pulsetui.hooks.http import HttpHook
from pulsetui.hooks.registry import KINDS
from tests.hooks.fakes import an_alert
from tests.hooks.kinds.services import OPTIONS, SECRET, hostile, service
from tests.hooks.receivers import CLOSE, STALL, Received, Receiver, answer

TYPES = sorted(OPTIONS)


def words(received: Received) -> str:
    """All that was said, as the service reads it."""
    if received.headers["content-type"].startswith("application/json"):
        return json.dumps(received.json, ensure_ascii=False)
    return json.dumps(received.form, ensure_ascii=False)


@pytest.mark.parametrize("type_", TYPES)
async def test_a_down_and_an_up_arrive_with_their_words(type_: str) -> None:
    async with Receiver() as receiver:
        hook = service(type_, receiver.url)
        await hook.send(an_alert(key="u-1"))
        await hook.send(an_alert(event=AlertEvent.UP, key="u-1", down_for_s=60.0))
        down, up = receiver.received
    assert "overdue" in words(down) or type_ == "pagerduty"
    assert down.method == up.method == "POST"
    assert words(down) != words(up)


@pytest.mark.parametrize("type_", TYPES)
async def test_a_digest_a_drill_and_every_event_are_taken(type_: str) -> None:
    async with Receiver() as receiver:
        hook = service(type_, receiver.url)
        await hook.send(digest([an_alert(f"job-{n}") for n in range(30)]))
        await hook.send(an_alert(drill=True, title="DRILL: sync is overdue", key="u-1"))
        await hook.send(an_alert(drill=True, key="u-1"))
        many, drill, other = map(words, receiver.received)
        assert "30 checks are" in many
        assert drill.count("DRILL") == other.count("DRILL")
        assert "DRILL: s" in drill
        for event in AlertEvent:
            await hook.send(an_alert("", event, title="", body="", name="", status=None, reason=None))


@pytest.mark.parametrize("type_", TYPES)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 429, 500, 503])
async def test_a_refusal_is_tried_again_and_keeps_the_secrets(type_: str, status: int) -> None:
    said = json.dumps({"errors": [f"no {SECRET}00"], "message": "no"})
    async with Receiver(answer(status, said, Retry_After="11")) as receiver:
        hook = service(type_, receiver.url)
        with pytest.raises(HookError, match=f"{receiver.place} answered {status}.*: no …") as caught:
            await hook.send(an_alert(key="u-1"))
    assert (caught.value.permanent, caught.value.retry_after_s) == (False, 11)
    assert SECRET[:8] not in str(caught.value)


@pytest.mark.parametrize("type_", TYPES)
@pytest.mark.parametrize(
    "said", [STALL, CLOSE, b"220 smtp\r\n", answer(302, "", Location="https://evil.example")]
)
async def test_what_is_no_answer_fails_in_time_and_keeps_the_secrets(type_: str, said: bytes) -> None:
    async with Receiver(said) as receiver:
        hook = service(type_, receiver.url, timeout=1)
        with pytest.raises(HookError) as caught:
            await hook.send(an_alert(key="u-1"))
        assert len(receiver.received) == 1
    assert not caught.value.permanent
    assert receiver.connections == 1
    assert SECRET[:8] not in str(caught.value)


@pytest.mark.parametrize("type_", TYPES)
async def test_a_cancelled_send_hangs_up(type_: str) -> None:
    async with Receiver(STALL) as receiver:
        sending = asyncio.create_task(service(type_, receiver.url).send(an_alert()))
        await receiver.asked.wait()
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        await receiver.hung_up.wait()


@pytest.mark.parametrize("type_", TYPES)
async def test_the_worker_waits_longer_than_the_request(type_: str) -> None:
    hook = service(type_, "http://127.0.0.1:1", timeout="20s")
    assert isinstance(hook, HttpHook)
    assert hook.timeout_s > 20


@pytest.mark.parametrize("type_", TYPES)
async def test_hostile_text_is_text(type_: str) -> None:
    async with Receiver() as receiver:
        hook = service(type_, receiver.url)
        for event in AlertEvent:
            await hook.send(hostile(event, key="u-1", runbook="javascript:alert(1)"))
        received = receiver.received
    for one in received:
        said = words(one)
        assert "x-evil" not in one.headers
        assert "\\u001b" not in said
        assert "\u202e" not in said
        if type_ in ("slack", "discord"):
            before, block, after = said.split("```")  # only ours opens and closes one
            assert "](https://evil" in block
            assert "](https://evil" not in before + after
            assert "@everyone" not in before + after
            assert "<!channel>" not in said or type_ == "discord"


@pytest.mark.parametrize("type_", ["slack", "discord", "gotify", "pushover", "pagerduty", "alertmanager"])
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(max_size=300), st.text(max_size=300), st.sampled_from(list(AlertEvent)))
def test_any_text_becomes_valid_content(
    monkeypatch: pytest.MonkeyPatch, type_: str, title: str, body: str, event: AlertEvent
) -> None:
    sent: list[bytes] = []

    async def take(self: object, call: object, **_: object) -> None:
        sent.append(getattr(call, "content", b""))

    monkeypatch.setattr("pulsetui.hooks.http.Http.send", take)
    asyncio.run(service(type_, "http://127.0.0.1:1").send(an_alert(event=event, title=title, body=body)))
    for content in sent:
        if type_ == "pushover":
            content.decode("ascii")
        else:
            json.loads(content)
    assert sent or event is AlertEvent.ACKNOWLEDGED


@pytest.mark.parametrize("type_", [*TYPES, "apprise"])
def test_secrets_are_those_that_the_configuration_hides(type_: str) -> None:
    options = {"url": f"x://{SECRET}"} if type_ == "apprise" else OPTIONS[type_]("http://127.0.0.1:1")
    hidden = secrets_of({"hooks": {"x": {"type": type_, **options}}})
    assert any(SECRET in text for text in hidden)
    named = set(KINDS[type_].options.secrets(options))
    assert {name for name in options if SECRET in str(options[name])} <= named


@pytest.mark.parametrize("type_", [*TYPES, "apprise"])
def test_a_hook_that_is_only_configured_loads_no_library(type_: str) -> None:
    options = {"url": f"x://{SECRET}"} if type_ == "apprise" else OPTIONS[type_]("http://127.0.0.1:1")
    script = (
        "import sys; from pulsetui.hooks.registry import KINDS; from pulsetui.hooks.hook import HookContext\n"
        f"kind = KINDS[{type_!r}]; options = {options!r}\n"
        "assert not kind.options(options); kind.build(options, HookContext(publish=len))\n"
        "print(sorted({'httpx', 'anyio', 'apprise', 'requests', 'email.utils'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

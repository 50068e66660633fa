"""Webhooks against a real server: what arrives, and that nothing of an alert leaves its place."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, unquote, urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pulsetui.client.alert import Alert, AlertEvent
from pulsetui.core.text.clean import clean
from pulsetui.errors import HookError
from pulsetui.hooks.digest import digest
from pulsetui.hooks.facts import FACTS, facts
from pulsetui.hooks.hook import HookContext, Links
from pulsetui.hooks.http import HttpCall
from pulsetui.hooks.kinds.webhook import KIND, WebhookHook, WebhookOptions
from tests.hooks.fakes import START, an_alert
from tests.hooks.receivers import Receiver, answer, hook_of, problems_of

HOSTILE = "a\"b\\c'd\r\nX-Evil: 1\r\n\r\n/../?#&=+%00\0\x1b[31m<b>&amp;{slug}{{title}} 😀\u202e\ud800 ü"


def hostile_alert() -> Alert:
    """Everything that may come from outside is as bad as it can be."""
    texts = ("title", "body", "slug", "name", "key", "detail", "output", "owner", "runbook", "note")
    return replace(an_alert(tags=(HOSTILE, "b")), **dict.fromkeys(texts, HOSTILE))


def call_of(alert: Alert, **options: object) -> HttpCall:
    hook = hook_of(KIND, url=options.pop("url", "https://example.org/x"), **options)
    assert isinstance(hook, WebhookHook)
    return hook._call(alert)


async def test_without_a_body_of_its_own_it_sends_all_facts_as_json() -> None:
    alert = an_alert(
        key="u-1",
        since=START - timedelta(hours=1),
        missed=(START,),
        missed_count=12,
        owner="Ada",
        runbook="https://wiki/x",
        reminder=2,
        drill=True,
        down_for_s=3700.0,
    )
    context = HookContext(publish=lambda _: 0, links=lambda _: Links(acknowledge="https://me/ack/1"))
    async with Receiver() as receiver:
        await hook_of(KIND, context, url=f"{receiver.url}/hook").send(alert)
        told = receiver.one.json
    assert set(told) == {*FACTS, "down_for_s"}
    assert {name: told[name] for name in ("event", "title", "key", "tags", "missed", "missed_count")} == {
        "event": "down",
        "title": "DRILL: sync-invoices is overdue",
        "key": "u-1",
        "tags": ["billing", "nightly"],
        "missed": ["2026-03-01T02:30:00+00:00"],
        "missed_count": 12,
    }
    assert (told["since"], told["owner"], told["runbook"]) == (
        "2026-03-01T01:30:00+00:00",
        "Ada",
        "https://wiki/x",
    )
    assert (told["reminder"], told["drill"], told["down_for"], told["down_for_s"]) == (
        2,
        True,
        "1h1m40s",
        3700,
    )
    assert told["acknowledge_url"] == "https://me/ack/1"


async def test_a_digest_arrives_as_one() -> None:
    async with Receiver() as receiver:
        await hook_of(KIND, url=receiver.url).send(digest([an_alert(f"job-{n}") for n in range(12)]))
        told = receiver.one.json
    assert told["title"] == "12 checks are overdue: Job 0, Job 1, Job 2 …"
    assert (told["slug"], told["key"], len(told["body"].splitlines())) == ("", "", 1)


def test_a_program_gets_each_alert_and_a_person_a_digest_if_wished() -> None:
    assert not hook_of(KIND, url=URL).digest
    assert hook_of(KIND, url=URL, digest=True).digest


async def test_facts_stand_in_url_headers_and_every_kind_of_body() -> None:
    alert = an_alert(title='He said "no" & left', name="Sync / 100%")
    common = {"headers": {"X-Title": "about {title}", "X-Word": "{{title}}"}}
    async with Receiver() as receiver:
        url = f"{receiver.url}/jobs/{{name}}/{{event}}?t={{title}}&plain=1"
        for body in (
            {"json": {"text": "{name}: {title}", "deep": [{"n": 1, "on": True, "t": "{{title}}"}]}},
            {"form": {"text": "{title}", "n": 5}},
            {"body": '{"text": "{title}", "a": {}}', "headers": {"content-type": "application/json"}},
            {"body": "<t>{title}</t>", "headers": {"Content-Type": "application/xml; charset=utf-8"}},
            {"body": "t={title}", "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
            {"body": "{title}"},
            {"method": "GET"},
        ):
            await hook_of(KIND, url=url, **{**common, **body}).send(alert)
        of_json, of_form, typed_json, of_xml, typed_form, plain, bare = receiver.received
    for received in receiver.received:
        assert received.target == f"/jobs/Sync%20%2F%20100%25/down?t={of_json.target.split('t=')[1]}"
        assert received.query == {"t": alert.title, "plain": "1"}
    assert of_json.headers["x-title"] == f"about {alert.title}"
    assert of_json.headers["x-word"] == "{title}"
    assert of_json.json == {
        "text": f"{alert.name}: {alert.title}",
        "deep": [{"n": 1, "on": True, "t": "{title}"}],
    }
    assert of_form.form == {"text": alert.title, "n": "5"}
    assert typed_json.json == {"text": alert.title, "a": {}}
    assert typed_json.headers["content-type"] == "application/json"
    assert of_xml.body == b"<t>He said &quot;no&quot; &amp; left</t>"
    assert typed_form.form == {"t": alert.title}
    assert plain.body.decode() == alert.title
    assert plain.headers["content-type"] == "text/plain; charset=utf-8"
    assert (bare.method, bare.body) == ("GET", b"")


async def test_hostile_text_stays_in_its_place_on_the_wire() -> None:
    alert = hostile_alert()
    title = facts(alert)["title"]
    async with Receiver() as receiver:
        url, headers = f"{receiver.url}/a/{{name}}/b?t={{title}}", {"X-Title": "{title}"}
        as_json = {**headers, "content-type": "application/json"}
        for hook in (
            hook_of(KIND, url=url, headers=headers, json={"t": "{title}"}),
            hook_of(KIND, url=url, headers=headers, form={"t": "{title}"}),
            hook_of(KIND, url=url, headers=as_json, body='{"t": "{title}"}'),
            hook_of(KIND, url=url, headers=headers),
        ):
            await hook.send(alert)
        received = receiver.received
    assert len(received) == 4
    for one in received:
        assert "x-evil" not in one.headers
        assert one.headers["x-title"] == title
        assert one.query == {"t": title}
        assert [unquote(part) for part in one.path.split("/")] == ["", "a", title, "b"]
    assert received[0].json == {"t": title}
    assert received[1].form == {"t": title}
    assert received[2].json == {"t": title}
    assert received[3].json["title"] == title


anything = st.text(max_size=60) | st.sampled_from([".", "..", "...", "%2e", "/", "//x", "?", "#", "\\", '"'])


@given(anything)
def test_a_fact_is_one_part_of_a_path_and_one_value_of_a_query(name: str) -> None:
    url = call_of(an_alert(name=name), url="https://example.org/a/{name}/b?n={name}&c=1").url
    sent = httpx.URL(url).raw_path.decode()
    parts = urlsplit(sent)
    assert [unquote(part) for part in parts.path.split("/")] == ["", "a", clean(name), "b"]
    assert parse_qsl(parts.query, keep_blank_values=True) == [("n", clean(name)), ("c", "1")]
    assert httpx.URL(url).host == "example.org"


@given(anything, anything)
def test_every_body_is_read_back_as_it_was_meant(name: str, body: str) -> None:
    alert = an_alert(name=name, body=body)
    known = facts(alert)
    wanted = {"a": f"{known['name']}!", "b": known["body"]}
    pattern = {"a": "{name}!", "b": "{body}"}
    assert json.loads(call_of(alert, json=pattern).content) == wanted
    assert dict(parse_qsl(call_of(alert, form=pattern).content.decode(), keep_blank_values=True)) == wanted
    typed = call_of(
        alert, body='{"a":"{name}!","b":"{body}"}', headers={"Content-Type": "application/vnd.x+json"}
    )
    assert json.loads(typed.content) == wanted
    assert json.loads(call_of(alert).content)["body"] == known["body"]


@given(anything)
def test_a_header_is_one_line(name: str) -> None:
    value = call_of(an_alert(name=name), headers={"X-Name": "a{name}b"}).headers["X-Name"]
    assert "\n" not in value
    assert "\r" not in value
    assert "\0" not in value


def test_a_signature_can_be_checked_by_the_receiver() -> None:
    hook = WebhookHook(
        WebhookOptions(url="https://example.org", secret="s3cret-s3cret", json={"t": "{title}"}),
        lambda _: Links(),
        (),
        clock=lambda: 1772332200.9,
    )
    signed = hook._signed(hook._call(an_alert()))
    assert signed.headers["X-PulseTUI-Timestamp"] == "1772332200"
    mac = hmac.new(b"s3cret-s3cret", b"1772332200." + signed.content, hashlib.sha256).hexdigest()
    assert signed.headers["X-PulseTUI-Signature"] == f"sha256={mac}"
    assert datetime.fromtimestamp(1772332200, UTC) == START


async def test_what_is_signed_is_what_arrives() -> None:
    async with Receiver() as receiver:
        await hook_of(KIND, url=receiver.url, secret="s3cret-s3cret").send(hostile_alert())
        one = receiver.one
    timestamp = one.headers["x-pulsetui-timestamp"].encode()
    mac = hmac.new(b"s3cret-s3cret", timestamp + b"." + one.body, hashlib.sha256)
    assert one.headers["x-pulsetui-signature"] == f"sha256={mac.hexdigest()}"


@pytest.mark.parametrize(
    ("success", "status", "is_told"),
    [
        (None, 204, True),
        (None, 304, False),
        ([200, 204], 202, False),
        ([200, 409], 409, True),
        (302, 302, True),
    ],
)
async def test_success_is_by_status(success: object, status: int, is_told: bool) -> None:
    options = {} if success is None else {"success": success}
    async with Receiver(answer(status, "")) as receiver:
        hook = hook_of(KIND, url=receiver.url, **options)
        if is_told:
            await hook.send(an_alert())
        else:
            with pytest.raises(HookError, match=f"answered {status}"):
                await hook.send(an_alert())


async def test_no_secret_of_the_options_is_in_an_error() -> None:
    said = "token=T0K3N-in-url, Bearer T0K3N-in-header, T0K3N-in-json, T0K3N-signs"
    async with Receiver(answer(403, said)) as receiver:
        hook = hook_of(
            KIND,
            url=f"{receiver.url}/x?token=T0K3N-in-url",
            headers={"Authorization": "Bearer T0K3N-in-header"},
            json={"api": {"key": "T0K3N-in-json"}},
            secret="T0K3N-signs",
        )
        with pytest.raises(HookError, match="answered 403") as caught:
            await hook.send(an_alert())
    assert "T0K3N" not in str(caught.value)
    assert "T0K3N" not in repr(hook)


async def test_a_url_that_grows_too_long_is_given_up() -> None:
    async with Receiver() as receiver:
        hook = hook_of(KIND, url=f"{receiver.url}/?b={{body}}")
        with pytest.raises(HookError, match="longer than") as caught:
            await hook.send(an_alert(body="ü" * 490 + "\n" + "ü" * 490 + "\n" + "ü" * 490))
        assert caught.value.permanent


URL = "https://example.org/hook"


@pytest.mark.parametrize(
    ("options", "field", "says"),
    [
        ({}, "url", 'is missing; write url = "https://example.org/hook"'),
        ({"url": 5}, "url", "must be a URL in quotes"),
        ({"url": ""}, "url", "must not be empty"),
        ({"url": "example.org/hook"}, "url", "must begin with https:// or http://"),
        ({"url": "ftp://example.org"}, "url", "must begin with https:// or http://"),
        ({"url": "https:///x"}, "url", "names no host"),
        ({"url": "https://example.org:99999"}, "url", "look at its host and port"),
        ({"url": "https://[::1"}, "url", "look at its host and port"),
        ({"url": "https://example.org/a b"}, "url", "blank"),
        ({"url": "https://example.org/a\nb"}, "url", "blank"),
        ({"url": "https://" + "x" * 2000}, "url", "longer than 2000"),
        ({"url": "https://{slug}.example.org/"}, "url", "not in its host"),
        ({"url": "https://example.org/{slog}"}, "url", "did you mean {slug}?"),
        ({"url": URL, "method": "POTS"}, "method", "must be one of POST, PUT, PATCH, GET, DELETE"),
        ({"url": URL, "headers": ["A: b"]}, "headers", "must be a table"),
        ({"url": URL, "headers": {"A b": "c"}}, "headers", "cannot name a header"),
        ({"url": URL, "headers": {"A": 1}}, "headers", "A must be text; write it in quotes"),
        ({"url": URL, "headers": {"A": "b\r\nC: d"}}, "headers", "A has a line break"),
        ({"url": URL, "headers": {"A": "{nmae}"}}, "headers", "did you mean {name}?"),
        ({"url": URL, "headers": {"Content-Length": "3"}}, "headers", "take it out"),
        ({"url": URL, "json": "x"}, "json", "must be a table"),
        ({"url": URL, "json": {"a": ["{titel}"]}}, "json", "did you mean {title}?"),
        ({"url": URL, "json": {"a": float("nan")}}, "json", "which JSON does not have"),
        ({"url": URL, "json": {"a": START}}, "json", "write it in quotes"),
        ({"url": URL, "form": {"a": ["b"]}}, "form", "a must be text"),
        ({"url": URL, "body": 3}, "body", "must be text"),
        ({"url": URL, "body": "{titel}"}, "body", "{{titel}}"),
        ({"url": URL, "form": {}, "body": ""}, "body", "cannot stand beside form"),
        ({"url": URL, "secret": " x"}, "secret", "blank"),
        ({"url": URL, "success": "ok"}, "success", "[200, 204]"),
        ({"url": URL, "success": []}, "success", "at least one"),
        ({"url": URL, "success": [True]}, "success", "[200, 204]"),
        ({"url": URL, "timeout": 0}, "timeout", "longer than nothing"),
        ({"url": URL, "proxy": "socks5://x"}, "proxy", "must begin with https:// or http://"),
        ({"url": URL, "ca": "ca.pem"}, "ca", "whole path"),
        ({"url": URL, "verify": False}, "verify", "is not an option"),
    ],
)
def test_wrong_options_are_explained(options: Mapping[str, object], field: str, says: str) -> None:
    ((name, message),) = problems_of(KIND, options)
    assert name == field
    assert says in message


def test_nothing_of_a_wrong_secret_is_quoted() -> None:
    secret = "T0K3N-T0K3N-T0K3N"
    problems = problems_of(
        KIND,
        {
            "url": f"gopher://{secret}",
            "proxy": f"socks5://me:{secret}@x",
            "secret": f"{secret}\n",
            "headers": {"Authorization": f"Bearer {secret}\n"},
        },
    )
    assert len(problems) == 4
    assert secret not in str(problems)


async def test_an_event_of_each_kind_can_be_sent() -> None:
    async with Receiver() as receiver:
        hook = hook_of(KIND, url=receiver.url)
        for event in AlertEvent:
            await hook.send(Alert(event=event, at=START, title=str(event), body=""))
        assert [received.json["event"] for received in receiver.received] == list(AlertEvent)

"""The pages behind links: looking changes nothing, pressing does it once."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from msgspec.structs import replace

from pulsetui.client.alert import Alert, AlertEvent
from pulsetui.core.state.status import PingKind
from pulsetui.listener.http.message import Request, Response
from pulsetui.listener.links import MAX_A_MINUTE, LinkPages
from pulsetui.monitor.answering.links import LinkClaim, LinkState
from pulsetui.service import open_service

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
CONFIG = """
[listener]
public_url = "http://127.0.0.1:1"

[checks.one]
every = "1h"
name = "<One> & \\"two\\""
"""


class FakeDesk:
    """Knows the link ``good``."""

    def __init__(self) -> None:
        claim = LinkClaim(verb="acknowledge", key="u-1", until=NOON, number="1")
        self.state = LinkState(claim=claim, name="One")
        self.used: list[str] = []
        self.said: str | None = "One is acknowledged by <ann>"

    def look(self, token: str) -> LinkState | None:
        return self.state if token == "good" else None

    async def use(self, claim: LinkClaim, by: str) -> str | None:
        self.used.append(by)
        return self.said


class Pages:
    """The route, without sockets."""

    def __init__(self) -> None:
        self.desk = FakeDesk()
        self.seconds = 0.0
        self.pages = LinkPages(self.desk, lambda: self.seconds)  # type: ignore[arg-type]  # has its shape

    async def __call__(
        self, method: str = "GET", token: str = "good", body: bytes = b"", peer: str = "192.0.2.1"
    ) -> Response:
        answered: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        request = Request(method, f"/a/{token}".encode(), {}, body, len(body), peer, keep_alive=True)
        self.pages.route(request, answered.set_result, token.split("/"))
        return await answered


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_to_open_a_link_does_nothing_and_asks(method: str) -> None:
    pages = Pages()
    response = await pages(method)
    assert response.status == 200
    assert b'<form method="post">' in response.body
    assert b"<button>Acknowledge</button>" in response.body
    assert pages.desk.used == []


async def test_the_button_does_it_in_the_name_of_whoever_pressed() -> None:
    pages = Pages()
    response = await pages("POST", body=b"by=Ann+%3Cx%3E&other=1")
    assert pages.desk.used == ["Ann <x>"]
    assert response.status == 200
    assert b"One is acknowledged by &lt;ann&gt;" in response.body


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"&" * 50, b"by", b"by=" + b"x" * 90_000])
async def test_any_body_is_a_press(body: bytes) -> None:
    pages = Pages()
    assert (await pages("POST", body=body)).status == 200
    assert len(pages.desk.used[0]) <= 60


async def test_what_is_over_says_so_and_does_nothing() -> None:
    pages = Pages()
    good = pages.desk.state
    for state, says in (
        (replace(good, used_at=NOON), b"used already at 2026-03-01 12:00 UTC"),
        (replace(good, expired=True), b"good until 2026-03-01 12:00 UTC"),
        (replace(good, name=""), b"not watched any more"),
    ):
        pages.desk.state = state
        for method in ("GET", "POST"):
            response = await pages(method)
            assert response.status == 410
            assert says in response.body
    assert pages.desk.used == []


async def test_two_presses_at_once_are_one() -> None:
    pages = Pages()
    pages.desk.said = None
    assert (await pages("POST")).status == 410


@pytest.mark.parametrize(("method", "token", "status"), [
    ("GET", "bad", 404), ("POST", "bad", 404), ("GET", "good/more", 404), ("GET", "", 404),
    ("PUT", "good", 405),
])  # fmt: skip
async def test_what_is_no_link_does_nothing(method: str, token: str, status: int) -> None:
    pages = Pages()
    assert (await pages(method, token)).status == status
    assert pages.desk.used == []


async def test_who_tries_too_often_is_held_back_and_nobody_else() -> None:
    pages = Pages()
    answers = [(await pages(token="bad")).status for _ in range(MAX_A_MINUTE + 2)]
    assert answers[-3:] == [404, 429, 429]
    assert (await pages(peer="192.0.2.2")).status == 200
    pages.seconds += 60
    assert (await pages()).status == 200


async def test_a_page_has_no_scripts_and_its_style_is_the_one_it_allows() -> None:
    import base64
    import hashlib

    response = await Pages()()
    headers = dict(response.headers)
    style = re.search(rb"<style>(.*)</style>", response.body)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1]).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in headers["Content-Security-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert b"<script" not in response.body


@pytest.fixture
def link(tmp_path: Path) -> Iterator[str]:
    """To acknowledge the check ``one``, which is down, in a whole service."""
    path = tmp_path / "checks.toml"
    path.write_text(CONFIG)
    with open_service(path, tmp_path / "state", ("127.0.0.1", 0)) as service:
        url = service.engine_url
        assert httpx.post(f"{url}/ping/one/{PingKind.FAIL.value}").text == "OK"
        tracked = service.engine.checks.find("one")
        assert tracked is not None
        from pulsetui.monitor.answering.answers import AlertAnswers
        from pulsetui.monitor.answering.links import LinkDesk

        told = Alert(event=AlertEvent.DOWN, at=NOON, title="", body="", slug="one", key=f"{tracked.uuid}-1")
        desk = LinkDesk(service.engine, AlertAnswers(service.engine))
        yield desk.url("acknowledge", told).replace("http://127.0.0.1:1", url)


def test_a_link_through_the_real_listener(link: str) -> None:
    asked = httpx.get(link)
    assert asked.status_code == 200
    assert "&lt;One&gt; &amp; &quot;two&quot;" in asked.text
    done = httpx.post(link, data={"by": "Ann"})
    assert "is acknowledged by Ann via link" in done.text
    assert "used already at" in httpx.get(link).text
    assert httpx.post(link).status_code == 410
    assert httpx.get(link[:-1]).status_code == 404

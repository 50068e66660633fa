"""One value out of JSON, from real servers that answer as they like."""

from __future__ import annotations

import gzip

import pytest

from pulsetui.core.proof.value_sources import JsonField
from pulsetui.monitor.proof import web
from pulsetui.monitor.proof.looks import UnseenError
from pulsetui.monitor.proof.web import look_at_json
from tests.job.server import NOT_FOUND, OK, SILENCE, serving


def answer(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def look(body: bytes, *path: str | int, timeout_s: float = 5.0) -> object:
    with serving(body) as server:
        return look_at_json(JsonField("it", f"{server.url}/s?x=1", path), timeout_s).value


def test_a_field_is_fetched_with_one_plain_request() -> None:
    with serving(answer(b'{"files": [{"size": 312}]}')) as server:
        assert look_at_json(JsonField("it", f"{server.url}/s?x=1", ("files", 0, "size"))).value == 312
        assert server.request_line == "GET /s?x=1 HTTP/1.1"
        assert b"accept-encoding: identity" in server.requests[0].lower()


@pytest.mark.parametrize(("written", "value"), [(b"null", None), (b'"soon"', "soon"), (b"[]", [])])
def test_null_and_the_whole_document_are_values(written: bytes, value: object) -> None:
    assert look(answer(b'{"a": %b}' % written), "a") == value
    assert look(answer(written)) == value


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (NOT_FOUND, "the answer has status 404"),
        (OK, "the answer is not valid JSON"),
        (answer(b'{"b": 1}'), "the answer has no such field"),
        (answer(b"[" * 100_000), "the answer is not valid JSON"),
        (answer(b'"' + b"x" * 200 + b'"'), "the answer is longer than 100 bytes"),
        (answer(gzip.compress(b"{}"), "Content-Encoding: gzip"), "the answer is packed"),
        (answer(b"", "Location: http://127.0.0.1:1/", status="302 Found"), "redirects are not followed"),
        (b"\x00\x01\x02 what\r\n\r\n", "no answer: "),
    ],
)
def test_what_is_no_answer_proves_nothing(body: bytes, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "MAX_BYTES", 200_000 if b"[[" in body else 100)
    with pytest.raises(UnseenError, match=said):
        look(body, "a")


def test_a_server_that_says_nothing_or_is_not_there_is_left() -> None:
    with pytest.raises(UnseenError, match=r"no answer within 0\.1 s"):
        look(SILENCE, "a", timeout_s=0.1)
    with serving(OK) as server:
        url = server.url
    with pytest.raises(UnseenError, match="no answer: "):
        look_at_json(JsonField("it", url, ()))

"""What all hooks that speak HTTP have in common, against real servers that behave and misbehave."""

from __future__ import annotations

import asyncio
import logging
import shutil
import ssl
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.errors import HookError
from pulsetui.hooks.http import MAX_ANSWER, Http, HttpAnswer, HttpCall, HttpOptions, form_call, json_call
from pulsetui.hooks.http_errors import MAX_RETRY_AFTER_S, excerpt, retry_after_s
from tests.hooks.receivers import CLOSE, FLOOD, STALL, Receiver, answer

KEY = "T0K3N-a-very-secret-one"
HTTP = Http(HttpOptions(), secrets=[KEY])


async def refused(url: str, http: Http = HTTP) -> HookError:
    with pytest.raises(HookError) as caught:
        await http.send(json_call(f"{url}/services/{KEY}?token={KEY}", {"a": 1}))
    assert KEY not in str(caught.value)
    assert KEY not in repr(caught.value.__cause__)
    return caught.value


def certificate(folder: Path) -> ssl.SSLContext:
    """A server's, signed by nobody, for 127.0.0.1."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    key, cert = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=127.0.0.1",
         "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context


async def test_a_request_arrives_as_it_was_meant() -> None:
    async with Receiver(answer(201, '{"id": 7}')) as receiver:
        got = await HTTP.send(
            json_call(f"{receiver.url}/x?y=1", {"text": "ü\n😀"}, headers={"X-Key": "ключ"})
        )
        assert (got.status, got.json()) == (201, {"id": 7})
        one = receiver.one
        assert (one.method, one.target, one.json) == ("POST", "/x?y=1", {"text": "ü\n😀"})
        assert one.headers["content-type"] == "application/json"
        assert one.headers["x-key"] == "ключ"
        assert one.headers["user-agent"].startswith("PulseTUI/")
        await HTTP.send(form_call(receiver.url, {"a&b": "=1\r\n"}))
        assert receiver.received[1].form == {"a&b": "=1\r\n"}


async def test_nothing_stays_open_after_a_request() -> None:
    async with Receiver() as receiver:
        await HTTP.send(HttpCall(url=receiver.url, method="GET"))
        await receiver.hung_up.wait()
        assert receiver.one.headers["connection"] == "close"
        await HTTP.send(HttpCall(url=receiver.url, method="GET"))
        assert receiver.connections == 2


async def test_no_cookie_of_one_answer_goes_out_with_another_request() -> None:
    async with Receiver(answer(200, "", Set_Cookie="who=me")) as receiver:
        for _ in range(2):
            await HTTP.send(HttpCall(url=receiver.url, method="GET"))
        assert not any("cookie" in received.headers for received in receiver.received)


@pytest.mark.parametrize(
    ("status", "body", "says", "permanent"),
    [
        (500, "", "500 Internal Server Error", False),
        (502, "<html><title>No\n backend</title>x</html>", "502 Bad Gateway: No backend", False),
        (404, "no_service", "404 Not Found: no_service", False),
        (403, '{"error": {"message": "invalid_token"}}', "403 Forbidden: invalid_token", False),
        (400, '{"errors": ["user is wrong", "token, too"]}', "Request: user is wrong, token, too", False),
        (422, '{"description": "text is too long"}', ": text is too long", True),  # 3.13 has another name
        (413, "", "413", True),
        (299, "", "", None),
        (599, "\x1b[31mred\x1b[0m\0\n\nlines", "599: red lines", False),
    ],
)  # fmt: skip
async def test_a_refusal_says_what_was_answered(
    status: int, body: str, says: str, permanent: bool | None
) -> None:
    async with Receiver(answer(status, body)) as receiver:
        if permanent is None:
            assert (await HTTP.send(HttpCall(url=receiver.url))).status == status
            return
        error = await refused(receiver.url)
        assert str(error).startswith(f"{receiver.place} answered {status}")
        assert says in str(error)
        assert error.permanent is permanent


async def test_a_secret_that_the_other_side_repeats_is_masked() -> None:
    said = f"no such path: /services/{KEY}?token={KEY} ({KEY})"
    async with Receiver(answer(404, said)) as receiver:
        assert str(await refused(receiver.url)).endswith(": no such path: …?… (…)")


async def test_a_redirect_is_not_followed_and_says_where_it_points() -> None:
    async with (
        Receiver() as elsewhere,
        Receiver(answer(307, "", Location=f"{elsewhere.url}/{KEY}")) as receiver,
    ):
        error = await refused(receiver.url)
        assert f"a redirect to {elsewhere.url}. It is not followed" in str(error)
        assert not error.permanent
        assert elsewhere.connections == 0


@pytest.mark.parametrize("target", ["", "/login", "http://[", "//evil:99999/", "\xff"])
async def test_a_redirect_to_nowhere_is_told_as_well(target: str) -> None:
    async with Receiver(answer(302, "", Location=target)) as receiver:
        assert "302 Found, a redirect to" in str(await refused(receiver.url))


async def test_no_answer_ends_in_time() -> None:
    async with Receiver(STALL) as receiver:
        error = await refused(receiver.url, Http(HttpOptions(timeout_s=0.2)))
        assert str(error) == f"{receiver.place} did not answer within 0.2 s"
        await receiver.hung_up.wait()


async def test_an_answer_without_end_is_read_to_a_bound() -> None:
    async with Receiver(FLOOD) as receiver:
        got = await HTTP.send(HttpCall(url=receiver.url))
        assert len(got.body) == MAX_ANSWER
        await receiver.hung_up.wait()
        assert receiver.flooded < 100 * MAX_ANSWER


@pytest.mark.parametrize(
    ("said", "says"),
    [
        (CLOSE, "gave no valid answer: Server disconnected"),
        (b"220 smtp.example.org ESMTP\r\n", "gave no valid answer: "),
        (b"\x15\x03\x01\x00\x02\x02\x0a", "gave no valid answer: "),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort", "gave no valid answer: "),
        (b"HTTP/1.1 200 OK\r\nContent-Length: minus\r\n\r\n", "gave no valid answer: "),
    ],
)
async def test_what_is_no_answer_is_told(said: bytes, says: str) -> None:
    async with Receiver(said) as receiver:
        if said.startswith(b"HTTP/1.1"):
            receiver._answers = [said.replace(b"HTTP/1.1", b"HTTP/1.0")]  # then it hangs up
        error = await refused(receiver.url)
        assert f"{receiver.place} {says}" in str(error)
        assert not error.permanent


async def test_a_closed_port_and_an_unknown_host_are_told() -> None:
    async with Receiver() as receiver:
        url, place = receiver.url, receiver.place
    assert str(await refused(url)) == f"{place} refuses connections"
    assert "there is no host by that name: host.invalid" in str(await refused("http://host.invalid"))


async def test_a_certificate_is_verified(tmp_path: Path) -> None:
    async with Receiver(tls=certificate(tmp_path)) as receiver:
        error = await refused(receiver.url)
        assert f"the certificate of {receiver.place} is not valid: self-signed certificate" in str(error)
        assert not error.permanent
        assert receiver.received == []
        trusting = Http(HttpOptions(ca=str(tmp_path / "cert.pem")))
        assert (await trusting.send(json_call(receiver.url, {}))).status == 200
        error = await refused(receiver.url.replace("127.0.0.1", "localhost"), trusting)
        assert "is not valid" in str(error)


async def test_a_server_without_tls_is_told() -> None:
    async def speak_plainly(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.0 400 What\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(speak_plainly, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert "does not speak TLS as it should" in str(await refused(f"https://127.0.0.1:{port}"))


async def test_a_ca_file_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("")
    for name, says in (("gone.pem", "No such file"), ("empty.pem", "no certificate in PEM")):
        http = Http(HttpOptions(ca=str(tmp_path / name)))
        assert (
            f"the ca file cannot be used: {says}" in str(await refused("https://127.0.0.1:1", http)) or says
        )


async def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async with Receiver() as proxy, Receiver() as receiver:
        url = receiver.url
        for name in ("http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        await HTTP.send(HttpCall(url=receiver.url))
        assert (proxy.connections, len(receiver.received)) == (0, 1)
    said = str(await refused(url))
    assert "; HTTPS_PROXY is set, but a hook goes through a proxy only if" in said


async def test_the_proxy_of_the_options_is_used() -> None:
    async with Receiver(answer(200, "by proxy")) as proxy:
        url = f"http://me:{KEY}@{proxy.place}"
        got = await Http(HttpOptions(proxy=url)).send(HttpCall(url="http://example.invalid/a"))
        assert got.body == b"by proxy"
        assert proxy.one.target == "http://example.invalid/a"
    error = await refused("http://example.invalid", Http(HttpOptions(proxy=url)))
    assert "refuses connections" in str(error)


async def test_a_header_that_cannot_be_sent_is_not_quoted() -> None:
    async with Receiver() as receiver:
        with pytest.raises(HookError, match="a header is not valid") as caught:
            await HTTP.send(HttpCall(url=receiver.url, headers={"Authorization": f"{KEY}\r\nX: y"}))
        assert KEY not in str(caught.value)


async def test_nothing_of_a_request_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with Receiver() as receiver:
        await HTTP.send(json_call(f"{receiver.url}/{KEY}", {"key": KEY}, headers={"Authorization": KEY}))
    assert KEY not in caplog.text


@given(
    st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=16, max_size=40),
    st.sampled_from(
        ["{0}", "{1}", '{{"error": "no {1} here"}}', "<h1>{0}</h1>", "a {1}?{0} b", "x" * 140 + "{1}"]
    ),
)
def test_whatever_the_secret_and_wherever_it_is_repeated_it_is_not_told(secret: str, said: str) -> None:
    in_url = quote(secret, safe="")
    body = said.format(in_url, secret.replace("\\", "").replace('"', "")).encode()
    bare = secret.replace("\\", "").replace('"', "")

    class Repeating(Http):
        """Its other side repeats the secret."""

        async def _ask(self, call: HttpCall, authorities: ssl.SSLContext, timeout_s: float) -> HttpAnswer:
            return HttpAnswer(status=404, headers={}, body=body)

    http = Repeating(HttpOptions(), secrets=[secret, bare])
    with pytest.raises(HookError) as caught:
        asyncio.run(http.send(HttpCall(url=f"https://example.org/a/{in_url}?k={in_url}")))
    for form in (secret, bare, in_url):
        assert len(form) < 14 or form[:14] not in str(caught.value)


NOW = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "30"}, 30),
        ({"retry-after": " 0.75 "}, 0.75),
        ({"retry-after": "999999999"}, MAX_RETRY_AFTER_S),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "9" * 5000}, None),
        ({"retry-after": "Sun, 01 Mar 2026 02:01:30 GMT"}, 90),
        ({"retry-after": "Sunday, 01-Mar-26 02:01:30 GMT"}, 90),
        ({"retry-after": "Sun, 01 Mar 2026 01:00:00 GMT"}, 0),
        ({"retry-after": "Sun, 01 Mar 2026 05:01:30 GMT", "date": "Sun, 01 Mar 2026 05:00:00 GMT"}, 90),
        ({"retry-after": "Sun, 01 Mar 9999 05:01:30 GMT"}, MAX_RETRY_AFTER_S),
        ({"retry-after": "Sun, 99 Mar 2026 05:01:30 GMT"}, None),
    ],
)
def test_for_how_long_to_leave_it_alone(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_s(headers, NOW) == seconds


@pytest.mark.parametrize("status", [429, 503])
async def test_retry_after_is_handed_on(status: int) -> None:
    async with Receiver(answer(status, "slow down", Retry_After="17")) as receiver:
        error = await refused(receiver.url)
        assert (error.retry_after_s, error.permanent) == (17, False)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", ""),
        (b"{}", "{}"),
        (b'{"ok": false, "description": "chat not found"}', "chat not found"),
        (b'{"error": "", "detail": ["a", 3]}', "a"),
        (b'{"error": {"error": {"message": "deep"}}}', "deep"),
        (b"[" * 60_000, "[" * 159 + "…"),
        (b"<p>a<b>b</b> &lt;c&gt;", "a b <c>"),
        ("<h1>Nicht gefunden: Ü</h1><p>x".encode(), "Nicht gefunden: Ü"),
        (b"\xff\xfe", ""),
        (b"\x80abc", "\ufffdabc"),
        (b"x" * 60_000, "x" * 159 + "…"),
    ],
)
def test_what_an_error_quotes_of_an_answer(body: bytes, said: str) -> None:
    assert excerpt(body) == said


def test_an_answer_that_is_no_json_is_none() -> None:
    assert HttpAnswer(status=200, headers={}, body=b"[" * 60_000).json() is None


def test_the_base_costs_nothing_until_something_is_sent() -> None:
    script = (
        "import sys; from pulsetui.hooks.http import Http, HttpOptions; Http(HttpOptions())\n"
        "print(sorted({'httpx', 'httpcore', 'anyio', 'email.utils'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

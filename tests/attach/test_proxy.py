"""Proxies of the environment: this host is always reached directly, and one in the way names its variable."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pulsetui.attach.proxy import Proxy, is_this_host, proxy_for
from pulsetui.attach.remote import RemoteEngine
from pulsetui.cli.main import main
from pulsetui.errors import EngineUnreachableError
from tests.listener.fakes import API_KEY
from tests.listener.served import Served

Captured = pytest.CaptureFixture[str]
Patch = pytest.MonkeyPatch

ELSEWHERE = "http://server.invalid:8787"


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: Patch) -> None:
    for scheme in ("http", "https", "all", "no"):
        monkeypatch.delenv(f"{scheme}_proxy", raising=False)
        monkeypatch.delenv(f"{scheme}_proxy".upper(), raising=False)


@pytest.mark.parametrize(
    "value",
    [
        "socks5://127.0.0.1:9",
        "socks5h://user:hunter2@127.0.0.1:9",
        "http://127.0.0.1:9",
        "127.0.0.1:9",
        "http://user:hunter2@127.0.0.1:9",
        "https://127.0.0.1:9",
        "ftp://127.0.0.1:9",
        "http://[::1",
        "http://127.0.0.1:none",
        "http://",
        "://",
        "\x1b[31m",
        "  ",
    ],
)
@pytest.mark.parametrize("variable", ["ALL_PROXY", "http_proxy"])
@pytest.mark.parametrize("command", ["status", "list"])
def test_a_proxy_that_leads_nowhere_is_an_unreachable_engine_and_names_its_variable(
    variable: str, value: str, command: str, monkeypatch: Patch, tmp_path: Path, capsys: Captured
) -> None:
    monkeypatch.setenv("PULSETUI_STATE_DIR", str(tmp_path))
    monkeypatch.setenv(variable, value)

    assert main([command, "--attach", ELSEWHERE]) == 3
    said = capsys.readouterr()
    assert variable in said.err + said.out
    assert "NO_PROXY=server.invalid" in said.err + said.out
    assert "bug" not in said.err
    assert "hunter2" not in said.err + said.out
    assert "\x1b" not in said.err + said.out


@pytest.mark.parametrize("variable", ["ALL_PROXY", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"])
@pytest.mark.parametrize("value", ["socks5://127.0.0.1:9", "http://127.0.0.1:9", "ftp://x", "http://[::1"])
def test_this_host_is_reached_whatever_proxies_there_are(
    variable: str, value: str, served: Served, monkeypatch: Patch
) -> None:
    monkeypatch.setenv(variable, value)

    for host in ("127.0.0.1", "localhost"):
        engine = RemoteEngine.connect(served.url.replace("127.0.0.1", host), API_KEY, live=False)
        assert engine.checks()
        engine.close()


def test_no_proxy_leads_past_a_proxy_that_cannot_be_used(monkeypatch: Patch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "example.org, .invalid")
    with pytest.raises(EngineUnreachableError) as caught:
        RemoteEngine.connect(ELSEWHERE, "", live=False)
    assert "ALL_PROXY" not in str(caught.value)


@pytest.mark.parametrize(
    ("no_proxy", "url", "direct"),
    [
        ("*", ELSEWHERE, True),
        ("server.invalid", ELSEWHERE, True),
        ("server.invalid:8787", ELSEWHERE, True),
        ("server.invalid:80", ELSEWHERE, False),
        ("invalid", ELSEWHERE, True),
        ("erver.invalid", ELSEWHERE, False),
        ("10.1.2.3", "http://10.1.2.3:8787", True),
        ("192.168.0.0/16, 10.0.0.0/8", "http://10.1.2.3:8787", True),
        ("10.0.0.0/8", "http://11.1.2.3:8787", False),
        ("fd00::/8", "http://[fd00::1]:8787", True),
        ("10.0.0.0/99,/,", "http://10.1.2.3:8787", False),
        ("", ELSEWHERE, False),
    ],
)
def test_no_proxy_is_read_as_other_programs_read_it(
    no_proxy: str, url: str, direct: bool, monkeypatch: Patch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy:1")
    monkeypatch.setenv("NO_PROXY", no_proxy)
    assert (proxy_for(url) is None) is direct


@pytest.mark.parametrize(
    ("host", "own"),
    [
        *((name, True) for name in ("localhost", "LOCALHOST", "localhost.", "a.localhost", "ip6-localhost")),
        *(
            (address, True)
            for address in ("127.0.0.1", "127.8.9.1", "127.1", "2130706433", "0x7f.1", "0.0.0.0")
        ),
        *((address, True) for address in ("::1", "::", "::ffff:127.0.0.1", "0")),
        *((name, False) for name in ("example.org", "localhost.example.org", "notlocalhost", "", "ü")),
        *((address, False) for address in ("10.0.0.1", "128.0.0.1", "fe80::1%eth0", "::ffff:10.0.0.1", "1")),
    ],
)
def test_loopback_is_known_in_every_spelling(host: str, own: bool) -> None:
    assert is_this_host(host) is own


def test_the_variable_that_counts_is_the_one_that_is_named(monkeypatch: Patch) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://all:1")
    assert proxy_for(ELSEWHERE) == Proxy("ALL_PROXY", "http://all:1")
    monkeypatch.setenv("HTTP_PROXY", "http:1")
    assert proxy_for(ELSEWHERE) == Proxy("HTTP_PROXY", "http://http:1")
    monkeypatch.setenv("http_proxy", "u:p@lower:1")
    found = proxy_for(ELSEWHERE)
    assert found is not None
    assert (found.variable, found.shown) == ("http_proxy", "http://lower:1")
    assert proxy_for("https://server.invalid") == Proxy("ALL_PROXY", "http://all:1")


def test_a_proxy_that_answers_itself_is_not_taken_for_an_engine(monkeypatch: Patch) -> None:
    for status, body in ((502, b"<html>"), (407, b""), (200, b"<html>Please sign in")):
        with answering(status, body) as url:
            monkeypatch.setenv("HTTP_PROXY", url)
            with pytest.raises(EngineUnreachableError, match="HTTP_PROXY"):
                RemoteEngine.connect(ELSEWHERE, "", live=False)


def test_certificates_that_are_not_there_are_named(monkeypatch: Patch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere")
    with pytest.raises(EngineUnreachableError, match="SSL_CERT_FILE"):
        RemoteEngine.connect("https://server.invalid", "", live=False)


@contextmanager
def answering(status: int, body: bytes) -> Iterator[str]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()

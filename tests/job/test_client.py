"""What a report looks like on the wire, and what becomes of it."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.errors import UsageError
from pulsetui.job.client import send, send_or_keep
from pulsetui.job.report import LOST, MAX_SENT, REFUSED, SENT, SPOOLED, UNKNOWN, UNREACHABLE, PingReport
from pulsetui.job.wire import parse_address, quote
from tests.job.server import BUSY, NOT_FOUND, OK, SILENCE, free_port, serving

RID = "1c6b4b1e-7f1d-4c58-9d2c-3f6a8f1f0a11"


@pytest.mark.parametrize(
    ("report", "target"),
    [
        (PingReport(slug="a"), "GET /ping/a HTTP/1.1"),
        (PingReport(slug="a", kind="start"), "GET /ping/a/start HTTP/1.1"),
        (PingReport(slug="a", kind="fail", rid=RID), f"GET /ping/a/fail?rid={RID} HTTP/1.1"),
        (PingReport(slug="a", kind="log"), "GET /ping/a/log HTTP/1.1"),
        (PingReport(slug="a", kind="skip"), "GET /ping/a/skip HTTP/1.1"),
        (PingReport(slug="a", kind="skip", exit_status=75), "GET /ping/a/skip?exit_code=75 HTTP/1.1"),
        (PingReport(slug="a", exit_status=0), "GET /ping/a/0 HTTP/1.1"),
        (PingReport(slug="a", exit_status=143), "GET /ping/a/143 HTTP/1.1"),
        (PingReport(slug="a", exit_status=-9), "GET /ping/a?exit_code=-9 HTTP/1.1"),
        (PingReport(slug="a", exit_status=-9, rid=RID), f"GET /ping/a?exit_code=-9&rid={RID} HTTP/1.1"),
        (PingReport(slug="a", unread=[("free", "12,5 GB")]), "GET /ping/a?metric=free:12%2C5%20GB HTTP/1.1"),
        (
            PingReport(slug="a", metrics=[("records", 42.0), ("rate", 0.1)]),
            "GET /ping/a?metric=records:42&metric=rate:0.10000000000000001 HTTP/1.1",
        ),
        (PingReport(slug="a", body=b"x"), "POST /ping/a HTTP/1.1"),
    ],
)
def test_each_kind_of_report_has_its_request_line(report: PingReport, target: str) -> None:
    with serving(OK) as server:
        assert send(report, parse_address(server.url)).state == SENT
        assert server.request_line == target


def test_the_body_travels_as_bytes_and_is_bounded() -> None:
    with serving(OK) as server:
        send(PingReport(slug="a", body=b"\x00\xff\r\n\r\n" + b"x" * 3_000_000), parse_address(server.url))

        assert server.body == b"\x00\xff\r\n\r\n" + b"x" * (MAX_SENT - 6)


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (b"HTTP/1.1 201 Created\r\n\r\nCreated", SENT),
        (b"HTTP/1.0 200 OK\r\n\r\nOK", SENT),
        (b"HTTP/1.1 204 No Content\r\n\r\n", SENT),
        (NOT_FOUND, UNKNOWN),
        (b"HTTP/1.1 400 Bad Request\r\nContent-Length: 3\r\n\r\nbad", REFUSED),
        (b"HTTP/1.1 301 Moved\r\nLocation: https://other/\r\n\r\n", REFUSED),
        (BUSY, UNREACHABLE),
        (b"HTTP/1.1 502 Bad Gateway\r\n\r\n", UNREACHABLE),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", UNREACHABLE),
        (b"HTTP/1.1 \xff\xff\xff\r\n\r\n", UNREACHABLE),
        (b"x", UNREACHABLE),
    ],
)
def test_every_answer_is_understood(answer: bytes, state: str) -> None:
    with serving(answer) as server:
        assert send(PingReport(slug="a"), parse_address(server.url), patience=0.5).state == state


def test_a_server_that_answers_for_ever_is_not_listened_to_for_ever() -> None:
    with serving(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 500_000) as server:
        assert send(PingReport(slug="a"), parse_address(server.url)).state == SENT


def test_a_report_has_one_id_however_often_it_is_sent_and_when_it_is_kept(tmp_path: Path) -> None:
    report, other = PingReport(slug="a"), PingReport(slug="a")
    with serving(BUSY) as server:
        send_or_keep(report, parse_address(server.url), str(tmp_path), patience=0.5)

    line = f"\r\nPulsetui-Report: {report.id}\r\n".encode()
    assert len(server.requests) > 1
    assert all(line in request for request in server.requests)
    (path,) = (tmp_path / "spool").glob("*.json")
    assert json.loads(path.read_bytes())["id"] == report.id != other.id


def test_a_busy_engine_is_asked_again() -> None:
    with serving(BUSY, BUSY, OK) as server:
        assert send(PingReport(slug="a"), parse_address(server.url)).state == SENT
        assert len(server.requests) == 3


@pytest.mark.parametrize("answer", [SILENCE, BUSY], ids=["silent", "busy"])
def test_no_server_costs_the_job_more_than_its_patience(answer: bytes) -> None:
    with serving(answer) as server:
        started = time.monotonic()
        outcome = send(PingReport(slug="a"), parse_address(server.url), patience=0.4)

        assert outcome.state == UNREACHABLE
        assert time.monotonic() - started < 1.0


def test_a_dripping_answer_does_not_stretch_the_deadline() -> None:
    with serving(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nOK") as server:
        # The connection closes early: what came is enough to know that it was taken.
        assert send(PingReport(slug="a"), parse_address(server.url), patience=1).state == SENT


def test_a_report_that_reaches_nobody_is_kept(tmp_path: Path) -> None:
    address = parse_address(f"http://127.0.0.1:{free_port()}")

    outcome = send_or_keep(PingReport(slug="a"), address, str(tmp_path), patience=0.2)

    assert outcome.state == SPOOLED
    assert len(list((tmp_path / "spool").iterdir())) == 1
    assert "refused" in outcome.message.lower()


def test_a_report_that_cannot_be_kept_either_is_said_to_be_lost(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    address = parse_address(f"http://127.0.0.1:{free_port()}")

    outcome = send_or_keep(PingReport(slug="a"), address, str(blocked), patience=0.2)

    assert outcome.state == LOST


def test_an_unknown_check_is_not_spooled(tmp_path: Path) -> None:
    with serving(NOT_FOUND) as server:
        assert send_or_keep(PingReport(slug="a"), parse_address(server.url), str(tmp_path)).state == UNKNOWN
    assert not (tmp_path / "spool").exists()


@pytest.mark.parametrize(
    ("url", "host", "port", "prefix"),
    [
        ("http://127.0.0.1:8787", "127.0.0.1", 8787, "/ping"),
        ("http://127.0.0.1:8787/", "127.0.0.1", 8787, "/ping"),
        ("HTTP://host", "host", 80, "/ping"),
        ("https://host", "host", 443, "/ping"),
        ("http://[::1]:8787", "::1", 8787, "/ping"),
        ("http://[::1]", "::1", 80, "/ping"),
        ("http://h/ping/", "h", 80, "/ping"),
        ("https://h/ping/KEY", "h", 443, "/ping/KEY"),
        ("https://h/pulse", "h", 443, "/pulse/ping"),
        ("https://h/pulse/ping/KEY/", "h", 443, "/pulse/ping/KEY"),
    ],
)
def test_an_address_may_be_the_engine_or_its_ping_place(url: str, host: str, port: int, prefix: str) -> None:
    address = parse_address(url)

    assert (address.host, address.port, address.prefix) == (host, port, prefix)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "127.0.0.1:8787",
        "ftp://h",
        "http://",
        "http://:80",
        "http://h:0",
        "http://h:65536",
        "http://h:8x",
        "http://[::1",
        "http://[::1]x",
        "http://h/\r\nX: y",
        "http://h y/",
        "http://kim:secret@h/",
        "http://h/ping?create=1",
        "http://bücher.example/",
        "http://h:٣",
    ],
)
def test_what_is_no_address_is_refused_with_the_way_to_write_it(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_address(url)

    assert "\r" not in str(caught.value)


@given(st.text())
def test_no_address_crashes_the_parser(url: str) -> None:
    try:
        address = parse_address("http://" + url)
    except UsageError:
        return
    assert 0 < address.port < 65536
    assert address.prefix.startswith("/")


@given(st.text())
def test_quoted_text_reads_back_and_holds_nothing_that_means_something(text: str) -> None:
    from urllib.parse import unquote

    quoted = quote(text)

    assert not set(quoted) & set("&=?#/ \r\n")
    assert unquote(quoted) == text.encode("utf-8", "replace").decode()

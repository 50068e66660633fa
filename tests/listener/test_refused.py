"""A ping that is refused: its sender and the person learn which, and what was probably meant."""

from __future__ import annotations

import pytest

from pulsetui.core.state.status import PingKind
from pulsetui.monitor.sink import Receipt
from tests.listener.fakes import CODE, PING_KEY
from tests.listener.served import Served

UNKNOWN = "99999999-2222-4333-8444-555555555555"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/ping/sync-invoces", b"not found: did you mean sync-invoices?\n"),
        ("/ping/sync_invoices/start", b"not found: did you mean sync-invoices?\n"),
        ("/ping/Backup", b"not found: did you mean backup?\n"),
        (f"/ping/{PING_KEY}/sync-invoces", b"not found: did you mean sync-invoices?\n"),
        ("/ping/zebra", b"not found"),
        (f"/ping/{UNKNOWN}", b"not found"),
    ],
)
def test_the_404_names_the_nearest_slug(served: Served, path: str, body: bytes) -> None:
    reply = served.curl(path)

    assert (reply.status, reply.body) == (404, body)


def test_where_others_reach_the_listener_no_slug_is_given_away_without_the_key(reachable: Served) -> None:
    for path in ("/ping/bakup", "/ping/wrong/bakup", "/bakup"):
        assert reachable.curl(path).body == b"not found"
    assert reachable.curl(f"/ping/{PING_KEY}/bakup").body == b"not found: did you mean backup?\n"


@pytest.mark.parametrize(
    ("path", "name", "why"),
    [
        ("/ping/sync-invoces", "sync-invoces", "unknown check"),
        ("/ping/sync-invoces/fail?rid=x", "sync-invoces", "unknown check"),
        (f"/ping/{UNKNOWN}/start", UNKNOWN, "unknown check"),
        ("/ping/Sync%20invoices", "Sync invoices", "unknown check"),
        ("/ping/backup/strat", "backup/strat", "unknown action"),
        ("/ping/backup/START", "backup/START", "bad url"),
        (f"/ping/{PING_KEY}/backup/strat", "backup/strat", "unknown path"),
        ("/ping/wrong-key/backup", "backup", "wrong key"),
        ("/ping/wrong-key/backup/start", "backup", "wrong key"),
        ("/ping/backup?rid=7", "backup", "bad rid"),
        ("/ping/backup/300", "backup", "bad url"),
        ("/ping/--help?create=1", "--help", "bad url"),
        ("/ping/_new?create=1", "_new", "bad url"),
    ],
)
def test_what_was_asked_for_is_remembered_with_its_sender(
    served: Served, path: str, name: str, why: str
) -> None:
    assert served.curl(path, "-A", "cron on web1", "-H", "X-Forwarded-For: 192.0.2.9").status in (400, 404)

    (refused,) = served.intake.refused
    assert (refused.name, refused.why) == (name, why)
    assert (refused.remote_addr, refused.ua) == ("192.0.2.9", "cron on web1")
    assert served.intake.rejected == {why: 1}


def test_a_mistyped_key_is_shown_to_nobody(reachable: Served) -> None:
    for path in ("/ping/pingkey0123/backup", "/ping/pingkey0123/BACKUP", "/pingkey0123/backup"):
        reachable.curl(path)

    assert not any("pingkey" in refused.name for refused in reachable.intake.refused)


@pytest.mark.parametrize(
    ("receipt", "status", "body"),
    [
        (Receipt.FULL, 404, b"not found: create=1 makes no more checks here (create_limit in [listener])\n"),
        (Receipt.TOO_FAST, 429, b"too many new checks at once, try again\n"),
        (Receipt.BUSY, 503, b"busy, try again"),
    ],
)
def test_the_sender_learns_why_no_check_was_made(
    served: Served, receipt: Receipt, status: int, body: bytes
) -> None:
    served.intake.answer = receipt

    reply = served.curl("/ping/new?create=1")

    assert (reply.status, reply.body) == (status, body)


@pytest.mark.parametrize(
    ("path", "status", "body"),
    [
        (f"/ping/{PING_KEY}/new?create=0&create=1", 201, b"Created"),
        (f"/ping/{PING_KEY}/new?create=1&create=0", 404, b"not found"),
        (f"/ping/{CODE}?rid=x&rid={UNKNOWN}", 200, b"OK"),
        (f"/ping/{CODE}?rid={UNKNOWN}&rid=x", 400, b"invalid uuid format"),
        (f"/ping/{CODE}/START", 400, b"invalid url format"),
        (f"/ping/{CODE}/Fail/", 400, b"invalid url format"),
        (f"/{CODE}/START", 400, b"invalid url format"),
        (f"/ping/{UNKNOWN}/START", 400, b"invalid url format"),
        ("/ping/nokey/UPPER", 400, b"invalid url format"),
        (f"/ping/{PING_KEY}/UPPER", 400, b"invalid url format"),
        (f"/ping/{PING_KEY}/new/256?create=1", 400, b"invalid url format"),
        (f"/ping/{PING_KEY}/new/256", 404, b"not found"),
    ],
)
def test_small_differences_are_healthchecks_own(
    reachable: Served, path: str, status: int, body: bytes
) -> None:
    reply = reachable.curl(path)

    assert (reply.status, reply.body) == (status, body)


@pytest.mark.parametrize(
    ("header", "address"),
    [("::ffff:1.2.3.4", "::ffff:1.2.3.4"), ("1.2.3.4:99", "1.2.3.4"), ("2001:DB8::1", "2001:db8::1"),
     ("[2001:db8::1]", "2001:db8::1")],
)  # fmt: skip
def test_a_forwarded_address_is_kept_as_people_write_it(served: Served, header: str, address: str) -> None:
    served.curl("/ping/backup", "-H", f"X-Forwarded-For: {header}")

    assert served.intake.arrivals[0].remote_addr == address


@pytest.mark.parametrize(
    ("sent", "agent"),
    [
        ("Jöb".encode(), "Jöb"),
        ("Jöb".encode("latin-1"), "Jöb"),
        (b"x" * 199 + "ö".encode(), "x" * 199 + "ö"),
        (b"x" * 300, "x" * 200),
    ],
)
def test_a_user_agent_that_is_no_utf8_is_latin1(served: Served, sent: bytes, agent: str) -> None:
    served.raw(b"GET /ping/backup HTTP/1.0\r\nUser-Agent: " + sent + b"\r\n\r\n")

    (arrival,) = served.intake.arrivals
    assert (arrival.kind, arrival.ua) == (PingKind.SUCCESS, agent)

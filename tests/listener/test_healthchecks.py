"""The Healthchecks dialect as curl and its clients speak it."""

from __future__ import annotations

from uuid import UUID

import pytest

from pulsetui.core.state.status import PingKind
from pulsetui.monitor.sink import MAX_BODY, Receipt
from tests.listener.fakes import CODE, PING_KEY
from tests.listener.served import Served, curl

UNKNOWN = "99999999-2222-4333-8444-555555555555"
RID = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"


@pytest.mark.parametrize(
    ("path", "kind", "exit_status"),
    [
        (f"/ping/{CODE}", PingKind.SUCCESS, None),
        (f"/ping/{CODE}/", PingKind.SUCCESS, None),
        (f"/ping/{CODE}/start", PingKind.START, None),
        (f"/ping/{CODE}/start/", PingKind.START, None),
        (f"/ping/{CODE}/fail", PingKind.FAIL, None),
        (f"/ping/{CODE}/log", PingKind.LOG, None),
        (f"/ping/{CODE}/success", PingKind.SUCCESS, None),
        (f"/ping/{CODE}/0", PingKind.SUCCESS, 0),
        (f"/ping/{CODE}/1", PingKind.FAIL, 1),
        (f"/ping/{CODE}/255", PingKind.FAIL, 255),
        (f"/ping/{CODE}/007", PingKind.FAIL, 7),
        (f"/{CODE}", PingKind.SUCCESS, None),
        (f"/{CODE}/", PingKind.SUCCESS, None),
        (f"/{CODE}/fail", PingKind.FAIL, None),
        (f"/monitoring/ping/{CODE}/start", PingKind.START, None),
        (f"/a/b/ping/{CODE}", PingKind.SUCCESS, None),
        (f"/ping/{PING_KEY}/backup", PingKind.SUCCESS, None),
        (f"/ping/{PING_KEY}/backup/start", PingKind.START, None),
        (f"/ping/{PING_KEY}/backup/3", PingKind.FAIL, 3),
        (f"/{PING_KEY}/backup", PingKind.SUCCESS, None),
        (f"/{PING_KEY}/backup/log", PingKind.LOG, None),
        (f"/hc/ping/{PING_KEY}/backup/fail", PingKind.FAIL, None),
        (f"/%70ing/{CODE}", PingKind.SUCCESS, None),
    ],
)
def test_path_says_what_happened(
    reachable: Served, path: str, kind: PingKind, exit_status: int | None
) -> None:
    reply = reachable.curl(path)

    assert (reply.status, reply.body) == (200, b"OK")
    (arrival,) = reachable.intake.arrivals
    assert (arrival.kind, arrival.exit_status) == (kind, exit_status)
    assert (arrival.uuid, arrival.slug) in ((CODE, None), (None, "backup"))


@pytest.mark.parametrize(
    ("header", "report"), [("a1" * 16, "a1" * 16), ("", ""), ("x" * 32, ""), ("a1" * 17, ""), ("é" * 16, "")]
)
def test_the_id_of_a_report_is_taken_from_its_header(reachable: Served, header: str, report: str) -> None:
    assert reachable.curl(f"/ping/{CODE}", "-H", f"Pulsetui-Report: {header}").status == 200
    assert reachable.intake.arrivals[0].report == report


@pytest.mark.parametrize(
    ("path", "status", "body", "why"),
    [
        (f"/ping/{UNKNOWN}", 404, b"not found", "unknown check"),
        (f"/{UNKNOWN}/start", 404, b"not found", "unknown check"),
        (f"/ping/{CODE.upper().replace('1', 'A')}", 404, b"not found", "unknown check"),
        (f"/ping/{CODE.replace('-', '')}", 404, b"not found", "no key"),  # it may be a slug
        (f"/ping/{CODE}/nonsense", 404, b"not found", "unknown path"),
        (f"/ping/{CODE}/-1", 404, b"not found", "unknown path"),
        (f"/ping/{CODE}/start/start", 404, b"not found", "unknown path"),
        (f"/ping/{CODE}/256", 400, b"invalid url format", "bad url"),
        (f"/ping/{CODE}/{'9' * 5000}", 400, b"invalid url format", "bad url"),
        (f"/ping/{UNKNOWN}/256", 404, b"not found", "unknown check"),
        (f"/ping/{CODE}?rid=nonsense", 400, b"invalid uuid format", "bad rid"),
        (f"/ping/{CODE}?rid=", 400, b"invalid uuid format", "bad rid"),
        (f"/ping/{CODE}?rid={RID.replace('-', '')}", 400, b"invalid uuid format", "bad rid"),
        (f"/ping/{UNKNOWN}?rid=nonsense", 404, b"not found", "unknown check"),
        (f"/ping/{PING_KEY}/unheard?rid=nonsense", 404, b"not found", "unknown check"),
        (f"/ping/{PING_KEY}/unheard?create=1&rid=nonsense", 400, b"invalid uuid format", "bad rid"),
        (f"/ping/{PING_KEY}/unheard", 404, b"not found", "unknown check"),
        (f"/ping/{PING_KEY}/unheard?create=2", 404, b"not found", "unknown check"),
        (f"/ping/{PING_KEY}/Backup", 400, b"invalid url format", "bad url"),
        (f"/ping/{PING_KEY}/backup/", 404, b"not found", "unknown path"),
        (f"/{PING_KEY}/backup/", 404, b"not found", "unknown path"),
        (f"/ping/{PING_KEY}/backup/nonsense", 404, b"not found", "unknown path"),
        ("/ping/wrongkey/backup", 404, b"not found", "wrong key"),
        ("/ping/", 404, b"not found", "unknown path"),
        ("/", 404, b"not found", "unknown path"),
        ("/wp-login.php", 404, b"not found", "unknown path"),
    ],
)
def test_what_is_not_a_ping_gets_the_answer_clients_know(
    reachable: Served, path: str, status: int, body: bytes, why: str
) -> None:
    reply = reachable.curl(path)

    assert (reply.status, reply.body) == (status, body)
    assert reachable.intake.arrivals == []
    assert reachable.intake.rejected == {why: 1}


def test_a_browser_is_told_what_listens_here(reachable: Served) -> None:
    reply = reachable.curl("/", "-H", "Accept: text/html,application/xhtml+xml")
    assert reply.status == 404
    assert reply.body.startswith(b"not found: PulseTUI listens here. Jobs report to /ping/SLUG;")
    assert reachable.intake.rejected == {}


def test_slug_ping_with_create_makes_the_check(reachable: Served) -> None:
    assert reachable.curl(f"/ping/{PING_KEY}/new-job?create=1").status == 201
    assert reachable.curl(f"/ping/{PING_KEY}/new-job?create=1").body == b"OK"


def test_a_ping_that_makes_its_check_may_say_when_it_is_due(reachable: Served) -> None:
    path = f"/ping/{PING_KEY}/new-job?create=1&cron=0%202%20*%20*%20*&timezone=Europe/Riga&grace=30m&tags=x"
    assert reachable.curl(path).status == 201
    assert reachable.curl(path.replace("30m", "soon")).status == 200, "it is there: nobody asks what it says"
    first, second = reachable.intake.arrivals
    assert first.definition == {"cron": "0 2 * * *", "timezone": "Europe/Riga", "grace": "30m"}
    assert second.definition == {}


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("every=soon", b'the check cannot be made: every "soon"'),
        ("every=1h&grace=-1", b"the check cannot be made: grace"),
        ("cron=61%20*%20*%20*%20*", b"the check cannot be made: cron"),
        ("grace=1h", b"the check cannot be made: schedule"),
        ("cron=0%202%20*%20*%20*&timezone=Mars", b"the check cannot be made: timezone"),
    ],
)
def test_a_check_that_cannot_be_made_so_is_not_made(reachable: Served, query: str, said: bytes) -> None:
    reply = reachable.curl(f"/ping/{PING_KEY}/new-job/start?create=1&{query}")
    assert reply.status == 400
    assert reply.body.startswith(said), reply.body
    assert reachable.intake.arrivals == []
    assert reachable.intake.rejected == {"bad definition": 1}


def test_uuid_ping_never_creates(reachable: Served) -> None:
    assert reachable.curl(f"/ping/{UNKNOWN}?create=1").status == 404


def test_run_id_is_taken_in_any_case(served: Served) -> None:
    served.curl(f"/ping/{CODE}/start?rid={RID.upper()}")

    assert served.intake.arrivals[0].rid == UUID(RID)


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND", "FROB"])
def test_every_method_pings(served: Served, method: str) -> None:
    reply = served.curl(f"/ping/{CODE}", "-X", method)

    assert (reply.status, reply.body) == (200, b"OK")
    assert served.intake.arrivals[0].method == method


def test_head_pings_and_gets_the_headers_without_the_body(served: Served) -> None:
    reply = served.curl(f"/ping/{CODE}", "--head")

    assert (reply.status, reply.body) == (200, b"")
    assert reply.headers["content-length"] == "2"
    assert served.intake.arrivals[0].method == "HEAD"


def test_answer_carries_the_headers_clients_read(served: Served) -> None:
    headers = served.curl(f"/ping/{CODE}").headers

    assert headers["ping-body-limit"] == str(MAX_BODY)
    assert headers["access-control-allow-origin"] == "*"
    assert "no-store" in headers["cache-control"]


def test_store_that_cannot_take_a_ping_asks_to_come_again(served: Served) -> None:
    served.intake.answer = Receipt.BUSY

    reply = served.curl(f"/ping/{CODE}")

    assert (reply.status, reply.headers["retry-after"]) == (503, "5")
    assert served.intake.rejected == {"busy": 1}


def test_check_that_cannot_be_created_is_not_found(served: Served) -> None:
    served.intake.answer = Receipt.REFUSED

    assert served.curl(f"/ping/{PING_KEY}/new-job?create=1").status == 404


def test_body_is_kept_as_bytes_whatever_its_type(served: Served) -> None:
    body = bytes(range(256))
    curl(
        f"{served.url}/ping/{CODE}",
        "-H",
        "Content-Type: application/json",
        "--data-binary",
        "@-",
        stdin=body,
    )

    assert served.intake.arrivals[0].body == body


def test_body_beyond_the_limit_is_cut_and_the_ping_counts(served: Served) -> None:
    body = b"x" * MAX_BODY + b"y" * 3_000_000
    reply = curl(f"{served.url}/ping/{CODE}", "--data-binary", "@-", stdin=body)

    assert reply.status == 200
    assert served.intake.arrivals[0].body == body[:MAX_BODY]


def test_proxy_on_this_host_is_believed(served: Served) -> None:
    served.curl(
        f"/ping/{CODE}",
        "-H",
        "X-Forwarded-For: 203.0.113.7:4711, 10.0.0.1",
        "-H",
        "X-Forwarded-Proto: https",
        "-A",
        "cron/1 " + "x" * 300,
    )

    (arrival,) = served.intake.arrivals
    assert (arrival.remote_addr, arrival.scheme) == ("203.0.113.7", "https")
    assert (len(arrival.ua), arrival.ua[:7]) == (200, "cron/1 ")


def test_forwarded_address_that_is_none_is_not_believed(served: Served) -> None:
    served.curl(f"/ping/{CODE}", "-H", "X-Forwarded-For: [bold]unknown", "-H", "X-Forwarded-Proto: gopher")

    (arrival,) = served.intake.arrivals
    assert (arrival.remote_addr, arrival.scheme) == ("127.0.0.1", "http")


def test_a_ping_may_say_which_missed_slot_its_run_makes_up_for(reachable: Served) -> None:
    assert reachable.curl(f"/ping/{CODE}?catch_up=2026-11-21T02:00:00%2B01:00").status == 200
    (arrival,) = reachable.intake.arrivals
    assert arrival.catch_up is not None
    assert arrival.catch_up.isoformat() == "2026-11-21T01:00:00+00:00"


@pytest.mark.parametrize("text", ["", "yesterday", "2026-11-21T02:00", "9999-01-01T00:00:00Z"])
def test_one_that_cannot_be_read_is_refused_for_it_would_pass_for_the_regular_run(
    reachable: Served, text: str
) -> None:
    reply = reachable.curl(f"/ping/{CODE}?catch_up={text}")
    assert reply.status == 400
    assert reply.body.startswith(b"invalid catch_up")

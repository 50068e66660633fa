"""Pings by slug alone, and what a query may add to any ping."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pulsetui.core.state.status import PingKind
from tests.listener.fakes import CODE
from tests.listener.served import Served


@pytest.mark.parametrize(
    ("path", "kind", "exit_status"),
    [
        ("/ping/backup", PingKind.SUCCESS, None),
        ("/ping/backup/", PingKind.SUCCESS, None),
        ("/ping/backup/start", PingKind.START, None),
        ("/ping/backup/fail", PingKind.FAIL, None),
        ("/ping/backup/log", PingKind.LOG, None),
        ("/ping/backup/success", PingKind.SUCCESS, None),
        ("/ping/backup/0", PingKind.SUCCESS, 0),
        ("/ping/backup/12", PingKind.FAIL, 12),
        ("/ping/backup?status=fail", PingKind.FAIL, None),
        ("/ping/backup?status=ERROR", PingKind.FAIL, None),
        ("/ping/backup?status=ok", PingKind.SUCCESS, None),
        ("/ping/backup?exit_code=0", PingKind.SUCCESS, 0),
        ("/ping/backup?exit_code=137", PingKind.FAIL, 137),
        ("/ping/backup?exit_code=-9", PingKind.FAIL, -9),
        ("/ping/backup?status=success&exit_code=2", PingKind.FAIL, 2),
        ("/ping/backup/start?status=fail", PingKind.START, None),
        ("/ping/backup?status=&exit_code=", PingKind.SUCCESS, None),
    ],
)
def test_bare_slug_works_on_this_host(
    served: Served, path: str, kind: PingKind, exit_status: int | None
) -> None:
    reply = served.curl(path)

    assert (reply.status, reply.body) == (200, b"OK")
    (arrival,) = served.intake.arrivals
    assert (arrival.slug, arrival.kind, arrival.exit_status) == ("backup", kind, exit_status)
    assert not served.intake.rejected


@pytest.mark.parametrize("path", ["/ping/backup", "/ping/backup/start", "/ping/backup/", "/ping/unheard"])
def test_bare_slug_is_refused_where_others_can_reach_the_listener(reachable: Served, path: str) -> None:
    reply = reachable.curl(path)

    assert (reply.status, reply.body) == (404, b"not found")
    assert reachable.intake.arrivals == []
    assert reachable.intake.rejected == {"no key": 1}


def test_bare_slug_is_never_taken_after_a_prefix_or_at_the_root(served: Served) -> None:
    assert served.curl("/backup").status == 404
    assert served.curl("/prefix/ping/backup").status == 404


def test_uuid_wins_over_a_check_with_such_a_slug(served: Served) -> None:
    served.intake.slugs.add(CODE)

    served.curl(f"/ping/{CODE}")

    assert served.intake.arrivals[0].uuid == CODE


def test_unknown_slug_is_not_found_and_create_makes_it(served: Served) -> None:
    assert served.curl("/ping/unheard").status == 404
    assert served.curl("/ping/unheard?create=1").status == 201
    assert served.curl("/ping/unheard").status == 200


def test_ping_carries_metrics_and_duration(served: Served) -> None:
    served.curl("/ping/backup?metric=records:312&metric=size.mb:-1.5e3&metric=records:313&duration=1m30.5s")

    (arrival,) = served.intake.arrivals
    assert arrival.metrics == {"records": 313.0, "size.mb": -1500.0}
    assert arrival.duration == timedelta(seconds=90.5)


def test_bad_extras_are_counted_and_the_ping_counts_too(served: Served) -> None:
    reply = served.curl(
        "/ping/backup?metric=records:many&metric=9x:1&metric=a:nan&metric=a:inf&metric=a:1e999&metric=&metric=ok:1"
        "&duration=soon&status=purple&exit_code=x"
    )

    assert reply.status == 200
    (arrival,) = served.intake.arrivals
    assert (arrival.kind, arrival.metrics, arrival.duration) == (PingKind.LOG, {"ok": 1.0}, None)
    assert served.intake.rejected == {"bad metric": 6, "bad duration": 1, "bad status": 1, "bad exit code": 1}


def test_plus_and_percent_20_are_spaces_in_a_query(served: Served) -> None:
    served.curl("/ping/backup?metric=+records:1&metric=rows:%2012")

    assert served.intake.arrivals[0].metrics == {"rows": 12.0}


def test_raw_spaces_and_bytes_in_a_target_do_not_stop_a_ping(served: Served) -> None:
    """Two Cronitor libraries join query values without encoding them."""
    answer = served.raw(
        b"GET /ping/backup?message=all good \xc3\xa4 \xff&metric=rows:3 HTTP/1.1\r\n"
        b"Host: x\r\nConnection: close\r\n\r\n"
    )

    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert served.intake.arrivals[0].metrics == {"rows": 3.0}


def test_absolute_form_of_a_target_is_understood(served: Served) -> None:
    answer = served.raw(b"GET http://monitor:8787/ping/backup HTTP/1.1\r\nConnection: close\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")

"""The API of attached screens, as curl sees it."""

from __future__ import annotations

import json
import socket
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from msgspec.structs import replace

from pulsetui.client import wire
from pulsetui.client.commands import (
    Acknowledge,
    AddCheck,
    AnyCommand,
    Dismiss,
    EditCheck,
    Pause,
    RemoveCheck,
    Resume,
    Unacknowledge,
    UndoPause,
    UndoRemove,
    UndoResume,
)
from pulsetui.client.trust import MAX_ASKED
from pulsetui.config.toml.read import read_toml
from pulsetui.errors import EngineError, StoreBusyError
from pulsetui.listener.http.limits import Limits
from tests.client.fake import FakeEngine
from tests.client.samples import details_of
from tests.listener.fakes import API_KEY, NOON, OTHER_KEY, READ_KEY, a_view, an_engine
from tests.listener.served import TIMEOUT_S, Reply, Served, read_all, read_until, serve

KEY = ("-H", f"X-Api-Key: {API_KEY}")
READ_ONLY = ("-H", f"X-Api-Key: {READ_KEY}")


def command(served: Served, body: Any, *options: str) -> Reply:
    text = body if isinstance(body, str) else json.dumps(body)
    return served.curl("/api/pulse/commands", *(options or KEY), "-d", text)


def error(reply: Reply) -> str:
    answer = json.loads(reply.body)
    assert list(answer) == ["error"]
    return str(answer["error"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "missing api key"),
        (("-H", "X-Api-Key;"), "missing api key"),
        (("-H", "X-Api-Key: " + "x" * 32), "wrong api key"),
        (("-H", "X-Api-Key: ключ"), "wrong api key"),
    ],
)
@pytest.mark.parametrize("path", ["snapshot", "events", "checks/backup", "nonsense"])
def test_without_the_key_nothing_is_told(
    served: Served, path: str, options: tuple[str, ...], message: str
) -> None:
    reply = served.curl(f"/api/pulse/{path}", *options)

    assert (reply.status, error(reply)) == (401, message)


@pytest.mark.parametrize("key", [API_KEY, OTHER_KEY])
def test_each_full_key_may_command(key: str, served: Served) -> None:
    reply = command(served, {"verb": "pause", "slugs": ["backup"]}, "-H", f"X-Api-Key: {key}")

    assert reply.status == 200


def test_read_only_key_reads_and_does_not_command(served: Served) -> None:
    assert served.curl("/api/pulse/snapshot", *READ_ONLY).status == 200

    reply = command(served, {"verb": "pause", "slugs": ["backup"]}, *READ_ONLY)

    assert (reply.status, error(reply)) == (401, "wrong api key")
    assert served.engine.commands == []


def test_snapshot_is_the_engine_as_it_is(served: Served) -> None:
    reply = served.curl("/api/pulse/snapshot", *KEY)

    assert reply.headers["content-type"] == "application/json"
    assert "access-control-allow-origin" not in reply.headers
    snapshot = wire.decode_snapshot(reply.body)
    assert snapshot.info == served.engine.info()
    assert snapshot.checks == tuple(served.engine.views.values())


def test_details_and_body_of_a_ping(served: Served) -> None:
    served.engine.bodies["backup", 7] = b"\x00\xff<script>"

    details = wire.decode_details(served.curl("/api/pulse/checks/backup", *READ_ONLY).body)
    body = served.curl("/api/pulse/checks/backup/pings/7/body", *READ_ONLY)

    assert details == served.engine.details("backup")
    assert body.body == b"\x00\xff<script>"
    assert body.headers["content-type"] == "application/octet-stream"


@pytest.mark.parametrize("path", ["checks/unheard", "checks/unheard/pings/1/body"])
def test_unknown_check_is_named(served: Served, path: str) -> None:
    reply = served.curl(f"/api/pulse/{path}", *KEY)

    assert (reply.status, error(reply)) == (404, "there is no check unheard")


@pytest.mark.parametrize("path", ["", "nonsense", "checks", "checks/backup/pings/-1/body", "checks/a/b/c/d"])
def test_unknown_call_is_not_found(served: Served, path: str) -> None:
    assert served.curl(f"/api/pulse/{path}", *KEY).status == 404


@pytest.mark.parametrize(
    ("path", "method", "allow"), [("snapshot", "POST", "GET, HEAD"), ("commands", "GET", "POST")]
)
def test_wrong_method_is_told_the_right_one(served: Served, path: str, method: str, allow: str) -> None:
    reply = served.curl(f"/api/pulse/{path}", *KEY, "-X", method)

    assert (reply.status, reply.headers["allow"]) == (405, allow)


@pytest.mark.parametrize(
    ("body", "call"),
    [
        ({"verb": "pause", "slugs": ["backup", "unheard"]}, Pause(("backup", "unheard"))),
        ({"verb": "resume", "slugs": ["backup"]}, Resume(("backup",))),
        ({"verb": "undo_pause", "slugs": ["backup"]}, UndoPause(("backup",))),
        ({"verb": "undo_resume", "slugs": ["backup"]}, UndoResume(("backup",))),
        (
            {"verb": "acknowledge", "slugs": ["backup"], "by": "ann", "note": "disk"},
            Acknowledge(("backup",), by="ann", note="disk"),
        ),
        ({"verb": "unacknowledge", "slugs": ["backup"]}, Unacknowledge(("backup",))),
        ({"verb": "add", "slugs": ["new"], "fields": {"every": "15m"}}, AddCheck(("new",), {"every": "15m"})),
        (
            {"verb": "edit", "slugs": ["backup"], "fields": {"grace": None}, "new_slug": "b"},
            EditCheck(("backup",), {"grace": None}, new_slug="b"),
        ),
        ({"verb": "remove", "slugs": ["backup"]}, RemoveCheck(("backup",))),
        (
            {"verb": "undo_remove", "slugs": ["backup"], "fields": {"every": "15m"}},
            UndoRemove(("backup",), {"every": "15m"}),
        ),
        ({"verb": "dismiss", "key": "config"}, Dismiss("config")),
    ],
)
def test_command_reaches_the_engine(served: Served, body: object, call: AnyCommand) -> None:
    reply = command(served, body)

    assert reply.status == 200
    assert served.engine.commands == [call]
    results = wire.decode_results(reply.body)
    assert [result.slug for result in results] == (
        [] if isinstance(call, Dismiss) else body["slugs"]  # type: ignore[index]
    )


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("{", "the body is not JSON"),
        ("\xff", "the body is not JSON"),
        ("[]", "Expected `object`"),
        ({}, "missing required field `verb`"),
        ({"verb": "explode"}, "verb: Invalid enum value 'explode'"),
        ({"verb": "pause"}, "slugs: missing"),
        ({"verb": "pause", "slugs": "backup"}, "slugs: Expected `array`"),
        ({"verb": "pause", "slugs": ["backup", 7]}, "slugs[1]: Expected `str`"),
        ({"verb": "acknowledge", "slugs": ["backup"]}, "by: missing"),
        ({"verb": "edit", "slugs": ["a", "b"]}, "slugs: edit takes exactly one, got 2"),
        ({"verb": "dismiss"}, "key: missing"),
        ({"verb": "pause", "slug": "backup"}, "unknown field `slug`"),
    ],
)
def test_command_that_is_wrong_says_which_field(served: Served, body: Any, message: str) -> None:
    reply = command(served, body)

    assert reply.status == 400
    assert message in error(reply)
    assert served.engine.commands == []


@pytest.mark.parametrize(
    ("failure", "status", "shown"),
    [
        (EngineError("the configuration cannot be written"), 409, "the configuration cannot be written"),
        (StoreBusyError("the disk is full"), 503, "the disk is full"),
        (RuntimeError("secret detail"), 500, "internal error; the engine's log says more"),
    ],
)
def test_engine_error_is_answered_without_a_traceback(
    served: Served, failure: Exception, status: int, shown: str, caplog: pytest.LogCaptureFixture
) -> None:
    served.engine.fails_with = failure

    reply = command(served, {"verb": "pause", "slugs": ["backup"]})

    assert (reply.status, error(reply)) == (status, shown)
    assert ("secret detail" in caplog.text) == (status == 500)


def open_events(served: Served) -> tuple[socket.socket, bytes]:
    connection = served.connect()
    connection.sendall(f"GET /api/pulse/events HTTP/1.1\r\nX-Api-Key: {READ_KEY}\r\n\r\n".encode())
    data = read_until(connection, b"\n\n")
    head, _, rest = data.partition(b"\r\n\r\n")
    assert b"text/event-stream" in head
    assert b"Content-Length" not in head
    return connection, rest or read_until(connection, b"\n\n")


def test_events_begin_with_a_snapshot_and_go_on_with_changes(served: Served) -> None:
    connection, first = open_events(served)
    with connection:
        served.engine.put(a_view("backup", n_pings=4), a_view("new"), removed=["sync-invoices"])
        second = read_until(connection, b"\n\n")

    assert first.startswith(b"event: snapshot\ndata: ")
    assert second.startswith(b"event: change\ndata: ")
    change = wire.decode_change(second.split(b"data: ")[1])
    assert {view.slug for view in change.changed} == {"backup", "new"}
    assert (change.removed, change.order) == (("sync-invoices",), ("backup", "new"))


def test_a_storm_of_changes_comes_in_few_events(served: Served) -> None:
    connection, _ = open_events(served)
    with connection:
        for n in range(5000):
            served.engine.put(a_view("backup", n_pings=n))
        served.engine.put(a_view("sync-invoices", n_pings=-1))
        data = b""
        while b'"n_pings":-1' not in data:
            data += read_until(connection, b"\n\n")

    assert data.count(b"event: change") < 100


def test_quiet_stream_says_that_it_is_still_there(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "HEARTBEAT_S", 0.02)
    connection, _ = open_events(served)
    with connection:
        assert read_until(connection, b"\n\n").startswith(b": ")


def test_client_that_leaves_is_forgotten(served: Served) -> None:
    connection, _ = open_events(served)
    connection.close()

    served.engine.subscribed.clear()
    again, _ = open_events(served)  # the loop has seen the first one leave by then
    with again:
        assert served.on_loop(lambda: len(served.engine.listeners)) == 1


def slow_client(running: Served, request: str) -> socket.socket:
    """It has asked and not read yet."""
    connection = running.connect()
    connection.sendall(f"GET /api/pulse/{request} HTTP/1.1\r\nX-Api-Key: {API_KEY}\r\n\r\n".encode())
    return connection


def large_engine() -> FakeEngine:
    """Its snapshot is larger (18 MB) than what the kernel holds for a connection."""
    engine = an_engine([f"check-{n}" for n in range(3000)])
    engine.views = {slug: replace(view, detail="x" * 5000) for slug, view in engine.views.items()}
    return engine


def test_answer_larger_than_the_buffers_arrives_whole() -> None:
    with serve(engine=large_engine()) as running, slow_client(running, "snapshot") as connection:
        head, _, body = read_until(connection, b"\r\n\r\n", cut=True).partition(b"\r\n\r\n")
        length = int(head.split(b"Content-Length: ")[1].split(b"\r\n")[0])
        while len(body) < length:
            body += connection.recv(1_000_000)
        again = b"GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n"
        connection.sendall(again)

        assert wire.decode_snapshot(body).checks == tuple(running.engine.views.values())
        assert read_all(connection).endswith(b"ok")


def test_client_that_does_not_read_its_answer_is_dropped() -> None:
    limits = Limits(flush_s=0.1, sweep_s=0.02, connections=1)
    with (
        serve(engine=large_engine(), limits=limits) as running,
        slow_client(running, "snapshot") as connection,
    ):
        read_until(connection, b"\r\n\r\n", cut=True)  # the answer has begun
        while (status := running.curl("/healthz").status) == 503:
            pass  # there is room for one, which it still has

        assert status == 200


def test_reader_that_catches_up_gets_the_newest_views() -> None:
    with serve(engine=large_engine()) as running, slow_client(running, "events") as connection:
        assert running.engine.subscribed.wait(TIMEOUT_S)
        for n in range(5):
            running.engine.put(*(a_view(f"check-{i}", n_pings=n) for i in range(3000)))
        data = b""
        while b"event: change" not in data or not data.endswith(b"\n\n"):
            data += connection.recv(1_000_000)

    change = wire.decode_change(data.split(b"event: change\ndata: ")[-1])
    assert {view.n_pings for view in change.changed} == {4}
    assert len(change.changed) == 3000


def test_reader_that_does_not_catch_up_is_dropped() -> None:
    engine = large_engine()
    with serve(engine=engine, limits=Limits(stream_flush_s=0.2, sweep_s=0.05)) as running:
        with slow_client(running, "events"):
            assert engine.subscribed.wait(TIMEOUT_S)
            while running.on_loop(lambda: len(engine.listeners)):
                engine.put(*(a_view(f"check-{n}", detail="x" * 1000) for n in range(3000)))
        assert running.curl("/ping/backup").status == 200


@pytest.mark.parametrize("method", ["-X GET", "--head"])
def test_health_is_ok_while_pings_are_taken(served: Served, method: str) -> None:
    reply = served.curl("/healthz", *method.split())

    assert reply.status == 200
    assert reply.body == (b"" if method == "--head" else b"ok")


def test_health_says_why_pings_are_not_taken() -> None:
    with serve(health=lambda: "the disk is full") as running:
        reply = running.curl("/healthz")

        assert (reply.status, reply.body) == (503, b"the disk is full")


def test_values_of_a_configuration_file_travel() -> None:
    table = read_toml('cron = "0 2 * * *"\ntags = ["a"]\nn = 1\nx = 1.5\nyes = true\n[metrics]\nrows = "r"')

    assert msgspec.json.decode(wire.encode({"fields": table})) == {
        "fields": {
            "cron": "0 2 * * *",
            "tags": ["a"],
            "n": 1,
            "x": 1.5,
            "yes": True,
            "metrics": {"rows": "r"},
        }
    }


def test_instants_travel_exactly() -> None:
    view = a_view("backup", since=NOON.replace(microsecond=123456))

    assert msgspec.json.decode(wire.encode(view), type=type(view)) == view


@pytest.mark.parametrize("limit", ["0", "-1", "1001", "x", "", "9" * 5000, "000000001" + "9" * 5000, "٣٣"])
def test_a_limit_that_is_none_is_refused_with_its_range(served: Served, limit: str) -> None:
    reply = served.curl(f"/api/pulse/incidents?limit={quote(limit)}", *KEY)
    assert (reply.status, error(reply)) == (400, "limit: takes a number from 1 to 1000")


def test_more_checks_than_are_counted_in_one_go_are_refused_and_not_cut_off(served: Served) -> None:
    slugs = ",".join(["backup"] * (MAX_ASKED + 1))
    reply = served.curl(f"/api/pulse/trust?slugs={slugs}&since=2026-11-20T00:00:00Z", *KEY)
    assert (reply.status, error(reply)) == (400, f"slugs: at most {MAX_ASKED} at a time, got {MAX_ASKED + 1}")


@pytest.mark.parametrize(
    "instant", ["0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00"]
)
@pytest.mark.parametrize("name", ["since", "until"])
def test_instants_that_nobody_could_keep_are_refused_with_their_range(
    served: Served, name: str, instant: str
) -> None:
    asked = {"since": "2026-11-20T00:00:00Z", "until": "2026-11-21T00:00:00Z"} | {name: instant}
    query = "&".join(f"{key}={value.replace('+', '%2B')}" for key, value in asked.items())
    timeline = served.curl(f"/api/pulse/timeline?slugs=backup&{query}", *KEY)
    assert (timeline.status, error(timeline)) == (400, f"{name}: is not between the years 1900 and 2999")

    trust = served.curl(f"/api/pulse/trust?slugs=backup&since={quote(instant)}", *KEY)
    assert (trust.status, error(trust)) == (400, "since: is not between the years 1900 and 2999")

    today = served.curl(f"/api/pulse/today?{query}", *KEY)
    assert (today.status, error(today)) == (400, f"{name}: is not between the years 1900 and 2999")

    snooze = command(served, {"verb": "snooze", "slugs": ["backup"], "by": "ann", "until": instant})
    assert (snooze.status, error(snooze)) == (400, "until: is not between the years 1900 and 2999")
    assert served.engine.commands == []


@pytest.mark.parametrize("depth", [17, 900, 15_000])
@pytest.mark.parametrize("brackets", [("[", "]"), ('{"a":', "}")])
def test_fields_that_hold_too_much_within_one_another_are_refused(
    served: Served, depth: int, brackets: tuple[str, str]
) -> None:
    opening, closing = brackets
    nested = opening * depth + "1" + closing * depth

    reply = command(served, f'{{"verb": "add", "slugs": ["x"], "fields": {{"a": {nested}}}}}')

    assert (reply.status, error(reply)) == (400, "fields: more than 16 lists or tables within one another")
    assert served.engine.commands == []


@pytest.mark.parametrize("verb", ["add", "edit"])
def test_a_command_that_a_person_may_run_does_not_come_over_the_network(served: Served, verb: str) -> None:
    fields = {"every": "1h", "command": "rm -rf /"}
    reply = command(served, {"verb": verb, "slugs": ["a"], "fields": fields})
    assert reply.status == 400
    assert b"command is run on this host, so it can only be written into checks.toml by hand" in reply.body
    assert served.engine.commands == []


def test_what_is_restored_comes_without_it(served: Served) -> None:
    fields = {"every": "1h", "command": "rm -rf /"}
    assert command(served, {"verb": "undo_remove", "slugs": ["a"], "fields": fields}).status == 200
    assert served.engine.commands == [UndoRemove(("a",), {"every": "1h"})]


FOREIGN = "http json:http://10.0.0.1/admin .x >= 1"
OF_FILE = "file:/b/x newer 26h"


def test_queries_and_addresses_of_proofs_are_taken_from_the_file_only() -> None:
    engine = an_engine(["a"])
    engine.make_details = lambda view: replace(details_of(view), fields={"prove": [FOREIGN]})
    with serve(engine=engine) as served:
        for verb, slug in (("add", "b"), ("edit", "a")):
            body = {"verb": verb, "slugs": [slug], "fields": {"prove": [OF_FILE, f"{FOREIGN}, < 9"]}}
            (result,) = json.loads(command(served, body).body)
            assert (result["ok"], result["problems"][0]["field"]) == (False, "prove")
            assert 'prove: "http json:" is not taken over the network' in result["message"]
            assert "Write it into checks.toml itself." in result["message"]
        for kept in ({"prove": [OF_FILE]}, {"prove": [FOREIGN]}, {"prove": None}, {"prove": 7}):
            command(served, {"verb": "edit", "slugs": ["a"], "fields": kept})
        command(
            served, {"verb": "undo_remove", "slugs": ["a"], "fields": {"every": "1h", "prove": [FOREIGN]}}
        )
    fields = [given.fields for given in engine.commands if isinstance(given, EditCheck | UndoRemove)]
    assert fields == [{"prove": [OF_FILE]}, {"prove": [FOREIGN]}, {"prove": None}, {"prove": 7}, {}]

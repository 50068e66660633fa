"""The table of dialects: one more is one entry, whatever its paths, words and answers are."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from pulsetui.core.state.ping import NO_METRICS, NO_REASONS
from pulsetui.core.state.status import PingKind
from pulsetui.listener import pings
from pulsetui.listener.browser import Guard
from pulsetui.listener.http.message import JSON, Request, Respond, Response
from pulsetui.listener.pings.dialect import Answers, Declined, Desk, MakeDialect, Reading, Understood
from pulsetui.listener.pings.dialects import DIALECTS
from pulsetui.listener.pings.incoming import Said, incoming
from pulsetui.listener.pings.routes import Router
from pulsetui.monitor.sink import Receipt
from tests.listener.fakes import CODE, PING_KEY, FakeIntake

_NOT_FOUND = Response(404, b'{"ok":false}', content_type=JSON)
_FULL = Response(418, b"", content_type=JSON)
_ANSWERS = Answers(
    Response(202, b'{"ok":true}', content_type=JSON),
    {**dict.fromkeys(Receipt, _NOT_FOUND), Receipt.BUSY: _FULL},
    lambda slug: Response(404, f'{{"near":"{slug}"}}'.encode(), content_type=JSON),
)


class Beeper:
    """``PUT /api/beep/<slug>?verdict=…``: words, text and answers as nobody else has them."""

    first_segments = ("api",)

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def read(self, request: Request, segments: Sequence[str]) -> Reading | None:
        match segments:
            case ["api", "beep", slug] if request.method == "PUT":
                verdict = request.first("verdict") or "fine"
                kind = PingKind.SUCCESS if verdict == "fine" else PingKind.FAIL
                notes = () if verdict in ("fine", "sad") else ("what is that?",)
                said = Said(kind, None, NO_METRICS, NO_REASONS, None, notes, ["bad verdict"] * len(notes))
                ping = incoming(request, said, slug=slug, create="new" in request.query)
                return Understood(replace(ping, body=verdict.encode()), _ANSWERS, said.flaws)
            case ["api", "beep", _]:
                return Declined(Response(405), "bad method")
        return None


class Anything:
    """A dialect that takes every single segment."""

    first_segments = None

    def __init__(self, desk: Desk) -> None:
        pass

    def read(self, request: Request, segments: Sequence[str]) -> Reading | None:
        return Declined(Response(204), "") if len(segments) == 1 else None


def asked(
    target: str,
    *more: MakeDialect,
    method: str = "GET",
    sink: FakeIntake | None = None,
    headers: dict[bytes, bytes] | None = None,
) -> Response:
    """The answer to a request, with these dialects beside ours and one page of our own."""

    def page(_request: Request, respond: Respond, rest: Sequence[str]) -> None:
        respond(Response(299, "/".join(rest).encode()))

    sink = sink or FakeIntake()
    guard = Guard(sink.hosts, loopback=True)
    router = Router(sink, guard, (*more, *DIALECTS), require_key=False, own={"api": page, "healthz": page})
    answers: list[Response] = []
    request = Request(method, target.encode(), headers or {}, b"", 0, "127.0.0.1", keep_alive=True)
    router(request, answers.append)
    (answer,) = answers
    return answer


def test_one_entry_adds_a_dialect() -> None:
    sink = FakeIntake()

    answer = asked("/api/beep/backup?verdict=sad", Beeper, method="PUT", sink=sink)

    (ping,) = sink.arrivals
    assert (ping.slug, ping.kind, ping.body) == ("backup", PingKind.FAIL, b"sad")
    assert (answer.status, answer.body) == (202, b'{"ok":true}')
    assert asked("/api/beep/backup", method="PUT").status == 299  # without the entry: the page of ours


def test_its_answers_are_its_own() -> None:
    assert asked("/api/beep/unheard", Beeper, method="PUT").body == b'{"ok":false}'
    assert asked("/api/beep/bakup", Beeper, method="PUT").body == b'{"near":"backup"}'
    sink = FakeIntake()
    sink.answer = Receipt.BUSY
    assert asked("/api/beep/backup", Beeper, method="PUT", sink=sink).status == 418
    noted = asked("/api/beep/backup?verdict=odd", Beeper, method="PUT")
    assert dict(noted.headers) == {"Content-Type": JSON, "Pulsetui-Warning": "what is that?"}


def test_what_it_declines_or_cannot_use_is_counted() -> None:
    sink = FakeIntake()

    asked("/api/beep/backup", Beeper, sink=sink)
    asked("/api/beep/backup?verdict=odd", Beeper, method="PUT", sink=sink)

    assert sink.rejected == {"bad method": 1, "bad verdict": 1}


def test_no_dialect_lets_a_page_of_another_site_make_a_check() -> None:
    sink = FakeIntake()

    answer = asked(
        "/api/beep/new-job?new=1&verdict=odd",
        Beeper,
        method="PUT",
        sink=sink,
        headers={b"sec-fetch-site": b"cross-site"},
    )

    assert (answer.status, sink.arrivals) == (403, [])
    assert sink.rejected == {"page of another site": 1}


def test_a_dialect_leaves_pages_of_ours_and_the_other_dialects_alone() -> None:
    assert asked("/api/pulse/snapshot", Beeper).body == b"pulse/snapshot"
    assert asked(f"/ping/{CODE}", Beeper).status == 200


def test_a_dialect_for_any_path_is_never_asked_about_a_page_of_ours() -> None:
    assert asked("/healthz", Anything).status == 299
    assert asked("/token", Anything).status == 204
    assert asked("/token").status == 404


def test_what_is_none_of_our_business_is_answered_and_not_counted() -> None:
    sink = FakeIntake()

    asked("/token", Anything, sink=sink)

    assert not sink.rejected


@pytest.mark.parametrize(
    "target", ["/healthz", "/api/pulse/commands", "/api/pulse/checks/ping/body", f"/api/ping/{CODE}", "/api"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_our_own_pages_are_no_pings(target: str, method: str) -> None:
    assert asked(target, method=method).status == 299


@pytest.mark.parametrize("target", [f"//ping/{CODE}", f"//{PING_KEY}/ping/{CODE}", f"/x//ping/{CODE}/"])
def test_a_slash_too_many_before_ping_does_no_harm(target: str) -> None:
    assert asked(target).status == 200


@pytest.mark.parametrize("target", ["*", "/", "//", "///", "/ping", "/ping/", "/ping//backup", "//backup"])
def test_a_path_without_a_name_is_not_found(target: str) -> None:
    assert asked(target).status == 404


def test_no_module_but_the_table_knows_a_dialect_by_name() -> None:
    dialects = {module.__name__ for make in DIALECTS if (module := inspect.getmodule(make)) is not None}
    assert len(dialects) == len(DIALECTS)
    folder = Path(next(iter(pings.__path__)))

    for path in folder.parent.rglob("*.py"):
        if path.name != "dialects.py":
            imported = {
                node.module
                for node in ast.walk(ast.parse(path.read_text()))
                if isinstance(node, ast.ImportFrom)
            }
            assert not imported & dialects, path

"""The API that attached screens and scripts use, under ``/api/pulse/``.

Answers are JSON. What may block the engine's loop (commands, queries, encoding long lists) runs in a small
pool of threads. No cross-origin headers: a web page has no business here.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import msgspec

from pulsetui.client import wire
from pulsetui.client.client import EngineClient
from pulsetui.client.commands import TOO_DEEP, AnyCommand, decode_command
from pulsetui.client.views import CommandResult
from pulsetui.core import storable
from pulsetui.errors import (
    CommandError,
    EngineUnreachableError,
    PulseError,
    StoreBusyError,
    UnknownCheckError,
)
from pulsetui.listener.answers import json_error
from pulsetui.listener.api.feed import Feed
from pulsetui.listener.api.proofs import without_foreign_proofs
from pulsetui.listener.auth import denied
from pulsetui.listener.browser import Guard, refusal
from pulsetui.listener.http.message import JSON, Request, Respond, Response
from pulsetui.listener.http.stream import Stream
from pulsetui.monitor.sink import MAX_BODY, PingSink

_log = logging.getLogger(__name__)

MAX_LANES = 200
MAX_LISTED = 1000
_THREADS = 4
_NO_STORE = ("Cache-Control", "no-store")
_NO_SNIFF = ("X-Content-Type-Options", "nosniff")
_STREAM_HEADERS = (_NO_STORE, ("X-Accel-Buffering", "no"))  # a proxy must not gather events

_NOT_FOUND = json_error(404, "not found")

Work = Callable[[], Response]


class PulseApi:
    """One instance for each listener. ``close`` ends its threads."""

    def __init__(self, sink: PingSink, client: EngineClient, guard: Guard) -> None:
        self._sink = sink
        self._guard = guard
        self._client = client
        self._lists: Mapping[str, tuple[Callable[[int], object], int]] = {
            "incidents": (client.incidents, 200),
            "trials": (client.trials, 20),
            "deploys": (client.deploys, 20),
            "log": (client.log, 500),
        }
        """By the last segment of their paths: what gives the newest of a list, and how many by default."""
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="pulsetui-api")

    def close(self) -> None:
        """Lets running calls end by themselves and drops waiting ones."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def route(self, request: Request, respond: Respond, segments: Sequence[str]) -> None:
        """``segments`` come after ``/api/``."""
        if not segments or segments[0] != "pulse":
            respond(_NOT_FOUND)
            return
        rest = [segment for segment in segments[1:] if segment]
        write = rest == ["commands"]
        allowed = ("POST",) if write else ("GET", "HEAD")
        if why := self._guard.against_change(request):
            self._sink.reject(why)
            respond(json_error(403, refusal(why, request)))
        elif (unauthorised := denied(request, self._sink, write=write)) is not None:
            self._sink.reject("wrong api key")
            respond(unauthorised)
        elif request.method not in allowed:
            respond(json_error(405, f"use {allowed[0]}", (("Allow", ", ".join(allowed)),)))
        else:
            self._call(request, respond, rest)

    def _call(self, request: Request, respond: Respond, path: list[str]) -> None:
        match path:
            case ["snapshot"]:
                self._in_pool(respond, self._snapshot)
            case ["events"]:
                respond(
                    Response(200, b"", _STREAM_HEADERS, content_type="text/event-stream", stream=self._stream)
                )
            case ["checks", slug]:
                self._in_pool(respond, lambda: _json(self._client.details(slug)))
            case ["checks", slug, "pings", n, "body"] if n.isdecimal() and len(n) < 16:
                self._in_pool(respond, lambda: self._body(slug, int(n)))
            case [name] if name in self._lists:
                newest, usual = self._lists[name]
                self._in_pool(respond, lambda: _json(newest(_limit(request, usual))))
            case ["host"]:
                self._in_pool(respond, lambda: _json(self._client.host()))
            case ["timeline"]:
                self._in_pool(respond, lambda: self._timeline(request))
            case ["trust"]:
                self._in_pool(
                    respond, lambda: _json(self._client.trust(_slugs(request), _instant(request, "since")))
                )
            case ["today"]:
                self._in_pool(
                    respond,
                    lambda: _json(self._client.today(_instant(request, "since"), _instant(request, "until"))),
                )
            case ["commands"]:
                self._command(request, respond)
            case _:
                respond(_NOT_FOUND)

    def _snapshot(self) -> Response:
        info = self._client.info()
        return _json(wire.Snapshot(info=info, checks=tuple(self._client.checks().values())))

    def _stream(self, stream: Stream) -> None:
        Feed(self._client, asyncio.get_running_loop(), stream).start()

    def _body(self, slug: str, n: int) -> Response:
        body = self._client.ping_body(slug, n)
        return Response(200, body, (_NO_STORE, _NO_SNIFF), content_type="application/octet-stream")

    def _timeline(self, request: Request) -> Response:
        slugs = _slugs(request)
        since, until = _instant(request, "since"), _instant(request, "until")
        return _json(self._client.timeline(slugs[:MAX_LANES], since, until))

    def _command(self, request: Request, respond: Respond) -> None:
        if request.body_size > MAX_BODY:
            respond(json_error(413, f"a command has at most {MAX_BODY} bytes"))
            return
        try:
            command = decode_command(request.body)
        except RecursionError:
            respond(json_error(400, TOO_DEEP))  # nothing but ``fields`` may hold a list in a list
        except CommandError as error:
            respond(json_error(400, str(error)))
        except msgspec.ValidationError as error:
            respond(json_error(400, _readable(error)))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            respond(json_error(400, f"the body is not JSON: {error}"))
        else:
            self._in_pool(respond, lambda: _json(self._do(command)))

    def _do(self, command: AnyCommand) -> list[CommandResult]:
        asked = without_foreign_proofs(command, self._client)
        return [asked] if isinstance(asked, CommandResult) else self._client.do(asked)

    def _in_pool(self, respond: Respond, work: Work) -> None:
        loop = asyncio.get_running_loop()

        def run() -> None:
            response = _guarded(work)
            try:
                loop.call_soon_threadsafe(respond, response)
            except RuntimeError:
                pass  # the loop ended meanwhile, and the connection with it

        self._pool.submit(run)


def _guarded(work: Work) -> Response:
    """The answer, or the error as an answer: without a traceback, which is for the log."""
    try:
        return work()
    except CommandError as error:
        return json_error(400, str(error))
    except UnknownCheckError as error:
        return json_error(404, str(error))
    except (EngineUnreachableError, StoreBusyError) as error:
        return json_error(503, str(error), (("Retry-After", "5"),))
    except PulseError as error:
        return json_error(409, str(error))
    except Exception:  # noqa: BLE001 - the outermost edge of a request
        _log.exception("API call failed")
        return json_error(500, "internal error; the engine's log says more")


def _limit(request: Request, default: int) -> int:
    text = request.first("limit")
    if text is None:
        return default
    is_number = text.isascii() and text.isdecimal() and len(text) <= len(str(MAX_LISTED))
    if not is_number or not 1 <= int(text) <= MAX_LISTED:
        raise CommandError(f"limit: takes a number from 1 to {MAX_LISTED}")
    return int(text)


def _slugs(request: Request) -> list[str]:
    return [slug for slug in (request.first("slugs") or "").split(",") if slug]


def _instant(request: Request, name: str) -> datetime:
    try:
        return storable.instant(datetime.fromisoformat(request.first(name) or ""))
    except storable.UnstorableError as error:
        raise CommandError(f"{name}: {error}") from None
    except ValueError:
        raise CommandError(f"{name}: takes an ISO 8601 instant with time zone") from None


def _json(value: object) -> Response:
    return Response(200, wire.encode(value), (_NO_STORE,), content_type=JSON)


def _readable(error: msgspec.ValidationError) -> str:
    """``verb: …`` instead of ``… - at `$.verb```."""
    message, _, path = str(error).partition(" - at `")
    field = path.rstrip("`").removeprefix("$").lstrip(".")
    return f"{field}: {message}" if field else message

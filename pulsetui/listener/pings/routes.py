"""From a path to what answers it: the dialects of pings that name its first segment, then a page of ours,
then the dialects that can be anywhere.

A sender whose token is unknown never learns which dialect it would have belonged to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from pulsetui.listener import answers
from pulsetui.listener.browser import PREFLIGHT, Guard, is_preflight
from pulsetui.listener.http.message import Request, Respond
from pulsetui.listener.pings.dialect import Declined, Desk, Dialect, MakeDialect
from pulsetui.listener.pings.taker import PingTaker
from pulsetui.monitor.sink import PingSink

Route = Callable[[Request, Respond, Sequence[str]], None]
"""Handles a request whose first path segment chose it; gets the decoded segments after that one."""

_UNKNOWN_PATH = Declined(answers.NOT_FOUND, "unknown path")


class Router:
    """Calls the right one. ``own`` maps first path segments to the routes that are not pings."""

    def __init__(
        self,
        sink: PingSink,
        guard: Guard,
        dialects: Sequence[MakeDialect],
        *,
        require_key: bool,
        own: Mapping[str, Route],
    ) -> None:
        self._sink = sink
        self._taker = PingTaker(sink, guard)
        self._own = own
        desk = Desk(sink, guard, require_key)
        self._anywhere, self._by_first = _table([make(desk) for make in dialects], own)

    def __call__(self, request: Request, respond: Respond) -> None:
        if (wanted := request.headers.get(answers.STATE_HEADER_ASKED)) is not None:
            state = self._sink.state_id()
            respond = answers.proving(respond, state)
            if wanted not in (b"*", state.encode()):
                respond(answers.OTHER_STATE)
                return
        segments = request.segments()
        first = segments[0]
        if request.method == "OPTIONS" and first != "api" and is_preflight(request):
            respond(PREFLIGHT)
            return
        if segments == [""] and b"text/html" in request.headers.get(b"accept", b""):
            respond(answers.HERE)
            return
        for dialect in self._by_first.get(first, self._anywhere):
            if (reading := dialect.read(request, segments)) is not None:
                self._taker.take(request, respond, reading)
                return
        if (route := self._own.get(first)) is not None:
            route(request, respond, segments[1:])
        else:
            self._taker.decline(request, respond, _UNKNOWN_PATH)


def _table(
    dialects: Sequence[Dialect], own: Mapping[str, Route]
) -> tuple[Sequence[Dialect], Mapping[str, Sequence[Dialect]]]:
    """The dialects to ask, in order: for any first segment, and for those that one of them or a page has."""
    firsts = {segment for dialect in dialects for segment in dialect.first_segments or ()}
    by_first = {
        first: tuple(
            dialect
            for dialect in dialects
            if (first not in own if dialect.first_segments is None else first in dialect.first_segments)
        )
        for first in (*firsts, *own)
    }
    return tuple(dialect for dialect in dialects if dialect.first_segments is None), by_first

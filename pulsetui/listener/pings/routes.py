"""From a path to the module that speaks its dialect.

Own routes first, then pings under ``/ping/``, then the same at the root (hc-ping.com's form), then under any
prefix that a proxy may have left in front of ``/ping/``. An unknown token never learns which dialect it would
have belonged to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from pulsetui.listener import answers
from pulsetui.listener.auth import is_one_of
from pulsetui.listener.browser import PREFLIGHT, Guard, is_preflight
from pulsetui.listener.http.message import Request, Respond
from pulsetui.listener.pings.healthchecks import PingTaker, action_of, is_uuid
from pulsetui.listener.pings.quietpulse import BareSlugs
from pulsetui.monitor.pings.sink import PingSink

Route = Callable[[Request, Respond, Sequence[str]], None]
"""Handles a request whose first path segment chose it; gets the decoded segments after that one."""


class Router:
    """Calls the right handler. ``own`` maps first path segments to the routes that are not pings."""

    def __init__(
        self,
        intake: PingSink,
        guard: Guard,
        *,
        require_key: bool,
        own: Mapping[str, Route],
    ) -> None:
        self._intake = intake
        self._taker = PingTaker(intake, guard)
        self._bare = BareSlugs(intake, self._taker, guard, require_key=require_key)
        self._own = own

    def __call__(self, request: Request, respond: Respond) -> None:
        if (wanted := request.headers.get(answers.STATE_HEADER_ASKED)) is not None:
            state = self._intake.state_id()
            respond = answers.proving(respond, state)
            if wanted not in (b"*", state.encode()):
                respond(answers.OTHER_STATE)
                return
        segments = request.segments()
        first = segments[1] if len(segments) > 1 else ""
        if request.method == "OPTIONS" and first != "api" and is_preflight(request):
            respond(PREFLIGHT)
        elif first == "ping":
            self._ping(request, respond, segments[2:])
        elif (route := self._own.get(first)) is not None:
            route(request, respond, segments[2:])
        elif is_uuid(first):
            self._taker.by_uuid(request, respond, first, _trimmed(segments[2:]))
        elif not self._by_key(request, respond, segments[1:]):
            self._prefixed(request, respond, segments)

    def _ping(self, request: Request, respond: Respond, segments: Sequence[str]) -> None:
        """After ``/ping/``: a uuid always wins, then the ping key, then a bare slug."""
        first = segments[0] if segments else ""
        if is_uuid(first):
            self._taker.by_uuid(request, respond, first, _trimmed(segments[1:]))
        elif not first:
            self._taker.refuse(request, respond, answers.NOT_FOUND, "unknown path")
        elif not self._by_key(request, respond, segments):
            self._bare.ping(request, respond, first, _trimmed(segments[1:]))

    def _by_key(self, request: Request, respond: Respond, segments: Sequence[str]) -> bool:
        """``<ping-key>/<slug>[/action]``; False when the first segment is no ping key."""
        if len(segments) < 2:
            return False
        if not is_one_of(segments[0].encode(), self._intake.ping_keys()):
            return False
        _key, slug, *rest = segments
        action = action_of(rest[0]) if rest else None
        # Healthchecks has no trailing slash after a slug (404), and none of its clients sends one.
        if not slug or (rest and action is None) or len(_trimmed(rest)) > 1:
            name = "/".join((slug, *_trimmed(rest)))
            self._taker.refuse(request, respond, answers.NOT_FOUND, "unknown path", name)
        else:
            self._taker.by_slug(request, respond, slug, action)
        return True

    def _prefixed(self, request: Request, respond: Respond, segments: Sequence[str]) -> None:
        """``/any/prefix/ping/<uuid>`` and ``…/ping/<ping-key>/<slug>``: never a bare slug."""
        for at in range(2, len(segments) - 1):
            if segments[at] != "ping":
                continue
            after = segments[at + 1 :]
            if is_uuid(after[0]):
                self._taker.by_uuid(request, respond, after[0], _trimmed(after[1:]))
                return
            if self._by_key(request, respond, after):
                return
        self._taker.refuse(request, respond, answers.NOT_FOUND, "unknown path")


def _trimmed(segments: Sequence[str]) -> Sequence[str]:
    """Without the empty segment that a trailing slash leaves."""
    return segments[:-1] if segments and not segments[-1] else segments

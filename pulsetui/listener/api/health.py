"""``/healthz``: whether pings are taken, for systemd, container platforms and load balancers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pulsetui.listener.answers import NOT_FOUND
from pulsetui.listener.http.message import Request, Respond, Response

_HEADERS = (("Cache-Control", "no-store"),)
_WELL = Response(200, b"ok", _HEADERS)


class Health:
    """``state`` gives None when all is well, else the reason in one line."""

    def __init__(self, state: Callable[[], str | None]) -> None:
        self._state = state

    def route(self, _request: Request, respond: Respond, segments: Sequence[str]) -> None:
        """200 ``ok``, or 503 with the reason."""
        if any(segments):
            respond(NOT_FOUND)
            return
        reason = self._state()
        respond(_WELL if reason is None else Response(503, reason.encode("utf-8", "replace"), _HEADERS))

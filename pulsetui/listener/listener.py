"""The listener as the engine starts it: server, routes and API put together."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from pulsetui.client.client import EngineClient
from pulsetui.listener.api.api import PulseApi
from pulsetui.listener.api.health import Health
from pulsetui.listener.browser import Guard
from pulsetui.listener.http.limits import Limits
from pulsetui.listener.http.server import HttpServer
from pulsetui.listener.links import LinkPages
from pulsetui.listener.pings.dialect import MakeDialect
from pulsetui.listener.pings.dialects import DIALECTS
from pulsetui.listener.pings.routes import Router
from pulsetui.monitor.sink import MAX_BODY, PingSink

if TYPE_CHECKING:
    from pulsetui.monitor.answering.links import LinkDesk


class Listener:
    """Takes pings for ``sink`` and serves ``client`` to those attached.

    ``require_key`` is for a listener that others than this host can reach: pings must then name a check by
    its uuid or with the ping key. ``health`` gives None, or why pings are not taken now. ``links`` answers
    the links in alerts. Everything runs on
    the loop that ``start`` is called on.
    """

    def __init__(
        self,
        sink: PingSink,
        client: EngineClient,
        *,
        require_key: bool,
        health: Callable[[], str | None] = lambda: None,
        links: LinkDesk | None = None,
        limits: Limits | None = None,
        dialects: Sequence[MakeDialect] = DIALECTS,
    ) -> None:
        guard = Guard(sink.hosts, loopback=not require_key)
        self._api = PulseApi(sink, client, guard)
        own = {"healthz": Health(health).route, "api": self._api.route}
        if links is not None:
            own["a"] = LinkPages(links).route
        router = Router(
            sink,
            guard,
            dialects,
            require_key=require_key,
            own=own,
        )
        self._server = HttpServer(
            router,
            body_kept=MAX_BODY,
            limits=limits,
            refused=sink.reject,
            turned_away=sink.turned_away,
        )

    def start(self, sockets: Sequence[socket.socket]) -> None:
        """Serves on sockets that listen already (``sockets.open_sockets``), and closes them at the end."""
        self._server.start(sockets)

    async def stop(self, grace_s: float = 5.0) -> None:
        """Takes nothing more, lets pings that wait for their commit be answered, closes the rest."""
        await self._server.stop(grace_s)
        self._api.close()

"""The listener as the engine starts it: server, routes and API put together."""

from __future__ import annotations

from collections.abc import Callable

from pulsetui.listener.api import PulseApi
from pulsetui.listener.health import Health
from pulsetui.listener.limits import Limits
from pulsetui.listener.routes import Router
from pulsetui.listener.server import HttpServer, format_address
from pulsetui.monitor.client import EngineClient
from pulsetui.monitor.intake import Intake


class Listener:
    """Takes pings for ``intake`` and serves ``client`` to those attached.

    ``require_key`` is for a listener that others than this host can reach: pings must then name a check by
    its uuid or with the ping key. ``health`` gives None, or why pings are not taken now. Everything runs on
    the loop that ``start`` is called on.
    """

    def __init__(
        self,
        intake: Intake,
        client: EngineClient,
        *,
        require_key: bool,
        health: Callable[[], str | None] = lambda: None,
        limits: Limits | None = None,
    ) -> None:
        self._api = PulseApi(intake, client)
        router = Router(
            intake,
            require_key=require_key,
            own={"healthz": Health(health).route, "api": self._api.route},
        )
        self._server = HttpServer(router, limits=limits, refused=intake.reject)

    async def start(self, host: str, port: int) -> None:
        """Listens. Raises ListenerError with what to do when the address cannot be had."""
        await self._server.start(host, port)

    @property
    def address(self) -> str:
        """``127.0.0.1:8787``, with the real port when 0 was asked for. Only while listening."""
        return format_address(*self._server.address)

    async def stop(self, grace_s: float = 5.0) -> None:
        """Takes nothing more, lets pings that wait for their commit be answered, closes the rest."""
        await self._server.stop(grace_s)
        self._api.close()

"""Puts the engine together: its loop in a second thread, the listener at its door, the hooks behind it."""

from __future__ import annotations

import asyncio
import gc
import logging
import threading
from collections.abc import Coroutine
from pathlib import Path
from types import TracebackType
from typing import Self

from pulsetui.config.model import Config, is_loopback
from pulsetui.errors import EngineError, PulseError
from pulsetui.hooks.courier import Courier
from pulsetui.hooks.hook import HookContext
from pulsetui.hooks.registry import VALIDATORS, build_hooks
from pulsetui.listener.listener import Listener
from pulsetui.monitor.clock import Clock, SystemClock
from pulsetui.monitor.engine import Engine
from pulsetui.monitor.local import LocalEngine
from pulsetui.monitor.outbox import StoreOutbox

logger = logging.getLogger(__name__)

_STOP_TIMEOUT_S = 15.0
_ANSWER_TIMEOUT_S = 60.0  # a large spool or database may take its time at the start


class Host:
    """A running engine in this process. A context manager: leaving it stops the engine cleanly."""

    def __init__(
        self, config_path: Path, state_dir: Path, listen: tuple[str, int] | None, clock: Clock
    ) -> None:
        """``listen`` wins over the configuration's address."""
        self.engine = Engine(config_path, state_dir, clock=clock, hook_validators=VALIDATORS)
        self.client = LocalEngine(self.engine)
        configured = self.engine.config.listener
        self._host, self._port = listen or (configured.host, configured.port)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="pulsetui-engine", daemon=True)
        context = HookContext(publish=self.client.publish)
        self._listener = Listener(
            self.engine,
            self.client,
            require_key=not is_loopback(self._host),
            health=self.engine.health,
        )
        self._courier = Courier(
            StoreOutbox(self.engine),
            build_hooks(self.engine.config.hooks, context),
            clock,
            self._hook_troubled,
        )
        self._context = context
        self._courier_task: asyncio.Task[None] | None = None

    @property
    def engine_url(self) -> str:
        """``http://127.0.0.1:8787``"""
        return f"http://{self._listener.address}"

    def start(self) -> None:
        """Raises ListenerError, ConfigError or StoreError; nothing runs then."""
        self._thread.start()
        try:
            self._run(self._start())
            # What is loaded now stays: to walk it again and again is the garbage collector's long pause.
            gc.freeze()
        except BaseException:
            self._end_loop()
            raise

    async def _start(self) -> None:
        engine = self.engine
        try:
            # The door is opened last: a ping must find the checks, and the time before it settled.
            await engine.start()
            await self._listener.start(self._host, self._port)
        except BaseException:
            await engine.stop()
            raise
        address = self._listener.address
        self.client.listening(self._host, int(address.rpartition(":")[2]))
        engine.lock.announce(self.client.reachable_url)
        engine.on_told = self._courier.wake
        engine.on_config.append(self._take_hooks)
        self._courier_task = asyncio.get_running_loop().create_task(self._courier.run())

    def _take_hooks(self, config: Config) -> None:
        self._courier.replace_hooks(build_hooks(config.hooks, self._context))

    def _hook_troubled(self, hook: str, error: str | None) -> None:
        if error is None:
            self.engine.notices.take_away(f"hook:{hook}")
        else:
            self.engine.notices.put(f"hook:{hook}", "warning", f"hook {hook}: {error}")

    def stop(self) -> None:
        """Answers the pings that wait for their commit, then lets go of everything."""
        if self._loop.is_closed():
            return
        try:
            self._run(self._stop())
        except PulseError as error:
            logger.error("the engine did not stop cleanly: %s", error)  # noqa: TRY400 - a known cause
        self._end_loop()

    async def _stop(self) -> None:
        await self._listener.stop()
        self._courier.stop()
        if self._courier_task is not None:
            await asyncio.wait([self._courier_task], timeout=_STOP_TIMEOUT_S / 3)
        await self.engine.stop()

    def _run(self, routine: Coroutine[object, object, None]) -> None:
        future = asyncio.run_coroutine_threadsafe(routine, self._loop)
        try:
            future.result(_ANSWER_TIMEOUT_S)
        except TimeoutError:
            future.cancel()
            raise EngineError("the engine did not answer in time") from None

    def _end_loop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_STOP_TIMEOUT_S)
        if not self._thread.is_alive():
            self._loop.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()


def open_engine(
    config_path: Path,
    state_dir: Path,
    listen: tuple[str, int] | None = None,
    *,
    clock: Clock | None = None,
) -> Host:
    """Starts an engine. Raises StateHeldError, ConfigError, ListenerError, EngineError or StoreError."""
    host = Host(config_path, state_dir, listen, clock or SystemClock())
    host.start()
    return host

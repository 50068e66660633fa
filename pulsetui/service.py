"""Puts the engine together: its loop in a second thread, the listener at its door, the hooks behind it.

It starts in two steps. ``start`` takes the state directory, the address and all checks: all that a first
frame needs. ``open_door`` lets pings in and alerts out; clients that came before wait in the kernel.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import socket
import threading
from collections.abc import Coroutine, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from pulsetui.config.model import Config, is_loopback
from pulsetui.errors import EngineError, PulseError
from pulsetui.hooks.registry import VALIDATORS
from pulsetui.listener.http.sockets import open_sockets, port_of
from pulsetui.monitor.checks_toml.notices import ConfigNotices
from pulsetui.monitor.clock import Clock, SystemClock
from pulsetui.monitor.engine import Engine
from pulsetui.monitor.local import LocalEngine
from pulsetui.monitor.watch.health import Trouble

if TYPE_CHECKING:
    from pulsetui.hooks.delivery import DeliveryWorker
    from pulsetui.hooks.hook import Hook
    from pulsetui.hooks.worker.notices import HookNotices
    from pulsetui.listener.listener import Listener
    from pulsetui.monitor.answering.links import LinkDesk
    from pulsetui.monitor.host.watch import HostWatch
    from pulsetui.monitor.watch.watchdog import Watchdogs

logger = logging.getLogger(__name__)

_STOP_TIMEOUT_S = 15.0
_ANSWER_TIMEOUT_S = 60.0  # a large spool or database may take its time at the start


class Service:
    """A running engine in this process. A context manager: leaving it stops the engine cleanly."""

    def __init__(
        self,
        config_path: Path,
        state_dir: Path,
        listen: tuple[str, int] | None,
        clock: Clock,
        *,
        sockets: Sequence[socket.socket] = (),
    ) -> None:
        """``listen`` wins over the configuration's address; ``sockets`` listen there already."""
        self.engine = Engine(config_path, state_dir, clock=clock, hook_validators=VALIDATORS)
        self.client = LocalEngine(self.engine)
        configured = self.engine.config.listener
        self._host, self._port = listen or (configured.host, configured.port)
        self._config_notices = ConfigNotices(self.engine.notices, clock, self._host)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="pulsetui-engine", daemon=True)
        self._sockets = list(sockets)
        self._listener: Listener | None = None
        self._delivery: DeliveryWorker | None = None
        self._hook_notices: HookNotices
        self._watchdogs: Watchdogs | None = None
        self.host: HostWatch | None = None
        self._host_task: asyncio.Task[None] | None = None
        self._delivery_task: asyncio.Task[None] | None = None
        self._opening: Future[None] | None = None
        self._stopping = False

    @property
    def engine_url(self) -> str:
        """``http://127.0.0.1:8787``"""
        return f"http://{self.client.address}"

    @property
    def descriptors(self) -> tuple[int, ...]:
        """Of the listening sockets, for a process that is to take over."""
        return tuple(listening.fileno() for listening in self._sockets)

    def start(self) -> None:
        """Raises ListenerError, ConfigError or StoreError; nothing runs then."""
        self._thread.start()
        try:
            self._run(self._start())
            # What is loaded now stays: to walk it again and again is the garbage collector's long pause.
            gc.freeze()
            # A crowd's pings go without it: by default it would look for cycles in the midst of each crowd.
            gc.set_threshold(20_000)
        except BaseException:
            self._end_loop()
            raise

    async def _start(self) -> None:
        engine = self.engine
        try:
            # The address is taken last: a ping must find the checks, and the time before it settled.
            await engine.start()
            self._sockets = self._sockets or open_sockets(self._host, self._port)
        except BaseException:
            await engine.stop()
            raise
        self.client.listening(self._host, port_of(self._sockets[0]))
        self._config_notices.look(engine.config)
        engine.on_config.subscribe(self._config_notices.look)
        engine.prover.no_programs = lambda: self._config_notices.no_commands
        engine.lock.announce(self.client.reachable_url, self.client.local_ping_url, engine.door.state_id())

    def open_door(self) -> None:
        """Takes pings and tells alerts from now on. Called once, from any thread; returns at once."""
        self._opening = asyncio.run_coroutine_threadsafe(self._open_door(), self._loop)

    async def _open_door(self) -> None:
        if self._stopping:
            return  # the end came before the beginning
        # Imported only now: they take longer than a first frame can wait.
        from pulsetui.core.schedule.zone import zone
        from pulsetui.hooks.delivery import DeliveryWorker
        from pulsetui.hooks.hook import HookContext, links_of
        from pulsetui.hooks.registry import HookBuilder
        from pulsetui.hooks.worker.notices import HookNotices
        from pulsetui.monitor.answering.answers import AlertAnswers
        from pulsetui.monitor.answering.links import LinkDesk
        from pulsetui.monitor.outbox import StoreOutbox

        engine, answers = self.engine, AlertAnswers(self.engine)
        desk = LinkDesk(engine, answers)
        builder = HookBuilder(
            HookContext(publish=self.client.publish, links=links_of(desk.url), signing_key=engine.links_key)
        )

        def hooks(config: Config) -> Mapping[str, Hook]:
            return builder.build(config.hooks, no_commands=self._config_notices.no_commands)

        self._listen(desk)
        self._hook_notices = notices = HookNotices(engine.notices)
        self._delivery = delivery = DeliveryWorker(
            StoreOutbox(engine),
            hooks(engine.config),
            engine.clock,
            notices.trouble,
            on_lost=notices.lost,
            on_state=self._hooks_changed,
            take=answers.take,
            timezone=lambda: zone(engine.config.timezone),
        )
        engine.on_config.subscribe(lambda config: delivery.replace_hooks(hooks(config)))
        self._introduce(delivery)
        self._look_for_ears()
        self._watch_the_watcher()
        self._watch_the_host()
        await self._tell_lost(notices)
        if not self._stopping:
            self._delivery_task = asyncio.get_running_loop().create_task(delivery.run())
        await self._tell_host_zone()
        await engine.save_memory()  # last: what a first frame has needed goes, too

    def _introduce(self, delivery: DeliveryWorker) -> None:
        """To the engine and its clients: who tells alerts."""
        from pulsetui.hooks.worker.notices import all_fail

        self.client.know_hooks(delivery.states)
        self.engine.health_judge.alerts_stuck = delivery.stuck
        self.engine.deaf = lambda: all_fail(self.engine.config, delivery.states())
        self.engine.hook_control = delivery
        self.engine.on_alerts.subscribe(delivery.wake)
        self.engine.on_urgent.subscribe(delivery.tell_now)
        self.client.on_attached.subscribe(delivery.audience_arrived)

    def _watch_the_watcher(self) -> None:
        """Tells others that the engine is well, where checks.toml names such."""
        from pulsetui.hooks.watchdog_call import ask_watchdog
        from pulsetui.monitor.watch.watchdog import Watchdogs

        engine = self.engine
        self._watchdogs = watchdogs = Watchdogs(
            engine.trouble_for_others, ask_watchdog, engine.notices, engine.clock
        )
        self.client.know_watchdogs(watchdogs.states)
        watchdogs.replace(engine.config.watchdogs)
        engine.on_config.subscribe(lambda config: watchdogs.replace(config.watchdogs))

    def _watch_the_host(self) -> None:
        """What stands in its crontabs and timers, and what they tell of a miss."""
        from pulsetui.monitor.host.watch import HostWatch

        engine = self.engine
        self.host = HostWatch(
            lambda: engine.config,
            lambda: self.client.reachable_url,
            engine.notices,
            engine.clock,
            engine.state_dir,
        )
        engine.evidence = self.host.evidence
        self.client.know_host_jobs(self.host.view)
        self._host_task = asyncio.get_running_loop().create_task(self.host.watch())

    def _listen(self, links: LinkDesk) -> None:
        from pulsetui.listener.listener import Listener

        outside = not is_loopback(self._host)
        self._listener = Listener(
            self.engine.door, self.client, require_key=outside, health=self.engine.health, links=links
        )
        self._listener.start(self._sockets)

    def _hooks_changed(self) -> None:
        assert self._delivery is not None
        self._hook_notices.states(self._delivery.states())
        self._would_be_told()
        self.client.hooks_changed()

    def _look_for_ears(self) -> None:
        """Says when nobody would be told: now, and whenever that may have changed."""
        self._would_be_told()
        self.client.know_unheard(lambda: self._hook_notices.deaf)
        self.engine.on_config.subscribe(lambda _: self._would_be_told())
        for came_or_went in (self.client.on_attached, self.client.on_detached):
            came_or_went.subscribe(self._screens_changed)

    def _screens_changed(self) -> None:
        """From any thread, also of a screen that outlives the engine."""
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._would_be_told)

    def _would_be_told(self) -> None:
        assert self._delivery is not None
        config, screens = self.engine.config, self.client.screens()
        refused = bool(self._config_notices.no_commands)
        self._hook_notices.unheard(config, self._delivery.states(), screens=screens, no_commands=refused)

    async def _tell_lost(self, notices: HookNotices) -> None:
        """What was not delivered in the last run is still to be read."""
        from pulsetui.hooks.worker.notices import LOST_REMEMBERED

        since = self.engine.clock.now() - LOST_REMEMBERED
        try:
            lost = await asyncio.to_thread(self.engine.queries.deliveries_lost, since)
        except PulseError as error:
            logger.warning("what was not delivered cannot be read: %s", error)
            return
        for hook, (count, why) in lost.items():
            if hook in self.engine.config.hooks:
                notices.lost(hook, count, why)

    async def _tell_host_zone(self) -> None:
        """In which zone cron runs here, for the lines to copy. To find it takes a look at many files."""
        from pulsetui.config.host_zone import zone_without_tz
        from pulsetui.config.host_zone_name import host_zone_name

        zone = await asyncio.to_thread(host_zone_name)
        other = await asyncio.to_thread(zone_without_tz)
        self.client.know_host("" if zone.doubt else zone.name, other)

    def trouble(self, within_s: float) -> Trouble | None:
        """What is wrong with the engine, by its own judgement, or None. A loop that does not get to answer in
        that time is stuck."""
        future = asyncio.run_coroutine_threadsafe(self._judge(), self._loop)
        try:
            return future.result(within_s)
        except TimeoutError:
            future.cancel()
            return Trouble(f"the engine did not answer within {within_s:g} s", is_stuck=True)

    async def _judge(self) -> Trouble | None:
        return self.engine.health_judge.trouble()

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
        self._stopping = True  # the opening is cancelled only in a later round of the loop
        if self._opening is not None:
            self._opening.cancel()  # it may still look for the host's zone
        self._config_notices.stop()
        if self._host_task is not None:
            self._host_task.cancel()
        if self._watchdogs is not None:
            await self._watchdogs.stop()
        if self._listener is not None:
            await self._listener.stop()
        for listening in self._sockets:
            listening.close()
        if self._delivery is not None and self._delivery_task is not None:
            self._delivery.stop()
            await asyncio.wait([self._delivery_task], timeout=_STOP_TIMEOUT_S / 3)
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


def open_service(
    config_path: Path,
    state_dir: Path,
    listen: tuple[str, int] | None = None,
    *,
    clock: Clock | None = None,
    sockets: Sequence[socket.socket] = (),
) -> Service:
    """An engine with its door open. Raises StateHeldError, ConfigError, ListenerError, EngineError or
    StoreError."""
    service = Service(config_path, state_dir, listen, clock or SystemClock(), sockets=sockets)
    service.start()
    service.open_door()
    return service

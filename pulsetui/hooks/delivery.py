"""The outbox worker: takes deliveries that are due to their hooks, and records how it went.

Each hook has a lane of its own, which sends one alert at a time: a slow hook delays no other. In it the
alerts of a check keep their order. Whatever a hook raises stays in its lane. A send that succeeded is
recorded until the store takes it, before the lane goes on; so only a crash in between sends anything twice.

A hook that fails again and again is left alone, but for one alert now and then (``circuit``); what waits for
it costs nothing, and no try is counted. In a storm a lane gathers before it sends.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, tzinfo
from functools import partial
from random import random as system_random
from types import MappingProxyType
from typing import Final

from pulsetui.client.alert import Alert, Answer, Outbox, TakeAnswer
from pulsetui.client.hooks import HookState
from pulsetui.core.text.clean import clean
from pulsetui.core.text.phrases import span_text
from pulsetui.hooks.hook import Hook
from pulsetui.hooks.worker.attempt import STOP_GRACE_S, Sleep, attempt, within
from pulsetui.hooks.worker.lane import Lane
from pulsetui.hooks.worker.listening import Listeners
from pulsetui.hooks.worker.sending import MAX_ERROR_LENGTH, MIN_REST_S, STORE_PAUSE_S, Sender
from pulsetui.monitor.clock import Clock

log = logging.getLogger(__name__)

OnTrouble = Callable[[str, str | None], None]
"""(name of the hook, what is wrong); None when it works again or is gone. Called on the worker's loop."""
OnLost = Callable[[str, int, str], None]
"""(name of the hook, how many alerts were given up, why). Called on the worker's loop."""

_QUICK_S: Final = 0.01
_BREATHS: Final = 9
"""A round that was not quick is followed by so many times its length without one."""
_MAX_BREATH_S: Final = 2.0
"""A round that took long for another reason, a disk that stood still, must not keep alerts back."""
MAX_STILL_S: Final = 300.0
"""A round takes milliseconds, a lane at most as long as its hook may: later by so much is standing still."""
_MAX_REST_S: Final = 60.0
"""A wall clock may be set, or jump after a suspend: never trust one long sleep."""


async def _take_nothing(_: Answer) -> str:
    return "PulseTUI takes no answers"


class DeliveryWorker:
    """Runs on one event loop. ``wake``, ``stop``, ``audience_arrived`` and ``states`` may be called from any
    thread, all else on that loop.

    ``sleep`` is the only way it waits for time to pass, but for the grace at its end; ``random`` gives
    numbers of 0 to 1, by which pauses differ.
    """

    def __init__(
        self,
        outbox: Outbox,
        hooks: Mapping[str, Hook],
        clock: Clock,
        on_trouble: OnTrouble,
        *,
        on_lost: OnLost = lambda *_: None,
        on_state: Callable[[], None] = lambda: None,
        take: TakeAnswer = _take_nothing,
        timezone: Callable[[], tzinfo] = lambda: UTC,
        sleep: Sleep = asyncio.sleep,
        random: Callable[[], float] = system_random,
    ) -> None:
        self._outbox = outbox
        self._hooks = dict(hooks)
        self._clock = clock
        self._on_trouble = on_trouble
        self._on_lost = on_lost
        self._on_state = on_state
        self._sleep = sleep
        self._sender = Sender(outbox, clock, self, timezone=timezone, sleep=sleep, random=random)
        self._listeners = Listeners(take, self._listening, clock, sleep, random)
        self._lanes: dict[str, Lane] = {}
        self._adopt(hooks)
        self._states: Mapping[str, HookState] = MappingProxyType({})
        self._troubles: dict[str, str] = {}
        self._to_release: set[str] = set()  # hooks for which nothing need wait any longer
        self._pauses_known = False
        self._news = asyncio.Event()
        self._stopped = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = False
        self._rounded_at: float | None = None  # on the monotonic clock; None: it does not run yet
        self._telling: set[asyncio.Future[None]] = set()

    def replace_hooks(self, hooks: Mapping[str, Hook]) -> None:
        """Takes the hooks of a changed configuration; a send in progress ends as it began.

        A hook that is another object than before was edited, perhaps since it did not work: what waits for
        it is sent at once.
        """
        self._to_release |= {name for name, hook in hooks.items() if hook is not self._hooks.get(name)}
        self._hooks = dict(hooks)
        self._adopt(hooks)
        self._pauses_known = False  # of one that was there before
        for lane in self._lanes.values():
            lane.circuit.probe_now()
        for name in [name for name in self._troubles if name not in hooks]:
            self.trouble(name, None)
        if self._loop is not None and not self._stopping:
            self._listeners.replace(hooks)
        self._news.set()

    def _adopt(self, hooks: Mapping[str, Hook]) -> None:
        for name in [name for name, lane in self._lanes.items() if lane.task is None and name not in hooks]:
            del self._lanes[name]
        for name, lane in self._lanes.items():
            lane.hook = hooks.get(name)
        for name, hook in hooks.items():
            self._lanes.setdefault(name, Lane(name, hook))

    def states(self) -> Mapping[str, HookState]:
        """How each hook is doing, without its type. Changes are told to ``on_state``."""
        return self._states

    def stuck(self) -> str | None:
        """Why alerts do not go out, though it is not for their hooks; None when they do. Whoever asks calls
        ``wake`` every now and then: a round that has nothing to do shows life, too."""
        now = self._clock.monotonic()
        if self._rounded_at is not None and now - self._rounded_at > MAX_STILL_S:
            return f"alerts have not been looked at for {span_text(now - self._rounded_at)}"
        for lane in self._lanes.values():
            if (still := lane.still_s(now)) > MAX_STILL_S:
                return f"hook {lane.name}: a delivery has been stuck for {span_text(still)}"
        return None

    async def pause(self, name: str) -> bool:
        """Holds what is for the hook, over restarts, until it is resumed; False when there is no such hook.
        A send in progress ends. Raises StoreError; it is not paused then."""
        return await self._set_pause(name, paused=True)

    async def resume(self, name: str) -> bool:
        """Sends what was held, and tries the hook at once where it failed before. False when there is no such
        hook. Raises StoreError; it is still paused then."""
        return await self._set_pause(name, paused=False)

    async def _set_pause(self, name: str, *, paused: bool) -> bool:
        lane = self._lanes.get(name)
        if lane is None or lane.hook is None:
            return False
        at = (lane.paused_at or self._clock.now()) if paused else None
        await self._outbox.pause(name, at)
        lane.paused_at = at
        if not paused:
            lane.try_now()
            await self._outbox.release(name, self._clock.now())
        log.info("hook=%s %s", name, "paused" if paused else "resumed")
        self.changed()
        self._news.set()
        return True

    def wake(self) -> None:
        """Something was put into the outbox."""
        self._call(self._news.set)

    def tell_now(self, alert: Alert) -> None:
        """By every hook that is not paused, unrecorded and tried once: for what the outbox itself cannot
        take."""
        for name, hook in self._hooks.items():
            if self._lanes[name].paused_at is not None:
                continue
            telling = asyncio.ensure_future(self._tell_now(name, hook, alert))
            self._telling.add(telling)
            telling.add_done_callback(self._telling.discard)

    async def _tell_now(self, name: str, hook: Hook, alert: Alert) -> None:
        if (error := await attempt(name, hook, alert, self._sleep)) is not None:
            log.error("hook=%s not told: %s", name, clean(str(error), MAX_ERROR_LENGTH))

    def audience_arrived(self) -> None:
        """There are people now whom the hooks that need an audience can reach."""
        self._call(self._release_waiting)

    def _release_waiting(self) -> None:
        self._to_release |= {name for name, hook in self._hooks.items() if hook.needs_audience}
        self._news.set()

    def stop(self) -> None:
        """Makes ``run`` return soon. A send in progress may end; a long one is left to the next start."""
        self._stopping = True
        self._call(self._sender.stop)
        self._call(self._stopped.set)
        self._call(self._news.set)

    def _call(self, callback: Callable[[], None]) -> None:
        if self._loop is None:
            callback()  # not running yet: nothing waits for the event on a loop
            return
        try:
            self._loop.call_soon_threadsafe(callback)
        except RuntimeError:
            pass  # the loop is closed: there is nothing left to wake

    # --- rounds -------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Works until ``stop``. Raises only what cancels it."""
        self._loop = asyncio.get_running_loop()
        self._rounded_at = self._clock.monotonic()
        self._release_waiting()  # an audience may have arrived before
        if not self._stopping:
            self._listeners.replace(self._hooks)
        try:
            while not self._stopping:
                self._news.clear()
                begun = self._clock.monotonic()
                rest = await self._round()
                await self._breathe(self._clock.monotonic() - begun)
                await self._rest(rest)
        finally:
            await self._listeners.stop()
            await self._end_lanes()

    async def _round(self) -> float | None:
        """Starts what can be started; returns for how long to rest, None for until something happens."""
        try:
            await self._know_pauses()
            await self._release()
            queues = await self._outbox.queues()
        except Exception:
            log.exception("the outbox cannot be read; trying again in %g s", STORE_PAUSE_S)
            return STORE_PAUSE_S
        self._rounded_at = self._clock.monotonic()
        for name in queues.keys() - self._lanes.keys():
            self._lanes[name] = Lane(name, None)
        now, rests = self._clock.now(), []
        for name, lane in self._lanes.items():
            lane.queue = queues.get(name)
            at = lane.ready_at(now)
            if at is not None and at > now:
                rests.append((at - now).total_seconds())
            elif at is not None and not self._stopping:
                self._start(lane)
        self.changed()
        return min(max(min(rests), MIN_REST_S), _MAX_REST_S) if rests else None

    async def _know_pauses(self) -> None:
        """Of the last run, or of a hook that has come back."""
        if not self._pauses_known:
            for name, at in (await self._outbox.pauses()).items():
                if (lane := self._lanes.get(name)) is not None:
                    lane.paused_at = at
            self._pauses_known = True

    async def _release(self) -> None:
        """Makes due what waited for an audience, or for a hook that was edited. A busy lane comes later: it
        may be about to put more off."""
        for name in list(self._to_release):
            lane = self._lanes.get(name)
            if lane is None or lane.task is None:
                await self._outbox.release(name, self._clock.now())
                if lane is not None:
                    lane.try_now()
                self._to_release.discard(name)

    def _start(self, lane: Lane) -> None:
        lane.begun_at = self._clock.monotonic()
        lane.task = asyncio.create_task(self._sender.work(lane), name=f"hook {lane.name}")
        lane.task.add_done_callback(partial(self._lane_ended, lane))

    def _lane_ended(self, lane: Lane, task: asyncio.Task[None]) -> None:
        lane.task = None
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("hook=%s its lane broke", lane.name, exc_info=error)
        self._news.set()

    async def _breathe(self, took_s: float) -> None:
        """In a storm each commit brings news of thousands: most of the time is for pings."""
        if took_s > _QUICK_S and not self._stopping:
            await within(min(took_s * _BREATHS, _MAX_BREATH_S), self._stopped.wait(), self._sleep)

    async def _rest(self, seconds: float | None) -> None:
        """Until there is news, at most this long."""
        if self._news.is_set() or self._stopping:
            return
        if seconds is None:
            await self._news.wait()
        else:
            await within(seconds, self._news.wait(), self._sleep)

    async def _end_lanes(self) -> None:
        tasks = [lane.task for lane in self._lanes.values() if lane.task is not None]
        lanes: set[asyncio.Future[None]] = {*tasks, *self._telling}
        if not lanes:
            return
        _, pending = await asyncio.wait(lanes, timeout=STOP_GRACE_S)
        for task in pending:
            task.cancel()
        if pending:
            await asyncio.wait(pending, timeout=2 * STOP_GRACE_S)

    # --- what is said of it (sending.Reports) ---------------------------------------------------------

    def trouble(self, name: str, error: str | None) -> None:
        """What is wrong with a hook; None when it works, or is gone."""
        message = None if error is None else clean(error, MAX_ERROR_LENGTH)
        if self._troubles.get(name) == message:
            return
        if message is None:
            del self._troubles[name]
        else:
            self._troubles[name] = message
        self._safely(name, partial(self._on_trouble, name, message))

    def lost(self, name: str, count: int, why: str) -> None:
        """So many alerts were given up."""
        self._safely(name, partial(self._on_lost, name, count, why))

    def changed(self) -> None:
        """The state of a lane is another one."""
        now = self._clock.now()
        states = {lane.name: lane.state(now) for lane in self._lanes.values() if lane.hook is not None}
        if states != self._states:
            self._states = MappingProxyType(states)
            self._safely("", self._on_state)

    def _listening(self, name: str, error: str | None) -> None:
        lane = self._lanes.get(name)
        if lane is not None:
            lane.listening, lane.answers_error = error is None, error or ""
            self.changed()

    def _safely(self, name: str, report: Callable[[], None]) -> None:
        try:
            report()
        except Exception:
            log.exception("hook=%s the report of what happened failed", name or "-")

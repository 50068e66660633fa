"""The outbox worker: takes deliveries that are due to their hooks, and records how it went.

Each hook has a lane of its own, which sends one alert at a time: a slow hook delays no other. In it the
alerts of a check keep their order. Whatever a hook raises stays in its lane. A send that succeeded is
recorded until the store takes it, before the lane goes on; so only a crash in between sends anything twice.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Final

from pulsetui.client.alert import Alert, Delivery, Outbox
from pulsetui.core.text.clean import clean
from pulsetui.errors import HookError, NoAudienceError
from pulsetui.hooks.digest import DIGESTIBLE, digest
from pulsetui.hooks.hook import Hook
from pulsetui.hooks.retry import MAX_TRIES, TOO_OLD, next_look, next_try
from pulsetui.monitor.clock import Clock

log = logging.getLogger(__name__)

Sleep = Callable[[float], Awaitable[None]]
OnTrouble = Callable[[str, str | None], None]
"""(name of the hook, what is wrong); None when it works again or is gone. Called on the worker's loop."""

DIGEST_ABOVE: Final = 5
"""More alerts than this at once are sent as one by hooks that would drown a person."""
PAGE: Final = 200
_STORE_PAUSE_S: Final = 5.0
_BUSY_LOOK_S: Final = 1.0
"""While a lane is busy its own due deliveries hide when the next of another lane is; so look again."""
_MIN_REST_S: Final = 0.05
"""Should ``due`` and ``next_due`` ever disagree, it costs a little and not a whole core."""
_MAX_REST_S: Final = 60.0
"""A wall clock may be set, or jump after a suspend: never trust one long sleep."""
_STOP_GRACE_S: Final = 3.0
_MAX_ERROR_LENGTH: Final = 300


class DeliveryWorker:
    """Runs on one event loop. ``wake`` and ``stop`` may be called from any thread.

    ``sleep`` is the only way it waits for time to pass, but for the grace at its end.
    """

    def __init__(
        self,
        outbox: Outbox,
        hooks: Mapping[str, Hook],
        clock: Clock,
        on_trouble: OnTrouble,
        *,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._outbox = outbox
        self._hooks = dict(hooks)
        self._clock = clock
        self._on_trouble = on_trouble
        self._sleep = sleep
        self._lanes: dict[str, asyncio.Task[None]] = {}
        self._troubles: dict[str, str] = {}
        self._to_release: set[str] = set()  # hooks whose deliveries need not wait for an audience any more
        self._news = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = False
        self._telling: set[asyncio.Future[None]] = set()

    def replace_hooks(self, hooks: Mapping[str, Hook]) -> None:
        """Takes the hooks of a changed configuration; a send in progress ends as it began.

        To be called on the worker's loop.
        """
        self._release_waiting()  # perhaps to another kind of hook
        self._hooks = dict(hooks)
        for name in [name for name in self._troubles if name not in hooks]:
            self._clear(name)
        self._news.set()

    def wake(self) -> None:
        """Something was put into the outbox."""
        self._call(self._news.set)

    def tell_now(self, alert: Alert) -> None:
        """By every hook, unrecorded and tried once: for what the outbox itself cannot take. To be called on
        the worker's loop."""
        for name, hook in self._hooks.items():
            telling = asyncio.ensure_future(self._tell_now(name, hook, alert))
            self._telling.add(telling)
            telling.add_done_callback(self._telling.discard)

    async def _tell_now(self, name: str, hook: Hook, alert: Alert) -> None:
        if (error := await self._attempt(name, hook, alert)) is not None:
            log.error("hook=%s not told: %s", name, clean(str(error), _MAX_ERROR_LENGTH))

    def audience_arrived(self) -> None:
        """There are people now whom the hooks that need an audience can reach."""
        self._call(self._release_waiting)

    def _release_waiting(self) -> None:
        self._to_release |= {name for name, hook in self._hooks.items() if hook.needs_audience}
        self._news.set()

    def stop(self) -> None:
        """Makes ``run`` return soon. A send in progress may end; a long one is left to the next start."""
        self._stopping = True
        self._call(self._news.set)

    def _call(self, callback: Callable[[], None]) -> None:
        if self._loop is None:
            callback()  # not running yet: nothing waits for the event on a loop
            return
        try:
            self._loop.call_soon_threadsafe(callback)
        except RuntimeError:
            pass  # the loop is closed: there is nothing left to wake

    async def run(self) -> None:
        """Works until ``stop``. Raises only what cancels it."""
        self._loop = asyncio.get_running_loop()
        self._release_waiting()  # an audience may have arrived before
        try:
            while not self._stopping:
                self._news.clear()
                await self._rest(await self._round())
        finally:
            await self._end_lanes()

    async def _round(self) -> float | None:
        """Starts what can be started; returns for how long to rest, None for until something happens."""
        try:
            await self._release()
            await self._dispatch()
            next_due = await self._outbox.next_due()
        except Exception:
            log.exception("the outbox cannot be read; trying again in %g s", _STORE_PAUSE_S)
            return _STORE_PAUSE_S
        if next_due is None:
            return None
        left = (next_due - self._clock.now()).total_seconds()
        return min(max(left, _BUSY_LOOK_S if self._lanes else _MIN_REST_S), _MAX_REST_S)

    async def _release(self) -> None:
        """Makes due what waited for an audience. A busy lane comes later: it may be about to put more off."""
        for name in self._to_release - self._lanes.keys():
            await self._outbox.release(name, self._clock.now())
            self._to_release.discard(name)

    async def _dispatch(self) -> None:
        """Gives every idle lane its due deliveries, also those behind many of a busy one."""
        limit = PAGE
        while not self._stopping:
            page = await self._outbox.due(self._clock.now(), limit)
            waiting: dict[str, list[Delivery]] = {}
            for delivery in page:
                if delivery.hook not in self._lanes:
                    waiting.setdefault(delivery.hook, []).append(delivery)
            for name, deliveries in waiting.items():
                self._start_lane(name, deliveries)
            if len(page) < limit:
                return
            if not waiting:
                limit *= 2

    def _start_lane(self, name: str, deliveries: Sequence[Delivery]) -> None:
        lane = asyncio.create_task(self._work(name, deliveries), name=f"hook {name}")
        self._lanes[name] = lane
        lane.add_done_callback(lambda _: self._lane_ended(name))

    def _lane_ended(self, name: str) -> None:
        lane = self._lanes.pop(name)
        if not lane.cancelled() and (error := lane.exception()) is not None:
            log.error("hook=%s its lane broke", name, exc_info=error)
        self._news.set()

    async def _rest(self, seconds: float | None) -> None:
        """Until there is news, at most this long."""
        if self._news.is_set() or self._stopping:
            return
        if seconds is None:
            await self._news.wait()
        else:
            await self._within(seconds, self._news.wait())

    async def _work(self, name: str, deliveries: Sequence[Delivery]) -> None:
        untold: set[int] = set()
        for batch in self._batches(name, deliveries):
            if self._stopping:
                return
            if batch[0].check_id in untold:
                continue  # it waits behind the one that failed
            hook = self._hooks.get(name)
            if hook is None:
                gone = HookError(f'there is no hook "{name}" in the configuration any more', permanent=True)
                await self._record_failure(batch, gone)
                continue
            try:
                told = await self._send(name, hook, batch)
            except Exception as error:
                # Never leaves a delivery unrecorded: it would be due again at once.
                log.exception("hook=%s cannot be served", name)
                await self._record_failure(batch, _unexpected(error))
                told = False
            if not told:
                untold |= {delivery.check_id for delivery in batch if delivery.check_id is not None}

    def _batches(self, name: str, deliveries: Sequence[Delivery]) -> list[list[Delivery]]:
        """What is sent together: everything that a digest can stand for in a storm, else one by one."""
        hook = self._hooks.get(name)
        together = [delivery for delivery in deliveries if delivery.alert.event in DIGESTIBLE]
        if hook is None or not hook.digest or len(together) <= DIGEST_ABOVE:
            return [[delivery] for delivery in deliveries]
        return [together, *([d] for d in deliveries if d.alert.event not in DIGESTIBLE)]

    async def _send(self, name: str, hook: Hook, batch: Sequence[Delivery]) -> bool:
        """Whether the batch was delivered."""
        alert = batch[0].alert if len(batch) == 1 else digest([delivery.alert for delivery in batch])
        error = await self._attempt(name, hook, alert)
        if error is None:
            at = self._clock.now()
            for delivery in batch:
                await self._record(partial(self._outbox.delivered, delivery, at))
            self._clear(name)
        elif isinstance(error, NoAudienceError):
            await self._hold(batch, error)
        else:
            await self._record_failure(batch, error)
            self._trouble(name, str(error))
        return error is None

    async def _attempt(self, name: str, hook: Hook, alert: Alert) -> HookError | None:
        """One send in bounded time; None if it was delivered."""
        try:
            if not await self._within(hook.timeout_s, hook.send(alert)):
                return HookError(f"did not answer within {hook.timeout_s:g} s")
        except HookError as error:
            return error
        except Exception as error:
            log.exception("hook=%s raised something unexpected", name)
            return _unexpected(error)
        log.info("hook=%s check=%s event=%s told", name, alert.slug or "-", alert.event)
        return None

    async def _record_failure(self, batch: Sequence[Delivery], error: HookError) -> None:
        at = self._clock.now()
        message = clean(str(error), _MAX_ERROR_LENGTH)
        for delivery in batch:
            again = next_try(delivery, at, permanent=error.permanent)
            too_old = again is None and not error.permanent and delivery.tries + 1 < MAX_TRIES
            told = f"{message}; {TOO_OLD}" if too_old else message
            log.log(
                logging.ERROR if again is None else logging.WARNING,
                "hook=%s check=%s event=%s not told (%s): %s",
                delivery.hook,
                delivery.alert.slug or "-",
                delivery.alert.event,
                "given up" if again is None else f"next try {again:%H:%M:%S} UTC",
                told,
            )
            await self._record(partial(self._outbox.failed, delivery, at, told, again))

    async def _hold(self, batch: Sequence[Delivery], error: NoAudienceError) -> None:
        """Puts off what is not too old by now."""
        at = self._clock.now()
        again = {delivery.id: next_look(delivery, at) for delivery in batch}
        for until in set(again.values()):
            deliveries = [delivery for delivery in batch if again[delivery.id] == until]
            why = clean(str(error), _MAX_ERROR_LENGTH) if until else "nobody came to be told within a week"
            what = "waiting" if until else "given up"
            log.info("hook=%s alerts=%d %s: %s", batch[0].hook, len(deliveries), what, why)
            await self._record(partial(self._outbox.held, deliveries, why, until))

    async def _record(self, write: Callable[[], Awaitable[None]]) -> None:
        """Until the store has it: forgetting would send it again at once, and again."""
        while True:
            try:
                await write()
                return
            except Exception:
                log.exception("a delivery cannot be recorded; trying again in %g s", _STORE_PAUSE_S)
            await self._sleep(_STORE_PAUSE_S)

    async def _within(self, seconds: float, work: Awaitable[object]) -> bool:
        """Whether ``work`` ended in that time; else it is cancelled. Raises what it raises."""
        task = asyncio.ensure_future(work)
        timer = asyncio.ensure_future(self._sleep(seconds))
        try:
            await asyncio.wait({task, timer}, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                return False
            if task.cancelled():
                raise HookError("was cancelled from inside")
            task.result()
            return True
        finally:
            timer.cancel()
            if not task.done():
                await _cancel(task)

    def _clear(self, name: str) -> None:
        if self._troubles.pop(name, None) is not None:
            self._report(name, None)

    def _trouble(self, name: str, error: str) -> None:
        message = clean(error, _MAX_ERROR_LENGTH)
        if self._troubles.get(name) != message:
            self._troubles[name] = message
            self._report(name, message)

    def _report(self, name: str, message: str | None) -> None:
        try:
            self._on_trouble(name, message)
        except Exception:
            log.exception("hook=%s the report of its trouble failed", name)

    async def _end_lanes(self) -> None:
        lanes: set[asyncio.Future[None]] = {*self._lanes.values(), *self._telling}
        if not lanes:
            return
        _, pending = await asyncio.wait(lanes, timeout=_STOP_GRACE_S)
        for lane in pending:
            lane.cancel()
        if pending:
            await asyncio.wait(pending, timeout=2 * _STOP_GRACE_S)


async def _cancel(task: asyncio.Future[object]) -> None:
    """Lets it clean up, but one that ignores the cancellation holds nothing up for ever."""
    task.cancel()
    await asyncio.wait({task}, timeout=_STOP_GRACE_S)
    if task.done() and not task.cancelled():
        task.exception()  # looked at, so that it is not reported as forgotten


def _unexpected(error: Exception) -> HookError:
    return HookError(f"failed unexpectedly: {type(error).__name__}: {error}")

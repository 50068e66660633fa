"""What a lane does when it works: takes what is due, sends it, and records what became of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, tzinfo
from functools import partial
from typing import Final, Protocol

from pulsetui.client.alert import AlertEvent, Delivery, Outbox
from pulsetui.core.text.clean import clean
from pulsetui.errors import HookError, NoAudienceError
from pulsetui.hooks.digest import digest, is_digestible
from pulsetui.hooks.hook import Hook
from pulsetui.hooks.retry import (
    GIVEN_UP_AFTER,
    MAX_TRIES,
    TOO_OLD,
    left_alone_until,
    next_look,
    next_try,
    stretched,
)
from pulsetui.hooks.worker.attempt import Sleep, attempt, unexpected, within
from pulsetui.hooks.worker.lane import Lane
from pulsetui.monitor.clock import Clock

log = logging.getLogger(__name__)

PAGE: Final = 200
MAX_DIGEST: Final = 20_000
"""Alerts that one digest stands for."""
SETTLED_S: Final = 1.0
MAX_GATHERING_S: Final = 10.0
"""A storm is over when nothing more has come for a moment; it is told of when it goes on for longer, too."""
STORE_PAUSE_S: Final = 5.0
MIN_REST_S: Final = 0.05
"""Should ``due`` and ``queues`` ever disagree, it costs a little and not a whole core."""
_HELD: Final = "what waits for it is held until it works again"
MAX_ERROR_LENGTH: Final = 300


class Reports(Protocol):
    """Who hears of what happened in a lane. None of it raises."""

    def trouble(self, name: str, error: str | None) -> None:
        """What is wrong with the hook; None when it works."""

    def lost(self, name: str, count: int, why: str) -> None:
        """So many alerts were given up."""

    def changed(self) -> None:
        """The state of a lane is another one."""


class Sender:
    """Works in the lanes of one worker, until it is told to stop."""

    def __init__(
        self,
        outbox: Outbox,
        clock: Clock,
        reports: Reports,
        *,
        timezone: Callable[[], tzinfo],
        sleep: Sleep,
        random: Callable[[], float],
    ) -> None:
        self._outbox = outbox
        self._clock = clock
        self._reports = reports
        self._timezone = timezone
        self._sleep = sleep
        self._random = random
        self._halt = asyncio.Event()

    def stop(self) -> None:
        """Starts no other send."""
        self._halt.set()

    async def _wait(self, seconds: float) -> None:
        """That long, unless it is to stop."""
        await within(seconds, self._halt.wait(), self._sleep)

    async def work(self, lane: Lane) -> None:
        """Sends what is due now, or one alert to try whether the hook works again."""
        hook = lane.hook
        try:
            deliveries = await self._take(lane)
        except Exception:
            log.exception("the outbox cannot be read; trying again in %g s", STORE_PAUSE_S)
            await self._wait(STORE_PAUSE_S)
            return
        if not deliveries:
            await self._wait(MIN_REST_S)
            return
        if hook is None:
            gone = HookError(f'there is no hook "{lane.name}" in the configuration any more', permanent=True)
            await self._record_failure(lane, deliveries, gone)
            return
        deliveries = await self._without_unwanted(lane, hook, deliveries)
        untold: set[int | None] = set()
        for batch in self._batches(lane, deliveries):
            if batch[0].check_id in untold and batch[0].check_id is not None:
                continue  # it waits behind the one that failed
            if not await self._may_send(lane, hook):
                return
            if not await self._try(lane, hook, batch):
                untold |= {delivery.check_id for delivery in batch}

    async def _take(self, lane: Lane) -> Sequence[Delivery]:
        """What is to be sent now; of a storm all, once no more comes."""
        if lane.circuit.is_open:
            return await self._outbox.due(lane.name, self._clock.now(), 1)
        deliveries = await self._outbox.due(lane.name, self._clock.now(), PAGE)
        if not lane.is_storm(deliveries, self._clock.monotonic()):
            return deliveries
        if urgent := [one for one in deliveries if not is_digestible(one.alert)]:
            return urgent  # a trial does not wait for the end of the storm
        await self._until_settled(lane.name)
        return await self._outbox.due(lane.name, self._clock.now(), MAX_DIGEST)

    async def _until_settled(self, name: str) -> None:
        waiting, begun = -1, self._clock.monotonic()
        while not self._halt.is_set() and self._clock.monotonic() - begun < MAX_GATHERING_S:
            queue = (await self._outbox.queues()).get(name)
            before, waiting = waiting, 0 if queue is None else queue.waiting
            if waiting == before:
                return
            await self._wait(SETTLED_S)

    async def _without_unwanted(
        self, lane: Lane, hook: Hook, deliveries: Sequence[Delivery]
    ) -> Sequence[Delivery]:
        """Those that the hook passes on; it may have passed on others when they were put in."""
        if hook.acknowledges:
            return deliveries
        unwanted = [one for one in deliveries if one.alert.event is AlertEvent.ACKNOWLEDGED]
        if unwanted:
            await self._record(partial(self._outbox.delivered, unwanted, self._clock.now()))
            lane.settled(len(unwanted))
        return [one for one in deliveries if one.alert.event is not AlertEvent.ACKNOWLEDGED]

    def _batches(self, lane: Lane, deliveries: Sequence[Delivery]) -> list[list[Delivery]]:
        """What is sent together: everything that a digest can stand for in a storm, else one by one."""
        if not lane.is_storm(deliveries, self._clock.monotonic()):
            return [[delivery] for delivery in deliveries]
        alone: list[list[Delivery]] = []
        together: list[Delivery] = []
        for delivery in deliveries:
            if is_digestible(delivery.alert):
                together.append(delivery)
            else:
                alone.append([delivery])
        return [*alone, together]

    async def _may_send(self, lane: Lane, hook: Hook) -> bool:
        """Waits until the hook's rate allows it; whether it is still to be used then."""
        wait = lane.rate_wait_s(self._clock.monotonic())
        if wait > 0:
            await self._wait(wait)
        now = self._clock.now()
        is_free = lane.paused_at is None and lane.hook is hook and lane.may_send_at(now) <= now
        return is_free and not self._halt.is_set()

    async def _try(self, lane: Lane, hook: Hook, batch: Sequence[Delivery]) -> bool:
        """Whether the batch was delivered."""
        try:
            return await self._send(lane, hook, batch)
        except Exception as error:
            # Never leaves a delivery unrecorded: it would be due again at once.
            log.exception("hook=%s cannot be served", lane.name)
            await self._record_failure(lane, batch, unexpected(error))
            return False

    async def _send(self, lane: Lane, hook: Hook, batch: Sequence[Delivery]) -> bool:
        if len(batch) == 1:
            alert = batch[0].alert
        else:
            await asyncio.sleep(0)  # of thousands each step takes long, and pings wait for the loop
            alert = digest([delivery.alert for delivery in batch], self._timezone())
        lane.sending(self._clock.monotonic())
        error = await attempt(lane.name, hook, alert, self._sleep)
        if error is None:
            await self._told(lane, batch)
        elif isinstance(error, NoAudienceError):
            await self._hold(lane, batch, error)
        else:
            await self._failed(lane, batch, error)
        return error is None

    async def _told(self, lane: Lane, batch: Sequence[Delivery]) -> None:
        at = self._clock.now()
        await self._record(partial(self._outbox.delivered, batch, at))
        if lane.told(batch, at, self._clock.monotonic()):
            log.info("hook=%s works again; what was held for it is sent", lane.name)
            await self._record(partial(self._outbox.release, lane.name, at))
        self._reports.trouble(lane.name, None)
        self._reports.changed()

    async def _failed(self, lane: Lane, batch: Sequence[Delivery], error: HookError) -> None:
        at, message = self._clock.now(), clean(str(error), MAX_ERROR_LENGTH)
        lane.left_alone_until = left_alone_until(at, error.retry_after_s)
        opened = lane.failed(at, message, stretched(self._random()))
        await self._record_failure(lane, batch, error)
        if opened:
            log.warning("hook=%s failed %d times in a row: %s", lane.name, lane.circuit.failures, _HELD)
        since = lane.circuit.open_since
        if since is not None and at - since >= GIVEN_UP_AFTER:
            await self._give_up_old(lane, message)
        self._reports.trouble(lane.name, f"{message}; {_HELD}" if lane.circuit.is_open else message)
        self._reports.changed()

    # --- what became of it ----------------------------------------------------------------------------

    async def _record_failure(self, lane: Lane, batch: Sequence[Delivery], error: HookError) -> None:
        at, stretch = self._clock.now(), stretched(self._random())
        message = clean(str(error), MAX_ERROR_LENGTH) or "failed without a word"
        groups: dict[tuple[datetime | None, str], list[Delivery]] = {}
        for delivery in batch:
            again = next_try(
                delivery,
                at,
                permanent=error.permanent,
                stretch=stretch,
                not_before=left_alone_until(at, error.retry_after_s),
                held=delivery.tries == 0,
            )
            too_old = again is None and not error.permanent and delivery.tries + 1 < MAX_TRIES
            groups.setdefault((again, f"{message}; {TOO_OLD}" if too_old else message), []).append(delivery)
        for (again_at, why), deliveries in groups.items():
            _log_failure(deliveries, again_at, why)
            await self._record(partial(self._outbox.failed, deliveries, at, why, again_at))
            if again_at is None:
                self._gave_up(lane, len(deliveries), why)

    async def _give_up_old(self, lane: Lane, message: str) -> None:
        """Of what was held for a hook that has failed for a day now, what is older than that."""
        now = self._clock.now()
        held = await self._outbox.due(lane.name, now, MAX_DIGEST)
        old = [one for one in held if now - one.created_at > GIVEN_UP_AFTER]
        if old:
            why = f"{message}; {TOO_OLD}"
            log.error("hook=%s alerts=%d given up: %s", lane.name, len(old), why)
            await self._record(partial(self._outbox.held, old, why, None))
            self._gave_up(lane, len(old), why)

    async def _hold(self, lane: Lane, batch: Sequence[Delivery], error: NoAudienceError) -> None:
        """Puts off what is not too old by now."""
        at = self._clock.now()
        again = {delivery.id: next_look(delivery, at) for delivery in batch}
        for until in set(again.values()):
            deliveries = [delivery for delivery in batch if again[delivery.id] == until]
            why = clean(str(error), MAX_ERROR_LENGTH) if until else "nobody came to be told within a week"
            what = "waiting" if until else "given up"
            log.info("hook=%s alerts=%d %s: %s", lane.name, len(deliveries), what, why)
            await self._record(partial(self._outbox.held, deliveries, why, until))
            if until is None:
                self._gave_up(lane, len(deliveries), why)

    async def _record(self, write: Callable[[], Awaitable[None]]) -> None:
        """Until the store has it: forgetting would send it again at once, and again."""
        while True:
            try:
                await write()
                return
            except Exception:
                log.exception("a delivery cannot be recorded; trying again in %g s", STORE_PAUSE_S)
            await self._sleep(STORE_PAUSE_S)

    def _gave_up(self, lane: Lane, count: int, why: str) -> None:
        lane.gave_up(count)
        if lane.hook is not None:
            self._reports.lost(lane.name, count, why)


def _log_failure(deliveries: Sequence[Delivery], again: datetime | None, why: str) -> None:
    """One line, however many alerts it is about."""
    first = deliveries[0]
    about = f"check={first.alert.slug or '-'} event={first.alert.event}"
    log.log(
        logging.ERROR if again is None else logging.WARNING,
        "hook=%s %s not told (%s): %s",
        first.hook,
        about if len(deliveries) == 1 else f"alerts={len(deliveries)}",
        "given up" if again is None else f"next try {again:%H:%M:%S} UTC",
        why,
    )

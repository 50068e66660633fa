"""The lane of one hook: what is known of it from one send to the next."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from datetime import datetime
from itertools import islice
from typing import Final

from msgspec.structs import replace

from pulsetui.client.alert import Delivery, Queue
from pulsetui.client.hooks import HookState
from pulsetui.hooks.digest import is_digestible
from pulsetui.hooks.hook import Hook
from pulsetui.hooks.retry import MAX_RETRY_AFTER
from pulsetui.hooks.worker.circuit import CircuitBreaker

DIGEST_ABOVE: Final = 5
"""More alerts than this at once are sent as one by hooks that would drown a person."""
STORM_S: Final = 10.0
"""What was told in so many seconds counts as at once."""


class Lane:
    """Of one hook, which sends one alert at a time. ``hook`` is None once it has left the configuration."""

    def __init__(self, name: str, hook: Hook | None) -> None:
        self.name = name
        self.hook = hook
        self.queue: Queue | None = None  # None: nothing waits
        self.task: asyncio.Task[None] | None = None  # while it works
        self.begun_at = 0.0  # when the task began, on the monotonic clock
        self.circuit = CircuitBreaker()
        self.paused_at: datetime | None = None
        self.left_alone_until: datetime | None = None  # as the other side asked
        self.answers_error = ""
        self.listening = False
        self._last_at: datetime | None = None
        self._ok: bool | None = None
        self._error = ""
        self._told = 0
        self._given_up = 0
        self._sent_at: float | None = None  # on the monotonic clock
        self._storm_until = 0.0  # likewise
        self._singles: deque[float] = deque(maxlen=DIGEST_ABOVE + 1)  # when an alert was sent by itself

    # --- when ---------------------------------------------------------------------------------------

    def ready_at(self, now: datetime) -> datetime | None:
        """When it may start on what waits; None while nothing does, it works already, or is paused."""
        if self.queue is None or self.task is not None or self.paused_at is not None:
            return None
        return max(self.queue.next_at, self.may_send_at(now))

    def may_send_at(self, now: datetime) -> datetime:
        """When it may be used: now, if nothing is known against it."""
        alone = self.left_alone_until
        if self.hook is None or alone is None or alone - now > MAX_RETRY_AFTER:  # the clock was set back
            alone = now
        return max(self.circuit.may_try_at(now), alone)

    def rate_wait_s(self, monotonic: float) -> float:
        """For how long its rate keeps it from sending."""
        if self.hook is None or self._sent_at is None:
            return 0.0
        return max(self._sent_at + self.hook.rate_s - monotonic, 0.0)

    def try_now(self) -> None:
        """Something was changed: perhaps it works again, whatever was known against it."""
        self.circuit.probe_now()
        self.left_alone_until = None

    def still_s(self, monotonic: float) -> float:
        """For how long it has worked and sent nothing, beyond what its hook may take for a send."""
        if self.task is None or self.hook is None:
            return 0.0
        at = max(self.begun_at, self._sent_at or 0.0)
        return max(monotonic - at - self.hook.timeout_s - self.hook.rate_s, 0.0)

    # --- what together --------------------------------------------------------------------------------

    def is_storm(self, deliveries: Sequence[Delivery], monotonic: float) -> bool:
        """Whether these, with what was told just now, are more than a person wants one by one."""
        if self.hook is None or not self.hook.digest:
            return False
        digestible = (delivery for delivery in deliveries if is_digestible(delivery.alert))
        count = sum(1 for _ in islice(digestible, DIGEST_ABOVE + 1))  # more make no difference
        recent = sum(monotonic - at < STORM_S for at in self._singles)
        return count > 0 and (monotonic < self._storm_until or count + recent > DIGEST_ABOVE)

    # --- what happened --------------------------------------------------------------------------------

    def sending(self, monotonic: float) -> None:
        """A send begins."""
        self._sent_at = monotonic

    def told(self, batch: Sequence[Delivery], at: datetime, monotonic: float) -> bool:
        """A send succeeded. Whether that closed the circuit."""
        self._last_at, self._ok, self._error = at, True, ""
        self.left_alone_until = None
        self._told += len(batch)
        self._sent_at = monotonic
        if len(batch) > 1:
            self._storm_until = monotonic + STORM_S
        elif is_digestible(batch[0].alert):
            self._singles.append(monotonic)
        self.settled(len(batch))
        return self.circuit.succeeded()

    def failed(self, at: datetime, error: str, stretch: float) -> bool:
        """A send failed. Whether that opened the circuit."""
        self._last_at, self._ok, self._error = at, False, error
        return self.circuit.failed(at, stretch)

    def gave_up(self, count: int) -> None:
        """So many will not be tried again."""
        self._given_up += count
        self.settled(count)

    def settled(self, count: int) -> None:
        """So many wait no more."""
        if self.queue is not None:
            self.queue = replace(self.queue, waiting=max(self.queue.waiting - count, 0))

    def state(self, now: datetime) -> HookState:
        """For a screen."""
        waits = self.queue is not None and self.queue.waiting > 0 and self.paused_at is None
        return HookState(
            name=self.name,
            type="",
            waiting=0 if self.queue is None else self.queue.waiting,
            next_try=max(self.queue.next_at, self.may_send_at(now)) if self.queue and waits else None,
            paused_at=self.paused_at,
            circuit=self.circuit.state,
            open_since=self.circuit.open_since,
            failures=self.circuit.failures,
            last_at=self._last_at,
            ok=self._ok,
            error=self._error,
            told=self._told,
            given_up=self._given_up,
            listening=self.listening,
            answers_error=self.answers_error,
        )

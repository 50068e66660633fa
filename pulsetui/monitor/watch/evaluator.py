"""The deadline evaluator: a heap of instants, and one timer for the earliest.

It never scans and never polls. Entries of the heap are not removed when a ping moves a check's next instant;
they are recognised as stale when they come up. What was calm when the checks were read stands beside it.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from pulsetui.monitor.clock import Clock
from pulsetui.monitor.watch.calm_wakes import CalmWakes
from pulsetui.monitor.writing.checks import NONE_CALM, Checks, TrackedCheck

MAX_AT_ONCE = 10
"""Checks of one evaluation: at midnight thousands are due, and each ping that comes meanwhile waits for those
that are being judged. So few are judged and written down in the time of a ping or two."""

_RETRY = timedelta(seconds=1)


class Evaluator:
    """Lives on the engine's loop. ``evaluate`` is called with the ids of checks that must be looked at;
    ``before_judging`` when the timer has come."""

    def __init__(
        self,
        clock: Clock,
        evaluate: Callable[[Sequence[int]], None],
        set_aside: Callable[[TrackedCheck, Exception], None],
        before_judging: Callable[[], None] = lambda: None,
    ) -> None:
        self._clock = clock
        self._evaluate = evaluate
        self._set_aside = set_aside
        self._before_judging = before_judging
        self._started = False
        self._heap: list[tuple[datetime, int]] = []
        self._wakes: dict[int, datetime] = {}
        self._calm = CalmWakes(NONE_CALM, clock.now())
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at: datetime | None = None

    def start(self) -> None:
        """Until now nothing was judged: the time before the start is settled first."""
        self._started = True
        self.rearm()

    def arm(self, checks: Iterable[TrackedCheck]) -> None:
        """These checks changed: computes when each must be looked at next."""
        now, pushed = self._clock.now(), []
        for tracked in checks:
            self._calm.leave(tracked.id)
            try:
                wake = tracked.next_wake(now)
            except Exception as error:  # noqa: BLE001 - one check must not stop the others
                wake = None
                self._set_aside(tracked, error)
            if wake is None:
                self._wakes.pop(tracked.id, None)
            elif self._wakes.get(tracked.id) != wake:
                self._wakes[tracked.id] = wake
                pushed.append((wake, tracked.id))
        if len(pushed) > len(self._heap):
            self._heap += pushed
            heapq.heapify(self._heap)
        else:
            for entry in pushed:
                heapq.heappush(self._heap, entry)
        if len(self._heap) > 64 + 4 * len(self._wakes):
            self._heap = [(wake, check_id) for check_id, wake in self._wakes.items()]
            heapq.heapify(self._heap)
        self.rearm()

    def redefined(self, checks: Checks) -> None:
        """These are all checks now."""
        self.forget()
        self._calm = CalmWakes(checks.calm, self._clock.now())
        self.arm(checks.awake())

    def retry(self, ids: Iterable[int]) -> None:
        """The evaluation of these could not be written down: tries again in a second."""
        wake = self._clock.now() + _RETRY
        for check_id in ids:
            self._calm.leave(check_id)
            self._wakes[check_id] = wake
            heapq.heappush(self._heap, (wake, check_id))
        self.rearm()

    def forget(self) -> None:
        """Nothing is armed any more."""
        self._heap.clear()
        self._wakes.clear()
        self._calm = CalmWakes(NONE_CALM, self._clock.now())
        self._cancel()

    def next_instant(self) -> datetime | None:
        """The earliest instant for which the timer is, or should be, set."""
        found = self._earliest()
        return None if found is None else found[0]

    def _earliest(self) -> tuple[datetime, int] | None:
        heap = self._heap
        while heap and self._wakes.get(heap[0][1]) != heap[0][0]:
            heapq.heappop(heap)
        calm = self._calm.first()
        if not heap or calm is None:
            return heap[0] if heap else calm
        return min(heap[0], calm)

    def rearm(self) -> None:
        """Sets the timer for the earliest instant. Also called when the wall clock was set."""
        instant = self.next_instant() if self._started else None
        if instant is None:
            self._cancel()
            return
        if instant == self._timer_at:
            return
        self._cancel()
        self._timer_at = instant
        delay = max((instant - self._clock.now()).total_seconds(), 0.0)
        self._timer = asyncio.get_running_loop().call_later(delay, self._fire)

    def late_s(self) -> float:
        """By how many seconds the timer is late: more than a blink shows that the loop stood still."""
        if self._timer is None:
            return 0.0
        return max(asyncio.get_running_loop().time() - self._timer.when(), 0.0)

    def overdue_s(self) -> float:
        """For how many seconds the earliest deadline has been past without being looked at."""
        instant = self.next_instant() if self._started else None
        past = 0.0 if instant is None else (self._clock.now() - instant).total_seconds()
        return max(past, self.late_s())

    def recheck(self) -> None:
        """The wall clock may have been set: the running timer, which counts other seconds, is set anew."""
        self._timer_at = None
        self.rearm()

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._timer_at = None

    def _fire(self) -> None:
        self._before_judging()  # while the timer still tells how late it is
        self._timer = self._timer_at = None
        if not self.look():
            self.rearm()
        # Otherwise the answer to this evaluation arms the next: in a storm pings come in between.

    def look(self) -> bool:
        """Has what has run out by now evaluated, at most ``MAX_AT_ONCE``; whether there was anything."""
        now = self._clock.now()
        ids: list[int] = []
        while len(ids) < MAX_AT_ONCE and (found := self._earliest()) is not None and found[0] <= now:
            _, check_id = found
            self._wakes.pop(check_id, None)
            self._calm.leave(check_id)
            ids.append(check_id)
        if ids:
            self._evaluate(ids)
        return bool(ids)

"""Watches the ends of snoozes: alerts that were held back are told then, countdowns go."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

from pulsetui.core.state.snooze import Snooze

_JUST_AFTER_S = 0.01


class SnoozeTimer:
    """One timer for the earliest end. Lives on the engine's loop."""

    def __init__(
        self,
        now: Callable[[], datetime],
        snoozes: Callable[[], Sequence[Snooze]],
        end: Callable[[], None],
    ) -> None:
        """``snoozes`` gives those that are set now; ``end`` is to end those whose time is up, and to have
        ``watch`` called when it did. It is not told which: one may have been prolonged in between."""
        self._now = now
        self._snoozes = snoozes
        self._end = end
        self._timer: asyncio.TimerHandle | None = None

    def watch(self) -> None:
        """Sets the timer anew: the snoozes, or the wall clock, may be others."""
        self.cancel()
        ends = [snooze.until for snooze in self._snoozes()]
        if ends:
            delay = max((min(ends) - self._now()).total_seconds(), 0.0) + _JUST_AFTER_S
            self._timer = asyncio.get_running_loop().call_later(delay, self._look)

    def cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _look(self) -> None:
        now = self._now()
        if any(one.until <= now for one in self._snoozes()):
            self._end()
        else:
            self.watch()

"""Watches windows of maintenance: one that is to be announced, opens or closes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

from pulsetui.core.state.maintenance import MaintenanceWindow, next_edge

_MAX_WAIT_S = 3600.0
"""The wall clock may be set, and one long timer would not notice."""
_JUST_AFTER_S = 0.01


class WindowTimer:
    """One timer for the next edge of any window. Lives on the engine's loop."""

    def __init__(
        self,
        now: Callable[[], datetime],
        windows: Callable[[], Sequence[MaintenanceWindow]],
        passed: Callable[[datetime, datetime], None],
    ) -> None:
        """``passed`` is called when there was an edge in ``(since, until]``."""
        self._now = now
        self._windows = windows
        self._passed = passed
        self._timer: asyncio.TimerHandle | None = None
        self._since = now()

    def watch(self) -> None:
        """Sets the timer anew: the windows, or the wall clock, may be others."""
        self.cancel()
        self._look()
        edge = next_edge(self._windows(), self._since)
        if edge is not None:
            delay = max((edge - self._now()).total_seconds(), 0.0) + _JUST_AFTER_S
            self._timer = asyncio.get_running_loop().call_later(min(delay, _MAX_WAIT_S), self.watch)

    def cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _look(self) -> None:
        since, now = self._since, self._now()
        self._since = now
        edge = next_edge(self._windows(), since) if now > since else None
        if edge is not None and edge <= now:
            self._passed(since, now)

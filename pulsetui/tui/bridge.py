"""From the engine's threads to the screen: a set of changed slugs and one flush that takes them all.

Other threads only add to the set and, when no flush waits, arm one. A message for each ping would cost
twice the CPU and slow the listener down.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)

FLUSH_S = 0.1
"""Changes wait so long for others to join them."""

BUSY_FLUSH_S = 0.3
"""And so long while they come without pause: painting takes the time that the listener needs."""

_QUIET_S = 1.0

OnFlush = Callable[[frozenset[str], bool], None]
"""Called on the loop with the changed slugs and whether ``info`` changed."""


class Bridge:
    """Made on the screen's loop, in the app's context. ``changed`` may be called from any thread."""

    def __init__(self, on_flush: OnFlush, *, delay_s: float = FLUSH_S) -> None:
        self._on_flush = on_flush
        self._delay_s = delay_s
        self._loop = asyncio.get_running_loop()
        # A callback of the loop has no app of its own; widgets look theirs up in the context.
        self._context = contextvars.copy_context()
        self._lock = threading.Lock()
        self._dirty: set[str] = set()
        self._info = False
        self._armed = False
        self._closed = False
        self._flushed_at = -_QUIET_S

    def changed(self, slugs: frozenset[str]) -> None:
        """Remembers what changed; an empty set means the engine's own state. Returns at once."""
        with self._lock:
            self._dirty |= slugs
            self._info |= not slugs
            if self._armed or self._closed:
                return
            self._armed = True
        self._soon(self._arm)

    def call(self, function: Callable[[], None]) -> None:
        """Runs ``function`` on the loop, in the app's context."""
        self._soon(lambda: self._guarded(function))

    def close(self) -> None:
        """Nothing is flushed any more."""
        with self._lock:
            self._closed = True

    def flush(self) -> None:
        """Hands over what has gathered; on the loop."""
        with self._lock:
            dirty, info = frozenset(self._dirty), self._info
            self._dirty.clear()
            self._info = self._armed = False
            closed = self._closed
        self._flushed_at = self._loop.time()
        if not closed and (dirty or info):
            self._on_flush(dirty, info)

    def _soon(self, function: Callable[[], None]) -> None:
        try:
            self._loop.call_soon_threadsafe(function, context=self._context)
        except RuntimeError:
            # The loop has ended between two looks at it: the screen is gone and needs no news.
            log.debug("a change came after the screen was closed")

    def _arm(self) -> None:
        busy = self._loop.time() - self._flushed_at < _QUIET_S
        delay_s = max(self._delay_s, BUSY_FLUSH_S) if busy else self._delay_s
        self._loop.call_later(delay_s, lambda: self._guarded(self.flush), context=self._context)

    def _guarded(self, function: Callable[[], None]) -> None:
        if self._closed:
            return
        try:
            function()
        except Exception:  # the loop's outermost edge: the engine lives on behind a broken picture
            log.exception("the screen could not take in a change")

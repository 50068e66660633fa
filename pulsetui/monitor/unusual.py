"""Whether the last good run of a check reported something far from the usual: looked up beside the engine's
loop, some checks at a time, and never in the way of a ping."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable, Sequence
from datetime import datetime

from pulsetui.client.unusual import RECENT, newest_unusual, unusual_text
from pulsetui.errors import StoreError
from pulsetui.monitor.writing.checks import Checks, TrackedCheck
from pulsetui.store.queries import Queries

logger = logging.getLogger(__name__)

_AT_ONCE = 100
_PAUSE_S = 1.0
"""Between so many and the next: a host on which thousands of jobs end each minute has other things to do."""
_RUNS_READ = 2 * RECENT  # some of them were not good

Routine = Coroutine[object, object, None]


class UnusualWatch:
    """``look`` and ``of`` are for the engine's loop and for any thread; ``changed`` is called on the loop."""

    def __init__(
        self,
        queries: Queries,
        spawn: Callable[[Routine], None],
        changed: Callable[[frozenset[str]], None],
    ) -> None:
        self._queries = queries
        self._spawn = spawn
        self._changed = changed
        self._looked_at: dict[int, datetime | None] = {}  # by check: its last success by then
        self._waiting: dict[int, TrackedCheck] = {}
        self._found: dict[int, str] = {}
        self._is_stopped = False
        self._idle = asyncio.Event()
        self._idle.set()

    def of(self, check_id: int) -> str:
        """In words what is unusual about its last good run; "" for nothing. Holds names from the network."""
        return self._found.get(check_id, "")

    def look(self, tracked: Iterable[TrackedCheck]) -> None:
        """These have changed."""
        for one in tracked:
            state = None if one.calm is not None else one.state
            if state is None or not state.last_metrics:
                self._found.pop(one.id, None)
            elif self._looked_at.get(one.id) != state.last_success:
                self._looked_at[one.id] = state.last_success
                self._waiting[one.id] = one
        if self._waiting and self._idle.is_set() and not self._is_stopped:
            self._idle.clear()
            self._spawn(self._work())

    def redefined(self, checks: Checks) -> None:
        """These are all checks there are now."""
        for gone in [one for one in self._looked_at.keys() | self._found.keys() if one not in checks]:
            self._looked_at.pop(gone, None)
            self._found.pop(gone, None)
        self.look(checks.awake())

    def stop(self) -> None:
        """Nothing is looked at any more."""
        self._is_stopped = True

    async def settled(self) -> None:
        """Returns when nothing is left to look at."""
        await self._idle.wait()

    async def _work(self) -> None:
        try:
            while self._waiting:
                part = [self._waiting.pop(check_id) for check_id in list(self._waiting)[:_AT_ONCE]]
                found = await asyncio.to_thread(self._read, part)
                self._take(part, found)
                if self._waiting:
                    await asyncio.sleep(_PAUSE_S)
        except StoreError as error:  # it is looked at again at its next success
            logger.warning("cannot tell what is unusual: %s", error)
        finally:
            self._idle.set()

    def _read(self, part: Sequence[TrackedCheck]) -> list[str]:
        """On a thread."""
        found = []
        for one in part:
            runs = self._queries.runs(one.id, _RUNS_READ)
            try:
                found.append(unusual_text(*newest_unusual(runs)))
            except Exception:  # a mark less is no reason to give up the others
                logger.exception("check=%s: cannot tell what is unusual", one.check.slug)
                found.append("")
        return found

    def _take(self, part: Sequence[TrackedCheck], found: Sequence[str]) -> None:
        other = [
            (one, text) for one, text in zip(part, found, strict=True) if text != self._found.get(one.id, "")
        ]
        for one, text in other:
            if text:
                self._found[one.id] = text
            else:
                del self._found[one.id]
        if other:
            self._changed(frozenset(one.check.slug for one, _ in other))

"""Searches what jobs printed for the metrics of their checks, before a ping goes to the writer.

Small bodies are searched at once. A large one is searched in a thread: it may take long, and neither pings of
other checks nor deadlines wait for it. What came for the same check meanwhile waits its turn, so that a
check's reports keep their order.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence

from msgspec.structs import replace

from pulsetui.core.text import metric
from pulsetui.core.text.metric import Pattern, Text
from pulsetui.monitor.sink import IncomingPing

logger = logging.getLogger(__name__)

AT_ONCE = 1_000_000
"""Bytes of a body times instructions of its patterns that are searched on the engine's loop: a usual pattern
has some dozens and takes no time, the worst makes five milliseconds of it."""

MAX_WAITING = 64 * 1024 * 1024
"""Bytes of bodies that wait for being searched; one more ping is not taken now."""

REST_KEPT = 4096
"""Bytes of the rest of a body that go to the writer: its last line is shown. A multiple of any character."""

_MAX_NOTES = 5  # of one ping

PATIENCE_S = 1.0
"""So long a body is searched at most, and the less the more of them wait."""

_STOP_S = 3.0
"""For searches to end by themselves when the engine stops."""

_LAST_STEP_S = 1.0
"""One step of a search takes a quarter of a second at the most, on a machine with nothing else to do."""

_AT_A_TIME = 2

Then = Callable[[IncomingPing], None]
_Waiting = tuple[Mapping[str, Pattern], IncomingPing, Then]


def with_metrics(
    patterns: Mapping[str, Pattern],
    arrival: IncomingPing,
    patience_s: float = PATIENCE_S,
    stopped: Callable[[], bool] = lambda: False,
) -> IncomingPing:
    """The arrival with the numbers found in its body; those named on the wire win."""
    until = time.monotonic() + patience_s
    wanted = {name: pattern for name, pattern in patterns.items() if name not in arrival.metrics}
    if arrival.keeps_end:
        text = Text(arrival.rest, arrival.body)
    else:
        skipped = max(arrival.body_size - len(arrival.body) - len(arrival.rest), 0)
        text = Text(arrival.body, arrival.rest, skipped)
    values, unread = metric.read(wanted, text, lambda: stopped() or time.monotonic() > until)
    still_unread = {name: why for name, why in arrival.unread.items() if name not in values}
    news = (f"metric {name}: {why}" for name, why in unread.items() if name not in arrival.unread)
    return replace(
        arrival,
        metrics={**values, **arrival.metrics},
        unread={**unread, **still_unread},
        notes=(*arrival.notes, *news)[:_MAX_NOTES],
    )


def without_rest(arrival: IncomingPing) -> IncomingPing:
    """All that is needed once it was searched: of the rest the last line."""
    if arrival.keeps_end:
        return replace(arrival, rest=b"") if arrival.rest else arrival
    if len(arrival.rest) <= REST_KEPT:
        return arrival
    return replace(arrival, rest=arrival.rest[-REST_KEPT:])


class Reading:
    """Lives on the engine's loop."""

    def __init__(self) -> None:
        self._waiting: dict[int, deque[_Waiting]] = {}
        self._size = 0
        self._free = asyncio.Semaphore(_AT_A_TIME)
        self._tasks: set[asyncio.Task[None]] = set()
        self._threads: set[threading.Thread] = set()
        self._stopping = threading.Event()

    @property
    def is_full(self) -> bool:
        """Whether nothing that takes long can be taken now."""
        return self._size > MAX_WAITING

    def is_busy(self, check_id: int) -> bool:
        """Whether something of this check waits to be searched."""
        return check_id in self._waiting

    def pass_on(
        self, check_id: int, patterns: Mapping[str, Pattern], arrival: IncomingPing, then: Then
    ) -> None:
        """Calls ``then`` with the arrival and its metrics: at once, or later and in order."""
        search = patterns if arrival.body else {}
        size = len(arrival.body) + len(arrival.rest)
        if check_id not in self._waiting:
            if size * sum(pattern.size for pattern in search.values()) <= AT_ONCE:
                then(_searched(search, arrival))
                return
            task = asyncio.get_running_loop().create_task(self._work(check_id))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            self._waiting[check_id] = deque()
        self._size += size
        self._waiting[check_id].append((search, arrival, then))

    async def _work(self, check_id: int) -> None:
        waiting = self._waiting[check_id]
        while waiting:
            search, arrival, _ = waiting[0]
            async with self._free:
                read = arrival
                if search:
                    read = await self._in_thread(search, arrival, PATIENCE_S / len(waiting))
            self._pass_first(waiting, read)
        del self._waiting[check_id]

    async def _in_thread(
        self, patterns: Mapping[str, Pattern], arrival: IncomingPing, patience_s: float
    ) -> IncomingPing:
        """A thread that the end of the program does not wait for, as it would for those of a pool."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[IncomingPing] = loop.create_future()

        def done(read: IncomingPing) -> None:
            self._threads.discard(thread)
            if not future.done():
                future.set_result(read)

        def run() -> None:
            read = _searched(patterns, arrival, patience_s, self._stopping.is_set)
            with contextlib.suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(done, read)

        thread = threading.Thread(target=run, name="pulsetui-reading", daemon=True)
        self._threads.add(thread)
        thread.start()
        return await future

    def _pass_first(self, waiting: deque[_Waiting], read: IncomingPing) -> None:
        _, arrival, then = waiting.popleft()
        self._size -= len(arrival.body) + len(arrival.rest)
        then(read)

    async def finish(self) -> None:
        """Passes everything on; what takes long is not searched to its end."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=_STOP_S)
        for task in set(self._tasks):
            task.cancel()
        for waiting in self._waiting.values():
            while waiting:
                search, arrival, _ = waiting[0]
                why = dict.fromkeys(search, "PulseTUI stopped while the output was searched")
                self._pass_first(waiting, replace(arrival, unread={**why, **arrival.unread}))
        self._waiting.clear()
        self._stopping.set()
        # A thread that is in the midst of RE2 when the interpreter ends takes the whole process down with it.
        await asyncio.to_thread(_end, list(self._threads))


def _end(threads: Sequence[threading.Thread]) -> None:
    for thread in threads:
        thread.join(_LAST_STEP_S)


def _searched(
    patterns: Mapping[str, Pattern],
    arrival: IncomingPing,
    patience_s: float = PATIENCE_S,
    stopped: Callable[[], bool] = lambda: False,
) -> IncomingPing:
    try:
        return with_metrics(patterns, arrival, patience_s, stopped) if patterns else arrival
    except Exception:  # a report counts, whatever a body does to the search
        logger.exception("check=%s a body cannot be searched", arrival.slug or arrival.uuid)
        return arrival

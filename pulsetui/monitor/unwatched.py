"""Notices when nobody was watching: the engine was not running or stood still, the machine slept, the clock
was set.

A file in the state directory is touched every few seconds. Its time says when an engine that was killed was
last alive; it costs no write to the database and needs no clean end.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec import Struct

from pulsetui.core import storable
from pulsetui.monitor.clock import Clock
from pulsetui.store.private import open_private

BEAT_S = 10.0
"""Seconds between two signs of life."""

JUMP_S = 5.0
"""Seconds. The wall clock running ahead of the machine's own seconds by this much is a jump, not a slew."""

TICK_S = 1.0
"""Seconds between two ticks of the engine's loop."""

LATE_S = 1.0
"""Seconds. What comes so much later than asked shows that the loop stood still: SIGSTOP, a frozen container,
swapping, a disk that stalls. No clock tells of that."""

SETTLE = timedelta(seconds=1)
"""What waited in the sockets meanwhile is read in this time: it came before any deadline in it."""

_FILE_NAME = "alive"
_NOT_RUNNING = "PulseTUI was not running"
_ASLEEP = "The machine was asleep"
_CLOCK_SET = "The clock was set forward"
_SET_BACK = "The clock was set back"
_STOOD_STILL = "PulseTUI stood still"


class Gap(Struct, frozen=True, kw_only=True):
    """A span in which nobody watched; one that ends before it begins when the clock was set back."""

    since: datetime
    until: datetime
    why: str

    @property
    def is_back(self) -> bool:
        return self.until < self.since


class GapDetector:
    """Compares the clocks at each beat."""

    def __init__(self, state_dir: Path, clock: Clock, seconds: Callable[[], float] = time.monotonic) -> None:
        """``seconds`` is what the loop's own timers go by."""
        self._path = state_dir / _FILE_NAME
        self._clock = clock
        self._wall = clock.now()
        self._monotonic = clock.monotonic()
        self._boottime = clock.boottime()
        self._seconds = seconds
        self._ticked = seconds()

    def tick(self) -> None:
        """The loop is alive: called once a second."""
        self._ticked = self._seconds()

    def gap_before_start(self) -> Gap | None:
        """The span since an earlier engine was last alive; None at the first start ever."""
        try:
            last = storable.instant(datetime.fromtimestamp(self._path.lstat().st_mtime, UTC))
        except (OSError, ValueError, OverflowError, storable.UnstorableError):
            return None
        now = self._clock.now()
        return Gap(since=last, until=now, why=_NOT_RUNNING if last <= now else _SET_BACK)

    def look(self, late_s: float = 0.0) -> Gap | None:
        """The span that went by unwatched since the last look, if there was one. Costs four clock readings.

        ``late_s`` is by how many seconds the engine's next timer is late.

        To be asked before anything is judged by the wall clock: after a suspend a timer or a ping may come
        before the next beat.
        """
        wall, monotonic, boottime = self._clock.now(), self._clock.monotonic(), self._clock.boottime()
        awake = monotonic - self._monotonic
        ahead = (wall - self._wall).total_seconds() - awake
        gap = None
        if ahead > JUMP_S:
            asleep = (boottime - self._boottime) - awake
            gap = Gap(since=self._wall, until=wall, why=_ASLEEP if asleep > JUMP_S else _CLOCK_SET)
        elif ahead < -JUMP_S:
            gap = Gap(since=self._wall, until=wall, why=_SET_BACK)
        elif (still := max(late_s, self._seconds() - self._ticked - TICK_S)) > LATE_S:
            since = min(self._wall, wall - timedelta(seconds=still))
            gap = Gap(since=since, until=wall + SETTLE, why=_STOOD_STILL)
            self.tick()
        self._wall, self._monotonic, self._boottime = wall, monotonic, boottime
        return gap

    def beat(self) -> None:
        """A sign of life. Raises OSError when it cannot be given."""
        stamp = self._clock.now().timestamp()
        fd = open_private(self._path, os.O_WRONLY | os.O_CREAT)
        try:
            os.utime(fd, (stamp, stamp))
        finally:
            os.close(fd)

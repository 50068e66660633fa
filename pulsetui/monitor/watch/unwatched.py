"""Notices when nobody was watching: the engine was not running or stood still, the machine slept, the clock
was set.

A file in the state directory is touched every few seconds. Its time says when an engine that was killed was
last alive; it costs no write to the database and needs no clean end.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

from msgspec import Struct

from pulsetui.core import storable
from pulsetui.core.text.phrases import count_text
from pulsetui.monitor.clock import Clock
from pulsetui.monitor.notices import Notices
from pulsetui.monitor.writing import commands
from pulsetui.monitor.writing.transaction import Command, Performer
from pulsetui.monitor.writing.writer import OnDone
from pulsetui.store.private import open_private

_T = TypeVar("_T")

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


_NAMED = 8  # checks that a notice names


class SubmitFirst(Protocol):
    """``Writer.submit_first``."""

    def __call__(self, command: Command[_T], done: OnDone[_T]) -> None: ...


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


class UnwatchedTime:
    """What becomes of the time in which nobody watched: it is settled before anything is judged, and told.

    Lives on the engine's loop.
    """

    def __init__(
        self, detector: GapDetector, notices: Notices, submit_first: SubmitFirst, zone: Callable[[], tzinfo]
    ) -> None:
        """``submit_first`` queues a command that nothing may be judged before; ``zone`` is that of what is
        told."""
        self._detector = detector
        self._notices = notices
        self._submit_first = submit_first
        self._zone = zone

    async def settle_start(
        self, host: Performer, fill: Callable[[datetime], Coroutine[object, object, None]]
    ) -> None:
        """The time since an earlier engine was last alive. ``fill`` takes in what was spooled since: it
        counts before the time is judged. Raises StoreError."""
        gap = self._detector.gap_before_start()
        if gap is not None and gap.is_back:
            self._tell_set_back(gap)
            await host.perform(commands.SetBack(gap.since))
        elif gap is not None:
            await fill(gap.since)
            self._tell_unjudged(gap, await host.perform(_catch_up(gap)))

    def begin(self) -> None:
        """From now on somebody watches."""
        self._detector.tick()
        self._detector.look()
        self._detector.beat()

    def settle(self, late_s: float) -> bool:
        """Before anything is judged: did the machine sleep, was the clock set, did the loop stand still?
        ``late_s`` is by how many seconds the engine's next timer is late. Returns whether there was a gap."""
        gap = self._detector.look(late_s)
        if gap is None:
            return False
        if gap.is_back:
            self._tell_set_back(gap)
            self._submit_first(commands.SetBack(gap.since), _ignore)
        else:
            self._submit_first(_catch_up(gap), partial(self._tell_unjudged, gap))
        return True

    def _tell_set_back(self, gap: Gap) -> None:
        text = f"{gap.why} from {self._span(gap)}: what is due is counted from there"
        self._notices.put("clock", "warning", text)

    def _tell_unjudged(self, gap: Gap, unjudged: Sequence[str] | Exception) -> None:
        if unjudged and not isinstance(unjudged, Exception):
            names = ", ".join(unjudged[:_NAMED])
            if len(unjudged) > _NAMED:
                names += f" and {len(unjudged) - _NAMED} more"
            count = count_text(len(unjudged), "check")
            text = f"{gap.why} ({self._span(gap)}). {count} had deadlines then: {names}"
            self._notices.put("unwatched", "warning", text)

    def _span(self, gap: Gap) -> str:
        since, until = gap.since.astimezone(self._zone()), gap.until.astimezone(self._zone())
        return f"{since:%a %H:%M} to {until:%a %H:%M %Z}"


def _catch_up(gap: Gap) -> commands.CatchUp:
    return commands.CatchUp(gap.since, gap.until, gap.why)


def _ignore(_: object) -> None:
    pass

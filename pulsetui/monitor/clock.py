"""The clock as a seam: tests move it, the product reads it once for each decision."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Three clocks that disagree exactly when something happened to the machine."""

    def now(self) -> datetime:
        """Wall clock, UTC."""

    def monotonic(self) -> float:
        """Seconds that pass while the machine is awake."""

    def boottime(self) -> float:
        """Seconds that pass while the machine is awake or asleep."""


class SystemClock:
    """The real one."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def boottime(self) -> float:
        # macOS has no CLOCK_BOOTTIME; its CLOCK_MONOTONIC_RAW counts no sleep either, so a suspend
        # looks like a clock step there, which is treated the same way.
        clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
        return time.clock_gettime(clock)

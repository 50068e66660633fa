"""A hook that fails again and again is left alone, but for one try now and then."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from pulsetui.client.hooks import Circuit

OPEN_AFTER: Final = 5
"""Failures in a row: fewer are a hiccup, and each alert is tried again by itself."""
PROBE_PAUSES: Final = tuple(timedelta(seconds=seconds) for seconds in (30, 60, 120, 300, 600, 900))
"""Between the tries of an open circuit; the last one repeats. None is longer than what a single alert waits
for its next try by then, so that an alert that waits alone notices nothing of the circuit."""


class CircuitBreaker:
    """Of one hook. Closed, everything is sent; open, one alert at ``probe_at``, and the others wait without
    a try being counted."""

    def __init__(self) -> None:
        self.failures = 0  # in a row
        self.open_since: datetime | None = None
        self._probe_at: datetime | None = None
        self._probes = 0  # that failed

    @property
    def state(self) -> Circuit:
        return Circuit.CLOSED if self.open_since is None else Circuit.OPEN

    @property
    def is_open(self) -> bool:
        return self.open_since is not None

    def failed(self, now: datetime, stretch: float = 1.0) -> bool:
        """Whether this failure opened it. ``stretch`` makes the pause longer or shorter."""
        self.failures += 1
        if self.is_open:
            self._probes += 1
        elif self.failures >= OPEN_AFTER:
            self.open_since, self._probes = now, 0
        else:
            return False
        self._probe_at = now + PROBE_PAUSES[min(self._probes, len(PROBE_PAUSES) - 1)] * stretch
        return self.failures == OPEN_AFTER

    def succeeded(self) -> bool:
        """Whether this success closed it."""
        was_open = self.is_open
        self.failures, self.open_since, self._probe_at = 0, None, None
        return was_open

    def may_try_at(self, now: datetime) -> datetime:
        """When it may be used: now, if it is closed."""
        if self._probe_at is None or self._probe_at - now > 2 * PROBE_PAUSES[-1]:
            return now  # the wall clock was set back
        return max(self._probe_at, now)

    def probe_now(self) -> None:
        """Something was changed: perhaps it works again."""
        if self.is_open:
            self._probe_at, self._probes = None, 0

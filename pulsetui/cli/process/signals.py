"""Signals as bytes in a pipe, for a loop that waits in ``select``."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

STOPS = frozenset({signal.SIGTERM, signal.SIGINT})


@contextmanager
def signals() -> Iterator[int]:
    """Signals arrive as bytes (their numbers) in the pipe that is given.

    A handler that sets a ``threading.Event`` could dead-lock with the wait it interrupts; a pipe cannot.
    SIGHUP is only logged: configuration is read again by itself, and a closed terminal stops no server.
    """
    reading, writing = os.pipe()
    os.set_blocking(writing, False)  # set_wakeup_fd demands it
    handled = (*STOPS, signal.SIGHUP)
    before = {number: signal.signal(number, _nothing) for number in handled}
    old = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    try:
        yield reading
    finally:
        signal.set_wakeup_fd(old)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(reading)
        os.close(writing)


def _nothing(number: int, frame: FrameType | None) -> None:
    """The byte in the pipe is what counts."""

"""Signals that ask to end: bytes in a pipe, for a loop that waits in ``select``, or put off for a while."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

STOPS = frozenset({signal.SIGTERM, signal.SIGINT})
_HANDLED = (*STOPS, signal.SIGHUP)


@contextmanager
def signals() -> Iterator[int]:
    """Signals arrive as bytes (their numbers) in the pipe that is given.

    A handler that sets a ``threading.Event`` could dead-lock with the wait it interrupts; a pipe cannot.
    SIGHUP is only logged: configuration is read again by itself, and a closed terminal stops no server.
    """
    reading, writing = os.pipe()
    os.set_blocking(writing, False)  # set_wakeup_fd demands it
    before = {number: signal.signal(number, _nothing) for number in _HANDLED}
    old = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    try:
        yield reading
    finally:
        signal.set_wakeup_fd(old)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(reading)
        os.close(writing)


@contextmanager
def put_off() -> Iterator[list[int]]:
    """Signals end nothing meanwhile; their numbers are collected in the list, for the caller to heed in time.

    A handler, since what is ignored stays so in a process that is started.
    """
    came: list[int] = []
    before = {number: signal.signal(number, lambda number, _: came.append(number)) for number in _HANDLED}
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _nothing(number: int, frame: FrameType | None) -> None:
    """The byte in the pipe is what counts."""

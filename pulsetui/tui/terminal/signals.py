"""Signals that ask the process to end, while a screen has the terminal.

asyncio's own handlers leave the default ones behind when their loop is closed: a pane that is closed a moment
after the person has left would then kill the process, and with it the engine that was to go on.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

_CODES = {signal.SIGTERM: 0, signal.SIGHUP: 0, signal.SIGINT: 130}
"""The exit code after each."""


class EndingSignals:
    """Ends a screen in its own loop when a signal asks for it. What handled the signals before does so again
    afterwards."""

    def __init__(self, end: Callable[[int], None]) -> None:
        """``end`` is called in the loop, with the exit code."""
        self._end = end
        self._loop: asyncio.AbstractEventLoop | None = None
        self._code: int | None = None

    @contextmanager
    def heeded(self) -> Iterator[None]:
        """To be entered before the loop runs. Only the main thread may take signals: elsewhere none are."""
        before = {}
        with suppress(ValueError):
            for number in _CODES:
                before[number] = signal.signal(number, self._arrived)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def loop_runs(self) -> None:
        """To be called in the loop; a signal that came before it ends the screen now."""
        self._loop = asyncio.get_running_loop()
        if self._code is not None:
            self._end(self._code)

    def _arrived(self, number: int, frame: FrameType | None) -> None:
        self._code = _CODES[signal.Signals(number)]
        if self._loop is not None:
            with suppress(RuntimeError):  # it is closed: the screen has ended
                self._loop.call_soon_threadsafe(self._end, self._code)

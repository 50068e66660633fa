"""The writing end of an answer without an end (server-sent events).

Bounded by rule: a writer asks ``ready`` first. At most one batch is ever waiting for a slow reader,
and a reader that does not take it in time is dropped.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class _Pipe(Protocol):
    def stream_write(self, data: bytes) -> bool: ...

    def close(self) -> None: ...


class Stream:
    """Where a handler writes. Everything happens on the loop."""

    __slots__ = ("_pipe", "on_close", "on_ready", "ready")

    def __init__(self, pipe: _Pipe) -> None:
        self._pipe: _Pipe | None = pipe
        self.ready = True
        self.on_ready: Callable[[], None] | None = None
        """Called when what was written has left and there is room again."""
        self.on_close: Callable[[], None] | None = None
        """Called once when the client went away or was dropped."""

    def write(self, data: bytes) -> None:
        """Sends ``data``. Writing while not ``ready`` drops the client: nothing piles up."""
        if self._pipe is None:
            return
        if not self.ready:
            self._pipe.close()
            return
        self.ready = self._pipe.stream_write(data)

    def close(self) -> None:
        """Ends the answer."""
        if self._pipe is not None:
            self._pipe.close()

    def flushed(self) -> None:
        """The connection says that all has been sent."""
        self.ready = True
        if self.on_ready is not None:
            self.on_ready()

    def closed(self) -> None:
        """The connection says that it is gone."""
        self._pipe = None
        self.ready = False
        if self.on_close is not None:
            self.on_close()

"""A command that runs beside the screen: what it prints is kept, within bounds, and it can be stopped.

A thread of its own reads, and not the screen's loop: that stands still while an editor or ``ssh`` has the
terminal, and no command must wait for it with a full pipe.
"""

from __future__ import annotations

import math
import os
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from pulsetui.config.tables.actions import ActionConfig
from pulsetui.core.text.output import Output

KEPT_BYTES = 200_000
"""Of the end of what it prints."""
STOP_S = 5.0
"""After being asked to stop it is killed."""
_LOOK_S = 0.2
_DRAIN_S = 1.0
_CHUNK = 65_536


class BesideRun:
    """One run of an action. All but ``start`` may be asked by any thread."""

    def __init__(self, action: ActionConfig, command: str, slug: str, started_at: datetime) -> None:
        self.action = action
        self.command = command
        self.slug = slug  # "" where it is about no check
        self.started_at = started_at
        self.ended_at: datetime | None = None
        self.code: int | None = None  # negative for the signal that ended it; None while it runs
        self.stop_asked = False
        self._output = Output(kept=0, searched=KEPT_BYTES)
        self._lock = threading.Lock()
        self._kill_at = 0.0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def size(self) -> int:
        """Bytes that it has printed."""
        return self._output.size

    @property
    def output(self) -> tuple[bytes, int]:
        """The end of what it has printed, and how many bytes before that are no longer there."""
        with self._lock:
            return self._output.rest, self._output.skipped

    def start(
        self, argv: list[str], folder: Path, ended: Callable[[BesideRun], None], now: Callable[[], datetime]
    ) -> None:
        """Starts it in a session of its own, so that all of it can be stopped. ``ended`` is called from a
        thread. Raises OSError."""
        self._process = subprocess.Popen(
            argv,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        threading.Thread(target=self._follow, args=(ended, now), name="action", daemon=True).start()

    def stop(self) -> None:
        """Asks it to end; what does not is killed a little later."""
        if self.code is None and not self.stop_asked:
            self._kill_at = time.monotonic() + STOP_S
            self.stop_asked = True
            self.send(signal.SIGTERM)

    def send(self, number: signal.Signals) -> None:
        """A signal for all of it."""
        process = self._process
        if process is not None and process.poll() is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, number)

    def _follow(self, ended: Callable[[BesideRun], None], now: Callable[[], datetime]) -> None:
        process = self._process
        assert process is not None
        assert process.stdout is not None
        with process.stdout as pipe:
            self._read(process, pipe.fileno())
        while process.poll() is None:  # it has closed its output, and goes on
            with suppress(subprocess.TimeoutExpired):
                process.wait(_LOOK_S)
            self._kill_if_due()
        self.ended_at = now()
        self.code = process.returncode
        ended(self)

    def _read(self, process: subprocess.Popen[bytes], pipe: int) -> None:
        """Until nobody writes any more. A child that it leaves behind may keep the pipe open for ever: then
        until a moment after its end, for what had been printed before."""
        read_until = math.inf
        # Not select(): beside an engine with a thousand connections the number is too high for it.
        with selectors.DefaultSelector() as selector:
            selector.register(pipe, selectors.EVENT_READ)
            while time.monotonic() < read_until:
                over = process.poll() is not None
                if over:
                    read_until = min(read_until, time.monotonic() + _DRAIN_S)
                ready = selector.select(0 if over else _LOOK_S)
                chunk = os.read(pipe, _CHUNK) if ready else b""
                if chunk:
                    with self._lock:
                        self._output.add(chunk)
                elif ready or over:
                    return
                self._kill_if_due()

    def _kill_if_due(self) -> None:
        if self.stop_asked and time.monotonic() >= self._kill_at:
            self.send(signal.SIGKILL)

"""Hands the signals that this process gets to the job that it runs."""

from __future__ import annotations

import os
import signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    import subprocess
    from types import FrameType

_FORWARDED = (
    signal.SIGTERM,
    signal.SIGHUP,
    signal.SIGINT,
    signal.SIGQUIT,
    signal.SIGUSR1,
    signal.SIGUSR2,
    signal.SIGWINCH,
)
_OF_THE_TERMINAL = frozenset({signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGWINCH})
"""A terminal sends these to the job itself, as to everything in its foreground."""


class Forwarder:
    """Hands signals to the job, from the first moment at which one could be sent.

    Forwarding happens in the handler itself: it must work while passing output is blocked.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._early: list[int] = []
        self.came: set[int] = set()  # what was sent to this process, forwarded or not
        self.woken, self._wake = os.pipe()
        os.set_blocking(self._wake, False)
        os.set_blocking(self.woken, False)
        self._before = {
            number: signal.signal(number, self._forward)
            for number in _FORWARDED
            # nohup means it: what was ignored stays ignored, for us and the job
            if signal.getsignal(number) is not signal.SIG_IGN
        }
        self._before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, _nothing)
        self._old_wake = signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)

    def to(self, process: subprocess.Popen[bytes]) -> None:
        """From now on signals go there; the ones that came too early first."""
        self._process = process
        for number in self._early:
            process.send_signal(number)

    def stop(self) -> None:
        """Signals mean again what they did before."""
        signal.set_wakeup_fd(self._old_wake)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        os.close(self.woken)
        os.close(self._wake)

    def _forward(self, number: int, frame: FrameType | None) -> None:
        self.came.add(number)
        if number in _OF_THE_TERMINAL and _in_foreground():
            return
        if self._process is None:
            self._early.append(number)
        else:
            self._process.send_signal(number)


def _in_foreground() -> bool:
    """Whether a terminal has sent the signal to the job as well."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_CLOEXEC | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)


def _nothing(number: int, frame: FrameType | None) -> None:
    """The byte in the pipe is what counts."""

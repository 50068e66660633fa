"""Another program on the screen's own terminal, for as long as it runs: an editor, ``ssh``, ``tail``.

It gets a process group of its own, as a shell would give it: Ctrl-C and Ctrl-Z reach that program alone. The
engine may live in this process, and must neither be stopped nor ended by a key that was meant for an editor.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

_STOPPED_AGAIN_S = 0.05
"""Between two times that a stopped program is sent on."""
_KEYS = (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP)
"""What the terminal makes of Ctrl-C, Ctrl-\\ and Ctrl-Z."""
_ENDINGS = (signal.SIGTERM, signal.SIGHUP)


def run_in_front(
    argv: Sequence[str], *, env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> int:
    """Runs it with the terminal, which nobody else may use meanwhile, and returns its exit code: negative for
    the signal that ended it. Raises OSError where it cannot be started. For the main thread."""
    terminal = _own_terminal()
    with _passed_on(() if terminal is None else _KEYS) as to:
        child = subprocess.Popen(argv, env=env, cwd=cwd, process_group=None if terminal is None else 0)
        to(child)
        if terminal is None:
            return child.wait()
        return _wait_with(terminal, child)


def _own_terminal() -> int | None:
    """The terminal that this process is in front of; None where it has none to hand over."""
    with suppress(OSError, ValueError):
        if os.tcgetpgrp(0) == os.getpgrp():
            return 0
    return None


def _wait_with(terminal: int, child: subprocess.Popen[bytes]) -> int:
    """Waits for it with the terminal handed over. What stops goes on at once: there is no shell here from
    which it could be brought back."""
    before = signal.signal(signal.SIGTTOU, signal.SIG_IGN)  # to take the terminal back from behind
    try:
        _hand_over(terminal, child.pid)
        while True:
            try:
                _, status = os.waitpid(child.pid, os.WUNTRACED)
            except ChildProcessError:
                return child.wait()
            if not os.WIFSTOPPED(status):
                child.returncode = os.waitstatus_to_exitcode(status)
                return child.returncode
            _hand_over(terminal, child.pid)
            time.sleep(_STOPPED_AGAIN_S)
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGCONT)
    finally:
        _hand_over(terminal, os.getpgrp())
        signal.signal(signal.SIGTTOU, before)


def _hand_over(terminal: int, group: int) -> None:
    with suppress(OSError):  # it has gone, and the program with it
        os.tcsetpgrp(terminal, group)


@contextmanager
def _passed_on(keys: Collection[int]) -> Iterator[Callable[[subprocess.Popen[bytes]], None]]:
    """Whoever asks this process to end, asks the program in front first: the screen cannot end before. And
    ``keys`` are meant for the program alone, also when they come before it has the terminal.

    Answers with what is to be told which program that is."""
    children: list[subprocess.Popen[bytes]] = []
    waiting: list[int] = []

    def pass_on(number: int) -> None:
        for child in children:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, number) if number in keys else child.send_signal(number)
        if not children:
            waiting.append(number)

    def passing(then: object) -> Callable[[int, FrameType | None], None]:
        def arrived(number: int, frame: FrameType | None) -> None:
            if callable(then) and number not in keys:
                then(number, frame)
            pass_on(number)

        return arrived

    def to(child: subprocess.Popen[bytes]) -> None:
        children.append(child)
        for number in waiting:
            pass_on(number)

    before = {}
    with suppress(ValueError):  # not in the main thread: nothing arrives here
        for number in (*_ENDINGS, *keys):
            before[number] = signal.signal(number, passing(signal.getsignal(number)))
    try:
        yield to
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

"""Puts the terminal right when the screen is killed without warning.

No process can clean up after its own SIGKILL. So a small process stands by, asleep on a pipe: it hears that
the screen has gone, with or without a last word, and costs nothing until then.
"""

from __future__ import annotations

import os
import signal
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager

from pulsetui.escapes import TITLE_POP

_LEFT = b"."
"""The screen's last word: it has put the terminal right itself."""

_RESET = (
    # Mouse, focus and paste reports, the size in band, line wrap, the keyboard protocol of kitty; then the
    # screen from before, with its cursor and colours.
    "\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l\x1b[?1004l\x1b[?2004l\x1b[?2048l\x1b[?7h"
    "\x1b[<u\x1b[?1049l\x1b[?25h\x1b[0m"
)


@contextmanager
def guarded_terminal() -> Iterator[None]:
    """For as long as the block runs, standard output is a terminal in somebody else's care.

    To be entered before any thread is started: it forks.
    """
    terminal = sys.stdout.fileno()
    try:
        settings = termios.tcgetattr(terminal)
    except termios.error:  # a terminal that says nothing of itself is left as it is
        yield
        return
    heard, said = os.pipe()
    guard = os.fork()
    if guard == 0:
        os.close(said)
        _stand_by(heard, terminal, settings)
    os.close(heard)
    try:
        yield
    finally:
        try:
            os.write(said, _LEFT)
        except OSError:
            pass  # somebody has killed the guard
        os.close(said)
        os.waitpid(guard, 0)


def _stand_by(heard: int, terminal: int, settings: list[object]) -> None:
    """What the guard does; it never returns, so that nothing of the screen's own is run twice."""
    try:
        # In a session of its own: signals for the screen's group are not meant for it, and a shell that has
        # taken the terminal back cannot keep it from its work.
        os.setsid()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
            signal.signal(number, signal.SIG_IGN)
        if os.read(heard, 1) != _LEFT:
            termios.tcsetattr(terminal, termios.TCSANOW, settings)  # type: ignore[arg-type]  # as it was read
            os.write(terminal, (_RESET + TITLE_POP).encode())
    except (OSError, termios.error):
        pass  # the terminal is gone, too
    finally:
        os._exit(0)

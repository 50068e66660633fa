"""A job that SIGTERM ends says so first. Only where nothing else would happen with the signal.

The default action ends a process without a word: no ``finally``, no ``atexit``. While a run goes on a handler
stands there, reports, and lets the default action have the process. Where the program has a handler of its
own, or ignores the signal, it is left to that.
"""

from __future__ import annotations

import os
import signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    Tell = Callable[[int], bool]

_watched: list[Tell] = []
_waiting = False  # the signal has come, and waits for a report that is being sent


def watch(tell: Tell) -> None:
    """``tell`` is called with the signal's number, in the handler, before the signal ends the process.

    It returns False to have that wait until it ``leave``s: it is sending a report.
    """
    _watched.append(tell)
    try:
        if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
            signal.signal(signal.SIGTERM, _handle)
    except ValueError:
        pass  # only the main thread may


def leave(tell: Tell) -> None:
    """As it was before ``watch``."""
    if tell in _watched:
        _watched.remove(tell)
    if _waiting:
        _die(signal.SIGTERM)
    if not _watched and signal.getsignal(signal.SIGTERM) is _handle:
        try:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
        except ValueError:
            pass  # in another thread; with nobody to tell, the handler does what the default does


def _handle(number: int, frame: FrameType | None) -> None:
    global _waiting
    may_die = [tell(number) for tell in reversed(_watched)]
    _waiting = not all(may_die)
    if not _waiting:
        _die(number)


def _die(number: int) -> None:
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)

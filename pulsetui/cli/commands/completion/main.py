"""What a shell asks at a Tab. It answers within two seconds, and never complains."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType
from typing import Final

_WITHIN_S: Final = 2.0
"""A file on a server that is gone must not hold the prompt."""


def main(arguments: list[str]) -> int:
    """``SHELL LINE`` of bash, up to the cursor; ``SHELL WORD…`` of the others, the last one perhaps empty."""
    signal.signal(signal.SIGALRM, _give_up)
    signal.setitimer(signal.ITIMER_REAL, _WITHIN_S)
    try:
        from pulsetui.cli.commands.completion.ask import answer
        from pulsetui.cli.commands.completion.words import split_line

        shell, *words = arguments
        if shell == "bash":
            words = split_line(words[0])[1:]
        found = answer(words[:-1], words[-1] if words else "", os.environ)
        sys.stdout.buffer.write(found.text().encode("utf-8", "replace"))
        sys.stdout.flush()
    except Exception:  # noqa: BLE001 - a prompt is no place for errors
        return 1
    return 0


def _give_up(_signal: int, _frame: FrameType | None) -> None:
    os._exit(1)

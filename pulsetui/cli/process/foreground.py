"""Runs a command in the foreground, as if it had been typed itself: its output, signals and exit code."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from pulsetui.cli.output import talk
from pulsetui.core.text.printable import printable
from pulsetui.job.wrapper.child import CANNOT_RUN, NOT_FOUND, start_job
from pulsetui.job.wrapper.forward import Forwarder


class ForegroundEnd(Struct, frozen=True):
    """How it ended: its exit code (128 + signal when one ended it, 127 and 126 when it could not be started,
    as in a shell), and the signals that came to this process meanwhile."""

    exit_code: int
    signals: frozenset[int]


def run_in_foreground(command: Sequence[str]) -> ForegroundEnd:
    """Runs it to its end. It has our standard streams themselves: nothing stands between them."""
    forward = Forwarder()
    try:
        try:
            process = start_job(command)
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or error
            talk(f"pulsetui: {printable(command[0], 200)}: {why}")
            code = NOT_FOUND if isinstance(error, FileNotFoundError) else CANNOT_RUN
            return ForegroundEnd(code, frozenset(forward.came))
        forward.to(process)
        code = process.wait()
        return ForegroundEnd(code if code >= 0 else 128 - code, frozenset(forward.came))
    finally:
        forward.stop()

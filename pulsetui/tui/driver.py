"""Textual's terminal driver, for terminals that go away.

When a pane is closed, the process gets SIGHUP and SIGCONT; the second makes Textual start its output anew, on
a terminal that is gone. The thread that writes then dies of EIO, its queue fills up, and the exit that the
first asked for waits for ever: an engine without a screen, holding the state directory.
"""

from __future__ import annotations

from io import TextIOWrapper
from typing import IO, Any, cast

from textual.drivers.linux_driver import LinuxDriver


class _File:
    """A terminal's file; once writing fails, what is written goes nowhere."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._gone = False

    def write(self, text: str) -> int:
        if not self._gone:
            try:
                return self._file.write(text)
            except OSError:
                self._gone = True
        return len(text)

    def flush(self) -> None:
        if not self._gone:
            try:
                self._file.flush()
            except OSError:
                self._gone = True

    def fileno(self) -> int:
        return self._file.fileno()

    def isatty(self) -> bool:
        return self._file.isatty()


class TerminalDriver(LinuxDriver):
    """Ends with its terminal instead of hanging."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        assert self._file is not None
        self._file = cast(TextIOWrapper, _File(self._file))

"""The log: a rotating file in the state directory. Nothing here writes to a terminal that shows a screen."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import time
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

from pulsetui.cli.common_options import state_dir
from pulsetui.core.text.visible import visible
from pulsetui.errors import StateDirError, in_words
from pulsetui.monitor.lock import prepare_state_dir
from pulsetui.monitor.logfile import LOG_NAME
from pulsetui.store.private import open_private

_MAX_BYTES = 1_000_000
"""Bytes of one file; four of them are kept."""
_KEPT = 3
_MADE_ANEW_AFTER_S = 2.0
_HELD = 100
"""Lines that wait for a file meanwhile."""
_FORM = "%(asctime)s %(levelname)s %(name)s %(message)s"


class _Lines(logging.Formatter):
    """UTC instants; control characters (a name, a path) are shown, not obeyed, when the log is read."""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")

    def format(self, record: logging.LogRecord) -> str:
        return visible(super().format(record), keep="\n\t")


class _PrivateFile(RotatingFileHandler):
    """Each file is readable by its owner only, and is the one at its path, which may be deleted under us.

    It is made anew only a little later: otherwise a directory that is being deleted would fill up again.
    """

    _gone_since: float | None = None
    _held: Sequence[logging.LogRecord] = ()

    def _open(self):  # type: ignore[no-untyped-def]  # noqa: ANN202 - its type is private to logging
        descriptor = open_private(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        return open(descriptor, self.mode, encoding=self.encoding, errors=self.errors)  # noqa: PTH123

    def emit(self, record: logging.LogRecord) -> None:
        if self._is_at_its_path():
            held, self._held, self._gone_since = self._held, (), None
            for line in (*held, record):
                super().emit(line)
            return
        now = time.monotonic()
        self._gone_since = now if self._gone_since is None else self._gone_since
        self._held = [*self._held, record][-_HELD:]
        if now - self._gone_since >= _MADE_ANEW_AFTER_S:
            self._make_anew()

    def close(self) -> None:
        if self._held:
            self._make_anew()
        super().close()

    def _make_anew(self) -> None:
        try:
            stream = self._open()  # type: ignore[no-untyped-call]  # as above
        except OSError:
            return  # the directory is gone, too
        if self.stream is not None:
            self.stream.close()
        self.stream = stream
        held, self._held, self._gone_since = self._held, (), None
        for record in held:
            super().emit(record)

    def _is_at_its_path(self) -> bool:
        try:
            found = Path(self.baseFilename).lstat()
            return self.stream is not None and os.path.samestat(found, os.fstat(self.stream.fileno()))
        except OSError:
            return False


def start(state_dir: Path, *, stderr: bool) -> None:
    """Logs into ``state_dir``; with ``stderr`` what is wrong is written there too (no screen is running).

    A log that cannot be written is told once and otherwise gone without.
    """
    handlers: list[logging.Handler] = []
    try:
        prepare_state_dir(state_dir)
        handlers.append(
            _PrivateFile(
                state_dir / LOG_NAME,
                maxBytes=_MAX_BYTES,
                backupCount=_KEPT,
                encoding="utf-8",
                errors="backslashreplace",
            )
        )
    except (OSError, StateDirError) as error:
        sys.stderr.write(f"pulsetui: no log file: {in_words(error)}\n")
    if stderr:
        loud = logging.StreamHandler(sys.stderr)
        loud.setLevel(logging.WARNING)
        handlers.append(loud)
    form = _Lines(_FORM)
    for handler in handlers or [logging.NullHandler()]:
        handler.setFormatter(form)
        logging.getLogger().addHandler(handler)
    logging.getLogger("pulsetui").setLevel(logging.INFO)
    logging.getLogger().setLevel(logging.WARNING)
    logging.raiseExceptions = False  # a full disk must not paint over the screen


def keep_crash(options: argparse.Namespace, error: Exception) -> str:
    """Writes the traceback of a bug to the log's folder and returns what to tell the person."""
    summary = f"this is a bug: {type(error).__name__}: {error}"
    try:
        folder = state_dir(options)
        prepare_state_dir(folder)
        path = folder / "crash.log"
        descriptor = open_private(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write("".join(traceback.format_exception(error)))
    except (OSError, RuntimeError, StateDirError):
        return summary
    return f"{summary}. The details are in {path}"

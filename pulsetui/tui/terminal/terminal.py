"""What goes to the terminal besides the picture: title, bell, desktop notification, clipboard.

Escape sequences must not land inside a frame, so they go through Textual's driver, which queues whole
strings. Its ``write`` is private; this module is the only place that calls it.
"""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pulsetui.client.alert import Alert
from pulsetui.escapes import TITLE_POP, TITLE_PUSH, alert_sequences, title_sequence

if TYPE_CHECKING:
    from textual.app import App

log = logging.getLogger(__name__)

_TMUX_TIMEOUT_S = 2.0


class Terminal:
    """The terminal around an app. Without a driver (in tests) sequences are dropped."""

    def __init__(self, app: App[None], environ: Mapping[str, str] | None = None) -> None:
        self._app = app
        self._environ = os.environ if environ is None else environ
        self._title: str | None = None
        self._behind = False  # another program has the terminal

    @property
    def in_tmux(self) -> bool:
        return bool(self._environ.get("TMUX"))

    def write(self, sequence: str) -> None:
        """Sends a complete escape sequence between two frames."""
        driver = getattr(self._app, "_driver", None)
        write = getattr(driver, "write", None)
        if write is not None and not self._app.is_headless:
            write(sequence)

    def set_title(self, text: str) -> None:
        """Shows ``text`` as the window's or pane's title; the old one comes back with ``restore_title``."""
        if text == self._title:
            return
        first = TITLE_PUSH if self._title is None else ""
        self._title = text
        self.write(first + title_sequence(text))

    def alert(self, alert: Alert) -> None:
        """Bell, desktop notification and title for one alert; the next ``set_title`` has the last word."""
        self.write(alert_sequences(alert, self._environ))
        if self._title is not None:
            self.write(title_sequence(self._title))

    def alert_in_front(self, alert: Alert) -> bool:
        """Rings for an alert while another program has the terminal, and says whether one has.

        For any thread: the screen's own loop stands still until that program ends, and no alert waits for it.
        """
        if not self._behind or sys.__stdout__ is None:
            return False
        sequences = alert_sequences(alert, self._environ).encode()
        try:
            os.write(sys.__stdout__.fileno(), sequences)
        except (OSError, ValueError) as error:
            log.warning("the terminal did not take an alert: %s", error)
            return False
        return True

    def run_in_front(
        self, argv: Sequence[str], *, env: Mapping[str, str] | None = None, cwd: Path | None = None
    ) -> int:
        """Puts the screen aside and gives the terminal to a program; returns its exit code.

        As ``front.run_in_front``. Raises SuspendNotSupported, too: where there is no terminal."""
        from pulsetui.tui.terminal.front import run_in_front

        # Nothing is painted meanwhile: nobody would take it, and the queue of what is to be written is short.
        with self._app.batch_update(), self._app.suspend():
            self._behind = True
            try:
                return run_in_front(argv, env=env, cwd=cwd)
            finally:
                self._behind = False

    def restore_title(self) -> None:
        if self._title is not None:
            self._title = None
            # Emptied first, for terminals that keep no stack of titles.
            self.write(title_sequence("") + TITLE_POP)

    async def copy_soon(self, text: str) -> str:
        """``copy`` without holding up the screen."""
        # tmux is asked and may take its time; without it only the driver may write, on this thread.
        return await asyncio.to_thread(self.copy, text) if self.in_tmux else self.copy(text)

    def copy(self, text: str) -> str:
        """Puts ``text`` on the clipboard; answers in words where it went. Blocks while tmux is asked."""
        if self.in_tmux and shutil.which("tmux"):
            try:
                # -w also sends it to the terminal outside, whatever set-clipboard says.
                subprocess.run(
                    ["tmux", "load-buffer", "-w", "-"],
                    input=text.encode(),
                    check=True,
                    capture_output=True,
                    timeout=_TMUX_TIMEOUT_S,
                )
                return "copied to tmux and the terminal's clipboard"
            except (OSError, subprocess.SubprocessError) as error:
                log.warning("tmux did not take the copied text: %s", error)
        self._app.copy_to_clipboard(text)
        return "sent to the terminal's clipboard"

"""A real tmux pane with the real program in it."""

from __future__ import annotations

import os
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.cli.installed import PULSETUI
from tests.programs import program

_NOT_INHERITED = ("TMUX", "NO_COLOR", "COLUMNS", "LINES")
"""Of the environment; the last two would win over the size of the pane."""

DEADLINE_S = 20.0
"""How long a person's patience is simulated; a machine under load needs it, a quick one never waits."""


class Pane:
    """One tmux server of its own, so that nothing of the person's own tmux is touched."""

    def __init__(self, socket: str) -> None:
        self._socket = socket

    def tmux(self, *arguments: str) -> str:
        done = subprocess.run(
            ["tmux", "-L", self._socket, *arguments], capture_output=True, text=True, check=True
        )
        return done.stdout

    def keys(self, *keys: str) -> None:
        self.tmux("send-keys", *keys)

    def type(self, text: str) -> None:
        self.tmux("send-keys", "-l", text)

    def text(self) -> str:
        return self.tmux("capture-pane", "-p")

    def styled(self) -> str:
        """With the escape codes of colours and attributes."""
        return self.tmux("capture-pane", "-p", "-e")

    def row(self, name: str) -> str:
        """The line of the pane that holds ``name``; empty when there is none."""
        return next((line for line in self.text().splitlines() if name in line), "")

    def wait(self, seen: Callable[[str], bool] | str) -> str:
        """Waits until the pane shows it; fails with the pane's text otherwise."""
        test = (lambda text: seen in text) if isinstance(seen, str) else seen
        deadline = time.monotonic() + DEADLINE_S
        while time.monotonic() < deadline:
            text = self.text()
            if test(text):
                return text
            time.sleep(0.05)
        raise AssertionError(f"the pane never showed {seen!r}:\n{self.text()}")

    def wait_row(self, name: str, word: str) -> str:
        """Waits until the line with ``name`` also holds ``word``."""

        def shows(text: str) -> bool:
            return any(name in line and word in line for line in text.splitlines())

        self.wait(shows)
        return self.row(name)

    def wait_for_end(self) -> None:
        """Waits until the program in the pane has ended."""
        deadline = time.monotonic() + DEADLINE_S
        while self.tmux("display-message", "-p", "#{pane_dead}").strip() != "1":
            assert time.monotonic() < deadline, f"it never ended:\n{self.text()}"
            time.sleep(0.05)

    def process(self) -> int:
        """Process id of the program in the pane."""
        return int(self.tmux("display-message", "-p", "#{pane_pid}"))


@contextmanager
def pane(
    *arguments: str,
    width: int = 120,
    height: int = 36,
    env: Mapping[str, str] | None = None,
    start: Sequence[str] = (PULSETUI,),
) -> Iterator[Pane]:
    """``pulsetui``, or another program, with these arguments in a pane. Leaves nothing behind."""
    program("tmux")
    socket = f"pulsetui-{uuid.uuid4().hex[:8]}"
    clean = {key: value for key, value in os.environ.items() if key not in _NOT_INHERITED}
    size = ["-x", str(width), "-y", str(height)]
    subprocess.run(
        ["tmux", "-L", socket, "-f", os.devnull, "new-session", "-d", *size, *start, *arguments],
        env=clean | {"TERM": "xterm-256color", "LANG": "C.UTF-8"} | dict(env or {}),
        check=True,
    )
    subprocess.run(["tmux", "-L", socket, "set-option", "-g", "remain-on-exit", "on"], check=True)
    try:
        yield Pane(socket)
    finally:
        subprocess.run(["tmux", "-L", socket, "kill-server"], check=False)


def write_config(directory: Path, text: str) -> list[str]:
    """A configuration in ``directory``, and the arguments that use it with a free port."""
    config = directory / "checks.toml"
    config.write_text(text)
    return ["--config", str(config), "--state-dir", str(directory / "state"), "--listen", "127.0.0.1:0"]

"""A terminal that can be timed: one pane of a tmux server of its own, read in control mode.

tmux hands over every piece of output the moment the program writes it (``%output`` lines), so the first frame
and the answer to a key are timed without polling.
"""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.benchmarks.processes import PLACE, Home, needed

WIDTH, HEIGHT = 120, 40
_OCTAL = re.compile(rb"\\([0-7]{3})")
_ANSWER_S = 10.0


class PaneEndedError(RuntimeError):
    """What runs in the pane did not show what was waited for; the text holds the screen."""


class Pane:
    """The one pane. ``output`` holds what was written since ``mark``."""

    def __init__(self, socket: str, control: subprocess.Popen[bytes]) -> None:
        self._socket = socket
        self._control = control
        self._news = threading.Condition()
        self._output = bytearray()
        self._answers: list[bytes] = []  # one for each command, in their order
        self._asked = 0
        self.launched: int | None = None
        """The process that was started last; tmux alone does not see to its end."""
        self.written = 0
        """Bytes that the program wrote, ever."""
        self._read_at = 0.0
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._control.stdout is not None
        descriptor, rest = self._control.stdout.fileno(), b""
        answer: list[bytes] | None = None  # lines of the one that is arriving
        while data := os.read(descriptor, 1 << 16):
            now = time.perf_counter()
            *lines, rest = (rest + data).split(b"\n")
            with self._news:
                for line in lines:
                    if line.startswith(b"%output "):
                        text = _OCTAL.sub(lambda found: bytes([int(found[1], 8)]), line.split(b" ", 2)[2])
                        self._output += text
                        self.written += len(text)
                    elif line.startswith(b"%begin "):
                        answer = []
                    elif line.startswith((b"%end ", b"%error ")):
                        if line.endswith(b" 1"):  # the answer to a command of ours
                            self._answers.append(b"\n".join(answer or []))
                        answer = None
                    elif answer is not None:
                        answer.append(line)
                self._read_at = now
                self._news.notify_all()

    def tell(self, command: str) -> float:
        """Sends a tmux command; returns the moment at which it was sent."""
        assert self._control.stdin is not None
        self._asked += 1
        sent = time.perf_counter()
        self._control.stdin.write(command.encode() + b"\n")
        self._control.stdin.flush()
        return sent

    def ask(self, command: str) -> str:
        """What tmux answers."""
        self.tell(command)
        with self._news:
            if not self._news.wait_for(lambda: len(self._answers) >= self._asked, _ANSWER_S):
                raise PaneEndedError(f"tmux does not answer: {command}")
            return self._answers[self._asked - 1].decode()

    def mark(self) -> None:
        """Forgets the output so far."""
        with self._news:
            self._output.clear()

    def wait_for(self, shown: Callable[[bytes], object], timeout_s: float) -> float:
        """The moment at which the output since ``mark`` had what is looked for. Raises PaneEndedError."""
        with self._news:
            if self._news.wait_for(lambda: shown(bytes(self._output)), timeout_s):
                return self._read_at
        raise PaneEndedError(f"not shown within {timeout_s} s; the screen:\n{self.screen()}")

    def launch(self, command: Sequence[str]) -> float:
        """Runs a program in the pane, where the last one has ended; returns the moment of its start."""
        self.mark()
        began = self.tell(f'respawn-pane -t bench "exec {shlex.join(command)}"')
        self.pid()
        return began

    def leave(self, key: str, timeout_s: float = 30.0) -> None:
        """Ends the program with its own key, so that it lets go of what it holds, and waits for its end.

        To kill it from tmux (``respawn-pane -k``) can end the server of tmux 3.3a.
        """
        time.sleep(0.5)  # until it listens to keys
        self.press(key)
        deadline = time.monotonic() + timeout_s
        while not self._is_dead():
            if time.monotonic() > deadline:
                raise PaneEndedError(f"{key} does not end it; the screen:\n{self.screen()}")
            time.sleep(0.05)

    def _is_dead(self) -> bool:
        return self.ask("display-message -p -t bench '#{pane_dead}'") == "1"

    def pid(self) -> int:
        """The process in the pane."""
        self.launched = int(self.ask("display-message -p -t bench '#{pane_pid}'"))
        return self.launched

    def press(self, key: str) -> float:
        return self.tell(f"send-keys -t bench {key}")

    def screen(self) -> str:
        """What the pane shows."""
        command = ["tmux", "-L", self._socket, "capture-pane", "-p", "-t", "bench"]
        return subprocess.run(command, capture_output=True, text=True, timeout=_ANSWER_S).stdout


@contextmanager
def pane(at: Home) -> Iterator[Pane]:
    """A pane of 120 by 40; its tmux server and what runs in it are gone at the end."""
    program = needed("tmux", "tmux")
    name = f"pulsetui-bench-{os.getpid()}"
    size = ["-x", str(WIDTH), "-y", str(HEIGHT)]
    command = [program, "-L", name, "-f", os.devnull, "-C", "new-session", *size, "-s", "bench", "read wait"]
    environment = {**at.environment(), "TERM": "xterm-256color"}
    control = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, cwd=PLACE
    )
    made = Pane(name, control)
    try:
        for setting in ("status off", "default-terminal tmux-256color", "remain-on-exit on"):
            made.ask(f"set-option -g {setting}")
        made.ask(f"refresh-client -C {WIDTH}x{HEIGHT}")
        made.press("Enter")
        yield made
    finally:
        subprocess.run([program, "-L", name, "kill-server"], capture_output=True)
        control.kill()
        control.wait()
        _end(made.launched, at)


def _end(pid: int | None, at: Home) -> None:
    """Ends what ran in the pane, if it outlived its terminal."""
    try:
        started_by_us = os.fsencode(at.path) in Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return
    if pid is not None and started_by_us:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + _ANSWER_S
        while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
            time.sleep(0.02)  # it still writes into the directory that is about to be deleted

"""A monkey at the keys, for a person to run before a release: ``python -m tests.e2e.monkey MINUTES SEED``.

Random keys, texts and sizes in a real tmux, with jobs that report meanwhile. It fails when the program ends
with anything but 0, leaves a traceback or a crash.log, or no longer answers pings. What leaves by its own
keys is started again on the same state.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path
from urllib.request import ProxyHandler, Request, build_opener

from pulsetui.attach.find import find_engine
from tests.benchmarks.processes import free_port
from tests.cli.installed import PULSETUI
from tests.e2e.pane import Pane
from tests.e2e.pane import pane as new_pane

_NAMED = [
    "Enter",
    "Escape",
    "Tab",
    "BTab",
    "Up",
    "Down",
    "Left",
    "Right",
    "PPage",
    "NPage",
    "Home",
    "End",
    "Space",
    "BSpace",
    "DC",
    "F1",
    "C-a",
    "C-d",
    "C-e",
    "C-k",
    "C-l",
    "C-p",
    "C-s",
    "C-t",
    "C-u",
    "C-w",
]
_TEXT = ("30m", "0 2 * * *", "tag:shop", "[red]x[/red]", "é漢字🎉", "'\"$(`", "snooze all 1h", "x" * 300)
_SIZES = ((20, 5), (40, 12), (60, 15), (80, 24), (104, 30), (120, 36), (150, 22), (200, 60))
_ENDINGS = ("", "/start", "/fail", "/3", "/log", "?metric=records:0", "/start?rid=a", "?rid=a")
_CONFIG = """
timezone = "Europe/Berlin"

[hooks.terminal]
type = "terminal"

[actions.list]
command = "printf '%s\\\\n' {slug}; sleep 2; ls"

[actions.front]
command = "true {slug}"
suspend = true
"""


def checks(count: int = 40) -> str:
    schedules = ('every = "20s"', 'cron = "*/2 * * * *"', 'calendar = "hourly"', 'every = "1d"')
    return "".join(
        f'\n[checks.job-{n}]\nname = "Job {n}"\n{schedules[n % 4]}\ngrace = "20s"\n'
        f'tags = ["{("shop", "backup", "mail")[n % 3]}"]\n'
        for n in range(count)
    )


def act(pane: Pane, chance: random.Random) -> str:
    """One thing that somebody does; what it was."""
    kind = chance.random()
    if kind < 0.70:
        key: str = chance.choice(
            [*"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/:?!<>+-=.,"]
        )
        pane.type(key)
        return key
    if kind < 0.92:
        named = chance.choice(_NAMED)
        pane.keys(named)
        return named
    if kind < 0.96:
        text = chance.choice(_TEXT)
        pane.type(text)
        return repr(text)
    width, height = chance.choice(_SIZES)
    pane.tmux("resize-window", "-x", str(width), "-y", str(height))
    return f"{width}x{height}"


class Monkey:
    """One run on one state. That the program has ended a shell writes down: tmux itself now and then never
    learns of it."""

    def __init__(self, home: Path, seed: int) -> None:
        self._chance = random.Random(seed)
        self._opener = build_opener(ProxyHandler({}))
        self._port = free_port()
        self._over, self._state = home / "status", home / "state"
        config = home / "checks.toml"
        config.write_text(_CONFIG + checks())
        listen = f"127.0.0.1:{self._port}"
        self._options = ["--config", str(config), "--state-dir", str(self._state), "--listen", listen]
        self.done: list[str] = []
        self.pings = self.starts = 0

    def start(self, until: float) -> str:
        """Plays until somebody leaves or the time is over; what went wrong, and the screen."""
        self.starts += 1
        self._over.unlink(missing_ok=True)
        start = ("sh", "-c", f'"$@"; echo $? > {self._over}', "sh", PULSETUI)
        with new_pane(*self._options, env={"EDITOR": "true", "VISUAL": "true"}, start=start) as pane:
            pane.wait("Job")
            why = ""
            while time.monotonic() < until and not why and not self._over.exists():
                self.done.append(act(pane, self._chance))
                why = self._ping(pane) if self._chance.random() < 0.2 else ""
            if not why and self._has_ended(pane) and (status := self._over.read_text().strip()) != "0":
                why = f"ended with {status}"
            if (crash := self._state / "crash.log").exists():
                why = crash.read_text(errors="replace")
            why = why or ("a traceback" if "Traceback" in pane.text() else "")
            return f"{why}\n{pane.text()}" if why else ""

    def _ping(self, pane: Pane) -> str:
        url = f"http://127.0.0.1:{self._port}/ping/job-{self._chance.randrange(40)}"
        body = b"line \x1b[31m\n" * 3
        request = Request(url + self._chance.choice(_ENDINGS), data=body)
        try:
            self._opener.open(request, timeout=10).close()
            self.pings += 1
        except OSError as error:
            # A check that was deleted is answered 404, a run id that is none 400.
            if getattr(error, "code", 0) not in (400, 404) and not self._has_ended(pane):
                return f"no answer: {error}"
        return ""

    def _has_ended(self, pane: Pane) -> bool:
        """Whether somebody has just left: the listener goes before the program does."""
        deadline = time.monotonic() + 10
        pane.keys("C-q")  # C-s, when it is typed at a terminal that was let go of, stops its last words
        while not (self._over.exists() and self._over.read_text()) and time.monotonic() < deadline:
            time.sleep(0.1)
        return self._over.exists()

    def stop(self) -> None:
        """Ends an engine that was left to watch on without a screen."""
        engine = find_engine(self._state, wait_s=0)
        if engine is not None and engine.pid is not None:
            os.kill(engine.pid, signal.SIGTERM)


def main(minutes: float, seed: int) -> int:
    with tempfile.TemporaryDirectory(prefix="pulsetui-monkey-", ignore_cleanup_errors=True) as place:
        monkey, until, wrong = Monkey(Path(place), seed), time.monotonic() + minutes * 60, ""
        while time.monotonic() < until and not wrong:
            wrong = monkey.start(until)
        monkey.stop()
    done = f"{len(monkey.done)} keys and sizes, {monkey.pings} pings, {monkey.starts} starts, seed {seed}"
    print(f"{done}: {' '.join(monkey.done[-60:])}\n{wrong}" if wrong else f"{done}: no crash")
    return 1 if wrong else 0


if __name__ == "__main__":
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 20.0
    sys.exit(main(minutes, int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(10**6)))

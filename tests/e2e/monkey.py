"""A monkey at the keys, for a person to run before a release: ``python -m tests.e2e.monkey MINUTES SEED``.

Random keys, texts and sizes in a real tmux, with jobs that report meanwhile. It fails when the program ends
with anything but 0, leaves a traceback or a crash.log, or no longer answers pings. What leaves by its own
keys is started again on the same state.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path
from urllib.request import ProxyHandler, Request, build_opener

from tests.benchmarks.processes import free_port
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


def main(minutes: float, seed: int) -> int:
    chance, opener = random.Random(seed), build_opener(ProxyHandler({}))
    done: list[str] = []
    starts = pings = 0
    with tempfile.TemporaryDirectory(prefix="pulsetui-monkey-") as place:
        home, port = Path(place), free_port()
        config, state = home / "checks.toml", home / "state"
        config.write_text(_CONFIG + checks())
        options = ["--config", str(config), "--state-dir", str(state), "--listen", f"127.0.0.1:{port}"]
        until = time.monotonic() + minutes * 60
        while time.monotonic() < until:
            starts += 1
            with new_pane(*options, env={"EDITOR": "true", "VISUAL": "true"}) as pane:
                pane.wait("Job")
                while time.monotonic() < until and asked(pane, "pane_dead") != "1":
                    done.append(act(pane, chance))
                    if chance.random() < 0.2 and asked(pane, "pane_dead") != "1":
                        slug = f"job-{chance.randrange(40)}"
                        url = f"http://127.0.0.1:{port}/ping/{slug}{chance.choice(_ENDINGS)}"
                        request = Request(url, data=b"line \x1b[31m\n" * 3)
                        try:
                            opener.open(request, timeout=10).close()
                            pings += 1
                        except OSError as error:
                            # A check that was deleted is answered 404, a run id that is none 400.
                            code = getattr(error, "code", 0)
                            if code not in (400, 404) and not ends(pane):
                                return failed(f"no answer: {error}", pane, done, seed)
                if asked(pane, "pane_dead") == "1" and (status := ending(pane)) != "0":
                    return failed(f"ended with {status}", pane, done, seed)
                crash = state / "crash.log"
                if crash.exists():
                    return failed(crash.read_text(errors="replace"), pane, done, seed)
                if "Traceback" in pane.text():
                    return failed("a traceback", pane, done, seed)
    print(f"{len(done)} keys and sizes, {pings} pings, {starts} starts, seed {seed}: no crash")
    return 0


def asked(pane: Pane, what: str) -> str:
    return str(pane.tmux("display-message", "-p", f"#{{{what}}}")).strip()


def ends(pane: Pane) -> bool:
    """Whether somebody has just left: the listener goes first."""
    deadline = time.monotonic() + 10
    while asked(pane, "pane_dead") != "1" and time.monotonic() < deadline:
        time.sleep(0.1)
    return asked(pane, "pane_dead") == "1"


def ending(pane: Pane) -> str:
    """Its exit status, or its signal; tmux knows of the end before it knows which."""
    deadline = time.monotonic() + 10
    while not (known := asked(pane, "pane_dead_status") or asked(pane, "pane_dead_signal")):
        if time.monotonic() > deadline:
            return "nothing known"
        time.sleep(0.1)
    return known


def failed(why: str, pane: Pane, done: list[str], seed: int) -> int:
    print(f"{why}, seed {seed}, after {len(done)}:\n{' '.join(done[-60:])}\n{pane.text()}")
    return 1


if __name__ == "__main__":
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 20.0
    sys.exit(main(minutes, int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(10**6)))

"""A bug in the screen, in the installed command, in a terminal: the engine behind it never stops."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from tests.cli.installed import environment, pulsetui
from tests.cli.test_screen import Terminal
from tests.cli.test_serve import CONFIG

BUG = """
from pulsetui.tui.table import screen as home
from pulsetui.tui.table.screen import HomeScreen
home.TICK_S = 0.1
screens, tick = [], HomeScreen.tick
def failing(self):
    if self not in screens:
        screens.append(self)
    if len(screens) <= {times}:
        raise RuntimeError("a bug on purpose")
    tick(self)
HomeScreen.tick = failing
"""


AT_ONCE = """
from pulsetui.tui.table.screen import HomeScreen
def failing(self):
    raise RuntimeError("a bug on purpose")
HomeScreen.on_mount = failing
"""


def failing_screen(home: Path, times: int, bug: str = BUG) -> Terminal:
    """The installed command with a screen that fails so many times."""
    (home / "sitecustomize.py").write_text(bug.replace("{times}", str(times)))
    config = home / "checks.toml"
    config.write_text(CONFIG)
    env = environment(home, PULSETUI_CONFIG=str(config), TERM="xterm-256color", PYTHONPATH=str(home))
    return Terminal("--listen", "127.0.0.1:0", env=env)


def close(screen: Terminal) -> None:
    screen.process.kill()
    screen.process.wait()
    os.close(screen.master)


def test_the_screen_comes_back_over_the_same_engine(tmp_path: Path) -> None:
    screen = failing_screen(tmp_path, 1)
    try:
        screen.read_until("The screen failed and was restarted")
        assert pulsetui("ping", "backup", home=tmp_path).stderr == ""
        assert screen.end() == 0
        assert b"Traceback" not in screen.output
        assert "a bug on purpose" in (tmp_path / "state" / "crash.log").read_text()
    finally:
        close(screen)


def test_the_engine_goes_on_without_a_screen_that_only_fails(tmp_path: Path) -> None:
    screen = failing_screen(tmp_path, 3)
    try:
        screen.read_until("the screen failed 3 times within a minute")
        screen.read_until("The engine keeps running without a screen")
        assert pulsetui("ping", "backup", home=tmp_path).stderr == ""
        screen.output = b""
        os.write(screen.master, b"\n")
        screen.read_until("Nightly backup")
        assert screen.end() == 0
        assert b"Traceback" not in screen.output
    finally:
        close(screen)


def test_ctrl_c_ends_an_engine_that_lost_its_screen(tmp_path: Path) -> None:
    screen = failing_screen(tmp_path, 99, AT_ONCE)
    try:
        screen.read_until("Ctrl-C ends the engine")
        assert pulsetui("ping", "backup", home=tmp_path).stderr == ""
        screen.process.send_signal(signal.SIGINT)
        assert screen.process.wait(20) == 1
        screen.read_until("no longer watching")
        assert b"Traceback" not in screen.output
    finally:
        close(screen)

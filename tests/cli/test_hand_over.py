"""Leaving the screen in a terminal of its own: what is watched afterwards, and that no ping is lost."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from pulsetui.cli.process.hand_over import TAKES_OVER, Successor
from pulsetui.errors import EngineError
from pulsetui.listener.http.sockets import open_sockets, port_of
from pulsetui.monitor.lock import StateLock
from tests.cli.installed import environment, pulsetui
from tests.cli.test_screen import Terminal, terminal
from tests.cli.test_serve import CONFIG, serving

KEEPS_ON = "no longer watching; `pulsetui serve` watches without a screen"


class Pinging(threading.Thread):
    """Pings one after the other, each over a connection of its own, until it is stopped."""

    def __init__(self, address: str) -> None:
        super().__init__(daemon=True)
        self.address, self.stopped = address, threading.Event()
        self.answers: list[str] = []

    def run(self) -> None:
        while not self.stopped.is_set():
            connection = HTTPConnection(self.address, timeout=10)
            try:
                connection.request("GET", "/ping/backup", headers={"Connection": "close"})
                self.answers.append(str(connection.getresponse().status))
            except OSError as error:
                self.answers.append(repr(error))
            finally:
                connection.close()


@contextmanager
def ended(pid: int) -> Iterator[None]:
    """Ends that process, whatever happens."""
    try:
        yield
    finally:
        os.kill(pid, signal.SIGTERM)
        until = time.monotonic() + 20
        while Path(f"/proc/{pid}").exists() and b"Z" not in Path(f"/proc/{pid}/stat").read_bytes().split()[2]:
            assert time.monotonic() < until
            time.sleep(0.02)


def address_of(screen: Terminal) -> str:
    screen.read_until("listening on")
    screen.read_until("Nightly backup")
    found = re.search(rb"127\.0\.0\.1:\d+", screen.output)
    assert found
    return found[0].decode()


def test_in_the_background_it_watches_on_and_misses_no_ping(tmp_path: Path) -> None:
    with terminal(tmp_path, "--listen", "127.0.0.1:0") as screen:
        pinging = Pinging(address_of(screen))
        pinging.start()
        os.write(screen.master, b"qb")
        screen.read_until("\x1b[?1049l")
        screen.process.send_signal(signal.SIGHUP)  # the pane is closed at once
        screen.read_until("still watching in the background: process ")
        assert screen.process.wait(10) == 0
        screen.read_until(" ends it")
        pid = int(screen.output.rpartition(b"`kill ")[2].partition(b"`")[0])
        with ended(pid):
            while len(pinging.answers) < 3:
                time.sleep(0.01)
            pinging.stopped.set()
            pinging.join(10)
            assert set(pinging.answers) == {"200"}
            assert pulsetui("status", home=tmp_path).stdout.startswith(
                "1 up; nobody would be told of a failure:"
            )
            [view] = json.loads(pulsetui("list", "--json", home=tmp_path).stdout)
            assert view["n_pings"] == len(pinging.answers)
            assert TAKES_OVER.encode() not in Path(f"/proc/{pid}/cmdline").read_bytes()
    assert pulsetui("list", home=tmp_path).returncode == 3


def test_what_cannot_go_on_in_the_background_stays_here(tmp_path: Path) -> None:
    with terminal(tmp_path, "--listen", "127.0.0.1:0") as screen:
        screen.read_until("Nightly backup")
        (tmp_path / "checks.toml").write_text('[checks.backup]\ncron = "0 25 * * *"\n')
        os.write(screen.master, b"qb")
        screen.read_until("The engine could not move to the background")
        assert pulsetui("ping", "backup", home=tmp_path).stderr == ""
        assert screen.end() == 0
        assert KEEPS_ON in screen.output.decode()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_is_not_asked_back(number: signal.Signals, tmp_path: Path) -> None:
    with terminal(tmp_path, "--listen", "127.0.0.1:0") as screen:
        screen.read_until("Nightly backup")
        screen.process.send_signal(number)
        screen.read_until(KEEPS_ON)
        assert screen.process.wait(10) == 0


def test_leaving_an_engine_elsewhere_says_nothing_and_asks_nothing(tmp_path: Path) -> None:
    with serving(tmp_path) as (process, _url), terminal(tmp_path) as screen:
        screen.read_until(f"pid {process.pid}")
        os.write(screen.master, b"q")
        screen.read_until("\x1b[?1049l")
        assert screen.process.wait(10) == 0
        assert KEEPS_ON not in screen.output.decode()


def test_a_successor_that_cannot_take_over_says_why(tmp_path: Path) -> None:
    config = tmp_path / "checks.toml"
    config.write_text(CONFIG)
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    sockets = open_sockets("127.0.0.1", 0)
    address = f"127.0.0.1:{port_of(sockets[0])}"
    lock = StateLock(state)
    try:
        successor = Successor.start(config, state, address, [sockets[0].fileno()])
        with pytest.raises(EngineError, match="holds this state directory"):
            successor.take_over(f"http://{address}")
    finally:
        lock.release()
        sockets[0].close()


@pytest.mark.parametrize("given", ["x:1", "99:98", "0:"])
def test_a_made_up_inheritance_is_refused(given: str, tmp_path: Path) -> None:
    (tmp_path / "checks.toml").write_text(CONFIG)
    done = pulsetui("serve", "--config", str(tmp_path / "checks.toml"), home=tmp_path, **{TAKES_OVER: given})
    assert done.returncode != 0
    assert "is for PulseTUI's own use only" in done.stderr


def test_the_package_runs_as_a_module(tmp_path: Path) -> None:
    command = [sys.executable, "-P", "-m", "pulsetui", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(tmp_path), check=True)
    assert done.stdout.startswith("pulsetui ")

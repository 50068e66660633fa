"""Killed without warning under load: what was answered OK is there."""

from __future__ import annotations

import http.client
import json
import os
import signal
import sqlite3
import subprocess
import threading
import time
from contextlib import closing
from pathlib import Path
from uuid import uuid4

from tests.cli.installed import PULSETUI
from tests.e2e.pane import write_config
from tests.programs import program

CHECKS = "".join(f'[checks.job-{n}]\nevery = "1h"\n' for n in range(8))


def start(arguments: list[str], state: Path) -> tuple[subprocess.Popen[bytes], str]:
    """``pulsetui serve`` and the address it took."""
    process = subprocess.Popen([PULSETUI, "serve", *arguments], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            told = json.loads((state / "engine.lock").read_text())
            if told["pid"] == process.pid and told["url"]:
                return process, told["url"].removeprefix("http://")
        except (OSError, ValueError):
            pass
        time.sleep(0.02)
    raise AssertionError("the engine did not start")


def ping_until_dead(address: str, slug: str, answered: list[str]) -> None:
    while True:
        rid = str(uuid4())
        try:
            with closing(http.client.HTTPConnection(address, timeout=5)) as connection:
                connection.request("POST", f"/ping/{slug}?rid={rid}", body=b"x" * 2000)
                response = connection.getresponse()
                if response.status == 200 and response.read() == b"OK":
                    answered.append(rid)
        except (OSError, http.client.HTTPException):
            return


def test_every_ping_answered_ok_is_there_after_sigkill(tmp_path: Path) -> None:
    arguments, state = write_config(tmp_path, CHECKS), tmp_path / "state"
    for _ in range(2):
        process, address = start(arguments, state)
        answered: list[str] = []
        threads = [
            threading.Thread(target=ping_until_dead, args=(address, f"job-{n}", answered)) for n in range(8)
        ]
        for thread in threads:
            thread.start()
        while len(answered) < 300:
            assert process.poll() is None
            time.sleep(0.005)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        for thread in threads:
            thread.join(10)
        process, _ = start(arguments, state)
        with closing(sqlite3.connect(state / "pulsetui.sqlite3")) as database:
            stored = {rid for (rid,) in database.execute("SELECT rid FROM pings")}
        process.terminate()
        assert process.wait(10) == 0
        assert set(answered) <= stored


def test_nobody_is_alarmed_falsely_after_a_kill_and_a_quick_restart(tmp_path: Path) -> None:
    arguments, state = write_config(tmp_path, CHECKS), tmp_path / "state"
    process, address = start(arguments, state)
    for n in range(8):
        subprocess.run(
            [program("curl"), "-fsS", f"http://{address}/ping/job-{n}"], check=True, capture_output=True
        )
    process.kill()
    process.wait()
    process, _ = start(arguments, state)
    listed = subprocess.run(
        [PULSETUI, "list", "--json", "--state-dir", str(state)], check=True, capture_output=True, text=True
    )
    process.terminate()
    process.wait(10)
    assert {check["status"] for check in json.loads(listed.stdout)} == {"up"}

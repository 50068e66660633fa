"""An engine that is frozen (SIGSTOP, docker pause) and wakes up: what waited in its sockets was on time."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path

from tests.e2e.pane import write_config
from tests.e2e.test_sigkill import start
from tests.programs import program


def test_a_job_whose_ping_waited_in_the_socket_is_not_called_overdue(tmp_path: Path) -> None:
    curl = program("curl")
    arguments = write_config(tmp_path, '[checks.beat]\nevery = "2s"\ngrace = "1s"\n')
    process, address = start(arguments, tmp_path / "state")
    try:
        subprocess.run([curl, "-fsS", f"http://{address}/ping/beat"], check=True, capture_output=True)
        os.kill(process.pid, signal.SIGSTOP)
        time.sleep(1.5)
        waiting = subprocess.Popen(
            [curl, "-fsS", "-m", "20", f"http://{address}/ping/beat"], stdout=subprocess.PIPE
        )
        time.sleep(2.2)  # past the deadline
        os.kill(process.pid, signal.SIGCONT)
        assert waiting.communicate(timeout=20)[0] == b"OK"
    finally:
        os.kill(process.pid, signal.SIGCONT)
        process.terminate()
        process.wait(20)
    with closing(sqlite3.connect(tmp_path / "state" / "pulsetui.sqlite3")) as database:
        assert database.execute("SELECT after FROM flips").fetchall() == [("up",)]
        assert database.execute("SELECT why FROM unwatched").fetchall()[0] == ("PulseTUI stood still",)

"""The piece for tmux's status line, in a real one: pasted as the help says; a name cannot command tmux."""

from __future__ import annotations

import os
import re
import subprocess
import time
import urllib.request
import uuid
from pathlib import Path

import pytest

from pulsetui.cli.command_table import COMMANDS
from pulsetui.service import open_service
from tests.cli.installed import PULSETUI
from tests.e2e.pane import DEADLINE_S
from tests.programs import program

CHECKS = """
[checks.evil]
name = "a#[fg=green]b #(touch pwned)"
every = "1h"
"""


def test_the_lines_of_the_help_show_what_is_down_and_obey_no_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config, state = tmp_path / "checks.toml", tmp_path / "state"
    config.write_text(CHECKS)
    lines = [line.strip() for line in COMMANDS["status"].more.splitlines() if line.startswith("  ")]
    conf = tmp_path / "tmux.conf"
    conf.write_text("\n".join(lines).replace("interval 10", "interval 1").replace("pulsetui", PULSETUI))
    inner, outer = (f"pulsetui-{uuid.uuid4().hex[:8]}" for _ in range(2))
    environ = {key: value for key, value in os.environ.items() if key != "TMUX"}
    environ |= {"PULSETUI_STATE_DIR": str(state), "TERM": "xterm-256color", "LANG": "C.UTF-8"}

    def tmux(socket: str, *arguments: str) -> str:
        done = subprocess.run(
            [program("tmux"), "-L", socket, *arguments],
            env=environ,
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    with open_service(config, state, ("127.0.0.1", 0)) as service:
        urllib.request.urlopen(f"{service.client.info().base_url}evil/fail", timeout=5).close()
        try:
            tmux(inner, "-f", str(conf), "new-session", "-d", "-x", "100", "-y", "6", "sleep", "60")
            attach = f"tmux -L {inner} attach"
            tmux(outer, "-f", os.devnull, "new-session", "-d", "-x", "100", "-y", "8", attach)
            deadline = time.monotonic() + DEADLINE_S
            while "✖ a#[fg=green]b #(touch pwned)" not in (shown := tmux(outer, "capture-pane", "-p")):
                assert time.monotonic() < deadline, shown
                time.sleep(0.1)
            styled = tmux(outer, "capture-pane", "-p", "-e")
        finally:
            for socket in (inner, outer):
                subprocess.run(["tmux", "-L", socket, "kill-server"], env=environ, capture_output=True)
    assert re.search(r"\x1b\[31m\S* ?✖ a#\[fg=green\]b", styled), styled
    assert not (tmp_path / "pwned").exists(), "tmux ran a command out of a check's name"

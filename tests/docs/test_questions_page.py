"""The commands of docs/questions.md, run as they stand there beside a running engine."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from pulsetui.cli.main import main
from pulsetui.config.file.load import parse_config
from pulsetui.hooks.registry import VALIDATORS
from pulsetui.service import Service, open_service

PAGE = (Path(__file__).parents[2] / "docs" / "questions.md").read_text("utf-8")
COMMANDS = [
    line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines() if line
]
"""In the order of the page."""
CHECKS = """\
timezone = "Europe/Berlin"
[hooks.ops]
type = "command"
command = ["true"]
[checks.sync-invoices]
cron = "0 2 * * *"
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in os.environ:
        if name.startswith(("XDG_", "PULSETUI_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    config = tmp_path / ".config" / "pulsetui" / "checks.toml"
    config.parent.mkdir(parents=True)
    config.write_text(CHECKS)
    return tmp_path


@pytest.fixture
def service(home: Path) -> Iterator[Service]:
    state = home / ".local" / "state" / "pulsetui"
    with open_service(home / ".config/pulsetui/checks.toml", state, ("127.0.0.1", 0)) as running:
        assert urlopen(f"{running.engine_url}/ping/sync-invoices", timeout=10).read() == b"OK"
        yield running


def run(line: str, home: Path) -> int:
    """Its exit code. What is ours runs in this process, all else in a shell."""
    if line.startswith("pulsetui "):
        words = [os.path.expanduser(word) for word in shlex.split(line)[1:]]  # noqa: PTH111 - words, not paths
        return main(["1s" if word == "10m" else word for word in words])  # nobody is here to acknowledge
    return subprocess.run(["bash", "-c", line], timeout=60, cwd=home).returncode


def test_every_command_does_what_it_is_there_for(service: Service, home: Path) -> None:
    lines = [line for line in COMMANDS if shutil.which(line.split()[0]) or line.startswith("pulsetui ")]
    codes = {line: run(line, home) for line in lines}

    found_something = {"pulsetui crontab diff", "pulsetui hooks drill --check sync-invoices --wait 10m"}
    assert {line: code for line, code in codes.items() if code and line not in found_something} == {}
    assert {codes[line] for line in found_something} <= {0, 1}
    assert len(lines) >= 15


def test_a_backup_that_is_put_back_has_the_history(service: Service, home: Path) -> None:
    (backup,) = (line for line in COMMANDS if line.startswith("python3 "))
    assert run(backup, home) == 0

    state = home / "restored"
    state.mkdir(mode=0o700)
    (home / "pulsetui-backup-2.sqlite3").rename(state / "pulsetui.sqlite3")
    with open_service(home / ".config/pulsetui/checks.toml", state, ("127.0.0.1", 0)) as restored:
        assert restored.client.checks()["sync-invoices"].n_pings == 1


def test_what_it_shows_of_checks_toml_is_valid() -> None:
    for text in re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL):
        assert parse_config(text, Path("checks.toml"), VALIDATORS).listener.ping_key == "4f7c21ab9d"


def test_the_list_at_the_top_leads_to_every_question() -> None:
    listed = re.findall(r"^\d+\. \[(.*?)\]\(#(.*?)\)$", PAGE, re.MULTILINE)
    headings = re.findall(r"^## (.*)$", PAGE, re.MULTILINE)
    assert [title for title, _ in listed] == headings
    assert [anchor for _, anchor in listed] == [
        re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in headings
    ]

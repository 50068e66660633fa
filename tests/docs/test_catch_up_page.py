"""What docs/catch-up.md shows happens so."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from pulsetui.service import open_service
from tests.cli.installed import PULSETUI, environment

PAGE = (Path(__file__).parents[2] / "docs" / "catch-up.md").read_text("utf-8")
CONSOLE = re.findall(r"```console\n\$ pulsetui (.*?)\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize(("command", "shown"), CONSOLE)
def test_the_commands_print_what_the_page_shows(command: str, shown: str, tmp_path: Path) -> None:
    job = tmp_path / "sync-invoices"
    job.write_text('#!/bin/sh\necho "synced $2"\n')
    job.chmod(0o755)
    (text,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    config = tmp_path / "checks.toml"
    config.write_text(text.replace("/srv/app/sync-invoices", str(job)))
    with open_service(config, tmp_path / "state", ("127.0.0.1", 0)):
        done = subprocess.run(
            [PULSETUI, "--config", str(config), *shlex.split(command)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
            env=environment(tmp_path),
        )
    assert done.returncode == 0
    told = done.stdout.replace(str(job), "/srv/app/sync-invoices")
    assert _without_days(told).endswith(_without_days(shown))


def _without_days(text: str) -> str:
    """A slot of this week is called by its weekday, and one of this year has no year."""
    slot = r"(?:2026-11-\d\d|\w{3} \d{1,2} Nov|\w{3}|today|yesterday) 02:00"
    return re.sub(r" +", " ", re.sub(slot, "SLOT", text))


def test_the_page_says_so_of_every_state() -> None:
    assert "`missed`, `running`, `failed` (the run" in PAGE
    assert "`caught up`" in PAGE

"""The story the product exists for: a real Django project, its line in cron, and what the pane shows."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.pane import Pane, pane, write_config

COMMAND = """
import os
import sys
import time

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Imports invoices."

    def handle(self, *args, **options):
        mode = os.environ["MODE"]
        if mode == "hang":
            time.sleep(60)
        if mode == "crash":
            raise RuntimeError("the bank does not answer")
        self.stdout.write(f"imported {0 if mode == 'empty' else 312} records")
"""

CHECKS = """
[checks.sync-invoices]
name = "Sync invoices"
every = "3s"
grace = "1s"

[checks.import-invoices]
name = "Import invoices"
cron = "0 2 * * *"
metrics = { records = 'imported (\\d+) records' }
expect = ["records >= 1"]
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``django-admin startproject`` and an app with the command ``sync_invoices``."""
    root = tmp_path_factory.mktemp("srv")
    subprocess.run([sys.executable, "-m", "django", "startproject", "shop", str(root)], check=True)
    commands = root / "billing" / "management" / "commands"
    commands.mkdir(parents=True)
    for package in (root / "billing", root / "billing" / "management", commands):
        (package / "__init__.py").touch()
    (commands / "sync_invoices.py").write_text(COMMAND)
    settings = root / "shop" / "settings.py"
    settings.write_text(settings.read_text() + '\nINSTALLED_APPS += ["billing"]\n')
    return root


@pytest.fixture(scope="module")
def screen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Pane, str]]:
    """The app in a pane, and the address it listens on."""
    arguments = write_config(tmp_path_factory.mktemp("pulse"), CHECKS)
    with pane(*arguments) as shown:
        text = shown.wait("listening on ")
        yield shown, text.split("listening on ")[1].split()[0]


def cron(project: Path, line: str, mode: str) -> int:
    """What cron does with a line of the crontab: ``sh -c`` and nothing else."""
    line = line.replace(".venv/bin/python", sys.executable)
    return subprocess.run(
        ["sh", "-c", line],
        env={"PATH": "/usr/bin:/bin", "MODE": mode, "HOME": "/nonexistent"},
        capture_output=True,
    ).returncode


def test_the_row_of_a_job_goes_green_and_red_and_green(project: Path, screen: tuple[Pane, str]) -> None:
    shown, address = screen
    ping = f"curl -fsS http://{address}/ping/sync-invoices"
    line = f"cd {project} && .venv/bin/python manage.py sync_invoices && {ping}"

    assert cron(project, line, "good") == 0
    shown.wait_row("Sync invoices", "up")

    # It crashes: && keeps the ping from being sent, and the silence is what tells.
    assert cron(project, line, "crash") != 0
    row = shown.wait_row("Sync invoices", "overdue")
    first_check = next(text for text in shown.text().splitlines() if "invoices" in text)
    assert first_check == shown.row("Sync invoices"), "problems come first"
    assert re.search(r"overdue\s+since \d\d:\d\d \(", row)

    assert cron(project, line, "good") == 0
    shown.wait_row("Sync invoices", "up")

    # It hangs under timeout: again nothing arrives.
    hanging = f"cd {project} && timeout 1 .venv/bin/python manage.py sync_invoices && {ping}"
    assert cron(project, hanging, "hang") == 124
    shown.wait_row("Sync invoices", "overdue")


def test_a_run_that_exits_0_and_imported_nothing_is_shown_as_a_problem(
    project: Path, screen: tuple[Pane, str]
) -> None:
    shown, address = screen
    line = (
        f"cd {project} && out=$(.venv/bin/python manage.py sync_invoices) && "
        f'curl -fsS --data-raw "$out" http://{address}/ping/import-invoices'
    )
    assert cron(project, line, "good") == 0
    shown.wait_row("Import invoices", "up")
    assert cron(project, line, "empty") == 0
    shown.wait_row("Import invoices", "bad result")


def test_a_job_that_reports_its_exit_status_fails_at_once(project: Path, screen: tuple[Pane, str]) -> None:
    shown, address = screen
    line = f"cd {project}; .venv/bin/python manage.py sync_invoices; curl -fsS http://{address}/ping/import-invoices/$?"
    assert cron(project, line, "crash") == 0
    shown.wait_row("Import invoices", "failed")

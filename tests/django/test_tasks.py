"""``django.tasks``, where Django has it: the tasks that the settings name report their runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.job.server import OK, serving
from tests.job.test_heartbeat import told

pytest.importorskip("django.tasks", reason="Django has tasks from 6.0 on")

SCRIPT = """
import sys
import django
from django.conf import settings
settings.configure(
    INSTALLED_APPS=["pulsetui.django"],
    TASKS={"default": {"BACKEND": "django.tasks.backends.immediate.ImmediateBackend"}},
    PULSETUI={"tasks": ["sync_*"]},
)
django.setup()
sys.path.insert(0, sys.argv[1])
import jobs
jobs.sync_invoices.enqueue(fail=False)
jobs.sync_invoices.enqueue(fail=True)
jobs.send_mail.enqueue()
"""

JOBS = """
from django.tasks import task

@task
def sync_invoices(fail):
    if fail:
        raise RuntimeError("the bank does not answer")

@task
def send_mail():
    pass
"""


def test_tasks_that_are_named_report_their_runs(tmp_path: Path) -> None:
    (tmp_path / "jobs.py").write_text(JOBS)
    with serving(OK) as server:
        environment = {"PULSETUI_URL": server.url, "PULSETUI_STATE_DIR": str(tmp_path)}
        command = [sys.executable, "-c", SCRIPT, str(tmp_path)]
        subprocess.run(command, env=environment, check=True, timeout=60, capture_output=True)

    run = ["/ping/sync-invoices/start", "/ping/sync-invoices"]
    assert [path for path, _, _ in told(server)] == [*run, run[0], f"{run[1]}/fail"]
    assert told(server)[-1][2].rstrip().endswith("RuntimeError: the bank does not answer")

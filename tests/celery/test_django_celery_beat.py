"""With the tables of the real django-celery-beat."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]


def test_rows_become_checks_and_the_one_that_is_due_is_told_of_when_it_is_queued() -> None:
    # Not in the extra "test": it holds Django below 6.1, and our Django app is tried with the newest.
    pytest.importorskip("django_celery_beat")
    command = [sys.executable, "-W", "ignore", "-m", "tests.celery.beat_tables"]
    done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    interval = {"every": "300s", "grace": "75s"}
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        ["nightly", "log", {"cron": "0 2 * * *", "timezone": "Europe/Berlin"}],
        ["often", "log", interval],
        ["once", "log", {"calendar": "2090-01-01 12:00:00", "timezone": "UTC"}],
        ["often", "log", interval],
        ["celery-beat", "success", {"every": "1m", "grace": "2m"}],
    ]

"""What ``sync`` reads of a real APScheduler, and of django-crontask with a stand-in for its registry."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

_HERE = Path(__file__).parent


def test_their_jobs_become_checks() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.django.scheduler_jobs"],
        cwd=_HERE.parents[1],
        env={**os.environ, "PYTHONPATH": str(_HERE / "standins")},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    apscheduler, crontask = map(json.loads, done.stdout.splitlines())
    assert apscheduler == [
        [
            ["prune", "prune", 'cron "0 5 * * *" (Europe/Riga)', "job prune"],
            ["feed-acme", "feed:acme", 'every "10m"', "job feed:acme"],
        ],
        ["quiet: connect(…, slugs=…) has no check for it", "paused: is paused", "over: runs no more"],
        [],
        ["a job of bills.jobs:prune has no id: it reports to prune"],
    ]
    how = 'name it in PULSETUI["tasks"], like ["unnamed_in_settings"]'
    assert crontask == [
        [
            [
                "sync-invoices",
                "bills.tasks.sync_invoices",
                'cron "0 3 * * 1" (Europe/Riga)',
                "task bills.tasks.sync_invoices",
            ]
        ],
        [],
        [f"unnamed_in_settings: its runs are not reported: {how}"],
        [],
    ]

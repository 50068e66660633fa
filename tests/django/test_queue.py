"""Schedules of the real django-q2: as checks, and their runs as reports."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.celery.receiver import Receiver

_ROOT = Path(__file__).parents[2]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    heard = Receiver()
    yield heard
    heard.close()


def test_its_rows_become_checks_and_their_runs_are_reported(receiver: Receiver, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.django.queue_rows"],
        cwd=_ROOT,
        env={**os.environ, "PULSETUI_URL": receiver.url, "PULSETUI_STATE_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[0]) == {
        "found": [
            ["nightly", "schedule 1", 'cron "30 2 * * *" (Europe/Riga)'],
            ["report", "schedule 2", 'cron "*/5 * * * *" (Europe/Riga)'],
            ["crashes", "schedule 3", 'cron "30 2 * * 1" (Europe/Riga)'],
            ["minutes", "schedule 4", 'every "7m"'],
            ["hourly", "schedule 5", 'every "1h"'],
            ["biweekly", "schedule 6", 'every "2w"'],
            ["late-in-the-month", "schedule 7", 'every "4w3d"'],
            ["early", "schedule 8", 'cron "30 2 5 * *" (Europe/Riga)'],
            ["quarterly", "schedule 9", 'every "13w1d"'],
        ],
        "left_out": [
            "once: schedule 10: runs only a few times, and is then gone",
            "thrice: schedule 11: runs only a few times, and is then gone",
            "over: schedule 12: has no run left",
            "denied: schedule 13: is not watched (see PULSETUI: allow, deny)",
        ],
        "notes": ["schedule 2 runs tests.django.queue_rows.report and has no name: it reports to report"],
        "unwatched": [],
    }
    assert [ping.kind for ping in receiver.pings("nightly")] == ["start", "success"]
    assert [ping.kind for ping in receiver.pings("report")] == ["start", "success"]
    start, end = receiver.pings("crashes")
    assert (start.kind, end.kind) == ("start", "fail")
    assert "RuntimeError: the bank does not answer" in end.body
    assert receiver.pings("sent-by-code") == []

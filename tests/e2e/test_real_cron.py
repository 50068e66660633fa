"""Copied lines under a real cron daemon, Debian's, started here. Up to 80 seconds: cron looks once a minute.

Left out by default (``-m "not cron"``). As root: ``pytest -m cron tests/e2e/test_real_cron.py``.
The table of jobs is a file in /etc/cron.d; it and the daemon go with this process, whatever ends it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pulsetui.client.views import CheckView
from pulsetui.core.state.status import PingKind, Status
from pulsetui.recipes.recipes import BY_ID, JOB
from pulsetui.service import Service, open_service
from pulsetui.tui.ways.target import target_of
from tests.programs import optional

pytestmark = [pytest.mark.cron, pytest.mark.timeout(240)]

TABLE = Path("/etc/cron.d/pulsetui-test")
PID_FILE = Path("/run/crond.pid")
PATIENCE_S = 140
ZONE = "Asia/Tokyo"  # in no zone that a test runs in, and without summer time


@contextmanager
def crontab(lines: str) -> Iterator[None]:
    """The lines in /etc/cron.d, where a sixth field names the user, with a daemon that runs them."""
    runs_already = PID_FILE.exists() and Path(f"/proc/{PID_FILE.read_text().strip() or 0}").exists()
    try:
        # cron reads no table that others may write, and none without a last newline.
        TABLE.write_text(f"{lines}\n")
        TABLE.chmod(0o644)
        daemon = (
            None if runs_already else subprocess.Popen([optional("cron"), "-f"], stdin=subprocess.DEVNULL)
        )
        # Its input ends with this process, even by SIGKILL; then it clears up.
        clears_up = 'cat >/dev/null; rm -f "$1"; [ -z "$2" ] || kill "$2"'
        pid = "" if daemon is None else str(daemon.pid)
        with subprocess.Popen(
            ["/bin/sh", "-c", clears_up, "sh", str(TABLE), pid],
            stdin=subprocess.PIPE,
            start_new_session=True,
        ):
            yield
        if daemon is not None:
            daemon.wait(10)
            PID_FILE.unlink(missing_ok=True)
    finally:
        TABLE.unlink(missing_ok=True)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    if os.getuid() != 0 or shutil.which("cron") is None or not TABLE.parent.is_dir():
        pytest.skip("needs root and Debian's cron (apt-get install cron)")
    TABLE.unlink(missing_ok=True)
    # The next minute that cron is sure to see, by the clock of the check.
    at = datetime.now(UTC) + timedelta(seconds=65 if datetime.now(UTC).second < 50 else 75)
    at = at.astimezone(ZoneInfo(ZONE))
    checks = "".join(
        f'[checks.{way}]\ncron = "* * * * *"\n' for way in ("cron", "cron-exit-code", "ping", "run")
    )
    config = tmp_path / "checks.toml"
    config.write_text(
        f'timezone = "{ZONE}"\n{checks}[checks.translated]\ncron = "{at.minute} {at.hour} * * *"\n'
    )
    with open_service(config, tmp_path / "100% o'state", ("127.0.0.1", 0)) as running:
        deadline = time.monotonic() + 10
        while not running.client.info().host_tz and time.monotonic() < deadline:
            time.sleep(0.05)
        yield running


def has_arrived(view: CheckView) -> bool:
    return view.last_success is not None and view.status is Status.UP


def test_copied_lines_arrive_from_a_real_cron(service: Service, tmp_path: Path) -> None:
    job = tmp_path / "job"
    job.write_text('#!/bin/sh\nenv >"$0.env"\necho imported 7 records\n')
    job.chmod(0o755)
    info, lines = service.client.info(), []
    for slug, view in service.client.checks().items():
        text = BY_ID.get(slug, BY_ID["run"]).text(target_of(view, info)).replace(JOB, str(job))
        *times, command = text.split(None, 5)
        lines.append(" ".join((*times, "root", command)))
        assert slug != "translated" or "JST" in text, "it is translated"
    started = datetime.now(UTC)
    with crontab("\n".join(lines)):
        views, deadline = service.client.checks(), time.monotonic() + PATIENCE_S
        # All at one time: a line of each minute is late for the moment that cron takes to run it.
        while not all(map(has_arrived, views.values())) and time.monotonic() < deadline:
            time.sleep(0.2)
            views = service.client.checks()
    missing = [slug for slug, view in views.items() if view.last_success is None]
    assert not missing, "\n".join(lines)
    for slug, view in views.items():
        assert view.status is Status.UP
        kinds = [ping.kind for ping in service.client.details(slug).pings]
        assert kinds[0] is PingKind.SUCCESS, kinds
    slot = service.client.checks()["translated"].last_success
    assert slot is not None
    assert slot > started
    assert "PATH=/usr/bin:/bin\n" in Path(f"{job}.env").read_text(), "cron's own environment"
    assert not TABLE.exists()

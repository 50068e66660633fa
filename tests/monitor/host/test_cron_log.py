"""When cron started what, in the forms that syslog and the journal have it."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pulsetui.crontab.jobs import CronJob
from pulsetui.monitor.host.cron_log import read_cron_log
from tests.crontab.host import lint_file

NOW = datetime(2026, 1, 2, 3, 0, tzinfo=UTC)
OLD = """\
Dec 31 23:00:00 box systemd[1]: Started something.
Dec 31 23:59:01 box CRON[811]: (root) CMD (/usr/local/bin/backup --all)
Jan  2 02:00:01 box CRON[812]: (www-data) CMD (cd /srv  &&  date +%F > x (y))
Jan  2 02:00:02 box cron[1]: (root) RELOAD (/etc/cron.d/x)
Jan  2 02:00:02 box app[1]: (root) CMD (not cron's)
"""
NEW = """\
2026-01-02T02:00:00.000001+02:00 box cron[1]: (CRON) INFO (Running @reboot jobs)
2026-01-02T02:00:01.123456+02:00 box CRON[812]: (root) CMD (/usr/local/bin/backup --all)
2026-01-02T03:00:01Z box CROND[812]: (root) CMD (other)
"""


@pytest.fixture(autouse=True)
def in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def job(line: str, user: str = "root") -> CronJob:
    return lint_file(f"0 2 * * * {user} {line}\n", "/etc/cron.d/x").jobs[0]


def test_the_older_form_has_no_year(tmp_path: Path) -> None:
    path = tmp_path / "syslog"
    path.write_text(OLD)
    log = read_cron_log(path, NOW)
    assert log is not None
    assert log.since == datetime(2025, 12, 31, 23, 0, tzinfo=UTC)
    assert log.last_start(job("/usr/local/bin/backup --all")) == datetime(2025, 12, 31, 23, 59, 1, tzinfo=UTC)
    started = log.last_start(job("cd /srv && date +\\%F > x (y)%input", "www-data"))
    assert started == datetime(2026, 1, 2, 2, 0, 1, tzinfo=UTC)
    assert log.last_start(job("cd /srv && date +\\%F > x (y)", "root")) is None
    assert len(log.starts) == 2


def test_the_newer_form_has_a_zone(tmp_path: Path) -> None:
    path = tmp_path / "cron.log"
    path.write_text(NEW)
    log = read_cron_log(path, NOW)
    assert log is not None
    assert log.last_start(job("/usr/local/bin/backup  --all")) == datetime(
        2026, 1, 2, 0, 0, 1, 123456, tzinfo=UTC
    )
    assert log.last_start(job("other")) == datetime(2026, 1, 2, 3, 0, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "data", [b"", b"\x00\xff\n" * 100, b"CMD (\nJan 99 99:99:99 x CRON[1]: (a) CMD (b)\n"]
)
def test_what_is_no_log_tells_nothing(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(data)
    assert read_cron_log(path, NOW) is None
    assert read_cron_log(tmp_path / "missing", NOW) is None


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert read_cron_log(tmp_path / "pipe", NOW) is None


def test_the_journal_is_asked_where_there_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [
        {"MESSAGE": "pam_unix(cron:session)", "__REALTIME_TIMESTAMP": "1767312001000000"},
        {"MESSAGE": "(root) CMD (/usr/local/bin/backup)", "__REALTIME_TIMESTAMP": "1767319201000000"},
        {"MESSAGE": [1, 2], "__REALTIME_TIMESTAMP": "x"},
    ]
    (tmp_path / "entries").write_text("\n".join([*map(json.dumps, entries), "{broken"]))
    program = tmp_path / "journalctl"
    program.write_text(f"#!/bin/sh\ncat {tmp_path}/entries\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr("pulsetui.monitor.host.cron_log.LOGS", ())
    log = read_cron_log(None, NOW)
    assert log is not None
    assert log.source == "the journal"
    assert log.last_start(job("/usr/local/bin/backup")) == datetime(2026, 1, 2, 2, 0, 1, tzinfo=UTC)
    assert log.since == datetime(2026, 1, 2, 0, 0, 1, tzinfo=UTC)

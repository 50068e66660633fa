"""Timers as systemctl tells of them (recorded from systemd 252) and as their files say."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pulsetui.crontab import programs
from pulsetui.crontab.timers import live_timers, span_seconds, timer_in_file

LISTED = [
    {
        "next": 1_772_496_000_000_000,
        "left": 1,
        "last": 1_772_409_602_123_456,
        "passed": 2,
        "unit": "backup.timer",
        "activates": "backup.service",
    },
    {"next": 0, "left": 0, "last": None, "passed": 0, "unit": "never.timer", "activates": "never.service"},
]
UNITS = [
    {"unit_file": "backup.timer", "state": "enabled", "preset": "enabled"},
    {"unit_file": "off.timer", "state": "disabled", "preset": "enabled"},
    {"unit_file": "hidden.timer", "state": "masked", "preset": "enabled"},
    {"unit_file": "dump@.timer", "state": "disabled", "preset": "enabled"},
]
TIMERS = """\
Id=backup.timer
LoadState=loaded
ActiveState=active
UnitFileState=enabled
FragmentPath=/etc/systemd/system/backup.timer
Unit=backup.service
TimersMonotonic=
TimersCalendar={ OnCalendar=*-*-* 02:00:00 ; next_elapse=Tue 2026-03-03 02:00:00 UTC }
TimersCalendar={ OnCalendar=Sun *-*-* 14:00:00 ; next_elapse=Sun 2026-03-08 14:00:00 UTC }
Persistent=yes
RandomizedDelayUSec=5min 30s

Id=never.timer
LoadState=loaded
ActiveState=inactive
UnitFileState=static
FragmentPath=/usr/lib/systemd/system/never.timer
Unit=never.service
TimersMonotonic={ OnBootUSec=15min ; next_elapse=0 }
Persistent=no
RandomizedDelayUSec=0

Id=off.timer
LoadState=loaded
ActiveState=inactive
UnitFileState=disabled
FragmentPath=/etc/systemd/system/off.timer
Unit=off.service

Id=hidden.timer
LoadState=masked
ActiveState=inactive
UnitFileState=masked
FragmentPath=
"""
SERVICES = """\
Id=backup.service
LoadState=loaded
Type=oneshot
TimeoutStartUSec=infinity
OnFailure=tell@backup.service
ExecStart={ path=/usr/local/bin/backup ; argv[]=/usr/local/bin/backup --all ; ignore_errors=no ; pid=0 }
ExecStartPost={ path=/bin/curl ; argv[]=/bin/curl -fsS http://127.0.0.1:8787/ping/backup ; ignore_errors=yes }
Result=exit-code
ExecMainStatus=1
"""


@pytest.fixture
def systemctl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program of that name that says what systemd said."""
    for name, text in (("listed", json.dumps(LISTED)), ("units", json.dumps(UNITS))):
        (tmp_path / name).write_text(text)
    (tmp_path / "timers").write_text(TIMERS)
    (tmp_path / "services").write_text(SERVICES)
    program = tmp_path / "systemctl"
    program.write_text(
        f'#!/bin/sh\ncd {tmp_path}\ncase "$*" in\n*list-timers*) cat listed;;\n*list-unit-files*) cat'
        " units;;\n"
        "show*.timer*) cat timers;;\nshow*) cat services;;\nesac\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return program


def test_timers_are_read_from_what_systemctl_says(systemctl: Path) -> None:
    timers = {timer.unit: timer for timer in live_timers()}
    assert list(timers) == ["backup.timer", "hidden.timer", "never.timer", "off.timer"]
    backup = timers["backup.timer"]
    assert backup.calendar == ("*-*-* 02:00:00", "Sun *-*-* 14:00:00")
    assert (backup.persistent, backup.delay_s, backup.is_active, backup.state) == (
        True,
        330.0,
        True,
        "enabled",
    )
    assert backup.last == datetime(2026, 3, 2, 0, 0, 2, 123_456, tzinfo=UTC)
    assert backup.service.command == "/usr/local/bin/backup --all"
    assert backup.service.reports == "/bin/curl -fsS http://127.0.0.1:8787/ping/backup"
    assert (backup.service.result, backup.service.exit_status) == ("exit-code", 1)
    assert (timers["never.timer"].last, timers["never.timer"].has_spans) == (None, True)
    assert timers["never.timer"].is_packaged
    assert timers["hidden.timer"].state == "masked"
    assert timers["off.timer"].state == "disabled"


@pytest.mark.parametrize(
    "script",
    [
        "echo 'System has not been booted with systemd' >&2; exit 1",
        "echo '[{\"unit\": 3}]'",
        "echo no json",
        "exec cat",
    ],
)
def test_a_host_without_systemd_has_no_timers(script: str, systemctl: Path) -> None:
    systemctl.write_text(f"#!/bin/sh\n{script}\n")
    assert live_timers() == ()


def test_a_program_that_hangs_is_left_alone(tmp_path: Path) -> None:
    program = tmp_path / "slow"
    program.write_text("#!/bin/sh\nread line <&1\nsleep 60\n")
    program.chmod(0o755)
    assert programs.output_of([str(program)], within_s=0.2).code == programs.NOT_RUN
    assert programs.output_of([str(tmp_path / "missing")]).code == programs.NOT_RUN


def test_a_timer_is_read_from_its_file() -> None:
    text = (
        "# c\n[Timer]\nOnCalendar=daily\nOnCalendar=\nOnCalendar=Mon \\\n  02:00\nRandomizedDelaySec=1h"
        " 30min\n"
        "OnBootSec=5min\nPersistent=yes\n"
    )
    timer = timer_in_file(
        Path("/x/a.timer"), text, "[Service]\nType=oneshot\nExecStart=/bin/true\nExecStopPost=x\n"
    )
    assert timer.calendar == ("Mon 02:00",)
    assert (timer.delay_s, timer.has_spans, timer.persistent) == (5400.0, True, True)
    assert (timer.service.unit, timer.service.type, timer.service.reports) == ("a.service", "oneshot", "x")
    assert timer.file is not None
    assert timer.file.line("Timer", "OnCalendar") == 5


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("5min", 300.0), ("1h 30s", 3630.0), ("0", 0.0), ("", 0.0), ("90", 90.0), ("100ms", 0.1)],
)
def test_spans_of_systemd(text: str, seconds: float) -> None:
    assert span_seconds(text) == pytest.approx(seconds)

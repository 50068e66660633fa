"""Lines under a real cron daemon, Debian's, started here. Up to 80 seconds, and as many for a line that is
removed: cron looks once a minute.

Left out by default (``-m "not cron"``). As root: ``pytest -m cron tests/e2e/test_real_cron.py``.
The table of jobs is a file in /etc/cron.d; it and the daemon go with this process, whatever ends it.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pulsetui.client.views import CheckView
from pulsetui.core.state.status import PingKind, Status
from pulsetui.monitor.host import watch as host_watch
from pulsetui.recipes.recipes import BY_ID, JOB
from pulsetui.service import Service, open_service
from pulsetui.tui.ways.target import target_of
from tests.e2e.pane import pane
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


SYSLOG = Path("/dev/log")


@contextmanager
def syslog(path: Path) -> Iterator[bool]:
    """Writes what programs log to ``path``, as a syslog daemon does; False where one does already."""
    if SYSLOG.exists():
        yield False
        return
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listening.bind(str(SYSLOG))

    def write() -> None:
        while data := listening.recv(65_536):
            when, said = data.partition(b">")[2][:15], data.partition(b">")[2][16:]
            with path.open("ab") as file:
                file.write(when + b" box " + said.rstrip(b"\0\n") + b"\n")

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    try:
        yield True
    finally:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as last:
            last.sendto(b"", str(SYSLOG))  # the end
        writer.join(10)
        SYSLOG.unlink()
        listening.close()


def needs_cron() -> None:
    if os.getuid() != 0 or shutil.which("cron") is None or not TABLE.parent.is_dir():
        pytest.skip("needs root and Debian's cron (apt-get install cron)")


def test_a_line_that_is_removed_is_overdue_in_the_pane_with_what_the_host_knows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs_cron()
    monkeypatch.setattr(host_watch, "LOOK_EVERY_S", 0.5)
    monkeypatch.setattr(host_watch, "FIRST_AFTER_S", 0.1)
    log, config = tmp_path / "cron.log", tmp_path / "checks.toml"
    config.write_text(
        f'[host]\ncron_log = "{log}"\n[checks.watched]\ncron = "* * * * *"\ngrace = "5s"\nearly = "0"\n'
        "wait_for_first = true\n"
    )
    TABLE.unlink(missing_ok=True)
    with open_service(config, tmp_path / "state", ("127.0.0.1", 0)) as service, syslog(log) as logs:
        line = f"* * * * * root true && curl -fsS -m 10 -o /dev/null {service.engine_url}/ping/watched"
        with (
            crontab(line),
            pane(
                "--attach",
                service.engine_url,
                env={"PULSETUI_API_KEY": (tmp_path / "state" / "api_key").read_text().strip()},
            ) as shown,
        ):
            shown.wait("watched")

            def wait(is_so: Callable[[], bool]) -> None:
                deadline = time.monotonic() + PATIENCE_S
                while not is_so():
                    assert time.monotonic() < deadline, service.client.checks()["watched"]
                    time.sleep(0.1)

            wait(lambda: has_arrived(service.client.checks()["watched"]))
            if logs:
                wait(lambda: any(job.last_start for job in service.client.host().jobs))
            TABLE.write_text("# nothing any more\n")
            wait(lambda: service.client.checks()["watched"].status is Status.DOWN)
            shown.keys("Enter")
            text = " ".join(shown.wait(lambda text: "is gone since" in " ".join(text.split())).split())
            assert "overdue" in text
            assert (
                service.client.checks()["watched"]
                .detail.rpartition("On its host: ")[2]
                .startswith(f"its line in {TABLE} is gone since ")
            )
            shown.keys("C")
            shown.wait("Host")
    assert not TABLE.exists()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    needs_cron()
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

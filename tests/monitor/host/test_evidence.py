"""What is said of a run that did not come: only what was seen, with its instant."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from pulsetui.core.schedule.parse import parse_schedule
from pulsetui.core.state.check import Check
from pulsetui.crontab.found import HostJob, host_jobs
from pulsetui.crontab.timers import TimedService, Timer
from pulsetui.monitor.host.cron_log import CronLog, Started
from pulsetui.monitor.host.evidence import Happening, KnownOfHost, evidence, lasting
from pulsetui.monitor.host.look import Broken, HostSnapshot, booted_at, cron_runs, full_disks, look, oom_kills
from pulsetui.monitor.host.seen import Seen, SeenJob, after, keep, load
from tests.crontab.host import WORLD, lint_file

DUE = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
NOW = DUE + timedelta(hours=1)
LAST = DUE - timedelta(days=1)
CHECK = Check(slug="backup", name="Backup", schedule=parse_schedule("cron", "0 2 * * *", "UTC"))
COMMAND = "/usr/local/bin/backup && curl -fsS http://127.0.0.1:8787/ping/backup"
FILE = lint_file(f"# c\n0 2 * * * {COMMAND}\n")
JOBS = host_jobs([FILE], (), WORLD)


def snapshot(**more: object) -> HostSnapshot:
    return msgspec.structs.replace(HostSnapshot(at=NOW, jobs=JOBS, cron_runs=True), **more)


def log(*starts: datetime, since: datetime = DUE - timedelta(days=2)) -> CronLog:
    return CronLog(since, tuple(Started(at, "root", COMMAND) for at in starts), "/var/log/syslog")


def told(look: HostSnapshot | None, **more: object) -> str:
    return evidence(KnownOfHost(snapshot=look, **more), CHECK, DUE, LAST, NOW)  # type: ignore[arg-type]  # fields by name


PLACE = "line 2 of /var/spool/cron/crontabs/root"


@pytest.mark.parametrize(
    ("seen", "text"),
    [
        (None, ""),
        (HostSnapshot(at=NOW), ""),  # no job of this host
        (snapshot(), ""),
        (snapshot(log=log(DUE + timedelta(seconds=1))), f"cron started {PLACE} at today 02:00"),
        (snapshot(log=log(LAST)), f"cron has not started {PLACE} since Sun 02:00, by /var/log/syslog"),
        (snapshot(log=log()), f"cron has not started {PLACE} since Sat 02:00, by /var/log/syslog"),
        (snapshot(log=log(since=DUE)), ""),  # the log begins only there
        (snapshot(log=log(LAST), at=DUE + timedelta(seconds=5)), ""),  # looked too early
        (snapshot(cron_runs=False), "no cron runs on this host"),
        (snapshot(cron_runs=None), ""),
        (snapshot(booted_at=DUE + timedelta(minutes=3)), "this host was started at today 02:03"),
        (snapshot(booted_at=LAST), ""),
        (snapshot(full=("the disk of /var is full (0 MB left)",)), "the disk of /var is full (0 MB left)"),
        (
            snapshot(broken={"/var/spool/cron/crontabs/root": Broken(7, "hour must be 0-23")}),
            "cron leaves out /var/spool/cron/crontabs/root for its line 7: hour must be 0-23",
        ),
    ],
)
def test_each_fact_is_told_where_it_was_seen(seen: HostSnapshot | None, text: str) -> None:
    assert told(seen) == text


def test_what_happened_since_it_was_due_is_told_with_its_instant() -> None:
    happened = (
        Happening(DUE - timedelta(hours=1), "cron ended"),
        Happening(DUE, "the clock was set back by 1h"),
    )
    assert told(snapshot(), happened=happened) == "the clock was set back by 1h at today 02:00"


def test_a_line_that_is_gone_is_told_since_when() -> None:
    seen = Seen({"backup": SeenJob("/etc/cron.d/backup:3", "0 2 * * *", 2, LAST)}, is_first=False)
    assert told(snapshot(jobs=()), seen=seen) == "its line in /etc/cron.d/backup is gone since Sun 02:00"
    assert told(snapshot(), seen=seen) == "", "it is there again"


def timer(**more: object) -> Timer:
    base = Timer(
        unit="backup.timer",
        path=Path("/etc/systemd/system/backup.timer"),
        calendar=("*-*-* 02:00:00",),
        state="enabled",
        is_active=True,
        is_live=True,
        last=DUE,
        service=TimedService(unit="backup.service", command="pulsetui run backup -- x"),
    )
    return msgspec.structs.replace(base, **more)


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (timer(), "backup.timer started at today 02:00"),
        (timer(last=LAST), "backup.timer has not started since Sun 02:00"),
        (timer(last=None), "backup.timer has not started yet"),
        (
            timer(last=LAST, state="masked"),
            "backup.timer is masked; backup.timer has not started since Sun 02:00",
        ),
        (
            timer(
                service=TimedService(
                    unit="backup.service",
                    command="pulsetui run backup -- x",
                    result="exit-code",
                    exit_status=3,
                )
            ),
            "backup.timer started at today 02:00; backup.service ended with exit-code, status 3",
        ),
    ],
)
def test_a_timer_tells_of_its_last_start_and_result(found: Timer, text: str) -> None:
    assert told(snapshot(jobs=host_jobs((), [found], WORLD))) == text


def test_a_deploy_after_the_last_success_is_told(tmp_path: Path) -> None:
    program = tmp_path / "job"
    program.write_text("")
    file = lint_file(f"0 2 * * * {program} && curl -fsS http://127.0.0.1:8787/ping/backup\n")
    jobs: tuple[HostJob, ...] = host_jobs([file], (), WORLD)
    os.utime(program, (LAST.timestamp() - 60,) * 2)
    assert told(snapshot(jobs=jobs)) == ""
    os.utime(program, (LAST.timestamp() + 3600,) * 2)
    assert told(snapshot(jobs=jobs)) == f"{program} was changed at Sun 03:00, after the last success"


def test_text_of_the_host_is_clean_and_bounded() -> None:
    broken = {"/var/spool/cron/crontabs/root": Broken(7, "\x1b[31m\u202e" + "x" * 5000)}
    text = told(snapshot(broken=broken))
    assert text.isprintable()
    assert len(text) <= 600


def test_what_happens_between_two_looks() -> None:
    before = snapshot(oom_kills=3, booted_at=LAST)
    later = snapshot(at=NOW + timedelta(minutes=1), oom_kills=5, booted_at=LAST, cron_runs=False)
    assert [one.text for one in lasting(before, later, timedelta(hours=-2))] == [
        "the clock was set back by 2h",
        "the kernel killed 2 processes for want of memory",
        "cron ended",
    ]
    assert list(lasting(before, before, timedelta(seconds=3))) == []
    restarted = msgspec.structs.replace(later, booted_at=NOW, cron_runs=None)
    assert list(lasting(before, restarted, timedelta(0))) == [], "the counter began anew"


def test_a_job_is_gone_only_after_two_looks_that_could_have_seen_it() -> None:
    slugs = {"backup"}
    empty = snapshot(jobs=())
    first = after(Seen(), snapshot(), slugs)
    assert first.jobs["backup"].source == "/var/spool/cron/crontabs/root:2"
    unreadable = snapshot(jobs=(), unreadable=("/var/spool/cron/crontabs/root can only be read by root",))
    once = after(after(first, unreadable, slugs), empty, slugs)
    assert once.gone("backup") is None
    twice = after(once, empty, slugs)
    assert twice.gone("backup") is not None
    assert after(twice, snapshot(), slugs).gone("backup") is None
    assert after(twice, empty, set()).jobs == {}, "the check was removed"


def test_timers_that_were_not_listed_are_not_gone() -> None:
    seen = after(Seen(), snapshot(jobs=host_jobs((), [timer()], WORLD), timers=(timer(),)), {"backup"})
    for _ in range(3):
        seen = after(seen, snapshot(jobs=(), timers=()), {"backup"})
    assert seen.gone("backup") is None


def test_what_was_seen_outlives_the_engine(tmp_path: Path) -> None:
    seen = after(Seen(), snapshot(), {"backup"})
    keep(tmp_path, seen)
    assert load(tmp_path) == seen
    (tmp_path / "host.json").write_text("{")
    assert load(tmp_path) == Seen()


def test_facts_of_this_host_are_read_from_proc(tmp_path: Path) -> None:
    for pid, name in (("1", "init"), ("77", "cron"), ("x", "y")):
        (tmp_path / pid).mkdir()
        (tmp_path / pid / "comm").write_text(f"{name}\n")
    (tmp_path / "stat").write_text("cpu 1 2\nbtime 1772409600\n")
    (tmp_path / "vmstat").write_text("pgfault 1\noom_kill 4\n")
    assert cron_runs(tmp_path) is True
    (tmp_path / "77" / "comm").write_text("cronut\n")
    assert cron_runs(tmp_path) is False
    (tmp_path / "1" / "comm").unlink()
    assert cron_runs(tmp_path) is None, "hidepid: other users' processes are not seen"
    assert booted_at(tmp_path) == datetime(2026, 3, 2, tzinfo=UTC)
    assert oom_kills(tmp_path) == 4
    assert oom_kills(tmp_path / "none") is None


def test_a_full_disk_is_told_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    real = os.statvfs(tmp_path)
    assert list(full_disks([str(tmp_path), "/missing"])) == []
    fields = list(real)
    fields[4] = 0  # f_bavail
    monkeypatch.setattr(os, "statvfs", lambda _: os.statvfs_result(fields))
    assert list(full_disks([str(tmp_path), str(tmp_path)])) == [f"the disk of {tmp_path} is full (0 MB left)"]


def test_a_look_at_the_real_host_fails_for_nothing() -> None:
    from pulsetui.crontab.places import Places

    seen = look(WORLD, Places(), None, 5.0)
    assert seen.steady_s == 5.0
    assert seen.booted_at is not None

"""Jobs of a host, the checks to be made of them, and where the two do not agree."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from pulsetui.core.schedule.parse import parse_schedule
from pulsetui.crontab.compare import differences
from pulsetui.crontab.findings import World
from pulsetui.crontab.found import found_schedules, host_jobs, unmonitored
from pulsetui.crontab.lint import lint
from pulsetui.crontab.managed import managed_key
from pulsetui.crontab.timers import TimedService, Timer
from pulsetui.provision.found import new_slug, usual_grace
from tests.crontab.host import NOW, WORLD, known, lint_file

PING = "curl -fsS -m 10 --retry 3 -o /dev/null http://127.0.0.1:8787/ping/"
TIMER = Timer(
    unit="report.timer",
    path=Path("/etc/systemd/system/report.timer"),
    calendar=("Mon..Fri *-*-* 06:00:00",),
    state="enabled",
    is_live=True,
    is_active=True,
    service=TimedService(unit="report.service", command="/opt/report"),
)


def test_each_job_without_a_report_becomes_a_check() -> None:
    file = lint_file(
        "0 2 * * * /usr/local/bin/backup\n*/10 * * * * /opt/sync_all.sh --x\n@reboot /opt/boot\n0 25 *"
        " * * /opt/wrong\n"
        f"5 4 * * * /opt/done && {PING}backup\n0 0 * * * run-parts /etc/cron.x\n0 3 * * * /opt/sync_all.sh\n"
    )
    jobs = unmonitored(host_jobs([file], [TIMER], WORLD))
    found = found_schedules(jobs, WORLD)
    assert [(one.slug, one.kind, one.schedule, one.timezone) for one in found] == [
        ("backup-2", "cron", "0 2 * * *", "Europe/Berlin"),  # backup is taken
        ("sync-all", "cron", "*/10 * * * *", "Europe/Berlin"),
        ("sync-all-2", "cron", "0 3 * * *", "Europe/Berlin"),
        ("report", "calendar", "Mon..Fri *-*-* 06:00:00", "Europe/Berlin"),
    ]
    assert found[0].fields() == {
        "name": "backup",
        "cron": "0 2 * * *",
        "timezone": "Europe/Berlin",
        "grace": "1h",
    }
    assert len({one.key for one in found}) == 4


def test_a_jobs_key_stays_with_its_command_and_not_with_its_times() -> None:
    before = host_jobs([lint_file("0 2 * * * /opt/a\n0 3 * * * /opt/b\n")], (), WORLD)
    after = host_jobs([lint_file(f"# moved\n9 9 * * *  /opt/b && {PING}b\n0 2 * * * /opt/a\n")], (), WORLD)
    assert [one.key for one in before] == [one.key for one in reversed(after)]


@pytest.mark.parametrize(
    ("schedule", "grace"),
    [
        ("* * * * *", "1m"),
        ("*/5 * * * *", "1m"),
        ("0 * * * *", "15m"),
        ("0 2 * * *", "1h"),
        ("0 2 1 1 *", "1h"),
    ],
)
def test_the_grace_is_a_quarter_of_the_period_within_bounds(schedule: str, grace: str) -> None:
    minutes = {"1m": 1, "15m": 15, "1h": 60}[grace]
    assert usual_grace(parse_schedule("cron", schedule), NOW) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("name", "slug"),
    [("Sync_All", "sync-all"), ("", "job"), ("--x--", "x"), ("é", "job"), ("a" * 200, "a" * 96)],
)
def test_a_slug_is_made_of_the_name(name: str, slug: str) -> None:
    assert new_slug(name, ()) == slug
    assert new_slug(name, {slug}) == f"{slug}-2"


MANAGED = "cd /srv/app && flock -n /tmp/l venv/bin/python manage.py sync_invoices --all >/dev/null 2>&1\n"


def test_a_command_of_a_django_project_reports_to_the_check_of_its_name() -> None:
    """By the app in its settings: its line has no word of it."""
    world = msgspec.structs.replace(WORLD, checks=(known("sync-invoices", usual_duration=7200.0),))
    (job,) = host_jobs([lint_file(f"MAILTO=\n0 2 * * * {MANAGED}")], (), world)
    assert (job.reports_to, job.is_monitored) == ("sync-invoices", True)
    assert unmonitored([job]) == ()
    assert differences([job], world) == ()
    assert codes(f"MAILTO=\n0 2 * * * {MANAGED}", world) == set()
    (moved,) = differences(host_jobs([lint_file(f"0 3 * * * {MANAGED}")], (), world), world)
    assert (moved.kind, moved.slug) == ("schedule", "sync-invoices")
    assert codes(f"0 3 * * * {MANAGED}", world) == {"PT609"}
    assert codes(f"0 2 * * * {MANAGED}0 2 * * * {MANAGED}", world) >= {"PT604"}


@pytest.mark.parametrize(
    "line", [MANAGED.replace("sync_invoices", "other"), "cp manage.py sync_invoices\n", "sync-invoices\n"]
)
def test_another_job_does_not(line: str) -> None:
    world = msgspec.structs.replace(WORLD, checks=(known("sync-invoices"),))
    (job,) = host_jobs([lint_file(f"0 2 * * * {line}")], (), world)
    assert (job.reports_to, job.is_monitored) == ("", False)


SYNC = "sync_invoices " + managed_key("", ["--all"]).strip()


@pytest.mark.parametrize(
    ("sources", "reports_to"),
    [
        ([("billing", "shop/vps:/srv/jobs", SYNC)], "billing"),
        ([("billing", "shop/crontab deploy/crontab", SYNC)], "billing"),
        ([("billing", "shop/crontab deploy/crontab", f"{SYNC}#2")], "billing"),
        ([("billing", "shop/vps:/srv/moved", SYNC)], "billing"),
        ([("a", "shop/crontab x", SYNC), ("b", "blog/vps:{path}", SYNC)], "b"),
        ([("a", "shop/vps:/other", SYNC), ("b", "blog/vps:/another", SYNC)], "sync-invoices"),
        ([("billing", "shop/crontab x", "sync_invoices")], "sync-invoices"),
        ([("billing", "shop/crontab x", "other" + SYNC)], "sync-invoices"),
        ([("billing", "shop/celery-beat", SYNC)], "sync-invoices"),
        ([("billing", "ping", SYNC)], "sync-invoices"),
    ],
)
def test_a_check_that_was_made_of_such_a_line_hears_of_it(
    sources: list[tuple[str, str, str]], reports_to: str
) -> None:
    """The project's settings give it another name than that of the command; nobody else can read them."""
    file = lint_file(f"MAILTO=\n0 2 * * * {MANAGED}")
    made = [known(slug, source=(origin.format(path=file.path), key)) for slug, origin, key in sources]
    for by_name in ((known("sync-invoices"),), ()):
        world = msgspec.structs.replace(WORLD, checks=(*made, *by_name))
        (job,) = host_jobs([file], (), world)
        expected = reports_to if by_name or reports_to != "sync-invoices" else ""
        assert (job.reports_to, job.is_monitored) == (expected, bool(expected))
        assert codes(f"MAILTO=\n0 2 * * * {MANAGED}", world) == (set() if expected else {"PT601", "PT509"})
        assert ("PT609" in codes(f"0 3 * * * {MANAGED}", world)) == bool(expected)


def codes(text: str, world: World) -> set[str]:
    """Of the rules about mail, commands and reports."""
    found = lint([lint_file(text)], (), world)
    return {one.code for one in found if one.code.startswith(("PT206", "PT5", "PT6"))}


def test_where_jobs_and_checks_do_not_agree() -> None:
    world = msgspec.structs.replace(
        WORLD,
        checks=(
            known("backup"),
            known("late", "0 4 * * *"),
            known("stopped"),
            known("elsewhere"),
            known("vanished"),
        ),
    )
    stopped = msgspec.structs.replace(
        TIMER,
        unit="stopped.timer",
        state="masked",
        service=TimedService(unit="stopped.service", command="pulsetui run stopped -- /x"),
    )
    file = lint_file(
        f"0 2 * * * backup && {PING}backup\n0 3 * * * late && {PING}late\n0 3 * * * new\n0 3 * * * b &&"
        f" {PING}bakcup\n"
    )
    found = differences(host_jobs([file], [stopped], world), world, {"backup": "x", "vanished": "gone"})
    assert [(one.kind, one.slug, one.is_wrong) for one in found] == [
        ("schedule", "late", True),
        ("unmonitored", "", True),
        ("unknown", "", True),
        ("stopped", "stopped", True),
        ("silent", "elsewhere", False),
        ("gone", "vanished", True),
    ]
    assert found[0].source.endswith("root:2")
    assert "runs at 0 3 * * * (Europe/Berlin), and the check late expects 0 4 * * *" in found[0].text


def test_a_job_that_reports_to_nothing_speaks_for_no_check() -> None:
    """A check of checks.toml has no uuid there as a rule."""
    world = msgspec.structs.replace(WORLD, checks=(known("billing"), known("backup")))
    jobs = host_jobs([lint_file("0 2 * * * /opt/other\n")], (), world)
    silent = [one.slug for one in differences(jobs, world) if one.kind == "silent"]
    assert silent == ["billing", "backup"]

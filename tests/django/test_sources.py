"""What is read where the schedules of a project stand."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management.base import BaseCommand
from msgspec.structs import replace

from pulsetui.crontab.found import host_jobs
from pulsetui.crontab.places import Places
from pulsetui.django.options import Options
from pulsetui.django.sources import crontab
from pulsetui.django.sources.collected import Collected, Project
from pulsetui.provision.found import SourceReading
from tests.crontab.host import WORLD, known, lint_file

_ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)


def a_project(root: Path = Path("/srv/app"), *, crontabs: tuple[str, ...] = (), **given: object) -> Project:
    options = Options("http://127.0.0.1:8787", given)
    return Project(
        name="shop",
        package="shop",
        root=root,
        options=options,
        now=NOW,
        zone="Europe/Riga",
        crontabs=crontabs,
    )


@pytest.mark.parametrize(
    ("keys", "schedule", "zone", "grace"),
    [
        ({"every": "300s", "grace": "75s"}, "5m", "Europe/Riga", timedelta(seconds=75)),
        ({"cron": "*/10 * * * *"}, "*/10 * * * *", "Europe/Riga", timedelta(minutes=2)),
        ({"cron": "0 2 * * *", "timezone": "UTC"}, "0 2 * * *", "UTC", timedelta(hours=1)),
        ({"calendar": "2026-12-24 18:00:00"}, "2026-12-24 18:00:00", "Europe/Riga", timedelta(hours=1)),
    ],
)
def test_a_job_becomes_a_schedule(
    keys: Mapping[str, str], schedule: str, zone: str, grace: timedelta
) -> None:
    collected = Collected(a_project(), "beat")
    collected.add(key="k", slug="a", name="A", keys=keys, place="here")
    (one,) = collected.reading().schedules
    assert (one.schedule, one.timezone, one.grace, one.origin) == (schedule, zone, grace, "shop/beat")


def test_what_is_over_is_left_out_and_what_no_check_can_have_is_told() -> None:
    collected = Collected(a_project(), "beat")
    collected.add(key="k", slug="a", name="once", keys={"calendar": "2026-11-27"}, place="here")
    collected.add(key="k", slug="a", name="odd", keys={}, place="here")
    collected.add(key="k", slug="a", name="wrong", keys={"cron": "0 25 * * *"}, place="here")
    found = collected.reading()
    assert [text.partition(":")[0] for text in found.left_out] == ["once"]
    assert [text.partition(":")[0] for text in found.unwatched] == ["odd", "wrong"]
    assert (found.is_empty, found.is_well) == (False, False)


class _SyncInvoices(BaseCommand):  # type: ignore[misc] # Django ships no types
    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--supplier", default="all")


@pytest.fixture
def _commands(monkeypatch: pytest.MonkeyPatch) -> None:
    commands = {"sync_invoices": _SyncInvoices(), "migrate": _SyncInvoices()}
    monkeypatch.setattr("django.core.management.get_commands", lambda: commands)


def readings(project: Project) -> list[SourceReading]:
    return list(crontab.read(project))


@pytest.mark.usefixtures("_commands")
def test_lines_of_a_crontab_report_to_the_checks_of_their_commands(tmp_path: Path) -> None:
    (tmp_path / "jobs").write_text(
        "0 1 * * * cd /srv/app && flock -n /lock .venv/bin/python manage.py sync_invoices\n"
        "0 2 * * * ./manage.py sync_invoices --supplier acme && curl -fsS http://127.0.0.1:8787/ping/acme\n"
        "0 3 * * * pulsetui run bills -- manage.py migrate\n"
        "0 4 * * * manage.py sync_invoices --supplier=zoo\n"
        "0 5 * * * manage.py sync_invoices --supplier=zoo\n"
        "0 6 * * * backup\n"
    )
    (found,) = readings(
        a_project(crontabs=(str(tmp_path / "jobs"),), slugs={"sync_invoices": "sync-{supplier}"})
    )
    keys = [(one.schedule, one.slug, one.key) for one in found.schedules]
    assert [key[:2] for key in keys] == [
        ("0 1 * * *", "sync-all"),
        ("0 2 * * *", "acme"),
        ("0 3 * * *", "bills"),
        ("0 4 * * *", "sync-zoo"),
        ("0 5 * * *", "sync-zoo"),
    ]
    assert [key[2] for key in keys if key[1] in ("sync-all", "bills")] == ["sync_invoices", "migrate"]
    assert keys[4][2] == keys[3][2] + "#2"
    assert "zoo" not in keys[3][2], "arguments may be secrets"
    assert keys[3][2].startswith("sync_invoices ")
    assert found.origin == f"shop/crontab {tmp_path}/jobs"
    assert [note.partition(": ")[0] for note in found.notes] == [f"{tmp_path}/jobs:{n}" for n in (1, 4, 5)]


@pytest.mark.usefixtures("_commands")
def test_by_what_is_written_of_a_line_others_know_its_check_without_the_settings(tmp_path: Path) -> None:
    path = tmp_path / "jobs"
    path.write_text(
        "0 1 * * * cd /srv/app && flock -n /lock .venv/bin/python manage.py sync_invoices\n"
        "0 4 * * * manage.py sync_invoices --supplier=zoo\n"
    )
    (found,) = readings(a_project(crontabs=(str(path),), slugs={"sync_invoices": "sync-{supplier}"}))
    checks = [
        known(one.slug, one.schedule, source=(one.source["from"], one.source["key"]))
        for one in found.schedules
    ]
    world = replace(WORLD, checks=checks)
    installed = lint_file(path.read_text() + "0 5 * * * manage.py sync_invoices --supplier=new\n")
    assert [one.reports_to for one in host_jobs([installed], (), world)] == ["sync-all", "sync-zoo", ""]


@pytest.mark.usefixtures("_commands")
def test_of_this_host_only_lines_of_this_project_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, etc = tmp_path / "releases" / "7", tmp_path / "etc"
    root.mkdir(parents=True)
    (tmp_path / "current").symlink_to(root)
    (etc / "cron.d").mkdir(parents=True)
    (etc / "cron.d" / "shop").write_text(
        f"0 1 * * * root cd {tmp_path}/current && python manage.py sync_invoices\n"
        f"0 2 * * * root {root}/manage.py sync_invoices --supplier acme\n"
        "0 3 * * * root cd /srv/other && python manage.py sync_invoices\n"
        "0 4 * * * root python manage.py sync_invoices\n"
    )
    (etc / "cron.d" / "other").write_text("0 3 * * * root backup\n")
    monkeypatch.setattr(crontab, "Places", lambda: Places(etc=etc, spools=(tmp_path / "none",)))
    monkeypatch.setattr("pulsetui.crontab.places.crontab_of", lambda user: None)

    other, ours = readings(a_project(root))
    assert [one.schedule for one in ours.schedules] == ["0 1 * * *", "0 2 * * *"]
    assert (other.is_empty, ours.origin) == (True, f"shop/{os.uname().nodename}:{etc}/cron.d/shop")


def test_the_zone_of_cron_is_not_the_one_that_django_has_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = "import os, time; os.environ['TZ'] = 'Asia/Tokyo'; time.tzset();"
    asked += "from pulsetui.django.sources.crontab import _cron_host;"
    asked += "print(_cron_host().zone, os.environ['TZ'], time.tzname[0])"
    for started_with in ("America/New_York", "Europe/Riga"):
        done = subprocess.run(
            [sys.executable, "-c", asked],
            env={**os.environ, "TZ": started_with},
            capture_output=True,
            text=True,
            cwd=_ROOT,
        )
        assert done.stdout == f"{started_with} Asia/Tokyo JST\n", done.stderr


def test_the_rows_of_a_database_and_the_entries_of_the_code() -> None:
    pytest.importorskip("django_celery_beat")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.django.beat_rows"],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "found": [
            ["in-code", "shop.in_code", 'every "10m"'],
            ["twice-a", "entry twice a", 'every "1m"'],
            ["twice-b", "entry twice b", 'every "2m"'],
            ["celery-beat", "beat", 'every "1m"'],
            ["nightly", "row 1", 'cron "0 2 * * *" (Europe/Berlin)'],
            ["xmas", "row 3", 'calendar "2090-12-24 18:00:00" (UTC)'],
        ],
        "left_out": [
            "off in code: its row is disabled",
            'past: "2020-01-01 12:00:00": it will never elapse again: the last time was 2020-01-01 12:00 UTC',
            "off: is disabled",
            "expired: expired on 2020-01-01 12:00",
            "later: begins on 2090-12-24 18:00: sync again then",
            "one run: runs only once",
            "none: connect(…, slugs=…) has no check for it",
        ],
        "unwatched": [],
        "gone when clocked is over": ["-"],
    }

"""The engine looks at crontabs of its host: it says what is gone, changed or new, and a miss tells of it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from pulsetui.core.state.status import PingKind, Reason
from pulsetui.crontab.known import of_check, of_views
from pulsetui.crontab.managed import managed_key
from pulsetui.crontab.places import Places
from pulsetui.monitor.host.watch import HostWatch
from tests.crontab.host import FakeHost
from tests.monitor.harness import CONFIG, Harness, running

PING = "curl -fsS -m 10 --retry 3 http://127.0.0.1:8787/ping/"
LINE = f"0 2 * * * root /usr/local/bin/import && {PING}nightly\n"


class Host:
    """A host's directories, and the watch over them."""

    def __init__(self, engine: Harness, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", str(folder))  # no crontab, no systemctl
        monkeypatch.setattr("pulsetui.monitor.host.look.cron_runs", lambda: True)
        self.places = Places(etc=folder / "etc", spools=(folder / "spool",))
        self.places.cron_d.mkdir(parents=True)
        self.table = self.places.cron_d / "import"
        self.watch = HostWatch(
            lambda: engine.engine.config,
            lambda: "http://127.0.0.1:8787",
            engine.engine.notices,
            engine.clock,
            engine.engine.state_dir,
            host=FakeHost(zone="UTC"),
            places=self.places,
        )
        engine.engine.evidence = self.watch.evidence
        self._engine = engine

    async def look(self) -> dict[str, str]:
        await self.watch.look()
        notices = self._engine.engine.notices.all()
        return {one.key: one.text for one in notices if one.key.startswith("host:")}


async def test_a_line_that_is_removed_is_said_and_told_with_the_miss(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = f'{CONFIG}\n[hooks.a]\ntype = "terminal"\n'
    async with running(tmp_path, config=config) as engine:
        host = Host(engine, tmp_path / "host", monkeypatch)
        host.table.write_text(LINE)
        host.table.chmod(0o644)
        await engine.ping("nightly", PingKind.SUCCESS)
        assert await host.look() == {}
        host.table.unlink()
        assert await host.look() == {}, "somebody may be writing it"
        await engine.run(minutes=1)
        gone = (await host.look())["host:gone"]
        assert gone == (
            f"Gone from this host: the job of nightly, in {host.table}:1. If that is meant, remove or"
            " pause the check."
        )
        await engine.run(hours=26, minutes=40)
        assert engine.status("nightly") == f"down {Reason.MISSED}"
        told = f"On its host: its line in {host.table} is gone since Fri 00:01"
        view = engine.view("nightly")
        assert view.detail.endswith(told)
        assert view.incident is not None
        assert view.incident.detail.endswith(told)
        with closing(sqlite3.connect(tmp_path / "state" / "pulsetui.sqlite3")) as connection:
            ((alert,),) = connection.execute(
                "SELECT alert FROM outbox WHERE alert LIKE '%nightly%'"
            ).fetchall()
        assert told in alert
        host.table.write_text(LINE)
        assert await host.look() == {}


async def test_other_times_and_broken_files_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(tmp_path) as engine:
        host = Host(engine, tmp_path / "host", monkeypatch)
        host.table.write_text(LINE.replace("0 2", "0 3") + "0 99 * * * root x\n")
        said = await host.look()
        assert "the check nightly expects 0 2 * * *" in said["host:schedule"]
        assert said["host:broken"].startswith(f"Cron leaves out a crontab: {host.table}:2: ")
        host.table.write_text(LINE)
        assert await host.look() == {}


async def test_only_what_came_later_is_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(tmp_path) as engine:
        host = Host(engine, tmp_path / "host", monkeypatch)
        host.table.write_text("0 4 * * * root /opt/old\n")
        assert await host.look() == {}
        host.table.write_text("0 4 * * * root /opt/old\n0 5 * * * root /opt/new [b]x[/b]\n")
        expected = f"New on this host, and reports to no check: new, {host.table}:2."
        assert (await host.look())["host:new"].startswith(expected)
        assert (await host.look())["host:new"].startswith(expected), "until somebody does something"
        host.table.write_text("0 4 * * * root /opt/old\n")
        assert await host.look() == {}


async def test_a_command_that_djangos_settings_give_another_check_is_known_by_its_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As sync wrote it. With other arguments nobody knows whether it is the same job: it is not gone."""
    key = managed_key("sync_invoices", ["--all"])
    source = f'source = {{ from = "shop/vps:/srv/jobs", key = "{key}" }}'
    config = f'[checks.billing]\ncron = "0 2 * * *"\n{source}\n'
    line = "0 2 * * * root cd /srv && ./manage.py sync_invoices --all\n"
    async with running(tmp_path, config=config) as engine:
        host = Host(engine, tmp_path / "host", monkeypatch)
        host.table.write_text("0 4 * * * root /opt/old\n")
        assert await host.look() == {}
        host.table.write_text(line)
        assert await host.look() == {}, "it is new, and has a check"
        assert engine.view("billing").source == ("shop/vps:/srv/jobs", key)
        (known,) = of_views([engine.view("billing")])
        assert known == replace(of_check(engine.engine.config.checks["billing"]), uuid=known.uuid)
        host.table.write_text(line.replace("--all", "--new"))
        for _ in range(3):
            assert list(await host.look()) == ["host:new"]
        host.table.write_text("")
        for _ in range(2):
            said = await host.look()
        assert list(said) == ["host:gone"]


async def test_a_host_without_any_of_our_jobs_is_left_in_peace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path) as engine:
        host = Host(engine, tmp_path / "host", monkeypatch)
        assert await host.look() == {}
        await engine.ping("nightly", PingKind.SUCCESS)
        await engine.run(hours=26, minutes=40)
        assert "On its host" not in engine.view("nightly").detail


async def test_evidence_that_breaks_hides_no_miss(tmp_path: Path) -> None:
    def breaks(*_: object) -> str:
        raise RuntimeError

    async with running(tmp_path) as engine:
        engine.engine.evidence = breaks
        await engine.ping("nightly", PingKind.SUCCESS)
        await engine.run(hours=26, minutes=40)
        assert engine.status("nightly") == f"down {Reason.MISSED}"


async def test_screens_see_the_jobs_and_no_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(tmp_path) as engine:
        host = Host(engine, tmp_path / "host", monkeypatch)
        assert host.watch.view().looked_at is None
        host.table.write_text(LINE.replace("0 2", "0 3") + "0 4 * * * root PGPASSWORD=hunter22 /opt/dump\n")
        await host.look()
        view = host.watch.view()
        first, second = view.jobs
        assert (first.slug, first.is_monitored, first.times) == ("nightly", True, "0 3 * * *")
        assert "expects 0 2 * * *" in first.trouble
        assert (second.name, second.slug, second.is_monitored) == ("dump", "", False)
        assert view.zone == "UTC"
        assert "hunter22" not in repr(view)

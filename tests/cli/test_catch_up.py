"""``pulsetui catch-up``: what was missed, the command for each slot, and its runs one by one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from pulsetui.cli.host import host_command
from pulsetui.cli.main import main
from pulsetui.crontab.places import Places
from pulsetui.service import open_service
from tests.cli.conftest import Connect
from tests.cli.installed import PULSETUI, environment
from tests.cli.samples import ABOUT_IT, MISSED, NOW, OPEN, OVERDUE, RUN, engine_with
from tests.client.fake import FakeEngine
from tests.client.samples import details_of, incident

Captured = pytest.CaptureFixture[str]

CHECK = '[checks.sync]\ncron = "0 2 * * *"\ntimezone = "Europe/Riga"\n'
DATED = 'command = "shop-sync --date {slot:%Y-%m-%d}"\n'
EARLIER = incident(n=1, started_at=NOW - timedelta(days=9), missed=(NOW - timedelta(days=9),))


@pytest.fixture
def engine(connected: Connect, tmp_path: Path) -> FakeEngine:
    (tmp_path / "checks.toml").write_text(CHECK + DATED)
    fake = connected(engine_with(OVERDUE))
    fake.about = replace(fake.about, config_path=str(tmp_path / "checks.toml"))
    fake.details_by_slug["sync"] = replace(
        details_of(OVERDUE), incidents=(OPEN, EARLIER), runs=(), caught_up=(MISSED[0],)
    )
    return fake


def test_each_missed_slot_is_listed_with_its_command(engine: FakeEngine, capsys: Captured) -> None:
    failed = replace(RUN, catch_up=True, slot=MISSED[1])
    engine.details_by_slug["sync"] = replace(engine.details_by_slug["sync"], runs=(failed,))
    assert main(["catch-up", "sync"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "SLOT (Europe/Riga)  STATE      COMMAND",
        "Sat 02:00           caught up  shop-sync --date 2026-11-14",
        "Sun 02:00           failed     shop-sync --date 2026-11-15",
        "today 02:00         missed     shop-sync --date 2026-11-16",
    ]


def test_since_and_slot_choose_others(engine: FakeEngine, capsys: Captured) -> None:
    assert main(["catch-up", "sync", "--since", "10d", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 4
    assert main(["catch-up", "sync", "--slot", "2026-11-10T02:00", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [
        {"slot": "2026-11-10T00:00:00Z", "state": "missed", "command": "shop-sync --date 2026-11-10"}
    ]
    assert main(["catch-up", "sync", "--slot", "2026-11-17T02:00"]) == 2
    assert "is still to come" in capsys.readouterr().err


def test_without_a_command_it_says_what_to_add(engine: FakeEngine, tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "checks.toml").write_text(CHECK)
    assert main(["catch-up", "sync"]) == 0
    told = capsys.readouterr()
    assert told.out.splitlines()[-1].endswith("missed     -")
    assert 'add one to [checks.sync] in checks.toml, like: command = "manage.py' in told.err
    assert main(["catch-up", "sync", "--run", "--yes"]) == 2


def test_the_file_is_that_of_the_engine_on_this_host(
    engine: FakeEngine, tmp_path: Path, capsys: Captured
) -> None:
    other = tmp_path / "etc" / "checks.toml"
    other.parent.mkdir()
    other.write_text(CHECK + DATED.replace("shop-sync", "its-sync"))
    engine.about = replace(engine.about, config_path=str(other))
    assert main(["catch-up", "sync"]) == 0
    assert "its-sync --date 2026-11-16" in capsys.readouterr().out
    for own in (["--config", str(tmp_path / "checks.toml")], ["--attach", "http://127.0.0.1:9"]):
        assert main(["catch-up", "sync", *own]) == 0
        assert "  shop-sync --date 2026-11-16" in capsys.readouterr().out


@pytest.mark.parametrize("by", ["sync", OVERDUE.uuid])
def test_a_command_that_pings_the_check_by_curl_is_not_run(
    by: str, engine: FakeEngine, tmp_path: Path, capsys: Captured
) -> None:
    """That would end the incident as the regular run does, which is still missing."""
    ping = f"curl -fsS http://127.0.0.1:8787/ping/{by}"
    (tmp_path / "checks.toml").write_text(f'{CHECK}command = "touch {tmp_path}/ran && {ping}"\n')
    assert main(["catch-up", "sync", "--run", "--yes"]) == 2
    assert "which would pass for the regular run; leave that out" in capsys.readouterr().err
    assert not (tmp_path / "ran").exists()


def test_a_command_that_an_engine_tells_is_not_run(
    engine: FakeEngine, tmp_path: Path, capsys: Captured
) -> None:
    (tmp_path / "checks.toml").unlink()
    told = replace(engine.details_by_slug["sync"], fields={"command": "touch /tmp/owned"})
    engine.details_by_slug["sync"] = told
    assert main(["catch-up", "sync", "--attach", "http://127.0.0.1:9"]) == 0
    assert "owned" not in capsys.readouterr().out


def test_nothing_is_run_unasked_or_beside_a_regular_run_or_by_an_older_engine(
    engine: FakeEngine, capsys: Captured
) -> None:
    assert main(["catch-up", "sync", "--run"]) == 1
    assert "Run 2 commands, one after the other: with --yes\nnothing was run\n" in capsys.readouterr().err
    engine.views["sync"] = replace(OVERDUE, started=True)
    assert main(["catch-up", "sync", "--run", "--yes"]) == 1
    assert "a regular run of sync is going on" in capsys.readouterr().err
    details = engine.details_by_slug["sync"]
    engine.details_by_slug["sync"] = replace(details, caught_up=None)
    assert main(["catch-up", "sync"]) == 1
    assert "the engine is older" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("line", "command"),
    [
        (
            "cd /srv/app && ./sync --all && curl -fsS http://127.0.0.1:8787/ping/sync",
            "cd /srv/app && ./sync --all",
        ),
        ("./sync | tee log; curl http://127.0.0.1:8787/ping/sync/$?", "./sync | tee log"),
        ('cd /srv && pulsetui run sync --timeout 5m -- ./sync "$HOME"', 'cd /srv && ./sync "$HOME"'),
        ("./a && curl http://127.0.0.1:8787/ping/sync && ./b", ""),
        ("./other && curl http://127.0.0.1:8787/ping/other", ""),
    ],
)
def test_the_line_of_the_crontab_is_known_without_its_report(line: str, command: str, tmp_path: Path) -> None:
    (tmp_path / "cron.d").mkdir()
    (tmp_path / "cron.d" / "shop").write_text(f"0 2 * * * root {line}\n")
    info = replace(ABOUT_IT, base_url="http://127.0.0.1:8787/ping/")
    found = host_command(OVERDUE, info, NOW, Places(tmp_path, (tmp_path / "spool",)))
    assert found == ((command, f"{tmp_path}/cron.d/shop:1") if command else ("", ""))


def test_runs_come_one_by_one_up_to_the_first_that_fails(tmp_path: Path) -> None:
    config, state, log = tmp_path / "checks.toml", tmp_path / "state", tmp_path / "log"
    template = f"echo {{slot:%d}} >> {log}; sync=$PULSETUI_CATCH_UP; test {{slot:%d}} != 12"
    config.write_text(f"{CHECK}command = '''{template}'''\n")
    days = [f"--slot=2026-11-{day}T02:00" for day in (11, 12, 13)]
    with open_service(config, state, ("127.0.0.1", 0)) as service:
        here = ["--config", str(config), "--state-dir", str(state)]
        done = subprocess.run(
            [PULSETUI, "catch-up", *here, "sync", *days, "--run", "--yes"],
            capture_output=True,
            text=True,
            timeout=60,
            env=environment(tmp_path),
        )
        details = service.client.details("sync")
    assert done.returncode == 1, done.stderr
    assert log.read_text() == "11\n12\n", "stopped at the first failure"
    assert "failed with exit code 1; 1 slot not made up for" in done.stderr
    assert details.caught_up == (datetime(2026, 11, 11, 0, 0, tzinfo=UTC),)
    assert [(run.outcome, run.catch_up) for run in details.runs] == [("failed", True), ("success", True)]
    assert details.view.last_success is None, "it is no regular run"


def test_an_interrupt_ends_the_run_and_begins_no_other(tmp_path: Path) -> None:
    config, state, log = tmp_path / "checks.toml", tmp_path / "state", tmp_path / "log"
    template = f"trap : INT; echo {{slot:%d}} >> {log}; echo up; read line; exit 0"
    config.write_text(f"{CHECK}command = '{template}'\n")
    with open_service(config, state, ("127.0.0.1", 0)):
        arguments = ["--slot=2026-11-11T02:00", "--slot=2026-11-12T02:00", "--run", "--yes"]
        here = ["--config", str(config), "--state-dir", str(state)]
        with subprocess.Popen(
            [PULSETUI, "catch-up", *here, "sync", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(tmp_path),
            start_new_session=True,
        ) as running:
            assert running.stdout is not None
            while running.stdout.readline() not in ("up\n", ""):
                pass
            os.killpg(running.pid, signal.SIGINT)
            _, told = running.communicate(timeout=30)
    assert running.returncode == 130, told
    assert "interrupted; 1 slot not made up for" in told
    assert log.read_text() == "11\n"
    assert sys.platform

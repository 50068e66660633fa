"""``pulsetui show``."""

from __future__ import annotations

import json
import re

import pytest
from msgspec.structs import replace

from pulsetui.cli.main import main
from pulsetui.core.state.status import Outcome
from tests.cli.conftest import Connect
from tests.cli.samples import HOSTILE, OVERDUE, RUN, UP, engine_with

Captured = pytest.CaptureFixture[str]


@pytest.mark.parametrize("command", ["show", "report"])
def test_all_times_are_in_the_zone_that_is_asked_for_and_named(
    command: str, connected: Connect, capsys: Captured
) -> None:
    connected(engine_with(OVERDUE))

    assert main([command, "sync", "--tz", "Asia/Tokyo"]) == 0
    out = capsys.readouterr().out
    assert "Asia/Tokyo" in out
    assert re.search(r"Missed 3 runs since Sat (2026-11-14 )?09:00", out)

    assert main([command, "sync", "--tz", "Asia/Tokio"]) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert re.search('--tz: .*"Asia/Tokyo"', err), err


def test_a_zone_that_only_the_engine_knows_is_replaced_by_that_of_this_host(
    connected: Connect, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    engine = engine_with(OVERDUE)
    engine.about = replace(engine.about, timezone="Mars/Base")
    connected(engine)

    assert main(["show", "sync"]) == 0
    assert "Times      in Asia/Tokyo" in capsys.readouterr().out


def test_the_page_says_how_it_stands_what_was_missed_and_what_is_next(
    connected: Connect, capsys: Captured
) -> None:
    connected(engine_with(OVERDUE))

    assert main(["show", "sync"]) == 0

    out = capsys.readouterr().out
    lines = out.splitlines()
    assert lines[0] == "✖ overdue  Sync invoices (sync)"
    assert lines[1] == "Missed 3 runs since Sat 02:00; last good run Fri 02:04"
    assert "at 02:00 every day (Europe/Riga); grace 30m; a run may take 20m" in out
    assert "tomorrow 02:00, Wed 02:00, Thu 02:00, Fri 02:00, Sat 02:00\n" in out
    assert "Times      in Europe/Riga" in out
    assert "missed 3: Sat 02:00, Sun 02:00, today 02:00" in out
    assert "#2 overdue  Sat 02:30 to now (2d 6h)" in out
    assert "  Fri 02:00         failed           4m  records=42  exit status 3" in lines
    assert "http://127.0.0.1:8787/ping/sync" in out
    assert "skipped when clocks go forward" in out


def test_what_was_seen_of_a_run_stands_on_the_page_without_escapes(
    connected: Connect, capsys: Captured
) -> None:
    fake = engine_with(OVERDUE)
    seen = replace(RUN, outcome=Outcome.SUCCESS, detail="", proof="not provable: /b/\x1b[31mdump: denied")
    fake.details_by_slug["sync"] = replace(fake.details("sync"), runs=(seen,))
    connected(fake)

    assert main(["show", "sync"]) == 0

    out = capsys.readouterr().out
    assert "Proof      not provable: /b/dump: denied" in out
    assert "records=42  exit code 3  not provable: /b/dump: denied" in out


def test_json_has_the_whole_details(connected: Connect, capsys: Captured) -> None:
    connected(engine_with(UP))

    assert main(["show", "backup", "--json"]) == 0

    details = json.loads(capsys.readouterr().out)
    assert details["view"]["slug"] == "backup"
    assert details["fields"] == {"cron": "0 2 * * *"}
    assert details["due_next"][0] == "2026-11-17T00:00:00Z"


def test_an_unknown_check_names_the_nearest(connected: Connect, capsys: Captured) -> None:
    connected(engine_with(UP))

    assert main(["show", "backpu"]) == 1

    out, err = capsys.readouterr()
    assert out == ""
    assert 'did you mean "backup"?' in err


@pytest.mark.parametrize("slug", ["Backup", "a b", "\x1b[31m", "../x", ""])
def test_what_is_no_slug_is_wrong_usage(slug: str, connected: Connect, capsys: Captured) -> None:
    fake = connected(engine_with(UP))

    assert main(["show", slug]) == 2

    assert "\x1b" not in capsys.readouterr().err
    assert not fake.commands


def test_hostile_text_is_shown_not_obeyed(connected: Connect, capsys: Captured) -> None:
    connected(engine_with(HOSTILE))

    assert main(["show", "evil"]) == 0

    out = capsys.readouterr().out
    assert not set(out) & set("\x1b\x07\x9b\r\u202e")
    assert "acknowledged by kim: note" in out


def test_where_its_schedule_stands_is_said_and_harmless(connected: Connect, capsys: Captured) -> None:
    fake = connected(engine_with(UP))
    source = {"from": "shop/celery-beat", "key": "night\x1b[31mly"}
    fake.details_by_slug["backup"] = replace(fake.details("backup"), fields={"source": source})

    assert main(["show", "backup"]) == 0

    out = capsys.readouterr().out
    assert "\x1b" not in out
    (line,) = [line for line in out.splitlines() if line.startswith("Source")]
    assert line.endswith("in shop/celery-beat")

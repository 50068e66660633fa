"""Snoozing from a script: who is meant, until when, and what is snoozed now."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from pulsetui.cli.main import main
from pulsetui.client.commands import EndSnooze, StartSnooze
from pulsetui.core.state.snooze import Scope, Snooze
from pulsetui.service import open_service
from tests.cli.conftest import Connect
from tests.cli.samples import NOW, OVERDUE, UP, engine_with

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def person(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "kim")
    monkeypatch.setenv("TZ", "Europe/Riga")


@pytest.mark.parametrize(
    ("arguments", "calls"),
    [
        (["backup", "--for", "1h"], [("check", ("backup",), NOW + timedelta(hours=1))]),
        (["--for", "20m", "a", "b", "a"], [("check", ("a", "b"), NOW + timedelta(minutes=20))]),
        # Monday 09:00 in Riga: tomorrow 08:00 is 23 hours off.
        (["--tag", "nightly", "--until", "tomorrow"], [("tag", ("nightly",), NOW + timedelta(hours=23))]),
        (["--all", "--until", "2026-11-16T14:00"], [("everything", (), NOW + timedelta(hours=5))]),
        (
            ["a", "--tag", "x", "--for", "1h"],
            [("check", ("a",), NOW + timedelta(hours=1)), ("tag", ("x",), NOW + timedelta(hours=1))],
        ),
    ],
)
def test_a_snooze_reaches_the_engine_with_its_end(
    arguments: list[str],
    calls: list[tuple[Scope, tuple[str, ...], datetime]],
    connected: Connect,
    capsys: Captured,
) -> None:
    fake = connected(engine_with(UP))
    fake.agree = "done"

    assert main(["snooze", *arguments, "--note", "moving house"]) == 0

    assert fake.commands == [
        StartSnooze(scope, targets, until=until, by="kim", note="moving house")
        for scope, targets, until in calls
    ]
    out, err = capsys.readouterr()
    assert out == ""
    assert "no alerts until" in err


def test_a_snooze_is_ended(connected: Connect, capsys: Captured) -> None:
    fake = connected(engine_with(UP))
    fake.agree = "done"

    assert main(["snooze", "--end", "backup", "--tag", "nightly"]) == 0
    assert main(["snooze", "--all", "--end"]) == 0

    assert fake.commands == [
        EndSnooze("check", ("backup",)),
        EndSnooze("tag", ("nightly",)),
        EndSnooze("everything", ()),
    ]
    assert "until" not in capsys.readouterr().err


def test_what_the_engine_refuses_is_exit_code_1(connected: Connect, capsys: Captured) -> None:
    connected(engine_with(UP)).refuse = "no check has the tag nightly"
    assert main(["snooze", "--tag", "nightly", "--for", "1h"]) == 1
    assert capsys.readouterr().err == "no check has the tag nightly\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--tag", "nihgtly"], 'no check has the tag "nihgtly"; did you mean "nightly"?'),
        (["--tag", "zzz"], 'no check has the tag "zzz"; there are nightly'),
        (["bakcup"], 'bakcup: refused; did you mean "backup"?'),
        (["--all"], "refused"),
    ],
)
def test_what_there_is_not_is_answered_with_what_was_probably_meant(
    arguments: list[str], said: str, connected: Connect, capsys: Captured
) -> None:
    connected(engine_with(UP)).refuse = "refused"
    assert main(["snooze", *arguments, "--for", "1h"]) == 1
    assert capsys.readouterr().err == f"{said}\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--for", "1h"], "which checks?"),
        (["--end"], "which checks?"),
        (["backup"], "for how long?"),
        (["backup", "--for", "soon"], '--for "soon" is not a duration'),
        (["backup", "--until", "soon"], "write it like tomorrow"),
        (["backup", "--until", "2020-01-01"], "passed already"),
        (["backup", "--until", "9999-12-31T23:59:59-12:00"], "none of the years 1900-2999"),
        (["backup", "--until", "0001-01-01T00:00:00+14:00"], "none of the years 1900-2999"),
        (["backup", "--until", "2400-01-01"], "more than a year away"),
        (["backup", "--for", "999999999w"], "longer than ten years"),
        (["backup", "--for", "1h", "--until", "tomorrow"], "contradict"),
        (["backup", "--for", "1h", "--end"], "--end ends snoozes now"),
        (["backup", "--all", "--for", "1h"], "--all means every check"),
        (["Back up", "--for", "1h"], 'try "back-up"'),
    ],
)
def test_what_makes_no_sense_is_exit_code_2_and_reaches_nobody(
    arguments: list[str], said: str, connected: Connect, capsys: Captured
) -> None:
    fake = connected(engine_with(UP))
    assert main(["snooze", *arguments]) == 2
    assert said in capsys.readouterr().err
    assert fake.commands == []


def test_alone_it_lists_what_is_snoozed_with_a_countdown(connected: Connect, capsys: Captured) -> None:
    fake = engine_with(UP)
    connected(fake)
    fake.snoozes = (
        Snooze(scope="everything", target="", until=NOW + timedelta(hours=23), by="", note=""),
        Snooze(
            scope="tag", target="night\x1b[2Jly", until=NOW + timedelta(minutes=20), by="kim", note="a\x07b"
        ),
        Snooze(scope="check", target="gone", until=NOW - timedelta(seconds=1), by="kim", note=""),
    )

    assert main(["snooze"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "SNOOZED      ENDS    UNTIL (Europe/Riga)  BY   NOTE",
        "tag nightly  in 20m  today 09:20          kim  ab",
        "everything   in 23h  tomorrow 08:00       -",
    ]

    assert main(["snooze", "--json"]) == 0
    assert [one["scope"] for one in json.loads(capsys.readouterr().out)] == ["everything", "tag"]


def test_nothing_snoozed_is_said_on_stderr(connected: Connect, capsys: Captured) -> None:
    connected(engine_with(UP))
    assert main(["snooze"]) == 0
    assert capsys.readouterr() == ("", "nothing is snoozed\n")


def test_the_list_and_the_page_of_a_check_show_its_snooze(connected: Connect, capsys: Captured) -> None:
    quiet = replace(OVERDUE, snoozed_until=NOW + timedelta(minutes=40))
    connected(engine_with(UP, quiet))

    assert main(["list", "--status", "snoozed"]) == 0
    shown = capsys.readouterr().out
    assert "overdue snoozed 40m" in shown
    assert "backup" not in shown
    assert main(["show", "sync"]) == 0
    assert "Snoozed    no alerts until today 09:40 (in 40m)" in capsys.readouterr().out


def test_a_real_engine_is_snoozed_and_told_to_end_it(tmp_path: Path, capsys: Captured) -> None:
    config, state = tmp_path / "checks.toml", tmp_path / "state"
    config.write_text('[checks.backup]\nevery = "1h"\ntags = ["nightly"]\n')
    here = ["--state-dir", str(state)]
    with open_service(config, state, ("127.0.0.1", 0)):
        assert main(["snooze", *here, "backup", "--for", "1h", "--note", "disk"]) == 0
        assert main(["snooze", *here, "--tag", "nightly", "--until", "tomorrow"]) == 0
        assert main(["snooze", *here, "--tag", "nope", "--for", "1h"]) == 1
        capsys.readouterr()
        assert main(["snooze", *here]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert {line.split()[0] for line in lines[1:]} == {"backup", "tag"}
        assert main(["snooze", *here, "backup", "--end"]) == 0
        assert main(["snooze", *here, "--end", "--tag", "nightly"]) == 0
        assert main(["snooze", *here]) == 0
        assert capsys.readouterr().out == ""

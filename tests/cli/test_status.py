"""``pulsetui status``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from pulsetui.cli.main import main
from tests.cli.conftest import Connect
from tests.cli.fake import HOSTILE, LATE, NEW, NOW, OPEN, OVERDUE, PAUSED, UP, FakeEngine
from tests.cli.installed import pulsetui

Captured = pytest.CaptureFixture[str]


@pytest.mark.parametrize(
    ("views", "code", "line"),
    [
        ((), 0, "no checks"),
        ((UP,), 0, "1 up"),
        ((UP, PAUSED, NEW), 0, "1 new, 1 up, 1 paused"),
        ((UP, LATE), 0, "1 late, 1 up: late-one late"),
        ((UP, LATE, OVERDUE), 1, "1 down, 1 late, 1 up: Sync invoices overdue, late-one late"),
        (
            tuple(replace(OVERDUE, slug=f"s{i}", name=f"s{i}") for i in range(5)),
            1,
            "5 down: s0 overdue, s1 overdue, s2 overdue and 2 more",
        ),
        (
            (replace(OVERDUE, incident=replace(OPEN, acknowledged_at=NOW)),),
            1,
            "1 down: Sync invoices overdue (acknowledged)",
        ),
    ],
)
def test_one_line_and_the_exit_code_say_whether_all_is_well(
    views: tuple[object, ...], code: int, line: str, connected: Connect, capsys: Captured
) -> None:
    connected(FakeEngine(*views))  # type: ignore[arg-type]  # a table of views

    assert main(["status"]) == code
    assert capsys.readouterr().out == line + "\n"


def test_json_counts_and_names_what_is_down(connected: Connect, capsys: Captured) -> None:
    connected(FakeEngine(UP, LATE, OVERDUE))

    assert main(["status", "--json"]) == 1

    said = json.loads(capsys.readouterr().out)
    assert said["ok"] is False
    assert said["counts"] == {"new": 0, "up": 1, "late": 1, "down": 1, "paused": 0}
    assert [check["slug"] for check in said["down"]] == ["sync"]


def test_the_tmux_segment_is_one_line_that_a_name_cannot_colour(connected: Connect, capsys: Captured) -> None:
    connected(FakeEngine(replace(OVERDUE, name="#[fg=green]#(reboot)"), LATE, UP))

    assert main(["status", "--format", "tmux"]) == 1

    out = capsys.readouterr().out
    assert out == ("#[fg=red,bold]✖ ##[fg=green]##(reboot)#[default] #[fg=yellow]◐ 1#[default]\n")


def test_the_tmux_segment_of_a_quiet_day(connected: Connect, capsys: Captured) -> None:
    connected(FakeEngine(UP, replace(UP, slug="b")))

    assert main(["status", "--format", "tmux"]) == 0
    assert capsys.readouterr().out == "#[fg=green]● 2#[default]\n"


def test_the_nagios_line_has_performance_data_that_a_name_cannot_forge(
    connected: Connect, capsys: Captured
) -> None:
    connected(FakeEngine(HOSTILE, UP))

    assert main(["status", "--format", "nagios"]) == 1

    out = capsys.readouterr().out
    assert out.startswith("PULSETUI CRITICAL - 1 of 2 checks down: ")
    assert out.count("|") == 1
    assert out.endswith("| down=1 late=0 new=0 up=1 paused=0\n")
    assert "\x1b" not in out


@pytest.mark.parametrize(
    ("form", "out"),
    [
        ("text", ""),
        ("tmux", "#[fg=red]? no engine#[default]\n"),
        ("nagios", "PULSETUI UNKNOWN - no engine answers\n"),
    ],
)
def test_no_engine_is_exit_code_3(form: str, out: str, tmp_path: Path) -> None:
    done = pulsetui("status", "--format", form, home=tmp_path)

    assert (done.returncode, done.stdout) == (3, out)
    assert "pulsetui serve" in done.stderr

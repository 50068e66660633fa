"""``pulsetui status``."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from pulsetui.cli.main import main
from pulsetui.client.views import Notice, RefusedPing
from tests.cli.conftest import Connect
from tests.cli.installed import pulsetui
from tests.cli.samples import HOSTILE, LATE, NEW, NOW, OPEN, OVERDUE, PAUSED, UP, engine_with

Captured = pytest.CaptureFixture[str]
HOUR = timedelta(hours=1)
KNOWN = replace(OVERDUE, slug="known", name="Known", incident=replace(OPEN, acknowledged_at=NOW))
SNOOZED = replace(OVERDUE, slug="snoozed", name="Snoozed", snoozed_until=NOW + HOUR)


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
        ((KNOWN,), 1, "1 down (1 acknowledged): Known overdue (acknowledged)"),
        (
            (SNOOZED, UP, KNOWN, OVERDUE, replace(LATE, snoozed_until=NOW + HOUR)),
            1,
            (
                "3 down (1 acknowledged, 1 snoozed), 1 late, 1 up: Sync invoices overdue, Snoozed overdue"
                " (snoozed), Known overdue (acknowledged) and 1 more"
            ),
        ),
        ((replace(OVERDUE, snoozed_until=NOW),), 1, "1 down: Sync invoices overdue"),
    ],
)
def test_one_line_and_the_exit_code_say_whether_all_is_well(
    views: tuple[object, ...], code: int, line: str, connected: Connect, capsys: Captured
) -> None:
    connected(engine_with(*views))  # type: ignore[arg-type]  # a table of views

    assert main(["status"]) == code
    assert capsys.readouterr().out == line + "\n"


def test_it_is_said_when_nobody_would_be_told(connected: Connect, capsys: Captured) -> None:
    text = "Nobody would be told of a failure: hook bell needs an open screen."
    fake = engine_with(UP)
    connected(fake)

    fake.notices = (Notice(key="unheard", level="warning", text=text),)
    assert main(["status"]) == 0  # the exit code is about the checks
    assert capsys.readouterr().out == f"1 up; n{text[1:-1]}\n"
    assert main(["status", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["unheard"] == text

    fake.notices = (Notice(key="unheard", level="info", text=f"Without a screen n{text[1:]}"),)
    assert main(["status"]) == 0
    assert capsys.readouterr().out == "1 up\n"


@pytest.mark.parametrize(
    ("form", "line"),
    [
        ("text", "! pings are refused (503): the disk is full; 1 up"),
        ("tmux", "#[fg=red,bold]! pings are refused (503): the disk is ##1 full#[default]"),
        (
            "nagios",
            "PULSETUI CRITICAL - pings are refused (503): the disk is full; OK - 1 check, none",
        ),
    ],
)
def test_an_engine_that_is_not_well_itself_is_not_well(
    form: str, line: str, connected: Connect, capsys: Captured
) -> None:
    full = "#1 full" if form == "tmux" else "full"
    text = f"pings are refused (503): the disk is {full}\nFree some space."
    engine = engine_with(UP)
    engine.notices = (
        Notice(key="hook", level="warning", text="told late"),
        Notice(key="store", level="error", text=text),
    )
    connected(engine)

    assert main(["status", "--format", form]) == 1
    assert capsys.readouterr().out.startswith(line)

    assert main(["status", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["ok"], told["faults"]) == (False, [text])


def test_a_fault_that_is_a_sentence_does_not_end_the_line(connected: Connect, capsys: Captured) -> None:
    engine = engine_with(UP)
    engine.notices = (Notice(key="doubt", level="error", text="checks.toml suddenly defines no check."),)
    connected(engine)

    assert main(["status"]) == 1
    assert capsys.readouterr().out == "! checks.toml suddenly defines no check; 1 up\n"


def test_what_nobody_watched_is_neither_up_nor_down_and_is_named(
    connected: Connect, capsys: Captured
) -> None:
    connected(engine_with(UP, replace(UP, slug="nightly", name="Nightly", unwatched=True), OVERDUE))

    assert main(["status"]) == 1
    assert capsys.readouterr().out == (
        "1 down, 1 unwatched, 1 up: Sync invoices overdue, Nightly unwatched\n"
    )
    assert main(["status", "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert (said["counts"]["up"], [one["slug"] for one in said["unwatched"]]) == (1, ["nightly"])


def test_all_that_can_be_judged_is_well_and_the_rest_is_a_warning(
    connected: Connect, capsys: Captured
) -> None:
    connected(engine_with(replace(UP, name="Nightly", unwatched=True)))

    assert main(["status", "--format", "nagios"]) == 0
    assert capsys.readouterr().out.startswith("PULSETUI WARNING - 1 check, none down, 1 unwatched: Nightly ")


def test_json_counts_and_names_what_is_down(connected: Connect, capsys: Captured) -> None:
    connected(engine_with(UP, LATE, OVERDUE))

    assert main(["status", "--json"]) == 1

    said = json.loads(capsys.readouterr().out)
    assert said["ok"] is False
    assert said["counts"] == {"new": 0, "up": 1, "late": 1, "down": 1, "paused": 0}
    assert [check["slug"] for check in said["down"]] == ["sync"]


def test_the_tmux_segment_is_one_line_that_a_name_cannot_colour(connected: Connect, capsys: Captured) -> None:
    connected(engine_with(replace(OVERDUE, name="#[fg=green]#(reboot)"), LATE, UP))

    assert main(["status", "--format", "tmux"]) == 1

    out = capsys.readouterr().out
    assert out == ("#[fg=red,bold]✖ ##[fg=green]##(reboot)#[default] #[fg=yellow]◐ 1#[default]\n")


def test_json_tells_the_loud_from_what_is_acknowledged_or_snoozed(
    connected: Connect, capsys: Captured
) -> None:
    connected(engine_with(KNOWN, SNOOZED, OVERDUE, replace(UP, snoozed_until=NOW + HOUR)))

    assert main(["status", "--format", "json"]) == 1

    said = json.loads(capsys.readouterr().out)
    assert [said[key] for key in ("loud", "acknowledged", "snoozed")] == [1, 1, 2]
    assert [(one["slug"], one["acknowledged"], one["snoozed_until"]) for one in said["down"]] == [
        ("sync", False, None),
        ("known", True, None),
        ("snoozed", False, "2026-11-16T08:00:00Z"),
    ]


def test_in_the_tmux_segment_what_is_acknowledged_or_snoozed_is_dim(
    connected: Connect, capsys: Captured
) -> None:
    connected(engine_with(KNOWN, OVERDUE, SNOOZED, UP))
    assert main(["status", "--format", "tmux"]) == 1
    assert capsys.readouterr().out == "#[fg=red,bold]✖ Sync invoices#[default] #[dim]✖ 2#[default]\n"

    connected(engine_with(KNOWN, UP))
    assert main(["status", "--format", "tmux"]) == 1
    assert capsys.readouterr().out == "#[dim]✖ 1#[default] #[fg=green]● 1#[default]\n"


def test_the_nagios_line_is_critical_only_while_something_is_loud(
    connected: Connect, capsys: Captured
) -> None:
    connected(engine_with(KNOWN, SNOOZED, UP))
    assert main(["status", "--format", "nagios"]) == 1
    assert capsys.readouterr().out.startswith(
        "PULSETUI WARNING - 2 of 3 checks down (1 acknowledged, 1 snoozed): Known overdue (acknowledged), "
    )


def test_the_tmux_segment_of_a_quiet_day(connected: Connect, capsys: Captured) -> None:
    connected(engine_with(UP, replace(UP, slug="b")))

    assert main(["status", "--format", "tmux"]) == 0
    assert capsys.readouterr().out == "#[fg=green]● 2#[default]\n"


def test_the_nagios_line_has_performance_data_that_a_name_cannot_forge(
    connected: Connect, capsys: Captured
) -> None:
    connected(engine_with(replace(HOSTILE, incident=OPEN), UP))

    assert main(["status", "--format", "nagios"]) == 1

    out = capsys.readouterr().out
    assert out.startswith("PULSETUI CRITICAL - 1 of 2 checks down: ")
    assert out.count("|") == 1
    assert out.endswith("| down=1 late=0 new=0 up=1 paused=0 unwatched=0\n")
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


def test_pings_that_were_refused_today_are_named(connected: Connect, capsys: Captured) -> None:
    engine = engine_with(UP)
    ping = RefusedPing(
        name="bakup",
        why="unknown check",
        count=4,
        first_at=NOW - HOUR,
        last_at=NOW - HOUR,
        remote_addr="127.0.0.1",
        ua="curl/8.5.0",
        nearest="backup",
        creatable=True,
    )
    engine.refused = (ping, replace(ping, name="old", last_at=NOW - 30 * HOUR))
    connected(engine)

    assert main(["status"]) == 0
    last = (NOW - HOUR).astimezone(ZoneInfo("Europe/Riga")).strftime("%a %H:%M")
    assert capsys.readouterr().out == (
        f"1 up; pings refused: bakup 4x (did you mean backup?), last {last} from 127.0.0.1 curl/8.5.0\n"
    )
    assert main(["status", "--format", "json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)["refused"]
    assert (told["name"], told["count"], told["nearest"], told["why"]) == (
        "bakup",
        4,
        "backup",
        "unknown check",
    )
    assert (told["remote_addr"], told["ua"]) == ("127.0.0.1", "curl/8.5.0")

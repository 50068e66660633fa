"""``pulsetui list``."""

from __future__ import annotations

import io
import json
import sys

import pytest
from msgspec.structs import replace

from pulsetui.cli.main import main
from tests.cli.conftest import Connect
from tests.cli.samples import HOSTILE, LATE, NEW, OVERDUE, PAUSED, UP, engine_with

Captured = pytest.CaptureFixture[str]


def test_problems_come_first_and_the_columns_line_up(connected: Connect, capsys: Captured) -> None:
    connected(engine_with(UP, PAUSED, NEW, LATE, OVERDUE))

    assert main(["list"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:3] for line in lines[1:]] == [
        ["✖", "overdue", "sync"],
        ["◐", "late", "late-one"],
        ["○", "new", "fresh"],
        ["●", "up", "backup"],
        ["‖", "paused", "▶"],
    ]
    assert {line.index(word) for line, word in zip(lines, ["CHECK", "sync", "late-one"], strict=False)} == {
        lines[0].index("CHECK")
    }
    assert lines[1].endswith("3d 6h ago   late by 2d 7h")
    assert "late by 12m" in lines[2]
    assert lines[3].split()[-3:] == ["never", "in", "1h"]
    assert "SCHEDULE (Europe/Riga)" in lines[0]
    assert lines[4].endswith("at 02:00 every day      3m 12s ago  in 4h 05m")
    assert lines[5].endswith("  -")


def test_what_nobody_watched_and_what_somebody_knows_of_is_told(connected: Connect, capsys: Captured) -> None:
    assert OVERDUE.incident is not None
    known = replace(OVERDUE, incident=replace(OVERDUE.incident, acknowledged_at=OVERDUE.since))
    connected(engine_with(replace(UP, unwatched=True), known))

    assert main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith("◇ overdue acknowledged  sync")
    assert lines[2].startswith("? unwatched")

    for word, slug in (("unwatched", "backup"), ("acknowledged", "sync")):
        assert main(["list", "--status", word, "--json"]) == 0
        assert [view["slug"] for view in json.loads(capsys.readouterr().out)] == [slug]


def test_json_has_the_fields_of_the_view_and_every_instant_with_its_zone(
    connected: Connect, capsys: Captured
) -> None:
    connected(engine_with(UP, OVERDUE))

    assert main(["list", "--json"]) == 0

    first, second = json.loads(capsys.readouterr().out)
    assert first["status"] == "down"
    assert first["reason"] == "missed"
    assert first["incident"]["missed"][0] == "2026-11-14T00:00:00Z"
    assert second["last_metrics"] == {"records": 42.0}
    assert second["n_pings"] == 7


def test_json_of_no_checks_is_an_empty_array(connected: Connect, capsys: Captured) -> None:
    connected(engine_with())

    assert main(["list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_no_checks_yet_is_told_to_the_person_and_says_what_to_do(
    connected: Connect, capsys: Captured
) -> None:
    connected(engine_with())

    assert main(["list"]) == 0

    out, err = capsys.readouterr()
    assert out == ""
    assert "pulsetui add" in err


@pytest.mark.parametrize(
    ("arguments", "slugs"),
    [
        (["--tag", "billing"], ["sync"]),
        (["--tag", "nightly", "--status", "up"], ["backup"]),
        (["--status", "overdue"], ["sync"]),
        (["--status", "down", "--status", "late"], ["sync", "late-one"]),
        (["--status", "running"], ["resting"]),
        (["--tag", "nothing"], []),
    ],
)
def test_the_list_can_be_narrowed(
    arguments: list[str], slugs: list[str], connected: Connect, capsys: Captured
) -> None:
    connected(engine_with(UP, PAUSED, LATE, OVERDUE))

    assert main(["list", "--json", *arguments]) == 0
    assert [view["slug"] for view in json.loads(capsys.readouterr().out)] == slugs


def test_an_unknown_status_is_wrong_usage(connected: Connect, capsys: Captured) -> None:
    connected(engine_with(UP))

    assert main(["list", "--status", "ok"]) == 2
    assert "use one of" in capsys.readouterr().err


def test_hostile_text_reaches_the_terminal_as_plain_text(connected: Connect, capsys: Captured) -> None:
    connected(engine_with(HOSTILE))

    main(["list"])

    out = capsys.readouterr().out
    assert out.count("\n") == 2
    assert not set(out) & set("\x1b\x07\x9b\r\u202e")
    assert "[/x]" in out


class _Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("no_color", "colours"), [("", True), ("1", False)])
def test_colours_only_on_a_terminal_that_wants_them(
    no_color: str, colours: bool, connected: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", no_color)
    monkeypatch.setenv("TERM", "xterm")
    terminal = _Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    connected(engine_with(OVERDUE))

    assert main(["list"]) == 0
    assert ("\x1b[1;31m" in terminal.getvalue()) is colours


def test_an_output_without_the_glyphs_gets_plain_ones(
    connected: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="ascii", write_through=True))
    connected(engine_with(OVERDUE))

    assert main(["list"]) == 0
    assert b"X overdue" in written.getvalue()


def test_the_engine_is_left_alone_afterwards(connected: Connect, capsys: Captured) -> None:
    fake = connected(engine_with(UP))

    main(["list"])

    assert fake.closed

"""``pulsetui report``."""

from __future__ import annotations

import csv
import io
import json

import pytest
from msgspec.structs import replace

from pulsetui.cli.main import main
from pulsetui.client.trust import MAX_ASKED
from tests.cli.conftest import Connect
from tests.cli.samples import OVERDUE, UP, engine_with

Captured = pytest.CaptureFixture[str]


def test_a_check_is_reported_in_markdown_unless_asked_otherwise(connected: Connect, capsys: Captured) -> None:
    fake = connected(engine_with(OVERDUE))

    assert main(["report", "sync"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("# Report: Sync invoices\n")
    assert "3 scheduled runs never happened" in out
    assert err == ""
    assert fake.closed


def test_an_incident_is_named_by_slug_and_number(connected: Connect, capsys: Captured) -> None:
    connected(engine_with(OVERDUE))

    assert main(["report", "sync#2", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["incident"] == "sync#2"


def test_csv_is_data_and_nothing_else(connected: Connect, capsys: Captured) -> None:
    connected(engine_with(OVERDUE))

    assert main(["--state-dir", "/nowhere", "report", "sync", "--format", "csv"]) == 0
    found = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["record"] for row in found] == ["check", "incident", *["missed"] * 3, "run"]


def test_bounds_without_an_offset_are_in_the_checks_zone(connected: Connect, capsys: Captured) -> None:
    connected(engine_with(OVERDUE))

    assert main(["report", "sync", "--after", "2026-11-14", "--before", "2026-11-20T02:00Z"]) == 0
    out = capsys.readouterr().out
    assert "from Sat 2026-11-14 00:00:00 +0200 (2026-11-13 22:00:00 UTC)" in out
    assert "No run is known." in out  # the only one was the day before


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["report", "synk"], 1, 'did you mean "sync"?'),
        (["report", "sync#7"], 1, "has no incident #7: it has #2"),
        (["report", "backup#1"], 1, "never been down"),
        (["report", "sync#"], 2, "write SLUG#N, like sync#2"),
        (["report", "sync#-1"], 2, "is not an incident"),
        (["report", "Sync"], 2, 'try "sync"'),
        (["report", "sync", "--after", "yesterday"], 2, '--after "yesterday" is not a date or time'),
        (["report", "sync", "--after", "0001-01-01T00:00+14:00"], 2, "between the years 1900 and 2999"),
        (["report", "sync", "--before", "9999-12-31"], 2, "between the years 1900 and 2999"),
        (["report", "sync", "--after", "2026-02-01", "--before", "2026-01-01"], 2, "later than --before"),
        (["report", "sync#2", "--after", "2026-01-01"], 2, "an incident has its own limits"),
        (["report", "sync", "--format", "pdf"], 2, "invalid choice"),
        (["report"], 2, "say of what: SLUG, SLUG#N, --tag TAG or --all"),
        (["report", "sync", "--all"], 2, "not of two of them"),
        (["report", "--tag", "billing", "--all"], 2, "not of two of them"),
        (["report", "sync", "--since", "mon"], 2, "--since goes with --all or --tag"),
        (["report", "--all", "--after", "2026-01-01"], 2, "write --since with --all or --tag"),
        (["report", "--all", "--since", "someday"], 2, '--since "someday" is not a date or time'),
        (["report", "--all", "--since", "2027-01-01"], 2, "--since is not in the past"),
        (["report", "--tag", "biling"], 2, 'no check has the tag "biling"'),
    ],
)
def test_what_cannot_be_reported_is_said(
    arguments: list[str], code: int, said: str, connected: Connect, capsys: Captured
) -> None:
    connected(engine_with(OVERDUE, UP))

    assert main(arguments) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err


def test_all_checks_are_counted_day_by_day(connected: Connect, capsys: Captured) -> None:
    connected(engine_with(OVERDUE, UP))

    assert main(["report", "--all", "--since", "2026-11-13", "--format", "json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert [(one["check"], one["failed"], one["missed"]) for one in made["checks"]] == [
        ("sync", 1, 3),
        ("backup", 1, 0),
    ]


def test_a_tag_narrows_it_down(connected: Connect, capsys: Captured) -> None:
    connected(engine_with(OVERDUE, UP))

    assert main(["report", "--tag", "billing", "--since", "fri"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("# Trust\n")
    assert "| sync | 0 % |" in out
    assert "backup" not in out
    assert err == ""


def test_however_many_there_are_each_has_its_line(connected: Connect, capsys: Captured) -> None:
    slugs = [f"job-{n}" for n in range(2 * MAX_ASKED + 1)]
    connected(engine_with(*(replace(UP, slug=slug) for slug in slugs)))

    assert main(["report", "--all", "--format", "json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert [one["check"] for one in made["checks"]] == slugs


def test_without_a_check_there_is_nothing_to_count(connected: Connect, capsys: Captured) -> None:
    connected(engine_with())

    assert main(["report", "--all", "--format", "csv"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1

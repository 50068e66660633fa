"""``pulsetui today``."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from pulsetui.cli.main import main
from pulsetui.client.today import Happened, Untold
from tests.cli.conftest import Connect
from tests.cli.samples import HOSTILE, LATE, NOW, OVERDUE, UP, engine_with
from tests.report.test_today import EMPTY

Captured = pytest.CaptureFixture[str]


def test_the_page_is_one_to_read(connected: Connect, capsys: Captured) -> None:
    fake = connected(engine_with(UP, OVERDUE, LATE))
    happened = Happened(
        slug="backup",
        name="Nightly backup",
        kind="down",
        word="failed",
        count=1,
        at=NOW.replace(hour=1),
        until=NOW.replace(hour=2),
        text="exit code 1",
    )
    untold = Untold(hook="mail", lost=1, waiting=0, error="no route to host")
    fake.today_view = replace(EMPTY, runs=3, good=2, happened=(happened,), untold=(untold,))

    assert main(["today"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "WRONG NOW",
        "  Sync invoices  overdue  since Sat 02:30  missed 3 runs; nobody was told",
        "  late-one       late     due today 08:48  overdue from today 14:00",
        "",
        "SINCE SUN 18:00",
        "  3 runs, 2 good.",
        "  Nightly backup  failed  today 03:00  until today 04:00; exit code 1",
        "",
        "TO COME UNTIL TOMORROW 00:00",
        "  Nothing is to run.",
        "",
        "ALERTS THAT DID NOT ARRIVE",
        "  mail  1 alert given up    no route to host",
        "",
        "Times in Europe/Riga",
    ]
    assert fake.closed


def test_it_looks_back_as_far_as_it_is_told_to(connected: Connect, capsys: Captured) -> None:
    connected(engine_with(UP))
    assert main(["today", "--since", "fri"]) == 0
    assert "SINCE FRI 00:00\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("since", "said"),
    [("2027-01-01", "--since is not in the past"), ("someday", '--since "someday" is not a date or time')],
)
def test_a_time_that_is_none_is_said(connected: Connect, capsys: Captured, since: str, said: str) -> None:
    connected(engine_with(UP))
    assert main(["today", "--since", since]) == 2
    assert said in capsys.readouterr().err


def test_json_has_the_slugs_of_what_is_wrong(connected: Connect, capsys: Captured) -> None:
    connected(engine_with(UP, OVERDUE, LATE))
    assert main(["today", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["wrong"] == ["sync", "late-one"]
    assert (document["since"], document["until"]) == (
        "2026-11-15T18:00:00+02:00",
        "2026-11-17T00:00:00+02:00",
    )
    assert [one["slug"] for one in document["coming"]] == ["backup", "sync", "late-one"]


def test_hostile_text_reaches_no_terminal(connected: Connect, capsys: Captured) -> None:
    connected(engine_with(HOSTILE))
    assert main(["today"]) == 0
    assert "\x1b" not in capsys.readouterr().out


def test_an_engine_that_is_gone_is_said(connected: Connect, capsys: Captured) -> None:
    fake = connected(engine_with(UP))
    fake.gone = True
    assert main(["today"]) == 3
    assert "no engine answers" in capsys.readouterr().err

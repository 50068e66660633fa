"""The audit trail: what is in it, and that nobody can write markup or formulas into it."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pulsetui.client.views import CheckDetails, IncidentView, RunView
from pulsetui.core.state.status import Outcome, Reason
from pulsetui.report.report import (
    Report,
    UnknownIncidentError,
    check_report,
    incident_report,
)
from pulsetui.report.text import CSV_FIELDS, escaped, harmless, to_csv, to_json, to_markdown
from tests.cli.samples import HOSTILE, NOW, OPEN, OVERDUE, RUN, engine_with

CLOSED = replace(
    OPEN,
    n=1,
    reason=Reason.FAILED,
    detail="exit status 3",
    started_at=datetime(2026, 10, 24, 22, 0, tzinfo=UTC),
    ended_at=datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    missed=(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
    missed_count=2,
    acknowledged_at=datetime(2026, 10, 24, 22, 5, tzinfo=UTC),
    acknowledged_by="kim",
    note="disk was full",
)
DAY = timedelta(days=1)


def run(n: int, ended_at: datetime, **changes: object) -> RunView:
    made = replace(RUN, n=n, started_at=ended_at - timedelta(minutes=4), ended_at=ended_at)
    return replace(made, **changes)


def details(*incidents: IncidentView, runs: tuple[RunView, ...] = (RUN,)) -> CheckDetails:
    made = engine_with(OVERDUE).details("sync")
    return replace(made, incidents=incidents or (OPEN, CLOSED), runs=runs)


def rows(report: Report) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(to_csv(report))))


def test_a_report_lists_every_missed_instant_on_the_checks_clock_and_in_utc() -> None:
    text = to_markdown(check_report(details(), NOW))

    assert "| Sat 2026-11-14 02:00:00 +0200 | 2026-11-14 00:00:00 |" in text
    assert "| Mon 2026-11-16 02:00:00 +0200 | 2026-11-16 00:00:00 |" in text
    assert "3 scheduled runs never happened" in text


def test_how_the_check_stands_is_told_with_dates_and_zone() -> None:
    report = check_report(details(), NOW)

    assert "Missed 3 runs since Sat 2026-11-14 02:00 EET; last good run Fri 2026-11-13" in report.sentence
    assert not {"today", "tomorrow"} & set(report.sentence.replace(";", " ").split())


def test_the_hour_that_comes_twice_is_told_apart_by_its_offset() -> None:
    text = to_markdown(check_report(details(CLOSED), NOW))

    assert "| Sun 2026-10-25 03:30:00 +0300 | 2026-10-25 00:30:00 |" in text
    assert "| Sun 2026-10-25 03:30:00 +0200 | 2026-10-25 01:30:00 |" in text


def test_an_open_incident_says_how_long_and_that_nobody_knows() -> None:
    text = to_markdown(check_report(details(OPEN), NOW))

    assert "## Incident sync#2: overdue" in text
    assert "still open, for 2d 6h" in text
    assert "| Acknowledged | by nobody |" in text


def test_an_acknowledgement_says_who_when_and_why() -> None:
    text = to_markdown(check_report(details(CLOSED), NOW))

    assert "by kim Sun 2026-10-25 01:05:00 +0300 (2026-10-24 22:05:00 UTC): disk was full" in text


def test_missed_instants_that_are_only_counted_are_told() -> None:
    text = to_markdown(check_report(details(replace(OPEN, missed_count=700)), NOW))

    assert "697 more are counted but not listed" in text
    text = to_markdown(check_report(details(replace(OPEN, missed_count=4)), NOW))
    assert "1 more is counted but not listed" in text


def test_the_report_of_an_incident_has_its_runs_and_the_last_one_before() -> None:
    start = OPEN.started_at
    runs = (
        run(5, start + DAY),
        run(4, start + timedelta(hours=1)),
        run(3, start - timedelta(hours=20)),
        run(2, start - 2 * DAY),
    )
    ended = replace(OPEN, ended_at=start + timedelta(hours=2))

    report = incident_report(details(ended, CLOSED, runs=runs), 2, NOW)

    assert [one.n for one in report.runs] == [4, 3]
    assert [one.id for one in report.incidents] == ["sync#2"]
    assert to_markdown(report).startswith("# Incident sync#2: Sync invoices\n")


def test_an_unknown_incident_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(UnknownIncidentError, match="no incident #9: it has #2, #1"):
        incident_report(details(), 9, NOW)
    with pytest.raises(UnknownIncidentError, match="never been down"):
        incident_report(replace(details(), incidents=()), 1, NOW)


def test_bounds_leave_out_what_lies_outside() -> None:
    old, new = run(1, NOW - 20 * DAY), run(2, NOW - DAY)
    everything = details(runs=(new, old))

    recent = check_report(everything, NOW, since=NOW - 10 * DAY)
    early = check_report(everything, NOW, until=NOW - 10 * DAY)

    assert ([one.n for one in recent.runs], [one.n for one in recent.incidents]) == ([2], [2])
    assert ([one.n for one in early.runs], [one.n for one in early.incidents]) == ([1], [1])
    assert "looks from Fri 2026-11-06" in to_markdown(recent)


def test_spans_that_nobody_watched_are_part_of_the_record() -> None:
    span = (NOW - 2 * DAY, NOW - DAY, "not running")

    report = check_report(details(), NOW, unwatched=[span])

    assert "## Not watched" in to_markdown(report)
    assert [row["state"] for row in rows(report) if row["record"] == "unwatched"] == ["unwatched"]
    assert check_report(details(), NOW, since=NOW, unwatched=[span]).unwatched == ()


def test_json_keeps_its_field_names() -> None:
    found = json.loads(to_json(check_report(details(), NOW)))

    assert found["format"] == "pulsetui-report/1"
    assert list(found) == [
        *("format", "made_at", "since", "until", "check", "status", "reason", "sentence"),
        *("incidents", "runs", "unwatched", "incident", "tz"),
    ]
    assert list(found["incidents"][0]) == [
        *("id", "n", "reason", "detail", "started_at", "ended_at", "duration"),
        *("missed_count", "missed", "acknowledged_at", "acknowledged_by", "note", "closed_by"),
    ]
    assert found["incidents"][0]["missed"][0] == {
        "local": "2026-11-14T02:00:00+02:00",
        "utc": "2026-11-14T00:00:00Z",
    }
    assert found["runs"][0]["metrics"] == {"records": 42.0}


def test_csv_has_a_line_for_each_fact_under_one_header() -> None:
    found = rows(check_report(details(), NOW))

    assert tuple(found[0]) == CSV_FIELDS
    kinds = [row["record"] for row in found]
    assert kinds == ["check", "incident", *["missed"] * 2, "incident", *["missed"] * 3, "run"]
    assert found[-2]["slot_utc"] == "2026-11-16T00:00:00Z"
    assert found[-1]["exit_status"] == "3"


@pytest.mark.parametrize("text", ["=1+1", "+49 1", "-cmd|' /C calc'!A0", "@SUM(A1)", "%x", "|x"])
def test_a_cell_that_a_spreadsheet_would_calculate_is_text(text: str) -> None:
    noted = replace(OPEN, note=text, acknowledged_at=NOW, acknowledged_by=text)

    [row] = [one for one in rows(check_report(details(noted), NOW)) if one["record"] == "incident"]

    assert row["note"] == row["acknowledged_by"] == f"'{text}"


def test_a_negative_exit_status_stays_a_number() -> None:
    killed = run(1, NOW, exit_status=-9, outcome=Outcome.FAILED)

    assert rows(check_report(details(runs=(killed,)), NOW))[-1]["exit_status"] == "-9"


def test_what_was_seen_of_a_run_is_in_every_form() -> None:
    seen = run(1, NOW, outcome=Outcome.SUCCESS, exit_status=0, detail="", proof="proven: /b/*.dump, 1.2 GB")
    made = replace(details(runs=(seen,)), fields={"prove": ["file:/b/*.dump newer 26h"]})
    report = check_report(made, NOW)

    text = to_markdown(report)
    assert r"| proven: /b/\*.dump, 1.2 GB |" in text
    assert r"| Proves | file:/b/\*.dump newer 26h |" in text
    assert rows(report)[-1]["proof"] == "proven: /b/*.dump, 1.2 GB"
    assert '"proof": "proven: /b/*.dump, 1.2 GB"' in to_json(report)


def test_hostile_text_is_neither_markup_nor_escape_codes() -> None:
    made = replace(
        engine_with(HOSTILE).details("evil"), runs=(replace(RUN, detail="<img src=x> | `a` [l](u)"),)
    )
    report = check_report(made, NOW)

    text = to_markdown(report)

    assert "\x1b" not in text + to_csv(report) + to_json(report)
    assert "\u202e" not in text
    assert r"\<img src=x\> \| \`a\` \[l\](u)" in text


@given(st.text(alphabet="\\`*_{}[]<>()#!|~&$^@:/w.ab ", max_size=30))
def test_no_markup_character_stands_without_its_backslash(text: str) -> None:
    shown = escaped(text)

    bare = shown.replace("\\\\", "").replace("\u200b", "")
    for sign in "`*_[]<>|~&$":
        assert bare.count(sign) == bare.count(f"\\{sign}")
    assert "://" not in shown
    assert "www." not in shown


@given(st.text(max_size=20))
def test_no_harmless_cell_begins_a_formula(text: str) -> None:
    assert not harmless(text).startswith(("=", "+", "-", "@", "\t", "\r"))


@given(st.text(max_size=40), st.integers(0, 3), st.timezones())
def test_any_text_in_any_zone_makes_all_three_forms(text: str, missed: int, zone: ZoneInfo) -> None:
    noted = replace(OPEN, note=text, detail=text, missed=OPEN.missed[:missed], acknowledged_at=NOW)

    report = check_report(details(noted), NOW, zone)

    table = [line for line in to_markdown(report).splitlines() if line.startswith("| Reason")]
    assert len(table) == 1
    assert json.loads(to_json(report))["incidents"][0]["missed_count"] == 3
    assert len({len(row) for row in csv.reader(io.StringIO(to_csv(report), newline=""))}) == 1

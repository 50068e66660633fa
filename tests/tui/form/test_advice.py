"""Allowed, but probably not meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.core.schedule.parse import parse_schedule
from pulsetui.core.schedule.schedule import ScheduleKind
from pulsetui.tui.form.advice import LastRun, Note, expectation_notes, schedule_notes, sorted_notes
from tests.client.samples import NOW

LAST = LastRun(metrics={"records": 312.0, "errors": 0.0}, duration=152.0, usual=175.0, known=True)


def notes(kind: ScheduleKind, expression: str, texts: dict[str, str], last: LastRun = LAST) -> str:
    schedule = parse_schedule(kind, expression, "Europe/Riga")
    return "\n".join(f"{note.level}: {note.text}" for note in schedule_notes(schedule, texts, last, NOW))


@pytest.mark.parametrize(
    ("kind", "expression", "texts", "said"),
    [
        (
            "cron",
            "*/15 * * * *",
            {"grace": "20m"},
            "warning: grace is longer than the gap, two runs are 15m apart",
        ),
        ("every", "15m", {}, "warning: grace (1h when empty) is longer than the gap"),
        ("cron", "0 2 * * *", {"max_runtime": "2d"}, "warning: a run may take longer than the gap"),
        ("cron", "0 * * * *", {"min_interval": "1h"}, "warning: min interval is as long as the gap"),
        ("cron", "* * * * *", {"grace": "50s"}, "info: early is limited to 30s"),
        ("every", "1d", {"early": "5m"}, "info: early has no effect here"),
        ("cron", "0 2 * * *", {"start_grace": "2h"}, "info: start grace is longer than grace"),
        (
            "cron",
            "0 2 * * *",
            {"max_runtime": "1m"},
            "warning: runs usually take 2m 55s: most would count as hung",
        ),
        ("cron", "0 2 * * *", {"grace": "2m"}, "without a max runtime, grace limits a run"),
        ("cron", "0 2 * * *", {"min_runtime": "5m"}, "most would count as too short"),
        ("cron", "30 3 * * *", {}, "2026-03-29"),  # clocks go forward in Riga that night
        ("calendar", "2020-01-01 00:00", {}, "warning: it will never elapse again"),
    ],
)
def test_what_was_probably_not_meant_is_said(
    kind: ScheduleKind, expression: str, texts: dict[str, str], said: str
) -> None:
    assert said in notes(kind, expression, texts)


def test_an_ordinary_check_gets_no_advice() -> None:
    assert notes("cron", "0 12 * * *", {"grace": "30m", "max_runtime": "20m", "early": ""}) == ""
    assert notes("cron", "0 12 * * *", {"grace": "soon", "max_runtime": "?"}, LastRun()) == ""


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("records >= 1", Note("well", "records >= 1: the last run had 312: it would pass")),
        (
            "records > 400",
            Note("warning", "records > 400: the last run had 312: it would fail"),
        ),
        ("duration < 20m", Note("well", "duration < 20m: the last run took 2m 32s: it would pass")),
        (
            "rows > 0",
            Note(
                "warning",
                "rows > 0: the last run reported no rows (it reported records, errors): it would fail",
            ),
        ),
    ],
)
def test_expectations_are_judged_by_the_last_run(text: str, note: Note) -> None:
    assert expectation_notes(text, LAST) == [note]


def test_a_new_check_has_no_run_to_judge_by_and_half_typed_ones_wait() -> None:
    assert expectation_notes("records >= 1, records >", LastRun()) == [
        Note("info", "records >= 1: judged from the first run on")
    ]


def test_errors_come_first_and_nothing_is_said_twice() -> None:
    info, error = Note("info", "a"), Note("error", "b")
    assert sorted_notes([info, error, info]) == [error, info]


@given(
    st.dictionaries(st.sampled_from(["grace", "early", "max_runtime", "min_interval"]), st.text(max_size=12))
)
def test_half_typed_limits_never_raise(texts: dict[str, str]) -> None:
    every: list[tuple[ScheduleKind, str]] = [
        ("cron", "*/7 * * * *"),
        ("every", "90s"),
        ("calendar", "hourly"),
    ]
    for kind, expression in every:
        schedule_notes(parse_schedule(kind, expression, "UTC"), texts, LAST, NOW)

"""The head of the details."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from pulsetui.client.views import CheckView
from pulsetui.tui.details.headline import progress_line, title_line
from pulsetui.tui.draw.lines import Line
from tests.client.samples import NOW, failed, late, new, overdue, view

RIGA = ZoneInfo("Europe/Riga")


def text(line: Line) -> str:
    return "".join(part for part, _ in line)


def running(seconds: float, **changes: object) -> CheckView:
    started = {"started": True, "started_at": NOW - timedelta(seconds=seconds), "running": 1}
    return view("sync", **{**started, "usual_duration": 175.0, **changes})


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (view("sync"), "due in 2h"),
        (view("sync", next_ping=NOW), "due now"),
        (late("sync"), "late by 7m 04s"),
        (overdue("sync"), "overdue by 2d 8h"),
        (failed("sync"), "down for 12m"),
        (new("sync"), ""),
        (new("sync", first_due=NOW + timedelta(minutes=3)), "due in 3m"),
        (view("sync", unwatched=True, next_ping=NOW - timedelta(hours=1)), ""),
    ],
)
def test_the_title_ends_with_when_it_is_due_or_since_when_it_is_down(known: CheckView, said: str) -> None:
    shown = text(title_line(known, NOW, 80))

    assert cell_len(shown) == 80
    assert shown.rstrip().endswith(said)
    assert any(word in shown for word in ("due", "late by", "for ")) is bool(said)


def test_a_long_name_is_cut_and_never_the_time() -> None:
    shown = text(title_line(view("sync", name="日本語の名前" * 40), NOW, 60))

    assert cell_len(shown) == 60
    assert shown.rstrip().endswith("due in 2h")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (130, "running 2m 10s of the usual 2m 55s"),
        (190, "running 3m 10s of the usual 2m 55s"),
        (250, "running 4m 10s, 1m 15s longer than usual (2m 55s)"),
    ],
)
def test_a_run_is_measured_against_the_usual(seconds: float, said: str) -> None:
    assert said in text(progress_line(running(seconds), NOW, RIGA, 120))


def test_the_run_says_when_it_will_hang_and_how_far_it_is() -> None:
    known = running(130, run_bound=NOW + timedelta(minutes=12), running=2)
    shown = text(progress_line(known, NOW, RIGA, 120))

    assert "━━━━━━━━━━━───── 74%" in shown
    assert "2 runs at once" in shown
    assert "hung from today 11:42 (in 12m)" in shown
    assert text(progress_line(known, NOW, RIGA, 120, ascii_only=True)).isascii()


def test_nothing_is_said_of_a_run_when_none_is_going_on() -> None:
    assert progress_line(view("sync"), NOW, RIGA, 80) == ()


@given(st.integers(0, 130), st.floats(-10, 1e9), st.one_of(st.none(), st.floats(0, 1e9)))
def test_the_head_fits_every_width(width: int, seconds: float, usual: float | None) -> None:
    known = running(min(seconds, 1e9), usual_duration=usual, run_bound=NOW)

    assert cell_len(text(title_line(known, NOW, width))) == width
    assert cell_len(text(progress_line(known, NOW, RIGA, width))) == width

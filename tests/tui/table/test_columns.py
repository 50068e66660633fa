"""Cells and widths: every line is exactly as wide as the screen, whatever stands in it."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from pulsetui.client.views import CheckView
from pulsetui.core.state.status import Reason, Status
from pulsetui.tui.draw.lines import cut, fit, pad, plain, width_of, wrap
from pulsetui.tui.table.columns import base_of, column_at, header_line, layout, live_texts, row_line
from pulsetui.tui.table.model import Row, SortBy
from pulsetui.tui.table.row import trouble_of
from tests.client.samples import NOW, failed, household, incident, late, new, overdue, view
from tests.tui.test_snapshots import HOSTILE_NAMES

ANY_TEXT = st.one_of(st.sampled_from(HOSTILE_NAMES), st.text(max_size=220))


def titles(width: int) -> list[str]:
    return [placed.column.key for placed in layout(width)]


def row_of(v: CheckView) -> Row:
    return Row(v, NOW)


def text_of(v: CheckView, width: int) -> str:
    return "".join(text for text, _ in row_line(row_of(v), width, NOW, cursor=False, marked=False))


@given(
    name=ANY_TEXT, tag=ANY_TEXT, width=st.integers(40, 240), cursor=st.booleans(), ascii_only=st.booleans()
)
def test_every_row_is_exactly_as_wide_as_the_screen(
    name: str, tag: str, width: int, cursor: bool, ascii_only: bool
) -> None:
    for v in (
        view(name=name, tags=(tag,), last_line=name, schedule_words=name),
        overdue(name=name, detail=tag, incident=incident(acknowledged_at=NOW, note=name)),
        failed(name=name, snoozed_until=NOW + timedelta(days=300)),
        view(name=name, unusual=tag, snoozed_until=NOW + timedelta(days=3)),
        view(name=name, next_ping=NOW + timedelta(days=3), snoozed_until=NOW + timedelta(seconds=1)),
    ):
        line = row_line(row_of(v), width, NOW, cursor=cursor, marked=True, ascii_only=ascii_only)
        assert width_of(line) == width
        assert not any(c in text for text, _ in line for c in "\x1b\n\r\t\x00\u202e\u200d")


def test_an_unusual_number_marks_the_row_at_every_width_and_is_the_note_while_nothing_is_wrong() -> None:
    odd = view(name="Orders", unusual="orders=0, usual 1377", last_line="done")
    for width in range(40, 241):
        assert re.search(r"Orders +! ", text_of(odd, width)), width
    assert "orders=0, usual 1377" in text_of(odd, 240)
    assert "!" not in text_of(failed(name="Orders", unusual="orders=0, usual 1377"), 40)


UNMET = "records was 0, expected >= 1"


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (failed(detail=UNMET), UNMET),
        (failed(detail=UNMET, incident=incident(acknowledged_at=NOW)), f"acknowledged · {UNMET}"),
        (
            failed(detail=UNMET, incident=incident(acknowledged_at=NOW, acknowledged_by="eva")),
            f"acknowledged by eva · {UNMET}",
        ),
        (
            failed(
                detail=UNMET, incident=incident(acknowledged_at=NOW, acknowledged_by="eva", note="I am on it")
            ),
            f"eva: I am on it · {UNMET}",
        ),
        (overdue(), "missed 3 runs"),
        (overdue(incident=incident(missed_count=1)), "missed 1 run"),
        (
            overdue(detail="no success. On its host: cron is not running. Last deploy: 7f3 today 02:00"),
            "missed 3 runs: cron is not running",
        ),
        (overdue(reason=Reason.NEVER, detail="no report since it was added"), "no report since it was added"),
        (failed(detail="\x1b[31m[/x] exit 1"), "[/x] exit 1"),
    ],
)
def test_a_row_that_is_down_says_why_instead_of_its_schedule(made: CheckView, said: str) -> None:
    for width in (*range(150, 176, 5), *range(200, 241, 5)):
        text = text_of(made, width)
        assert said[:24] in text, width
        assert (" every day" in text) == (width >= 176)
    assert plain(trouble_of(made)) == said
    assert said[:28] in text_of(made, 120)  # it takes the cells of a duration that is over, too


def test_a_row_that_is_down_without_words_for_it_keeps_its_schedule() -> None:
    assert "02:00 every day" in text_of(failed(detail=""), 120)
    assert "02:00 every day" in text_of(view(detail="1 of the 2 failures that take it down"), 120)


def test_a_hung_run_is_seen_to_go_on() -> None:
    hung = failed(
        reason=Reason.HUNG,
        detail="started and did not finish within 2h",
        last_ping=NOW - timedelta(hours=27),
        last_duration=1123.0,
        hung_since=NOW - timedelta(hours=3, minutes=22),
    )

    shown = text_of(hung, 120)
    assert shown.startswith("  ✖▶ ")
    assert re.search(r" 3h 22m ago  started and did no… +3h 22m ", shown)
    assert {"running", "problems"} <= row_of(hung).facets


def test_header_and_rows_agree_at_every_width() -> None:
    for width in range(40, 241):
        placed = layout(width)

        assert width_of(header_line(width, SortBy.DUE, reverse=True)) == width
        assert {"name", "due"} <= set(titles(width))
        assert all(one.left + one.width <= two.left for one, two in pairwise(placed))
        assert placed[-1].left + placed[-1].width == width
        assert next(one.width for one in placed if one.column.key == "name") >= 16


@pytest.mark.parametrize("ascii_only", [False, True])
def test_the_column_that_orders_shows_its_arrow_at_every_width(ascii_only: bool) -> None:
    up, down = ("^", "v") if ascii_only else ("▴", "▾")
    ascending = {"name", "due", "schedule", "tags", "hooks", "note"}
    for width in range(40, 241):
        for placed in layout(width):
            sort = placed.column.sort
            if sort is None:
                continue
            arrow = up if placed.column.key in ascending else down
            line = "".join(text for text, _ in header_line(width, sort, reverse=False, ascii_only=ascii_only))
            cell = line[placed.left : placed.left + placed.width]
            assert cell.strip().endswith(f" {arrow}"), (width, cell)


def test_columns_come_with_the_width() -> None:
    assert titles(40) == ["name", "due"]
    assert titles(60) == ["name", "status", "due"]
    assert titles(80) == ["name", "status", "due", "last", "bar"]
    assert titles(120) == ["name", "status", "due", "last", "schedule", "took", "bar"]
    assert "tags" in titles(150)
    assert "note" in titles(200)


@pytest.mark.parametrize(
    ("made", "narrow", "wide"),
    [
        (view(), "in 2h", "in 2h"),
        (view(next_ping=NOW + timedelta(minutes=9, seconds=59)), "in 9m 59s", "in 9m 59s"),
        (view(next_ping=NOW + timedelta(minutes=12, seconds=59)), "in 12m", "in 12m"),
        (late(), "late 7m 04s", "late by 7m 04s"),
        (overdue(), "overdue 2d 7h", "since Sun (2d)"),
        (failed(), "failed 12m", "since 09:18 (12m)"),
        (new(), "new", "in 2h"),
        (new(first_due=NOW + timedelta(minutes=5), upcoming=None), "new", "in 5m"),
        (view(status=Status.PAUSED), "paused", "–"),
        (failed(next_ping=None), "failed 12m", "since 09:18 (12m)"),
        (failed(since=NOW - timedelta(hours=4, minutes=29)), "failed 4h 29m", "since 05:01 (4h)"),
        (failed(since=NOW - timedelta(days=12)), "failed 12d", "since Thu 26 Feb"),
        (view(next_ping=None, upcoming=None), "never", "never"),  # its calendar is over
        (new(next_ping=None, upcoming=None), "never", "never"),
        (view(unwatched=True, next_ping=NOW - timedelta(hours=1)), "in 2h", "in 2h"),
        (view(next_ping=NOW + timedelta(hours=11, minutes=59)), "in 11h 59m", "in 11h 59m"),
        (view(next_ping=NOW + timedelta(hours=12)), "today 21:30", "today 21:30"),
        (view(next_ping=NOW + timedelta(hours=16, minutes=30)), "tomorrow 02:00", "tomorrow 02:00"),
        (view(next_ping=NOW + timedelta(days=5, hours=22)), "Mon 07:30", "Mon 07:30"),
        (view(next_ping=NOW + timedelta(days=40)), "in 40d", "Sun 19 Apr 09:30"),
    ],
)
def test_the_due_cell_says_how_long(made: CheckView, narrow: str, wide: str) -> None:
    assert text_of(made, 40).rstrip().endswith(f" {narrow}")
    due = next(placed for placed in layout(100) if placed.column.key == "due")
    assert text_of(made, 100)[due.left : due.left + due.width].strip() == wide


def test_with_room_the_due_cell_says_how_long_and_when() -> None:
    due = next(placed for placed in layout(240) if placed.column.key == "due")

    def shown(made: CheckView) -> str:
        return text_of(made, 240)[due.left : due.left + due.width]

    assert shown(late()) == " late by 7m 04s          09:22"
    assert shown(view(next_ping=NOW + timedelta(hours=17))) == "         in 17h tomorrow 02:30"
    assert shown(view(next_ping=NOW + timedelta(days=40))) == "         in 40d               "


def test_the_due_cell_speaks_the_wall_clock_of_the_person() -> None:
    row = row_of(view(next_ping=NOW + timedelta(hours=17)))
    line = row_line(row, 100, NOW, cursor=False, marked=False, zone=ZoneInfo("Asia/Tokyo"))

    assert "tomorrow 11:30" in "".join(text for text, _ in line)


@pytest.mark.parametrize("width", [120, 150, 240])
@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("at 02:00 every day (Europe/Berlin)", "02:00 every day"),
        ("at 08:00 on Monday (Europe/Berlin)", "08:00 on Monday"),
        ("every 15 minutes", "every 15 minutes"),
        ("every 15 minutes from 9 to 5 (UTC)", "every 15 minutes f"),  # not the check's zone: words
    ],
)
def test_a_schedule_leaves_its_zone_to_the_header_and_the_details(words: str, shown: str, width: int) -> None:
    cell = next(placed for placed in layout(width) if placed.column.key == "schedule")
    text = text_of(view(schedule_words=words), width)[cell.left : cell.left + cell.width].strip()

    assert text == shown if len(shown) < 18 else text.startswith(shown)


@pytest.mark.parametrize(
    ("took", "usual", "shown"),
    [
        (12.0, 11.0, "12s / 11s"),
        (1711.0, 1437.0, "28m 31s / 23m 57s"),
        (618.0, 85.0, "10m 18s / 1m 25s"),
        (86399.0, 86399.0, "23h 59m / 23h 59m"),
        (12 * 86400 + 5 * 3600.0, 10 * 86400 + 23 * 3600.0, "12d 5h / 10d 23h"),
        (112 * 86400 + 15 * 3600.0, 23.9 * 3600.0, "112d 15h / 24h"),  # no room: rounded, not cut
        (None, 1358.0, "–"),
        (90061.0, None, "1d 1h"),
        (1711.0, 9.95, "28m 31s / 10s"),
    ],
)
def test_no_number_of_the_durations_is_cut(took: float | None, usual: float | None, shown: str) -> None:
    made = view(last_duration=took, usual_duration=usual)

    for width, expected in ((150, shown), (120, shown.partition(" / ")[0])):
        cell = next(placed for placed in layout(width) if placed.column.key == "took")
        assert text_of(made, width)[cell.left : cell.left + cell.width].strip() == expected


@pytest.mark.parametrize(
    ("seconds", "usual", "progress", "wide", "narrow"),
    [
        (12, 11.0, "40% page 3", "12s 40% / 11s", "12s 40%"),
        (12, None, "7.5%", "12s 7.5%", "12s 7.5%"),
        (12, None, "page 3", "12s", "12s"),
        (12, None, "[b]% page", "12s", "12s"),
        (1711, 1437.0, "40%", "28m 31s 40% / 24m", "28m 31s"),
        (86399, 86399.0, "100%", "23h 59m 100%", "23h 59m"),
        (12 * 86400 + 5 * 3600, 10 * 86400.0, "99.5%", "12d 5h 99.5%", "12d 5h"),
    ],
)
def test_a_run_that_says_how_far_it_is_shows_it_where_there_is_room(
    seconds: int, usual: float | None, progress: str, wide: str, narrow: str
) -> None:
    started = NOW - timedelta(seconds=seconds)
    made = view(started=True, started_at=started, usual_duration=usual, progress=progress)

    for width, expected in ((150, wide), (120, narrow)):
        cell = next(placed for placed in layout(width) if placed.column.key == "took")
        assert text_of(made, width)[cell.left : cell.left + cell.width].strip() == expected


def test_a_title_says_what_there_is_room_to_show() -> None:
    def title(width: int) -> str:
        return "".join(text for text, _ in header_line(width, SortBy.PROBLEMS, reverse=False))

    assert " TOOK  " in title(120)
    assert " TOOK / USUAL " in title(150)
    assert len(title(120)) == 120


def test_names_get_what_most_of_them_need_before_anything_else_grows() -> None:
    assert next(placed.width for placed in layout(120) if placed.column.key == "name") >= 26


@pytest.mark.parametrize("width", [40, 60, 80, 120, 240])
def test_a_snoozed_row_counts_down_at_every_width(width: int) -> None:
    shown = text_of(
        view(name="A name that is much too long" * 3, snoozed_until=NOW + timedelta(hours=3)), width
    )

    assert re.search(r"…\s+z 3h ", shown)
    assert "z 3h" not in text_of(view(snoozed_until=NOW - timedelta(hours=3)), width)


def test_status_is_seen_without_any_colour() -> None:
    shown = {v.slug: text_of(v, 60) for v in household()}

    assert shown["backup-db"].startswith("  ✖  Back up the database")
    assert "overdue" in shown["backup-db"]
    assert shown["thumbnails"].startswith("  ●▶ ")
    assert "unwatched" in shown["certificates"]


def test_only_what_nobody_has_acknowledged_stands_on_the_alarm_ground() -> None:
    known = overdue(incident=incident(acknowledged_at=NOW))

    assert base_of(row_of(overdue()), cursor=False) == "alarm"
    assert base_of(row_of(overdue()), cursor=True) == "alarm-cursor"
    assert base_of(row_of(known), cursor=False) == "row"
    assert base_of(row_of(view()), cursor=True) == "cursor"


def test_live_texts_stay_the_same_while_nothing_visible_changes() -> None:
    row = row_of(view())

    assert live_texts(row, 120, NOW) == live_texts(row, 120, NOW - timedelta(seconds=0))
    assert live_texts(row, 120, NOW) != live_texts(row, 120, NOW + timedelta(minutes=2))


def test_the_column_under_the_mouse() -> None:
    due = next(placed for placed in layout(80) if placed.column.key == "due")

    assert column_at(80, due.left) is due.column
    assert column_at(80, 0) is None


@given(ANY_TEXT, st.integers(1, 60))
def test_cutting_padding_and_wrapping_never_exceed_the_width(text: str, width: int) -> None:
    safe = plain(text)

    assert cell_len(cut(safe, width)) <= width
    assert cell_len(pad(safe, width)) == width
    assert cell_len(pad(safe, width, "right")) == width
    assert width_of(fit([(safe, "text"), (safe, "strong")], width)) == width
    assert plain(safe) == safe
    if width > 1:
        assert all(cell_len(line) <= width for line in wrap(safe, width))
    assert "".join(wrap(safe, max(width, 2))).replace(" ", "") == safe.replace(" ", "")

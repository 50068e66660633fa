"""The picture: it fits, it counts what it leaves out, it moves, and text from outside does nothing to it."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.cells import cell_len

from pulsetui.client.views import CheckView
from pulsetui.tui.draw.list_columns import ListContext
from pulsetui.tui.wall.model import WallScene, drift, wall_lines
from pulsetui.tui.wall.rows import WallLine
from pulsetui.tui.wall.verdict import judge, sort_out
from tests.client.samples import ABOUT, HOUR, NOW, failed, household, incident, late, new, overdue, view
from tests.tui.test_snapshots import hostile

KNOWN = incident(acknowledged_at=NOW - HOUR, acknowledged_by="eva", note="disk is ordered")


def drawn(
    views: list[CheckView],
    size: tuple[int, int] = (80, 24),
    *,
    connected: bool = True,
    ascii_only: bool = False,
    zone: str = "Europe/Riga",
    after: timedelta = timedelta(),
) -> list[WallLine]:
    now = NOW + after
    found = sort_out(views, now)
    scene = WallScene(
        width=size[0],
        height=size[1],
        context=ListContext(now=now, zone=ZoneInfo(zone), ascii_only=ascii_only),
        host="ops.example [/x]\x1b[31m",
        leave_key="q",
        seen_at=NOW - timedelta(seconds=75),
        connected=connected,
    )
    return wall_lines(found, judge(found, replace(ABOUT, now=now), now, connected=connected), scene)


def texts(lines: list[WallLine]) -> list[str]:
    return ["".join(text for text, _ in line.spans) for line in lines]


def text(lines: list[WallLine]) -> str:
    return "\n".join(texts(lines))


CROWDS = {
    "none": list[CheckView],
    "well": lambda: [view(f"job-{n}") for n in range(1234)],
    "household": household,
    "storm": lambda: [failed(f"job-{n}") for n in range(500)],
    "hostile": hostile,
}


@given(
    st.sampled_from(list(CROWDS)),
    st.tuples(st.integers(30, 220), st.integers(6, 70)),
    st.booleans(),
    st.booleans(),
    st.integers(0, 20),
)
def test_it_fills_the_screen_to_the_cell(
    crowd: str, size: tuple[int, int], connected: bool, ascii_only: bool, minutes: int
) -> None:
    after = timedelta(minutes=minutes)
    lines = drawn(CROWDS[crowd](), size, connected=connected, ascii_only=ascii_only, after=after)
    assert len(lines) == size[1]
    assert {cell_len(line) for line in texts(lines)} == {size[0]}
    assert "\x1b" not in text(lines)


def test_each_row_says_since_when_and_why_and_stands_in_its_colour() -> None:
    more = [failed(f"job-{n}") for n in range(7)]  # so many that each has one line
    lines = drawn(
        [failed(detail="exit status 2"), late(), overdue("tapes", incident=KNOWN), new(), *more], (120, 24)
    )
    shown = {" ".join(line.split()): one.base for line, one in zip(texts(lines), lines, strict=True)}
    rows = {row: base for row, base in shown.items() if row[:1] in "✖◐◇○" and row}
    assert rows["✖ Rotate logs failed since today 11:18 (12m): exit status 2"] == "alarm"
    assert rows["◐ Import prices late by 7m, due today 11:22: overdue from today 11:53"] == "warn"
    assert rows["◇ Tapes overdue since Sun 04:30 (2d): eva: disk is ordered; missed 3 runs"] == "row"
    assert rows["○ Fresh one no report yet"] == "row"


def test_what_has_no_room_is_counted_by_kind() -> None:
    storm = [failed(f"job-{n}", since=NOW - timedelta(minutes=n)) for n in range(30)]
    lines = texts(drawn([*storm, late(), overdue("tapes", incident=KNOWN)]))
    rows = [line for line in lines if "✖" in line]
    assert f"+{32 - len(rows)} more: {30 - len(rows)} down, 1 late, 1 acknowledged " in "\n".join(lines)
    assert "Job 0 " in rows[0], "what has just gone down is the last to be left out"


def test_names_in_blocks_are_of_one_size_and_the_smaller_the_more_there_are() -> None:
    def blocks(*views: CheckView) -> int:
        return sum("█" in line or "▀" in line for line in texts(drawn(list(views), (120, 36)))[5:])

    assert blocks(failed("a")) == 10 + 5
    assert blocks(failed("a"), failed("b" * 30)) == 10 + 0, "one that is too wide for blocks stands for all"
    assert "在庫" in text(drawn([failed("stock", name="在庫")], (120, 36)))


def test_a_lost_connection_says_when_all_this_was_so() -> None:
    lines = drawn([view()], connected=False)
    assert "Last known today 11:28:45, 1m 15s ago" in text(lines)
    assert "The engine cannot be reached." in text(lines)
    assert {line.base for line in lines} == {"alarm"}


@pytest.mark.parametrize("zone", ["Europe/Riga", "UTC", "America/Argentina/ComodRivadavia"])
@pytest.mark.parametrize("size", [(40, 12), (80, 24)])
def test_the_clock_names_its_zone(zone: str, size: tuple[int, int]) -> None:
    local = NOW.astimezone(ZoneInfo(zone))
    head = "\n".join(texts(drawn([view()], size, zone=zone))[:5])
    assert f"{local:%H:%M:%S}" in head
    assert zone in head or f"{local:%Z}" in head


def test_the_picture_moves_a_cell_at_a_time_and_comes_back() -> None:
    places = [drift(NOW + timedelta(minutes=2 * n)) for n in range(7)]
    steps = [abs(a - c) + abs(b - d) for (a, b), (c, d) in pairwise(places)]
    assert steps == [1] * 6
    assert places[0] == places[6]
    assert len(set(places)) == 6
    assert text(drawn([view()])) != text(drawn([view()], after=timedelta(minutes=2)))


def test_ascii_has_blocks_of_its_own() -> None:
    shown = text(drawn([failed(name="Tapes")], (120, 36), ascii_only=True))
    assert "####" in shown
    assert shown.replace("…", ".").isascii()


def test_counts_overlap_only_where_it_says_so() -> None:
    snoozed = overdue("a", snoozed_until=NOW + HOUR)
    views = [snoozed, view("b", snoozed_until=NOW + HOUR), view("c", maintained_until=NOW + HOUR), view("d")]
    assert "4 checks: 1 down but snoozed, 3 up; 2 snoozed; 1 in maintenance" in text(drawn(views))
    assert "snoozed until today 12:30" in text(drawn(views))

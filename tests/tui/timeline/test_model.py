"""What stands in which cell, without a screen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.cells import cell_len

from pulsetui.client.views import TimelineLane, TimelineRun
from pulsetui.core.state.status import Outcome, Reason
from pulsetui.tui.draw.lines import width_of
from pulsetui.tui.timeline.model import (
    DAY,
    FARTHEST,
    GLYPHS,
    HOUR,
    ZOOMS,
    CellMark,
    LaneCells,
    TimelineWindow,
    crowd,
    crowd_rows,
    glyph_of,
    lane_cells,
    next_event,
    panned,
    window_at,
    zoomed,
)
from pulsetui.tui.timeline.words import axis, hours, legend, midnights, readout, span_words

START = datetime(2026, 3, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
BERLIN = ZoneInfo("Europe/Berlin")
WINDOW = TimelineWindow(START, HOUR, 12)
"""Twelve cells of an hour each; now is 09:30 unless said otherwise."""
NOW = START + 9.5 * HOUR


def run(
    start: float | None,
    end: float | None,
    outcome: Outcome = Outcome.SUCCESS,
    oddity: Reason | None = None,
) -> TimelineRun:
    """Hours after the start of the window."""
    return TimelineRun(
        n=1,
        started_at=None if start is None else START + start * HOUR,
        ended_at=None if end is None else START + end * HOUR,
        outcome=outcome,
        oddity=oddity,
    )


def lane(
    *runs: TimelineRun,
    missed: tuple[float, ...] = (),
    down: tuple[tuple[float, float | None], ...] = (),
    upcoming: tuple[float, ...] = (),
) -> TimelineLane:
    return TimelineLane(
        slug="a",
        runs=runs,
        missed=tuple(START + at * HOUR for at in missed),
        down=tuple((START + a * HOUR, None if b is None else START + b * HOUR) for a, b in down),
        upcoming=tuple(START + at * HOUR for at in upcoming),
    )


def drawn(found: LaneCells, *, ascii_only: bool = False) -> str:
    return "".join(
        glyph_of(mark, found.fills[i], leans=i in found.leaning, ascii_only=ascii_only)[0]
        for i, mark in enumerate(found.marks)
    )


def picture(made: TimelineLane, now: datetime = NOW, *, ascii_only: bool = False) -> str:
    return drawn(lane_cells(made, WINDOW, now), ascii_only=ascii_only)


@pytest.mark.parametrize(
    ("what", "made", "shown"),
    [
        ("nothing but now", lane(), "         │  "),
        ("a run shorter than a cell", lane(run(2, 2.01)), "  ▎      │  "),
        ("half a cell", lane(run(2, 2.5)), "  ▌      │  "),
        ("exactly one cell", lane(run(2, 3)), "  █      │  "),
        ("two runs in one cell add up", lane(run(2, 2.25), run(2.5, 2.75)), "  ▌      │  "),
        ("to scale over cells", lane(run(2.5, 5.25)), "  ▐██▎   │  "),
        ("a success without a start", lane(run(None, 4.5)), "    ▎    │  "),
        ("from before the window", lane(run(-3, 1)), "█        │  "),
        ("wholly before it", lane(run(-3, -1)), "         │  "),
        ("running now", lane(run(7.5, None, Outcome.RUNNING)), "       ━━▶  "),
        ("a failure at its end", lane(run(2, 4.5, Outcome.FAILED)), "  ━━✖    │  "),
        ("a failure within a cell", lane(run(2, 2.1, Outcome.FAILED)), "  ✖      │  "),
        ("unmet", lane(run(2, 2.1, Outcome.UNMET)), "  ≠      │  "),
        ("too short", lane(run(2, 2.1, Outcome.TOO_SHORT)), "  ▾      │  "),
        ("skipped", lane(run(2, 2.1, Outcome.SKIPPED)), "  »      │  "),
        ("skipped at its end", lane(run(2, 4.5, Outcome.SKIPPED)), "    »    │  "),
        ("ran twice", lane(run(2, 2.1, oddity=Reason.RAN_TWICE)), "  ⇉      │  "),
        ("overlapping", lane(run(2, 4, oddity=Reason.OVERLAP)), "  █╪     │  "),
        ("overlapping and bad", lane(run(2, 2.1, Outcome.FAILED, Reason.OVERLAP)), "  ✖      │  "),
        ("an orphan is a point", lane(run(2, None, Outcome.ORPHAN)), "  ◌      │  "),
        ("hung until now", lane(run(6, None, Outcome.HUNG)), "      ◌━━━  "),
        ("a missed slot", lane(missed=(3,)), "   □     │  "),
        ("missed beats what came late", lane(run(3.5, 3.6), missed=(3,)), "   □     │  "),
        ("down and up again", lane(down=((2, 5),)), "  ▁▁▁    │  "),
        ("down until now", lane(missed=(6,), down=((6.5, None),)), "      □▁▁│  "),
        ("slots to come", lane(upcoming=(10, 11.9)), "         │◦◦"),
        ("a slot already past is no mark", lane(upcoming=(3,)), "         │  "),
        ("success beats down", lane(run(3, 3.5), down=((2, 4),)), "  ▁▌     │  "),
    ],
)
def test_each_thing_has_its_mark_in_its_place(what: str, made: TimelineLane, shown: str) -> None:
    assert picture(made) == shown, what


def test_the_ascii_marks_differ_as_the_others_do() -> None:
    made = lane(
        *(run(0, 1), run(1, 1.1, Outcome.FAILED), run(2, 2.1), run(8.5, None, Outcome.RUNNING)),
        missed=(4,),
        down=((4, 6),),
        upcoming=(11,),
    )

    assert picture(made, ascii_only=True) == "#xI M_  => ."
    letters = [letter for _, letter, _ in GLYPHS.values()]
    assert all(letter.isascii() for letter in letters)


def test_marks_are_told_apart_without_colour() -> None:
    important = {name: glyph for name, (glyph, _, _) in GLYPHS.items()}
    for one, other in [("missed", "due"), ("success", "failed"), ("down", "unwatched"), ("failed", "unmet")]:
        assert important[one] != important[other]  # type: ignore[index]  # StrEnum keys


def test_a_catch_up_and_a_deploy_have_marks_of_their_own_and_hide_no_miss() -> None:
    late = replace(run(4, 4.2), catch_up=START + 2 * HOUR)
    made = replace(lane(late, missed=(2,)), deploys=((START + 3 * HOUR, START + 3.1 * HOUR, "v42"),))
    assert picture(made) == "  □▲↶    │  "
    assert picture(made, ascii_only=True) == "  M^c    |  "
    said = "".join(text for text, _ in readout(made, WINDOW, 4, NOW, BERLIN))
    assert said == "catch-up for today 03:00: 05:00 success, took 12m"
    said = "".join(text for text, _ in readout(made, WINDOW, 3, NOW, BERLIN))
    assert said.endswith("deploy v42, over today 04:06")
    running = replace(lane(), deploys=((START + 9 * HOUR, None, "v\x1b[2J43"),))
    said = "".join(text for text, _ in readout(running, WINDOW, 9, NOW, BERLIN))
    assert "43, which still goes on" in said
    assert "\x1b" not in said


def test_unwatched_spans_shade_what_was_quiet_only() -> None:
    shaded = lane_cells(lane(run(2.5, 2.6)), WINDOW, NOW, [(START + HOUR, START + 4 * HOUR, "asleep")])

    assert drawn(shaded) == " ░▎░     │  "


def test_the_crowd_counts_checks_not_runs() -> None:
    twice = lane_cells(lane(run(2, 2.1), run(2.5, 2.6), upcoming=(11,)), WINDOW, NOW)
    once = lane_cells(lane(run(1.5, 2.2)), WINDOW, NOW)

    assert crowd([twice, once], 12) == [0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 1]


@pytest.mark.parametrize(
    ("counts", "rows", "shown"),
    [
        ([0, 1, 2, 4], 1, [" ▂▄█"]),
        ([0, 1, 2, 4], 2, ["   █", " ▄██"]),
        ([1], 1, ["▂"]),  # one job alone does not look like a crowd
        ([8, 4, 0], 1, ["█▄ "]),
        ([], 2, ["", ""]),
    ],
)
def test_bars_show_how_many_run_at_once(counts: list[int], rows: int, shown: list[str]) -> None:
    assert crowd_rows(counts, rows) == shown


def test_in_ascii_the_crowd_is_counted_in_digits() -> None:
    assert crowd_rows([0, 3, 12], 3, ascii_only=True) == [" 3+"]


# The window


def test_now_stands_at_three_quarters_and_cells_do_not_slide() -> None:
    window = window_at(NOW, DAY, 96)

    assert window.cell == 15 * MINUTE
    assert window.index(NOW) == 72
    for minutes in range(1, 15):
        assert window_at(NOW + minutes * MINUTE, DAY, 96).since in (window.since, window.since + window.cell)


def test_what_is_under_the_cursor_stays_there_when_zooming() -> None:
    window = window_at(NOW, DAY, 90)
    for zoom in ZOOMS:
        other = zoomed(window, zoom, 20)
        middle = window.start(20) + window.cell / 2
        assert abs(other.index(middle) - 20) <= 1


def test_nobody_pans_beyond_what_there_can_be() -> None:
    window = window_at(NOW, 30 * DAY, 60)

    assert NOW - panned(window, -10_000_000, NOW).since <= FARTHEST + window.cell
    assert panned(window, 10_000_000, NOW).since - NOW <= FARTHEST


def test_the_cursor_jumps_from_event_to_event() -> None:
    made = lane(run(2, 2.5), run(7, 7.1), missed=(4,), upcoming=(11,))

    assert next_event(made, START + 2.1 * HOUR, NOW) == START + 4 * HOUR
    assert next_event(made, START + 8 * HOUR, NOW) == START + 11 * HOUR
    assert next_event(made, START + 4 * HOUR, NOW, back=True) == START + 2 * HOUR
    assert next_event(made, START + 2 * HOUR, NOW, back=True) is None


# The axis


def labels(window: TimelineWindow, zone: ZoneInfo) -> list[str]:
    return [text for _, text in hours(window, zone)]


def test_the_day_that_lost_an_hour_has_no_tick_for_it() -> None:
    night = TimelineWindow(datetime(2026, 3, 28, 23, tzinfo=UTC), 5 * MINUTE, 60)

    assert labels(night, BERLIN) == ["00:00", "01:00", "03:00", "04:00", "05:00"]


def test_the_hour_that_comes_twice_has_two_ticks() -> None:
    night = TimelineWindow(datetime(2026, 10, 24, 22, tzinfo=UTC), 5 * MINUTE, 60)

    assert labels(night, BERLIN) == ["00:00", "01:00", "02:00", "02:00", "03:00"]


def test_days_begin_at_local_midnight_also_where_clocks_change_at_it() -> None:
    beirut = ZoneInfo("Asia/Beirut")  # midnight of 29 March 2026 does not exist there
    window = TimelineWindow(datetime(2026, 3, 27, tzinfo=UTC), HOUR, 96)

    begins = [local for _, local in midnights(window, beirut)]

    assert [(at.day, at.hour) for at in begins] == [(28, 0), (29, 1), (30, 0), (31, 0)]
    assert [local.day for _, local in midnights(window, BERLIN)] == [28, 29, 30, 31]


def test_a_zone_of_forty_five_minutes_has_round_hours() -> None:
    window = TimelineWindow(START, 10 * MINUTE, 80)

    assert labels(window, ZoneInfo("Asia/Kathmandu"))[:2] == ["06:00", "08:00"]


def test_the_axis_names_days_and_the_place_of_now() -> None:
    days, clock = ("".join(text for text, _ in line) for line in axis(window_at(NOW, DAY, 60), BERLIN, NOW))

    assert "│Tuesday 10 March" in days
    assert clock.index("▼10:30") == window_at(NOW, DAY, 60).index(NOW)


any_zone = st.sampled_from(
    ["UTC", "Europe/Berlin", "Asia/Kathmandu", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia"]
)
instants = st.integers(0, 1000 * 24 * 60).map(lambda minutes: START - 500 * DAY + minutes * MINUTE)


@given(instants, st.sampled_from(ZOOMS), st.integers(1, 230), any_zone, st.booleans())
def test_the_axis_is_as_wide_as_the_window(
    now: datetime, zoom: timedelta, cells: int, zone: str, ascii_only: bool
) -> None:
    window = window_at(now, zoom, cells)

    lines = axis(window, ZoneInfo(zone), now, ascii_only=ascii_only)

    assert [width_of(line) for line in lines] == [cells, cells]
    if ascii_only:
        assert all(text.isascii() for line in lines for text, _ in line)


offsets = st.integers(-40 * 24 * 60, 40 * 24 * 60).map(lambda minutes: START + minutes * MINUTE)
any_runs = st.lists(
    st.builds(
        TimelineRun,
        n=st.just(1),
        started_at=st.none() | offsets,
        ended_at=st.none() | offsets,
        outcome=st.sampled_from(Outcome),
    ),
    max_size=12,
)
any_lane = st.builds(
    TimelineLane,
    slug=st.just("a"),
    runs=any_runs.map(tuple),
    missed=st.lists(offsets, max_size=4).map(tuple),
    down=st.lists(st.tuples(offsets, st.none() | offsets), max_size=3).map(tuple),
    upcoming=st.lists(offsets, max_size=4).map(tuple),
)


@given(any_lane, st.sampled_from(ZOOMS), st.integers(1, 120), st.integers(-200, 200), offsets)
def test_any_lane_fills_its_cells_exactly_and_can_be_told(
    made: TimelineLane, zoom: timedelta, cells: int, by: int, now: datetime
) -> None:
    window = panned(window_at(now, zoom, cells), by, now)
    unwatched = [(now - DAY, now - HOUR, "asleep")]

    found = lane_cells(made, window, now, unwatched)

    assert cell_len(drawn(found)) == cells
    assert all(0 <= index < cells for index in found.busy)
    assert all(0 <= fill <= 1 for fill in found.fills)
    assert readout(made, window, cells // 2, now, BERLIN, unwatched)


# Words


def said(made: TimelineLane, at: int, **more: object) -> str:
    return "".join(text for text, _ in readout(made, WINDOW, at, NOW, BERLIN, **more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("made", "at", "words"),
    [
        (lane(missed=(2,)), 2, "03:00 missed: no report"),
        (lane(run(2, 2.25)), 2, "03:00 success, took 15m"),
        (lane(run(9, None, Outcome.RUNNING)), 9, "running since 10:00, 30m so far"),
        (lane(run(2, None, Outcome.ORPHAN)), 2, "03:00 started and never ended (orphan)"),
        (lane(run(None, 2.5)), 2, "03:30 success"),
        (lane(run(None, 2.5, Outcome.SKIPPED)), 2, "03:30 skipped"),
        (lane(run(2, 2.25, oddity=Reason.RAN_TWICE)), 2, "03:00 ran twice, took 15m"),
        (lane(run(2, 2.25, oddity=Reason.OVERLAP)), 2, "03:00 overlap, took 15m"),
        (
            lane(run(2, 2.1, Outcome.FAILED), missed=(2.5,)),
            2,
            "03:30 missed: no report; 03:00 failed, took 6m",
        ),
        (lane(*(run(2 + n / 10, 2.01 + n / 10) for n in range(5))), 2, "many runs: 5 success"),
        (lane(upcoming=(11,)), 11, "due 12:00, in 1h 30m"),
        (lane(upcoming=(11,)), 10, "next due today 12:00, in 1h 30m"),
        (lane(), 11, "nothing scheduled here"),
        (
            lane(run(1, 1.5), down=((2, None),)),
            5,
            "down since today 03:00; previous run today 02:00: success",
        ),
        (lane(run(1, 1.5)), 5, "previous run today 02:00: success"),
        (lane(), 5, "nothing known"),
    ],
)
def test_the_cell_under_the_cursor_is_told_in_words(made: TimelineLane, at: int, words: str) -> None:
    assert said(made, at) == words


def test_an_unwatched_cell_says_why() -> None:
    span = [(START + HOUR, START + 3 * HOUR, "machine slept")]

    assert said(lane(), 2, unwatched=span) == "unwatched from today 02:00 to today 04:00: machine slept"


def test_a_lane_that_has_not_been_told_yet_is_being_read() -> None:
    assert readout(None, WINDOW, 3, NOW, BERLIN) == [("reading…", "muted")]


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_the_legend_keeps_its_width_and_shows_first_what_is_seen(width: int) -> None:
    line = legend(width, shown=[])

    assert width_of(line) == width
    text = "".join(part for part, _ in legend(40, shown={mark for mark in GLYPHS if mark == "unwatched"}))
    assert text.startswith(" ░ unwatched")


@given(width=st.integers(20, 240), shown=st.sets(st.sampled_from(CellMark)), ascii_only=st.booleans())
def test_no_word_of_the_legend_is_cut(width: int, shown: set[CellMark], ascii_only: bool) -> None:
    text = "".join(part for part, _ in legend(width, shown=shown, ascii_only=ascii_only))

    told = [entry.split(" ", 1)[1] for entry in text.strip().split("   ")]
    every = [entry.split(" ", 1)[1] for entry in "".join(p for p, _ in legend(500)).strip().split("   ")]
    assert set(told) <= set(every)


def test_the_title_says_from_when_to_when() -> None:
    assert span_words(WINDOW, BERLIN) == "Tue 10 Mar 01:00 to Tue 10 Mar 13:00"


def test_maintenance_is_hatched_where_nothing_else_stands() -> None:
    open_at = (
        (START + 2 * HOUR, START + 6 * HOUR, "patching"),
        (START + 10.5 * HOUR, START + 14 * HOUR, "move"),
    )
    made = replace(lane(run(3, 4), missed=(4,), down=((4, 5),), upcoming=(11,)), maintenance=open_at)
    assert picture(made) == "  ╱█□╱   │╱◦"
    assert picture(made, ascii_only=True) == "  %#M%   |%."
    days = ["; ".join(part for part, _ in words_of(made, at)) for at in (2, 4, 6, 11)]
    assert days[0] == "maintenance patching until today 06:00: no alerts"
    assert days[1].startswith("04:00 missed: no report; ")
    assert "maintenance" in days[1]
    assert "maintenance" not in days[2]
    assert "maintenance move until today 14:00" in days[3]


def test_the_name_of_a_window_is_no_escape() -> None:
    made = replace(lane(), maintenance=((START, START + HOUR, "a\x1b[31m"),))
    assert "\x1b" not in "".join(text for text, _ in words_of(made, 0))


def words_of(made: TimelineLane, at: int) -> list[tuple[str, str]]:
    return [span for span in readout(made, WINDOW, at, NOW, UTC) if span[0] != "; "]


def test_the_legend_says_what_the_hatching_means() -> None:
    assert "╱ maintenance" in "".join(text for text, _ in legend(200))
    shown = "".join(text for text, _ in legend(40, ascii_only=True, shown=[CellMark.MAINTENANCE]))
    assert "% maintenance" in shown

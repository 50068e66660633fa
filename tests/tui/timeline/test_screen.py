"""The timeline by what a person does with it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace
from rich.cells import cell_len
from textual.pilot import Pilot

from pulsetui.tui.app import PulseApp
from pulsetui.tui.details.screen import DetailsScreen
from pulsetui.tui.draw.theme import PALETTES
from pulsetui.tui.table.screen import HomeScreen
from pulsetui.tui.timeline.lanes import name_cells
from pulsetui.tui.timeline.screen import TimelineScreen
from tests.client.samples import crowd, view
from tests.tui.support.night_samples import SceneEngine, busy_engine, still
from tests.tui.support.screen_driver import check_snapshot, messages, screen_text, settled, showing, strips

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


async def opened(app: PulseApp, pilot: Pilot[None], *keys: str) -> TimelineScreen:
    """The timeline with everything that is seen told by the engine."""
    await pilot.press("t")
    await told(app, pilot)
    screen = app.screen
    assert isinstance(screen, TimelineScreen)
    for key in keys:
        await pilot.press(key)
        await settled(app, pilot)
    return screen


async def told(app: PulseApp, pilot: Pilot[None]) -> None:
    """Asks at once instead of soon: no test waits for a clock."""
    await settled(app, pilot)
    if isinstance(app.screen, TimelineScreen):
        app.screen._fetch()
    await settled(app, pilot)


def row(app: PulseApp, name: str) -> str:
    return next(line for line in screen_text(app).splitlines() if name in line[:34])


def readout(app: PulseApp) -> str:
    lines = screen_text(app).splitlines()
    return lines[-4]


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (120, 36), (200, 60)], ids=lambda s: f"{s[0]}x{s[1]}")
async def test_the_timeline_looks_as_it_should(size: tuple[int, int]) -> None:
    async with showing(busy_engine(), size) as (app, pilot):
        await opened(app, pilot)
        assert {cell_len(strip.text) for strip in strips(app)} == {size[0]}
        check_snapshot(f"timeline-{size[0]}x{size[1]}", still(app))


async def test_a_week_looks_as_it_should() -> None:
    async with showing(busy_engine(), (80, 24)) as (app, pilot):
        await opened(app, pilot, "minus", "minus", "minus")
        check_snapshot("timeline-week-80x24", still(app))


async def test_the_ascii_set_draws_lanes_with_nothing_but_ascii() -> None:
    async with showing(busy_engine(), (80, 24), ascii_only=True) as (app, pilot):
        await opened(app, pilot)
        lanes = [strip.text for strip in strips(app)]
        assert all(line.isascii() for line in lanes)
        assert any("M" in line[18:] for line in lanes)
        check_snapshot("timeline-ascii-80x24", still(app))


@pytest.mark.parametrize("theme", PALETTES)
async def test_each_theme_draws_the_same_marks(theme: str) -> None:
    async with showing(busy_engine(), (80, 24), theme=theme) as (app, pilot):
        await opened(app, pilot)
        assert "□" in row(app, "Back up")


@pytest.mark.parametrize("theme", PALETTES)
async def test_what_happened_keeps_its_colour_on_the_lane_under_the_cursor(theme: str) -> None:
    """On a cursor as light as its ink is dark, a line at the lower edge would be one with the lane below."""
    async with showing(busy_engine(), (80, 24), theme=theme) as (app, pilot):
        screen = await opened(app, pilot)
        line = next(strip for strip in strips(app) if strip.text.startswith("▌"))
        marks = line.crop(name_cells(screen.lanes.line_width), line.cell_length)
        down = [segment.style for segment in marks if "▁" in segment.text and segment.style is not None]
        assert down
        assert {style.color for style in down} == {app.style_set.get("down").color}


async def test_the_gap_is_named_when_the_cursor_is_on_it() -> None:
    async with showing(busy_engine(), (120, 36)) as (app, pilot):
        await opened(app, pilot, "b")
        assert "Back up the database  02:00 missed: no report" in readout(app)
        await pilot.press("b")
        await settled(app, pilot)
        assert "Mon 02:00  Back up the database  02:00 missed" in readout(app)


async def test_who_runs_at_the_same_time_is_said() -> None:
    async with showing(busy_engine(), (120, 36)) as (app, pilot):
        await opened(app, pilot, "G", "k", "k", "k", "b")
        assert "Sync invoices" in readout(app)
        company = screen_text(app).splitlines()[-3]
        assert "jobs in this cell" in company
        assert "Search index" in company
        assert "peak 6" in screen_text(app)


async def test_arrows_pan_and_zero_comes_back() -> None:
    async with showing(busy_engine(), (80, 24)) as (app, pilot):
        screen = await opened(app, pilot)
        first = screen.lanes.window
        await pilot.press("left", "h", "left")
        assert screen.lanes.window.since < first.since - DAY / 4
        await pilot.press("H")
        assert not screen.lanes.window.holds(app.now())
        await settled(app, pilot)
        assert "▼" not in screen_text(app)
        await pilot.press("0")
        await settled(app, pilot)
        assert screen.lanes.window == first
        assert "▼11:30" in screen_text(app)


async def test_zooming_goes_from_an_hour_to_a_month_and_says_where_it_ends() -> None:
    async with showing(busy_engine(), (80, 24)) as (app, pilot):
        await opened(app, pilot)
        for _ in range(4):
            await pilot.press("+")
        await settled(app, pilot)
        assert "Timeline  1 hour " in screen_text(app)
        await pilot.press("+")
        assert any("closest zoom" in said for said in messages(app))
        for _ in range(9):
            await pilot.press("-")
        await settled(app, pilot)
        assert "Timeline  30 days" in screen_text(app)
        assert {cell_len(strip.text) for strip in strips(app)} == {80}


async def test_only_what_is_visible_is_asked_for() -> None:
    engine = SceneEngine(crowd(300))
    async with showing(engine, (80, 24)) as (app, pilot):
        screen = await opened(app, pilot)
        assert all(len(slugs) <= 24 for slugs, _, _ in engine.asked)
        await pilot.press("G")
        await told(app, pilot)
        slugs, since, until = engine.asked[-1]
        assert slugs == tuple(screen.lanes.slugs[-len(slugs) :])
        assert until - since == 2 * (screen.lanes.window.until - screen.lanes.window.since)


async def test_it_shows_what_the_table_shows_in_its_order() -> None:
    async with showing(busy_engine(), (80, 24)) as (app, pilot):
        home = app.screen
        assert isinstance(home, HomeScreen)
        home.filter("tag:billing")
        screen = await opened(app, pilot)
        assert list(screen.lanes.slugs) == list(home.model.slugs())
        assert "3 of 12 checks, as filtered" in screen_text(app)


async def test_enter_opens_the_check_and_escape_comes_back() -> None:
    async with showing(busy_engine(), (80, 24)) as (app, pilot):
        screen = await opened(app, pilot, "j", "enter")
        assert [type(one) for one in app.screen_stack] == [HomeScreen, TimelineScreen, DetailsScreen]
        assert str(screen.lanes.slugs[1]) in screen_text(app)
        await pilot.press("t")
        await settled(app, pilot)
        assert [type(one) for one in app.screen_stack] == [HomeScreen, TimelineScreen]  # no pile of screens
        await pilot.press("escape")
        assert isinstance(app.screen, HomeScreen)


async def test_from_the_details_the_cursor_is_on_that_check() -> None:
    async with showing(busy_engine(), (80, 24)) as (app, pilot):
        app.open_check("search-index")
        await settled(app, pilot)
        screen = await opened(app, pilot)
        assert screen.lanes.cursor == "search-index"


async def test_a_change_is_drawn_and_time_moves_the_now_line() -> None:
    engine = busy_engine()
    async with showing(engine, (80, 24)) as (app, pilot):
        screen = await opened(app, pilot)
        before = screen.lanes.window
        asked = len(engine.asked)
        engine.put(view("sync-invoices", name="Renamed"))
        await told(app, pilot)
        assert len(engine.asked) > asked
        assert row(app, "Renamed")
        engine.advance(3600)
        screen.tick()
        await settled(app, pilot)
        assert timedelta(minutes=30) < screen.lanes.window.since - before.since < timedelta(minutes=90)
        assert "▼12:30" in screen_text(app)


async def test_a_deleted_check_loses_its_lane() -> None:
    engine = busy_engine()
    async with showing(engine, (80, 24)) as (app, pilot):
        screen = await opened(app, pilot)
        engine.take_away("backup-db")
        await told(app, pilot)
        assert "backup-db" not in screen.lanes.slugs
        assert screen.lanes.cursor == screen.lanes.slugs[0]


async def test_an_engine_that_is_gone_is_said_and_the_picture_stays() -> None:
    engine = busy_engine()
    async with showing(engine, (80, 24)) as (app, pilot):
        await opened(app, pilot)
        engine.gone = True
        await told(app, pilot)
        assert "no engine answers" in screen_text(app)
        assert "□" in row(app, "Back up")
        engine.gone = False
        await told(app, pilot)
        assert "no engine answers" not in screen_text(app)


async def test_without_checks_it_says_so() -> None:
    async with showing(SceneEngine([]), (80, 24)) as (app, pilot):
        app.go.timeline()
        await told(app, pilot)
        assert "No checks yet." in screen_text(app)
        await pilot.press("b", "enter", "left", "plus", "j", "full_stop")
        assert {cell_len(strip.text) for strip in strips(app)} == {80}


async def test_every_width_shows_whole_lines() -> None:
    async with showing(busy_engine(), (80, 24)) as (app, pilot):
        await opened(app, pilot, "b")
        for width in (40, 57, 133, 30, 240):
            await pilot.resize_terminal(width, 20)
            await told(app, pilot)
            assert {cell_len(strip.text) for strip in strips(app)} == {width}


async def test_the_cursor_moves_by_cells_and_pans_at_the_edge() -> None:
    async with showing(busy_engine(), (80, 24)) as (app, pilot):
        screen = await opened(app, pilot)
        at = screen.lanes.at
        await pilot.press("full_stop", "comma", "comma")
        assert screen.lanes.at == at - 1
        since = screen.lanes.window.since
        screen.lanes.point(0)
        await pilot.press("comma")
        assert screen.lanes.window.since < since
        assert screen.lanes.window.start(screen.lanes.at) < since


async def test_a_click_chooses_lane_and_time() -> None:
    async with showing(busy_engine(), (80, 24)) as (app, pilot):
        screen = await opened(app, pilot)
        await pilot.click(screen.lanes, offset=(38, 2))
        assert screen.lanes.index() == 2
        assert screen.lanes.at == 20
        await pilot.click(screen.lanes, offset=(38, 2), times=2)
        await settled(app, pilot)
        assert isinstance(app.screen, DetailsScreen)


@pytest.mark.parametrize(("ascii_only", "glyph"), [(False, "╱"), (True, "%")])
async def test_a_window_of_maintenance_is_hatched_and_named(ascii_only: bool, glyph: str) -> None:
    engine = busy_engine()
    lane = engine.lanes["payroll-export"]
    opened_at = engine.now() + HOUR
    engine.lanes["payroll-export"] = replace(
        lane, maintenance=((opened_at, opened_at + 4 * HOUR, "patching"),), upcoming=()
    )
    async with showing(engine, (120, 36), ascii_only=ascii_only) as (app, pilot):
        screen = await opened(app, pilot)
        assert glyph * 15 in row(app, "Payroll")
        assert f"{glyph} maintenance" in screen_text(app)
        screen.lanes.go_to(list(screen.lanes.slugs).index("payroll-export"))
        screen.lanes.point(screen.lanes.window.index(opened_at) + 2)
        await settled(app, pilot)
        assert "maintenance patching until" in readout(app)

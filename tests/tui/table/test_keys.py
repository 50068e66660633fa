"""Sorting by every column, marks, and the mouse."""

from __future__ import annotations

import pytest
from textual.events import MouseScrollDown
from textual.pilot import Pilot

from pulsetui.client.commands import Acknowledge, Pause
from pulsetui.tui.app import PulseApp
from pulsetui.tui.details.screen import DetailsScreen
from pulsetui.tui.table.columns import layout, sorts
from pulsetui.tui.table.model import SortBy
from pulsetui.tui.table.order import DIRECTIONS
from pulsetui.tui.table.row import natural
from pulsetui.tui.table.screen import HomeScreen
from tests.client.fake import FakeEngine
from tests.client.samples import ME, NOW, crowd, household, overdue, view
from tests.tui.support.screen_driver import (
    dialog_text,
    messages,
    press,
    screen_text,
    settled,
    showing,
    strips,
)

FROM_THE_LEAST = {SortBy.NAME, SortBy.DUE, SortBy.SCHEDULE, SortBy.TAGS, SortBy.HOOKS, SortBy.NOTE}


def home(app: PulseApp) -> HomeScreen:
    screen = app.screen_stack[0]
    assert isinstance(screen, HomeScreen)
    return screen


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Job 2", "Job 10"),
        ("job 9", "Job 10"),
        ("a2b10", "a10b2"),
        ("v1.9.2", "v1.10.0"),
        ("Job", "Job 1"),
        ("ä 2", "ä 10"),
        ("Job 0007", "Job 8"),
    ],
)
def test_names_sort_as_a_person_counts(first: str, second: str) -> None:
    assert natural(first) < natural(second)


async def test_s_goes_through_the_columns_that_are_seen() -> None:
    async with showing(FakeEngine(household()), (80, 24)) as (app, pilot):
        seen = [home(app).model.sort]
        for _ in range(5):
            await pilot.press("s")
            seen.append(home(app).model.sort)
        assert seen == [
            SortBy.PROBLEMS, SortBy.NAME, SortBy.DUE, SortBy.LAST, SortBy.RUNS, SortBy.PROBLEMS
        ]  # fmt: skip


async def test_every_title_sorts_by_its_column_and_turns_at_the_second_click() -> None:
    async with showing(FakeEngine(household()), (240, 30)) as (app, pilot):
        await press(app, pilot, "o", "o")
        await pilot.pause(0.2)
        width = home(app).table.line_width
        assert len(sorts(width)) == len(SortBy)
        for placed in layout(width):
            await pilot.click("#header", offset=(placed.left + placed.width // 2, 0))
            await settled(app, pilot)
            # A click on the column that is sorted by already turns it.
            assert home(app).model.sort is placed.column.sort
            turned = home(app).model.reversed
            await pilot.click("#header", offset=(placed.left, 0))
            await settled(app, pilot)
            assert home(app).model.reversed != turned
            up = turned if placed.column.sort in FROM_THE_LEAST else not turned
            assert f"{placed.column.title} {'▴' if up else '▾'}" in screen_text(app)


async def test_sorting_keeps_the_cursor_on_its_check_and_in_sight() -> None:
    async with showing(FakeEngine(crowd(300))) as (app, pilot):
        await press(app, pilot, "G")
        cursor = home(app).model.cursor
        for _ in range(4):
            await press(app, pilot, "s")
            index = home(app).model.cursor_index()
            assert home(app).model.cursor == cursor
            assert index is not None
            assert 0 <= index - home(app).table.scroll_offset.y < home(app).table.size.height


async def test_whoever_stands_at_the_top_sees_what_comes_first() -> None:
    async with showing(FakeEngine(crowd(300))) as (app, pilot):
        for keys in (("s",), ("S",), ("b", "g", "s"), ("j", "s")):
            await press(app, pilot, *keys)
            assert home(app).table.scroll_offset.y == 0
            assert home(app).model.cursor_index() == ("j" in keys)  # below the heading is the top, too
            assert "still on" not in messages(app)[-1]


async def test_a_check_that_was_chosen_stays_and_is_named() -> None:
    async with showing(FakeEngine(household())) as (app, pilot):
        await press(app, pilot, "G")
        row = home(app).model.cursor_row
        assert row is not None
        await press(app, pilot, "s")
        assert home(app).model.cursor_row is row
        assert messages(app)[-1] == f'Sorted by name, A to Z. The cursor is still on "{row.view.name}"'


async def test_who_follows_a_check_goes_with_it_also_from_the_top() -> None:
    async with showing(FakeEngine(crowd(300))) as (app, pilot):
        await press(app, pilot, "f")
        cursor = home(app).model.cursor
        await press(app, pilot, "s")
        assert home(app).model.cursor == cursor


@pytest.mark.parametrize(
    ("keys", "by", "reverse", "said"),
    [
        ("n", SortBy.NAME, False, "Sorted by name, A to Z"),
        ("N", SortBy.NAME, True, "Sorted by name, Z to A"),
        ("d", SortBy.DUE, False, "Sorted by due, soonest first"),
        ("L", SortBy.LAST, True, "Sorted by last ping, oldest first"),
        ("r", SortBy.RUNS, False, "Sorted by bad runs, most first"),
        ("P", SortBy.PROBLEMS, True, "Sorted: problems last"),
    ],
)
async def test_a_letter_sorts_by_its_column_and_a_capital_one_the_other_way(
    keys: str, by: SortBy, reverse: bool, said: str
) -> None:
    async with showing(FakeEngine(household()), (80, 24)) as (app, pilot):
        await press(app, pilot, "O", keys)
        assert (home(app).model.sort, home(app).model.reversed) == (by, reverse)
        assert messages(app) == [said]


async def test_the_columns_to_sort_by_are_those_that_are_seen() -> None:
    async with showing(FakeEngine(household()), (80, 24)) as (app, pilot):
        await press(app, pilot, "s", "O")
        shown = dialog_text(app)
        assert shown == (
            "p problems worst first P worst last n name ▴ A to Z N Z to A d due soonest first D soonest last"
            " l last ping newest first L oldest first r bad runs most first R fewest first"
        )
        await press(app, pilot, "t")  # how long it took is in no column here
        assert "Sort by" in screen_text(app)
        await press(app, pilot, "escape")
        assert home(app).model.sort is SortBy.NAME


async def test_the_column_that_is_sorted_by_turns_when_it_is_chosen_again() -> None:
    async with showing(FakeEngine(household()), (80, 24)) as (app, pilot):
        for turned in (False, True, False):
            await press(app, pilot, "O", "g", "j", "enter")
            assert (home(app).model.sort, home(app).model.reversed) == (SortBy.NAME, turned)


def test_every_column_has_a_letter_of_its_own() -> None:
    assert set(DIRECTIONS) == set(SortBy)
    letters = [how.letter for how in DIRECTIONS.values()]
    assert len(set(letters)) == len(letters)
    assert not set(letters) & set("gjkq")  # those of any list


async def test_marks_are_counted_and_done_to_together() -> None:
    engine = FakeEngine([overdue("a"), overdue("b"), overdue("c"), view("d")])
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "space", "space", "space")
        assert "3 marked" in screen_text(app)

        await press(app, pilot, "/", "text:-name:c", "enter")
        assert "2 marked, 1 more not shown" in screen_text(app)
        await press(app, pilot, "a", "enter")
        assert engine.commands == [Acknowledge(("a", "b"), by=f"{ME} via screen")]

        await press(app, pilot, "escape", "escape")
        assert "marked" not in screen_text(app)


async def wheel(app: PulseApp, pilot: Pilot[None]) -> None:
    table = home(app).table
    region = table.region
    event = MouseScrollDown(
        table,
        9,
        9,
        0,
        1,
        0,
        shift=False,
        meta=False,
        ctrl=False,
        screen_x=region.x + 9,
        screen_y=region.y + 9,
    )
    app.screen._forward_event(event)
    await settled(app, pilot)


async def test_the_wheel_scrolls_and_the_cursor_stays_on_its_check() -> None:
    async with showing(FakeEngine(crowd(300))) as (app, pilot):
        await wheel(app, pilot)
        assert home(app).table.scroll_offset.y > 0
        assert home(app).model.cursor_index() == 0


async def test_a_click_selects_and_a_double_click_opens() -> None:
    async with showing(FakeEngine(household())) as (app, pilot):
        await pilot.click("#checks", offset=(30, 4))
        await settled(app, pilot)
        assert home(app).model.cursor_index() == 4
        assert not isinstance(app.screen, DetailsScreen)

        await pilot.click("#checks", offset=(30, 4), times=2)
        await settled(app, pilot)
        assert isinstance(app.screen, DetailsScreen)


async def test_a_click_on_a_hint_does_it() -> None:
    engine = FakeEngine([view("a")])
    async with showing(engine) as (app, pilot):
        hints = strips(app)[-1].text
        await pilot.click("#hints", offset=(hints.index("p pause") + 3, 0))
        await settled(app, pilot)
        assert engine.commands == [Pause(("a",), by=ME)]
        assert 'Paused "A"' in messages(app)

        hints = strips(app)[-1].text
        await pilot.click("#hints", offset=(hints.rindex("? help"), 0))
        await settled(app, pilot)
        assert "Pause the check, or resume it" in screen_text(app)


async def test_ticks_never_move_a_column() -> None:
    engine = FakeEngine(household(), now=NOW)
    async with showing(engine, (130, 24)) as (app, pilot):
        title = next(strip.text for strip in strips(app) if "CHECK" in strip.text)
        width = home(app).table.line_width
        ends = {
            placed.left + placed.width for placed in layout(width) if placed.column.key != "schedule"
        }  # a reason goes on into the next column
        for step in (1, 59, 600, 3600, 40_000, 90_000, 700_000):
            engine.advance(step)
            home(app).tick()
            await settled(app, pilot)
            assert next(strip.text for strip in strips(app) if "CHECK" in strip.text) == title
            for strip in strips(app)[5:15]:
                assert all(strip.text[end : end + 2].isspace() for end in ends if end < 128), strip.text

"""What stays where when the order changes by itself: with ``f`` and without."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from textual.pilot import Pilot

from pulsetui.tui.app import PulseApp
from pulsetui.tui.table.screen import HomeScreen
from tests.client.fake import FakeEngine
from tests.client.samples import overdue, view
from tests.tui.support.screen_driver import press, screen_text, settled, showing


@asynccontextmanager
async def two_hundred() -> AsyncIterator[tuple[FakeEngine, PulseApp, Pilot[None], HomeScreen]]:
    engine = FakeEngine([view(f"job-{n:03}") for n in range(200)])
    async with showing(engine) as (app, pilot):
        home = app.screen
        assert isinstance(home, HomeScreen)
        yield engine, app, pilot, home


def line_of(home: HomeScreen) -> int:
    """The line of the screen on which the cursor stands."""
    index = home.model.cursor_index()
    assert index is not None
    return index - home.table.scroll_offset.y


def rows(app: PulseApp) -> list[str]:
    """The names on the screen, from top to bottom."""
    return [line[:20] for line in screen_text(app).splitlines() if "  ●  Job" in line]


async def go(home: HomeScreen, pilot: Pilot[None], index: int) -> None:
    home.table.go_to(index)
    home.table.release()
    await pilot.pause()


async def test_at_the_top_a_new_problem_comes_into_sight() -> None:
    async with two_hundred() as (engine, app, pilot, home):
        await go(home, pilot, 3)
        engine.put(overdue("job-150"))
        await settled(app, pilot)

        assert home.table.scroll_offset.y == 0
        assert "Job 150" in screen_text(app)
        assert (home.model.cursor, line_of(home)) == ("job-003", 4)


async def test_following_keeps_the_check_on_its_line_even_at_the_top() -> None:
    async with two_hundred() as (engine, app, pilot, home):
        await press(app, pilot, "f")
        await go(home, pilot, 3)
        engine.put(overdue("job-150"))
        await settled(app, pilot)

        assert "following" in screen_text(app)
        assert (home.model.cursor, line_of(home)) == ("job-003", 3)


async def test_further_down_what_is_on_the_screen_stays_there() -> None:
    async with two_hundred() as (engine, app, pilot, home):
        await go(home, pilot, 100)
        before = rows(app)
        engine.put(*(overdue(f"job-{n:03}") for n in range(150, 160)))
        await settled(app, pilot)

        assert home.model.cursor == "job-100"
        assert rows(app) == before


async def test_a_check_that_leaves_the_screen_leaves_the_cursor_on_its_line() -> None:
    async with two_hundred() as (engine, app, pilot, home):
        engine.put(overdue("job-150"), overdue("job-151"))
        await settled(app, pilot)
        await go(home, pilot, 0)
        assert home.model.cursor == "job-150"

        engine.put(view("job-150"))
        await settled(app, pilot)
        assert (home.model.cursor, line_of(home)) == ("job-151", 0)


async def test_following_goes_after_a_check_that_leaves_the_screen() -> None:
    async with two_hundred() as (engine, app, pilot, home):
        engine.put(overdue("job-150"), overdue("job-151"))
        await settled(app, pilot)
        await go(home, pilot, 0)
        await press(app, pilot, "f")

        engine.put(view("job-150"))
        await settled(app, pilot)
        assert home.model.cursor == "job-150"
        assert home.model.cursor_index() == 151
        assert 0 <= line_of(home) < home.table.size.height


async def test_a_held_order_is_named_until_it_settles() -> None:
    async with two_hundred() as (engine, app, pilot, home):
        await pilot.press("j")
        engine.put(overdue("job-150"))
        await settled(app, pilot)
        assert "sorting paused while you move" in screen_text(app)
        assert home.model.key_at(0) == "job-000"

        home.table.release()
        home.tick()
        await settled(app, pilot)
        assert "sorting paused while you move" not in screen_text(app)
        assert home.model.key_at(0) == "job-150"


async def test_rows_scrolled_out_of_sight_by_the_wheel_keep_their_cursor() -> None:
    async with two_hundred() as (engine, app, pilot, home):
        home.table.scroll_to(y=100, animate=False)
        await pilot.pause()
        engine.put(overdue("job-150"))
        await settled(app, pilot)
        assert home.model.cursor == "job-000"
        await press(app, pilot, "j")
        assert 0 <= line_of(home) < home.table.size.height

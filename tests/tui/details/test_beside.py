"""The details beside the table of a wide terminal."""

from __future__ import annotations

import threading
import time

import pytest
from msgspec.structs import replace
from rich.cells import cell_len

from pulsetui.client.views import CheckDetails
from pulsetui.tui.details.beside import Beside
from pulsetui.tui.details.screen import DetailsScreen
from pulsetui.tui.details.split import MIN_CELLS
from tests.client.fake import FakeEngine
from tests.client.samples import household, overdue, view
from tests.tui.support.screen_driver import (
    besides,
    check_snapshot,
    messages,
    press,
    screen_text,
    settled,
    showing,
    snapshot,
    strips,
)
from tests.tui.test_snapshots import hostile

WIDE = (180, 40)


class SlowEngine(FakeEngine):
    """Counts who asks for details, and takes its time: on a thread that the screen does not wait for."""

    asked: list[str]

    def details(self, slug: str) -> CheckDetails:
        assert threading.current_thread() is not threading.main_thread()
        self.asked.append(slug)
        time.sleep(0.2)
        return super().details(slug)


async def test_the_check_under_the_cursor_is_told_beside_the_table() -> None:
    async with showing(FakeEngine(household()), WIDE) as (app, pilot):
        await besides(app, pilot)
        assert "Missed 3 runs since Sun 03:30" in screen_text(app)

        await press(app, pilot, "j")
        assert "exit status 2" in screen_text(app)
        await besides(app, pilot)
        assert "gzip: /var/log/app.log: No space left on" in screen_text(app)

        await press(app, pilot, "enter")
        assert isinstance(app.screen, DetailsScreen)
        assert app.screen.slug == "rotate-logs"


async def test_running_down_the_list_asks_the_engine_only_where_the_cursor_rests() -> None:
    engine = SlowEngine([view(f"job-{n}") for n in range(30)])
    engine.asked = []
    async with showing(engine, WIDE) as (app, pilot):
        await besides(app, pilot)
        engine.asked.clear()
        for _ in range(8):
            app.screen.query_one("#checks").action_step(1)  # type: ignore[attr-defined]
        await pilot.pause()
        await besides(app, pilot)
        assert engine.asked == ["job-8"]


async def test_news_of_the_check_are_read_again() -> None:
    engine = SlowEngine([view("a"), view("b")])
    engine.asked = []
    async with showing(engine, WIDE) as (app, pilot):
        await besides(app, pilot)
        engine.asked.clear()
        engine.put(replace(view("a"), last_line="another line"))
        engine.put(view("b"))
        await settled(app, pilot)
        await pilot.pause(1.2)
        await settled(app, pilot)
        assert engine.asked == ["a"]
        assert "another line" in screen_text(app)


async def test_o_puts_it_below_then_hides_it_and_the_table_takes_its_columns_back() -> None:
    async with showing(FakeEngine(household()), WIDE) as (app, pilot):
        assert "NOTE" not in screen_text(app)
        await press(app, pilot, "o")
        await besides(app, pilot)
        below = screen_text(app)
        assert "NOTE" in below
        assert below.index("Newsletter") < below.index("Missed 3 runs since Sun 03:30")
        assert {cell_len(strip.text) for strip in strips(app)} == {180}
        await press(app, pilot, "o")
        await pilot.pause(0.1)
        assert "NOTE" in screen_text(app)
        assert "Missed 3 runs since" not in screen_text(app)
        assert {cell_len(strip.text) for strip in strips(app)} == {180}
        await press(app, pilot, "o")
        await pilot.pause(0.1)
        assert "NOTE" not in screen_text(app)


async def test_below_it_stands_in_a_terminal_that_is_too_narrow_for_beside() -> None:
    async with showing(FakeEngine(household()), (80, 24)) as (app, pilot):
        assert not app.screen.query(Beside)
        await press(app, pilot, "o")
        await besides(app, pilot)
        assert "Missed 3 runs since Sun 03:30" in screen_text(app)
        await press(app, pilot, "j")
        await besides(app, pilot)
        check_snapshot("home-below-80x24", snapshot(app))
        await press(app, pilot, "o")
        assert not app.screen.query_one(Beside).display


async def test_where_there_is_no_room_o_says_so() -> None:
    async with showing(FakeEngine(household()), (120, 21)) as (app, pilot):
        assert not app.screen.query(Beside)
        await press(app, pilot, "o")
        assert any("No room beside the table" in said for said in messages(app))
        assert not app.screen.query(Beside)
        await press(app, pilot, ">")
        assert any("o shows them" in said for said in messages(app))


async def test_keys_give_it_more_room_and_less_as_far_as_there_is_some() -> None:
    async with showing(FakeEngine(household()), WIDE) as (app, pilot):
        await besides(app, pilot)
        beside = app.screen.query_one(Beside)
        await press(app, pilot, ">", ">")
        assert beside.outer_size.width == 72
        assert {cell_len(strip.text) for strip in strips(app)} == {180}
        for _ in range(20):
            await pilot.press("<")
        await settled(app, pilot)
        assert beside.outer_size.width == MIN_CELLS
        assert any("Smaller they would say nothing" in said for said in messages(app))

        await press(app, pilot, "o", ">", ">", ">")
        assert beside.outer_size.height == 18
        for _ in range(20):
            await pilot.press(">")
        await settled(app, pilot)
        assert beside.outer_size.height == 26
        assert any("The table needs the rest" in said for said in messages(app))


async def test_the_mouse_drags_its_edge() -> None:
    async with showing(FakeEngine(household()), WIDE) as (app, pilot):
        await besides(app, pilot)
        beside = app.screen.query_one(Beside)
        await pilot.mouse_down(beside, offset=(0, 10))
        await pilot.hover(offset=(100, 12))
        await settled(app, pilot)
        await pilot.mouse_up(offset=(100, 12))
        assert beside.outer_size.width == 80
        await pilot.hover(offset=(60, 12))
        await settled(app, pilot)
        assert beside.outer_size.width == 80  # it was let go

        await press(app, pilot, "o")
        await pilot.mouse_down(beside, offset=(50, 0))
        await pilot.hover(offset=(50, 20))
        await settled(app, pilot)
        await pilot.mouse_up(offset=(50, 20))
        assert beside.outer_size.height == 19


async def test_it_comes_and_goes_with_the_width() -> None:
    async with showing(FakeEngine(household()), (100, 30)) as (app, pilot):
        for width in (180, 100, 180):
            await pilot.resize_terminal(width, 30)
            await pilot.pause(0.3)
            assert any(one.display for one in app.screen.query(Beside)) == (width == 180)
            assert {cell_len(strip.text) for strip in strips(app)} == {width}


async def test_an_engine_that_does_not_answer_is_told_there() -> None:
    engine = FakeEngine([view("a")])
    engine.gone = True
    async with showing(engine, WIDE) as (app, pilot):
        await besides(app, pilot)
        assert "no engine answers at http://127.0.0.1:8787" in screen_text(app)


async def test_a_heading_and_a_check_that_goes_away_empty_it() -> None:
    engine = FakeEngine([overdue("a", tags=("x",)), view("b")])
    async with showing(engine, WIDE) as (app, pilot):
        await press(app, pilot, "b", "left")
        assert "No check is under the cursor." in screen_text(app)
        await press(app, pilot, "right", "b")
        engine.take_away("a")
        engine.take_away("b")
        await settled(app, pilot)
        assert "No checks yet." in screen_text(app)
        assert {cell_len(strip.text) for strip in strips(app)} == {180}


@pytest.mark.parametrize("size", [(150, 12), (240, 60)])
async def test_hostile_checks_keep_every_line_whole(size: tuple[int, int]) -> None:
    async with showing(FakeEngine(hostile()), size) as (app, pilot):
        for _ in range(3):
            await besides(app, pilot)
            assert {cell_len(strip.text) for strip in strips(app)} == {size[0]}
            await press(app, pilot, "j")

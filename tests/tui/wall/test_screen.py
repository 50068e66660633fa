"""The wallboard over the real app: it follows what happens, and lets nobody do anything but leave."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

from pulsetui.tui.app import PulseApp
from pulsetui.tui.dialogs.leave import LeaveDialog
from pulsetui.tui.table.screen import HomeScreen
from pulsetui.tui.wall.screen import WallBoard, WallScreen
from tests.client.fake import FakeEngine
from tests.client.samples import failed, household, view
from tests.tui.support.screen_driver import (
    RIGA,
    check_snapshot,
    press,
    screen_text,
    settled,
    showing,
    snapshot,
    strips,
)

SIZES = [(40, 12), (80, 24), (120, 36), (200, 60)]


@pytest.fixture(autouse=True)
def _on_one_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pulsetui.tui.wall.screen.gethostname", lambda: "shop-1")


@asynccontextmanager
async def wall(
    engine: FakeEngine, attached: str | None = None
) -> AsyncIterator[tuple[PulseApp, Pilot[None]]]:
    """As ``pulsetui --wall`` shows it."""
    app = PulseApp(engine, host=RIGA, wall=True, attached=attached)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(app, pilot)
        yield app, pilot


def grounds(app: PulseApp) -> set[str]:
    return {line.base for line in app.screen.query_one(WallBoard)._lines}


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_it_looks_as_it_should(size: tuple[int, int]) -> None:
    async with showing(FakeEngine(household()), size) as (app, pilot):
        await press(app, pilot, "W")
        assert {cell_len(strip.text) for strip in strips(app)} == {size[0]}
        check_snapshot(f"wall-{size[0]}x{size[1]}", snapshot(app))


async def test_all_is_well_in_one_colour() -> None:
    async with wall(FakeEngine([view(f"job-{n}") for n in range(42)])) as (app, _):
        check_snapshot("wall-well", snapshot(app))


async def test_it_follows_the_engine_and_the_clock() -> None:
    engine = FakeEngine([view("a"), view("b")])
    async with wall(engine) as (app, pilot):
        assert grounds(app) == {"well"}
        engine.put(failed("a"))
        await settled(app, pilot)
        assert "alarm" in grounds(app)
        assert "exit status 2" in screen_text(app)
        engine.put(view("a"))
        await settled(app, pilot)
        assert grounds(app) == {"well"}
        engine.connected = False
        engine.tell()
        await settled(app, pilot)
        assert grounds(app) == {"alarm"}
        assert "Last known" in screen_text(app)
        engine.connected = True
        engine.advance(2 * 3600)
        app.screen.tick()  # type: ignore[attr-defined]
        assert "well" not in grounds(app), "both are due, and no news has come"


async def test_another_theme_and_another_zone_show_at_once() -> None:
    async with wall(FakeEngine([view()])) as (app, pilot):
        before = [list(strip) for strip in strips(app)]
        app.use_theme("pulse-light")
        await settled(app, pilot)
        assert [list(strip) for strip in strips(app)] != before
        assert "Europe/Riga" in screen_text(app)
        app.messages.clear()
        await press(app, pilot, "Z")
        assert "UTC" in screen_text(app).split("Times in")[0]


@pytest.mark.parametrize(
    "key", ["colon", "ctrl+p", "enter", "a", "p", "d", "n", "slash", "T", "question_mark"]
)
async def test_nothing_can_be_opened_or_changed_from_it(key: str) -> None:
    engine = FakeEngine([failed()])
    async with wall(engine) as (app, pilot):
        await press(app, pilot, key)
        assert isinstance(app.screen, WallScreen)
        assert engine.commands == []


@pytest.mark.parametrize("key", ["q", "escape"])
async def test_over_the_table_it_leads_back_there(key: str) -> None:
    async with showing(FakeEngine([failed()])) as (app, pilot):
        await press(app, pilot, "W", key)
        assert isinstance(app.screen, HomeScreen)


@pytest.mark.parametrize("key", ["q", "escape", "ctrl+q"])
async def test_alone_it_asks_before_the_watching_ends_with_it(key: str) -> None:
    async with wall(FakeEngine([failed()])) as (app, pilot):
        await press(app, pilot, key)
        assert isinstance(app.screen, LeaveDialog)
        await press(app, pilot, "escape")
        assert isinstance(app.screen, WallScreen)
        assert not app._exit


async def test_attached_it_names_the_engine_and_leaves_at_once() -> None:
    async with wall(FakeEngine([failed()]), attached="http://ops.example:8787") as (app, pilot):
        assert "http://ops.example:8787" in screen_text(app)
        await pilot.press("q")
        await pilot.pause()
        assert app._exit


async def test_only_lines_that_have_changed_are_painted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = FakeEngine([view()])
    async with wall(engine) as (app, _):
        board = app.screen.query_one(WallBoard)
        painted: list[int] = []
        monkeypatch.setattr(board, "refresh", lambda *regions: painted.extend(one.y for one in regions))
        engine.advance(1)
        app.screen.tick()  # type: ignore[attr-defined]
        assert painted == [2], "the seconds"


async def test_text_from_outside_does_nothing() -> None:
    engine = FakeEngine([failed("a", name="[/x][bold]\x1b[31m" + "x" * 80, detail="[/y]\x1b]0;t\x07")])
    async with wall(engine) as (app, _):
        assert "[/x][bold]" in screen_text(app)
        assert "[/y]" in screen_text(app)
        assert "\x1b" not in screen_text(app)

"""The screen as it looks, at sizes from a phone to a wall, kept as text files."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from pulsetui.client.views import CheckView, Notice
from pulsetui.tui.details.split import MIN_WIDTH
from pulsetui.tui.draw.theme import PALETTES
from tests.client.fake import FakeEngine
from tests.client.samples import crowd, failed, household, late, new, overdue, view
from tests.tui.support.screen_driver import besides, check_snapshot, press, settled, showing, snapshot, strips

SIZES = [(40, 12), (80, 24), (120, 36), (200, 60)]
HOSTILE_NAMES = [
    "[/x][bold red]not markup[/]",
    "\x1b[31mred\x1b[0m and \x1b]0;title\x07 gone",
    "\u202egnirts desrever \u200b\u200d hidden",
    "日本語の名前" * 34,
    "👨‍👩‍👧 family 🇱🇻 flag ❤️ 🏽",
    "tab\tnewline\nnul\x00end",
    "ก็็็็็็็ stacked",
    "",
]


def hostile() -> list[CheckView]:
    return [
        overdue(
            f"bad-{n}",
            name=name,
            tags=(name[:9], "[/tag]"),
            last_line=name,
            detail=name,
            schedule_words=name,
        )
        if n % 2
        else view(f"bad-{n}", name=name, tags=(name[:9],), last_line=name, schedule_words=name)
        for n, name in enumerate(HOSTILE_NAMES)
    ]


SCENES = {
    "empty": list[CheckView],
    "one": lambda: [view()],
    "household": household,
    "many": lambda: crowd(300),
    "all-down": lambda: [overdue(f"job-{n}") if n % 3 else failed(f"job-{n}") for n in range(80)],
    "hostile": hostile,
}


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("scene", SCENES)
async def test_the_home_screen_looks_as_it_should(scene: str, size: tuple[int, int]) -> None:
    engine = FakeEngine(SCENES[scene]())
    async with showing(engine, size) as (app, pilot):
        if size[0] >= MIN_WIDTH and scene != "empty":
            await besides(app, pilot)
        if size[0] >= MIN_WIDTH and scene != "household":
            await press(app, pilot, "o", "o")  # beside the table stands the same for all of them
            app.messages.clear()
            await settled(app, pilot)
        assert {strip.cell_length for strip in strips(app)} == {size[0]}
        assert all(cell_len(strip.text) == size[0] for strip in strips(app))
        check_snapshot(f"home-{scene}-{size[0]}x{size[1]}", snapshot(app))


@pytest.mark.parametrize("size", SIZES[:3], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_details_look_as_they_should(size: tuple[int, int]) -> None:
    async with showing(FakeEngine(household()), size) as (app, pilot):
        app.open_check("backup-db")
        await settled(app, pilot)
        check_snapshot(f"details-{size[0]}x{size[1]}", snapshot(app))


@pytest.mark.parametrize("pane", range(5))
async def test_each_pane_of_hostile_details_keeps_its_width(pane: int) -> None:
    async with showing(FakeEngine(hostile()), (80, 24)) as (app, pilot):
        app.open_check("bad-3")
        await settled(app, pilot)
        app.screen.action_show_pane(pane)  # type: ignore[attr-defined]
        await pilot.pause()
        assert {cell_len(strip.text) for strip in strips(app)} == {80}


@pytest.mark.parametrize("theme", PALETTES)
async def test_each_theme_colours_the_same_text(theme: str) -> None:
    engine = FakeEngine([overdue(), late(), view(), new()])
    engine.notices = (Notice(key="config", level="error", text="checks.toml:3: unknown key"),)
    async with showing(engine, (80, 12), theme=theme) as (app, _):
        check_snapshot(f"theme-{theme}", snapshot(app))


async def test_the_ascii_set_has_nothing_but_ascii_in_its_rows() -> None:
    async with showing(FakeEngine(household()), (120, 24), ascii_only=True) as (app, _):
        rows = strips(app)[3:15]
        assert all(strip.text.replace("–", "-").replace("…", ".").isascii() for strip in rows)

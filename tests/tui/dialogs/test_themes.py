"""Choosing a theme: the screen behind the list shows it before it is kept."""

from __future__ import annotations

from pulsetui.tui.dialogs.themes import ThemesScreen
from pulsetui.tui.draw.textual_themes import names
from pulsetui.tui.draw.theme import DARK, LIGHT
from pulsetui.tui.table.screen import HomeScreen
from tests.client.fake import FakeEngine
from tests.client.samples import household
from tests.tui.support.screen_driver import press, screen_text, showing, strips


async def test_the_theme_under_the_cursor_is_shown_and_escape_brings_the_old_one_back() -> None:
    async with showing(FakeEngine(household()), (100, 30)) as (app, pilot):
        await press(app, pilot, "T")
        assert isinstance(app.screen, ThemesScreen)
        assert app.theme == DARK.name
        await press(app, pilot, "j")
        assert app.theme == LIGHT.name
        assert LIGHT.background in str({segment.style for strip in strips(app) for segment in strip})
        await press(app, pilot, "escape")
        assert app.theme == DARK.name
        assert isinstance(app.screen, HomeScreen)


async def test_enter_keeps_a_theme_of_textual() -> None:
    async with showing(FakeEngine(household()), (100, 40)) as (app, pilot):
        await press(app, pilot, "T", "G", "enter")
        assert isinstance(app.screen, HomeScreen)
        assert app.theme == names()[-1]
        assert app.style_set.palette.name == app.theme
        await press(app, pilot, "T")
        assert "From Textual" in screen_text(app)
        assert app.theme == names()[-1], "the list opens on the theme that is on"


async def test_every_theme_can_be_shown() -> None:
    async with showing(FakeEngine(household()), (80, 24)) as (app, pilot):
        for name in names():
            app.use_theme(name)
            await pilot.pause()
            assert app.style_set.palette.name == name
            assert "Back up the database" in screen_text(app)

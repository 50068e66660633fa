"""Ways to ping by what a person does with them."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

import pytest
from msgspec.structs import replace
from rich.cells import cell_len
from textual.widgets import TextArea

from pulsetui.client.views import EngineInfo
from pulsetui.recipes.recipes import BY_ID, RECIPES
from pulsetui.tui.app import PulseApp
from pulsetui.tui.draw.chooser import Chooser
from pulsetui.tui.table.screen import HomeScreen
from pulsetui.tui.ways.screen import HowToPingScreen
from pulsetui.tui.ways.target import ping_options, target_of
from tests.client.fake import FakeEngine
from tests.client.samples import household, overdue, view
from tests.tui.support.screen_driver import (
    check_snapshot,
    messages,
    press,
    screen_text,
    showing,
    snapshot,
    strips,
)


def shown(app: PulseApp) -> str:
    return app.screen.query_one(TextArea).text


@pytest.fixture
def copied(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was put on the clipboard."""
    taken: list[str] = []
    monkeypatch.setattr(PulseApp, "copy_to_clipboard", lambda _app, text: taken.append(text))
    return taken


@pytest.mark.parametrize("size", [(80, 24), (60, 15), (40, 12), (120, 36)], ids=lambda s: f"{s[0]}x{s[1]}")
async def test_the_ways_look_as_they_should(size: tuple[int, int]) -> None:
    async with showing(FakeEngine([overdue("backup-db", max_runtime=1200.0)]), size) as (app, pilot):
        await press(app, pilot, "w", "j")
        assert {cell_len(strip.text) for strip in strips(app)} == {size[0]}
        check_snapshot(f"ways-{size[0]}x{size[1]}", snapshot(app))


async def test_every_way_is_reached_and_its_whole_text_is_there() -> None:
    engine = FakeEngine([view("sync-invoices")])
    async with showing(engine, (60, 15)) as (app, pilot):
        await press(app, pilot, "w")
        target = target_of(view("sync-invoices"), engine.info())
        for recipe in RECIPES:
            assert shown(app) == recipe.text(target)
            await press(app, pilot, "j")
        assert shown(app) == RECIPES[-1].text(target)
        await press(app, pilot, "g")
        assert shown(app) == RECIPES[0].text(target)


@pytest.mark.parametrize("key", ["y", "enter"])
async def test_the_text_is_copied_as_it_is_not_as_it_is_wrapped(key: str, copied: list[str]) -> None:
    engine = FakeEngine([view("sync-invoices")])
    async with showing(engine, (60, 15)) as (app, pilot):
        await press(app, pilot, "w", "j", key)
        assert copied == [BY_ID["cron-exit-code"].text(target_of(view("sync-invoices"), engine.info()))]
        assert "sent to the terminal's" in screen_text(app)


async def test_a_fast_hand_copies_what_the_cursor_is_on(copied: list[str]) -> None:
    engine = FakeEngine([view("sync-invoices")])
    async with showing(engine, (100, 30)) as (app, pilot):
        await press(app, pilot, "w")
        screen = app.screen
        assert isinstance(screen, HowToPingScreen)
        screen.query_one(Chooser).go_to("ping")
        screen.action_copy()
        await press(app, pilot, "shift")
        assert copied == [BY_ID["ping"].text(target_of(view("sync-invoices"), engine.info()))]


async def test_what_is_selected_is_copied_alone(copied: list[str]) -> None:
    async with showing(FakeEngine([view("sync-invoices")]), (100, 30)) as (app, pilot):
        await press(app, pilot, "w", "tab", "shift+right", "shift+right", "shift+right", "y")
        assert copied == ["0 2"]
        await press(app, pilot, "escape")
        assert isinstance(app.focused, Chooser)
        await press(app, pilot, "escape")
        assert isinstance(app.screen, HomeScreen)


async def test_a_long_text_is_scrolled_while_the_list_has_the_focus() -> None:
    async with showing(FakeEngine([view("sync-invoices")]), (60, 15)) as (app, pilot):
        await press(app, pilot, "w")
        app.screen.query_one(Chooser).go_to("celery")
        await press(app, pilot, "space")
        area = app.screen.query_one(TextArea)
        assert area.scroll_offset.y > 0
        await press(app, pilot, "pageup")
        assert area.scroll_offset.y == 0


async def test_somebody_without_a_check_gets_an_example() -> None:
    async with showing(FakeEngine()) as (app, pilot):
        await press(app, pilot, "w")
        assert isinstance(app.screen, HowToPingScreen)
        assert "http://127.0.0.1:8787/ping/sync-invoices" in shown(app)
        assert "an example" in screen_text(app)


async def test_an_engine_without_a_listener_says_so() -> None:
    class Deaf(FakeEngine):
        def info(self) -> EngineInfo:
            return replace(super().info(), base_url="", address="")

    async with showing(Deaf(household())) as (app, pilot):
        await press(app, pilot, "w")
        assert isinstance(app.screen, HomeScreen)
        assert "no listener" in messages(app)[0]


async def test_texts_from_elsewhere_cannot_draw() -> None:
    bad = view("bad", name="[/x]\x1b[31m", schedule="\x1b]0;x\x07 * * *", tz="[red]\x1b[2J")
    async with showing(FakeEngine([bad]), (80, 24)) as (app, pilot):
        await press(app, pilot, "w")
        assert "\x1b" not in shown(app)
        assert {cell_len(strip.text) for strip in strips(app)} == {80}


def test_pulsetui_is_told_only_what_it_cannot_find_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By what a job of cron finds: it has none of the variables that are set here."""
    user = pwd.struct_passwd(("eva", "x", os.getuid(), 1, "", str(tmp_path), "/bin/sh"))
    monkeypatch.setattr(pwd, "getpwuid", lambda _: user)
    monkeypatch.setenv("PULSETUI_URL", "http://pulse.example.org/ping/KEY/")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    here, other, xdg = tmp_path / ".local/state/pulsetui", tmp_path / "o ther", tmp_path / "pulsetui"
    for folder in (here, other, xdg):
        folder.mkdir(parents=True)
        (folder / "engine.lock").write_text('{"url": "http://127.0.0.1:8787"}')
    info = replace(FakeEngine().info(), state_dir=str(here))
    assert ping_options(info) == ""
    assert ping_options(replace(info, state_dir=str(other))) == f"--state-dir '{other}'"
    assert ping_options(replace(info, state_dir=str(xdg))) == f"--state-dir {xdg}"
    far = replace(info, base_url="http://pulse.example.org/ping/KEY/")
    assert ping_options(far) == "--url http://pulse.example.org/ping/KEY"

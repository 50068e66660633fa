"""The help of each screen: every key that works there, spelled as a person reads it, and no other."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from textual.binding import Binding
from textual.pilot import Pilot

from pulsetui.tui.app import PulseApp
from pulsetui.tui.base.screen import PulseScreen
from pulsetui.tui.dialogs.help import HelpScreen, keys_of, spelled
from tests.tui.support.night_samples import busy_engine
from tests.tui.support.screen_driver import press, screen_text, showing

SCREENS: dict[str, Sequence[str]] = {
    "home": (),
    "details": ("enter",),
    "run": ("enter", "2", "enter"),
    "output": ("enter", "2", "enter", "2"),
    "difference": ("enter", "2", "enter", "3"),
    "incidents": ("i",),
    "timeline": ("t",),
    "ways": ("w",),
    "log": ("L",),
    "new": ("n",),
}


async def keys_on(app: PulseApp, pilot: Pilot[None], name: str) -> dict[str, str]:
    """Each key of the help with what it does."""
    await press(app, pilot, *SCREENS[name])
    assert isinstance(app.screen, PulseScreen)
    groups = keys_of(app.screen)
    return {key: entry.about for entries in groups.values() for entry in entries for key in entry.keys}


MOVES = ["↓", "j", "↑", "k", "g", "Home", "G", "End", "PgDn", "PgUp", "ctrl+d", "ctrl+u"]


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("home", [*MOVES, "Enter", "Space", "1", "9", "/", ":", "?", "Esc", "q"]),
        ("details", [*MOVES, "1", "2", "3", "4", "5", "Tab", "⇧Tab", "←", "→", "?"]),
        ("run", [*MOVES, "Enter", "1", "2", "3", "r", "x", "?"]),
        ("output", [*MOVES, "/", "n", "N", "r", "x", "?"]),
        ("incidents", [*MOVES, "Enter", "/", "e", "t", "Esc", "?"]),
        ("timeline", [*MOVES, ",", ".", "←", "→", "h", "l", "⇧←", "⇧→", "H", "L", "+", "-", "0", "?"]),
        ("ways", [*MOVES, "Space", "Enter", "y", "Tab", "?"]),
        ("log", ["j", "k", "G", "g", "PgDn", "/", "Esc", "?"]),
        ("new", ["ctrl+s", "Esc", "ctrl+o", "ctrl+t", "F1", "Tab", "⇧Tab"]),
    ],
)
async def test_the_help_has_the_keys_that_work_here(name: str, keys: Sequence[str]) -> None:
    async with showing(busy_engine()) as (app, pilot):
        shown = await keys_on(app, pilot, name)
        assert [key for key in keys if key not in shown] == []


@pytest.mark.parametrize("name", SCREENS)
async def test_every_key_of_ours_is_told_and_has_a_name(name: str) -> None:
    async with showing(busy_engine()) as (app, pilot):
        shown = await keys_on(app, pilot, name)
        ours = [
            binding
            for node, binding, enabled, _ in app.screen.active_bindings.values()
            if enabled and node is not app and _is_ours(binding)
        ]
        assert [binding.action for binding in ours if binding.id is None] == []
        assert all(len(key) < 8 and not re.search("_|comma|stop", key) for key in shown)
        assert all(shown.values())


def _is_ours(binding: Binding) -> bool:
    """Textual's own bindings have neither a help text of ours nor a name."""
    return bool(binding.id or (binding.tooltip and not binding.system))


@pytest.mark.parametrize(
    ("name", "clears"),
    [("home", True), ("details", False), ("incidents", True), ("timeline", False), ("log", True)],
)
async def test_esc_is_said_to_clear_only_where_it_does(name: str, clears: bool) -> None:
    async with showing(busy_engine()) as (app, pilot):
        shown = await keys_on(app, pilot, name)
        assert ("lear" in shown["Esc"]) is clears


async def test_keys_of_the_text_are_not_said_to_work_everywhere() -> None:
    async with showing(busy_engine(), (100, 60)) as (app, pilot):
        await press(app, pilot, *SCREENS["output"], "?")
        shown = screen_text(app)
        assert "Everywhere" not in shown
        assert shown.index("In the text") < shown.index("The next match")


async def test_the_output_is_shown_in_another_way_from_every_tab_that_says_so() -> None:
    async with showing(busy_engine()) as (app, pilot):
        shown = await keys_on(app, pilot, "difference")
        assert shown["x"] == "The output byte by byte, or not"
        await press(app, pilot, "x")
        assert "[2 Output]" in screen_text(app)


async def test_the_keys_leave_a_narrow_screen_to_the_words() -> None:
    async with showing(busy_engine(), (40, 12)) as (app, pilot):
        await press(app, pilot, "?")
        assert "Enter    Show details of the" in screen_text(app)


async def test_the_form_shows_its_help_on_f1_and_says_so() -> None:
    async with showing(busy_engine(), (80, 24)) as (app, pilot):
        await press(app, pilot, "n")
        assert screen_text(app).splitlines()[-1].strip().endswith("F1 help")
        await press(app, pilot, "f1")
        assert isinstance(app.screen, HelpScreen)
        assert "Save the check" in screen_text(app)
        await press(app, pilot, "enter")
        assert not isinstance(app.screen, HelpScreen)


@pytest.mark.parametrize(
    ("key", "read"),
    [
        ("comma", ","),
        ("shift+left", "⇧←"),
        ("ctrl+d", "ctrl+d"),
        ("ctrl+comma", "ctrl+,"),
        ("f5", "F5"),
        ("P", "P"),
    ],
)
def test_a_key_is_spelled_as_a_person_reads_it(key: str, read: str) -> None:
    assert spelled(key) == read

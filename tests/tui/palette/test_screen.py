"""The palette in the running app: whole commands, nothing found, and nothing run by mistake."""

from __future__ import annotations

from msgspec.structs import replace
from textual.command import CommandList
from textual.widgets import Input

from pulsetui.client.commands import Acknowledge, Pause, StartSnooze
from pulsetui.tui.app import PulseApp
from pulsetui.tui.palette.screen import VerbPalette
from pulsetui.tui.table.model import SortBy
from pulsetui.tui.table.screen import HomeScreen
from tests.client.fake import FakeEngine
from tests.client.samples import household, overdue, view
from tests.tui.support.screen_driver import press, screen_text, settled, showing


def line_of(app: PulseApp) -> str:
    return app.screen.query_one(Input).value


async def test_whole_commands_are_done() -> None:
    engine = FakeEngine([overdue("backup-db"), view("billing", tags=("money",))])
    async with showing(engine) as (app, pilot):
        await press(app, pilot, ":", "text:ack backup looking at it", "enter")
        await press(app, pilot, ":", "text:snooze billing 1h", "enter")
        await press(app, pilot, ":", "text:pause tag:money", "enter")
        acknowledge, snooze, pause = engine.commands
        assert isinstance(acknowledge, Acknowledge)
        assert (acknowledge.slugs, acknowledge.note) == (("backup-db",), "looking at it")
        assert isinstance(snooze, StartSnooze)
        assert isinstance(pause, Pause)
        assert pause.slugs == ("billing",)
        assert app.undo_label == 'Pause of "Billing" undone'


async def test_the_table_is_sorted_from_the_palette() -> None:
    async with showing(FakeEngine(household())) as (app, pilot):
        await press(app, pilot, ":", "text:sort last reverse", "enter")
        assert isinstance(app.screen, HomeScreen)
        assert (app.screen.model.sort, app.screen.model.reversed) == (SortBy.LAST, True)


async def test_what_matches_nothing_says_so_and_enter_leaves_it_there() -> None:
    engine = FakeEngine(household())
    async with showing(engine) as (app, pilot):
        await press(app, pilot, ":", "text:qqzzx [b]")
        assert 'Nothing matches "qqzzx [b]"' in screen_text(app)
        await press(app, pilot, "enter")
        assert isinstance(app.screen, VerbPalette)
        assert engine.commands == []


async def test_enter_on_what_was_probably_meant_takes_it_into_the_line() -> None:
    engine = FakeEngine([view("billing")])
    async with showing(engine) as (app, pilot):
        await press(app, pilot, ":", "text:snooze biling 1h")
        assert "did you mean billing?" in screen_text(app)
        await press(app, pilot, "enter")
        assert line_of(app) == "snooze billing "
        await press(app, pilot, "text:1h", "enter")
        assert isinstance(engine.commands[0], StartSnooze)


async def test_names_are_shown_as_they_are() -> None:
    hostile = [replace(one, name=f"[b]{one.name}[/b] [/") for one in household()]
    async with showing(FakeEngine(hostile), (120, 36)) as (app, pilot):
        await press(app, pilot, ":", "text:open search")
        assert "[b]" in screen_text(app)
        assert "[/" in screen_text(app)


async def test_what_was_found_for_other_letters_is_not_run() -> None:
    engine = FakeEngine([view("billing"), view("billing2")])
    async with showing(engine) as (app, pilot):
        await press(app, pilot, ":", "text:pause billing")
        with app.screen.prevent(Input.Changed):  # as on a host on which the search comes late
            app.screen.query_one(Input).value = "pause billing2"
        app.screen.query_one(CommandList).action_select()
        await settled(app, pilot)
        assert isinstance(app.screen, VerbPalette)
        assert engine.commands == []


async def test_ctrl_p_opens_it_and_its_first_lines_are_the_verbs_that_matter_most() -> None:
    async with showing(FakeEngine(household()), (100, 30)) as (app, pilot):
        await press(app, pilot, "ctrl+p")
        shown = screen_text(app)
        assert "Open (Enter)" in shown
        assert "a command, a check, or both" in shown.lower()

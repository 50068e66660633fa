"""The form: judged while typed, saved, refused, left."""

from __future__ import annotations

from textual.pilot import Pilot
from textual.widgets import Input

from pulsetui.monitor.view import FieldProblem
from pulsetui.tui.app import PulseApp
from pulsetui.tui.screens.dialogs import DiscardDialog
from pulsetui.tui.screens.edit import EditScreen
from pulsetui.tui.screens.home import HomeScreen
from tests.tui.fake_engine import FakeEngine
from tests.tui.looks import press, settled, showing, text, toasts
from tests.tui.views import view


def on(app: PulseApp) -> type[object]:
    return type(app.screen)


async def type_into(app: PulseApp, pilot: Pilot[None], key: str, value: str) -> None:
    app.screen.query_one(f"#field-{key} Input", Input).value = value
    await pilot.pause(0.2)


async def test_a_new_check_is_added_and_the_cursor_goes_to_it() -> None:
    engine = FakeEngine([view("a")])
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "n", "text:zz-new")
        await type_into(app, pilot, "schedule", "*/5 * * * *")
        await type_into(app, pilot, "tags", "ops, mail")
        assert "every 5 minutes" in text(app).lower()
        await press(app, pilot, "ctrl+s")

        assert engine.commands == [("add", "zz-new", {"cron": "*/5 * * * *", "tags": ["ops", "mail"]})]
        await settled(app, pilot)
        assert on(app) is HomeScreen
        home = app.screen
        assert isinstance(home, HomeScreen)
        assert home.model.cursor == "zz-new"


async def test_an_untouched_form_does_not_scream_and_a_save_shows_what_is_missing() -> None:
    engine = FakeEngine([])
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "n")
        assert "! " not in text(app)
        await press(app, pilot, "ctrl+s")
        assert engine.commands == []
        assert "is missing" in text(app)
        assert app.focused is app.screen.query_one("#field-slug Input")


async def test_problems_appear_at_the_field_while_typing_and_go_away() -> None:
    async with showing(FakeEngine([])) as (app, pilot):
        await press(app, pilot, "n")
        await type_into(app, pilot, "timezone", "Europe/Rigga")
        assert "no time zone 'Europe/Rigga'" in text(app)
        await type_into(app, pilot, "timezone", "Europe/Riga")
        assert "no time zone" not in text(app)


async def test_the_kind_switch_keeps_what_was_typed_for_each_kind() -> None:
    async with showing(FakeEngine([])) as (app, pilot):
        await press(app, pilot, "n", "tab", "tab")
        await type_into(app, pilot, "schedule", "0 2 * * *")
        await press(app, pilot, "left")
        entry = app.screen.query_one("#field-schedule Input", Input)
        assert entry.value == ""
        assert "15m" in entry.placeholder
        await press(app, pilot, "right")
        assert entry.value == "0 2 * * *"
        await press(app, pilot, "right")
        await type_into(app, pilot, "schedule", "Mon..Fri 06:00")
        assert "06:00" in text(app)


async def test_only_changed_keys_are_saved() -> None:
    engine = FakeEngine([view("a")])
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "e")
        assert on(app) is EditScreen
        await type_into(app, pilot, "grace", "2h")
        await type_into(app, pilot, "slug", "better-name")
        await press(app, pilot, "ctrl+s")
        assert engine.commands == [("edit", "a", {"grace": "2h"}, "better-name")]
        assert on(app) is HomeScreen


async def test_what_the_engine_refuses_is_shown_at_its_field_and_nothing_is_lost() -> None:
    engine = FakeEngine([view("a")])
    engine.refuse = "checks.toml was changed by somebody else"
    engine.problems = (FieldProblem(field="name", message="another check has this name"),)
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "e")
        await type_into(app, pilot, "name", "Same name")
        await press(app, pilot, "ctrl+s")
        assert on(app) is EditScreen
        assert "another check has this name" in text(app)
        assert "Not saved: checks.toml was changed by somebody else" in toasts(app)
        assert app.screen.query_one("#field-name Input", Input).value == "Same name"

        engine.refuse = ""
        await type_into(app, pilot, "name", "Other name")
        assert "another check has this name" not in text(app)
        await press(app, pilot, "ctrl+s")
        assert engine.commands[-1] == ("edit", "a", {"name": "Other name"}, None)


async def test_an_engine_that_goes_away_while_saving_loses_nothing() -> None:
    engine = FakeEngine([view("a")])
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "e")
        await type_into(app, pilot, "name", "Kept")
        engine.gone = True
        await press(app, pilot, "ctrl+s")
        assert on(app) is EditScreen
        assert app.screen.query_one("#field-name Input", Input).value == "Kept"
        assert any("no engine answers" in said for said in toasts(app))


async def test_escape_asks_only_when_something_was_changed() -> None:
    async with showing(FakeEngine([view("a")])) as (app, pilot):
        await press(app, pilot, "e", "escape")
        assert on(app) is HomeScreen

        await press(app, pilot, "e", "X", "escape")
        assert on(app) is DiscardDialog
        await press(app, pilot, "enter")  # the safe answer has the focus
        assert on(app) is EditScreen
        await press(app, pilot, "escape", "right", "enter")
        assert on(app) is HomeScreen


async def test_the_rarer_fields_open_when_one_of_them_is_wrong() -> None:
    async with showing(FakeEngine([view("a")]), (120, 50)) as (app, pilot):
        await press(app, pilot, "e")
        assert "Min. interval" not in text(app)
        app.screen.query_one("#more").focus()
        await press(app, pilot, "enter")
        assert "Min. interval" in text(app)
        await type_into(app, pilot, "min_interval", "soon")
        app.screen.query_one("#more").focus()
        await press(app, pilot, "enter")
        assert "Min. interval" not in text(app)

        await press(app, pilot, "ctrl+s")
        assert "Min. interval" in text(app)
        assert app.focused is app.screen.query_one("#field-min_interval Input")


async def test_the_form_can_be_used_at_40x12() -> None:
    engine = FakeEngine([])
    async with showing(engine, (40, 12)) as (app, pilot):
        await press(app, pilot, "n", "text:tiny", "tab", "tab", "tab", "text:0 2 * * *")
        await pilot.pause(0.2)
        assert "0 2 * * *" in text(app)
        assert "at 02:00 every day" in text(app)
        await press(app, pilot, "ctrl+s")
        assert engine.commands == [("add", "tiny", {"cron": "0 2 * * *"})]

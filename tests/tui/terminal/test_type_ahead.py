"""Keys that come faster than what they open: all in one read, as over a slow line or from a paste."""

from __future__ import annotations

import asyncio
import threading

import pytest
from textual.events import Key, Paste
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.widgets import Input

from pulsetui.client.commands import Pause
from pulsetui.client.views import CheckDetails
from pulsetui.errors import EngineUnreachableError
from pulsetui.tui.app import PulseApp
from pulsetui.tui.details.run_screen import RunScreen
from pulsetui.tui.details.screen import DetailsScreen
from pulsetui.tui.dialogs.ask import AcknowledgeDialog
from pulsetui.tui.dialogs.question import DeleteDialog
from pulsetui.tui.dialogs.snooze import SnoozeDialog
from pulsetui.tui.dialogs.themes import ThemesScreen
from pulsetui.tui.form.screen import EditScreen
from pulsetui.tui.table.screen import HomeScreen
from pulsetui.tui.terminal import type_ahead
from tests.client.fake import FakeEngine
from tests.client.samples import ME, household, overdue, view
from tests.tui.support.night_samples import busy_engine
from tests.tui.support.screen_driver import messages, screen_text, settled, showing

KEYS = {"⏎": "enter", "⎋": "escape", "⇥": "tab", "↓": "down", "→": "right"}


async def burst(app: PulseApp, pilot: Pilot[None], keys: str) -> None:
    """All keys at once; what comes of them is waited for only then."""
    for character in keys:
        name = KEYS.get(character) or _character_to_key(character)
        app.post_message(Key(name, None if character in KEYS else character))
    await settled(app, pilot)


def on(app: PulseApp) -> type[object]:
    """The kind of screen that is on top."""
    return type(app.screen)


def typed(app: PulseApp) -> str:
    return app.screen.query_one(Input).value


@pytest.mark.parametrize("words", ["pay", "daily", "status:down", "nzeq", "?:"])
async def test_what_follows_the_filter_key_is_the_filter_and_nothing_else(words: str) -> None:
    engine = FakeEngine(household())
    async with showing(engine) as (app, pilot):
        await burst(app, pilot, f"/{words}")
        assert isinstance(app.screen, HomeScreen)
        assert typed(app) == words
        assert app.screen.model.filter.text == words
        assert engine.commands == []
        assert messages(app) == []


async def test_a_filter_is_typed_kept_and_left_in_one_go() -> None:
    engine = FakeEngine([view("daily-report"), view("payments")])
    async with showing(engine) as (app, pilot):
        await burst(app, pilot, "/pay⏎p")
        assert engine.commands == [Pause(("payments",), by=ME)]

        await burst(app, pilot, "⎋/dai⎋/x")
        assert typed(app) == "x"


async def test_a_note_arrives_in_the_dialog_and_what_follows_its_end_at_the_table() -> None:
    engine = FakeEngine([overdue("backup"), view("payments")])
    async with showing(engine) as (app, pilot):
        await burst(app, pilot, "abank")
        assert isinstance(app.screen, AcknowledgeDialog)
        assert typed(app) == "bank"

        await burst(app, pilot, " is asked⏎jp")
        names = [command.verb for command in engine.commands]
        assert names == ["acknowledge", "pause"]
        assert "bank is asked" in str(engine.commands[0])
        assert "payments" in str(engine.commands[1])


async def test_a_length_chosen_in_the_same_breath_snoozes() -> None:
    engine = FakeEngine([view("payments")])
    async with showing(engine) as (app, pilot):
        await burst(app, pilot, "z⇥deploying")
        assert isinstance(app.screen, SnoozeDialog)
        assert typed(app) == "deploying"
        await burst(app, pilot, "⎋z1")
        assert [command.verb for command in engine.commands] == ["snooze"]


async def test_a_question_gets_the_keys_after_it() -> None:
    async with showing(FakeEngine([view("payments")])) as (app, pilot):
        await burst(app, pilot, "d→")
        assert isinstance(app.screen, DeleteDialog)
        assert app.screen.focused is app.screen.query_one("#delete")


async def test_letters_after_new_are_typed_into_the_form() -> None:
    engine = FakeEngine([view("payments")])
    async with showing(engine) as (app, pilot):
        await burst(app, pilot, "nqp-job")
        assert isinstance(app.screen, EditScreen)
        assert "qp-job" in screen_text(app)
        assert engine.commands == []


async def test_letters_after_the_palette_key_search_and_enter_runs_what_they_find() -> None:
    engine = FakeEngine(household())
    async with showing(engine) as (app, pilot):
        await burst(app, pilot, ":theme")
        assert typed(app) == "theme"
        await burst(app, pilot, "⎋")
        await burst(app, pilot, ":theme⏎")
        assert isinstance(app.screen, ThemesScreen)


async def test_keys_go_on_through_screens_that_ask_the_engine_first() -> None:
    async with showing(busy_engine()) as (app, pilot):
        await burst(app, pilot, "ij⏎")
        assert on(app) is DetailsScreen

        await burst(app, pilot, "⎋q⏎2⏎")
        assert on(app) is RunScreen


class SlowEngine(FakeEngine):
    """Gives details only when it is told to."""

    def __init__(self) -> None:
        super().__init__([view("payments"), view("reports")])
        self.may_answer = threading.Event()
        self.asked = threading.Event()
        self.fails = False

    def details(self, slug: str) -> CheckDetails:
        self.asked.set()
        assert self.may_answer.wait(10)
        if self.fails:
            raise EngineUnreachableError("gone")
        return super().details(slug)


async def test_letters_wait_for_a_form_that_is_read_from_the_engine() -> None:
    engine = SlowEngine()
    async with showing(engine) as (app, pilot):
        for character in "eX":
            app.post_message(Key(character, character))
        while not engine.asked.is_set():
            await pilot.pause()
        assert on(app) is HomeScreen
        engine.may_answer.set()
        await settled(app, pilot)
        assert isinstance(app.screen, EditScreen)
        assert app.screen.model.text("name") == "X"  # in place of the name, which was selected


async def test_letters_for_a_form_that_does_not_open_are_not_commands() -> None:
    engine = SlowEngine()
    engine.fails = True
    engine.may_answer.set()
    async with showing(engine) as (app, pilot):
        await burst(app, pilot, "epd")
        assert isinstance(app.screen, HomeScreen)
        assert engine.commands == []
        assert messages(app) == ["gone"]
        await burst(app, pilot, "p")
        assert [command.verb for command in engine.commands] == ["pause"]


async def test_no_key_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type_ahead, "MAX_HOLD_S", 0.05)
    monkeypatch.setattr(type_ahead, "FILLED_S", 0.05)
    engine = SlowEngine()
    async with showing(engine) as (app, pilot):
        for character in "epd":
            app.post_message(Key(character, character))
        while app.type_ahead.busy or not messages(app):
            await pilot.pause()
        assert isinstance(app.screen, HomeScreen)
        assert engine.commands == []
        assert messages(app) == ["Still opening: what was typed meanwhile was ignored"]

        app.post_message(Key("j", "j"))
        while app.screen.model.cursor != "reports":
            await pilot.pause()
        engine.may_answer.set()


async def test_esc_does_not_wait_for_an_engine_that_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type_ahead, "FILLED_S", 0.05)
    engine = SlowEngine()
    async with showing(engine) as (app, pilot):
        app.post_message(Key("enter", None))
        app.post_message(Key("escape", None))
        while not (engine.asked.is_set() and isinstance(app.screen, HomeScreen)):
            await pilot.pause()
        engine.may_answer.set()


async def test_pasted_text_goes_where_the_key_before_it_leads() -> None:
    async with showing(FakeEngine(household())) as (app, pilot):
        app.post_message(Key("slash", "/"))
        app.post_message(Paste("pay"))
        app.post_message(Key("r", "r"))
        await settled(app, pilot)
        assert typed(app) == "payr"


async def test_a_key_that_cannot_be_handed_on_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = FakeEngine([view("payments")])
    async with showing(engine) as (app, pilot):
        with monkeypatch.context() as broken:
            broken.setattr(app.type_ahead, "_ready", None)
            await burst(app, pilot, "ddd")
        assert app.type_ahead.waiting == 0
        await burst(app, pilot, "p")
        assert [command.verb for command in engine.commands] == ["pause"]


@pytest.mark.parametrize(("keys", "longest"), [("/", 500), (":", 600), ("a", 500)])
async def test_a_paste_that_is_too_long_is_cut_to_what_fits_and_says_so(keys: str, longest: int) -> None:
    async with showing(FakeEngine([overdue()])) as (app, pilot):
        await burst(app, pilot, keys + "xy")
        app.post_message(Paste("z" * 20_000))
        await settled(app, pilot)
        assert typed(app) == "xy" + "z" * (longest - 2)
        assert messages(app) == ["The paste was too long: only its beginning was kept"]


async def test_the_end_waits_for_no_key() -> None:
    engine = FakeEngine([view("payments")])
    async with showing(engine) as (app, _):
        for _ in range(50):
            app.type_ahead.take(Key("d", "d"))
        app.exit()
        app.type_ahead.take(Key("p", "p"))
        assert app.type_ahead.waiting == 0
        assert not app.type_ahead._waiting
    assert engine.commands == []


class GonePump:
    """One that has ended with a message in its queue."""

    is_running = False
    message_queue_size = 1

    def call_later(self, _: object) -> bool:
        return False


async def test_to_wait_for_what_has_ended_holds_up_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type_ahead, "MAX_HOLD_S", 0.05)
    async with showing(FakeEngine([view()])) as (app, _):
        for name in ("_way", "_pumps"):
            monkeypatch.setattr(app.type_ahead, name, lambda: iter([GonePump()]))
        waiting = asyncio.create_task(app.type_ahead._quiet())
        turns = 0
        while not waiting.done():
            await asyncio.sleep(0)
            turns += 1
        assert turns > 3


async def test_keys_held_down_all_arrive_in_order() -> None:
    async with showing(FakeEngine([view(f"job-{n:03}") for n in range(100)])) as (app, pilot):
        await burst(app, pilot, "j" * 60 + "k" * 20)
        assert isinstance(app.screen, HomeScreen)
        assert app.screen.model.cursor == "job-040"


async def test_keys_after_the_one_that_quits_do_nothing() -> None:
    engine = FakeEngine([view("payments")])
    async with showing(engine) as (app, pilot):
        for character in "qqpd":
            app.post_message(Key(character, character))
        while app.is_running:
            await pilot.pause()
    assert engine.commands == []

"""The table by what a person does with it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from pulsetui.client.commands import Pause, RemoveCheck, Unacknowledge, UndoPause, UndoRemove, UndoResume
from pulsetui.client.views import Notice
from pulsetui.core.state.status import Status
from pulsetui.tui.app import PulseApp
from pulsetui.tui.details.screen import DetailsScreen
from pulsetui.tui.dialogs.ask import AcknowledgeDialog, CopyMenu
from pulsetui.tui.dialogs.help import HelpScreen
from pulsetui.tui.dialogs.question import DeleteDialog
from pulsetui.tui.dialogs.too_small import TooSmallScreen
from pulsetui.tui.form.screen import EditScreen
from pulsetui.tui.table import verbs
from pulsetui.tui.table.model import TableModel
from pulsetui.tui.table.screen import HomeScreen
from tests.client.fake import FakeEngine
from tests.client.samples import HOUR, ME, NOW, crowd, household, late, new, overdue, view
from tests.tui.support.screen_driver import messages, press, screen_text, settled, showing, strips


def home(app: PulseApp) -> HomeScreen:
    screen = app.screen_stack[0]
    assert isinstance(screen, HomeScreen)
    return screen


def on(app: PulseApp) -> type[object]:
    """The kind of screen that is on top."""
    return type(app.screen)


async def test_keys_move_the_cursor_and_stop_at_both_ends() -> None:
    async with showing(FakeEngine(crowd(100))) as (app, pilot):
        model = home(app).model
        assert model.cursor_index() == 0
        for key, index in [("k", 0), ("j", 1), ("down", 2), ("up", 1), ("G", 99), ("j", 99), ("g", 0)]:
            await pilot.press(key)
            assert model.cursor_index() == index, key
        await pilot.press("pagedown")
        page = model.cursor_index()
        assert page is not None
        assert page > 20
        await pilot.press("ctrl+u")
        assert model.cursor_index() == page - page // 2 or model.cursor_index() == page - (page // 2 + 1)
        assert model.cursor is not None
        assert home(app).table.scroll_offset.y <= (model.cursor_index() or 0)


async def test_rows_stand_still_while_a_person_moves_and_settle_afterwards() -> None:
    engine = FakeEngine([view(f"job-{n}") for n in range(5)])
    async with showing(engine) as (app, pilot):
        await pilot.press("j")
        engine.put(overdue("job-4"))
        await settled(app, pilot)
        screen = home(app)
        assert screen.model.key_at(0) == "job-0"
        assert "overdue" in screen_text(app)

        screen.table.release()
        screen.tick()
        await pilot.pause()
        assert screen.model.key_at(0) == "job-4"
        assert screen.model.cursor == "job-1"


async def test_the_cursor_line_stays_on_the_screen_line_when_rows_move_above_it() -> None:
    engine = FakeEngine([view(f"job-{n:03}") for n in range(200)])
    async with showing(engine) as (app, pilot):
        table = home(app).table
        table.go_to(100)
        table.release()
        await pilot.pause()
        line = 100 - table.scroll_offset.y

        engine.put(*(overdue(f"job-{n:03}") for n in range(150, 160)))
        await settled(app, pilot)

        assert home(app).model.cursor == "job-100"
        assert home(app).model.cursor_index() == 110
        assert 110 - table.scroll_offset.y == line


async def test_a_tick_repaints_only_lines_whose_text_changed() -> None:
    engine = FakeEngine(
        [view(f"job-{n}", last_ping=NOW - 5 * HOUR) for n in range(8)]
        + [view("soon", next_ping=NOW + timedelta(seconds=90), last_ping=NOW - 5 * HOUR)]
    )
    async with showing(engine) as (app, pilot):
        screen = home(app)
        assert screen._ticker is not None
        screen._ticker.pause()
        engine.advance(1)
        screen.tick()
        await pilot.pause()
        drawn: list[int] = []
        table = screen.table
        render = table.render_line
        table.render_line = lambda y: (drawn.append(y), render(y))[1]  # type: ignore[method-assign,func-returns-value]

        engine.advance(1)
        screen.tick()
        await pilot.pause()
        assert drawn == [screen.model.index_of("soon")]

        drawn.clear()
        screen.tick()
        await pilot.pause()
        assert drawn == []


async def test_a_check_turns_late_on_the_screen_by_the_clock_alone() -> None:
    engine = FakeEngine([view("a"), view("b", next_ping=NOW + timedelta(seconds=30))])
    async with showing(engine) as (app, pilot):
        assert "late" not in screen_text(app)
        engine.advance(31)
        home(app).tick()
        await pilot.pause()
        assert "late by 1s" in screen_text(app)
        assert "◐ 1 late" in screen_text(app)


async def test_filtering_as_you_type_and_back() -> None:
    async with showing(FakeEngine(household())) as (app, pilot):
        await press(app, pilot, "/", "text:tag:billing")
        assert "3 of 12" in screen_text(app)
        assert "Newsletter" not in screen_text(app)

        await press(app, pilot, "enter", "j")
        assert home(app).model.cursor_index() == 1
        assert "3 of 12 shown" in screen_text(app)
        assert "filter:  tag:billing" in screen_text(app)
        assert " Esc clear " in screen_text(app)

        await press(app, pilot, "escape")
        assert "Newsletter" in screen_text(app)
        assert "of 12 shown" not in screen_text(app)
        assert " Esc " not in screen_text(app)


async def test_the_last_line_says_what_escape_ends_next() -> None:
    async with showing(FakeEngine(household())) as (app, pilot):
        await press(app, pilot, "2", "space", "/", "text:a", "enter")
        for word in ("clear", "unmark", "show all"):
            assert f" Esc {word} " in screen_text(app)
            await press(app, pilot, "escape")
        assert " Esc " not in screen_text(app)


async def test_letters_are_text_while_the_filter_is_open() -> None:
    engine = FakeEngine(household())
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "/", "text:qpad?")
        assert home(app).model.filter.text == "qpad?"
        assert engine.commands == []
        assert 'None of 12 checks matches "qpad?"' in screen_text(app)

        await press(app, pilot, "escape")
        assert home(app).model.filter.text == ""
        assert home(app).table.has_focus


async def test_where_a_filter_takes_long_no_letter_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verbs, "_MANY", 0)
    monkeypatch.setattr(verbs, "_PATIENCE_S", 3600.0)
    asked: list[str] = []
    monkeypatch.setattr(TableModel, "set_filter", lambda _, text: asked.append(text))
    async with showing(FakeEngine(household())) as (app, pilot):
        await press(app, pilot, "/", "text:tag:billing")
        assert "filter:  tag:billing" in screen_text(app)
        assert asked == []
        await press(app, pilot, "enter")
        assert asked == ["tag:billing"]
        await press(app, pilot, "/", "text:x", "escape")
        assert asked == ["tag:billing", ""]
        monkeypatch.setattr(verbs, "_PATIENCE_S", 0.01)
        await press(app, pilot, "/", "text:y")
        while asked[-1] != "y":
            await pilot.pause(0.01)


async def test_sorting_goes_round_and_turns() -> None:
    async with showing(FakeEngine(household())) as (app, pilot):
        await press(app, pilot, "s")
        assert "CHECK ▴" in screen_text(app)  # A to Z
        assert home(app).model.key_at(0) == "backup-db"
        await press(app, pilot, "S")
        assert "CHECK ▾" in screen_text(app)
        assert home(app).model.key_at(0) == "thumbnails"


async def test_a_click_on_a_title_sorts_and_a_double_click_opens() -> None:
    async with showing(FakeEngine(household())) as (app, pilot):
        await pilot.click("#header", offset=(6, 0))
        await pilot.pause()
        assert "CHECK ▴" in screen_text(app)

        await pilot.click("#checks", offset=(8, 2), times=2)
        await settled(app, pilot)
        assert isinstance(app.screen, DetailsScreen)
        assert app.screen.slug == home(app).model.key_at(2)


async def test_pausing_and_undoing() -> None:
    engine = FakeEngine([view("a"), view("b")])
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "p")
        assert engine.commands == [Pause(("a",), by=ME)]
        assert engine.checks()["a"].status is Status.PAUSED
        assert 'Paused "A"' in messages(app)

        await press(app, pilot, "u")
        assert engine.commands[-1] == UndoPause(("a",))
        await press(app, pilot, "u")
        assert "There is nothing to undo" in messages(app)


async def test_undoing_brings_back_the_row_of_before_be_it_a_pause_or_a_resume() -> None:
    down = overdue("a")
    engine = FakeEngine([down])
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "p")
        await press(app, pilot, "p")
        assert engine.checks()["a"].status is Status.NEW

        await press(app, pilot, "u")
        assert engine.commands[-1] == UndoResume(("a",))
        assert engine.checks()["a"].status is Status.PAUSED

        engine.put(down)
        await settled(app, pilot)
        await press(app, pilot, "p")
        await press(app, pilot, "u")
        assert engine.checks()["a"] == down
        assert "✖ 1 down" in screen_text(app)


async def test_marked_checks_are_paused_together() -> None:
    engine = FakeEngine([view(f"job-{n}") for n in range(4)])
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "space", "space", "p")
        assert engine.commands == [Pause(("job-0", "job-1"), by=ME)]

        await press(app, pilot, "e")
        assert any("one check at a time" in said for said in messages(app))
        await press(app, pilot, "escape")
        assert home(app).model.marks == set()


async def test_acknowledging_with_a_note_calms_the_row() -> None:
    engine = FakeEngine([overdue("a"), view("b")])
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "a")
        assert isinstance(app.screen, AcknowledgeDialog)
        await press(app, pilot, "text:on it", "enter")

        incident = engine.checks()["a"].incident
        assert incident is not None
        assert incident.note == "on it"
        assert "◇ 1 acknowledged" in screen_text(app)

        await press(app, pilot, "a")
        assert engine.commands[-1] == Unacknowledge(("a",))


async def test_escape_leaves_an_incident_unacknowledged() -> None:
    engine = FakeEngine([overdue("a")])
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "a", "escape")
        assert engine.commands == []
        assert on(app) is HomeScreen


async def test_a_key_that_cannot_do_anything_says_why() -> None:
    engine = FakeEngine([view("a")])
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "a")
        assert "It is not down: there is nothing to acknowledge" in messages(app)
        engine.connected = False
        await press(app, pilot, "p")
        assert any("cannot be reached" in said for said in messages(app))
        assert engine.commands == []


async def test_deleting_asks_with_the_safe_answer_focused_and_can_be_undone() -> None:
    engine = FakeEngine([view("a", n_pings=1), view("b")])
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "d")
        assert isinstance(app.screen, DeleteDialog)
        assert 'Delete "A"?' in screen_text(app)
        assert "Its 1 ping and its" in screen_text(app)
        await press(app, pilot, "enter")
        await press(app, pilot, "d", "n")
        assert engine.commands == []

        await press(app, pilot, "d", "right", "enter")
        assert engine.commands == [RemoveCheck(("a",))]
        assert home(app).model.cursor == "b"

        await press(app, pilot, "u")
        undo = engine.commands[-1]
        assert isinstance(undo, UndoRemove)
        assert undo.slugs == ("a",)
        assert undo.fields["cron"] == "0 2 * * *"
        assert 'Deletion of "A" undone: a restored' in messages(app)
        assert home(app).model.cursor == "a", "the next key is meant for it, as before"


async def test_the_cursor_goes_to_a_restored_check_while_other_rows_are_held() -> None:
    engine = FakeEngine([view("a"), view("b"), view("c")])
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "j", "d", "y")  # the order waits for a person who moves
        assert home(app).model.cursor == "c"
        await press(app, pilot, "u")
        assert home(app).model.cursor == "b"


async def test_a_deletion_can_be_answered_with_y() -> None:
    engine = FakeEngine([view("a"), view("b")])
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "d", "y")
        assert engine.commands == [RemoveCheck(("a",))]


async def test_an_engine_that_does_not_answer_is_told_and_nothing_breaks() -> None:
    engine = FakeEngine([view("a")])
    engine.gone = True
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "p")
        assert "no engine answers at http://127.0.0.1:8787" in messages(app)
        await press(app, pilot, "u")
        assert "There is nothing to undo" in messages(app)


async def test_a_refused_command_says_why_and_is_not_undone() -> None:
    engine = FakeEngine([view("a")])
    engine.refuse = "checks.toml cannot be written: [disk] full"
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "p")
        assert "a: checks.toml cannot be written: [disk] full" in messages(app)
        assert app.actions.undo_label == ""


async def test_copying_shows_the_texts_and_sends_one() -> None:
    engine = FakeEngine([view("a")])
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "y")
        assert on(app) is CopyMenu
        assert "http://127.0.0.1:8787/ping/a" in screen_text(app)
        assert "0 2 * * * /path/to/job && curl -fsS -m 10" in screen_text(app)
        await press(app, pilot, "u")
        assert app.clipboard == "http://127.0.0.1:8787/ping/a"
        assert "sent to the terminal's clipboard" in screen_text(app)
        assert on(app) is HomeScreen, "it has done what it was opened for"


async def test_help_lists_the_keys_that_work_here() -> None:
    async with showing(FakeEngine(household()), (100, 100)) as (app, pilot):
        await press(app, pilot, "?")
        assert isinstance(app.screen, HelpScreen)
        shown = screen_text(app)
        for part in ("Here", "Pause the check, or resume it", "In the list", "One check down", "Undo"):
            assert part in shown


async def test_notices_stay_until_they_are_dismissed() -> None:
    engine = FakeEngine([view("a")])
    engine.notices = (
        Notice(key="unwatched", level="info", text="3 checks could not be judged"),
        Notice(key="config", level="error", text="checks.toml:3: unknown key [/x]"),
        Notice(key="hook:mail", level="warning", text="mail fails since today 02:00"),
    )
    async with showing(engine) as (app, pilot):
        assert "checks.toml:3: unknown key [/x]" in screen_text(app)
        assert "and 1 more" in screen_text(app)

        await press(app, pilot, "N")
        assert "3 checks could not be judged" in screen_text(app)
        await press(app, pilot, "escape", "x")
        assert engine.dismissed == ["config"]
        assert "unknown key" not in screen_text(app)


async def test_a_lost_connection_is_seen() -> None:
    engine = FakeEngine([view("a")])
    async with showing(engine) as (app, pilot):
        engine.connected = False
        engine.tell()
        await settled(app, pilot)
        assert "connection lost" in screen_text(app)


async def test_checks_that_appear_change_the_empty_screen_into_the_table() -> None:
    engine = FakeEngine([])
    async with showing(engine) as (app, pilot):
        assert "No checks yet." in screen_text(app)
        engine.put(new("first-one"))
        await settled(app, pilot)
        assert "First one" in screen_text(app)
        engine.take_away("first-one")
        await settled(app, pilot)
        assert "No checks yet." in screen_text(app)


async def test_n_opens_the_form_from_the_empty_screen() -> None:
    async with showing(FakeEngine([])) as (app, pilot):
        await press(app, pilot, "n")
        assert isinstance(app.screen, EditScreen)


async def test_the_palette_goes_to_any_check() -> None:
    views = [replace(v, name=f"[b]{v.name}") for v in household()]
    async with showing(FakeEngine(views)) as (app, pilot):
        await pilot.press(":")
        await pilot.pause(0.1)
        await press(app, pilot, "text:searchindex")
        await pilot.pause(0.4)
        await pilot.press("enter")
        await pilot.pause(0.2)
        await settled(app, pilot)
        assert isinstance(app.screen, DetailsScreen)
        assert app.screen.slug == "search-index"


async def test_a_theme_change_repaints_the_table() -> None:
    async with showing(FakeEngine([view(), late()])) as (app, pilot):
        before = {str(segment.style) for strip in strips(app) for segment in strip}
        app.theme = "pulse-light"
        await pilot.pause()
        await pilot.pause()
        after = {str(segment.style) for strip in strips(app) for segment in strip}
        assert not before & after


async def test_a_terminal_that_is_too_small_says_so_and_recovers() -> None:
    async with showing(FakeEngine(household())) as (app, pilot):
        await pilot.resize_terminal(20, 5)
        await pilot.pause(0.2)
        assert on(app) is TooSmallScreen
        await pilot.resize_terminal(80, 24)
        await pilot.pause(0.2)
        assert on(app) is HomeScreen
        assert {strip.cell_length for strip in strips(app)} == {80}


async def test_screens_do_not_pile_up_in_a_terminal_that_is_too_small() -> None:
    async with showing(FakeEngine(household())) as (app, pilot):
        for _ in range(3):
            await pilot.resize_terminal(20, 5)
            await pilot.press("ctrl+p")
            app.push_screen(HelpScreen(lambda _width: [()]))  # what was still being opened
            await pilot.resize_terminal(19, 5)
            assert sum(isinstance(screen, TooSmallScreen) for screen in app.screen_stack) == 1
            await pilot.resize_terminal(80, 24)
            await pilot.press("escape")
            await pilot.pause(0.2)
            assert [type(screen) for screen in app.screen_stack] == [HomeScreen]


async def test_every_width_shows_whole_lines_after_a_resize() -> None:
    async with showing(FakeEngine(household()), (240, 20)) as (app, pilot):
        for width in (40, 60, 80, 110, 136, 240):
            await pilot.resize_terminal(width, 20)
            await pilot.pause(0.15)
            assert {strip.cell_length for strip in strips(app)} == {width}
            assert "Back up the d" in screen_text(app)


async def test_y_on_the_empty_table_copies_the_line_that_stands_there() -> None:
    async with showing(FakeEngine([]), (80, 24)) as (app, pilot):
        assert "(y copies it)" in screen_text(app)
        await press(app, pilot, "y")
        assert (
            app.clipboard
            == "curl -fsS -m 10 -o /dev/null 'http://127.0.0.1:8787/ping/sync-invoices?create=1'"
        )
        assert messages(app) == ["Curl line: sent to the terminal's clipboard"]

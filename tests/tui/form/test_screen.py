"""The form: judged while typed, saved, refused, left."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot
from textual.widgets import Input

from pulsetui.client.commands import AddCheck, EditCheck
from pulsetui.client.views import FieldProblem
from pulsetui.core.state.status import Reason
from pulsetui.tui.app import PulseApp
from pulsetui.tui.dialogs.question import DiscardDialog
from pulsetui.tui.draw.paint import LineList
from pulsetui.tui.form.pick import PickScreen
from pulsetui.tui.form.screen import EditScreen
from pulsetui.tui.table.screen import HomeScreen
from tests.client.fake import FakeEngine
from tests.client.samples import ABOUT, details_of, view
from tests.tui.support.screen_driver import (
    check_snapshot,
    messages,
    press,
    screen_text,
    settled,
    showing,
    snapshot,
)


def on(app: PulseApp) -> type[object]:
    return type(app.screen)


def flat(app: PulseApp) -> str:
    """What stands beside the form as one line, however it is wrapped."""
    preview = app.screen.query_one("#preview", LineList)
    return " ".join(" ".join(" ".join(part for part, _ in line) for line in preview.lines).split())


async def type_into(app: PulseApp, pilot: Pilot[None], key: str, value: str) -> None:
    app.screen.query_one(f"#field-{key} Input", Input).value = value
    await pilot.pause(0.2)


async def test_a_new_check_is_added_and_the_cursor_goes_to_it() -> None:
    engine = FakeEngine([view("a")])
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "n", "text:zz-new")
        await type_into(app, pilot, "schedule", "*/5 * * * *")
        await type_into(app, pilot, "tags", "ops, mail")
        assert "every 5 minutes" in screen_text(app).lower()
        await press(app, pilot, "ctrl+s")

        assert engine.commands == [AddCheck(("zz-new",), {"cron": "*/5 * * * *", "tags": ["ops", "mail"]})]
        await settled(app, pilot)
        assert on(app) is HomeScreen
        home = app.screen
        assert isinstance(home, HomeScreen)
        assert home.model.cursor == "zz-new"


async def test_an_untouched_form_does_not_scream_and_a_save_shows_what_is_missing() -> None:
    engine = FakeEngine([])
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "n")
        assert "! " not in screen_text(app)
        await press(app, pilot, "ctrl+s")
        assert engine.commands == []
        assert "! A name is required" in screen_text(app)
        assert "! An expression is required. Write one like 0 2 * * *" in screen_text(app)
        assert app.focused is app.screen.query_one("#field-name Input")


async def test_problems_appear_at_the_field_while_typing_and_go_away() -> None:
    async with showing(FakeEngine([])) as (app, pilot):
        await press(app, pilot, "n")
        await type_into(app, pilot, "timezone", "Europe/Rigga")
        assert "no time zone 'Europe/Rigga'" in screen_text(app)
        await type_into(app, pilot, "timezone", "Europe/Riga")
        assert "no time zone" not in screen_text(app)


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
        assert "06:00" in screen_text(app)


async def test_only_changed_keys_are_saved() -> None:
    engine = FakeEngine([view("a")])
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "e")
        assert on(app) is EditScreen
        await type_into(app, pilot, "grace", "2h")
        await type_into(app, pilot, "slug", "better-name")
        await press(app, pilot, "ctrl+s")
        assert engine.commands == [EditCheck(("a",), {"grace": "2h"}, new_slug="better-name")]
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
        assert "another check has this name" in screen_text(app)
        assert "Not saved: checks.toml was changed by somebody else" in messages(app)
        app.messages.clear()
        await settled(app, pilot)
        assert "Not saved: checks.toml was changed" in screen_text(app), "until it is tried again"
        assert app.screen.query_one("#field-name Input", Input).value == "Same name"

        engine.refuse = ""
        await type_into(app, pilot, "name", "Other name")
        assert "another check has this name" not in screen_text(app)
        await press(app, pilot, "ctrl+s")
        assert engine.commands[-1] == EditCheck(("a",), {"name": "Other name"})


async def test_an_engine_that_goes_away_while_saving_loses_nothing() -> None:
    engine = FakeEngine([view("a")])
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "e")
        await type_into(app, pilot, "name", "Kept")
        engine.gone = True
        await press(app, pilot, "ctrl+s")
        assert on(app) is EditScreen
        assert app.screen.query_one("#field-name Input", Input).value == "Kept"
        assert any("no engine answers" in said for said in messages(app))


async def test_escape_asks_only_when_something_was_changed() -> None:
    async with showing(FakeEngine([view("a")])) as (app, pilot):
        await press(app, pilot, "e", "escape")
        assert on(app) is HomeScreen

        await press(app, pilot, "e", "X", "escape")
        assert on(app) is DiscardDialog
        await press(app, pilot, "enter")  # the safe answer has the focus
        assert on(app) is EditScreen
        await press(app, pilot, "escape", "right", "right", "enter")
        assert on(app) is HomeScreen


@pytest.mark.parametrize("key", ["n", "q", "escape"])
async def test_no_is_always_the_answer_that_loses_nothing(key: str) -> None:
    async with showing(FakeEngine([view("a")])) as (app, pilot):
        await press(app, pilot, "e", "X", "escape", key)
        assert on(app) is EditScreen
        assert app.screen.query_one("#field-name Input", Input).value == "X"


async def test_leaving_a_form_can_be_answered_with_y_and_with_ctrl_s() -> None:
    engine = FakeEngine([view("a")])
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "e", "X", "escape", "y")
        assert on(app) is HomeScreen
        assert engine.commands == []

        await press(app, pilot, "e", "X", "escape", "ctrl+s")
        assert on(app) is HomeScreen
        assert engine.commands == [EditCheck(("a",), {"name": "X"})]

        engine.refuse = "checks.toml was changed by somebody else"
        await press(app, pilot, "e", "Y", "escape", "ctrl+s")
        assert on(app) is EditScreen  # what could not be saved is still there


async def test_the_rarer_fields_open_when_one_of_them_is_wrong() -> None:
    async with showing(FakeEngine([view("a")]), (120, 50)) as (app, pilot):
        await press(app, pilot, "e")
        assert "Min interval" not in screen_text(app)
        app.screen.query_one("#fold-more").focus()
        await press(app, pilot, "enter")
        assert "Min interval" in screen_text(app)
        await type_into(app, pilot, "min_interval", "soon")
        app.screen.query_one("#fold-more").focus()
        await press(app, pilot, "enter")
        assert "Min interval" not in screen_text(app)

        await press(app, pilot, "ctrl+s")
        assert "Min interval" in screen_text(app)
        assert app.focused is app.screen.query_one("#field-min_interval Input")


async def test_the_form_can_be_used_at_40x12() -> None:
    engine = FakeEngine([])
    async with showing(engine, (40, 12)) as (app, pilot):
        await press(app, pilot, "n", "text:tiny", "tab", "tab", "tab", "text:0 2 * * *")
        await pilot.pause(0.2)
        assert "0 2 * * *" in screen_text(app)
        assert "at 02:00 every day" in screen_text(app)
        await press(app, pilot, "ctrl+s")
        assert engine.commands == [AddCheck(("tiny",), {"cron": "0 2 * * *"})]


async def test_advice_stands_beside_the_form_while_it_is_typed() -> None:
    async with showing(FakeEngine([view("a")])) as (app, pilot):
        await press(app, pilot, "e")
        assert "grace is longer than the gap" not in flat(app)
        await type_into(app, pilot, "schedule", "*/15 * * * *")
        await type_into(app, pilot, "grace", "3h")
        assert "grace is longer than the gap, two runs are 15m apart" in flat(app)
        await type_into(app, pilot, "grace", "5m")
        assert "grace is longer than the gap" not in flat(app)


async def test_the_night_when_clocks_change_is_named() -> None:
    async with showing(FakeEngine([])) as (app, pilot):
        await press(app, pilot, "n")
        await type_into(app, pilot, "schedule", "30 3 * * *")
        await type_into(app, pilot, "timezone", "Europe/Riga")
        assert "2026-03-29" in flat(app)


async def test_expectations_are_judged_by_the_last_run_as_they_are_typed() -> None:
    engine = FakeEngine([view("a", last_metrics={"records": 312.0}, last_duration=152.0)])
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "e")
        await type_into(app, pilot, "expect", "records >= 1, duration < 1m")
        assert "records >= 1: the last run had 312: it would pass" in flat(app)
        assert "duration < 1m: the last run took 2m 32s: it would fail" in flat(app)


@pytest.mark.parametrize("ascii_only", [False, True])
async def test_all_kinds_of_schedule_can_be_read_and_clicked_at_40_cells(ascii_only: bool) -> None:
    async with showing(FakeEngine([]), (40, 12), ascii_only=ascii_only) as (app, pilot):
        await press(app, pilot, "n")
        assert "every [cron] calendar" in screen_text(app)
        for kind in ("calendar", "every", "cron"):
            shown = next(line for line in screen_text(app).splitlines() if "calendar" in line)
            await pilot.click("#kind", offset=(shown.index(kind) + 1, 0))
            await settled(app, pilot)
            assert f"[{kind}]" in screen_text(app)
            assert "…" not in shown.partition("Schedule")[2]


async def test_the_next_instants_stand_on_both_clocks() -> None:
    async with showing(FakeEngine([])) as (app, pilot):
        await press(app, pilot, "n")
        await type_into(app, pilot, "schedule", "0 2 * * *")
        await type_into(app, pilot, "timezone", "America/New_York")
        assert "America/New_York Europe/Riga" in flat(app)
        assert "tomorrow 02:00 tomorrow 08:00" in flat(app)


async def test_tags_are_picked_from_those_in_use_and_typed_ones_are_kept() -> None:
    engine = FakeEngine([view("a", tags=("billing",)), view("b", tags=("billing", "[/ops]"))])
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "n")
        app.screen.query_one("#field-tags Input").focus()
        await type_into(app, pilot, "tags", "mine")
        await press(app, pilot, "ctrl+o")
        assert on(app) is PickScreen
        shown = screen_text(app)
        assert "[ ] billing  2 checks" in shown
        assert "[ ] [/ops]  1 check" in shown
        assert "[x] mine  new" in shown
        await press(app, pilot, "space", "down", "space", "enter")
        assert on(app) is EditScreen
        assert app.screen.query_one("#field-tags Input", Input).value == "billing, [/ops], mine"

        await press(app, pilot, "ctrl+o", "space", "escape")
        assert app.screen.query_one("#field-tags Input", Input).value == "billing, [/ops], mine"


async def test_all_hooks_picked_is_the_empty_field_and_none_of_them_is_said() -> None:
    async with showing(FakeEngine([view("a")])) as (app, pilot):
        await press(app, pilot, "e")
        entry = app.screen.query_one("#field-hooks Input", Input)
        entry.focus()
        await press(app, pilot, "ctrl+o")
        assert "[x] desktop" in screen_text(app)
        assert "[x] ops-mail" in screen_text(app)
        await press(app, pilot, "space", "enter")
        assert entry.value == "ops-mail"
        await press(app, pilot, "ctrl+o", "down", "space", "enter")
        assert entry.value == "none"
        await press(app, pilot, "ctrl+o", "a", "enter")
        assert entry.value == ""


async def test_a_schedule_in_plain_english_is_understood_and_taken() -> None:
    engine = FakeEngine([])
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "n", "text:report")
        await type_into(app, pilot, "schedule", "weekdays at 6:30")
        assert "Did you mean cron 30 6 * * 1-5" in flat(app)
        await press(app, pilot, "ctrl+t")
        assert app.screen.query_one("#field-schedule Input", Input).value == "30 6 * * 1-5"
        await type_into(app, pilot, "schedule", "every 20 minutes")
        await press(app, pilot, "ctrl+t")
        assert "● every" in screen_text(app)
        await press(app, pilot, "ctrl+s")
        assert engine.commands == [AddCheck(("report",), {"every": "20m"})]


async def test_the_zone_is_completed_and_the_right_arrow_takes_it() -> None:
    async with showing(FakeEngine([])) as (app, pilot):
        await press(app, pilot, "n")
        entry = app.screen.query_one("#field-timezone Input", Input)
        entry.focus()
        await press(app, pilot, "text:europe/ri")
        for _ in range(100):
            if entry._suggestion:
                break
            await pilot.pause(0.02)
        await press(app, pilot, "right")
        assert entry.value == "Europe/Riga"


async def test_what_does_not_fit_beside_the_form_is_reached_with_tab_and_scrolled() -> None:
    engine = FakeEngine([view("a", last_metrics={"records": 312.0})])
    async with showing(engine, (60, 20)) as (app, pilot):
        await press(app, pilot, "e")
        await type_into(app, pilot, "schedule", "*/15 * * * *")
        await type_into(app, pilot, "expect", ", ".join(f"m{n} > 1" for n in range(6)))
        preview = app.screen.query_one("#preview")
        assert preview.can_focus
        for _ in range(20):
            await pilot.press("tab")
            if app.focused is preview:
                break
        assert app.focused is preview
        await press(app, pilot, "G")
        assert "m5 > 1" in screen_text(app)


@pytest.mark.parametrize("size", [(80, 24), (120, 36)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_form_looks_as_it_should(size: tuple[int, int]) -> None:
    known = view("a", last_metrics={"records": 312.0}, tags=("billing",), usual_duration=175.0)
    async with showing(FakeEngine([known]), size) as (app, pilot):
        await press(app, pilot, "e")
        await type_into(app, pilot, "schedule", "*/15 * * * *")
        await type_into(app, pilot, "expect", "records >= 1, rows > 0")
        check_snapshot(f"edit-{size[0]}x{size[1]}", snapshot(app))


async def test_down_and_up_go_from_field_to_field_where_the_form_has_to_scroll() -> None:
    async with showing(FakeEngine(), (60, 12)) as (app, pilot):
        await press(app, pilot, "n")
        screen = app.screen
        assert isinstance(screen, EditScreen)
        seen = []
        for key in ("down", "down", "down", "down", "up"):
            await press(app, pilot, key)
            seen.append(screen._field())
        assert seen == ["slug", "", "schedule", "grace", "schedule"]


def value(app: PulseApp, key: str) -> str:
    return app.screen.query_one(f"#field-{key} Input", Input).value


async def test_a_name_is_typed_first_and_proposes_the_slug() -> None:
    engine = FakeEngine([view("nightly-uberweisung")])
    async with showing(engine, (80, 24)) as (app, pilot):
        await press(app, pilot, "n", "text:Nightly Überweisung")
        assert value(app, "slug") == "nightly-uberweisung-2"
        await type_into(app, pilot, "schedule", "0 2 * * *")
        await press(app, pilot, "ctrl+s")
        assert engine.commands == [
            AddCheck(("nightly-uberweisung-2",), {"name": "Nightly Überweisung", "cron": "0 2 * * *"})
        ]


async def test_a_slug_of_the_person_stays_whatever_the_name_becomes() -> None:
    async with showing(FakeEngine([]), (80, 24)) as (app, pilot):
        await press(app, pilot, "n", "text:Pay", "tab", "end", "text:-2", "shift+tab", "end", "text:ments")
        assert value(app, "name") == "Payments"
        assert value(app, "slug") == "pay-2"


async def test_a_name_of_a_check_that_is_there_leaves_its_slug_alone() -> None:
    async with showing(FakeEngine([view("a")]), (80, 24)) as (app, pilot):
        await press(app, pilot, "e", "text:Other")
        assert value(app, "slug") == "a"


async def test_ctrl_t_takes_what_a_field_is_told_to_try() -> None:
    async with showing(FakeEngine([]), (80, 24)) as (app, pilot):
        await press(app, pilot, "n", "tab", "text:Nightly Job")
        await pilot.pause(0.2)
        assert 'Try "nightly-job".' in screen_text(app)
        assert "ctrl+t apply" in screen_text(app).splitlines()[-1]
        await press(app, pilot, "ctrl+t")
        assert value(app, "slug") == "nightly-job"
        await pilot.pause(0.2)
        assert "ctrl+t apply" not in screen_text(app).splitlines()[-1]

        await press(app, pilot, "tab", "tab", "text:0 25 * * *")
        await pilot.pause(0.2)
        assert 'Try "0 1 * * *"' in screen_text(app)
        await press(app, pilot, "ctrl+t")
        assert value(app, "schedule") == "0 1 * * *"
        await press(app, pilot, "ctrl+t")
        assert messages(app) == ["There is no suggestion to apply"]


async def test_an_empty_expression_is_asked_for_in_the_words_of_a_form() -> None:
    async with showing(FakeEngine([]), (80, 24)) as (app, pilot):
        await press(app, pilot, "n", "text:job", "tab", "tab", "left", "ctrl+s")
        assert "! An expression is required. Write one like 15m" in screen_text(app)
        await press(app, pilot, "ctrl+t")
        assert value(app, "schedule") == ""


async def test_the_switch_and_the_line_for_more_stand_out_only_while_they_have_the_focus() -> None:
    async with showing(FakeEngine([]), (80, 24)) as (app, pilot):
        await press(app, pilot, "n", "tab", "tab")
        assert "← → switches" in screen_text(app)
        await press(app, pilot, "tab")
        assert "← → switches" not in screen_text(app)


async def open_alerts(app: PulseApp, pilot: Pilot[None]) -> None:
    app.screen.query_one("#fold-alerts").focus()
    await press(app, pilot, "enter")
    await settled(app, pilot)


def ruled_engine() -> FakeEngine:
    about = replace(ABOUT, hook_names=("phone", "boss"))
    engine = FakeEngine([view("a"), view("db", name="The database")], about=about)
    fields = {"every": "1h", "alerts": {"phone": {"quiet": "22:00-07:00"}}}
    engine.make_details = lambda one: replace(details_of(one), fields=fields)
    return engine


async def test_alerts_unfold_with_rules_for_all_hooks_or_one() -> None:
    engine = ruled_engine()
    async with showing(engine, (120, 48)) as (app, pilot):
        await press(app, pilot, "e")
        assert "Depends on" not in screen_text(app)
        await open_alerts(app, pilot)
        assert "Rules for      ← all hooks →  others for phone" in screen_text(app)
        await type_into(app, pilot, "alerts-after", "10m")
        app.screen.query_one("#rules").focus()
        await press(app, pilot, "right")
        entry = app.screen.query_one("#field-alerts-quiet Input", Input)
        assert entry.value == "22:00-07:00"
        assert app.screen.query_one("#field-alerts-after Input", Input).value == ""
        assert "← phone →  others for all hooks" in screen_text(app)
        await type_into(app, pilot, "alerts-days", "mon-fir")
        assert "! mon-fir: is not a weekday" in screen_text(app).replace('"', "")
        await type_into(app, pilot, "alerts-days", "mon-fri")
        await press(app, pilot, "ctrl+s")
        rules = {"phone": {"quiet": "22:00-07:00", "days": "mon-fri"}, "after": "10m"}
        assert engine.commands == [EditCheck(("a",), {"alerts": rules})]


async def test_what_a_check_needs_and_the_reasons_are_picked_from_lists() -> None:
    engine = ruled_engine()
    async with showing(engine, (120, 48)) as (app, pilot):
        await press(app, pilot, "e")
        await open_alerts(app, pilot)
        app.screen.query_one("#field-depends_on Input").focus()
        await press(app, pilot, "ctrl+o")
        assert on(app) is PickScreen
        assert "The database" in screen_text(app)
        await press(app, pilot, "space", "enter")
        assert app.screen.query_one("#field-depends_on Input", Input).value == "db"
        app.screen.query_one("#field-alerts-reasons Input").focus()
        await press(app, pilot, "ctrl+o", "space", "enter")
        assert app.screen.query_one("#field-alerts-reasons Input", Input).value in list(Reason)


async def test_what_is_refused_in_a_fold_opens_it() -> None:
    engine = ruled_engine()
    engine.refuse = "not saved"
    engine.problems = (FieldProblem(field="alerts.holidays", message="there is no file days.ics"),)
    async with showing(engine, (120, 48)) as (app, pilot):
        await press(app, pilot, "e")
        await type_into(app, pilot, "grace", "2h")
        await press(app, pilot, "ctrl+s")
        await settled(app, pilot)
        assert "! there is no file days.ics" in screen_text(app)
        assert app.focused is app.screen.query_one("#field-alerts-holidays Input")
        app.screen.query_one("#rules").focus()
        await press(app, pilot, "right")
        await pilot.pause(0.2)
        assert "! For all hooks: there is no file days.ics" in screen_text(app)


@pytest.mark.parametrize("size", [(40, 12), (80, 24)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_rules_look_as_they_should(size: tuple[int, int]) -> None:
    async with showing(ruled_engine(), size) as (app, pilot):
        await press(app, pilot, "e")
        await open_alerts(app, pilot)
        app.screen.query_one("#rules").focus()
        await settled(app, pilot)
        check_snapshot(f"edit-alerts-{size[0]}x{size[1]}", snapshot(app))

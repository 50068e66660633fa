"""The details of one check."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from pulsetui.client.commands import Pause
from pulsetui.core.state.status import Status
from pulsetui.tui.app import PulseApp
from pulsetui.tui.details.body import BodyScreen
from pulsetui.tui.details.panes import tab_line
from pulsetui.tui.details.screen import DetailsScreen
from tests.client.fake import FakeEngine
from tests.client.samples import ME, NOW, details_of, household, incident, overdue, view
from tests.tui.support.screen_driver import messages, press, screen_text, settled, showing, strips


async def opened(app: PulseApp, pilot: Pilot[None], slug: str) -> DetailsScreen:
    app.open_check(slug)
    await settled(app, pilot)
    assert isinstance(app.screen, DetailsScreen)
    return app.screen


async def test_the_overview_says_how_it_stands_and_what_was_missed() -> None:
    async with showing(FakeEngine(household())) as (app, pilot):
        await opened(app, pilot, "backup-db")
        shown = screen_text(app)
        assert "Missed 3 runs since Sun 03:30" in shown
        assert "Missed  3 runs" in shown
        assert "Next due                      Europe/Berlin" in shown
        assert "tomorrow 03:30   in 16h       tomorrow 02:30" in shown  # Riga is an hour ahead
        assert "! skipped on the night when clocks go forward" in shown


async def test_keys_walk_through_the_panes() -> None:
    async with showing(FakeEngine(household())) as (app, pilot):
        await opened(app, pilot, "backup-db")
        for key, mark in [
            ("tab", "[2 Runs 20]"),
            ("l", "[3 Pings 48]"),
            ("4", "[4 Incidents 2]"),
            ("right", "[5 Deliveries 2]"),
            ("tab", "[1 Overview]"),
            ("shift+tab", "[5 Deliveries 2]"),
        ]:
            await press(app, pilot, key)
            assert mark in screen_text(app), key
        assert "smtp.example.org:587 refused the connection" in screen_text(app)
        assert "3 tries, retry in 4m" in screen_text(app)


async def test_a_narrow_screen_names_the_other_panes_by_their_letters() -> None:
    async with showing(FakeEngine(household()), size=(40, 12)) as (app, pilot):
        await opened(app, pilot, "backup-db")
        assert "[1 Overview]  2 R  3 P  4 I  5 D" in screen_text(app)
        await press(app, pilot, "5")
        assert "1 O  2 R  3 P  4 I [5 Deliveries 2]" in screen_text(app)


@pytest.mark.parametrize("width", [*range(20, 100)])
def test_the_panes_are_named_as_fully_as_there_is_room(width: int) -> None:
    counts = (None, 17, 48, 2, 12345)
    line = "".join(text for text, _ in tab_line(4, counts, width))
    assert len(line) <= max(width, 42)
    assert "[5 Deliveries 12345]" in line
    assert all(str(n) in line for n in range(1, 6)), "each can be gone to by its key"


async def test_incidents_list_the_missed_instants_and_who_knew() -> None:
    async with showing(FakeEngine(household())) as (app, pilot):
        await opened(app, pilot, "backup-db")
        await press(app, pilot, "4")
        shown = screen_text(app)
        assert "missed 3 runs:                    Europe/Berlin" in shown
        assert shown.count("· ") >= 3
        assert "acknowledged by eva" in shown
        assert "disk was full" in shown


async def test_a_body_is_fetched_and_shown_as_nothing_but_text() -> None:
    engine = FakeEngine([view("a")])
    engine.bodies[("a", 48)] = b"\x1b[31mred\x1b[0m [/x]\n\tindented\n" + "日本".encode() * 100 + b"\xff"
    async with showing(engine, (80, 24)) as (app, pilot):
        await opened(app, pilot, "a")
        await press(app, pilot, "3", "enter")
        assert type(app.screen) is BodyScreen
        shown = screen_text(app)
        assert "red [/x]" in shown
        assert "        indented" in shown
        assert "\x1b" not in shown
        assert {strip.cell_length for strip in strips(app)} == {80}
        await press(app, pilot, "escape", "j", "enter")
        assert "This ping has no body." in screen_text(app)


async def test_a_change_of_the_check_is_seen_at_once() -> None:
    engine = FakeEngine([overdue("a")])
    async with showing(engine) as (app, pilot):
        await opened(app, pilot, "a")
        known = overdue("a", incident=incident(acknowledged_at=NOW, acknowledged_by="eva", note="[b]known"))
        engine.put(known)
        await settled(app, pilot)
        assert "acknowledged by eva: [b]known" in screen_text(app)

        engine.put(view("a"))
        await settled(app, pilot)
        assert "Up since" in screen_text(app)


async def test_verbs_work_on_the_check_that_is_open() -> None:
    engine = FakeEngine([view("a"), view("b")])
    async with showing(engine) as (app, pilot):
        await opened(app, pilot, "b")
        await press(app, pilot, "p")
        assert engine.commands == [Pause(("b",), by=ME)]
        assert engine.checks()["b"].status is Status.PAUSED
        assert "p resume" in screen_text(app)
        await press(app, pilot, "a")
        assert any("not down" in said for said in messages(app))


async def test_a_deleted_check_says_so_and_escape_goes_back() -> None:
    engine = FakeEngine([view("a"), view("b")])
    async with showing(engine) as (app, pilot):
        await opened(app, pilot, "a")
        engine.take_away("a")
        await settled(app, pilot)
        assert "no longer in checks.toml" in screen_text(app)
        await press(app, pilot, "p")
        assert any("no check under the cursor" in said for said in messages(app))
        await press(app, pilot, "escape")
        assert len(app.screen_stack) == 1


async def test_an_engine_that_is_gone_leaves_what_is_known() -> None:
    engine = FakeEngine([view("a")])
    engine.gone = True
    async with showing(engine) as (app, pilot):
        await opened(app, pilot, "a")
        assert "no engine answers at http://127.0.0.1:8787" in screen_text(app)
        assert "Up since" in screen_text(app)

        engine.gone = False
        engine.put(view("a"))
        await settled(app, pilot)
        assert "no engine answers" not in screen_text(app)
        assert "Added" in screen_text(app)


async def test_the_list_keeps_its_ping_when_newer_ones_arrive() -> None:
    engine = FakeEngine([view("a")])
    async with showing(engine) as (app, pilot):
        await opened(app, pilot, "a")
        await press(app, pilot, "3", "j", "j")
        before = details_of(view("a"))
        newer = replace(before.pings[0], n=49)
        engine.details_by_slug["a"] = replace(before, pings=(newer, *before.pings))
        engine.put(view("a", n_pings=49))
        await settled(app, pilot)
        await pilot.press("enter")
        await settled(app, pilot)
        assert "Body of ping 46" in screen_text(app)

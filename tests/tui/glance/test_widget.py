"""The rows below a short table, on the screen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pulsetui.tui.app import PulseApp
from pulsetui.tui.glance import model, widget
from pulsetui.tui.glance.room import free_rows
from pulsetui.tui.glance.widget import GlancePane
from pulsetui.tui.table.screen import HomeScreen
from tests.client.fake import FakeEngine
from tests.client.samples import NOW, crowd, failed, household, overdue, view
from tests.tui.support.screen_driver import besides, glanced, press, screen_text, settled, showing


def home(app: PulseApp) -> HomeScreen:
    screen = app.screen
    assert isinstance(screen, HomeScreen)
    return screen


@pytest.mark.parametrize(
    ("width", "height", "room", "lines", "free"),
    [
        (120, 36, 30, 12, 18),
        (120, 36, 30, 26, 0),  # too few to say anything
        (120, 36, 30, 300, 0),
        (120, 36, 30, 0, 0),
        (79, 36, 30, 12, 0),
        (80, 23, 18, 5, 0),
        (80, 24, 18, 5, 13),
    ],
)
def test_only_rows_that_the_table_does_not_need_are_free(
    width: int, height: int, room: int, lines: int, free: int
) -> None:
    assert free_rows(width, height, room, lines) == free


async def test_a_short_table_keeps_its_rows_and_the_others_tell_what_helps() -> None:
    async with showing(FakeEngine(household())) as (app, pilot):
        await glanced(app, pilot)
        shown = screen_text(app)
        assert "Open incidents  3, 1 acknowledged" in shown
        assert "exit status 2: gzip: /var/log/app.log: No space left on device" in shown
        assert "□" in shown
        assert home(app).table.size.height == len(home(app).model)

        await pilot.resize_terminal(120, 20)
        await pilot.pause(0.2)
        assert "Open incidents" not in screen_text(app)
        assert home(app).table.size.height == 20 - 4
        await pilot.resize_terminal(120, 36)
        await pilot.pause(0.2)
        assert "Open incidents" in screen_text(app)


async def test_a_table_that_grows_takes_its_rows_back() -> None:
    engine = FakeEngine([overdue(), *(view(f"job-{n}") for n in range(12))])
    async with showing(engine, (100, 30)) as (app, pilot):
        await glanced(app, pilot)
        for n in range(12, 40):
            engine.put(view(f"job-{n}"))
        await settled(app, pilot)
        await pilot.pause()
        assert "Open incidents" not in screen_text(app)
        assert home(app).table.size.height == 30 - 5


async def test_an_incident_that_the_filter_hides_is_told_all_the_same_until_it_ends() -> None:
    engine = FakeEngine([failed(), *(view(f"job-{n}") for n in range(40))])
    async with showing(engine) as (app, pilot):
        assert not app.screen.query(GlancePane)
        await press(app, pilot, "slash", "text:job-1", "enter")
        await glanced(app, pilot)
        assert "✖ Rotate logs failed since" in screen_text(app)
        engine.put(overdue("job-2"))
        await settled(app, pilot)
        await pilot.pause()
        assert "Open incidents  2" in screen_text(app)
        engine.put(view("rotate-logs"))
        engine.take_away("job-2")
        await settled(app, pilot)
        await pilot.pause()
        assert "Open incidents" not in screen_text(app)


async def test_nothing_is_made_anew_while_nothing_but_seconds_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []
    lines = model.glance_lines

    def counted(*args: Any) -> Any:
        made.append(args)
        return lines(*args)

    monkeypatch.setattr(widget, "glance_lines", counted)
    later = view("a", next_ping=NOW + timedelta(hours=5), deadline=NOW + timedelta(hours=6))
    engine = FakeEngine([overdue(), later])
    async with showing(engine) as (app, pilot):
        await glanced(app, pilot)
        made.clear()
        for _ in range(5):
            engine.advance(5)
            home(app).tick()
        home(app).show_lines()
        assert made == []
        engine.advance(60)
        home(app).tick()
        assert len(made) == 1


async def test_an_engine_that_does_not_answer_is_told_and_no_lane_of_the_past_stays() -> None:
    engine = FakeEngine([overdue()])
    async with showing(engine) as (app, pilot):
        await glanced(app, pilot)
        engine.gone = True
        app.screen.query_one(GlancePane)._fetch()
        await settled(app, pilot)
        await pilot.pause()
        assert "no engine answers at http://127.0.0.1:8787" in screen_text(app)
        assert "□" not in screen_text(app)


async def test_a_long_table_has_none_and_a_wide_one_has_it_beside_the_details() -> None:
    async with showing(FakeEngine(crowd(300)), (200, 60)) as (app, pilot):
        await besides(app, pilot)
        assert not app.screen.query(GlancePane)
    async with showing(FakeEngine(household()), (200, 60)) as (app, pilot):
        await besides(app, pilot)
        await glanced(app, pilot)
        assert "Open incidents  3" in screen_text(app)
        assert "Latest runs" in screen_text(app) or "Next due" in screen_text(app)

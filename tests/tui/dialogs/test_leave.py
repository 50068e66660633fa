"""Leaving the screen: nobody stops the watching without a word."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from pulsetui.tui.app import PulseApp
from pulsetui.tui.details.screen import DetailsScreen
from pulsetui.tui.dialogs.leave import LeaveDialog
from pulsetui.tui.table.screen import HomeScreen
from tests.client.fake import FakeEngine
from tests.client.samples import household, view
from tests.tui.support.screen_driver import press, screen_text, showing


async def ended(app: PulseApp, pilot: Pilot[None], *keys: str) -> bool:
    """Whether the screen ends with the last of these keys, and not before."""
    for key in keys[:-1]:
        await press(app, pilot, key)
        assert app.is_running, key
    await pilot.press(keys[-1])
    await pilot.pause()
    return app._exit


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (40, 12), (30, 6)])
async def test_q_says_that_the_watching_stops_and_how_it_goes_on(size: tuple[int, int]) -> None:
    async with showing(FakeEngine(household()), size) as (app, pilot):
        await press(app, pilot, "q")
        assert isinstance(app.screen, LeaveDialog)
        shown = screen_text(app)
        assert "Stop watching?" in shown
        if size[1] >= 12:
            words = " ".join(shown.replace("│", " ").split())
            assert "watches 12 checks" in words
            assert "quit: stop watching" in words
            assert "keep watching in the background" in words


@pytest.mark.parametrize(
    ("keys", "keeps_watching"),
    [
        (("q", "q"), False),
        (("q", "b"), True),
        (("ctrl+q", "ctrl+q"), False),
        (("q", "j", "enter"), True),
        (("q", "j", "j", "enter"), False),
        (("enter", "ctrl+q", "q"), False),
        (("slash", "ctrl+q", "b"), True),
    ],
)
async def test_two_answers_end_the_screen(keys: tuple[str, ...], keeps_watching: bool) -> None:
    engine = FakeEngine([view()])
    async with showing(engine) as (app, pilot):
        assert await ended(app, pilot, *keys)
    assert app.keeps_watching is keeps_watching
    assert app.return_code == 0
    assert engine.listeners == []
    assert engine._alerted == []


@pytest.mark.parametrize("answer", ["escape", "enter", "n"])
async def test_one_may_think_better_of_it(answer: str) -> None:
    async with showing(FakeEngine([view()])) as (app, pilot):
        await press(app, pilot, "q", "x", "d", answer)
        assert isinstance(app.screen, HomeScreen)
        assert app.is_running


@pytest.mark.parametrize("key", ["q", "ctrl+q"])
@pytest.mark.parametrize("attached", ["", "http://ops.example:8787"])
async def test_attached_nothing_stops_so_nothing_is_asked(attached: str, key: str) -> None:
    async with showing(FakeEngine([view()]), attached=attached) as (app, pilot):
        assert await ended(app, pilot, key)
    assert not app.keeps_watching


async def test_q_elsewhere_only_closes_what_is_open() -> None:
    async with showing(FakeEngine([view()])) as (app, pilot):
        await press(app, pilot, "enter")
        assert type(app.screen) is DetailsScreen
        await press(app, pilot, "q")
        assert len(app.screen_stack) == 1
        assert app.is_running


async def test_where_there_is_no_room_for_a_question_none_is_asked() -> None:
    async with showing(FakeEngine([view()]), (20, 5)) as (app, pilot):
        assert await ended(app, pilot, "q")

"""What is said stands in the last line: never more than two, never the same twice, gone with the next key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rich.cells import cell_len

from pulsetui.tui.draw.hints import Spoken, message_lines
from pulsetui.tui.messages import Messages
from tests.client.fake import FakeEngine
from tests.client.samples import view
from tests.tui.support.night_samples import busy_engine
from tests.tui.support.screen_driver import messages, press, screen_text, settled, showing


class Timers:
    """An app whose timers are called by hand."""

    def __init__(self, app: Any, timers: list[tuple[float, Callable[[], None]]]) -> None:
        self.screen_stack = app.screen_stack
        self._timers = timers

    def set_timer(self, seconds: float, then: Callable[[], None]) -> None:
        self._timers.append((seconds, then))


async def test_the_same_news_stands_there_once() -> None:
    async with showing(FakeEngine([view("a")]), (40, 12)) as (app, pilot):
        await press(app, pilot, "x", "x", "x")
        assert messages(app) == ["There are no notices"]
        assert screen_text(app).count("There are no notices") == 1


async def test_news_takes_the_place_of_what_was_said_before_in_the_same_tone() -> None:
    async with showing(FakeEngine([view("a")])) as (app, pilot):
        await press(app, pilot, "s", "s", "S")
        assert len(messages(app)) == 1
        assert messages(app)[0] == "Sorted by due, soonest last"
        await press(app, pilot, "x")
        assert messages(app) == [messages(app)[0], "There are no notices"]


async def test_errors_stand_beside_each_other_and_the_oldest_gives_way() -> None:
    async with showing(FakeEngine([view("a")])) as (app, pilot):
        for said in ("first", "second", "second", "third"):
            app.say(said, severity="error")
        app.say("done")
        await settled(app, pilot)
        assert messages(app) == ["third", "done"]


async def test_what_is_said_covers_nothing_but_the_keys() -> None:
    async with showing(busy_engine(), (80, 24)) as (app, pilot):
        await press(app, pilot, "t")
        *before, keys = screen_text(app).splitlines()
        app.say("This is the widest zoom")
        await settled(app, pilot)
        *after, said = screen_text(app).splitlines()
        assert after == before
        assert said.startswith(" This is the widest zoom  ")
        assert said.endswith("? help"), "the most important keys still stand behind it"
        app.messages.clear()
        await settled(app, pilot)
        assert screen_text(app).splitlines() == [*before, keys]


async def test_the_next_key_takes_away_what_could_be_read() -> None:
    async with showing(FakeEngine([view("a"), view("b")])) as (app, pilot):
        app.say("read")
        app.messages._was_read(app.said[0])
        app.say("an error", severity="error")
        await press(app, pilot, "j")
        assert messages(app) == ["an error"], "there was no time yet to read that"
        app.messages._was_read(app.said[0])
        await press(app, pilot, "k")
        assert messages(app) == []


async def test_a_message_goes_by_itself() -> None:
    async with showing(FakeEngine([view("a")])) as (app, _):
        timers: list[tuple[float, Callable[[], None]]] = []
        app.messages = Messages(Timers(app, timers))  # type: ignore[arg-type]
        app.say("first")
        app.say("wrong", severity="error")
        assert [seconds for seconds, _ in timers] == [1.0, 5.0, 4.0, 12.0]
        timers[1][1]()
        assert messages(app) == ["wrong"]
        timers[3][1]()
        assert messages(app) == []


async def test_what_was_said_before_a_screen_closed_is_read_on_the_one_below() -> None:
    async with showing(FakeEngine([view("a")]), (80, 24)) as (app, pilot):
        await press(app, pilot, "t")
        app.say("Saved a")
        app.pop_screen()
        await settled(app, pilot)
        assert screen_text(app).splitlines()[-1].startswith(" Saved a  ")
        await press(app, pilot, "i")
        assert screen_text(app).splitlines()[-1].startswith(" Saved a  "), "and on one that was opened since"


@pytest.mark.parametrize("severity", ["information", "warning", "error"])
def test_a_long_message_has_three_lines_and_a_mark_that_needs_no_colour(severity: str) -> None:
    lines = message_lines(Spoken("word " * 100, severity), 40)
    texts = ["".join(text for text, _ in line) for line in lines]
    assert len(texts) == 3
    assert all(cell_len(text) <= 40 for text in texts)
    assert texts[-1].endswith("…")
    mark = {"information": "", "warning": "! ", "error": "✖ "}[severity]
    assert texts[0].startswith(f" {mark}word")


async def test_text_from_outside_is_only_text() -> None:
    async with showing(FakeEngine([view("a")]), (80, 24)) as (app, pilot):
        app.say("[red]a\x1b[31m\nb[/red] \u202e")
        await settled(app, pilot)
        assert screen_text(app).splitlines()[-1].strip().startswith("[red]a")
        assert "\x1b" not in screen_text(app)
        assert "\u202e" not in screen_text(app)

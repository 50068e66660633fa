"""News in the corner: never more than two, and never the same twice."""

from __future__ import annotations

from tests.client.fake import FakeEngine
from tests.client.samples import view
from tests.tui.support.night_samples import busy_engine
from tests.tui.support.screen_driver import press, screen_text, settled, showing, toasts


async def test_the_same_news_stands_there_once() -> None:
    async with showing(FakeEngine([view("a")]), (40, 12)) as (app, pilot):
        await press(app, pilot, "x", "x", "x")
        assert toasts(app) == ["There are no notices"]
        assert screen_text(app).count("There are no notices") == 1


async def test_news_takes_the_place_of_what_was_said_before_in_the_same_tone() -> None:
    async with showing(FakeEngine([view("a")])) as (app, pilot):
        await press(app, pilot, "s", "s", "S")
        assert len(toasts(app)) == 1
        assert toasts(app)[0] == "Sorted by due, soonest last"
        await press(app, pilot, "x")
        assert toasts(app) == [toasts(app)[0], "There are no notices"]


async def test_errors_stand_beside_each_other_and_the_oldest_gives_way() -> None:
    async with showing(FakeEngine([view("a")])) as (app, pilot):
        for said in ("first", "second", "second", "third"):
            app.say(said, severity="error")
        app.say("done")
        await settled(app, pilot)
        assert toasts(app) == ["third", "done"]


async def test_news_on_the_timeline_leaves_the_sentence_of_the_cursor_free() -> None:
    async with showing(busy_engine(), (80, 24)) as (app, pilot):
        await press(app, pilot, "t")
        below = screen_text(app).splitlines()[-8:]
        app.say("This is the widest zoom")
        await settled(app, pilot)
        assert "This is the widest zoom" in screen_text(app)
        assert screen_text(app).splitlines()[-8:] == below

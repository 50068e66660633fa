"""The page of a run that goes on: it follows what the job reports, and says what nobody can know yet."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace
from textual.pilot import Pilot

from pulsetui.client.views import PingView, RunView
from pulsetui.core.state.status import Outcome, PingKind
from pulsetui.tui.app import PulseApp
from pulsetui.tui.details.run_screen import RunScreen
from pulsetui.tui.draw.reader import TextView
from tests.client.fake import FakeEngine
from tests.client.samples import NOW, view
from tests.tui.support.run_samples import SECONDS, engine_of, ping, run
from tests.tui.support.screen_driver import press, screen_text, settled, showing

SLUG = "sync-invoices"
STARTED = NOW - timedelta(seconds=130)


def going_on(said: str = "", **changes: object) -> RunView:
    made = {"started_at": STARTED, "ended_at": None, "outcome": Outcome.RUNNING, "duration": None}
    return run(43, 0, **{**made, "exit_status": None, "metrics": {}, "detail": said, **changes})


def note(n: int, body: bytes, seconds: int = 60) -> PingView:
    one = ping(43, PingKind.START, going_on(), body)
    return replace(one, n=n, kind=PingKind.LOG, at=STARTED + timedelta(seconds=seconds))


def told(engine: FakeEngine, newest: RunView, *pings: PingView) -> None:
    """The engine knows this of the run from now on, newest ping first."""
    known = view(SLUG, started=newest.outcome is Outcome.RUNNING, started_at=STARTED, running=1)
    made = engine.make_details(known)
    start = ping(43, PingKind.START, going_on())
    older = [one for one in made.runs if one.n != newest.n]
    engine.details_by_slug[SLUG] = replace(
        made,
        runs=(newest, *older),
        pings=(*pings, start, *(one for one in made.pings if one.run != newest.n)),
    )
    engine.put(known)


def engine() -> FakeEngine:
    made = engine_of(view(SLUG))
    told(made, going_on())
    return made


async def news(app: PulseApp, pilot: Pilot[None]) -> None:
    """Asks at once for what is read once a second."""
    await settled(app, pilot)
    screen = app.screen
    assert isinstance(screen, RunScreen)
    screen._ask()
    await settled(app, pilot)


async def open_output(app: PulseApp, pilot: Pilot[None]) -> None:
    app.open_check(SLUG)
    await settled(app, pilot)
    await press(app, pilot, "2", "enter", "2")


async def test_what_the_job_reports_stands_there_as_it_comes() -> None:
    fake = engine()
    async with showing(fake, (110, 30)) as (app, pilot):
        await open_output(app, pilot)
        shown = screen_text(app)
        assert "This run is still going on." in shown
        assert "11:27:50  started" in shown
        assert "run the job with" not in shown

        told(fake, going_on("40% page 3"))
        await news(app, pilot)
        assert "11:30:00  40% page 3" in screen_text(app)
        fake.advance(10)
        fake.bodies[SLUG, 44] = b"two lines\n\x1b[31mof a report\x1b[0m [/x]\n"
        told(fake, going_on("80% page 6"), note(44, fake.bodies[SLUG, 44]))
        await news(app, pilot)
        lines = [line.rstrip() for line in screen_text(app).splitlines()]
        at = lines.index("11:27:50  started")
        assert lines[at : at + 5] == [
            "11:27:50  started",
            "11:28:50  two lines",
            "          of a report [/x]",
            "11:30:00  40% page 3",
            "11:30:10  80% page 6",
        ]
        await press(app, pilot, "1")
        assert "2m 20s, usually" in screen_text(app)
        fake.advance(5)
        app.screen.tick()  # type: ignore[attr-defined]
        await pilot.pause()
        assert "2m 25s, usually" in screen_text(app)
        await press(app, pilot, "3")
        assert "it can be compared when its output has come" in screen_text(app)


async def test_of_a_run_whose_end_was_never_reported_that_is_said() -> None:
    fake = engine()
    told(fake, going_on(outcome=Outcome.HUNG), note(44, b"page 1"))
    fake.bodies[SLUG, 44] = b"page 1"
    async with showing(fake, (110, 30)) as (app, pilot):
        await open_output(app, pilot)
        shown = screen_text(app)
        assert "The end of this run was never reported" in shown
        assert "11:28:50  page 1" in shown
        assert "run the job with" not in shown


async def test_at_its_end_the_whole_output_takes_their_place() -> None:
    fake = engine()
    async with showing(fake, (110, 30)) as (app, pilot):
        await open_output(app, pilot)
        ended = going_on(outcome=Outcome.FAILED, ended_at=NOW, duration=SECONDS[0], exit_status=3)
        end = replace(ping(44, PingKind.FAIL, ended, b"HTTP 502 Bad Gateway\n"), run=43)
        fake.bodies[SLUG, 44] = b"HTTP 502 Bad Gateway\n"
        told(fake, ended, end)
        await news(app, pilot)
        shown = screen_text(app)
        assert "✖ failed  run 43" in shown
        assert "HTTP 502 Bad Gateway" in shown
        assert "still going on" not in shown
        await press(app, pilot, "3")
        assert "+ HTTP 502 Bad Gateway" in screen_text(app)


async def test_it_stays_at_the_end_until_somebody_scrolls_up() -> None:
    fake = engine()
    async with showing(fake, (110, 16)) as (app, pilot):
        await open_output(app, pilot)
        text = app.screen.query_one("#output").query_one(TextView)
        for n in range(14):
            told(fake, going_on(f"page {n}"))
            await news(app, pilot)
        assert "page 13" in screen_text(app)
        assert "started" not in screen_text(app)
        await press(app, pilot, "g")
        told(fake, going_on("page 14"))
        await news(app, pilot)
        assert text.scroll_offset.y == 0
        assert "page 14" not in screen_text(app)
        await press(app, pilot, "G")
        assert "page 14" in screen_text(app)


async def test_a_run_that_is_no_longer_listed_keeps_what_was_known_of_it() -> None:
    fake = engine()
    async with showing(fake, (110, 30)) as (app, pilot):
        await open_output(app, pilot)
        made = fake.details_by_slug[SLUG]
        fake.details_by_slug[SLUG] = replace(made, runs=made.runs[1:])
        await news(app, pilot)
        assert "run 43 of" in screen_text(app)
        assert "11:27:50  started" in screen_text(app)
        fake.gone = True
        await news(app, pilot)
        assert "no engine answers at http://127.0.0.1:8787" in screen_text(app)

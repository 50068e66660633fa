"""The log on the screen: it follows, paused, filters, and shows unsafe text as text."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from rich.cells import cell_len

from pulsetui.client.views import LogLine
from pulsetui.tui.app import PulseApp
from pulsetui.tui.draw.paint import LineList
from pulsetui.tui.log import LogScreen, log_lines, matches, with_clock_times
from pulsetui.tui.table.screen import HomeScreen
from tests.client.fake import FakeEngine
from tests.client.samples import NOW, household
from tests.tui.support.screen_driver import (
    check_snapshot,
    messages,
    press,
    screen_text,
    settled,
    showing,
    snapshot,
    strips,
)

TEXTS = [
    ("INFO", "ping backup-db success from 127.0.0.1"),
    ("INFO", "backup-db is up"),
    ("WARNING", "hook ops-mail: smtp.example.org refused the connection; trying again in four minutes"),
    (
        "ERROR",
        'the evaluator failed\nTraceback (most recent call last):\n  File "judge.py", line 3\nValueError',
    ),
]


def entries(count: int) -> tuple[LogLine, ...]:
    return tuple(
        LogLine(
            at=NOW - timedelta(minutes=17 * (count - i)),
            level=TEXTS[i % 4][0],
            text=f"{TEXTS[i % 4][1]} #{i}",
        )
        for i in range(count)
    )


def engine(count: int) -> FakeEngine:
    made = FakeEngine(household())
    made.log_lines = entries(count)
    return made


def log(app: PulseApp) -> LogScreen:
    assert isinstance(app.screen, LogScreen)
    return app.screen


@pytest.mark.parametrize("size", [(80, 24), (40, 12)], ids=lambda s: f"{s[0]}x{s[1]}")
async def test_the_log_looks_as_it_should(size: tuple[int, int]) -> None:
    async with showing(engine(60), size) as (app, pilot):
        await press(app, pilot, "L")
        await settled(app, pilot)
        assert {cell_len(strip.text) for strip in strips(app)} == {size[0]}
        check_snapshot(f"log-{size[0]}x{size[1]}", snapshot(app))


async def test_it_follows_until_somebody_scrolls_and_again_from_the_end() -> None:
    fake = engine(60)
    async with showing(fake, (80, 24)) as (app, pilot):
        await press(app, pilot, "L")
        await settled(app, pilot)
        assert "#59" in screen_text(app)
        await press(app, pilot, "k")
        assert "paused" in screen_text(app)

        fake.log_lines = entries(64)
        log(app).tick()
        await settled(app, pilot)
        assert "#63" not in screen_text(app)

        await press(app, pilot, "G")
        assert "#63" in screen_text(app)
        fake.log_lines = entries(68)
        log(app).tick()
        await settled(app, pilot)
        await settled(app, pilot)
        assert "#67" in screen_text(app)
        assert "following" in screen_text(app)


async def test_news_of_the_engine_are_looked_up_at_once() -> None:
    fake = engine(4)
    async with showing(fake, (80, 24)) as (app, pilot):
        await press(app, pilot, "L")
        fake.log_lines = entries(6)
        fake.tell()
        await settled(app, pilot)
        await settled(app, pilot)
        assert "#5" in screen_text(app)


async def test_the_log_is_not_asked_for_while_another_screen_is_over_it() -> None:
    async with showing(engine(4), (80, 24)) as (app, pilot):
        await press(app, pilot, "L")
        screen = log(app)

        def looks() -> bool:
            assert screen._ticker is not None
            return screen._ticker._active.is_set()

        seen = [looks()]
        for key in ("?", "escape"):
            await press(app, pilot, key)
            seen.append(looks())
        assert seen == [True, False, True]


async def test_a_filter_shows_what_matches_and_escape_ends_it() -> None:
    async with showing(engine(60), (80, 24)) as (app, pilot):
        await press(app, pilot, "L", "slash", "text:error", "enter")
        assert "15 of 60 entries" in screen_text(app)
        assert "is up" not in screen_text(app)
        assert isinstance(app.focused, LineList)
        await press(app, pilot, "slash", "text: nothing", "enter")
        assert "Nothing in the log matches" in screen_text(app)
        assert " Esc clear " in screen_text(app)
        await press(app, pilot, "escape")
        assert "60 entries" in screen_text(app)
        assert " Esc back " in screen_text(app)
        await press(app, pilot, "escape")
        assert isinstance(app.screen, HomeScreen)


async def test_an_engine_that_is_gone_is_told_below_what_is_known() -> None:
    fake = engine(4)
    async with showing(fake, (80, 24)) as (app, pilot):
        await press(app, pilot, "L")
        fake.gone = True
        log(app).tick()
        await settled(app, pilot)
        assert "#3" in screen_text(app)
        assert "no engine answers" in screen_text(app)
        fake.gone = False
        log(app).tick()
        await settled(app, pilot)
        assert "no engine answers" not in screen_text(app)


async def test_an_empty_log_says_so() -> None:
    async with showing(FakeEngine(), (80, 24)) as (app, pilot):
        await press(app, pilot, "L")
        assert "The log is empty." in screen_text(app)


def test_unsafe_text_keeps_its_lines_and_loses_its_codes() -> None:
    bad = LogLine(at=NOW, level="NOISE", text="a\x1b[31mb [/x]\r\n  c\x00\n" + "日" * 100)
    lines = log_lines([bad], ZoneInfo("UTC"), 60)
    shown = ["".join(span for span, _ in line) for line in lines]
    assert shown[:3] == [" Tue 2026-03-10", " 09:30:00 ? ab [/x]", "              c"]
    assert all(cell_len(line) <= 60 for line in shown)


def test_instants_of_programs_are_shown_on_the_clock_of_the_log() -> None:
    local = NOW.astimezone(ZoneInfo("Europe/Riga"))  # 2026-03-10 11:30
    for text, shown in {
        "check=a up -> down at=2026-03-10T05:14:41.337895+00:00": "check=a up -> down at=07:14:41",
        "due 2026-03-09T23:00:00Z": "due 01:00:00",
        "due 2026-03-09T21:00:00+00:00, again": "due 2026-03-09 23:00:00, again",
        "due 2026-13-40T99:00:00Z": "due 2026-13-40T99:00:00Z",
        "due 0001-01-01T00:00:00Z": "due 0001-01-01 01:36:34",
        "at 9999-12-31T23:59:59Z": "at 9999-12-31T23:59:59Z",
        "due 2026-03-10T05:14:41+02:00": "due 2026-03-10T05:14:41+02:00",
    }.items():
        assert with_clock_times(text, local) == shown


async def test_ctrl_c_says_which_key_leaves() -> None:
    async with showing(FakeEngine(), (80, 24)) as (app, pilot):
        await press(app, pilot, "ctrl+c")
        assert messages(app) == ["q leaves. Esc goes back one step"]
        assert app.is_running


def test_all_words_have_to_be_there() -> None:
    entry = LogLine(at=NOW, level="ERROR", text="Backup failed")
    assert matches(entry, ("error", "backup"))
    assert not matches(entry, ("error", "restore"))


async def test_the_log_that_is_open_is_not_opened_over_itself() -> None:
    async with showing(FakeEngine(household())) as (app, pilot):
        app.go.log()
        await settled(app, pilot)
        app.go.log()
        await settled(app, pilot)
        assert [type(screen) for screen in app.screen_stack] == [HomeScreen, LogScreen]

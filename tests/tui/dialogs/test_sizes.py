"""The dialogs can be read at every size: nothing of what they say is cut."""

from __future__ import annotations

import re

import pytest

from pulsetui.client.commands import Acknowledge
from pulsetui.client.views import Notice
from pulsetui.tui.app import PulseApp
from pulsetui.tui.dialogs.ask import Box
from pulsetui.tui.table.screen import HomeScreen
from tests.client.fake import FakeEngine
from tests.client.samples import HOUR, ME, NOW, household, view
from tests.tui.draw.test_theme import MIN_CONTRAST, contrast
from tests.tui.support.screen_driver import dialog_text, press, screen_text, settled, showing

SIZES = [(40, 12), (80, 24), (120, 36)]
at_every_size = pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")


def home(app: PulseApp) -> HomeScreen:
    screen = app.screen_stack[0]
    assert isinstance(screen, HomeScreen)
    return screen


def ticks(app: PulseApp) -> bool:
    """Whether the clock of the table goes on."""
    ticker = home(app)._ticker
    assert ticker is not None
    return ticker._active.is_set()


@at_every_size
async def test_what_acknowledging_does_is_said_whole(size: tuple[int, int]) -> None:
    async with showing(FakeEngine(household()), size) as (app, pilot):
        await press(app, pilot, "a")
        assert "Back up the database" in dialog_text(app)
        assert "overdue" in dialog_text(app)
        assert (
            "until the check recovers or something else goes wrong. Enter acknowledges, Esc cancels."
            in dialog_text(app)
        )


@at_every_size
async def test_the_box_is_seen_and_its_words_are_whole(size: tuple[int, int]) -> None:
    async with showing(FakeEngine(household()), size) as (app, pilot):
        await press(app, pilot, "a")
        box = app.screen.query_one(Box)
        for mark in ("[ ]", "[x]"):
            strip = box.render_line(0)
            assert strip.text.startswith(f"{mark} {box.label}")
            for segment in strip:
                if segment.text.strip() and (style := segment.style) and style.color and style.bgcolor:
                    assert contrast(style.color.name, style.bgcolor.name) >= MIN_CONTRAST, segment.text
            await press(app, pilot, "tab", "space")


@pytest.mark.parametrize(("keys", "any_reason"), [(("enter",), False), (("tab", "space", "enter"), True)])
async def test_the_box_makes_an_acknowledgement_cover_any_reason(
    keys: tuple[str, ...], any_reason: bool
) -> None:
    engine = FakeEngine(household())
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "a", "x", *keys)
        assert engine.commands == [
            Acknowledge(("backup-db",), by=f"{ME} via screen", note="x", any_reason=any_reason)
        ]


@at_every_size
async def test_what_deleting_does_is_said_whole_with_both_answers(size: tuple[int, int]) -> None:
    async with showing(FakeEngine(household()), size) as (app, pilot):
        await press(app, pilot, "d")
        assert 'Delete "Back up the database"?' in dialog_text(app)
        assert "[checks.backup-db] is removed from checks.toml." in dialog_text(app)
        assert "and further pings for it are refused." in dialog_text(app)
        assert "Keep it" in dialog_text(app)
        assert "Delete" in dialog_text(app).split("refused.")[1]


@at_every_size
async def test_a_snooze_says_when_each_length_ends(size: tuple[int, int]) -> None:
    async with showing(FakeEngine(household()), size) as (app, pilot):
        await press(app, pilot, "z")
        for end in ("until 11:50", "until 12:30", "until 15:30", "until tomorrow 08:00", "20h 30m"):
            assert re.search(end.replace(" ", r"\s+"), dialog_text(app)), end
        assert "…" not in dialog_text(app)


async def test_dialogs_are_laid_out_anew_when_the_terminal_changes_its_size() -> None:
    async with showing(FakeEngine(household()), (120, 36)) as (app, pilot):
        await press(app, pilot, "d")
        await pilot.resize_terminal(40, 12)
        for _ in range(20):
            await settled(app, pilot)
        assert "and further pings for it are refused." in dialog_text(app)


@at_every_size
async def test_no_line_of_the_help_is_cut(size: tuple[int, int]) -> None:
    async with showing(FakeEngine(household()), size) as (app, pilot):
        await press(app, pilot, "?")
        assert "Show details of the check" in dialog_text(app)
        assert "…" not in dialog_text(app).replace("Kubernetes, …", "")


async def test_notices_and_paths_are_read_whole_in_a_corner() -> None:
    engine = FakeEngine(household())
    engine.notices = (Notice(key="k", level="error", text="one two three four five six seven eight nine"),)
    async with showing(engine, (40, 12)) as (app, pilot):
        await press(app, pilot, "N")
        assert "one two three four five six seven eight nine" in dialog_text(app)
        await press(app, pilot, "G")
        assert "Configuration" in screen_text(app)
        assert "…" not in dialog_text(app)


@pytest.mark.parametrize(
    ("key", "hints"),
    [
        ("a", "Enter acknowledge  Tab Space any reason  Esc cancel"),
        ("d", "y delete  n keep it  ←→ Enter choose  Esc keep it"),
        ("y", "Enter copy  j k move  Esc close"),
        ("z", "Enter snooze  ←→ scope  Tab note  Esc cancel"),
        ("T", "j k preview  Enter apply  Esc revert"),
        (":", "Enter run  ↑↓ move  Esc close"),
        ("?", "j k scroll  Esc close"),
    ],
)
async def test_the_last_line_shows_the_keys_of_the_dialog_that_is_open(key: str, hints: str) -> None:
    async with showing(FakeEngine(household()), (80, 24)) as (app, pilot):
        before = screen_text(app).splitlines()[-1]
        await press(app, pilot, key)
        assert screen_text(app).splitlines()[-1].strip() == hints
        await press(app, pilot, "escape")
        assert screen_text(app).splitlines()[-1] == before


@pytest.mark.parametrize("key", ["a", "d", "y", "z", "T", ":", "?", "N"])
async def test_a_dialog_in_a_corner_leaves_its_hint_line_free(key: str) -> None:
    async with showing(FakeEngine(household()), (40, 12)) as (app, pilot):
        await press(app, pilot, key)
        assert "Esc" in screen_text(app).splitlines()[-1]
        assert "╰" not in screen_text(app).splitlines()[-1]


async def test_what_the_clock_changes_goes_on_behind_a_dialog() -> None:
    engine = FakeEngine([view("payments", next_ping=NOW + HOUR, deadline=NOW + 2 * HOUR)])
    async with showing(engine, (80, 24)) as (app, pilot):
        await press(app, pilot, "z")
        assert ticks(app)
        engine.advance(61)
        home(app).tick()
        await settled(app, pilot)
        assert "in 58m" in screen_text(app)


async def test_a_screen_that_nobody_sees_does_not_tick() -> None:
    async with showing(FakeEngine(household()), (80, 24)) as (app, pilot):
        await press(app, pilot, "enter")
        assert not ticks(app)
        await press(app, pilot, "?", "escape")
        assert not ticks(app)
        await press(app, pilot, "escape")
        assert ticks(app)

"""Snoozing by what a person does: which checks, how long, undone again, and what the table shows of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from pulsetui.client.attention import Attention
from pulsetui.client.commands import AnyCommand, EndSnooze, StartSnooze
from pulsetui.core.state.snooze import Snooze
from pulsetui.tui.dialogs.snooze import SnoozeDialog, snooze_targets
from pulsetui.tui.draw.distances import countdown
from pulsetui.tui.table.row import Row, rank
from pulsetui.tui.table.screen import HomeScreen
from tests.client.fake import FakeEngine
from tests.client.samples import HOUR, ME, NOW, overdue, view
from tests.tui.support.screen_driver import dialog_text, messages, press, screen_text, settled, showing

MORNING = datetime(2026, 3, 11, 8, 0, tzinfo=ZoneInfo("Europe/Riga")).astimezone(UTC)


def last(engine: FakeEngine) -> AnyCommand:
    return engine.commands[-1]


async def test_z_and_a_length_snooze_the_check_and_u_ends_it() -> None:
    engine = FakeEngine([overdue("a"), view("b")])
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "z")
        assert isinstance(app.screen, SnoozeDialog)
        await press(app, pilot, "1")
        assert engine.commands == [StartSnooze("check", ("a",), until=NOW + timedelta(minutes=20), by=ME)]
        assert 'Snoozed "A" until 11:50' in messages(app)
        assert "A" in screen_text(app)
        assert "z 20m overdue" in " ".join(screen_text(app).split())

        await press(app, pilot, "u")
        assert engine.commands[-1] == EndSnooze("check", ("a",))
        assert engine.snoozes == ()


async def test_a_snoozed_problem_is_calm_and_the_countdown_goes_on_until_it_shouts_again() -> None:
    engine = FakeEngine([overdue("a", snoozed_until=NOW + timedelta(minutes=2)), overdue("b"), view("c")])
    async with showing(engine) as (app, pilot):
        home = app.screen
        assert isinstance(home, HomeScreen)
        assert list(home.model.slugs()) == ["b", "a", "c"]
        assert "✖ 1 down" in screen_text(app)
        assert "z 2m" in screen_text(app)

        engine.advance(61)
        home.tick()
        await pilot.pause()
        assert "z 1m" in screen_text(app)

        engine.advance(60)
        home.tick()
        await pilot.pause()
        assert "✖ 2 down" in screen_text(app)
        assert "z 1m" not in screen_text(app)
        assert list(home.model.slugs()) == ["a", "b", "c"]


async def test_tab_writes_a_note_and_enter_snoozes_until_tomorrow_morning() -> None:
    engine = FakeEngine([overdue("a")])
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "z", "down", "down", "down", "tab", "text:disk 1 arrives", "enter")
        (snooze,) = engine.snoozes
        assert snooze.until == MORNING
        assert snooze.note == "disk 1 arrives"


async def test_the_arrows_choose_a_tag_or_everything() -> None:
    engine = FakeEngine([view("a", tags=("nightly",)), view("b", tags=("nightly",)), view("c")])
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "z", "right")
        assert "[tag nightly]" in screen_text(app)
        await press(app, pilot, "2")
        assert last(engine) == StartSnooze("tag", ("nightly",), until=NOW + HOUR, by=ME)
        assert "z tag nightly 60m" in screen_text(app)

        await press(app, pilot, "z", "right", "3")
        assert last(engine) == StartSnooze("everything", (), until=NOW + 4 * HOUR, by=ME)
        assert "z everything 4h" in screen_text(app)

        await press(app, pilot, "u")
        assert last(engine) == EndSnooze("everything", ())
        assert [one.scope for one in engine.snoozes] == ["tag"]


async def test_marked_checks_are_snoozed_together_and_undo_restores_what_was_before() -> None:
    engine = FakeEngine([view("a"), view("b"), view("c")])
    engine.snoozes = (Snooze(scope="check", target="a", until=NOW + HOUR, by="eva", note="known"),)
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "space", "space", "z", "3")
        assert engine.commands == [StartSnooze("check", ("a", "b"), until=NOW + 4 * HOUR, by=ME)]

        await press(app, pilot, "u")
        assert [(one.target, one.until, one.by, one.note) for one in engine.snoozes] == [
            ("a", NOW + HOUR, "eva", "known")
        ]


async def test_a_running_snooze_can_be_ended_and_that_undone() -> None:
    engine = FakeEngine([view("a", snoozed_until=NOW + HOUR)])
    before = engine.snoozes = (Snooze(scope="check", target="a", until=NOW + HOUR, by="eva", note="known"),)
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "z")
        assert "end the snooze" in screen_text(app)
        await press(app, pilot, "0")
        assert list(engine.snoozes) == []
        await press(app, pilot, "u")
        assert engine.snoozes == before


async def test_how_far_off_the_end_is_is_not_rounded_away() -> None:
    engine = FakeEngine([view("a", snoozed_until=NOW + 110 * HOUR / 60)])
    engine.snoozes = (Snooze(scope="check", target="a", until=NOW + 110 * HOUR / 60, by="eva", note="known"),)
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "z")
        shown = " ".join(screen_text(app).split())
        assert "until tomorrow 08:00 20h 30m from now" in shown
        assert "until Monday 08:00 5d 20h from now" in shown
        assert "end the snooze 1h 50m left" in shown


async def test_escape_leaves_everything_as_it_was_and_zero_ends_only_what_runs() -> None:
    engine = FakeEngine([view("a")])
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "z", "0")
        assert isinstance(app.screen, SnoozeDialog)
        assert "end the snooze" not in screen_text(app)
        await press(app, pilot, "escape")
        assert engine.commands == []
        await press(app, pilot, "u")
        assert "There is nothing to undo" in messages(app)


async def test_a_refused_snooze_says_why() -> None:
    engine = FakeEngine([view("a")])
    engine.refuse = "the disk is full"
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "z", "1")
        assert "a: the disk is full" in messages(app)


async def test_the_details_of_a_check_snooze_it_too() -> None:
    engine = FakeEngine([view("a")])
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "enter", "z", "1")
        assert engine.commands == [StartSnooze("check", ("a",), until=NOW + timedelta(minutes=20), by=ME)]


@pytest.mark.parametrize("size", [(40, 12), (60, 16), (200, 60)])
async def test_the_dialog_fits_every_terminal(size: tuple[int, int]) -> None:
    engine = FakeEngine([overdue("a", name="日本語の名前" * 9, tags=tuple(f"[tag{n}]" for n in range(20)))])
    async with showing(engine, size) as (app, pilot):
        await press(app, pilot, "z")
        shown = screen_text(app)
        assert "20m" in shown
        assert "A note for" in shown
        await press(app, pilot, "right")
        assert "[tag0]" in screen_text(app)


async def test_an_ended_snooze_leaves_the_summary_without_news_of_the_engine() -> None:
    engine = FakeEngine([view("a")])
    engine.snoozes = (Snooze(scope="tag", target="ops", until=NOW + timedelta(seconds=30), by="", note=""),)
    async with showing(engine) as (app, pilot):
        assert "z tag ops 1m" in screen_text(app)
        engine.advance(31)
        home = app.screen
        assert isinstance(home, HomeScreen)
        home.tick()
        await settled(app, pilot)
        assert "z tag ops" not in screen_text(app)


def test_what_is_offered_has_the_meant_tag_first_and_everything_last() -> None:
    views = [view("a", tags=("x", "y")), view("b", tags=("y", "z"))]

    assert [one.label for one in snooze_targets(views)] == [
        "2 checks", "tag x", "tag y", "tag z", "everything"
    ]  # fmt: skip
    assert [one.label for one in snooze_targets(views, "y")] == [
        "tag y", "2 checks", "tag x", "tag z", "everything"
    ]  # fmt: skip
    assert [one.label for one in snooze_targets([])] == ["everything"]


@pytest.mark.parametrize(
    ("left", "shown"),
    [
        (timedelta(seconds=1), "1m"),
        (timedelta(seconds=60), "1m"),
        (timedelta(seconds=61), "2m"),
        (timedelta(minutes=99), "99m"),
        (timedelta(minutes=100), "2h"),
        (timedelta(hours=47), "47h"),
        (timedelta(hours=60), "3d"),
        (timedelta(seconds=-5), "1m"),
    ],
)
def test_a_countdown_counts_the_minute_that_has_begun(left: timedelta, shown: str) -> None:
    assert countdown(NOW + left, NOW) == shown


def test_a_snoozed_problem_ranks_with_the_acknowledged_ones() -> None:
    row = Row(overdue(snoozed_until=NOW + HOUR), NOW)

    assert (rank(row), row.attention is Attention.WANTED) == (1, False)
    row.put(replace(row.view, snoozed_until=NOW), NOW)
    assert (rank(row), row.attention is Attention.WANTED) == (0, True)


async def test_a_check_that_is_snoozed_through_its_tag_shows_the_way_out_at_once() -> None:
    engine = FakeEngine([overdue("a", tags=("nightly",)), view("b", tags=("nightly",))])
    async with showing(engine, (80, 24)) as (app, pilot):
        await press(app, pilot, "z", "right", "2", "z")
        assert "[tag nightly]" in screen_text(app)
        assert "0  end the snooze" in screen_text(app)
        assert "No alerts for checks with the tag nightly until then." in dialog_text(app)
        await press(app, pilot, "0")
        assert last(engine) == EndSnooze("tag", ("nightly",))


async def test_a_snooze_of_everything_is_found_from_any_check_and_a_second_one_is_told() -> None:
    engine = FakeEngine([view("a"), view("b")])
    async with showing(engine, (80, 24)) as (app, pilot):
        await press(app, pilot, "z", "1", "z", "right", "2", "z")
        assert '["A"]' in screen_text(app)
        assert "No alerts for it until then. It is still checked" in dialog_text(app)
        assert "Everything is snoozed too: → selects it." in dialog_text(app)
        await press(app, pilot, "escape", "j", "z")
        assert "[everything]" in screen_text(app)
        assert "No alerts for any check until then. They are still checked" in dialog_text(app)
        assert "0  end the snooze" in screen_text(app)


async def test_a_heading_offers_its_tag_though_one_of_its_checks_is_snoozed() -> None:
    engine = FakeEngine([view("a", tags=("nightly",)), view("b", tags=("nightly",))])
    async with showing(engine, (80, 24)) as (app, pilot):
        await press(app, pilot, "z", "1", "b", "g", "z")
        assert "[tag nightly]" in screen_text(app)

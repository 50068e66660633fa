"""Trust on the screen: the worst of each day, in words and glyphs, as it comes from the engine."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from msgspec.structs import asdict, replace
from rich.cells import cell_len

from pulsetui.client.trust import MAX_ASKED, Counts, TrustDay, TrustRow
from pulsetui.errors import EngineUnreachableError
from pulsetui.tui.details.screen import DetailsScreen
from pulsetui.tui.draw.list_columns import ListContext
from pulsetui.tui.trust.model import MARKS, entry_of, trust_story, worst
from pulsetui.tui.trust.screen import TrustScreen
from tests.client.fake import FakeEngine
from tests.client.samples import NOW, view
from tests.tui.support.screen_driver import (
    RIGA,
    check_snapshot,
    messages,
    press,
    screen_text,
    settled,
    showing,
    snapshot,
    strips,
)

TODAY = NOW.astimezone(RIGA).date()
CONTEXT = ListContext(now=NOW, zone=RIGA)


def days(*counts: Counts) -> tuple[TrustDay, ...]:
    """The last of them is today."""
    first = TODAY - timedelta(days=len(counts) - 1)
    return tuple(TrustDay(day=first + timedelta(days=n), counts=one) for n, one in enumerate(counts))


def row(slug: str, *counts: Counts, name: str = "") -> TrustRow:
    return TrustRow(slug=slug, name=name or slug, tz="Europe/Riga", known_from=None, days=days(*counts))


ROWS = (
    row("backup-db", *[Counts(good=1)] * 7, name="Nightly backup"),
    row(
        "sync-invoices",
        Counts(good=1),
        Counts(good=1),
        Counts(failed=1),
        Counts(missed=1),
        Counts(missed=1),
        Counts(late=1),
        Counts(zero_work=1),
        name="Sync invoices",
    ),
    row(
        "stock",
        Counts(good=96),
        Counts(good=95, missed=1),
        Counts(good=96),
        Counts(good=40, not_watched=56),
        Counts(good=96, twice=2),
        Counts(good=90, skipped=6),
        Counts(good=30),
        name="在庫 [/x] stock",
    ),
    replace(row("fresh", Counts(unknown=3)), known_from=NOW - timedelta(days=1)),
    TrustRow(slug="never", name="never", tz="UTC", known_from=None, days=()),
)


def engine(rows: tuple[TrustRow, ...] = ROWS) -> FakeEngine:
    made = FakeEngine([view(one.slug, name=one.name) for one in rows])
    made.trust_by_slug = {one.slug: one for one in rows}
    return made


@pytest.mark.parametrize(
    "size", [(40, 12), (80, 24), (120, 36), (200, 60)], ids=lambda size: f"{size[0]}x{size[1]}"
)
async def test_trust_looks_as_it_should(size: tuple[int, int]) -> None:
    async with showing(engine(), size) as (app, pilot):
        await press(app, pilot, "R")
        assert isinstance(app.screen, TrustScreen)
        assert {cell_len(strip.text) for strip in strips(app)} == {size[0]}
        if size[0] >= 80:  # no number touches the edge
            assert all(strip.text.endswith(" ") for strip in strips(app)[1:4])
        check_snapshot(f"trust-{size[0]}x{size[1]}", snapshot(app))


async def test_in_ascii_each_outcome_has_a_letter_of_its_own() -> None:
    async with showing(engine(), (100, 24), ascii_only=True) as (app, pilot):
        await press(app, pilot, "R")
        line = next(one for one in screen_text(app).splitlines() if one.startswith(" o Sync invoices"))
        assert line.split()[3:11] == ["28%", "*", "100%", "*", "100%", "x", "0%", "o"]


def test_every_outcome_has_a_mark_and_none_looks_like_another() -> None:
    assert {mark.kind for mark in MARKS} == set(asdict(Counts()))
    assert len({mark.glyph for mark in MARKS}) == len({mark.letter for mark in MARKS}) == len(MARKS)


def test_one_miss_among_a_thousand_good_runs_is_what_shows() -> None:
    mark = worst(Counts(good=1000, missed=1, failed=3, late=7))
    assert mark is not None
    assert mark.kind == "missed"
    assert worst(Counts()) is None


def test_a_story_that_is_too_long_says_how_much_is_left_out() -> None:
    bad = row("bad", *[Counts(missed=1)] * 9)
    lines = [
        "".join(text for text, _ in line).rstrip() for line in trust_story(entry_of(bad), 80, CONTEXT, 5)
    ]
    assert len(lines) == 5
    assert lines[1] == "   9 expected: 9 missed"
    assert lines[-1] == "   … and 7 other days"


async def test_checks_come_by_parts_until_all_are_there() -> None:
    rows = tuple(row(f"job-{n:02}", Counts(good=1)) for n in range(2 * MAX_ASKED + 1))
    fake = engine(rows)
    async with showing(fake, (80, 40)) as (app, pilot):
        await press(app, pilot, "R")
        for _ in rows:
            await settled(app, pilot)
        text = screen_text(app)
        assert all(one.slug in text for one in rows)
        assert "to go" not in text
        assert f"100% good of {len(rows)} expected" in text


async def test_enter_goes_to_the_check_and_esc_comes_back() -> None:
    async with showing(engine(), (100, 30)) as (app, pilot):
        await press(app, pilot, "R", "j", "enter")
        assert [type(screen) for screen in app.screen_stack[1:]] == [TrustScreen, DetailsScreen]
        assert "在庫" in screen_text(app)
        await press(app, pilot, "escape")
        assert [type(screen) for screen in app.screen_stack[1:]] == [TrustScreen]


async def test_more_days_are_asked_for_and_the_fewest_are_said() -> None:
    fake = engine()
    async with showing(fake, (100, 30)) as (app, pilot):
        await press(app, pilot, "R", "minus")
        assert "14 days" in screen_text(app)
        await press(app, pilot, "plus", "plus")
        assert messages(app) == ["7 days are the fewest that are shown here"]
    asked = [since.astimezone(RIGA) for since in fake.trust_since]
    wanted = [TODAY - timedelta(days=13), TODAY - timedelta(days=6)]
    assert [one.date() for one in asked[-2:]] == wanted
    assert all((one.hour, one.minute) == (0, 0) for one in asked)


async def test_what_changes_is_counted_anew_and_what_is_gone_is_gone() -> None:
    fake = engine()
    async with showing(fake, (100, 30)) as (app, pilot):
        await press(app, pilot, "R")
        fake.trust_by_slug["backup-db"] = row("backup-db", Counts(missed=1), name="Nightly backup")
        fake.put(fake.views["backup-db"], removed=["never"])
        await settled(app, pilot)
        assert isinstance(app.screen, TrustScreen)
        app.screen.tick()
        await settled(app, pilot)
        text = screen_text(app)
        assert "○ Nightly backup" in text
        assert "never" not in text


async def test_what_changes_while_it_is_counted_is_counted_again() -> None:
    fake = engine()
    async with showing(fake, (100, 30)) as (app, pilot):
        await press(app, pilot, "R")
        screen = app.screen
        assert isinstance(screen, TrustScreen)
        screen.news(frozenset({"stock"}), info=False)
        screen.question()  # of it, and no answer yet
        screen.news(frozenset({"stock"}), info=False)
        screen.take((row("stock", Counts(good=1)),))
        before = len(fake.trust_since)
        await settled(app, pilot)
        assert len(fake.trust_since) == before + 1
        assert "to go" not in screen_text(app)


async def test_a_day_that_begins_has_a_column() -> None:
    fake = engine()
    async with showing(fake, (100, 30)) as (app, pilot):
        await press(app, pilot, "R")
        tomorrow: date = TODAY + timedelta(days=1)
        assert f"{tomorrow:%a %d}" not in screen_text(app)
        fake.advance(24 * 3600)
        assert isinstance(app.screen, TrustScreen)
        app.screen.tick()
        await settled(app, pilot)
        assert f"{tomorrow:%a %d}" in screen_text(app)


async def test_what_the_filter_of_the_table_hides_is_not_forgotten() -> None:
    async with showing(engine(), (100, 30)) as (app, pilot):
        await press(app, pilot, "/", *"backup", "enter", "R")
        text = screen_text(app)
        assert "without 4 other checks" in text
        assert "Nightly backup" in text
        assert "Sync invoices" not in text


async def test_an_engine_that_is_gone_is_said_and_what_is_there_stays() -> None:
    fake = engine()
    async with showing(fake, (100, 30)) as (app, pilot):
        await press(app, pilot, "R")
        fake.fails_with = EngineUnreachableError("no engine answers")
        await press(app, pilot, "minus")
        assert "no engine answers" in screen_text(app)
        assert "Sync invoices" in screen_text(app)


async def test_without_checks_there_is_nothing_to_count() -> None:
    async with showing(engine(()), (100, 30)) as (app, pilot):
        await press(app, pilot, ":", *"trust", "enter")
        await settled(app, pilot)
        assert "There are no checks to be trusted yet." in screen_text(app)

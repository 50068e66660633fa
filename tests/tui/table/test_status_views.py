"""The views on 1 to 9: what each shows, with the filter, and the bar that names them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.tui.app import PulseApp
from pulsetui.tui.draw.lines import width_of
from pulsetui.tui.table.model import TableModel
from pulsetui.tui.table.screen import HomeScreen
from pulsetui.tui.table.status_views import ALL, SUBSETS, subset_of
from pulsetui.tui.table.subset_bar import SubsetBar, subset_chips, subset_line
from tests.client.fake import FakeEngine
from tests.client.samples import HOUR, NOW, household, incident, late, overdue, view
from tests.tui.support.screen_driver import press, screen_text, settled, showing, strips


def model_of(app: PulseApp) -> TableModel:
    home = app.screen_stack[0]
    assert isinstance(home, HomeScreen)
    return home.model


@pytest.mark.parametrize(
    ("key", "slugs"),
    [
        ("2", ["backup-db", "rotate-logs"]),
        ("3", ["import-prices"]),
        ("4", ["thumbnails"]),
        ("5", ["newsletter"]),
        ("6", ["payroll-export"]),
        ("7", ["sensor-poll"]),
        ("8", ["certificates"]),
    ],
)
async def test_each_digit_shows_its_part(key: str, slugs: list[str]) -> None:
    async with showing(FakeEngine(household())) as (app, pilot):
        await press(app, pilot, key)
        assert list(model_of(app).slugs()) == slugs
        word = subset_of(key).word
        assert f"[{key} {word} {len(slugs)}]" in screen_text(app)
        assert f"view {word}: {len(slugs)} of 12 shown" in screen_text(app)

        await press(app, pilot, "0")
        assert model_of(app).shown == 12


async def test_a_view_and_a_filter_combine_and_escape_takes_one_after_the_other() -> None:
    async with showing(FakeEngine(household())) as (app, pilot):
        await press(app, pilot, "2", "/", "text:tag:nightly", "enter")
        assert list(model_of(app).slugs()) == ["backup-db"]

        await press(app, pilot, "escape")
        assert list(model_of(app).slugs()) == ["backup-db", "rotate-logs"]
        await press(app, pilot, "escape")
        assert model_of(app).subset is ALL


async def test_a_view_follows_what_happens() -> None:
    engine = FakeEngine([view("a"), overdue("b"), view("c", next_ping=NOW + timedelta(seconds=5))])
    async with showing(engine) as (app, pilot):
        await press(app, pilot, "2")
        engine.put(overdue("a"))
        await settled(app, pilot)
        assert list(model_of(app).slugs()) == ["a", "b"]

        engine.put(overdue("b", snoozed_until=NOW + HOUR))
        await settled(app, pilot)
        assert list(model_of(app).slugs()) == ["a", "b"]  # no alerts, and down all the same

        known = incident(acknowledged_at=NOW)
        engine.put(overdue("a", incident=known), overdue("b", incident=known, snoozed_until=NOW + HOUR))
        await settled(app, pilot)
        assert "None of 3 checks is in the problems view" in screen_text(app)
        await press(app, pilot, "7")
        assert sorted(model_of(app).slugs()) == ["a", "b"]

        await press(app, pilot, "3")
        engine.advance(5)
        home = app.screen
        assert isinstance(home, HomeScreen)
        home.tick()
        await settled(app, pilot)
        assert list(model_of(app).slugs()) == ["c"]
        assert "late" in screen_text(app)


async def test_the_bar_is_hidden_where_there_is_no_room_and_the_view_still_named() -> None:
    async with showing(FakeEngine(household()), (60, 24)) as (app, pilot):
        assert not app.screen.query_one(SubsetBar).display
        await press(app, pilot, "3")
        assert "view late: 1 of 12 shown" in screen_text(app)


@pytest.mark.parametrize("on", ["1", "2", "9"])
async def test_all_nine_views_fit_at_80_cells(on: str) -> None:
    checks = [*household(), view("more", tags=("a",), started=True)]
    async with showing(FakeEngine(checks), (80, 24)) as (app, pilot):
        await press(app, pilot, on)
        line = next(strip.text for strip in strips(app) if "3 late" in strip.text)
        for subset in SUBSETS:
            assert f"{subset.key} {subset.word}" in line
        assert "…" not in line
        await pilot.click("#subsets", offset=(line.index("3 late") + 2, 0))
        await settled(app, pilot)
        assert list(model_of(app).slugs()) == ["import-prices"]


async def test_a_click_on_the_bar_chooses_the_view() -> None:
    async with showing(FakeEngine(household())) as (app, pilot):
        line = next(strip.text for strip in strips(app) if "2 problems" in strip.text)
        await pilot.click("#subsets", offset=(line.index("3 late") + 2, 0))
        await settled(app, pilot)
        assert list(model_of(app).slugs()) == ["import-prices"]


@given(st.integers(20, 240), st.sampled_from(SUBSETS), st.integers(0, 99999))
def test_the_bar_is_exactly_as_wide_as_the_screen(width: int, on: object, count: int) -> None:
    subset = next(one for one in SUBSETS if one is on)
    counts = {one.facet: count for one in SUBSETS}

    assert width_of(subset_line(subset_chips(subset, counts, 9 * count), width)) == width


def test_every_check_is_counted_in_the_views_it_is_in() -> None:
    model = TableModel()
    model.load({v.slug: v for v in [*household(), late("another")]}, NOW)

    for subset in SUBSETS:
        model.set_subset(subset)
        assert model.shown == (model.counts[subset.facet] if subset.facet else model.total)

"""Whose clock the times of a screen are on, and where that is said."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.cells import cell_len

from pulsetui.tui.draw.clocks import check_clock, check_zone, foreign, with_zone
from pulsetui.tui.draw.lines import cut, fit, plain, width_of
from pulsetui.tui.table.model import TableModel
from pulsetui.tui.table.summary import SummaryContext, facts_of
from tests.client.fake import FakeEngine
from tests.client.samples import NOW, overdue, view
from tests.tui.support.screen_driver import RIGA, press, screen_text, showing

SUMMER = datetime(2026, 7, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zones", "person", "now", "found"),
    [
        ([], "UTC", NOW, []),
        (["", "Europe/Riga"], "Europe/Riga", NOW, []),
        (["Europe/Berlin"], "UTC", NOW, ["Europe/Berlin"]),
        (["Europe/Riga", "Europe/Berlin"], "Europe/Riga", NOW, ["Europe/Berlin"]),
        (["Europe/Berlin"], "Europe/Paris", NOW, []),  # another name of the same time
        (["Europe/Berlin"], "Africa/Lagos", NOW, []),
        (["Europe/Berlin"], "Africa/Lagos", SUMMER, ["Europe/Berlin"]),
        (["Mars/Base"], "UTC", NOW, ["Mars/Base"]),
    ],
)
def test_a_clock_is_foreign_where_it_shows_another_time(
    zones: list[str], person: str, now: datetime, found: list[str]
) -> None:
    assert foreign(zones, ZoneInfo(person), now) == found


@given(st.integers(0, 120), st.text(max_size=60))
def test_a_title_with_the_zone_is_exactly_as_wide_as_before(width: int, text: str) -> None:
    line = with_zone(tuple(fit([(plain(text), "title")], width)), RIGA, width)
    assert width_of(line) == width
    said = "".join(part for part, _ in line)
    assert said.startswith(cut(plain(text), width).rstrip())
    assert ("times in Europe/Riga" in said) == (width - cell_len(plain(text).rstrip()) >= 23)


def test_a_period_has_no_clock_of_its_own() -> None:
    period = view(schedule_kind="every", schedule="1h", tz="UTC")
    assert check_zone(period) == ""
    assert check_clock(period, RIGA) is RIGA
    assert str(check_clock(view(), RIGA)) == "Europe/Berlin"
    assert check_clock(view(tz="Mars/Base"), RIGA) is RIGA


def _said(model: TableModel) -> list[str]:
    facts = facts_of(model, SummaryContext(info=FakeEngine().info(), now=NOW, zone=RIGA))
    found = ["".join(part for part, _ in fact) for fact in facts]
    return [fact for fact in found if fact.startswith("times") or (" in " in fact and "schedule" in fact)]


def test_the_table_follows_the_zones_of_its_checks() -> None:
    model = TableModel()
    checks = {"a": view("a", tz="Europe/Riga"), "b": view("b", tz="Europe/Berlin")}
    model.load(checks, NOW)
    assert _said(model) == ["times in Europe/Riga", "1 schedule in Europe/Berlin"]
    checks["c"] = view("c", tz="Asia/Tokyo")
    model.apply(checks, ["c"], NOW)
    assert _said(model) == ["times in Europe/Riga", "2 schedules in other zones"]
    del checks["a"], checks["c"]
    model.apply(checks, ["a", "c"], NOW)
    assert _said(model) == ["times in Europe/Riga", "schedules in Europe/Berlin"]
    checks["b"] = replace(checks["b"], tz="Europe/Riga")
    model.apply(checks, ["b"], NOW)
    assert _said(model) == ["times in Europe/Riga"]


@pytest.mark.parametrize("keys", [(), ("enter",), ("enter", "2"), ("i",)], ids="-".join)
@pytest.mark.parametrize("size", [(120, 36), (80, 24)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_each_screen_says_once_whose_its_times_are(
    keys: tuple[str, ...], size: tuple[int, int]
) -> None:
    async with showing(FakeEngine([overdue("a", tz="Asia/Tokyo"), view("b")]), size) as (app, pilot):
        await press(app, pilot, *keys)
        assert screen_text(app).replace("\n   ", " ").count("times in Europe/Riga") == 1


@pytest.mark.parametrize("keys", [(), ("i",), ("L",), ("H",), ("C",), ("R",), ("z",)])
async def test_the_zone_is_named_once_where_all_have_one_clock(keys: tuple[str, ...]) -> None:
    async with showing(FakeEngine([overdue("a", tz="Europe/Riga")])) as (app, pilot):
        await press(app, pilot, *keys)
        assert screen_text(app).count("times in Europe/Riga") == 1


async def test_the_details_are_calm_where_the_check_has_the_same_clock() -> None:
    async with showing(FakeEngine([overdue("a", tz="Europe/Riga")])) as (app, pilot):
        await press(app, pilot, "enter")
        assert "times in" not in screen_text(app)


async def test_the_snooze_dialog_says_whose_its_times_are() -> None:
    async with showing(FakeEngine([overdue("a")])) as (app, pilot):
        await press(app, pilot, "z")
        assert "All times in Europe/Riga." in screen_text(app)

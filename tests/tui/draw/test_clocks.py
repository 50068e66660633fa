"""Whose clock the times of a screen are on, and where that is said."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from pulsetui.tui.draw.clocks import check_clock, check_zone, zone_note
from pulsetui.tui.table.model import TableModel
from pulsetui.tui.table.summary import SummaryContext, facts_of
from tests.client.fake import FakeEngine
from tests.client.samples import NOW, overdue, view
from tests.tui.support.screen_driver import RIGA, press, screen_text, showing

SUMMER = datetime(2026, 7, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zones", "person", "now", "said"),
    [
        ([], "UTC", NOW, ""),
        (["", "Europe/Riga"], "Europe/Riga", NOW, ""),
        (["Europe/Berlin"], "UTC", NOW, "times in UTC"),
        (["Europe/Riga", "Europe/Berlin"], "Europe/Riga", NOW, "times in Europe/Riga"),
        (["Europe/Berlin"], "Europe/Paris", NOW, ""),  # another name of the same time
        (["Europe/Berlin"], "Africa/Lagos", NOW, ""),
        (["Europe/Berlin"], "Africa/Lagos", SUMMER, "times in Africa/Lagos"),
        (["Mars/Base"], "UTC", NOW, "times in UTC"),
    ],
)
def test_whose_the_times_are_is_said_only_where_a_check_has_another_clock(
    zones: list[str], person: str, now: datetime, said: str
) -> None:
    assert zone_note(zones, ZoneInfo(person), now) == said


def test_a_period_has_no_clock_of_its_own() -> None:
    period = view(schedule_kind="every", schedule="1h", tz="UTC")
    assert check_zone(period) == ""
    assert check_clock(period, RIGA) is RIGA
    assert str(check_clock(view(), RIGA)) == "Europe/Berlin"
    assert check_clock(view(tz="Mars/Base"), RIGA) is RIGA


def _said(model: TableModel) -> list[str]:
    facts = facts_of(model, SummaryContext(info=FakeEngine().info(), now=NOW, zone=RIGA))
    found = ["".join(part for part, _ in fact) for fact in facts]
    return [fact for fact in found if fact.startswith(("times", "schedules"))]


def test_the_table_follows_the_zones_of_its_checks() -> None:
    model = TableModel()
    checks = {"a": view("a", tz="Europe/Riga"), "b": view("b", tz="Europe/Berlin")}
    model.load(checks, NOW)
    assert _said(model) == ["times in Europe/Riga", "schedules in Europe/Berlin"]
    checks["c"] = view("c", tz="Asia/Tokyo")
    model.apply(checks, ["c"], NOW)
    assert _said(model) == ["times in Europe/Riga", "schedules in their own zones"]
    checks["b"] = replace(checks["b"], tz="Europe/Riga")
    del checks["c"]
    model.apply(checks, ["b", "c"], NOW)
    assert _said(model) == []


@pytest.mark.parametrize("keys", [(), ("enter",), ("enter", "2"), ("i",)], ids="-".join)
@pytest.mark.parametrize("size", [(120, 36), (80, 24)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_each_screen_says_once_whose_its_times_are(
    keys: tuple[str, ...], size: tuple[int, int]
) -> None:
    async with showing(FakeEngine([overdue("a", tz="Asia/Tokyo"), view("b")]), size) as (app, pilot):
        await press(app, pilot, *keys)
        assert screen_text(app).replace("\n   ", " ").count("times in Europe/Riga") == 1


@pytest.mark.parametrize("keys", [(), ("enter",), ("i",), ("z",)])
async def test_the_screens_are_calm_where_all_have_one_clock(keys: tuple[str, ...]) -> None:
    async with showing(FakeEngine([overdue("a", tz="Europe/Riga")])) as (app, pilot):
        await press(app, pilot, *keys)
        assert "times in" not in screen_text(app)


async def test_the_snooze_dialog_says_whose_its_times_are() -> None:
    async with showing(FakeEngine([overdue("a")])) as (app, pilot):
        await press(app, pilot, "z")
        assert "All times in Europe/Riga." in screen_text(app)

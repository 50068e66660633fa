"""The page for the morning on the screen: what is wrong is never older than the views of the checks."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from rich.cells import cell_len

from pulsetui.client.today import Happened, Today, Untold
from pulsetui.tui.details.screen import DetailsScreen
from pulsetui.tui.settings import FILE_NAME, SettingsFile
from pulsetui.tui.today.screen import TodayScreen
from tests.client.fake import FakeEngine
from tests.client.samples import HOUR, NOW, failed, late, overdue, view
from tests.report.test_today import EMPTY
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

DOWN = Happened(
    slug="stock",
    name="在庫 [/x] stock",
    kind="down",
    word="failed",
    count=2,
    at=NOW - 9 * HOUR,
    until=NOW - 7 * HOUR,
    text="exit code 1 [/red]",
)
SKIPPED = replace(
    DOWN, slug="sync", name="Sync", kind="skipped", word="skipped", count=3, until=None, text="lock held"
)


def engine() -> FakeEngine:
    made = FakeEngine([overdue(), failed(), late(), view("stock"), view("sync")])
    probe = FakeEngine(list(made.views.values()))
    ahead = probe.today(NOW - HOUR, NOW + 12 * HOUR).coming
    made.today_view = replace(
        EMPTY,
        runs=214,
        good=209,
        happened=(DOWN, SKIPPED),
        told={"backup-db": ("mail",)},
        unwatched=((NOW - 3 * HOUR, NOW - 2 * HOUR, "restart"),),
        coming=ahead,
        untold=(Untold(hook="telegram", lost=2, waiting=0, error="no route to host"),),
    )
    return made


@pytest.mark.parametrize(
    "size", [(40, 12), (80, 24), (120, 36), (200, 60)], ids=lambda size: f"{size[0]}x{size[1]}"
)
async def test_the_page_looks_as_it_should(size: tuple[int, int]) -> None:
    async with showing(engine(), size) as (app, pilot):
        await press(app, pilot, "M")
        assert isinstance(app.screen, TodayScreen)
        assert {cell_len(strip.text) for strip in strips(app)} == {size[0]}
        check_snapshot(f"today-{size[0]}x{size[1]}", snapshot(app))


async def test_what_is_wrong_now_changes_without_asking_again() -> None:
    fake = engine()
    async with showing(fake) as (app, pilot):
        await press(app, pilot, "M")
        assert "3 wrong" in screen_text(app)
        fake.put(view("backup-db"), view("rotate-logs"), view("import-prices"))
        await settled(app, pilot)
        assert "Wrong now  Nothing." in screen_text(app)
        fake.put(failed("stock"))
        await settled(app, pilot)
        assert "1 wrong" in screen_text(app)


async def test_a_page_that_was_lost_with_its_engine_says_so() -> None:
    fake = engine()
    async with showing(fake) as (app, pilot):
        await press(app, pilot, "M")
        fake.put(view("backup-db"), view("rotate-logs"), view("import-prices"))
        fake.connected = False
        fake.tell()
        await settled(app, pilot)
        assert "connection lost" in screen_text(app).splitlines()[0]


async def test_an_engine_that_does_not_answer_is_said_in_place_of_the_page() -> None:
    fake = engine()
    fake.gone = True
    async with showing(fake) as (app, pilot):
        await press(app, pilot, "M")
        assert "no engine answers at http://127.0.0.1:8787" in screen_text(app)
        assert "Nothing" not in screen_text(app)


async def test_enter_opens_the_check_under_the_cursor() -> None:
    async with showing(engine()) as (app, pilot):
        await press(app, pilot, "M", "j", "enter")
        assert isinstance(app.screen, DetailsScreen)
        assert "rotate-logs" in screen_text(app)


async def test_it_looks_back_further_and_says_where_that_ends() -> None:
    fake = engine()
    asked: list[datetime] = []
    real = fake.today

    def today(since: datetime, until: datetime) -> Today:
        asked.append(since)
        return real(since, until)

    fake.today = today  # type: ignore[method-assign]
    async with showing(fake) as (app, pilot):
        await press(app, pilot, "M", "minus", "minus", "minus", "minus", "plus")
        evening = NOW.replace(hour=16, minute=0) - timedelta(days=1)  # 18:00 in Riga
        assert asked == [evening - timedelta(days=days) for days in (0, 2, 6, 13, 6)]
        assert messages(app) == ["It looks back 14 days at most"]


async def test_on_a_monday_the_weekend_is_on_it(tmp_path: Path) -> None:
    file = SettingsFile(tmp_path / FILE_NAME)
    fake = engine()
    async with showing(fake) as (app, pilot):
        friday = NOW - timedelta(days=3)
        assert app.session.page_read(friday) is None
        assert app.session.page_read(NOW) == friday
        file.save(app.session.settings)
        await press(app, pilot, "M")
    assert SettingsFile(tmp_path / FILE_NAME).load().today_read == NOW.isoformat(timespec="seconds")


async def test_it_begins_with_the_time_at_which_it_was_read_last() -> None:
    fake = engine()
    async with showing(fake) as (app, pilot):
        app.session.page_read(NOW - timedelta(days=3))
        await press(app, pilot, "M")
        assert "from Sat 11:30" in screen_text(app)

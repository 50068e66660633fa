"""The host's jobs on the screen."""

from __future__ import annotations

from datetime import timedelta

import pytest
from rich.cells import cell_len

from pulsetui.client.host import HostJobView, HostView
from pulsetui.errors import EngineUnreachableError
from pulsetui.tui.host.screen import HostScreen
from tests.client.fake import FakeEngine
from tests.client.samples import NOW, household
from tests.tui.support.screen_driver import (
    check_snapshot,
    press,
    screen_text,
    settled,
    showing,
    snapshot,
    strips,
)

HOST = HostView(
    looked_at=NOW,
    zone="Europe/Riga",
    cron_runs=True,
    log="/var/log/syslog",
    jobs=(
        HostJobView(
            source="/etc/cron.d/backup:3",
            name="backup",
            times="0 2 * * *",
            slug="backup-db",
            is_monitored=True,
            last_start=NOW - timedelta(hours=3),
            next_start=NOW + timedelta(hours=21),
        ),
        HostJobView(
            source="/var/spool/cron/crontabs/root:7",
            name="sync [/x] 日本語",
            times="*/5 * * * *",
            slug="sync-invoices",
            is_monitored=True,
            trouble="runs at */5 * * * * (Europe/Riga), and the check sync-invoices expects */10 * * *"
            " * (Europe/Riga)",
        ),
        HostJobView(
            source="report.timer",
            name="report",
            times="Mon..Fri 06:00",
            state="enabled",
            trouble="reports to no check",
        ),
        HostJobView(source="/etc/cron.d/x:1", name="old", times="@daily", is_monitored=True),
    ),
    problems=("cron leaves out /etc/cron.d/broken for its line 2: hour must be 0-23, got 25",),
)


def engine(host: HostView = HOST) -> FakeEngine:
    made = FakeEngine(household())
    made.host_view = host
    return made


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (120, 36)], ids=lambda s: f"{s[0]}x{s[1]}")
async def test_the_host_looks_as_it_should(size: tuple[int, int]) -> None:
    async with showing(engine(), size) as (app, pilot):
        await press(app, pilot, "C")
        await settled(app, pilot)
        await press(app, pilot, "j", "j")
        assert isinstance(app.screen, HostScreen)
        assert {cell_len(strip.text) for strip in strips(app)} == {size[0]}
        check_snapshot(f"host-{size[0]}x{size[1]}", snapshot(app))


@pytest.mark.parametrize(
    ("host", "said"),
    [
        (HostView(), "Nobody has looked at the host yet"),
        (HostView(is_watched=False), "[host] in checks.toml says watch = false"),
        (HostView(looked_at=NOW), "has a job of yours"),
    ],
)
async def test_an_empty_list_says_why(host: HostView, said: str) -> None:
    async with showing(engine(host), (100, 24)) as (app, pilot):
        await press(app, pilot, "C")
        await settled(app, pilot)
        assert said in screen_text(app)


async def test_an_engine_that_is_gone_is_said_and_the_list_stays() -> None:
    fake = engine()
    async with showing(fake, (100, 24)) as (app, pilot):
        await press(app, pilot, "C")
        await settled(app, pilot)
        fake.fails_with = EngineUnreachableError("no engine answers")
        assert isinstance(app.screen, HostScreen)
        app.screen.tick()
        await settled(app, pilot)
        assert "no engine answers" in screen_text(app)
        assert "backup-db" in screen_text(app)
        await press(app, pilot, "escape")
        assert not isinstance(app.screen, HostScreen)

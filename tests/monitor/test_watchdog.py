"""Who is told that PulseTUI is alive, when, and what becomes of it."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from pulsetui.config.tables.watchdog import WatchdogConfig
from pulsetui.monitor.notices import Notices
from pulsetui.monitor.watch.watchdog import RETRY_S, TOLD_AFTER, Watchdogs
from tests.hooks.fakes import FakeTime, settle


def a_watchdog(name: str = "other", fail_url: str = "", **changes: object) -> WatchdogConfig:
    fields = {"name": name, "url": f"http://{name}", "fail_url": fail_url, **changes}
    return WatchdogConfig(**fields)  # type: ignore[arg-type]


class Kennel:
    """Watchdogs, the engine that they watch, and all that they were told."""

    def __init__(self) -> None:
        self.time = FakeTime()
        self.trouble: str | None = None
        self.error: str | Exception = ""
        self.told: list[tuple[str, str]] = []
        self.notices = Notices(lambda: None)
        self.dogs = Watchdogs(
            lambda: self.trouble, self.report, self.notices, self.time, sleep=self.time.sleep
        )

    async def report(self, config: WatchdogConfig, reason: str) -> str:
        self.told.append((config.name, reason))
        if isinstance(self.error, Exception):
            raise self.error
        return self.error

    def heard(self) -> list[tuple[str, str]]:
        """Since the last time this was asked."""
        told, self.told = self.told, []
        return told

    async def have(self, *configs: WatchdogConfig) -> None:
        self.dogs.replace(configs)
        await settle()


@asynccontextmanager
async def kennel(*configs: WatchdogConfig) -> AsyncIterator[Kennel]:
    one = Kennel()
    await one.have(*configs)
    try:
        yield one
    finally:
        await one.dogs.stop()


async def test_all_is_well_is_told_at_once_and_every_so_often() -> None:
    async with kennel(a_watchdog(every=timedelta(minutes=5))) as one:
        assert one.heard() == [("other", "")]
        await one.time.advance(299)
        assert one.heard() == []
        await one.time.advance(1)
        assert one.heard() == [("other", "")]
        [state] = one.dogs.states()
        assert (state.ok, state.failures, state.last_at) == (True, 0, one.time.now())


async def test_an_engine_that_is_ill_is_silent_and_comes_back() -> None:
    async with kennel(a_watchdog()) as one:
        one.heard()
        one.trouble = "the disk is full\x1b[31m"
        await one.time.advance(600)
        assert one.heard() == []
        assert one.dogs.states()[0].silent.startswith("the disk is full")
        assert "\x1b" not in one.dogs.states()[0].silent
        one.trouble = None
        await one.time.advance(60)
        assert one.heard() == [("other", "")]
        assert one.dogs.states()[0].silent == ""


async def test_a_trouble_that_lasts_is_reported_with_its_reason_and_one_that_passes_is_not() -> None:
    async with kennel(a_watchdog(fail_url="http://other/fail")) as one:
        one.heard()
        one.trouble = "nothing can be written"
        await one.time.advance(60)
        one.trouble = None
        await one.time.advance(60)
        assert one.heard() == [("other", "")]
        one.trouble = "nothing can be written"
        await one.time.advance(120)
        assert one.heard() == [("other", "nothing can be written")]


async def test_a_failure_is_tried_again_soon_and_told_when_it_is_no_accident() -> None:
    async with kennel(a_watchdog()) as one:
        one.heard()
        one.error = "other refuses connections"
        await one.time.advance(60 + (TOLD_AFTER - 2) * RETRY_S)
        assert one.notices.all() == ()
        await one.time.advance(RETRY_S)
        [notice] = one.notices.all()
        assert (notice.level, notice.text) == (
            "warning",
            "watchdog other cannot be told that PulseTUI is alive: other refuses connections",
        )
        assert one.dogs.states()[0].failures == TOLD_AFTER
        one.error = ""
        await one.time.advance(RETRY_S)
        assert one.notices.all() == ()
        one.heard()
        await one.time.advance(59)
        assert one.heard() == []  # back in its rhythm


async def test_what_nobody_expected_ends_no_watchdog(caplog: pytest.LogCaptureFixture) -> None:
    async with kennel(a_watchdog()) as one:
        one.error = ValueError("secret")
        with caplog.at_level(logging.CRITICAL):
            await one.time.advance(60)
        assert one.dogs.states()[0].error == "failed unexpectedly: ValueError"
        one.error = ""
        await one.time.advance(60)
        assert one.dogs.states()[0].ok


async def test_an_edit_leaves_the_others_in_their_rhythm() -> None:
    stays, goes = a_watchdog("a"), a_watchdog("b")
    async with kennel(stays, goes) as one:
        one.error = "no route"
        await one.time.advance(200)
        assert len(one.notices.all()) == 2
        one.error = ""
        one.heard()
        await one.have(stays, a_watchdog("c"))
        assert one.heard() == [("c", "")]
        assert [notice.key for notice in one.notices.all()] == ["watchdog:a"]
        assert [state.name for state in one.dogs.states()] == ["a", "c"]
        await one.time.advance(60)
        assert {name for name, _ in one.heard()} == {"a", "c"}

        await one.have()
        await one.time.advance(200)
        assert one.heard() == []
        assert (one.dogs.states(), one.notices.all()) == ((), ())


async def test_a_url_that_is_edited_is_asked_at_once() -> None:
    async with kennel(a_watchdog()) as one:
        one.error = "no such host"
        await one.time.advance(200)
        one.error = ""
        one.heard()
        await one.have(a_watchdog(url="http://right"))
        assert one.heard() == [("other", "")]
        assert one.notices.all() == ()

"""Time in which the engine could not hear its jobs: nothing in it may be held against them, nor for them."""

from __future__ import annotations

import asyncio
import time
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from pulsetui.core.state.status import PingKind
from pulsetui.monitor.clock import SystemClock
from pulsetui.monitor.engine import Engine
from pulsetui.monitor.sink import Receipt
from tests.monitor.harness import CONFIG, START, FakeClock, Harness, accept_all, full_disk, running

TOLD = CONFIG + '\n[hooks.a]\ntype = "terminal"\n'


def events(engine: Harness, slug: str) -> list[str]:
    return [one.event for one in engine.client.details(slug).deliveries]


# --- refused pings -----------------------------------------------------------------------------------


async def test_a_job_whose_ping_was_refused_is_not_accused(tmp_path: Path) -> None:
    async with running(tmp_path, config=TOLD) as engine:
        await engine.ping("often")
        await engine.run(minutes=14)
        with full_disk():
            assert await engine.ping("often") is Receipt.BUSY
        await engine.run(seconds=1)
        await engine.run(minutes=7)  # past the deadline of the slot that it would have answered
        assert engine.status("often") == "up"
        assert engine.view("often").unwatched
        assert events(engine, "often") == []
        await engine.run(minutes=14)
        assert engine.status("often") == "down missed"


async def test_a_deadline_in_the_time_in_which_nothing_could_be_written_is_not_judged(tmp_path: Path) -> None:
    async with running(tmp_path, config=TOLD) as engine:
        await engine.ping("often")
        with full_disk():
            await engine.run(minutes=14)
            assert await engine.ping("nightly") is Receipt.BUSY
            await engine.run(minutes=14)
        await engine.run(seconds=2)
        assert engine.view("often").unwatched
        spans = engine.client.timeline(["often"], START, START + timedelta(hours=1)).unwatched
        assert [why for _, _, why in spans] == ["PulseTUI could write nothing and refused pings"]
        assert events(engine, "often") == []


async def test_a_failure_that_was_refused_is_not_forgiven(tmp_path: Path) -> None:
    async with running(tmp_path, config=TOLD) as engine:
        await engine.ping("often")
        await engine.run(minutes=14)
        with full_disk():
            assert await engine.ping("often", PingKind.FAIL) is Receipt.BUSY
        await engine.run(seconds=1)
        await engine.run(minutes=7)
        assert engine.status("often") == "down missed"


async def test_a_run_whose_end_was_refused_does_not_hang(tmp_path: Path) -> None:
    async with running(tmp_path, config=TOLD) as engine:
        await engine.ping("often")
        await engine.run(minutes=14)
        await engine.ping("often", PingKind.START)
        with full_disk():
            assert await engine.ping("often") is Receipt.BUSY
        await engine.run(seconds=1)
        await engine.run(minutes=7)
        assert engine.status("often") == "up"


async def test_refused_twice_in_a_row_is_judged(tmp_path: Path) -> None:
    """A disk that is full at each of its pings must not hide for ever that a job has stopped."""
    async with running(tmp_path, config=TOLD) as engine:
        await engine.ping("often")
        for _ in range(2):
            await engine.run(minutes=14)
            with full_disk():
                await engine.ping("often")
            await engine.run(seconds=1)
        await engine.run(minutes=8)
        assert engine.status("often") == "down missed"


async def test_a_ping_that_nobody_could_read_may_have_been_anybodys(tmp_path: Path) -> None:
    """All connections waited for the disk, and further ones were answered 503."""
    async with running(tmp_path, config=TOLD) as engine:
        await engine.ping("often")
        await engine.run(minutes=19)
        engine.engine.door.turned_away()
        engine.clock.run(timedelta(minutes=3))
        assert await engine.ping("nightly") is Receipt.OK
        assert engine.view("often").unwatched
        assert events(engine, "often") == []


async def test_the_time_is_settled_though_the_engine_ends_with_its_disk_full(tmp_path: Path) -> None:
    clock = FakeClock()
    with ExitStack() as until_the_end:
        async with running(tmp_path, clock, config=TOLD) as engine:
            await engine.ping("often")
            until_the_end.enter_context(full_disk())
            await engine.run(minutes=10)
            await engine.ping("nightly")
            await engine.run(minutes=11)
    async with running(tmp_path, clock, config=None) as engine:
        assert engine.view("often").unwatched
        assert engine.status("often") == "up"


# --- a gap that cannot be written at once ----------------------------------------------------------------


async def test_a_wake_from_suspend_with_a_full_disk_forgets_nothing(tmp_path: Path) -> None:
    async with running(tmp_path, config=TOLD) as engine:
        await engine.ping("often")
        with full_disk():
            engine.clock.sleep(timedelta(hours=3))
            await engine.run(seconds=1)
            assert await engine.ping("nightly") is Receipt.BUSY
        await engine.run(seconds=2)
        assert engine.status("often") == "up"
        assert engine.view("often").unwatched
        spans = engine.client.timeline(["often"], START, START + timedelta(hours=4)).unwatched
        assert "The machine was asleep" in [why for _, _, why in spans]


# --- standing still ---------------------------------------------------------------------------------------


async def test_a_loop_that_stood_still_reads_what_waited_before_it_judges(tmp_path: Path) -> None:
    (tmp_path / "checks.toml").write_text('[checks.beat]\nevery = "2s"\ngrace = "1s"\n')
    validators = dict.fromkeys(("desktop", "terminal", "command"), accept_all)
    clock = SystemClock()
    engine = Engine(tmp_path / "checks.toml", tmp_path / "state", clock=clock, hook_validators=validators)
    await engine.start()
    try:
        harness = Harness(engine, FakeClock())
        await harness.ping("beat")
        await asyncio.sleep(0.1)
        waiting = asyncio.create_task(harness.ping("beat"))  # in the socket while the process is frozen
        time.sleep(4.2)  # noqa: ASYNC251 - nothing else stops a loop as SIGSTOP does
        assert await waiting is Receipt.OK
        await harness.settle()
        assert harness.status("beat") == "up"
        assert harness.client.details("beat").incidents == ()
    finally:
        await engine.stop()


# --- the clock ---------------------------------------------------------------------------------------------


async def test_a_boot_in_1970_leaves_the_history_as_it_was(tmp_path: Path) -> None:
    clock = FakeClock(START + timedelta(hours=2, minutes=20))
    async with running(tmp_path, clock, config=TOLD) as engine:
        await engine.ping("nightly")
        before = engine.view("nightly")
    away = clock.now() - START.replace(year=1970)
    clock.step(-away)
    async with running(tmp_path, clock, config=None) as engine:
        await engine.run(seconds=20)
        clock.step(away)
        await engine.run(minutes=1)
        after = engine.view("nightly")
        assert (after.last_ping, after.since, after.next_ping, after.unwatched) == (
            before.last_ping,
            before.since,
            before.next_ping,
            False,
        )
        await engine.run(minutes=20)
        assert engine.status("nightly") == "up"


@pytest.mark.parametrize("nights", [2, 3])
async def test_a_job_that_is_dead_under_an_engine_that_is_off_at_each_deadline_goes_down(
    tmp_path: Path, nights: int
) -> None:
    clock = FakeClock(START + timedelta(hours=2))
    async with running(tmp_path, clock, config=TOLD) as engine:
        await engine.ping("nightly")
        await engine.run(minutes=5)
    for _ in range(nights):
        clock.run(timedelta(hours=21, minutes=30))
        async with running(tmp_path, clock, config=None):
            clock.run(timedelta(minutes=10))
        clock.run(timedelta(hours=2, minutes=50))  # past 02:30
        async with running(tmp_path, clock, config=None) as engine:
            status, detail = engine.status("nightly"), engine.view("nightly").detail
    assert status == "down missed"
    assert "not heard of since Fri 2026-11-20 02:00 UTC" in detail

"""Time in which nobody watched: noticed by the clocks, and settled before anything is judged."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from pulsetui.monitor.watch.unwatched import SETTLE, GapDetector
from tests.monitor.harness import CONFIG, START, FakeClock, running
from tests.store.samples import due_rows


async def test_deadlines_that_passed_while_the_engine_was_not_running_do_not_storm(tmp_path: Path) -> None:
    clock = FakeClock()
    config = CONFIG + '\n[hooks.a]\ntype = "terminal"\n'
    async with running(tmp_path, clock, config=config) as engine:
        await engine.ping("often")
        clock.run(timedelta(hours=2, minutes=5))
        await engine.ping("nightly")
        await engine.ping("often")
    clock.run(timedelta(days=1, hours=1))
    async with running(tmp_path, clock, config=None) as engine:
        assert [engine.status(slug) for slug in ("nightly", "often")] == ["up", "up"]
        assert engine.view("nightly").unwatched
        assert "not running" in engine.client.info().notices[0].text
        digests = [
            one for one in due_rows(engine.engine.queries, clock.now(), 10) if "unwatched" in one.alert
        ]
        assert len(digests) == 1
        await engine.run(minutes=20)
        assert engine.status("often") == "down missed"
        await engine.run(hours=24)
        assert engine.status("nightly") == "down missed"


async def test_what_is_told_of_it_is_in_the_zone_of_checks_toml(tmp_path: Path) -> None:
    config = CONFIG.replace('"UTC"', '"Asia/Tokyo"') + '[hooks.a]\ntype = "terminal"\n'
    async with running(tmp_path, config=config) as engine:
        await engine.ping("often")
        engine.clock.step(timedelta(minutes=90))
        await engine.run(seconds=1)
        assert "(Fri 09:00 to Fri 10:30 JST)" in engine.client.info().notices[0].text
        (digest,) = due_rows(engine.engine.queries, engine.clock.now(), 9)
        assert "Fri 2026-11-20 09:00 JST to Fri 2026-11-20 10:30 JST" in digest.alert


async def test_a_quick_restart_alarms_nobody(tmp_path: Path) -> None:
    clock = FakeClock()
    async with running(tmp_path, clock) as engine:
        await engine.ping("often")
    clock.run(timedelta(seconds=3))
    async with running(tmp_path, clock, config=None) as engine:
        assert engine.client.info().notices == ()
        assert not engine.view("often").unwatched


@pytest.mark.parametrize(("how", "why"), [("sleep", "asleep"), ("step", "clock was set")])
@pytest.mark.parametrize("notices", ["ping", "timer"])
async def test_a_suspend_or_a_clock_step_judges_nothing_that_passed_in_it(
    tmp_path: Path, how: str, why: str, notices: str
) -> None:
    async with running(tmp_path) as engine:
        await engine.ping("often")
        getattr(engine.clock, how)(timedelta(hours=3))
        if notices == "ping":
            await engine.ping("nightly")
        await engine.run(seconds=1)
        assert engine.status("often") == "up"
        assert engine.view("often").unwatched
        assert why in engine.client.info().notices[0].text


async def test_a_clock_that_is_set_back_delays_no_deadline(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        engine.clock.step(timedelta(days=300))
        await engine.ping("often")
        engine.clock.step(timedelta(days=-300))
        await engine.run(seconds=1)
        await engine.run(minutes=21)
        assert engine.status("often") == "down missed"
        assert "set back" in engine.client.info().notices[-1].text


# --- the detector by itself --------------------------------------------------------------------------


class Seconds:
    """What the loop's timers go by."""

    def __init__(self) -> None:
        self.at = 500.0

    def __call__(self) -> float:
        return self.at


def detector(tmp_path: Path) -> tuple[GapDetector, FakeClock, Seconds]:
    clock, seconds = FakeClock(), Seconds()
    return GapDetector(tmp_path, clock, seconds), clock, seconds


def test_time_that_passes_as_usual_is_no_gap(tmp_path: Path) -> None:
    on, clock, seconds = detector(tmp_path)
    for _ in range(100):
        clock.run(timedelta(seconds=1))
        seconds.at += 1
        on.tick()
        assert on.look() is None


@pytest.mark.parametrize(("how", "why"), [("sleep", "asleep"), ("step", "clock was set forward")])
def test_a_gap_is_from_the_last_look_to_this_one_and_told_once(tmp_path: Path, how: str, why: str) -> None:
    on, clock, _ = detector(tmp_path)
    getattr(clock, how)(timedelta(hours=3))
    gap = on.look()
    assert gap is not None
    assert (gap.since, gap.until, gap.is_back) == (START, START + timedelta(hours=3), False)
    assert why in gap.why
    assert on.look() is None


@pytest.mark.parametrize("seconds", [-4.9, 4.9])
def test_a_clock_that_is_slewed_or_nudged_is_no_gap(tmp_path: Path, seconds: float) -> None:
    on, clock, _ = detector(tmp_path)
    clock.step(timedelta(seconds=seconds))
    assert on.look() is None


def test_a_clock_that_is_set_back_is_a_gap_that_ends_before_it_begins(tmp_path: Path) -> None:
    on, clock, _ = detector(tmp_path)
    clock.step(timedelta(days=-1))
    gap = on.look()
    assert gap is not None
    assert (gap.since, gap.until, gap.is_back) == (START, START - timedelta(days=1), True)


def test_a_loop_that_stood_still_shows_by_its_tick(tmp_path: Path) -> None:
    on, clock, seconds = detector(tmp_path)
    on.tick()
    clock.run(timedelta(seconds=2))
    seconds.at += 2.0
    assert on.look() is None, "a tick comes every second, and may be late by one"
    clock.run(timedelta(seconds=60))
    seconds.at += 60
    gap = on.look()
    assert gap is not None
    assert "stood still" in gap.why
    assert gap.since == START + timedelta(seconds=1)
    assert gap.until == START + timedelta(seconds=62) + SETTLE
    assert on.look() is None


def test_a_loop_that_stood_still_shows_by_a_late_timer(tmp_path: Path) -> None:
    on, clock, _ = detector(tmp_path)
    clock.run(timedelta(seconds=30))
    assert on.look(late_s=0.9) is None
    gap = on.look(late_s=12)
    assert gap is not None
    assert gap.since == START + timedelta(seconds=18)


def test_the_next_start_knows_when_the_last_sign_of_life_was(tmp_path: Path) -> None:
    on, clock, _ = detector(tmp_path)
    assert on.gap_before_start() is None, "nobody was ever here"
    clock.run(timedelta(minutes=5))
    on.beat()
    clock.run(timedelta(hours=1))
    gap = GapDetector(tmp_path, clock).gap_before_start()
    assert gap is not None
    assert (gap.since, gap.until) == (START + timedelta(minutes=5), START + timedelta(minutes=65))
    clock.step(timedelta(days=-2))
    gap = GapDetector(tmp_path, clock).gap_before_start()
    assert gap is not None
    assert gap.is_back

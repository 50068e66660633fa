"""Time in which nobody watched: noticed by the clocks, and settled before anything is judged."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.monitor.harness import CONFIG, FakeClock, running


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
            one for one in engine.engine.queries.deliveries_due(clock.now(), 10) if "unwatched" in one.alert
        ]
        assert len(digests) == 1
        await engine.run(minutes=20)
        assert engine.status("often") == "down missed"
        await engine.run(hours=24)
        assert engine.status("nightly") == "down missed"


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

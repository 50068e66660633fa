"""An engine with runs that make up for missed slots: kept, shown, and never taken for regular ones."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import UUID

from pulsetui.core.state.status import Outcome, PingKind
from tests.monitor.harness import CONFIG, START, FakeClock, Harness, running

SLOT = START + timedelta(hours=2)
CONFIG_TRIMMED = CONFIG + "keep_pings = 2\n"


async def make_up(
    engine: Harness, kind: PingKind = PingKind.SUCCESS, rid: int = 7, slug: str = "nightly"
) -> None:
    await engine.ping(slug, PingKind.START, rid=UUID(int=rid), catch_up=SLOT)
    await engine.run(minutes=1)
    await engine.ping(slug, kind, rid=UUID(int=rid), catch_up=SLOT, body=b"half of it\n")


async def test_it_is_shown_and_the_incident_stays_open(tmp_path: Path) -> None:
    clock = FakeClock()
    async with running(tmp_path, clock) as engine:
        await engine.run(hours=3)
        assert engine.status("nightly") == "down never"
        await make_up(engine)
        assert engine.status("nightly") == "down never"
        details = engine.client.details("nightly")
        assert [(run.outcome, run.catch_up, run.slot) for run in details.runs] == [
            (Outcome.SUCCESS, True, SLOT)
        ]
        assert details.caught_up == (SLOT,)
        assert details.regular_runs == ()
        assert details.incidents[0].missed == (SLOT,)
        assert details.view.last_line == ""
        lane = engine.client.timeline(["nightly"], START, clock.now()).lanes[0]
        assert [run.catch_up for run in lane.runs] == [SLOT]
        [row] = engine.client.trust(["nightly"], START)
        assert (row.total.good, row.total.missed) == (0, 1)
    async with running(tmp_path, clock, config=None) as engine:
        assert engine.client.details("nightly").caught_up == (SLOT,)


async def test_a_failed_one_has_caught_up_nothing(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        await engine.run(hours=3)
        await make_up(engine, PingKind.FAIL)
        assert engine.client.details("nightly").caught_up == ()


async def test_that_a_slot_was_made_up_for_is_known_when_its_pings_are_long_gone(tmp_path: Path) -> None:
    async with running(tmp_path, config=CONFIG_TRIMMED) as engine:
        await make_up(engine, slug="often")
        for _ in range(400):
            await engine.ping("often")
        await engine.settle()
        details = engine.client.details("often")
        assert len(details.pings) < 300, "the old ones were trimmed"
        assert details.caught_up == (SLOT,)

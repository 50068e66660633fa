"""Of each check only so much is kept, and what explains the last incidents."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from pulsetui.core.state.draft import MAX_OPEN_RUNS, ORPHANS_KEPT
from pulsetui.core.state.status import PingKind
from tests.monitor.harness import Harness, running

CONFIG = """
[checks.often]
every = "1h"
keep_pings = 100
"""


async def test_retention_keeps_the_newest_pings_and_their_runs(tmp_path: Path) -> None:
    config = '[checks.a]\nevery = "1h"\nkeep_pings = 20\n'
    async with running(tmp_path, config=config) as engine:
        for _ in range(200):
            await engine.ping("a")
        await engine.settle()
        details = engine.client.details("a")
        assert 20 <= len(details.pings) <= 75
        assert details.pings[0].n == 200
        assert len(details.runs) == len(details.pings)


def rows(tmp_path: Path, table: str) -> int:
    with closing(sqlite3.connect(tmp_path / "state/pulsetui.sqlite3")) as database:
        (count,) = database.execute(f"SELECT count(*) FROM {table}").fetchone()
    assert isinstance(count, int)
    return count


async def pings(engine: Harness, count: int, kind: PingKind = PingKind.SUCCESS) -> None:
    for _ in range(count // 50):
        engine.clock.run(timedelta(seconds=1))
        await asyncio.gather(
            *(engine.ping("often", kind, rid=uuid4() if kind is PingKind.START else None) for _ in range(50))
        )
    await engine.settle()


async def test_starts_that_never_end_are_bounded_and_stay_visible_as_orphans(tmp_path: Path) -> None:
    async with running(tmp_path, config=CONFIG) as engine:
        await pings(engine, 700, PingKind.START)
        assert engine.view("often").running == MAX_OPEN_RUNS
        state = engine.engine.checks.find("often")
        assert state is not None
        assert len(state.state.orphans) == ORPHANS_KEPT
        assert {run.outcome for run in engine.client.details("often").runs} <= {"running", "orphan"}
        await pings(engine, 100)
        assert rows(tmp_path, "runs") + rows(tmp_path, "pings") < 2 * (100 + 100 + MAX_OPEN_RUNS)
        assert engine.status("often") == "up"


async def test_a_heartbeat_does_not_push_out_what_explains_an_incident(tmp_path: Path) -> None:
    async with running(tmp_path, config=CONFIG) as engine:
        await engine.ping("often")
        await engine.ping("often", PingKind.FAIL, body=b"disk full", exit_status=1)
        await pings(engine, 500)
        details = engine.client.details("often")
        assert [one.n for one in details.incidents] == [1]
        failed = next(run for run in details.runs if run.outcome == "failed")
        assert failed.exit_status == 1
        ping = next(one for one in details.pings if one.n == failed.n)
        assert ping.body_start == "disk full"
        assert engine.client.ping_body("often", failed.n) == b"disk full"
        assert rows(tmp_path, "pings") < 100 + 100 + 15

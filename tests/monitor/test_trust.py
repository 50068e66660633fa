"""What an engine counts out of its database: all runs that are kept, and none that only seem to be all."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from pulsetui.client.trust import Counts, TrustRow
from pulsetui.core.state.status import PingKind
from pulsetui.monitor import trust
from tests.monitor.harness import START, Harness, running

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
CONFIG = """\
timezone = "UTC"

[checks.minutely]
every = "1m"

[checks.few]
every = "1m"
keep_pings = 50

[checks.hourly]
cron = "0 * * * *"
"""


def row_of(engine: Harness, slug: str, since: timedelta = DAY) -> TrustRow:
    (row,) = engine.client.trust([slug], engine.clock.now() - since)
    return row


async def test_all_runs_that_are_kept_are_counted_however_they_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path, config=CONFIG) as engine:
        runs = 430
        for minute in range(runs):
            kind = PingKind.FAIL if minute == 100 else PingKind.SUCCESS
            await engine.ping("minutely", kind)
            engine.clock.run(MINUTE)
        whole = row_of(engine, "minutely")
        monkeypatch.setattr(trust, "_RUNS_AT_ONCE", 7)
        in_parts = row_of(engine, "minutely")

        assert whole.total == Counts(good=runs - 1, failed=1)
        assert whole.known_from is None
        assert in_parts == whole
        assert row_of(engine, "minutely", HOUR).total == Counts(good=60)


async def test_of_runs_that_outlived_their_neighbours_nothing_is_concluded(tmp_path: Path) -> None:
    async with running(tmp_path, config=CONFIG) as engine:
        for minute in range(400):
            kind = PingKind.FAIL if minute == 10 else PingKind.SUCCESS
            await engine.ping("few", kind)
            engine.clock.run(MINUTE)
        kept = [run.ended_at for run in engine.client.details("few").runs]
        row = row_of(engine, "few")

        assert START + 10 * MINUTE in kept, "it is the evidence of an incident"
        assert row.known_from is not None
        assert START + 350 * MINUTE < row.known_from <= START + 351 * MINUTE
        assert row.total == Counts(good=49)


async def test_what_nobody_watched_is_told_apart_from_what_was_missed(tmp_path: Path) -> None:
    async with running(tmp_path, config=CONFIG) as engine:
        await engine.run(hours=1, minutes=5)
        await engine.ping("hourly")
        await engine.run(hours=3)
        missed = row_of(engine, "hourly").total
        await engine.ping("hourly")
    engine.clock.run(2 * HOUR)
    async with running(tmp_path, clock=engine.clock, config=CONFIG) as again:
        await again.run(minutes=20)
        total = row_of(again, "hourly").total

    assert missed == Counts(good=1, missed=2)
    assert total == Counts(good=2, missed=2, not_watched=1)

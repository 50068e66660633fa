"""Reports that met no engine: taken in with their own instants, each once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from pulsetui.monitor.sink import Receipt
from tests.monitor.harness import START, FakeClock, running
from tests.monitor.samples import REPORT, spool


async def test_what_jobs_spooled_meanwhile_fills_the_span(tmp_path: Path) -> None:
    clock = FakeClock()
    async with running(tmp_path, clock) as engine:
        clock.run(timedelta(hours=2, minutes=1))
        await engine.ping("nightly")
    clock.run(timedelta(days=1))
    path = spool(tmp_path, "nightly", "2026-11-21T02:00:30.000000Z")
    async with running(tmp_path, clock, config=None) as engine:
        view = engine.view("nightly")
        assert (view.status, view.unwatched, view.n_pings) == ("up", False, 2)
        ping = engine.client.details("nightly").pings[0]
        assert ping.at < ping.received_at
    assert not path.exists()


@pytest.mark.parametrize("restart", [False, True], ids=["running", "restarted"])
async def test_a_report_that_comes_by_http_and_out_of_the_spool_counts_once(
    tmp_path: Path, restart: bool
) -> None:
    """The engine was frozen: what it had not answered is in its socket and in the spool when it thaws."""

    clock = FakeClock()
    async with running(tmp_path, clock) as engine:
        assert await engine.ping("often", report=REPORT) is Receipt.OK
        path = spool(tmp_path, "often", "2026-11-20T00:00:00Z", id=REPORT)
        if not restart:
            await engine.engine.beat()
    async with running(tmp_path, clock, config=None) as engine:
        assert engine.view("often").n_pings == 1
        assert len(engine.client.details("often").pings) == 1
        assert not path.exists()
        assert await engine.ping("often", report=REPORT) is Receipt.OK  # an answer that was lost
        assert engine.view("often").n_pings == 1
        assert await engine.ping("often", report=REPORT[::-1]) is Receipt.OK
        assert await engine.ping("often") is Receipt.OK
        assert engine.view("often").n_pings == 3


async def test_a_report_that_fills_an_unwatched_span_counts_once(tmp_path: Path) -> None:
    clock = FakeClock()
    async with running(tmp_path, clock) as engine:
        await engine.ping("often", report=REPORT)
    clock.run(timedelta(days=1))
    for report, at in ((REPORT, "2026-11-20T00:00:00Z"), (REPORT[::-1], "2026-11-20T12:00:00Z")):
        spool(tmp_path, "often", at, id=report)
    async with running(tmp_path, clock, config=None) as engine:
        assert engine.view("often").n_pings == 2


async def test_a_spool_of_any_length_is_taken_in_before_anything_is_judged(tmp_path: Path) -> None:
    clock = FakeClock()
    async with running(tmp_path, clock) as engine:
        await engine.ping("often")
    for n in range(1, 1300):
        spool(tmp_path, "often", (START + timedelta(minutes=15 * n)).isoformat())
    clock.run(timedelta(minutes=15 * 1300))
    async with running(tmp_path, clock, config=None) as engine:
        assert engine.view("often").n_pings == 1300
        assert engine.client.details("often").incidents == ()
        assert not engine.view("often").unwatched


async def test_a_spooled_file_that_cannot_be_used_is_kept_apart(tmp_path: Path) -> None:
    spool(tmp_path, "nightly", "2026-11-20T00:00:00Z", body="!!!")
    spool(tmp_path, "gone", "2026-11-20T00:00:00Z")
    async with running(tmp_path) as engine:
        assert engine.view("nightly").n_pings == 0
    bad = sorted((tmp_path / "state" / "spool" / "bad").iterdir())
    assert len(bad) == 2

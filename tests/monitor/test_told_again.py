"""What is told of a check from its first day to its recovery, and what is not told twice."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from pulsetui.client.client import do_one
from pulsetui.client.commands import Acknowledge, EditCheck, Pause, Resume
from pulsetui.core.state.status import PingKind
from tests.monitor.harness import CONFIG, START, FakeClock, Harness, running
from tests.store.samples import due_rows

TOLD = CONFIG + '\n[hooks.a]\ntype = "terminal"\n'


def told(engine: Harness, slug: str) -> list[str]:
    """The titles of all alerts, oldest first."""
    due = due_rows(engine.engine.queries, engine.clock.now(), 100)
    return [title for one in due if f'"slug":"{slug}"' in one.alert for title in [_title(one.alert)]]


def _title(alert: str) -> str:
    return alert.partition('"title":"')[2].partition('"')[0]


async def test_a_check_that_never_reported_is_told_once(tmp_path: Path) -> None:
    async with running(tmp_path, config=TOLD) as engine:
        await engine.run(minutes=15)
        assert engine.status("often") == "late"
        await engine.run(minutes=5)
        assert engine.status("often") == "down never"
        assert "added on Fri 2026-11-20 00:00 UTC: is its crontab line there?" in engine.view("often").detail
        await engine.run(hours=1)
        assert told(engine, "often") == ["often has never reported"]


async def test_it_stays_expected_across_restarts(tmp_path: Path) -> None:
    clock = FakeClock()
    async with running(tmp_path, clock, config=TOLD) as engine:
        await engine.run(minutes=14)
    async with running(tmp_path, clock, config=None) as engine:
        await engine.run(minutes=6)
        assert engine.status("often") == "down never"


async def test_after_pause_and_resume_it_is_down_again_when_it_stays_silent(tmp_path: Path) -> None:
    async with running(tmp_path, config=TOLD) as engine:
        await engine.ping("often")
        await engine.run(minutes=20)
        await asyncio.to_thread(engine.client.do, Pause(("often",), by="root"))
        await asyncio.to_thread(engine.client.do, Resume(("often",)))
        await engine.settle()
        assert engine.view("often").last_ping == START
        assert engine.client.details("often").incidents[0].closed_by == "pause, root"
        await engine.run(minutes=20)
        assert engine.status("often") == "down never"
        assert told(engine, "often") == ["often is overdue", "often has never reported"]


async def test_an_acknowledged_failure_that_stops_is_told_again(tmp_path: Path) -> None:
    async with running(tmp_path, config=TOLD) as engine:
        await engine.ping("often", PingKind.FAIL)
        await asyncio.to_thread(engine.client.do, Acknowledge(("often",), by="ops"))
        await engine.settle()
        assert engine.view("often").acknowledged
        await engine.run(minutes=20)
        assert not engine.view("often").acknowledged
        assert told(engine, "often") == ["often failed", "often is still down, and now is overdue"]


async def test_with_any_reason_it_stays_calm(tmp_path: Path) -> None:
    async with running(tmp_path, config=TOLD) as engine:
        await engine.ping("often", PingKind.FAIL)
        await asyncio.to_thread(lambda: engine.client.do(Acknowledge(("often",), by="ops", any_reason=True)))
        await engine.run(minutes=60)
        assert engine.view("often").acknowledged
        assert told(engine, "often") == ["often failed"]


async def test_an_overlap_is_shown_and_told(tmp_path: Path) -> None:
    async with running(tmp_path, config=TOLD) as engine:
        for n in (1, 2):
            await engine.ping("often", PingKind.START, rid=UUID(int=n))
        assert told(engine, "often") == ["often started while the run before was still going on (1 running)"]
        assert "started while the run before" in engine.view("often").noted
        await engine.ping("often", PingKind.START, rid=UUID(int=3))
        assert len(told(engine, "often")) == 1


async def test_a_duplicate_run_is_shown_and_told(tmp_path: Path) -> None:
    config = TOLD.replace('grace = "5m"', 'grace = "5m"\nmin_interval = "10m"')
    async with running(tmp_path, config=config) as engine:
        await engine.ping("often", remote_addr="10.0.0.1")
        await engine.run(minutes=5)
        await engine.ping("often", remote_addr="10.0.0.1")
        assert engine.status("often") == "up"
        assert engine.view("often").noted == "ran twice: a success 5m after the one before"
        assert told(engine, "often") == ["often ran twice"]


async def test_curl_that_tries_again_after_a_lost_answer_ran_once(tmp_path: Path) -> None:
    config = TOLD.replace('grace = "5m"', 'grace = "5m"\nmin_interval = "10m"\non_duplicate = "down"')
    async with running(tmp_path, config=config) as engine:
        await engine.ping("often", remote_addr="10.0.0.1")
        await engine.run(seconds=11)
        await engine.ping("often", remote_addr="10.0.0.1")
        assert engine.status("often") == "up"
        await engine.run(seconds=30)
        await engine.ping("often", remote_addr="10.0.0.1")
        assert engine.status("often") == "down ran_twice"


async def test_an_edit_judges_no_time_before_it(tmp_path: Path) -> None:
    async with running(tmp_path, config=TOLD) as engine:
        await engine.ping("often")
        await engine.run(minutes=18)
        await asyncio.to_thread(do_one, engine.client, EditCheck(("often",), {"grace": "2m"}))
        await engine.run(seconds=119)
        assert engine.status("often") == "late"
        await engine.run(seconds=1)
        assert engine.status("often") == "down missed"
        assert engine.view("often").since == START + timedelta(minutes=20)


async def test_what_ran_out_before_an_edit_ran_out_by_the_definition_of_that_time(tmp_path: Path) -> None:
    async with running(tmp_path, config=TOLD) as engine:
        await engine.ping("often")
        engine.clock.run(timedelta(minutes=21))
        await asyncio.to_thread(do_one, engine.client, EditCheck(("often",), {"grace": "1h"}))
        await engine.settle()
        assert engine.status("often") == "down missed"


async def test_what_took_several_failures_is_told_as_broken_since_the_first(tmp_path: Path) -> None:
    clock = FakeClock()
    config = TOLD.replace('every = "15m"', 'every = "15m"\nfailures_before_down = 2')
    async with running(tmp_path, clock, config=config) as engine:
        await engine.run(minutes=2)
        await engine.ping("often", PingKind.FAIL)
    async with running(tmp_path, clock, config=None) as engine:
        await engine.run(minutes=10)
        await engine.ping("often", PingKind.FAIL)
        first, second = START + timedelta(minutes=2), START + timedelta(minutes=12)
        view = engine.view("often")
        assert view.incident is not None
        assert (view.since, view.incident.started_at) == (first, first)
        (incident,) = engine.client.details("often").incidents
        assert incident.started_at == first
        assert engine.client.details("often").flips[0].at == second
        (delivery,) = due_rows(engine.engine.queries, clock.now(), 100)
        assert '"since":"2026-11-20T00:02:00Z"' in delivery.alert
        assert "Down for 10m, since the first failure in a row (Fri 2026-11-20 00:02 UTC)" in delivery.alert
        await engine.run(minutes=3)
        await engine.ping("often")
        assert engine.client.details("often").incidents[0].started_at == first
        recovered = due_rows(engine.engine.queries, clock.now(), 100)[-1].alert
        assert "It was down for 13m" in recovered
        assert '"down_for_s":780.0' in recovered

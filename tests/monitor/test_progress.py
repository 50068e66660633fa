"""How far a run is, as it says itself: shown while it goes on, and never at the cost of the past."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import UUID

from pulsetui.client.status_words import sentence
from pulsetui.core.schedule.zone import zone
from pulsetui.core.state.status import Outcome, PingKind
from tests.monitor.harness import Harness, running

RID, OTHER = UUID(int=1), UUID(int=2)


async def note(engine: Harness, percent: str, line: bytes, rid: UUID | None = RID) -> None:
    await engine.ping("often", PingKind.LOG, rid=rid, progress=percent, body=line)


async def test_it_is_shown_with_its_run_and_in_the_row(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        await engine.ping("often", PingKind.START, rid=RID)
        await engine.run(minutes=1)
        await note(engine, "40%", b"page \x1b[31m3\n")
        view = engine.view("often")
        assert (view.progress, view.last_line, view.n_pings) == ("40% page 3", "40% page 3", 1)
        assert "running for 1m (40% page 3)" in sentence(view, engine.clock.now(), zone("UTC"))
        (run,) = engine.client.details("often").runs
        assert (run.outcome, run.detail) == (Outcome.RUNNING, "40% page 3")
        await note(engine, "", b"page 4")
        assert engine.view("often").progress == "page 4"
        await engine.ping("often", rid=RID)
        assert engine.view("often").progress == ""
        (run,) = engine.client.details("often").runs
        assert (run.outcome, run.detail) == (Outcome.SUCCESS, "")


async def test_it_puts_nothing_off(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        await engine.ping("often", PingKind.START, rid=RID)
        for n in range(31):
            await engine.run(seconds=10)
            await note(engine, f"{n}%", b"")
        assert engine.status("often") == "down hung"
        assert engine.view("often").since == engine.clock.now() - timedelta(seconds=10)


async def test_a_run_that_overlaps_keeps_its_place(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        await engine.ping("often", PingKind.START, rid=RID)
        await engine.ping("often", PingKind.START, rid=OTHER)
        await note(engine, "90%", b"")
        assert engine.view("often").progress == "", "of the newest run nothing is known"
        await note(engine, "10%", b"", OTHER)
        assert engine.view("often").progress == "10%"


async def test_it_is_no_ping_to_keep_whatever_became_of_its_run(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        await note(engine, "30%", b"page 2")
        assert (engine.view("often").n_pings, engine.view("often").last_line) == (0, "30% page 2")
        await engine.ping("often", PingKind.START, rid=RID)
        await engine.run(minutes=6)
        await note(engine, "40%", b"page 3")
        view = engine.view("often")
        assert (view.reason, view.n_pings, view.last_line) == ("hung", 1, "40% page 3")
        (run,) = engine.client.details("often").runs
        assert (run.outcome, run.detail) == (Outcome.HUNG, "started and did not finish within 5m")
        assert (view.started, view.is_running, view.going_since) == (False, True, run.started_at)
        await engine.ping("often", rid=RID)
        await note(engine, "99%", b"")
        assert engine.view("often").n_pings == 2

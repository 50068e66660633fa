"""What the one judge of the engine's health goes by."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from pulsetui.monitor.watch.health import MAX_SILENT_S, PROVE_EVERY_S, HealthJudge, Trouble
from pulsetui.monitor.writing.commands.judge import Prove
from pulsetui.monitor.writing.transaction import Command
from pulsetui.monitor.writing.writer import OnDone
from tests.monitor.harness import FakeClock, Harness, full_disk, running

DATABASE = "pulsetui.sqlite3"


class Parts:
    """The parts of an engine that the judge asks, each as well as the test says."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.overdue = 0.0
        self.refused: str | None = None
        self.asked: list[tuple[Command[None], OnDone[None]]] = []
        self.judge = HealthJudge(
            self.clock, self, lambda: self.refused, lambda *submitted: self.asked.append(submitted)
        )

    def overdue_s(self) -> float:
        return self.overdue

    def tick(self, seconds: float = 1.0) -> None:
        self.clock.run(timedelta(seconds=seconds))
        self.judge.tick()

    def answer(self, result: Exception | None = None) -> Prove:
        (command, done), self.asked = self.asked[0], self.asked[1:]
        done(result)
        assert isinstance(command, Prove)
        return command

    def trouble(self) -> Trouble | None:
        return self.judge.trouble()


def test_an_engine_whose_parts_show_life_is_well() -> None:
    parts = Parts()
    writes = []
    for _ in range(int(3 * PROVE_EVERY_S)):
        parts.tick()
        if parts.asked:
            writes.append(parts.answer().writes)
        assert parts.trouble() is None

    assert 2 <= sum(writes) <= 3
    assert len(writes) > 10


def test_a_writer_that_does_not_answer_is_stuck_and_asked_no_second_time() -> None:
    parts = Parts()
    for _ in range(int(MAX_SILENT_S) + 20):
        parts.tick()
    assert parts.trouble() == Trouble(
        "nothing was written for 1m 10s: the disk may be stalled", is_stuck=True
    )
    assert len(parts.asked) == 1

    parts.answer()
    assert parts.trouble() is None


def test_a_disk_that_refuses_is_no_reason_for_another_start() -> None:
    parts = Parts()
    parts.refused = "nothing can be written"
    parts.judge.alerts_stuck = lambda: "what became of an alert cannot be written"

    assert parts.trouble() == Trouble("nothing can be written")


def test_a_disk_that_refused_is_tried_each_second_with_something_real() -> None:
    parts = Parts()
    parts.refused = "nothing can be written"
    for _ in range(3):
        parts.tick()
        assert parts.answer(OSError()).writes


def test_a_deadline_that_stays_past_is_told_and_one_look_too_late_is_not() -> None:
    parts = Parts()
    parts.overdue = 3600.0  # the clock was just set
    parts.tick()
    assert parts.trouble() is None
    parts.tick()
    assert parts.trouble() == Trouble("no deadline was judged for 1h", is_stuck=True)
    parts.overdue = 0.0
    parts.tick()
    assert parts.trouble() is None


def test_alerts_that_do_not_go_out_and_a_part_that_ended() -> None:
    parts = Parts()
    parts.judge.alerts_stuck = lambda: "alerts have not been looked at for 6m"
    assert parts.trouble() == Trouble("alerts have not been looked at for 6m", is_stuck=True)

    parts.judge.broke(ValueError("x"))
    parts.judge.broke(ValueError("follows from it"))
    assert parts.trouble() == Trouble("a part of the engine stopped: x. Restart PulseTUI.", is_stuck=True)


async def tick(engine: Harness, seconds: float = PROVE_EVERY_S) -> None:
    engine.clock.run(timedelta(seconds=seconds))
    engine.engine.health_judge.tick()
    await engine.settle()


async def test_a_full_disk_is_noticed_while_nobody_pings_and_so_is_its_end(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        with full_disk():
            await tick(engine)
            assert "nothing can be written. disk full" in (engine.engine.health() or "")
            for _ in range(3):
                await tick(engine, 1)
                assert engine.engine.health() is not None
        await tick(engine, 1)
        assert engine.engine.health() is None


async def test_the_proof_is_in_the_database(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        await tick(engine)
        with closing(sqlite3.connect(tmp_path / "state" / DATABASE)) as database:
            [(proof,)] = database.execute("SELECT value FROM meta WHERE key = 'proof'").fetchall()
        assert proof == engine.clock.now().isoformat()


async def test_a_routine_that_ends_is_trouble_though_its_notice_is_dismissed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def breaks() -> None:
        raise ValueError("broke")

    async with running(tmp_path) as engine:
        engine.engine._routines.spawn(breaks())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        engine.engine.notices.take_away("engine")
        assert "a part of the engine stopped: broke" in (engine.engine.health() or "")

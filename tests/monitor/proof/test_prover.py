"""A report is answered, then somebody looks whether it is true: through the whole engine, at real files."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from pulsetui.core.state.status import Outcome, PingKind
from pulsetui.errors import StoreError
from pulsetui.monitor.proof import look, prover
from pulsetui.monitor.sink import Receipt
from tests.job.server import serving
from tests.monitor.harness import START, FakeClock, Harness, full_disk, running
from tests.monitor.proof.test_web import answer as json_answer
from tests.monitor.test_told_again import told

HOUR = timedelta(hours=1)


def config(*proofs: str, more: str = "") -> str:
    prove = ", ".join(f"'{proof}'" for proof in proofs)
    return (
        '[hooks.desktop]\ntype = "desktop"\n\n'
        f'[checks.shop]\nname = "Shop dump"\nevery = "1d"\nprove = [{prove}]\n{more}'
    )


def dump(directory: Path, age: timedelta, size: int = 1000, now: FakeClock | None = None) -> Path:
    path = directory / "shop.dump"
    path.write_bytes(b"x" * size)
    at = ((now.now() if now else START) - age).timestamp()
    os.utime(path, (at, at))
    return path


@asynccontextmanager
async def proving(
    directory: Path,
    config: str | None,
    clock: FakeClock | None = None,
    meanwhile: Callable[[], object] = lambda: None,
) -> AsyncIterator[Harness]:
    """An engine that does not wait before it looks again: ``meanwhile`` happens then."""

    async def pause(_: float) -> None:
        meanwhile()
        await asyncio.sleep(0)

    async with running(directory, clock, config) as engine:
        engine.engine.prover.pause = pause
        yield engine


async def looked(engine: Harness) -> None:
    """Waits until nothing is left to look for."""
    async with asyncio.timeout(10):
        await engine.engine.prover.settled()
    await engine.settle()


async def report(engine: Harness, kind: PingKind = PingKind.SUCCESS) -> None:
    await engine.ping("shop", kind)
    await looked(engine)


async def test_a_dump_that_was_written_proves_its_run(tmp_path: Path) -> None:
    path = dump(tmp_path, HOUR)
    async with proving(tmp_path, config(f"file:{path} newer 26h, size >= 80% of usual")) as engine:
        await report(engine)
        assert engine.status("shop") == "up"
        (run,) = engine.client.details("shop").runs
        assert run.outcome is Outcome.SUCCESS
        assert run.proof == f"proven: {path} was written 1h ago, 1.0 kB"


async def test_an_old_dump_takes_the_check_down_and_is_told_with_what_was_seen(tmp_path: Path) -> None:
    path = dump(tmp_path, 72 * HOUR)
    async with proving(tmp_path, config(f"file:{path} newer 26h")) as engine:
        await report(engine)
        seen = f"{path} is 3d old, expected newer than 1d2h"
        assert engine.status("shop") == "down unmet"
        assert engine.view("shop").detail == seen
        details = engine.client.details("shop")
        (run,), (incident,) = details.runs, details.incidents
        assert (run.outcome, run.detail, run.proof) == (Outcome.UNMET, seen, f"unmet: {seen}")
        assert incident.detail == seen
        assert told(engine, "shop") == ["Shop dump did not do what is expected"]
        dump(tmp_path, HOUR)
        await report(engine)
        assert engine.status("shop") == "up"
        assert told(engine, "shop")[1:] == ["Shop dump is up again"]


async def test_a_run_with_a_start_is_marked_as_well(tmp_path: Path) -> None:
    path = dump(tmp_path, 72 * HOUR)
    async with proving(tmp_path, config(f"file:{path} newer 26h")) as engine:
        await engine.ping("shop", PingKind.START)
        await report(engine)
        (run,) = engine.client.details("shop").runs
        assert (run.outcome, run.started_at) == (Outcome.UNMET, START)


async def test_a_dump_far_below_the_usual_size_is_no_dump(tmp_path: Path) -> None:
    path, clock = dump(tmp_path, HOUR), FakeClock()
    written = config(f"file:{path} newer 26h, size >= 80% of usual")
    async with proving(tmp_path, written, clock) as engine:
        for size in (1000, 1100, 900):
            dump(tmp_path, HOUR, size, clock)
            await report(engine)
            await engine.run(hours=24)
    async with proving(tmp_path, None, clock) as engine:
        dump(tmp_path, HOUR, 790, clock)
        await report(engine)
        assert engine.status("shop") == "down unmet"
        assert "has 790 B, expected size >= 80% of usual (usual: 1.0 kB)" in engine.view("shop").detail


async def test_a_file_that_is_moved_into_place_after_the_report_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "shop.dump"
    looks = []

    def moved() -> None:
        looks.append(path.exists())
        dump(tmp_path, timedelta(0))

    async with proving(tmp_path, config(f"file:{path} newer 26h"), meanwhile=moved) as engine:
        await report(engine)
        assert looks == [False]
        assert (engine.status("shop"), told(engine, "shop")) == ("up", [])


async def test_what_was_never_looked_at_is_looked_at_after_the_start(tmp_path: Path) -> None:
    """And as of the end of the run: over a weekend no dump grows too old."""
    path, clock = dump(tmp_path, 25 * HOUR), FakeClock()
    async with running(tmp_path, clock, config(f"file:{path} newer 26h")) as engine:
        engine.engine.prover._busy.add(1)  # the engine ends before anybody looks
        await engine.ping("shop")
        assert engine.client.details("shop").runs[0].proof == ""
    clock.sleep(60 * HOUR)
    async with proving(tmp_path, None, clock) as engine:
        await looked(engine)
        assert engine.client.details("shop").runs[0].proof.startswith("proven: ")


async def test_what_cannot_be_seen_is_no_alarm_but_is_said(tmp_path: Path) -> None:
    async with proving(tmp_path, config(f"file:{tmp_path} newer 26h")) as engine:
        for count in (1, 2, 3):
            await report(engine)
            assert engine.status("shop") == "up"
            (notice,) = engine.engine.notices.all()
            assert notice.level == ("warning" if count == 3 else "info")
            assert (
                f"shop reports well, but that cannot be proven{'' if count == 1 else ' for'}" in notice.text
            )
            await engine.run(hours=24)
        assert told(engine, "shop") == ["Shop dump cannot be proven for 3 runs in a row"]
        assert "it is a directory" in engine.view("shop").unprovable
        assert (
            engine.client.details("shop").runs[0].proof.startswith(f"not provable: {tmp_path}: it is a dir")
        )
        clock = engine.clock
    async with proving(tmp_path, None, clock) as engine:
        assert [notice.key for notice in engine.engine.notices.all()] == ["proof:shop"]
        (tmp_path / "checks.toml").write_text(config())
        await engine.reload_config()
        assert engine.engine.notices.all() == ()
        assert engine.view("shop").unprovable == ""


async def test_a_check_that_asks_for_nothing_any_more_comes_up(tmp_path: Path) -> None:
    async with proving(tmp_path, config(f"file:{tmp_path}/none newer 26h")) as engine:
        await report(engine)
        assert engine.status("shop") == "down unmet"
        engine.engine.prover._busy.add(1)
        await engine.ping("shop")
        assert engine.status("shop") == "down unmet"
        engine.engine.prover._busy.clear()
        (tmp_path / "checks.toml").write_text(config())
        await engine.reload_config()
        await looked(engine)
        assert engine.status("shop") == "up"


async def test_a_report_that_came_while_somebody_looked_is_looked_at_itself(tmp_path: Path) -> None:
    path = dump(tmp_path, 72 * HOUR)
    engines: list[Harness] = []

    async def pause(_: float) -> None:
        dump(tmp_path, HOUR)
        await engines[0].ping("shop")

    async with running(tmp_path, config=config(f"file:{path} newer 26h")) as engine:
        engines.append(engine)
        engine.engine.prover.pause = pause
        await report(engine)
        runs = engine.client.details("shop").runs
        assert [(run.n, bool(run.proof)) for run in runs] == [(2, True), (1, False)]
        assert (engine.status("shop"), told(engine, "shop")) == ("up", [])


async def test_a_job_that_always_reports_while_somebody_looks_is_judged_all_the_same(tmp_path: Path) -> None:
    path = dump(tmp_path, 72 * HOUR)
    async with proving(tmp_path, config(f"file:{path} newer 26h")) as engine:
        perform = engine.engine.perform
        pinging: list[Receipt] = []

        async def overtaken(command: object) -> object:
            if len(pinging) < 9:
                pinging.append(await engine.ping("shop"))
            return await perform(command)  # type: ignore[arg-type]  # whatever it is

        engine.engine.perform = overtaken  # type: ignore[method-assign, assignment]
        await report(engine)
        unmet = [run.n for run in engine.client.details("shop").runs if run.outcome is Outcome.UNMET]
        assert (engine.status("shop"), unmet) == ("down unmet", [prover.MAX_OVERTAKEN + 2])


async def test_what_was_found_is_written_when_the_disk_takes_it_again(tmp_path: Path) -> None:
    path, fails = dump(tmp_path, HOUR), asyncio.Event()
    async with running(tmp_path, config=config(f"file:{path} newer 26h")) as engine:
        free = asyncio.Event()

        async def pause(_: float) -> None:
            fails.set()
            await free.wait()

        engine.engine.prover.pause = pause
        engine.engine.prover._busy.add(1)
        await engine.ping("shop")
        with full_disk(StoreError("disk full")):
            engine.engine.prover._busy.clear()
            engine.engine.prover.look(engine.engine.checks)
            await asyncio.wait_for(fails.wait(), 10)
        free.set()
        await looked(engine)
        assert engine.client.details("shop").runs[0].proof.startswith("proven: ")


async def test_a_mistake_of_ours_takes_nothing_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> None:
        raise ZeroDivisionError("ours")

    async with proving(tmp_path, config("file:/b/dump newer 26h")) as engine:
        monkeypatch.setattr(look, "look_at_file", broken)
        await report(engine)
        assert engine.status("shop") == "up"
        assert engine.client.details("shop").runs[0].proof == "not provable: /b/dump: ZeroDivisionError: ours"


async def test_a_value_behind_a_url_proves_its_run_or_takes_it_down(tmp_path: Path) -> None:
    with serving(
        json_answer(b'{"newest": null}'), json_answer(b'{"newest": "2026-11-19T22:00:00Z"}')
    ) as server:
        server.answers.insert(0, server.answers[0])  # it is looked at twice
        async with proving(tmp_path, config(f"http json:{server.url}/s?token=hush .newest < 25h")) as engine:
            await report(engine)
            assert engine.status("shop") == "down unmet"
            assert engine.view("shop").detail == f"{server.url}/s .newest is null: there is nothing"
            await report(engine)
            assert engine.status("shop") == "up"
            assert engine.client.details("shop").runs[0].proof == f"proven: {server.url}/s .newest is 2h old"
        assert len(server.requests) == 3


async def test_what_no_server_answers_is_said_without_its_secrets(tmp_path: Path) -> None:
    with serving(b"") as server:
        url = server.url
    async with proving(tmp_path, config(f"http json:{url}/s?token=hush .newest < 25h")) as engine:
        await report(engine)
        assert engine.status("shop") == "up"
        proof = engine.client.details("shop").runs[0].proof
        assert proof.startswith(f"not provable: {url}/s .newest: no answer: ")
        assert "hush" not in proof

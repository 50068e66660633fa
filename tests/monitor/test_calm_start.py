"""A start reads the documents of calm checks only when something happens to them: nobody may notice."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from msgspec.structs import replace

from pulsetui.core.state.status import PingKind
from pulsetui.monitor.sink import Receipt
from pulsetui.store.database import Database
from tests.monitor.harness import CONFIG, FakeClock, Harness, running
from tests.store.samples import due_rows

HOOK = '\n[hooks.a]\ntype = "terminal"\n'


def calm_ones(engine: Harness) -> set[str]:
    return {one.check.slug for one in engine.engine.checks.by_id.values() if one.calm is not None}


@asynccontextmanager
async def restarted(tmp_path: Path, **late: float) -> AsyncIterator[Harness]:
    """Both checks have reported, and the engine is started once more so much later."""
    clock = FakeClock()
    async with running(tmp_path, clock, config=CONFIG + HOOK) as engine:
        await engine.ping("often")
        await engine.ping("nightly")
    clock.run(timedelta(**late))
    async with running(tmp_path, clock, config=None) as engine:
        yield engine


async def test_a_calm_check_that_stops_is_told_of_at_its_deadline(tmp_path: Path) -> None:
    async with restarted(tmp_path, seconds=5) as engine:
        assert calm_ones(engine) == {"often", "nightly"}
        assert engine.status("often") == "up"
        await engine.run(minutes=15)
        assert engine.status("often") == "late"
        await engine.run(minutes=4, seconds=54)
        assert engine.status("often") == "late"
        await engine.run(seconds=1)
        assert engine.status("often") == "down missed"
        assert len(due_rows(engine.engine.queries, engine.clock.now(), 9)) == 1
        assert calm_ones(engine) == {"nightly"}


async def test_a_calm_check_that_reports_goes_on(tmp_path: Path) -> None:
    async with restarted(tmp_path, minutes=10) as engine:
        assert engine.view("often").n_pings == 1
        assert await engine.ping("often") is Receipt.OK
        assert await engine.ping("often", PingKind.START) is Receipt.OK
        view = engine.view("often")
        assert (view.n_pings, view.started, view.next_ping) == (
            3,
            True,
            engine.clock.now() + timedelta(minutes=15),
        )
        await engine.run(minutes=30)
        assert engine.status("often").startswith("down")


async def test_a_deadline_that_passed_while_nobody_watched_is_marked(tmp_path: Path) -> None:
    async with restarted(tmp_path, hours=1) as engine:
        assert calm_ones(engine) == {"nightly"}
        assert engine.view("often").unwatched


@pytest.mark.parametrize(
    ("before", "after", "still_calm"),
    [
        ('every = "15m"', 'every = "20m"', {"nightly"}),
        ('grace = "5m"', 'grace = "2m"', {"nightly"}),
        ('every = "15m"', 'every = "15m"\nwait_for_first = true', {"nightly"}),
        ("[checks.often]", "[checks.seldom]", {"nightly"}),
        ('name = "Nightly import"', 'name = "Import"\ntags = ["night"]', {"nightly", "often"}),
        ('timezone = "UTC"', 'timezone = "Asia/Tokyo"', {"often"}),
    ],
)
async def test_what_is_defined_in_another_way_is_looked_at(
    tmp_path: Path, before: str, after: str, still_calm: set[str]
) -> None:
    clock = FakeClock()
    async with running(tmp_path, clock) as engine:
        await engine.ping("often")
        await engine.ping("nightly")
    clock.run(timedelta(seconds=5))
    assert before in CONFIG
    async with running(tmp_path, clock, config=CONFIG.replace(before, after)) as engine:
        assert calm_ones(engine) == still_calm
        if "2m" in after:
            await engine.run(minutes=17)
            assert engine.status("often") == "down missed"


async def test_an_edit_while_it_runs_is_taken_over(tmp_path: Path) -> None:
    async with restarted(tmp_path, seconds=5) as engine:
        path = engine.engine.config_path
        path.write_text(path.read_text().replace('grace = "5m"', 'grace = "1m"'))
        await engine.reload_config()
        assert calm_ones(engine) == {"nightly"}
        await engine.run(minutes=16)
        assert engine.status("often") == "down missed"


Step = Callable[[Harness, Random], Any]
SLUGS = ("often", "nightly")


async def _ping(engine: Harness, random: Random) -> None:
    kinds = [PingKind.SUCCESS] * 4 + [PingKind.START, PingKind.FAIL]
    metrics = {"rows": float(random.randint(0, 3))} if random.random() < 0.2 else {}
    await engine.ping(random.choice(SLUGS), random.choice(kinds), metrics=metrics)


async def _wait(engine: Harness, random: Random) -> None:
    await engine.run(minutes=random.choice([1, 5, 14, 15, 20, 300]))


async def _edit(engine: Harness, random: Random) -> None:
    path = engine.engine.config_path
    text = path.read_text()
    old, new = random.choice([('grace = "5m"', 'grace = "7m"'), ('grace = "30m"', 'grace = "29m"')])
    path.write_text(text.replace(old, new) if old in text else text.replace(new, old))
    if random.random() < 0.5:
        await engine.reload_config()


STEPS: tuple[Step, ...] = (_ping, _ping, _wait, _wait, _edit)


async def story(folder: Path, seed: int) -> list[object]:
    """What is seen at each moment of a story in which the engine is restarted again and again."""
    random, clock = Random(seed), FakeClock()
    seen: list[object] = []
    for life in range(6):
        async with running(folder, clock, config=CONFIG + HOOK if life == 0 else None) as engine:
            for _ in range(random.randint(0, 5)):
                await random.choice(STEPS)(engine, random)
                await engine.settle()
                views = [replace(view, uuid="") for view in engine.client.checks().values()]
                alerts = [one.alert for one in due_rows(engine.engine.queries, clock.now(), 99)]
                seen.append((views, len(alerts)))
        clock.run(timedelta(minutes=random.choice([0, 0, 1, 16, 200])))
    return seen


@pytest.mark.parametrize("seed", range(8))
async def test_it_makes_no_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    for name in ("sealed", "read"):
        (tmp_path / name).mkdir()
    sealed = await story(tmp_path / "sealed", seed)
    checks = Database.checks
    monkeypatch.setattr(Database, "checks", lambda database, _: checks(database))
    assert sealed == await story(tmp_path / "read", seed)

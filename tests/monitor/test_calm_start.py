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

from pulsetui.client.glance import glances
from pulsetui.config import build
from pulsetui.core.state.status import PingKind
from pulsetui.monitor.checks_toml import copies
from pulsetui.monitor.sink import Receipt
from pulsetui.store import states
from pulsetui.store.database import Database
from pulsetui.store.rows import Changes
from tests.monitor.harness import CONFIG, FakeClock, Harness, running
from tests.monitor.test_store_watch import DATABASE, garbage, recovered
from tests.store.samples import due_rows

HOOK = '\n[hooks.a]\ntype = "terminal"\n'


FEW, MANY = 10**9, 0


@pytest.fixture(autouse=True)
def _many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two checks are treated as if they were a hundred thousand, also when their file was read before."""
    monkeypatch.setattr(build, "_MANY", MANY)
    monkeypatch.setattr(copies, "WORTH_KEEPING", 0)


def calm_ones(engine: Harness) -> set[str]:
    return {one.check.slug for one in engine.engine.checks if one.calm is not None}


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
                checks = engine.client.checks()
                views = list(checks.values())
                alerts = [one.alert for one in due_rows(engine.engine.queries, clock.now(), 99)]
                bare = [replace(view, uuid="") for view in views]
                words = [(one.slug, one.status, one.next_ping, one.deadline) for one in glances(checks)]
                seen.append((bare, words, len(alerts)))
        clock.run(timedelta(minutes=random.choice([0, 0, 1, 16, 200])))
    return seen


@pytest.mark.parametrize("seed", range(8))
async def test_it_makes_no_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    for name in ("many", "few"):
        (tmp_path / name).mkdir()
    seen = await story(tmp_path / "many", seed)
    monkeypatch.setattr(build, "_MANY", FEW)
    monkeypatch.setattr(copies, "WORTH_KEEPING", FEW)
    assert seen == await story(tmp_path / "few", seed)


async def test_what_another_version_has_sealed_is_sealed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After an update one start reads all documents, and not each until all checks have reported."""
    clock = FakeClock()
    async with running(tmp_path, clock) as engine:
        await engine.ping("often")
        await engine.ping("nightly")
    monkeypatch.setattr(states, "_FORM", "9 99.0")
    none: set[str] = set()
    for calm in (none, {"often", "nightly"}):
        clock.run(timedelta(seconds=5))
        async with running(tmp_path, clock, config=None) as engine:
            assert calm_ones(engine) == calm
            assert (engine.status("often"), engine.view("often").n_pings) == ("up", 1)


async def test_what_cannot_stay_closed_is_not_written_again_at_each_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[set[int]] = []
    write = Database.write

    def noted(database: Database, changes: Changes) -> None:
        written.append(set(changes.states))
        write(database, changes)

    clock = FakeClock()
    uuid = '\nuuid = "3f2b8c1e-7a4d-4e5f-9b6c-0d1e2f3a4b5c"'
    config = CONFIG.replace("[checks.often]", f"[checks.often]{uuid}")
    async with running(tmp_path, clock, config=config) as engine:
        await engine.ping("often")
        await engine.ping("nightly")
    monkeypatch.setattr(Database, "write", noted)
    async with running(tmp_path, clock, config=None) as engine:
        assert calm_ones(engine) == {"nightly"}
    assert not any(written)


async def test_a_rename_keeps_the_history(tmp_path: Path) -> None:
    async with restarted(tmp_path, seconds=5) as engine:
        await engine.engine.edit_config(
            lambda file: file.edit_check("often", {}, new_slug="seldom"), {"often": "seldom"}
        )
        assert engine.view("seldom").n_pings == 1
        assert calm_ones(engine) == {"nightly"}
        assert await engine.ping("seldom") is Receipt.OK
        assert engine.view("seldom").n_pings == 2


async def test_documents_are_packed_and_still_read(tmp_path: Path) -> None:
    async with restarted(tmp_path, minutes=1) as engine:
        before = engine.client.checks()
        await engine.engine.save_memory()
        assert engine.view("nightly").n_pings == 1
        assert await engine.ping("nightly") is Receipt.OK
        assert engine.view("nightly").n_pings == 2
        assert before["nightly"].n_pings == 1  # as it was then


async def test_a_lost_database_is_put_back_with_what_was_never_looked_at(tmp_path: Path) -> None:
    clock = FakeClock()
    async with running(tmp_path, clock) as engine:
        await engine.ping("often")
        await engine.ping("nightly")
    async with running(tmp_path, clock, config=None) as engine:
        await engine.engine.save_memory()
        garbage(tmp_path / "state" / DATABASE)
        assert await engine.ping("often") is Receipt.BUSY
        await recovered(engine)
        assert await engine.ping("often") is Receipt.OK
        assert calm_ones(engine) == {"nightly"}
    async with running(tmp_path, clock, config=None) as again:
        assert (again.view("often").n_pings, again.view("nightly").n_pings) == (2, 1)

"""The state directory or the database is taken away, replaced, restored or broken under a running engine."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from contextlib import nullcontext as _nothing
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from pulsetui.client.alert import Alert
from pulsetui.core.state.status import PingKind
from pulsetui.errors import StateHeldError, StoreBusyError
from pulsetui.monitor.engine import Engine
from pulsetui.monitor.lock import StateLock
from pulsetui.monitor.sink import Receipt
from pulsetui.monitor.watch import store_watch as keeper
from tests.monitor.harness import FakeClock, Harness, accept_all, full_disk, running

DATABASE = "pulsetui.sqlite3"
FILES = [DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm"]


def restore(state: Path, *, in_place: bool) -> None:
    """A copy made while the engine ran, as ``sqlite3 .backup`` makes it, takes the place of the database."""
    backup = state.parent / "backup"
    with closing(sqlite3.connect(state / DATABASE)) as source, closing(sqlite3.connect(backup)) as target:
        source.backup(target)
        target.execute("UPDATE meta SET value = 'of another start'")
        target.commit()
    if in_place:
        shutil.copyfile(backup, state / DATABASE)
    else:
        for name in FILES:
            (state / name).unlink()
        backup.rename(state / DATABASE)


def replace_directory(state: Path) -> None:
    state.rename(state.parent / "away")
    state.mkdir(mode=0o700)


def strange_database(state: Path) -> None:
    for name in FILES:
        (state / name).unlink()
    with closing(sqlite3.connect(state / DATABASE)) as other:
        other.execute("CREATE TABLE photos (id INTEGER PRIMARY KEY)")
        other.commit()


def of_other_checks(state: Path) -> None:
    """The database of another engine, whose first check is not ours."""
    elsewhere = state.parent / "other"
    elsewhere.mkdir()

    async def once() -> None:
        async with running(elsewhere, config='[checks.zzz]\nevery = "1h"\n'):
            pass

    with asyncio.Runner() as runner:
        runner.run(once())
    for name in FILES:
        (state / name).unlink()
    (elsewhere / "state" / DATABASE).rename(state / DATABASE)


def garbage_instead(path: Path) -> None:
    path.unlink()
    path.write_bytes(os.urandom(9000))


def delete(state: Path, *names: str) -> None:
    for name in names:
        (state / name).unlink()


def garbage(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(os.urandom(path.stat().st_size or 5000))


LOSSES: dict[str, Callable[[Path], object]] = {
    "directory deleted": shutil.rmtree,
    "directory moved away": lambda state: state.rename(state.parent / "away"),
    "directory replaced": replace_directory,
    "database deleted": lambda state: delete(state, DATABASE),
    "all of the database deleted": lambda state: delete(state, *FILES),
    "log of the database deleted": lambda state: delete(state, f"{DATABASE}-wal"),
    "shared memory deleted": lambda state: delete(state, f"{DATABASE}-shm"),
    "restored": lambda state: restore(state, in_place=False),
    "restored over it": lambda state: restore(state, in_place=True),
    "emptied": lambda state: os.truncate(state / DATABASE, 0),
    "garbage": lambda state: garbage(state / DATABASE),
    "garbage in its place": lambda state: garbage_instead(state / DATABASE),
    "strange database": strange_database,
    "database of other checks": of_other_checks,
}


def checkpointed(state: Path) -> None:
    """All is in the database itself, as it is after some thousand pings."""
    with closing(sqlite3.connect(state / DATABASE)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def stored_rids(state: Path) -> set[str]:
    with closing(sqlite3.connect(state / DATABASE)) as database:
        return {rid for (rid,) in database.execute("SELECT rid FROM pings")}


async def recovered(engine: Harness) -> None:
    guard = engine.engine.store_watch
    for _ in range(3):
        if guard.lost:
            await guard.mend()
            engine.clock.run(timedelta(seconds=16))
    assert not guard.lost, engine.client.info().notices
    await engine.settle()


async def beat(engine: Harness) -> None:
    await engine.engine.store_watch.beat()
    await engine.settle()


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("noticed", ["by a ping", "by a beat"])
async def test_no_ping_is_answered_ok_that_is_not_on_disk_and_all_goes_on(
    tmp_path: Path, loss: str, noticed: str
) -> None:
    state = tmp_path / "state"
    acknowledged: set[str] = set()

    async def ping(engine: Harness, slug: str, kind: PingKind = PingKind.SUCCESS) -> Receipt:
        rid = uuid4()
        receipt = await engine.ping(slug, kind, rid=UUID(str(rid)))
        if receipt is Receipt.OK:
            acknowledged.add(str(rid))
        return receipt

    clock = FakeClock()
    async with running(tmp_path, clock) as engine:
        await ping(engine, "often")
        await ping(engine, "nightly", PingKind.FAIL)
        await asyncio.to_thread(checkpointed, state)
        await ping(engine, "often")
        before = set(acknowledged)

        await asyncio.to_thread(LOSSES[loss], state)
        if noticed == "by a ping":
            assert await ping(engine, "often") is Receipt.BUSY
        else:
            await beat(engine)
        assert engine.engine.health() is not None
        assert "503" in (engine.engine.health() or "")
        assert await ping(engine, "often") is Receipt.BUSY

        await recovered(engine)
        assert engine.engine.health() is None
        assert [one.key for one in engine.client.info().notices] == ["state"]
        assert await ping(engine, "often") is Receipt.OK
        assert engine.client.details("often").pings[0].n == engine.view("often").n_pings
        assert (state.stat().st_mode & 0o777) == 0o700
        assert ((state / DATABASE).stat().st_mode & 0o777) == 0o600
        if loss not in ("restored", "restored over it", "garbage", "emptied"):
            assert before <= stored_rids(state), "what was open can be read without a name"
        assert acknowledged - before <= stored_rids(state)
        with pytest.raises(StateHeldError):
            StateLock(state)
    clock.run(timedelta(seconds=1))
    async with running(tmp_path, clock, config=None) as engine:
        assert acknowledged - before <= stored_rids(state)
        assert engine.view("often").n_pings == 3
        assert engine.status("often") == "up"
        assert engine.status("nightly") == "down failed"
        assert len(engine.client.incidents()) == 1


async def test_a_directory_that_comes_back_is_as_if_it_had_never_been_away(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        await engine.ping("often")
        (tmp_path / "state").rename(tmp_path / "away")
        assert await engine.ping("often") is Receipt.BUSY
        (tmp_path / "away").rename(tmp_path / "state")
        await engine.engine.store_watch.mend()
        await engine.settle()
        assert engine.engine.health() is None
        assert await engine.ping("often") is Receipt.OK
        assert len(engine.client.details("often").pings) == 2
        [notice] = engine.client.info().notices
        assert "is back" in notice.text


async def test_nothing_is_made_where_not_even_the_parent_is(tmp_path: Path) -> None:
    """A disk that is not mounted."""

    disk = tmp_path / "disk"
    disk.mkdir()
    async with running(disk) as engine:
        disk.rename(tmp_path / "away")
        await beat(engine)
        for _ in range(3):
            engine.clock.run(timedelta(seconds=30))
            await engine.engine.store_watch.mend()
        assert not disk.exists()
        assert engine.engine.store_watch.lost
        (tmp_path / "away").rename(disk)
        await engine.engine.store_watch.mend()
        assert await engine.ping("often") is Receipt.OK


def engine_on(directory: Path) -> Engine:
    validators = dict.fromkeys(("desktop", "terminal", "command"), accept_all)
    return Engine(
        directory / "checks.toml", directory / "state", clock=FakeClock(), hook_validators=validators
    )


@pytest.mark.parametrize("how", ["deleted", "replaced", "moved with its directory"])
async def test_a_lock_file_that_is_gone_lets_no_second_engine_in(tmp_path: Path, how: str) -> None:
    state = tmp_path / "state"
    lock = state / "engine.lock"
    async with running(tmp_path) as engine:
        engine.engine.lock.announce("http://127.0.0.1:9300")
        if how == "moved with its directory":
            state.rename(tmp_path / "moved")
            with pytest.raises(StateHeldError):
                StateLock(tmp_path / "moved")
            return
        lock.unlink()
        if how == "replaced":
            lock.write_text("{}")
        with pytest.raises(StateHeldError):
            engine_on(tmp_path)
        for _ in range(2):
            engine.engine.store_watch.tick()
        assert engine.engine.health() is None
        assert "9300" in lock.read_text()
        with pytest.raises(StateHeldError, match=f"process {os.getpid()}"):
            engine_on(tmp_path)


async def test_an_engine_whose_directory_another_one_has_taken_stands_back_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "LOOK_S", 3600.0)  # only this test mends
    state = tmp_path / "state"
    async with running(tmp_path) as engine:
        replace_directory(state)
        other = StateLock(state)
        await beat(engine)
        for look in range(3):  # the first sees it, and waits whether it stays so
            engine.clock.run(timedelta(seconds=16))
            with pytest.raises(StateHeldError) if look else _nothing():
                await engine.engine.store_watch.mend()
        assert await engine.ping("often") is Receipt.BUSY
        assert any("another PulseTUI" in one.text for one in engine.client.info().notices)
        other.release()
        await recovered(engine)
        assert await engine.ping("often") is Receipt.OK


@pytest.mark.parametrize("lasts", [True, False])
async def test_a_trouble_that_lasts_is_told_past_the_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lasts: bool
) -> None:
    monkeypatch.setattr(keeper, "TOLD_AFTER_S", 0.05 if lasts else 0.8)

    async with running(tmp_path) as engine:
        told: list[Alert] = []
        engine.engine.on_urgent.subscribe(told.append)
        with full_disk(StoreBusyError("database or disk is full")):
            for _ in range(3):
                assert await engine.ping("often") is Receipt.BUSY
            if lasts:
                await asyncio.sleep(0.2)
        if not lasts:
            assert await engine.ping("often") is Receipt.OK
            await asyncio.sleep(1.0)
        titles = ["PulseTUI refuses pings and watches nothing"] if lasts else []
        assert [alert.title for alert in told] == titles

"""Pings on their way in: answered when they are on disk, together, and in order."""

from __future__ import annotations

import asyncio
import os
import resource
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from pulsetui.client.commands import (
    Pause,
)
from pulsetui.core.state.status import PingKind
from pulsetui.listener.http.sockets import open_sockets, port_of
from pulsetui.listener.listener import Listener
from pulsetui.monitor.sink import Receipt
from pulsetui.monitor.writing.commands import Operate
from pulsetui.store.database import Database
from pulsetui.store.rows import Changes
from tests.listener.served import curl
from tests.monitor.harness import CONFIG, FakeClock, full_disk, running
from tests.monitor.samples import REPORT


@contextmanager
def no_file_grows() -> Iterator[None]:
    """Past a few pages no file of this process can be written: a disk that is full in earnest."""
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64_000, limit[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)


async def test_a_ping_turns_its_row_green_and_is_there_after_a_restart(tmp_path: Path) -> None:
    clock = FakeClock()
    async with running(tmp_path, clock) as engine:
        assert await engine.ping("often", body=b"did 3 things\n", ua="curl") is Receipt.OK
        assert engine.status("often") == "up"
    async with running(tmp_path, clock, config=None) as engine:
        view = engine.view("often")
        assert (view.status, view.n_pings, view.last_line) == ("up", 1, "did 3 things")
        ping = engine.client.details("often").pings[0]
        assert (ping.kind, ping.ua, ping.body_start) == ("success", "curl", "did 3 things\n")
        assert engine.client.ping_body("often", 1) == b"did 3 things\n"


async def test_an_unknown_check_is_answered_at_once(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        assert await engine.ping("nope") is Receipt.UNKNOWN


async def test_create_makes_the_check_in_the_file_and_takes_the_ping(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        assert await engine.ping("fresh", create=True) is Receipt.CREATED
        assert engine.view("fresh").n_pings == 1
    text = (tmp_path / "checks.toml").read_text()
    assert text.startswith(CONFIG)
    assert "[checks.fresh]" in text


async def test_a_commit_that_fails_refuses_the_ping_and_changes_nothing(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        await engine.ping("often")
        before = engine.view("often")
        with no_file_grows():
            receipts = {await engine.ping("often", body=os.urandom(90_000)) for _ in range(3)}
        assert receipts == {Receipt.BUSY}
        assert engine.view("often") == before
        assert "503" in engine.client.info().notices[0].text
        assert engine.engine.health() is not None
        assert await engine.ping("often") is Receipt.OK
        assert engine.client.info().notices == ()
        assert engine.view("often").n_pings == 2


async def test_a_report_that_could_not_be_written_counts_when_it_comes_again(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        with full_disk():
            assert await engine.ping("often", report=REPORT) is Receipt.BUSY
        assert await engine.ping("often", report=REPORT) is Receipt.OK
        assert engine.view("often").n_pings == 1


async def test_two_copies_in_one_commit_count_once(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        receipts = await asyncio.gather(*(engine.ping("often", report=REPORT) for _ in range(5)))
        assert set(receipts) == {Receipt.OK}
        assert engine.view("often").n_pings == 1


async def test_the_pings_of_one_round_of_the_loop_are_one_transaction(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    transactions: list[int] = []
    write = Database.write

    def counted(database: Database, changes: Changes) -> None:
        transactions.append(len(changes.pings))
        write(database, changes)

    async with running(tmp_path) as engine:
        monkeypatch.setattr(Database, "write", counted)
        assert await asyncio.gather(*(engine.ping("often") for _ in range(50))) == [Receipt.OK] * 50
        assert transactions == [50]
        assert engine.view("often").n_pings == 50


async def test_a_command_comes_after_the_pings_that_came_before_it(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        ping = asyncio.ensure_future(engine.ping("often", PingKind.FAIL))
        await asyncio.sleep(0)  # it is with the engine, and not yet with the writer
        await engine.engine.perform(Operate(Pause(("often",))))
        assert await ping is Receipt.OK
        assert [flip.after for flip in engine.client.details("often").flips] == ["paused", "down"]


async def test_a_stalled_disk_does_not_hold_the_loop_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stalled = threading.Event()
    write = Database.write

    def stall(database: Database, changes: Changes) -> None:
        assert stalled.wait(10)
        write(database, changes)

    async with running(tmp_path) as engine:
        monkeypatch.setattr(Database, "write", stall)
        pings = [asyncio.ensure_future(engine.ping("often")) for _ in range(3)]
        for _ in range(3):  # rounds of the loop: they come to pass while nothing can be written
            await asyncio.sleep(0)
        assert not any(ping.done() for ping in pings)
        stalled.set()
        assert await asyncio.gather(*pings) == [Receipt.OK] * 3


async def test_what_a_query_says_is_what_becomes_of_the_check(tmp_path: Path) -> None:
    """From the socket to the status."""

    async with running(tmp_path) as engine:
        listener = Listener(engine.engine.door, engine.client, require_key=False)
        sockets = open_sockets("127.0.0.1", 0)
        listener.start(sockets)
        url = f"http://127.0.0.1:{port_of(sockets[0])}/ping/"
        key = engine.engine.local_ping_key

        async def ping(path: str) -> str:
            reply = await asyncio.to_thread(curl, url + path)
            assert (reply.status, reply.body) == (200, b"OK")
            return engine.status("often")

        assert await ping("often?status=down") == "down failed"
        assert await ping("often?status=up&msg=OK&ping=") == "up"
        assert await ping("often?status=mauve") == "up"
        assert engine.view("often").last_success is not None
        assert await ping(f"{key}/often?state=run&series=a1&stamp=1") == "up"
        assert engine.view("often").started
        engine.clock.run(timedelta(seconds=30))
        assert await ping(f"{key}/often?state=complete&series=a1&stamp=31") == "up"
        assert engine.view("often").last_duration == 30
        assert await ping(f"{key}/often?state=fail&stamp=40") == "down failed"
        await listener.stop()

"""The durable queue of alerts: what is told is told once, in order, and survives."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from pulsetui.client.alert import AlertEvent, Queue
from pulsetui.core.state.status import PingKind
from pulsetui.errors import StoreBusyError
from pulsetui.monitor.outbox import MAX_AT_ONCE, StoreOutbox
from pulsetui.monitor.sink import IncomingPing
from pulsetui.store.database import FILE_NAME, Database
from pulsetui.store.rows import Changes
from tests.monitor.harness import CONFIG, START, FakeClock, full_disk, running
from tests.store.samples import due_rows

TOLD = CONFIG + '\n[hooks.a]\ntype = "terminal"\n'
HOUR = timedelta(hours=1)


async def test_what_a_flip_puts_in_is_due_at_once_and_comes_out_whole(tmp_path: Path) -> None:
    async with running(tmp_path, config=TOLD) as engine:
        outbox = StoreOutbox(engine.engine)
        assert await outbox.queues() == {}
        await engine.ping("often", PingKind.FAIL, body=b"no space left")
        assert await outbox.queues() == {"a": Queue(waiting=1, next_at=START)}
        (delivery,) = await outbox.due("a", START, 10)
        assert (delivery.hook, delivery.tries, delivery.created_at) == ("a", 0, START)
        assert (delivery.alert.event, delivery.alert.slug) == (AlertEvent.DOWN, "often")
        assert delivery.check_id is not None
        assert delivery.check_id in engine.engine.checks


async def test_what_was_delivered_is_not_told_again_after_a_restart(tmp_path: Path) -> None:
    clock = FakeClock()
    async with running(tmp_path, clock, config=TOLD) as engine:
        outbox = StoreOutbox(engine.engine)
        await engine.ping("often", PingKind.FAIL)
        (delivery,) = await outbox.due("a", START, 10)
        await outbox.delivered([delivery], START)
    async with running(tmp_path, clock, config=None) as engine:
        outbox = StoreOutbox(engine.engine)
        assert (await outbox.due("a", START + HOUR, 10), await outbox.queues()) == ([], {})


async def test_what_failed_waits_for_its_next_try_and_holds_back_what_follows(tmp_path: Path) -> None:
    async with running(tmp_path, config=TOLD) as engine:
        outbox = StoreOutbox(engine.engine)
        await engine.ping("often", PingKind.FAIL)
        await engine.ping("often")
        down, _ = await outbox.due("a", START, 10)
        await outbox.failed([down], START, "no answer", START + HOUR)
        assert await outbox.due("a", START, 10) == []
        again = await outbox.due("a", START + HOUR, 10)
        assert [(one.alert.event, one.tries) for one in again] == [(AlertEvent.DOWN, 1), (AlertEvent.UP, 0)]


async def test_what_is_given_up_lets_the_next_one_through(tmp_path: Path) -> None:
    async with running(tmp_path, config=TOLD) as engine:
        outbox = StoreOutbox(engine.engine)
        await engine.ping("often", PingKind.FAIL)
        await engine.ping("often")
        down, up = await outbox.due("a", START, 10)
        await outbox.failed([down], START, "refused for good", None)
        assert await outbox.due("a", START, 10) == [up]


async def test_what_nobody_could_hear_is_held_without_a_try_and_released(tmp_path: Path) -> None:
    async with running(tmp_path, config=TOLD) as engine:
        outbox = StoreOutbox(engine.engine)
        await engine.ping("often", PingKind.FAIL)
        await outbox.held(await outbox.due("a", START, 10), "no screen is attached", START + HOUR)
        assert await outbox.queues() == {"a": Queue(waiting=1, next_at=START + HOUR)}
        await outbox.release("b", START)
        assert await outbox.due("a", START, 10) == []
        await outbox.release("a", START)
        assert [one.tries for one in await outbox.due("a", START, 10)] == [0]


async def test_what_cannot_be_read_is_given_up_and_stops_no_other(tmp_path: Path) -> None:
    async with running(tmp_path, config=TOLD) as engine:
        outbox = StoreOutbox(engine.engine)
        await engine.ping("often", PingKind.FAIL)
        await engine.ping("nightly", PingKind.FAIL)
        with closing(sqlite3.connect(tmp_path / "state" / FILE_NAME)) as connection, connection:
            connection.execute("UPDATE outbox SET alert = '{}' WHERE id = 1")
        assert [one.alert.slug for one in await outbox.due("a", START, 10)] == ["nightly"]
        assert [one.id for one in due_rows(engine.engine.queries, START, 10)] == [2]
        (given_up,) = engine.client.details("often").deliveries
        assert given_up.error == "the stored alert cannot be read"


async def test_what_became_of_it_is_told_to_whoever_could_not_write_it(tmp_path: Path) -> None:
    async with running(tmp_path, config=TOLD) as engine:
        outbox = StoreOutbox(engine.engine)
        await engine.ping("often", PingKind.FAIL)
        (delivery,) = await outbox.due("a", START, 10)
        refused = False
        with full_disk(StoreBusyError("the disk is full")):
            try:
                await outbox.delivered([delivery], START)
            except StoreBusyError:
                refused = True
        assert refused
        assert await outbox.due("a", START, 10) == [delivery], "it is told again rather than lost"


@contextmanager
def watched_writes() -> Iterator[list[Changes]]:
    """What is committed by any database."""
    writes: list[Changes] = []
    write = Database.write

    def watched(database: Database, changes: Changes) -> None:
        write(database, changes)
        writes.append(changes)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Database, "write", watched)
        yield writes


async def test_thousands_are_recorded_with_few_commits(tmp_path: Path) -> None:
    slugs = [f"c{n}" for n in range(MAX_AT_ONCE + 1)]
    config = "".join(f'[checks.{slug}]\nevery = "1h"\n' for slug in slugs) + '[hooks.a]\ntype = "terminal"\n'
    async with running(tmp_path, config=config) as engine:
        outbox = StoreOutbox(engine.engine)
        for slug in slugs:
            engine.engine.door.receive(IncomingPing(kind=PingKind.FAIL, slug=slug), lambda _: None)
        await engine.settle()
        storm = await outbox.due("a", START, 20_000)
        assert len(storm) == len(slugs)
        with watched_writes() as writes:
            await outbox.failed(storm, START, "503", START)
            await outbox.delivered(storm, START)
        assert len([one for one in writes if one.deliveries]) == 4
        assert await outbox.queues() == {}
        (told,) = engine.client.details("c0").deliveries
        assert (told.tries, told.delivered_at, told.error) == (2, START, "")


async def test_a_pause_survives_a_restart(tmp_path: Path) -> None:
    clock = FakeClock()
    async with running(tmp_path, clock, config=TOLD) as engine:
        await StoreOutbox(engine.engine).pause("a", START)
    async with running(tmp_path, clock, config=None) as engine:
        outbox = StoreOutbox(engine.engine)
        assert await outbox.pauses() == {"a": START}
        await outbox.pause("a", None)
        assert await outbox.pauses() == {}

"""What is stored and cannot be read is set aside: it is never a reason not to start."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pulsetui.core.state.status import PingKind
from pulsetui.hooks.delivery import DeliveryWorker
from pulsetui.monitor.outbox import StoreOutbox
from pulsetui.monitor.sink import Receipt
from pulsetui.store.instant import stored
from pulsetui.store.schema import MIGRATIONS
from tests.hooks.fakes import RecordingHook
from tests.monitor.harness import START, FakeClock, Harness, running

CONFIG = """
[hooks.a]
type = "terminal"

[checks.one]
every = "1h"

[checks.two]
every = "1h"
"""
NEVER = 2**62
"""Microseconds: some 146,000 years."""


@contextmanager
def database(directory: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(directory / "state/pulsetui.sqlite3")) as connection, connection:
        yield connection


def state_of(directory: Path, check_id: int = 1) -> dict[str, Any]:
    with database(directory) as connection:
        (document,) = connection.execute(
            "SELECT state FROM states WHERE check_id = ?", (check_id,)
        ).fetchone()
    found = json.loads(document)
    assert isinstance(found, dict)
    return found


def put_state(directory: Path, document: bytes) -> None:
    with database(directory) as connection:
        connection.execute("UPDATE states SET state = ? WHERE check_id = 1", (document,))


async def used(directory: Path, clock: FakeClock) -> None:
    async with running(directory, clock, config=CONFIG) as engine:
        for slug in ("one", "two"):
            await engine.ping(slug, metrics={"rows": 3.0})
            await engine.ping(slug, PingKind.FAIL)


async def assert_goes_on(engine: Harness, n_pings: int) -> None:
    assert engine.status("two") == "down failed"
    assert engine.view("one").n_pings == n_pings
    assert await engine.ping("one", PingKind.FAIL) is Receipt.OK
    assert await engine.ping("two") is Receipt.OK
    assert [one.n for one in engine.client.details("one").pings] == list(range(n_pings + 1, 0, -1))
    numbers = [one.n for one in engine.client.details("one").incidents]
    assert numbers == sorted(set(numbers), reverse=True)
    assert [one.ended_at is None for one in engine.client.details("one").incidents].count(True) == 1


HARMLESS: dict[str, dict[str, Any]] = {
    "a metric that is no number": {"last_metrics": {"rows": None, "files": 2}},
    "a metric that is a word": {"last_metrics": {"rows": "many"}},
    "durations that are no numbers": {"durations": [1.0, None]},
    "a run's metric that is no number": {
        "runs": [{"n": 1, "started_at": "2026-11-20T00:00:00Z", "metrics": {"rows": None}}]
    },
    "a history that is a number": {"history": 7},
    "an endless duration": {"last_duration": "P999999999999D"},
    "a state kept aside that is broken": {"aside": {"created_at": "yesterday"}},
}
LOST: dict[str, Any] = {
    "due after every calendar": {"due": "9999-12-31T23:59:59-12:00"},
    "due in the last year": {"due": "9999-12-31T00:00:00Z"},
    "since before every calendar": {"since": "0001-01-01T00:00:00+14:00"},
    "another status": {"status": "bewildered"},
    "65 bits": {"n_pings": 2**64},
    "a run long ago": {"runs": [{"n": 1, "started_at": "0001-01-01T00:00:00Z"}]},
    "an incident that cannot be": {"incident": {"n": 1, "reason": "failed"}},
    "nothing": b"",
    "half of it": b'{"created_at":"2026-11-20T00:00:00Z","sin',
    "nested": b"[" * 30_000 + b"]" * 30_000,
    "a list": b"[]",
    "binary": b"\xff\xfe\x00",
}


@pytest.mark.parametrize("what", HARMLESS | LOST)
async def test_a_state_that_cannot_be_read_keeps_no_engine_from_starting(tmp_path: Path, what: str) -> None:
    clock = FakeClock()
    await used(tmp_path, clock)
    change = (HARMLESS | LOST)[what]
    put_state(
        tmp_path,
        change if isinstance(change, bytes) else json.dumps(state_of(tmp_path) | change).encode(),
    )
    clock.run(timedelta(seconds=3))
    async with running(tmp_path, clock, config=None) as engine:
        [notice] = engine.client.info().notices
        assert "the state of one" in notice.text
        assert engine.status("one") == ("down failed" if what in HARMLESS else "new")
        await assert_goes_on(engine, 2)
    async with running(tmp_path, clock, config=None) as engine:
        assert engine.client.info().notices == (), "it is said once"
        assert engine.status("one") == "down failed"
    with database(tmp_path) as connection:
        assert connection.execute("SELECT count(*) FROM set_aside").fetchone() == (1,)


async def test_a_check_whose_state_is_lost_is_watched_as_one_that_was_just_added(tmp_path: Path) -> None:
    clock = FakeClock()
    await used(tmp_path, clock)
    put_state(tmp_path, b"")
    clock.run(timedelta(days=30))
    async with running(tmp_path, clock, config=None) as engine:
        assert engine.status("one") == "new"
        await engine.run(hours=2, seconds=1)
        assert engine.status("one") == "down never"


@pytest.mark.parametrize("until", [NEVER, -NEVER, "soon", stored(START) * 1000])
async def test_a_snooze_that_cannot_be_read_is_over(tmp_path: Path, until: object) -> None:
    clock = FakeClock()
    await used(tmp_path, clock)
    good = stored(START + timedelta(hours=5))
    with database(tmp_path) as connection:
        for target, end in (("one", until), ("two", good)):
            connection.execute("INSERT INTO snoozes VALUES ('check', ?, ?, 'me', '', '')", (target, end))
    async with running(tmp_path, clock, config=None) as engine:
        assert [one.target for one in engine.client.info().snoozes] == ["two"]
        [notice] = engine.client.info().notices
        assert "the snooze of one" in notice.text
        await engine.ping("one")
    async with running(tmp_path, clock, config=None) as engine:
        assert engine.client.info().notices == ()


ROWS = [
    f"UPDATE {table} SET {column} = {value}"
    for table, columns in {
        "pings": ("at", "received_at", "slot", "duration"),
        "incidents": ("started_at", "ended_at"),
        "flips": ("at",),
        "checks": ("created_at",),
    }.items()
    for column in columns
    for value in (NEVER, -NEVER, "'soon'")
] + [
    "UPDATE incidents SET missed = '[4611686018427387904]', reason = 'bewildered'",
    "UPDATE pings SET kind = 7, outcome = 'bewildered', metrics = '['",
    f"INSERT INTO unwatched (since, until, why) VALUES ({NEVER}, {NEVER}, '')",
    f"INSERT INTO reports VALUES ('{'a' * 32}', {NEVER})",
    f"INSERT INTO runs VALUES (1, 1, '', {NEVER}, NULL, NULL, 'running', NULL, NULL, '', 1, 0, '', 0, '')",
    f"UPDATE checks SET removed_at = {NEVER} WHERE id = 1",
    "UPDATE bodies SET body = 'text'",
]


@pytest.mark.parametrize("statement", ROWS)
async def test_a_row_that_cannot_be_read_hides_no_other(tmp_path: Path, statement: str) -> None:
    clock = FakeClock()
    await used(tmp_path, clock)
    with database(tmp_path) as connection:
        connection.execute(statement)
    async with running(tmp_path, clock, config=None) as engine:
        assert await engine.ping("one", PingKind.FAIL, body=b"x") is Receipt.OK
        details = engine.client.details("one")
        assert details.pings[0].n == 3
        assert details.runs[0].n == 3
        span = timedelta(hours=1)
        lanes = engine.client.timeline(["one", "two"], clock.now() - span, clock.now() + span).lanes
        assert lanes[0].runs
        engine.client.incidents()
        assert engine.client.ping_body("one", 3) == b"x"


BAD_DELIVERIES = {
    "next try never": f"next_try_at = {NEVER}",
    "next try long ago": f"next_try_at = {-NEVER}",
    "next try soon": "next_try_at = 'soon'",
    "made never": f"created_at = {NEVER}",
    "made long ago": f"created_at = {-NEVER}",
    "no alert": "alert = ''",
    "nested alert": "alert = replace(hex(zeroblob(20000)), '0', '[')",
    "alert before every calendar": "alert = replace(alert, '2026-', '0001-')",
    "many tries": "tries = 'many'",
}


def waiting(directory: Path) -> int:
    with database(directory) as connection:
        (count,) = connection.execute("SELECT count(*) FROM outbox WHERE next_try_at IS NOT NULL").fetchone()
    assert isinstance(count, int)
    return count


@pytest.mark.parametrize("what", BAD_DELIVERIES)
@pytest.mark.parametrize("check", ["the same", "another"])
async def test_one_delivery_that_cannot_be_read_stops_no_hook(tmp_path: Path, what: str, check: str) -> None:
    clock = FakeClock()
    async with running(tmp_path, clock, config=CONFIG) as engine:
        await engine.ping("one", PingKind.FAIL)
        with database(tmp_path) as connection:
            connection.execute(f"UPDATE outbox SET {BAD_DELIVERIES[what]}")
        await engine.ping("one" if check == "the same" else "two", PingKind.FAIL)
        if check == "the same":
            await engine.ping("one")
        hook = RecordingHook()
        worker = DeliveryWorker(StoreOutbox(engine.engine), {"a": hook}, clock, lambda *_: None)
        delivering = asyncio.create_task(worker.run())
        title = "one is up again" if check == "the same" else "two failed"
        for _ in range(500):
            if title in [alert.title for alert in hook.alerts] and waiting(tmp_path) == 0:
                break
            await asyncio.sleep(0.01)
        worker.stop()
        await delivering
        assert title in [alert.title for alert in hook.alerts]
        assert waiting(tmp_path) == 0


@pytest.mark.parametrize("version", range(len(MIGRATIONS)))
async def test_a_database_whose_version_was_set_back_is_read(tmp_path: Path, version: int) -> None:
    clock = FakeClock()
    await used(tmp_path, clock)
    with database(tmp_path) as connection:
        connection.execute(f"PRAGMA user_version = {version}")
    async with running(tmp_path, clock, config=None) as engine:
        assert engine.client.info().notices == ()
        assert engine.view("one").n_pings == 2
        assert await engine.ping("one") is Receipt.OK
        assert len(engine.client.details("one").runs) == 3
    with database(tmp_path) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)


FIRST_RELEASE = 3
"""Migrations of 0.1.0."""
STATE_OF_FIRST_RELEASE = {
    "created_at": "2026-11-01T00:00:00Z",
    "since": "2026-11-19T03:00:00Z",
    "status": "down",
    "reason": "missed",
    "detail": "no success within 1h after due",
    "n_pings": 2,
    "latest": "2026-11-19T00:00:00Z",
    "last_ping": "2026-11-19T00:00:00Z",
    "last_kind": "success",
    "last_success": "2026-11-19T00:00:00Z",
    "slot": "2026-11-19T00:00:00Z",
    "due": "2026-11-20T01:00:00Z",
    "schedule": "every 1h UTC",
    "last_metrics": {"rows": None},
    "incidents": 1,
    "incident": {"n": 1, "reason": "missed", "started_at": "2026-11-19T03:00:00Z", "missed_count": 4},
    "history": "s0s0",
}


async def test_a_database_of_the_first_release_is_read(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    with closing(sqlite3.connect(state / "pulsetui.sqlite3")) as old, old:
        old.executescript("".join(MIGRATIONS[:FIRST_RELEASE]) + f"PRAGMA user_version = {FIRST_RELEASE};")
        at = stored(START - timedelta(days=1))
        uuid = "5f0c1c3e-9d1b-4d1e-8f5a-2f8f3a6f4a10"
        old.execute("INSERT INTO checks VALUES (1, 'one', ?, ?, NULL)", (uuid, at))
        old.execute("INSERT INTO states VALUES (1, ?)", (json.dumps(STATE_OF_FIRST_RELEASE),))
        for n in (1, 2):
            old.execute(
                "INSERT INTO pings VALUES (1, ?, 'success', ?, ?, 'GET', 'http', '', '', NULL, NULL, ?, 0,"
                " 'success', NULL, NULL, '{}', 0, '')",
                (n, at, at, n),
            )
        old.execute(
            "INSERT INTO incidents VALUES (1, 1, 'missed', ?, NULL, '', '[]', 4, NULL, '', '')", (at,)
        )
        old.execute("INSERT INTO snoozes VALUES ('everything', '', ?, 'me', '')", (NEVER,))

    async with running(tmp_path, config=CONFIG) as engine:
        assert engine.status("one") == "down missed"
        assert [one.key for one in engine.client.info().notices] == ["stored"]
        assert await engine.ping("one") is Receipt.OK
        details = engine.client.details("one")
        assert [one.n for one in details.pings] == [3, 2, 1]
        assert [one.n for one in details.incidents] == [1]
        assert details.incidents[0].ended_at is not None


async def test_one_ping_that_no_database_takes_refuses_no_other(tmp_path: Path) -> None:
    async with running(tmp_path, config=CONFIG) as engine:
        receipts = await asyncio.gather(
            *(engine.ping("one") for _ in range(5)),
            engine.ping("one", exit_status=2**63),
            engine.ping("two", ua="\ud800"),
            *(engine.ping("two") for _ in range(5)),
        )
        assert receipts == [Receipt.OK] * 5 + [Receipt.BUSY] * 2 + [Receipt.OK] * 5
        assert engine.view("one").n_pings == engine.view("two").n_pings == 5
        assert len(engine.client.details("one").pings) == 5
        assert engine.engine.health() is None

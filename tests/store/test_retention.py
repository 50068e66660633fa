"""Whatever clients, checks or time may add to has a bound; the evidence of the last incidents outlives it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pulsetui.core.state.incident import Flip, Incident
from pulsetui.core.state.run import Run
from pulsetui.core.state.state import new_state
from pulsetui.core.state.status import Outcome, PingKind, Reason, Status
from pulsetui.store import retention
from pulsetui.store.database import Database
from pulsetui.store.instant import stored
from pulsetui.store.queries import Queries
from pulsetui.store.retention import Retention
from pulsetui.store.rows import Changes, OutboxRow, Purge
from tests.store.test_database import NOW, identity, ping

MINUTE = timedelta(minutes=1)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path)
    opened.write(Changes(identities=[identity(1, "a"), identity(2, "b")]))
    yield opened
    opened.close()


@pytest.fixture
def queries(database: Database) -> Iterator[Queries]:
    opened = Queries(database.path.parent)
    yield opened
    opened.close()


def count(database: Database, table: str, where: str = "1") -> int:
    with sqlite3.connect(database.path) as connection:
        (found,) = connection.execute(f"SELECT count(*) FROM {table} WHERE {where}").fetchone()
    connection.close()
    assert isinstance(found, int)
    return found


def heartbeat(database: Database, first: int, last: int, fails: dict[int, bytes] | None = None) -> None:
    """A ping a minute, each a whole run; those in ``fails`` fail with their body."""
    fails = fails or {}
    pings = []
    for n in range(first, last + 1):
        at, failed = NOW + n * MINUTE, n in fails
        outcome = Outcome.FAILED if failed else Outcome.SUCCESS
        run = Run(n=n, ended_at=at, outcome=outcome)
        kind = PingKind.FAIL if failed else PingKind.SUCCESS
        pings.append((1, ping(n, at=at, kind=kind, whole=run, body=fails.get(n, b""))))
    database.write(Changes(states={1: new_state(NOW)}, pings=pings))


def incident(database: Database, n: int, started: datetime, ended: datetime | None) -> None:
    one = Incident(n=n, reason=Reason.FAILED, started_at=started, ended_at=ended)
    database.write(Changes(states={1: new_state(NOW)}, incidents={(1, n): one}))


def test_the_evidence_of_an_incident_outlives_the_pings_around_it(
    database: Database, queries: Queries
) -> None:
    heartbeat(database, 1, 50, {20: b"disk full", 21: b"disk still full"})
    incident(database, 1, NOW + 20 * MINUTE, NOW + 22 * MINUTE)
    for last in range(100, 1001, 100):
        heartbeat(database, last - 49, last)
        database.write(Changes(kept={1: Retention(30)}))

    kept = [one.n for one in queries.pings(1, 30)]
    assert kept[:30] == list(range(1000, 970, -1))
    assert kept[30:] == list(range(27, 17, -1)), "the last good one, the failed ones, the one that ended it"
    assert [one.n for one in queries.runs(1, 30)] == kept
    assert queries.body(1, 20) == b"disk full"
    assert count(database, "pings") == len(kept)


def test_the_start_of_a_run_that_hung_is_evidence_with_its_run(database: Database, queries: Queries) -> None:
    start = ping(1, at=NOW, kind=PingKind.START, run=1, body=b"begun")
    run = Run(n=1, started_at=NOW, ended_at=NOW + 90 * MINUTE, outcome=Outcome.HUNG)
    end = ping(2, at=NOW + 90 * MINUTE, run=1, body=b"done at last")
    database.write(Changes(states={1: new_state(NOW)}, pings=[(1, start), (1, end)], runs={(1, 1): run}))
    incident(database, 1, NOW + 60 * MINUTE, NOW + 90 * MINUTE)
    heartbeat(database, 100, 400)
    database.write(Changes(kept={1: Retention(30)}))
    assert [one.n for one in queries.runs(1, 30)[30:]][-1:] == [1]
    assert (queries.body(1, 1), queries.body(1, 2)) == (b"begun", b"done at last")


def test_evidence_is_kept_of_the_last_incidents_only(database: Database, queries: Queries) -> None:
    heartbeat(database, 1, 600, dict.fromkeys(range(20, 600, 40), b"x"))
    for number, n in enumerate(range(20, 600, 40), start=1):
        incident(database, number, NOW + n * MINUTE, NOW + (n + 1) * MINUTE)
    heartbeat(database, 601, 700)
    database.write(Changes(kept={1: Retention(10)}))
    assert [n for n in range(20, 600, 40) if queries.body(1, n)] == list(range(220, 600, 40))
    assert count(database, "pings") < 10 + 10 * 12 + 1


def test_starts_that_never_end_are_forgotten_but_for_those_that_still_can(
    database: Database, queries: Queries
) -> None:
    runs = {(1, n): Run(n=n, started_at=NOW, outcome=Outcome.ORPHAN) for n in range(1, 700)}
    runs |= {(1, 5): Run(n=5, started_at=NOW), (1, 6): Run(n=6, started_at=NOW, outcome=Outcome.HUNG)}
    runs |= {(1, 7): Run(n=7, started_at=NOW)}
    pings = [(1, ping(n, kind=PingKind.START)) for n in range(1, 701)]
    database.write(Changes(states={1: new_state(NOW)}, pings=pings, runs=runs))
    database.write(Changes(kept={1: Retention(100, (5, 6))}))
    assert [one.n for one in queries.runs(1, 999)] == [*range(699, 600, -1), 6, 5]


def test_a_flapping_check_keeps_the_newest_of_each_table(database: Database) -> None:
    many = 1500
    flips = [(1, Flip(at=NOW + n * MINUTE, before=Status.UP, after=Status.DOWN)) for n in range(many)]
    incidents = {
        (1, n): Incident(n=n, reason=Reason.FAILED, started_at=NOW, ended_at=NOW) for n in range(1, many)
    }
    incidents[1, 1] = Incident(n=1, reason=Reason.FAILED, started_at=NOW)  # never ended
    rows = [
        OutboxRow(check_id=1, hook=hook, alert="{}", created_at=NOW) for hook in "ab" for _ in range(many)
    ]
    other = [OutboxRow(check_id=2, hook="a", alert="{}", created_at=NOW) for _ in range(5)]
    database.write(
        Changes(states={1: new_state(NOW)}, flips=flips, incidents=incidents, outbox=[*rows, *other])
    )
    database.write(Changes(kept={1: Retention(100)}))

    assert count(database, "flips") == retention.FLIPS_KEPT
    assert count(database, "incidents") == retention.INCIDENTS_KEPT + 1
    assert count(database, "incidents", "ended_at IS NULL") == 1
    assert count(database, "outbox", "check_id = 1 AND hook = 'a' AND next_try_at IS NOT NULL") == 200
    assert count(database, "outbox", f"id = {2 * many} AND next_try_at IS NOT NULL") == 1, "the newest waits"
    database.write(Changes(kept={1: Retention(100)}))
    assert count(database, "outbox", "check_id = 1") == retention.SETTLED_KEPT + 2 * retention.WAITING_KEPT
    assert count(database, "outbox", "check_id = 2") == 5


def test_what_belongs_to_no_check_is_bounded_too(database: Database) -> None:
    spans = [(NOW, NOW, "asleep")] * 5000
    rows = [OutboxRow(check_id=None, hook="a", alert="{}", created_at=NOW) for _ in range(5000)]
    database.write(Changes(unwatched=spans, outbox=rows))
    database._connection.execute("UPDATE outbox SET next_try_at = NULL")
    reports = ((f"{n:032x}", stored(NOW) + n) for n in range(100_100))
    with database._transaction() as connection:
        connection.executemany("INSERT INTO reports VALUES (?, ?)", reports)
    database.write(Changes(purge=Purge(before=NOW - MINUTE, reports_before=NOW - MINUTE)))
    assert count(database, "unwatched") == retention.SPANS_KEPT
    assert count(database, "outbox") == retention.SPANS_KEPT
    assert count(database, "reports") == retention.REPORTS_KEPT
    assert database.has_report(f"{100_099:032x}")

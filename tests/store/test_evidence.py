"""What explains the last incidents outlives the pings around it."""

from __future__ import annotations

from pulsetui.core.state.run import Run
from pulsetui.core.state.state import new_state
from pulsetui.core.state.status import Outcome, PingKind
from pulsetui.store.database import Database
from pulsetui.store.queries import Queries
from pulsetui.store.retention import Retention
from pulsetui.store.rows import (
    Changes,
)
from tests.store.samples import (
    MINUTE,
    NOW,
    count,
    heartbeat,
    incident,
    ping,
)


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


def test_of_several_failures_that_it_took_the_first_is_evidence_and_the_last(
    database: Database, queries: Queries
) -> None:
    heartbeat(database, 1, 60, dict.fromkeys(range(20, 50), b"disk full"))
    incident(database, 1, NOW + 49 * MINUTE, NOW + 50 * MINUTE, failing=NOW + 20 * MINUTE)
    heartbeat(database, 100, 400)
    database.write(Changes(kept={1: Retention(30)}))
    kept = [one.n for one in queries.pings(1, 90)][30:]
    assert kept == [*range(56, 46, -1), *range(27, 17, -1)]


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

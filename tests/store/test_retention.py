"""Whatever clients, checks or time may add to has a bound; the evidence of the last incidents outlives it."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from pulsetui.core.state.incident import Flip, Incident
from pulsetui.core.state.run import Run
from pulsetui.core.state.state import new_state
from pulsetui.core.state.status import Outcome, PingKind, Reason, Status
from pulsetui.store import retention
from pulsetui.store.database import Database
from pulsetui.store.instant import stored
from pulsetui.store.queries import Queries
from pulsetui.store.retention import Retention
from pulsetui.store.rows import (
    Changes,
    OutboxRow,
    Purge,
    StoredCheck,
)
from tests.store.samples import MINUTE, NOW, count, ping, raw


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
    reports = ((f"{n:032x}", stored(NOW) + n) for n in range(100_100))
    with raw(database.path) as connection:
        connection.execute("UPDATE outbox SET next_try_at = NULL")
        connection.executemany("INSERT INTO reports VALUES (?, ?)", reports)
    database.write(Changes(purge=Purge(before=NOW - MINUTE, reports_before=NOW - MINUTE)))
    assert count(database, "unwatched") == retention.SPANS_KEPT
    assert count(database, "outbox") == retention.SPANS_KEPT
    assert count(database, "reports") == retention.REPORTS_KEPT
    assert database.has_report(f"{100_099:032x}")


def test_ids_of_reports_are_remembered_until_they_are_old(database: Database) -> None:
    earlier = NOW - timedelta(hours=1)
    database.write(Changes(states={1: new_state(NOW)}, reports={"old": earlier, "new": NOW}))
    assert [database.has_report(report) for report in ("old", "new", "other")] == [True, True, False]
    database.write(Changes(purge=Purge(before=NOW, reports_before=NOW)))
    assert [database.has_report(report) for report in ("old", "new")] == [False, True]


def test_trimming_keeps_the_newest_pings_and_runs_that_go_on(database: Database, queries: Queries) -> None:
    pings = [(1, ping(n, body=b"x")) for n in range(1, 11)]
    closed = {(1, n): Run(n=n, ended_at=NOW, outcome=Outcome.SUCCESS) for n in range(2, 11)}
    database.write(Changes(states={1: new_state(NOW)}, pings=pings, runs={**closed, (1, 1): Run(n=1)}))
    database.write(Changes(kept={1: Retention(3, (1,))}))
    assert [one.n for one in queries.pings(1, 99)] == [10, 9, 8]
    assert [one.n for one in queries.runs(1, 99)] == [10, 9, 8, 1]
    assert queries.body(1, 7) == b""


def test_runs_of_both_kinds_are_listed_by_their_numbers_and_trimmed_together(
    database: Database, queries: Queries
) -> None:
    started = {
        (1, n): Run(n=n, started_at=NOW, ended_at=NOW, outcome=Outcome.SUCCESS) for n in range(1, 9, 2)
    }
    whole = [Run(n=n, ended_at=NOW, outcome=Outcome.FAILED) for n in range(2, 9, 2)]
    pings = [(1, ping(n)) for n in range(1, 9, 2)]
    pings += [(1, ping(run.n, at=NOW, whole=run)) for run in whole]
    database.write(Changes(states={1: new_state(NOW)}, pings=pings, runs=started))

    assert [one.n for one in queries.runs(1, 3)] == [8, 7, 6]
    span = timedelta(minutes=1)
    assert [one.n for one in queries.runs_between(1, NOW - span, NOW + span, span, 9)] == [8, 7]

    database.write(Changes(kept={1: Retention(4)}))
    assert [one.n for one in queries.runs(1, 99)] == [8, 7, 6, 5]


def test_purging_forgets_all_of_a_removed_check(database: Database, queries: Queries) -> None:
    gone = StoredCheck(id=1, slug="a", uuid=str(uuid4()), created_at=NOW, removed_at=NOW, state=None)
    database.write(Changes(identities=[gone], states={1: new_state(NOW)}, pings=[(1, ping(1, body=b"x"))]))
    later = NOW + timedelta(seconds=1)
    database.write(Changes(purge=Purge(before=later, reports_before=later)))
    assert [check.slug for check in database.checks()] == ["b"]
    assert (queries.pings(1, 9), queries.body(1, 1)) == ([], b"")

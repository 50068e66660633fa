"""What is written comes back the same, all of it or nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from pulsetui.core.state.incident import Acknowledgement, Flip, Incident
from pulsetui.core.state.run import Run
from pulsetui.core.state.state import CheckState, new_state
from pulsetui.core.state.status import Outcome, PingKind, Reason, Status
from pulsetui.errors import StoreBusyError, StoreError
from pulsetui.store.database import FILE_NAME, Database
from pulsetui.store.queries import Queries
from pulsetui.store.retention import Retention
from pulsetui.store.rows import (
    Changes,
    DeliveryHold,
    DeliveryRelease,
    DeliveryResult,
    OutboxRow,
    PingRow,
    Purge,
    StoredCheck,
)
from pulsetui.store.schema import MIGRATIONS

NOW = datetime(2026, 11, 20, 2, 0, 0, 123456, tzinfo=UTC)


def settle(
    database: Database,
    delivery_id: int,
    *,
    tries: int,
    delivered_at: datetime | None,
    next_try_at: datetime | None,
    error: str,
) -> None:
    result = DeliveryResult(
        id=delivery_id, tries=tries, delivered_at=delivered_at, next_try_at=next_try_at, error=error
    )
    database.write(Changes(deliveries=[result]))


def identity(
    check_id: int, slug: str, uuid: str | None = None, state: CheckState | None = None
) -> StoredCheck:
    return StoredCheck(
        id=check_id,
        slug=slug,
        uuid=uuid or str(uuid4()),
        created_at=NOW,
        removed_at=None,
        state=state or new_state(NOW),
    )


def ping(n: int, **fields: object) -> PingRow:
    values: dict[str, object] = {
        "n": n,
        "kind": PingKind.SUCCESS,
        "at": NOW,
        "received_at": NOW,
        "method": "GET",
        "scheme": "http",
        "remote_addr": "127.0.0.1",
        "ua": "curl/8",
        "rid": None,
        "exit_status": None,
        "run": n,
        "body": b"",
    }
    return PingRow(**(values | fields))  # type: ignore[arg-type]


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


instants = st.timedeltas(timedelta(days=365), timedelta(days=80_000)).map(
    lambda span: datetime(1970, 1, 1, tzinfo=UTC) + span
)
maybe_instant = st.none() | instants
texts = st.text(max_size=40)
metrics = st.dictionaries(
    st.text("abc", min_size=1), st.floats(allow_nan=False, allow_infinity=False), max_size=3
)
spans = st.none() | st.timedeltas(timedelta(0), timedelta(days=30))
runs = st.builds(
    Run,
    n=st.integers(1, 10**9),
    rid=st.none() | st.uuids(),
    started_at=maybe_instant,
    ended_at=maybe_instant,
    slot=maybe_instant,
    outcome=st.sampled_from(Outcome),
    duration=spans,
    exit_status=st.none() | st.integers(0, 255),
    metrics=metrics,
    overlaps=st.none() | st.integers(1, 99),
    duplicate=st.booleans(),
    detail=texts,
)
incidents = st.builds(
    Incident,
    n=st.integers(1, 10**6),
    reason=st.sampled_from(Reason),
    started_at=instants,
    ended_at=maybe_instant,
    detail=texts,
    missed=st.lists(instants, max_size=5).map(tuple),
    missed_count=st.integers(0, 5000),
    acknowledgement=st.none() | st.builds(Acknowledgement, at=instants, by=texts, note=texts),
)
states = st.builds(
    CheckState,
    created_at=instants,
    since=instants,
    status=st.sampled_from([Status.NEW, Status.UP, Status.DOWN, Status.PAUSED]),
    reason=st.none() | st.sampled_from(Reason),
    detail=texts,
    last_ping=maybe_instant,
    last_rid=st.none() | st.uuids(),
    due=maybe_instant,
    last_duration=spans,
    durations=st.lists(st.floats(0, 1e6), max_size=3).map(tuple),
    last_metrics=metrics,
    runs=st.lists(runs, max_size=3).map(tuple),
    incident=st.none() | incidents,
    history=st.text("sfm0-", max_size=10),
    last_line=texts,
)
quick = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@quick
@given(states)
def test_a_state_comes_back_the_same(database: Database, state: CheckState) -> None:
    database.write(Changes(states={1: state}))
    assert next(check for check in database.checks() if check.id == 1).state == state


@quick
@given(runs)
def test_a_run_comes_back_the_same(database: Database, queries: Queries, run: Run) -> None:
    database.write(Changes(states={1: new_state(NOW)}, runs={(1, run.n): run}))
    assert_is_kept(run, queries)


@quick
@given(runs, instants)
def test_a_run_that_is_all_in_one_ping_comes_back_the_same(
    database: Database, queries: Queries, run: Run, ended_at: datetime
) -> None:
    run = replace(run, started_at=None, ended_at=ended_at, overlaps=None)
    rid = None if run.rid is None else str(run.rid)
    told = ping(run.n, at=ended_at, rid=rid, exit_status=run.exit_status, whole=run)

    database.write(Changes(states={1: new_state(NOW)}, pings=[(1, told)]))

    assert_is_kept(run, queries)


def assert_is_kept(run: Run, queries: Queries) -> None:
    found = next(one for one in queries.runs(1, 10**6) if one.n == run.n)
    for name in (
        "started_at",
        "ended_at",
        "slot",
        "outcome",
        "duration",
        "exit_status",
        "overlaps",
        "duplicate",
    ):
        assert getattr(found, name) == getattr(run, name)
    assert (found.rid, found.metrics, found.detail) == (
        run.rid and str(run.rid),
        dict(run.metrics),
        run.detail,
    )


@quick
@given(incidents)
def test_an_incident_comes_back_the_same(database: Database, queries: Queries, incident: Incident) -> None:
    database.write(Changes(states={1: new_state(NOW)}, incidents={(1, incident.n): incident}))
    assert incident in queries.incidents(1, 10**6)


def test_pings_are_listed_newest_first_with_the_start_of_their_bodies(
    database: Database, queries: Queries
) -> None:
    body = bytes(range(256)) * 300
    pings = [(1, ping(1)), (1, ping(2, kind=PingKind.FAIL, exit_status=3, body=body)), (2, ping(1))]
    database.write(Changes(states={1: new_state(NOW)}, pings=pings))
    found = queries.pings(1, 10)
    assert [(one.n, one.kind, one.exit_status, one.body_size) for one in found] == [
        (2, "fail", 3, len(body)),
        (1, "success", None, 0),
    ]
    assert found[0].body_start == body[:2000]
    assert queries.body(1, 2) == body
    assert queries.body(1, 1) == b""


def test_ids_of_reports_are_remembered_until_they_are_old(database: Database) -> None:
    earlier = NOW - timedelta(hours=1)
    database.write(Changes(states={1: new_state(NOW)}, reports={"old": earlier, "new": NOW}))
    assert [database.has_report(report) for report in ("old", "new", "other")] == [True, True, False]
    database.write(Changes(purge=Purge(before=NOW, reports_before=NOW)))
    assert [database.has_report(report) for report in ("old", "new")] == [False, True]


def test_a_transaction_that_fails_leaves_nothing_behind(database: Database, queries: Queries) -> None:
    database._connection.execute(
        "CREATE TRIGGER no_flips BEFORE INSERT ON flips BEGIN SELECT raise(ABORT, 'no'); END"
    )
    flip = Flip(at=NOW, before=Status.UP, after=Status.DOWN, reason=Reason.MISSED)
    changed = new_state(NOW + timedelta(days=1))
    with pytest.raises(StoreError):
        database.write(Changes(states={1: changed}, pings=[(1, ping(1))], flips=[(1, flip)]))
    assert queries.pings(1, 10) == []
    assert database.checks()[0].state == new_state(NOW)


def test_a_locked_database_is_a_trouble_that_may_pass(database: Database) -> None:
    other = sqlite3.connect(database.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusyError):
        database.write(Changes(states={1: new_state(NOW)}))
    other.execute("ROLLBACK")
    other.close()
    database.write(Changes(states={1: new_state(NOW)}))


def test_a_database_that_is_damaged_inside_says_so_when_its_checks_are_read(tmp_path: Path) -> None:
    made = Database(tmp_path)
    (page,) = made._connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'checks'").fetchone()
    (size,) = made._connection.execute("PRAGMA page_size").fetchone()
    made.close()
    with (tmp_path / FILE_NAME).open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xaa" * size)
    opened = Database(tmp_path)
    with pytest.raises(StoreError, match="is damaged, or was not made by PulseTUI"):
        opened.checks()
    opened.close()


def test_commits_are_durable_and_readers_do_not_block_them(database: Database) -> None:
    pragma = database._connection.execute
    assert pragma("PRAGMA journal_mode").fetchone() == ("wal",)
    assert pragma("PRAGMA synchronous").fetchone() == (2,)


def test_checks_may_swap_their_slugs(database: Database) -> None:
    before = {check.slug: check for check in database.checks()}
    a, b = before["a"], before["b"]
    database.write(Changes(identities=[identity(a.id, "b", a.uuid), identity(b.id, "a", b.uuid)]))
    assert {check.slug: check.uuid for check in database.checks()} == {"a": b.uuid, "b": a.uuid}


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


def test_a_run_from_before_metrics_had_to_be_finite_is_still_listed(
    database: Database, queries: Queries
) -> None:
    run = Run(n=1, ended_at=NOW, outcome=Outcome.SUCCESS, metrics={"rows": 3.0})
    database.write(Changes(states={1: new_state(NOW)}, pings=[(1, ping(1, at=NOW, whole=run))]))
    assert queries.runs(1, 9)[0].metrics == {"rows": 3.0}
    with sqlite3.connect(database.path) as connection:
        connection.execute("""UPDATE pings SET metrics = '{"rows": NaN}'""")
    connection.close()
    assert [(one.n, one.metrics) for one in queries.runs(1, 9)] == [(1, {})]


def test_purging_forgets_all_of_a_removed_check(database: Database, queries: Queries) -> None:
    gone = StoredCheck(id=1, slug="a", uuid=str(uuid4()), created_at=NOW, removed_at=NOW, state=None)
    database.write(Changes(identities=[gone], states={1: new_state(NOW)}, pings=[(1, ping(1, body=b"x"))]))
    later = NOW + timedelta(seconds=1)
    database.write(Changes(purge=Purge(before=later, reports_before=later)))
    assert [check.slug for check in database.checks()] == ["b"]
    assert (queries.pings(1, 9), queries.body(1, 1)) == ([], b"")


def test_deliveries_wait_until_they_are_settled(database: Database, queries: Queries) -> None:
    rows = [OutboxRow(check_id=1, hook=hook, alert="{}", created_at=NOW) for hook in ("a", "b")]
    database.write(Changes(outbox=rows))
    first, second = queries.deliveries_due(NOW, 9)
    assert queries.next_delivery_at() == NOW
    later = NOW + timedelta(minutes=1)
    database.write(
        Changes(
            deliveries=[DeliveryResult(id=first.id, tries=1, delivered_at=NOW, next_try_at=None, error="")]
        )
    )
    database.write(
        Changes(
            deliveries=[
                DeliveryResult(id=second.id, tries=1, delivered_at=None, next_try_at=later, error="no answer")
            ]
        )
    )
    assert queries.deliveries_due(NOW, 9) == []
    assert queries.next_delivery_at() == later
    assert [(one.tries, one.error) for one in queries.deliveries_due(later, 9)] == [(1, "no answer")]


def test_what_an_older_version_kept_is_still_there(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    connection.executescript(f"{MIGRATIONS[0]}PRAGMA user_version = 1;")
    connection.execute("INSERT INTO checks VALUES (1, 'a', 'u', 0, NULL)")
    connection.execute("INSERT INTO pings VALUES (1, 1, 'success', 5, 5, '', '', '', '', NULL, NULL, 1, 0)")
    connection.execute(
        "INSERT INTO runs VALUES (1, 1, NULL, NULL, 5, NULL, 'success', NULL, NULL, '{}', NULL, 0, '')"
    )
    connection.commit()
    connection.close()

    Database(tmp_path).close()

    queries = Queries(tmp_path)
    assert [(one.n, one.outcome) for one in queries.runs(1, 9)] == [(1, "success")]
    assert [one.n for one in queries.pings(1, 9)] == [1]
    queries.close()


def test_a_delivery_waits_for_earlier_ones_of_its_check_and_hook(
    database: Database, queries: Queries
) -> None:
    told = [(1, "down"), (1, "up"), (2, "down"), (None, "digest")]
    rows = [OutboxRow(check_id=check_id, hook="a", alert=alert, created_at=NOW) for check_id, alert in told]
    other = OutboxRow(check_id=1, hook="b", alert="down", created_at=NOW)
    database.write(Changes(outbox=[*rows, other]))
    first = queries.deliveries_due(NOW, 9)[0]
    later = NOW + timedelta(minutes=1)
    database.write(
        Changes(
            deliveries=[
                DeliveryResult(id=first.id, tries=1, delivered_at=None, next_try_at=later, error="no answer")
            ]
        )
    )

    due = [(one.check_id, one.hook, one.alert) for one in queries.deliveries_due(NOW, 9)]
    assert due == [(2, "a", "down"), (None, "a", "digest"), (1, "b", "down")]
    assert [one.alert for one in queries.deliveries_due(later, 2)] == ["down", "up"]


def test_the_next_delivery_is_not_one_that_waits_for_another(database: Database, queries: Queries) -> None:
    rows = [OutboxRow(check_id=1, hook="a", alert=alert, created_at=NOW) for alert in ("down", "up")]
    database.write(Changes(outbox=rows))
    first, second = queries.deliveries_due(NOW, 9)
    later = NOW + timedelta(minutes=1)
    database.write(
        Changes(
            deliveries=[
                DeliveryResult(id=first.id, tries=1, delivered_at=None, next_try_at=later, error="no answer")
            ]
        )
    )
    assert queries.next_delivery_at() == later
    database.write(
        Changes(
            deliveries=[DeliveryResult(id=first.id, tries=2, delivered_at=later, next_try_at=None, error="")]
        )
    )
    assert queries.next_delivery_at() == second.next_try_at == NOW


def test_deliveries_are_held_back_and_released_without_counting_a_try(
    database: Database, queries: Queries
) -> None:
    rows = [OutboxRow(check_id=1, hook=hook, alert="{}", created_at=NOW) for hook in ("a", "a", "b")]
    database.write(Changes(outbox=rows))
    ids = [one.id for one in queries.deliveries_due(NOW, 9)]
    hold = DeliveryHold(ids=ids, error="nobody is there", next_try_at=NOW + timedelta(hours=1))
    database.write(Changes(deliveries=[hold]))
    assert queries.deliveries_due(NOW, 9) == []

    database.write(Changes(deliveries=[DeliveryRelease(hook="a", at=NOW)]))
    found = queries.deliveries_due(NOW, 9)
    assert [(one.hook, one.tries, one.error) for one in found] == [("a", 0, "nobody is there")] * 2
    database.write(Changes(deliveries=[DeliveryHold(ids=[found[0].id], error="too old", next_try_at=None)]))
    assert [one.id for one in queries.deliveries_due(NOW, 9)] == [found[1].id]


def test_a_migration_is_applied_once_and_a_newer_schema_is_left_alone(tmp_path: Path) -> None:
    Database(tmp_path).close()
    again = Database(tmp_path)
    assert again._connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
    again._connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    again.close()
    with pytest.raises(StoreError, match="newer"):
        Database(tmp_path)

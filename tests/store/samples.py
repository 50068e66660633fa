"""Values to be stored, one by one and by hypothesis."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from pulsetui.core.state.incident import Acknowledgement, Incident
from pulsetui.core.state.run import Run, Unproven
from pulsetui.core.state.state import CheckState, new_state
from pulsetui.core.state.status import Outcome, PingKind, Reason, Status
from pulsetui.store.database import Database
from pulsetui.store.queries import Queries, StoredDelivery
from pulsetui.store.rows import (
    Changes,
    PingRow,
    StoredCheck,
)

MINUTE = timedelta(minutes=1)
NOW = datetime(2026, 11, 20, 2, 0, 0, 123456, tzinfo=UTC)


def due_rows(queries: Queries, now: datetime, limit: int, hook: str | None = None) -> list[StoredDelivery]:
    """What is to be delivered at ``now``, oldest first."""
    return queries.deliveries_of(queries.deliveries_due(now, limit, hook))


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
    proof=texts,
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
    failing_since=maybe_instant,
)


states = st.builds(
    CheckState,
    created_at=instants,
    since=instants,
    status=st.sampled_from([Status.NEW, Status.UP, Status.DOWN, Status.PAUSED]),
    reason=st.none() | st.sampled_from(Reason),
    detail=texts,
    last_ping=maybe_instant,
    last_run=st.none() | runs,
    due=maybe_instant,
    failures=st.integers(0, 9),
    failing_since=maybe_instant,
    last_duration=spans,
    durations=st.lists(st.floats(0, 1e6), max_size=3).map(tuple),
    last_metrics=metrics,
    runs=st.lists(runs, max_size=3).map(tuple),
    incident=st.none() | incidents,
    unproven=st.none() | st.builds(Unproven, run=runs, success_before=maybe_instant, recovers=st.booleans()),
    usual=st.none() | st.dictionaries(texts, st.lists(st.floats(0, 1e15), max_size=3).map(tuple), max_size=2),
    unprovable=st.integers(0, 9),
    unprovable_why=texts,
    history=st.text("sfm0-", max_size=10),
    last_line=texts,
)


quick = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@contextmanager
def raw(path: Path) -> Iterator[sqlite3.Connection]:
    """The database as another program sees it; what is done to it is committed at the end."""
    with closing(sqlite3.connect(path)) as connection, connection:
        yield connection


def count(database: Database, table: str, where: str = "1") -> int:
    with raw(database.path) as connection:
        (found,) = connection.execute(f"SELECT count(*) FROM {table} WHERE {where}").fetchone()
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


def incident(
    database: Database, n: int, started: datetime, ended: datetime | None, failing: datetime | None = None
) -> None:
    one = Incident(n=n, reason=Reason.FAILED, started_at=started, ended_at=ended, failing_since=failing)
    database.write(Changes(states={1: new_state(NOW)}, incidents={(1, n): one}))

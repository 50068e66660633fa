"""What is written comes back the same."""

from __future__ import annotations

import sqlite3
from datetime import datetime

import msgspec
from hypothesis import given
from msgspec.structs import replace

from pulsetui.core.state.incident import Incident
from pulsetui.core.state.run import Run
from pulsetui.core.state.state import CheckState, new_state
from pulsetui.core.state.status import Outcome, Status
from pulsetui.store.database import Database
from pulsetui.store.queries import Queries
from pulsetui.store.rows import (
    Changes,
)
from tests.store.samples import NOW, incidents, instants, ping, quick, runs, states


@quick
@given(states)
def test_a_state_comes_back_the_same(database: Database, state: CheckState) -> None:
    database.write(Changes(states={1: state}))
    assert next(check for check in database.checks() if check.id == 1).state == state


WRITTEN_BEFORE = (
    b'{"created_at":"2026-11-20T00:00:00Z","since":"2026-11-20T01:00:00Z","status":"paused","n_pings":3,'
    b'"last_metrics":{},"untold":true,"history":"f-","aside":{"created_at":"2026-11-20T00:00:00Z",'
    b'"since":"2026-11-20T00:00:00Z","status":"down","reason":"failed","detail":"exit status 2","n_pings":3,'
    b'"last_metrics":{},"untold":true,"history":"f-"}}'
)
"""A state as it was stored when two of its fields had the names ``untold`` and ``aside``."""


def test_a_state_keeps_the_names_that_it_was_first_stored_under(database: Database) -> None:
    state = msgspec.json.decode(WRITTEN_BEFORE, type=CheckState)

    assert state.alert_pending
    assert state.before_pause is not None
    assert (state.before_pause.status, state.before_pause.alert_pending) == (Status.DOWN, True)
    assert msgspec.json.encode(state) == WRITTEN_BEFORE
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
    run = replace(run, outcome=Outcome.UNMET, detail="it is old", proof="unmet: it is old")
    database.write(Changes(revised={(1, run.n): run}))
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
    assert (found.rid, found.metrics, found.detail, found.proof) == (
        run.rid and str(run.rid),
        dict(run.metrics),
        run.detail,
        run.proof,
    )


@quick
@given(incidents)
def test_an_incident_comes_back_the_same(database: Database, queries: Queries, incident: Incident) -> None:
    database.write(Changes(states={1: new_state(NOW)}, incidents={(1, incident.n): incident}))
    assert incident in queries.incidents(1, 10**6)


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

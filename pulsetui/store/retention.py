"""What is forgotten: every table that clients, checks or time may add to has a bound."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection

from msgspec import Struct

from pulsetui.store.evidence import evidence
from pulsetui.store.lists import number_list

INCIDENTS_KEPT = 500
FLIPS_KEPT = 1000
SETTLED_KEPT = 500
"""Of each check, the newest; deliveries that wait no more."""
WAITING_KEPT = 200
"""Deliveries of one check that wait for one hook: after so many ups and downs nobody reads the oldest."""
SPANS_KEPT = 2000
"""Unwatched spans, and deliveries that belong to no check."""
TRIALS_KEPT = 200
"""Tests of hooks and drills."""
CATCH_UPS_KEPT = 500
"""Good runs of one check that made up for a missed slot: nobody is to make up for it again."""
DEPLOYS_KEPT = 200
REPORTS_KEPT = 100_000
"""Ids of reports."""

_TOO_MANY = f"given up: more than {WAITING_KEPT} were waiting"


class Retention(Struct, frozen=True):
    """What of one check stays."""

    keep_pings: int
    open_runs: tuple[int, ...] = ()  # by number: these can still end


def trim_check(connection: sqlite3.Connection, check_id: int, kept: Retention) -> None:
    """Pings but the newest go, with their bodies and runs, unless they are evidence of a recent incident; and
    what is too much of the rest."""

    def select(sql: str, *values: object) -> Collection[tuple[object, ...]]:
        return connection.execute(sql, values).fetchall()

    (newest,) = connection.execute(
        "SELECT coalesce(max(n), 0) FROM pings WHERE check_id = ?", (check_id,)
    ).fetchone()
    stay = evidence(select, check_id)
    pings = (check_id, newest - kept.keep_pings, number_list(sorted(stay)))
    runs = (check_id, newest - kept.keep_pings, number_list(sorted(stay | set(kept.open_runs))))
    older = "WHERE check_id = ? AND n <= ? AND n NOT IN (SELECT value FROM json_each(?))"
    connection.execute(f"DELETE FROM bodies {older}", pings)  # noqa: S608 - our own words
    connection.execute(f"DELETE FROM pings {older}", pings)  # noqa: S608
    made_up = "SELECT n FROM runs WHERE check_id = ? AND catch_up AND outcome = 'success'"
    connection.execute(
        f"DELETE FROM runs {older} AND n NOT IN ({made_up} ORDER BY n DESC LIMIT ?)",  # noqa: S608
        (*runs, check_id, CATCH_UPS_KEPT),
    )
    _trim_told(connection, check_id)


def _trim_told(connection: sqlite3.Connection, check_id: int) -> None:
    connection.execute(
        "DELETE FROM incidents WHERE check_id = ?1 AND ended_at IS NOT NULL AND n <="
        " (SELECT n FROM incidents WHERE check_id = ?1 ORDER BY n DESC LIMIT 1 OFFSET ?2)",
        (check_id, INCIDENTS_KEPT),
    )
    connection.execute(
        "DELETE FROM flips WHERE check_id = ?1 AND id <="
        " (SELECT id FROM flips WHERE check_id = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
        (check_id, FLIPS_KEPT),
    )
    connection.execute(
        "DELETE FROM outbox WHERE check_id = ?1 AND next_try_at IS NULL AND id <= (SELECT id FROM outbox"
        " WHERE check_id = ?1 AND next_try_at IS NULL ORDER BY id DESC LIMIT 1 OFFSET ?2)",
        (check_id, SETTLED_KEPT),
    )
    crowded = connection.execute(
        "SELECT hook FROM outbox WHERE check_id = ? AND next_try_at IS NOT NULL"
        " GROUP BY hook HAVING count(*) > ?",
        (check_id, WAITING_KEPT),
    ).fetchall()
    for (hook,) in crowded:
        connection.execute(
            "UPDATE outbox SET next_try_at = NULL, error = ?4"
            " WHERE check_id = ?1 AND hook = ?2 AND next_try_at IS NOT NULL AND id <= (SELECT id FROM outbox"
            " WHERE check_id = ?1 AND hook = ?2 AND next_try_at IS NOT NULL"
            " ORDER BY id DESC LIMIT 1 OFFSET ?3)",
            (check_id, hook, WAITING_KEPT, _TOO_MANY),
        )


def trim_rest(connection: sqlite3.Connection, before: int, reports_before: int) -> None:
    """What belongs to no check, or to none that is pinged. The instants are as stored."""
    connection.execute("DELETE FROM outbox WHERE next_try_at IS NULL AND created_at < ?", (before,))
    connection.execute(
        "DELETE FROM outbox WHERE check_id IS NULL AND next_try_at IS NULL AND id <= (SELECT id FROM outbox"
        " WHERE check_id IS NULL AND next_try_at IS NULL ORDER BY id DESC LIMIT 1 OFFSET ?)",
        (SPANS_KEPT,),
    )
    connection.execute(
        "DELETE FROM trials WHERE begun_at <"
        " (SELECT begun_at FROM trials ORDER BY begun_at DESC LIMIT 1 OFFSET ?)",
        (TRIALS_KEPT - 1,),
    )
    connection.execute(
        "DELETE FROM deploys WHERE begun_at <"
        " (SELECT begun_at FROM deploys ORDER BY begun_at DESC LIMIT 1 OFFSET ?)",
        (DEPLOYS_KEPT - 1,),
    )
    connection.execute("DELETE FROM unwatched WHERE id <= (SELECT max(id) FROM unwatched) - ?", (SPANS_KEPT,))
    connection.execute(
        "DELETE FROM reports WHERE received_at < ?1 OR received_at <="
        " (SELECT received_at FROM reports ORDER BY received_at DESC LIMIT 1 OFFSET ?2)",
        (reports_before, REPORTS_KEPT),
    )


def forget_removed(connection: sqlite3.Connection, before: int) -> None:
    """Checks that were removed before that instant go, with all that was kept of them.

    Row by row, by whichever table refers to a check: with SQLite's own cascade switched on it would look the
    check up for each row of each ping that is written.
    """
    gone = "SELECT id FROM checks WHERE removed_at < ?"
    referring = connection.execute(
        'SELECT DISTINCT t.name, f."from" FROM sqlite_master AS t, pragma_foreign_key_list(t.name) AS f'
        " WHERE t.type = 'table' AND f.\"table\" = 'checks'"
    ).fetchall()
    for table, column in referring:
        connection.execute(f"DELETE FROM {table} WHERE {column} IN ({gone})", (before,))  # noqa: S608 - our own names
    connection.execute("DELETE FROM checks WHERE removed_at < ?", (before,))

"""The read side: its own connection, so that no reader waits for the writer or holds it up."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from pulsetui.core.state.incident import Flip, Incident
from pulsetui.core.state.status import Outcome, PingKind, Reason
from pulsetui.errors import StoreError
from pulsetui.store import rows
from pulsetui.store.database import FILE_NAME, connect
from pulsetui.store.deliveries import PAUSED
from pulsetui.store.evidence import evidence
from pulsetui.store.instant import EARLIEST, LATEST, read, stored
from pulsetui.store.lists import number_list
from pulsetui.store.retention import INCIDENTS_KEPT
from pulsetui.store.rows import StoredRun, integer

T = TypeVar("T")

logger = logging.getLogger(__name__)

BODY_START = 2000
"""Bytes of a body that a list of pings shows."""


class StoredPing(Struct, frozen=True, kw_only=True):
    """A ping as read back, with the beginning of its body."""

    n: int
    kind: PingKind
    at: datetime
    received_at: datetime
    method: str
    scheme: str
    remote_addr: str
    ua: str
    rid: str | None
    exit_status: int | None
    run: int | None
    body_size: int
    body_start: bytes


class StoredDelivery(Struct, frozen=True, kw_only=True, gc=False):
    """One row of the outbox."""

    id: int
    check_id: int | None
    hook: str
    alert: str
    created_at: datetime
    tries: int
    next_try_at: datetime | None
    delivered_at: datetime | None
    error: str


class StoredQueue(Struct, frozen=True, kw_only=True):
    """What waits for one hook."""

    waiting: int
    next_at: datetime  # when the first of it may be tried


class RunTally(Struct, frozen=True):
    """Runs that ended alike."""

    outcome: Outcome
    odd: Reason | None  # RAN_TWICE or OVERLAP
    count: int
    last_at: datetime  # when the newest of them ended, or began where no end is known
    detail: str  # of that one


class Queries:
    """Thread-safe. Lists are newest first unless said otherwise. Raises StoreError."""

    def __init__(self, state_dir: Path) -> None:
        self._path = state_dir / FILE_NAME
        self._lock = threading.Lock()
        self._connection = connect(self._path, read_only=True)

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def reopen(self) -> None:
        """Another database is at the path now."""
        with self._lock:
            self._connection.close()
            self._connection = connect(self._path, read_only=True)

    def _all(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        try:
            with self._lock:
                return self._connection.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise StoreError(f"{self._path}: {error}") from error

    def runs(self, check_id: int, limit: int) -> list[StoredRun]:
        """The newest, and older ones that are evidence of a recent incident."""
        newest = self._all(
            f"SELECT {rows.RUN_COLUMNS} FROM all_runs WHERE check_id = ? ORDER BY n DESC LIMIT ?",  # noqa: S608 - constant
            check_id,
            limit,
        )
        older = self._older_evidence(check_id, newest, limit)
        found = self._all(
            f"SELECT {rows.RUN_COLUMNS} FROM all_runs WHERE check_id = ? AND n IN ({older})"  # noqa: S608
            " ORDER BY n DESC",
            check_id,
        )
        return _readable(rows.read_run, [*newest, *found])

    def _older_evidence(self, check_id: int, newest: Sequence[tuple[object, ...]], limit: int) -> str:
        """Numbers, as a list for SQL."""
        if len(newest) < limit:
            return "NULL"  # there are no older ones
        oldest = integer(newest[-1][0])
        return ", ".join(str(n) for n in evidence(self._all, check_id) if n < oldest) or "NULL"

    def incidents(self, check_id: int, limit: int) -> list[Incident]:
        found = self._all(
            f"SELECT {rows.INCIDENT_COLUMNS} FROM incidents"  # noqa: S608 - constant
            " WHERE check_id = ? ORDER BY n DESC LIMIT ?",
            check_id,
            limit,
        )
        return _readable(rows.read_incident, found)

    def all_incidents(self, limit: int) -> list[tuple[int, Incident]]:
        """Incidents of every check with its id: open ones first, then the newest."""
        found = self._all(
            f"SELECT check_id, {rows.INCIDENT_COLUMNS} FROM incidents"  # noqa: S608 - constant
            " ORDER BY ended_at IS NOT NULL, started_at DESC LIMIT ?",
            limit,
        )
        return _readable(lambda row: (integer(row[0]), rows.read_incident(row[1:])), found)

    def caught_up(self, check_id: int) -> list[datetime]:
        """The slots that a good run has made up for, the newest of all that are kept."""
        found = self._all(
            "SELECT DISTINCT slot FROM runs WHERE check_id = ? AND catch_up AND outcome = 'success'"
            " AND slot IS NOT NULL ORDER BY slot DESC",
            check_id,
        )
        return _readable(lambda row: read(integer(row[0])), found)

    def runs_between(
        self, check_id: int, since: datetime, until: datetime, step: timedelta, limit: int
    ) -> list[StoredRun]:
        """Runs that had not ended before ``since`` nor begun after ``until``, newest first.

        Of those that ended alike within one ``step`` only the newest is read: a job of every minute has
        more runs in a month than any picture has room for, and must not push the oldest out of it.
        """
        found = self._all(
            f"SELECT {rows.RUN_COLUMNS} FROM all_runs WHERE check_id = ?1 AND n IN ("  # noqa: S608 - constant
            " SELECT max(n) FROM all_runs WHERE check_id = ?1 AND (ended_at >= ?2 OR ended_at IS NULL)"
            " AND coalesce(started_at, ended_at) <= ?3"
            " GROUP BY outcome, duplicate, catch_up, overlaps IS NULL, coalesce(ended_at, started_at) / ?4)"
            " ORDER BY n DESC LIMIT ?5",
            check_id,
            stored(since),
            stored(until),
            max(stored(since + step) - stored(since), 1),
            limit,
        )
        return _readable(rows.read_run, found)

    def runs_after(self, check_id: int, n: int, limit: int, since: datetime | None = None) -> list[StoredRun]:
        """Regular runs with a number above ``n`` and not for an instant before ``since``, oldest first."""
        found = self._all(
            f"SELECT {rows.RUN_COLUMNS} FROM all_runs WHERE check_id = ? AND n > ? AND NOT catch_up"  # noqa: S608 - constant
            " AND coalesce(slot, started_at, ended_at) >= ? ORDER BY n LIMIT ?",
            check_id,
            n,
            EARLIEST if since is None else stored(since),
            limit,
        )
        return _readable(rows.read_run, found)

    def run_tallies(self, check_id: int, since: datetime) -> list[RunTally]:
        """The regular runs on record that ended since then, those alike counted together."""
        found = self._all(
            "SELECT outcome,"
            " CASE WHEN duplicate THEN 'ran_twice' WHEN overlaps IS NOT NULL THEN 'overlap' END AS odd,"
            " count(*), max(coalesce(ended_at, started_at)), detail FROM all_runs"
            " WHERE check_id = ? AND NOT catch_up AND outcome <> 'running'"
            " AND coalesce(ended_at, started_at) >= ? GROUP BY outcome, odd",
            check_id,
            stored(since),
        )
        return _readable(_read_tally, found)

    def incidents_between(self, check_id: int, since: datetime, until: datetime) -> list[Incident]:
        """Incidents that had not ended before ``since`` nor begun after ``until``, newest first."""
        found = self._all(
            f"SELECT {rows.INCIDENT_COLUMNS} FROM incidents"  # noqa: S608 - constant
            " WHERE check_id = ? AND (ended_at >= ? OR ended_at IS NULL)"
            " AND coalesce(failing_since, started_at) <= ?"
            " ORDER BY n DESC LIMIT ?",
            check_id,
            stored(since),
            stored(until),
            INCIDENTS_KEPT,
        )
        return _readable(rows.read_incident, found)

    def flips(self, check_id: int, limit: int) -> list[Flip]:
        found = self._all(
            "SELECT at, before, after, reason, detail FROM flips WHERE check_id = ? ORDER BY id DESC LIMIT ?",
            check_id,
            limit,
        )
        return _readable(rows.read_flip, found)

    def pings(self, check_id: int, limit: int) -> list[StoredPing]:
        """The newest, and older ones that are evidence of a recent incident."""
        newest = self._pings(check_id, "1 ORDER BY p.n DESC LIMIT ?", limit)
        older = self._older_evidence(check_id, newest, limit)
        return _readable(_read_ping, [*newest, *self._pings(check_id, f"p.n IN ({older}) ORDER BY p.n DESC")])

    def _pings(self, check_id: int, which: str, *values: object) -> list[tuple[object, ...]]:
        columns = "p.n, kind, at, received_at, method, scheme, remote_addr, ua, rid, exit_status, run"
        both = "pings p LEFT JOIN bodies b ON b.check_id = p.check_id AND b.n = p.n"
        return self._all(
            f"SELECT {columns}, body_size, substr(body, 1, ?) FROM {both} WHERE p.check_id = ? AND {which}",  # noqa: S608
            BODY_START,
            check_id,
            *values,
        )

    def body(self, check_id: int, n: int) -> bytes:
        """The kept body of a ping; empty when there is none."""
        found = self._all("SELECT body FROM bodies WHERE check_id = ? AND n = ?", check_id, n)
        body = found[0][0] if found else b""
        return body if isinstance(body, bytes) else str(body).encode()

    def deliveries(self, check_id: int, limit: int) -> list[StoredDelivery]:
        return self._deliveries("WHERE check_id = ? ORDER BY id DESC LIMIT ?", check_id, limit)

    def deliveries_of_trial(self, key: str) -> list[StoredDelivery]:
        """Those of a test or a drill, oldest first."""
        return self._deliveries(
            "WHERE check_id IS NULL AND instr(alert, ?) ORDER BY id LIMIT 200", f'"key":"{key}"'
        )

    def trials(self, limit: int) -> list[str]:
        """Tests and drills, newest first, as they were written."""
        found = self._all("SELECT trial FROM trials ORDER BY begun_at DESC, key LIMIT ?", limit)
        return [str(row[0]) for row in found]

    def deliveries_due(self, now: datetime, limit: int, hook: str | None = None) -> list[int]:
        """The ids of those of one hook, or of all. Oldest first, without those that an earlier one of the
        same check and hook is still waiting before. One with an impossible instant is due, so that it is
        given up."""
        found = self._all(
            "SELECT id FROM outbox"
            " LEFT JOIN (SELECT check_id AS held_check, hook AS held_hook, min(id) AS held_from FROM outbox"
            " WHERE next_try_at > ?1 AND next_try_at < ?3 GROUP BY check_id, hook)"
            " ON held_check = check_id AND held_hook = hook"
            " WHERE (next_try_at <= ?1 OR next_try_at >= ?3) AND (held_from IS NULL OR id < held_from)"
            " AND (?4 IS NULL OR hook = ?4)"
            " ORDER BY +id LIMIT ?2",  # a plain id would make SQLite walk the whole table to save a sort
            stored(now),
            limit,
            LATEST,
            hook,
        )
        return [integer(row[0]) for row in found]

    def deliveries_of(self, ids: Iterable[int]) -> list[StoredDelivery]:
        """Those of these ids that are there, oldest first."""
        return self._deliveries("WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id", number_list(ids))

    def _deliveries(self, where: str, *values: object) -> list[StoredDelivery]:
        found = self._all(
            "SELECT id, check_id, hook, alert, created_at, tries, next_try_at, delivered_at, error"  # noqa: S608
            " FROM outbox " + where,
            *values,
        )
        return [_read_delivery(row) for row in found]

    def delivery_queues(self) -> dict[str, StoredQueue]:
        """What waits, by hook. The first of each line says when those behind it may be tried."""
        # With min() the other columns are those of the row that has the minimum (SQLite's documentation).
        found = self._all(
            "SELECT hook, sum(n), min(CASE WHEN at < ? THEN at ELSE 0 END) FROM"
            " (SELECT hook, count(*) AS n, next_try_at AS at, min(id) FROM outbox"
            " WHERE next_try_at IS NOT NULL GROUP BY hook, coalesce(check_id, -id)) GROUP BY hook",
            LATEST,
        )
        return {
            str(hook): StoredQueue(waiting=integer(waiting), next_at=_instant_or_past(at))
            for hook, waiting, at in found
        }

    def deliveries_lost(self, since: datetime) -> dict[str, tuple[int, str]]:
        """How many that were put in since then were given up, by hook, and why the last of them was."""
        found = self._all(
            "SELECT hook, count(*), error, max(id) FROM outbox"
            " WHERE delivered_at IS NULL AND next_try_at IS NULL AND created_at >= ? GROUP BY hook",
            stored(since),
        )
        return {str(hook): (integer(count), str(error)) for hook, count, error, _ in found}

    def hook_pauses(self) -> dict[str, datetime]:
        """The hooks that are paused, and since when."""
        found = self._all("SELECT key, value FROM meta WHERE key >= ? AND key < ?", PAUSED, PAUSED[:-1] + ";")
        return {str(key).removeprefix(PAUSED): _paused_at(value) for key, value in found}

    def unwatched(self, limit: int) -> Sequence[tuple[datetime, datetime, str]]:
        """Spans in which nothing could be judged: since, until, why."""
        found = self._all("SELECT since, until, why FROM unwatched ORDER BY id DESC LIMIT ?", limit)
        return _readable(lambda row: (read(integer(row[0])), read(integer(row[1])), str(row[2])), found)


def _instant_or_past(value: object) -> datetime:
    """When something is to be tried; what is no instant is due, so that it is given up."""
    return read(value) if isinstance(value, int) and EARLIEST <= value < LATEST else read(0)


def _paused_at(value: object) -> datetime:
    try:
        return read(int(str(value)))
    except (ValueError, OverflowError):
        return read(0)


def _read_ping(row: tuple[object, ...]) -> StoredPing:
    n, kind, at, received, method, scheme, remote, ua, rid, exit_status, run, size, start = row
    return StoredPing(
        n=integer(n),
        kind=PingKind(str(kind)),
        at=read(integer(at)),
        received_at=read(integer(received)),
        method=str(method),
        scheme=str(scheme),
        remote_addr=str(remote),
        ua=str(ua),
        rid=None if rid is None else str(rid),
        exit_status=None if exit_status is None else integer(exit_status),
        run=None if run is None else integer(run),
        body_size=integer(size),
        body_start=start if isinstance(start, bytes) else b"",
    )


def _read_delivery(row: tuple[object, ...]) -> StoredDelivery:
    """One that cannot be read has no alert: it stands in nobody's way, and can be given up."""
    delivery_id, check_id, hook, alert, created, tries, next_try, delivered, error = row
    try:
        return StoredDelivery(
            id=integer(delivery_id),
            check_id=None if check_id is None else integer(check_id),
            hook=str(hook),
            alert=str(alert),
            created_at=read(integer(created)),
            tries=integer(tries),
            next_try_at=None if next_try is None else read(integer(next_try)),
            delivered_at=None if delivered is None else read(integer(delivered)),
            error=str(error),
        )
    except (ValueError, TypeError):
        return StoredDelivery(
            id=integer(delivery_id),
            check_id=None,
            hook=str(hook),
            alert="",
            created_at=read(0),
            tries=0,
            next_try_at=None,
            delivered_at=None,
            error=str(error),
        )


def _read_tally(row: tuple[object, ...]) -> RunTally:
    outcome, odd, count, last_at, detail = row
    return RunTally(
        outcome=Outcome(str(outcome)),
        odd=None if odd is None else Reason(str(odd)),
        count=integer(count),
        last_at=read(integer(last_at)),
        detail=str(detail),
    )


def _readable(read_row: Callable[[tuple[object, ...]], T], found: Sequence[tuple[object, ...]]) -> list[T]:
    """What of the rows can be read: one that cannot keeps no other from being shown."""
    values: list[T] = []
    for row in found:
        try:
            values.append(read_row(row))
        except (ValueError, TypeError, OverflowError) as error:
            logger.error("a stored row cannot be read: %s: %r", error, row[:4])  # noqa: TRY400 - a known cause
    return values

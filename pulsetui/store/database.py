"""Opening the database, and the one transaction through which everything is written."""

from __future__ import annotations

import contextlib
import os
import secrets
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

from pulsetui.core.deploy import Deploy
from pulsetui.core.state.snooze import Snooze
from pulsetui.errors import StoreBusyError, StoreError, StoreLostError
from pulsetui.store import rows
from pulsetui.store.aside import Aside
from pulsetui.store.calm_checks import CalmChecks
from pulsetui.store.checkpoint import Checkpoints
from pulsetui.store.deliveries import update_deliveries
from pulsetui.store.instant import stored
from pulsetui.store.presence import Presence
from pulsetui.store.private import open_private
from pulsetui.store.retention import forget_removed, trim_check, trim_rest
from pulsetui.store.rows import Changes, StoredCheck
from pulsetui.store.schema import migrate

FILE_NAME = "pulsetui.sqlite3"
_BUSY_TIMEOUT_S = 0.25  # short: the writer retries by itself, so that it can say so
_CHECKPOINT_PAGES = 32_000
"""128 MB. Long before that ``checkpoint`` takes the log in; where it cannot, SQLite does it in a commit."""
_SESSION = "session"
_PROOF = "proof"
_UNREAD = "PulseTUI, which could not read its state"
_PASSING = ("locked", "busy", "full", "disk i/o", "readonly", "unable to open")


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """A connection in autocommit mode with our pragmas. One for each thread."""
    mode = "ro" if read_only else "rwc"
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        isolation_level=None,
        timeout=_BUSY_TIMEOUT_S,
        check_same_thread=False,
    )
    try:
        if not read_only:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


class Database:
    """The write side. Used by one thread at a time; every write is one call and one commit.

    Raises StoreBusyError for what may pass (disk full, locked), StoreLostError when the files were taken away
    or broken under us, and StoreError for what will not pass. What is committed is in the files at their
    paths.
    """

    def __init__(self, state_dir: Path) -> None:
        self.path = state_dir / FILE_NAME
        try:
            # Private before SQLite makes it: the files beside it (-wal, -shm) take its permissions over.
            os.close(open_private(self.path, os.O_RDWR | os.O_CREAT))
            self._connection = connect(self.path)
            try:
                migrate(self._connection, str(self.path))
            except BaseException:
                self._connection.close()
                raise
        except (sqlite3.Error, OSError) as error:
            if isinstance(error, sqlite3.Error) and _is_damage(error):
                raise _damaged(self.path, error) from error
            raise StoreError(
                f"{self.path}: the database cannot be opened: {error}. "
                "Check the permissions and the free space of the state directory."
            ) from error
        self._presence = Presence(self.path)
        self._presence.remember()
        self._checkpoints = Checkpoints(self._connect_again, self._presence.changing)
        self.aside = Aside()
        self._session = (
            ""  # tells this database from a copy that is laid over it; in it from the first write on
        )

    def _connect_again(self) -> sqlite3.Connection:
        """Raises StoreLostError: into another database at the path SQLite would read our log."""
        self._presence.check()
        return connect(self.path)

    def close(self) -> None:
        self._checkpoints.close()
        with contextlib.suppress(sqlite3.Error):
            self._connection.close()

    def look(self) -> None:
        """Raises StoreLostError when the files at the paths are not the open ones, or were overwritten."""
        if self._presence.check():
            self._verify(thorough=True)
            self._presence.remember()

    def _verify(self, *, thorough: bool) -> None:
        """The file is another than before. Between two commits somebody else wrote into it: a program that
        knows SQLite, or one that does not. In a commit it mostly was SQLite itself, that takes its log in:
        then it is enough that the file is no shorter, and still ours."""
        self._presence.check_length()  # before SQLite sees an empty file, and deletes its log
        try:
            with contextlib.closing(connect(self.path, read_only=True)) as fresh:
                said = sound(fresh) if thorough else ""
                found = fresh.execute("SELECT value FROM meta WHERE key = ?", (_SESSION,)).fetchone()
        except sqlite3.OperationalError as error:
            if _may_pass(error):
                raise StoreBusyError(f"{self.path}: {error}") from error
            said, found = str(error), None
        except sqlite3.Error as error:
            said, found = str(error), None
        if said:
            raise StoreLostError(f"{self.path} was overwritten or damaged: {said}")
        if self._session and found != (self._session,):
            raise StoreLostError(f"another database was copied over {self.path}")

    def is_replaced(self) -> bool:
        """Whether another file has the path of the database."""
        return self._presence.is_replaced()

    def remove_logs(self) -> None:
        """Takes our own from beside a database that is at our path and not ours: SQLite would read them into
        it. What is open needs no names. Raises OSError."""
        for path in self._presence.own_logs():
            path.unlink()

    def copy_to(self, path: Path) -> None:
        """Writes all that is in it to a new file, also when its own has no name any more. Raises StoreError
        when that cannot be done, or what is in it is damaged."""
        try:
            os.close(open_private(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC))
            with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as copy:
                self._connection.backup(copy)
                if said := sound(copy):
                    raise StoreError(f"{self.path}: what is left of it is damaged: {said}")
        except (sqlite3.Error, OSError) as error:
            raise StoreError(f"{self.path}: cannot be copied: {error}") from error

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self.look()
        with self._committing() as connection:
            if not self._session:
                token = secrets.token_hex(8)
                connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_SESSION, token))
            self.aside.write(connection)
            yield connection
        self.aside.written()
        if not self._session:
            self._session = token
        # Again: only now it is known to be where it will be read.
        taken_in = self._checkpoints.committed(self._connection)
        if self._presence.check() or taken_in:
            self._verify(thorough=False)
        self._presence.remember()

    @contextlib.contextmanager
    def _committing(self) -> Iterator[sqlite3.Connection]:
        connection = self._connection
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")
        except BaseException as error:
            if connection.in_transaction:
                with contextlib.suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
            if isinstance(error, sqlite3.OperationalError) and _may_pass(error):
                raise StoreBusyError(f"{self.path}: {error}") from error
            if isinstance(error, sqlite3.Error):
                kind = StoreLostError if _is_damage(error) else StoreError
                raise kind(f"{self.path}: {error}") from error
            raise

    def write(self, changes: Changes) -> None:
        """Commits ``changes``, all or nothing."""
        with self._transaction() as connection:
            if changes.identities:
                _write_identities(connection, changes.identities)
            for into, table in _tables(changes):
                if table:
                    _insert(connection, into, table)
            if changes.revised:
                connection.executemany(
                    "UPDATE pings SET outcome = ?, detail = ?, proof = ?"
                    " WHERE check_id = ? AND n = ? AND outcome IS NOT NULL",
                    [rows.revised_row(check_id, run) for (check_id, _), run in changes.revised.items()],
                )
            if changes.unwatched:
                connection.executemany(
                    "INSERT INTO unwatched (since, until, why) VALUES (?, ?, ?)",
                    [(stored(since), stored(until), why) for since, until, why in changes.unwatched],
                )
            if changes.snoozes is not None:
                connection.execute("DELETE FROM snoozes")
                connection.executemany(
                    "INSERT OR REPLACE INTO snoozes VALUES (?, ?, ?, ?, ?, ?)",
                    [rows.snooze_row(snooze) for snooze in changes.snoozes],
                )
            if changes.trials:
                connection.executemany(
                    "INSERT OR REPLACE INTO trials VALUES (?, ?, ?)",
                    [(key, stored(begun), trial) for key, (begun, trial) in changes.trials.items()],
                )
            if changes.deploys:
                connection.executemany(
                    "INSERT OR REPLACE INTO deploys VALUES (?, ?, ?)",
                    [rows.deploy_row(deploy) for deploy in changes.deploys.values()],
                )
            _write_upkeep(connection, changes)

    def has_report(self, report: str) -> bool:
        """Whether the report of that id was committed."""
        try:
            found = self._connection.execute("SELECT 1 FROM reports WHERE id = ?", (report,)).fetchone()
        except sqlite3.Error as error:
            raise StoreError(f"{self.path}: {error}") from error
        return found is not None

    def trial(self, key: str) -> str | None:
        """The trial of that key, as it was written."""
        try:
            found = self._connection.execute("SELECT trial FROM trials WHERE key = ?", (key,)).fetchone()
        except sqlite3.Error as error:
            raise StoreError(f"{self.path}: {error}") from error
        return None if found is None else str(found[0])

    def checks(
        self, calm: CalmChecks | None = None, ids: Collection[int] = (), slugs: Collection[str] = ()
    ) -> list[StoredCheck]:
        """Every check that was ever defined and not purged, removed ones too; but those that ``calm`` takes
        in, which are none with such ``ids`` or ``slugs``."""
        reader = rows.StateReader(self.aside, self._counted)
        try:
            # Row by row: the documents of all checks at once would stay in the memory of the process.
            stored_rows: Iterable[Sequence[Any]] = self._connection.execute(
                "SELECT id, slug, uuid, created_at, removed_at, state, calm, due, deadline, seal"
                " FROM checks LEFT JOIN states ON check_id = id"
            )
            if calm is not None:
                stored_rows = calm.take_in(stored_rows, ids, slugs)
            found = [reader.read(row) for row in stored_rows]
            self._connection.execute("PRAGMA shrink_memory")  # the pages of all states are read once
            return found
        except sqlite3.Error as error:
            raise (
                _damaged(self.path, error) if _is_damage(error) else StoreError(f"{self.path}: {error}")
            ) from error

    def _counted(self, check_id: int) -> tuple[int, int]:
        """The numbers of its newest ping and incident: no later one may take their place."""
        (pings, runs, incidents) = self._connection.execute(
            "SELECT (SELECT max(n) FROM pings WHERE check_id = ?1),"
            " (SELECT max(n) FROM runs WHERE check_id = ?1),"
            " (SELECT max(n) FROM incidents WHERE check_id = ?1)",
            (check_id,),
        ).fetchone()
        return max(pings or 0, runs or 0), incidents or 0

    def snoozes(self) -> list[Snooze]:
        """Those that can be read; another is over."""
        try:
            found = self._connection.execute(
                "SELECT scope, target, until, snoozed_by, note, source FROM snoozes"
            ).fetchall()
        except sqlite3.Error as error:
            raise StoreError(f"{self.path}: {error}") from error
        read_ones = (rows.read_snooze(row, self.aside) for row in found)
        return [snooze for snooze in read_ones if snooze is not None]

    def deploys(self, limit: int) -> list[Deploy]:
        """The newest that can be read, oldest first."""
        try:
            found = self._connection.execute(
                "SELECT key, deploy FROM deploys ORDER BY begun_at DESC, key LIMIT ?", (limit,)
            ).fetchall()
        except sqlite3.Error as error:
            raise StoreError(f"{self.path}: {error}") from error
        read_ones = (rows.read_deploy(key, text, self.aside) for key, text in reversed(found))
        return [deploy for deploy in read_ones if deploy is not None]


def sound(connection: sqlite3.Connection) -> str:
    """What is wrong with the database, in SQLite's words; empty when nothing is."""
    said = connection.execute("PRAGMA quick_check(1)").fetchone()
    if said == ("ok",):
        return ""
    return " ".join(str(said[0]).replace("*** in database main ***", "").split()) if said else "it is empty"


def _write_upkeep(connection: sqlite3.Connection, changes: Changes) -> None:
    """What concerns no check's state; what is forgotten comes last."""
    if changes.proof is not None:
        connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_PROOF, changes.proof.isoformat()))
    for change in changes.deliveries:
        update_deliveries(connection, change)
    for check_id, kept in changes.kept.items():
        trim_check(connection, check_id, kept)
    if changes.purge is not None:
        forget_removed(connection, stored(changes.purge.before))
        trim_rest(connection, stored(changes.purge.before), stored(changes.purge.reports_before))


def _tables(changes: Changes) -> Iterator[tuple[str, Sequence[rows.Row]]]:
    """What each table gets; a row takes the place of one with its key."""
    calm = changes.calm.get
    yield (
        "states",
        [rows.state_row(check_id, state, calm(check_id)) for check_id, state in changes.states.items()],
    )
    yield "pings", [rows.ping_row(check_id, ping) for check_id, ping in changes.pings]
    yield "bodies", [(check_id, ping.n, ping.body) for check_id, ping in changes.pings if ping.body]
    yield "runs", [rows.run_row(check_id, run) for (check_id, _), run in changes.runs.items()]
    yield (
        "incidents",
        [rows.incident_row(check_id, incident) for (check_id, _), incident in changes.incidents.items()],
    )
    yield "reports", [(report, stored(at)) for report, at in changes.reports.items()]
    yield (
        "flips (check_id, at, before, after, reason, detail)",
        [rows.flip_row(check_id, flip) for check_id, flip in changes.flips],
    )
    yield (
        "outbox (check_id, hook, alert, created_at, next_try_at)",
        [rows.outbox_row(row) for row in changes.outbox],
    )


_AT_ONCE = (32, 8)
"""Rows of one statement; what is left over is inserted one by one."""


def _insert(connection: sqlite3.Connection, into: str, table: Sequence[rows.Row]) -> None:
    """Inserts rows, of a crowd many with one statement.

    Between two statements the writer gives the interpreter away, and the thread that takes the next pings
    keeps it for a while: that costs a crowd more than all of SQLite.
    """
    start, columns = 0, len(table[0])
    for size in _AT_ONCE:
        while len(table) - start >= size:
            values = list(chain.from_iterable(table[start : start + size]))
            connection.execute(_insertion(into, columns, size), values)
            start += size
    if start < len(table):
        connection.executemany(_insertion(into, columns, 1), table[start:])


@cache
def _insertion(into: str, columns: int, rows: int) -> str:
    row = f"({', '.join('?' * columns)})"
    return f"INSERT OR REPLACE INTO {into} VALUES {', '.join([row] * rows)}"  # noqa: S608 - our own names


def _write_identities(connection: sqlite3.Connection, checks: Sequence[StoredCheck]) -> None:
    # Two passes, so that checks may swap their slugs and their uuids.
    connection.executemany(
        "UPDATE checks SET slug = '*' || id, uuid = '*' || id WHERE id = ?", [(check.id,) for check in checks]
    )
    connection.executemany(
        "INSERT INTO checks VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE"
        " SET slug = excluded.slug, uuid = excluded.uuid, removed_at = excluded.removed_at",
        [rows.identity_row(check) for check in checks],
    )
    connection.executemany(
        "INSERT OR REPLACE INTO states VALUES (?, ?, ?, ?, ?, ?)",
        [rows.state_row(check.id, state) for check in checks if (state := check.state) is not None],
    )
    for check in checks:
        if check.mended and check.state is not None and check.state.incident is None:
            connection.execute(
                "UPDATE incidents SET ended_at = ?, closed_by = ? WHERE check_id = ? AND ended_at IS NULL",
                (stored(check.state.since), _UNREAD, check.id),
            )


def _may_pass(error: sqlite3.OperationalError) -> bool:
    text = str(error).lower()
    return any(word in text for word in _PASSING)


def _is_damage(error: sqlite3.Error) -> bool:
    # Errors of the module itself carry no code.
    return getattr(error, "sqlite_errorcode", 0) in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)


def _damaged(path: Path, error: sqlite3.Error) -> StoreError:
    return StoreError(
        f"{path} is damaged, or was not made by PulseTUI: {error}. Move it away, with {path.name}-wal and"
        f" {path.name}-shm if they are there: PulseTUI starts a new one. The history of pings is in it;"
        " checks.toml is not touched."
    )

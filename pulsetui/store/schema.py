"""The schema and its migrations.

Instants are integers, microseconds since 1970 UTC; spans are microseconds too. ``PRAGMA user_version`` is the
number of migrations applied. A migration is never edited after a release: a change is a new one.
"""

from __future__ import annotations

import sqlite3

from pulsetui.errors import StoreError

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

    CREATE TABLE checks (
        id INTEGER PRIMARY KEY,
        slug TEXT NOT NULL UNIQUE,
        uuid TEXT NOT NULL UNIQUE,
        created_at INTEGER NOT NULL,
        removed_at INTEGER
    );

    -- One JSON document a check (core.state.CheckState): it is read whole at start and written whole with
    -- each change; everything that is asked for by parts has a table of its own.
    CREATE TABLE states (
        check_id INTEGER PRIMARY KEY REFERENCES checks ON DELETE CASCADE,
        state BLOB NOT NULL
    );

    CREATE TABLE pings (
        check_id INTEGER NOT NULL REFERENCES checks ON DELETE CASCADE,
        n INTEGER NOT NULL,
        kind TEXT NOT NULL,
        at INTEGER NOT NULL,
        received_at INTEGER NOT NULL,
        method TEXT NOT NULL,
        scheme TEXT NOT NULL,
        remote_addr TEXT NOT NULL,
        ua TEXT NOT NULL,
        rid TEXT,
        exit_status INTEGER,
        run INTEGER,
        body_size INTEGER NOT NULL,
        PRIMARY KEY (check_id, n)
    ) WITHOUT ROWID;

    -- Apart from the pings, so that listing them does not read 100 kB a row.
    CREATE TABLE bodies (
        check_id INTEGER NOT NULL REFERENCES checks ON DELETE CASCADE,
        n INTEGER NOT NULL,
        body BLOB NOT NULL,
        PRIMARY KEY (check_id, n)
    );

    CREATE TABLE runs (
        check_id INTEGER NOT NULL REFERENCES checks ON DELETE CASCADE,
        n INTEGER NOT NULL,
        rid TEXT,
        started_at INTEGER,
        ended_at INTEGER,
        slot INTEGER,
        outcome TEXT NOT NULL,
        duration INTEGER,
        exit_status INTEGER,
        metrics TEXT NOT NULL,
        overlaps INTEGER,
        duplicate INTEGER NOT NULL,
        detail TEXT NOT NULL,
        PRIMARY KEY (check_id, n)
    ) WITHOUT ROWID;

    CREATE TABLE incidents (
        check_id INTEGER NOT NULL REFERENCES checks ON DELETE CASCADE,
        n INTEGER NOT NULL,
        reason TEXT NOT NULL,
        started_at INTEGER NOT NULL,
        ended_at INTEGER,
        detail TEXT NOT NULL,
        missed TEXT NOT NULL,
        missed_count INTEGER NOT NULL,
        acknowledged_at INTEGER,
        acknowledged_by TEXT NOT NULL,
        note TEXT NOT NULL,
        PRIMARY KEY (check_id, n)
    ) WITHOUT ROWID;
    CREATE INDEX incidents_by_start ON incidents (started_at);

    CREATE TABLE flips (
        id INTEGER PRIMARY KEY,
        check_id INTEGER NOT NULL REFERENCES checks ON DELETE CASCADE,
        at INTEGER NOT NULL,
        before TEXT NOT NULL,
        after TEXT NOT NULL,
        reason TEXT,
        detail TEXT NOT NULL
    );
    CREATE INDEX flips_by_check ON flips (check_id, id);

    CREATE TABLE outbox (
        id INTEGER PRIMARY KEY,
        check_id INTEGER REFERENCES checks ON DELETE CASCADE,
        hook TEXT NOT NULL,
        alert TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        tries INTEGER NOT NULL DEFAULT 0,
        next_try_at INTEGER,
        delivered_at INTEGER,
        error TEXT NOT NULL DEFAULT ''
    );
    CREATE INDEX outbox_waiting ON outbox (next_try_at) WHERE next_try_at IS NOT NULL;
    CREATE INDEX outbox_by_check ON outbox (check_id, id);

    CREATE TABLE unwatched (
        id INTEGER PRIMARY KEY,
        since INTEGER NOT NULL,
        until INTEGER NOT NULL,
        why TEXT NOT NULL
    );

    CREATE TABLE snoozes (
        scope TEXT NOT NULL,
        target TEXT NOT NULL,
        until INTEGER NOT NULL,
        snoozed_by TEXT NOT NULL,
        note TEXT NOT NULL,
        PRIMARY KEY (scope, target)
    ) WITHOUT ROWID;
    """,
    """
    -- A report without a start is a whole run by itself, and the usual one: it is kept with its ping, so that
    -- a ping touches one page less. NULL in a ping that is none.
    ALTER TABLE pings ADD COLUMN outcome TEXT;
    ALTER TABLE pings ADD COLUMN slot INTEGER;
    ALTER TABLE pings ADD COLUMN duration INTEGER;
    ALTER TABLE pings ADD COLUMN metrics TEXT;
    ALTER TABLE pings ADD COLUMN duplicate INTEGER;
    ALTER TABLE pings ADD COLUMN detail TEXT;

    -- The casts give both halves the same affinities: only then does SQLite walk both by their keys.
    CREATE VIEW all_runs AS
        SELECT * FROM runs
        UNION ALL
        SELECT check_id, n, rid, CAST(NULL AS INTEGER), at, slot, outcome, duration, exit_status, metrics,
            CAST(NULL AS INTEGER), duplicate, detail
        FROM pings WHERE outcome IS NOT NULL;
    """,
    """
    -- Ids of reports that may come again, kept for as long as that can be.
    CREATE TABLE reports (id TEXT PRIMARY KEY, received_at INTEGER NOT NULL) WITHOUT ROWID;
    """,
    """
    -- What ended an incident, if it was no recovery: "pause, root".
    ALTER TABLE incidents ADD COLUMN closed_by TEXT NOT NULL DEFAULT '';
    """,
    """
    -- What was stored and could not be read, so that a person can look at it; the newest few.
    CREATE TABLE set_aside (
        id INTEGER PRIMARY KEY,
        what TEXT NOT NULL,
        why TEXT NOT NULL,
        content BLOB
    );
    """,
    """
    -- Tests of hooks and drills, each one JSON document (client.trials.Trial).
    CREATE TABLE trials (key TEXT PRIMARY KEY, begun_at INTEGER NOT NULL, trial TEXT NOT NULL) WITHOUT ROWID;
    """,
    """
    -- Runs that make up for a missed slot. One that has no start is in this table, too, and not in its ping.
    DROP VIEW all_runs;
    ALTER TABLE runs ADD COLUMN catch_up INTEGER NOT NULL DEFAULT 0;
    CREATE VIEW all_runs AS
        SELECT * FROM runs
        UNION ALL
        SELECT check_id, n, rid, CAST(NULL AS INTEGER), at, slot, outcome, duration, exit_status, metrics,
            CAST(NULL AS INTEGER), duplicate, detail, CAST(0 AS INTEGER)
        FROM pings WHERE outcome IS NOT NULL;
    """,
    """
    -- Deploys, each one JSON document (core.deploy.Deploy); and what of the snoozes belongs to one of them.
    CREATE TABLE deploys (
        key TEXT PRIMARY KEY,
        begun_at INTEGER NOT NULL,
        deploy TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE sourced_snoozes (
        scope TEXT NOT NULL,
        target TEXT NOT NULL,
        until INTEGER NOT NULL,
        snoozed_by TEXT NOT NULL,
        note TEXT NOT NULL,
        source TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (scope, target, source)
    ) WITHOUT ROWID;
    INSERT INTO sourced_snoozes (scope, target, until, snoozed_by, note)
        SELECT scope, target, until, snoozed_by, note FROM snoozes;
    DROP TABLE snoozes;
    ALTER TABLE sourced_snoozes RENAME TO snoozes;
    """,
    """
    -- What was seen of a run's work, in words: found after the run was written.
    DROP VIEW all_runs;
    ALTER TABLE runs ADD COLUMN proof TEXT NOT NULL DEFAULT '';
    ALTER TABLE pings ADD COLUMN proof TEXT NOT NULL DEFAULT '';
    CREATE VIEW all_runs AS
        SELECT * FROM runs
        UNION ALL
        SELECT check_id, n, rid, CAST(NULL AS INTEGER), at, slot, outcome, duration, exit_status, metrics,
            CAST(NULL AS INTEGER), duplicate, detail, CAST(0 AS INTEGER), proof
        FROM pings WHERE outcome IS NOT NULL;
    """,
    """
    -- The first of the failures in a row that took a check down, where it takes several.
    ALTER TABLE incidents ADD COLUMN failing_since INTEGER;
    """,
    """
    -- Of a calm check (core.calm) what a start has to know, so that its document need not be read; the
    -- seal says that these and the document belong together. NULL: the document is read.
    ALTER TABLE states ADD COLUMN calm TEXT;
    ALTER TABLE states ADD COLUMN due INTEGER;
    ALTER TABLE states ADD COLUMN deadline INTEGER;
    ALTER TABLE states ADD COLUMN seal INTEGER;
    """,
)

EVIDENCE: tuple[tuple[str, str], ...] = (
    ("checks", "id"),
    ("pings", "outcome"),
    ("reports", "id"),
    ("incidents", "closed_by"),
    ("set_aside", "id"),
    ("trials", "key"),
    ("runs", "catch_up"),
    ("snoozes", "source"),
    ("pings", "proof"),
    ("incidents", "failing_since"),
    ("states", "seal"),
)
"""For each migration a table with a column that shows it was applied."""


def migrate(connection: sqlite3.Connection, where: str) -> None:
    """Brings a database to the newest schema, each step in a transaction of its own.

    What it has says which steps are missing: ``user_version`` can be set by anybody, and is lost by some ways
    to copy a database. Raises StoreError when it was written by a newer version: nothing is changed then.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(MIGRATIONS):
        raise StoreError(
            f"{where} was written by a newer PulseTUI (schema {version}, this one knows {len(MIGRATIONS)}). "
            "Upgrade this installation, or give another state directory with --state-dir."
        )
    for script, (table, column) in zip(MIGRATIONS, EVIDENCE, strict=True):
        if not _has(connection, table, column):
            connection.executescript(f"BEGIN IMMEDIATE;\n{script}\nCOMMIT;")
    if version != len(MIGRATIONS):
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


def _has(connection: sqlite3.Connection, table: str, column: str) -> bool:
    found = connection.execute("SELECT 1 FROM pragma_table_info(?) WHERE name = ?", (table, column))
    return found.fetchone() is not None

"""Databases of earlier versions, and of later ones."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from pulsetui.errors import StoreError
from pulsetui.store.database import FILE_NAME, Database
from pulsetui.store.queries import Queries
from pulsetui.store.schema import MIGRATIONS
from tests.store.samples import raw


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


def test_a_migration_is_applied_once_and_a_newer_schema_is_left_alone(tmp_path: Path) -> None:
    Database(tmp_path).close()
    Database(tmp_path).close()
    with raw(tmp_path / FILE_NAME) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    with pytest.raises(StoreError, match="newer"):
        Database(tmp_path)


def test_an_incident_of_before_first_failures_were_noted_is_read(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    connection.executescript(f"{MIGRATIONS[0]}PRAGMA user_version = 1;")
    connection.execute("INSERT INTO checks VALUES (1, 'a', 'u', 0, NULL)")
    connection.execute(
        "INSERT INTO incidents VALUES (1, 1, 'failed', 5000000, NULL, 'why', '[]', 0, NULL, '', '')"
    )
    connection.commit()
    connection.close()

    Database(tmp_path).close()

    queries = Queries(tmp_path)
    (incident,) = queries.incidents(1, 9)
    assert (incident.failing_since, incident.since) == (None, incident.started_at)
    queries.close()


def test_snoozes_of_before_there_were_deploys_stay(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    connection.executescript(f"{MIGRATIONS[0]}PRAGMA user_version = 1;")
    connection.execute("INSERT INTO snoozes VALUES ('tag', 'shop', 5000000, 'eva', 'disk')")
    connection.commit()
    connection.close()

    database = Database(tmp_path)

    (snooze,) = database.snoozes()
    assert (snooze.identity, snooze.by, snooze.note) == (("tag", "shop", ""), "eva", "disk")
    assert database.deploys(9) == []
    database.close()

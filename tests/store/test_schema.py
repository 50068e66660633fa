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


def of_first_version(directory: Path, *kept: str) -> None:
    """Makes a database of the first version, with what the statements put in."""
    connection = sqlite3.connect(directory / FILE_NAME)
    connection.executescript(f"{MIGRATIONS[0]}PRAGMA user_version = 1;")
    for statement in kept:
        connection.execute(statement)
    connection.commit()
    connection.close()


def test_what_an_older_version_kept_is_still_there(tmp_path: Path) -> None:
    of_first_version(
        tmp_path,
        "INSERT INTO checks VALUES (1, 'a', 'u', 0, NULL)",
        "INSERT INTO pings VALUES (1, 1, 'success', 5, 5, '', '', '', '', NULL, NULL, 1, 0)",
        "INSERT INTO runs VALUES (1, 1, NULL, NULL, 5, NULL, 'success', NULL, NULL, '{}', NULL, 0, '')",
    )

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
    of_first_version(
        tmp_path,
        "INSERT INTO checks VALUES (1, 'a', 'u', 0, NULL)",
        "INSERT INTO incidents VALUES (1, 1, 'failed', 5000000, NULL, 'why', '[]', 0, NULL, '', '')",
    )

    Database(tmp_path).close()

    queries = Queries(tmp_path)
    (incident,) = queries.incidents(1, 9)
    assert (incident.failing_since, incident.since) == (None, incident.started_at)
    queries.close()


def test_snoozes_of_before_there_were_deploys_stay(tmp_path: Path) -> None:
    of_first_version(tmp_path, "INSERT INTO snoozes VALUES ('tag', 'shop', 5000000, 'eva', 'disk')")

    database = Database(tmp_path)

    (snooze,) = database.snoozes()
    assert (snooze.identity, snooze.by, snooze.note) == (("tag", "shop", ""), "eva", "disk")
    assert database.deploys(9) == []
    database.close()

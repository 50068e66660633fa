"""What is written comes back the same, all of it or nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from pulsetui.core.state.incident import Flip
from pulsetui.core.state.state import new_state
from pulsetui.core.state.status import Reason, Status
from pulsetui.errors import StoreBusyError, StoreError
from pulsetui.store.database import FILE_NAME, Database, connect
from pulsetui.store.queries import Queries
from pulsetui.store.rows import (
    Changes,
)
from tests.store.samples import NOW, identity, ping, raw


def test_a_transaction_that_fails_leaves_nothing_behind(database: Database, queries: Queries) -> None:
    with raw(database.path) as connection:
        connection.execute(
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
    Database(tmp_path).close()
    with raw(tmp_path / FILE_NAME) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'checks'").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    with (tmp_path / FILE_NAME).open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xaa" * size)
    opened = Database(tmp_path)
    with pytest.raises(StoreError, match="is damaged, or was not made by PulseTUI"):
        opened.checks()
    opened.close()


def test_commits_are_durable_and_readers_do_not_block_them(database: Database) -> None:
    with closing(connect(database.path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)


def test_checks_may_swap_their_slugs(database: Database) -> None:
    before = {check.slug: check for check in database.checks()}
    a, b = before["a"], before["b"]
    database.write(Changes(identities=[identity(a.id, "b", a.uuid), identity(b.id, "a", b.uuid)]))
    assert {check.slug: check.uuid for check in database.checks()} == {"a": b.uuid, "b": a.uuid}

"""What cannot be read is kept once, said once, and bounded."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from pulsetui.store.aside import Aside
from pulsetui.store.schema import migrate


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as made:
        migrate(made, "memory")
        yield made


def kept(connection: sqlite3.Connection) -> list[tuple[object, ...]]:
    return connection.execute("SELECT what, why, content FROM set_aside ORDER BY id").fetchall()


def commit(aside: Aside, connection: sqlite3.Connection) -> None:
    aside.write(connection)
    aside.written()


def test_what_is_read_twice_before_a_commit_is_kept_and_said_once(connection: sqlite3.Connection) -> None:
    aside = Aside()
    for _ in range(3):
        aside.put("the state of a", "it is no JSON", b"{")
    assert aside.news() == ["the state of a: it is no JSON"]
    assert aside.news() == []
    commit(aside, connection)
    commit(aside, connection)
    assert kept(connection) == [("the state of a", "it is no JSON", b"{")]


def test_it_waits_for_a_commit_that_succeeds(connection: sqlite3.Connection) -> None:
    aside = Aside()
    aside.put("the state of a", "it is no JSON", b"{")
    connection.execute("BEGIN")
    aside.write(connection)
    connection.execute("ROLLBACK")
    assert kept(connection) == []
    commit(aside, connection)
    assert len(kept(connection)) == 1


def test_it_is_taken_from_where_it_was_in_the_same_commit(connection: sqlite3.Connection) -> None:
    connection.execute("INSERT INTO snoozes VALUES ('moon', 'x', 1, '', '', '')")
    aside = Aside()
    forget = ("DELETE FROM snoozes WHERE target = ?", ("x",))
    aside.put("a snooze", "its scope is unknown", ("moon", "x"), forget)
    commit(aside, connection)
    assert connection.execute("SELECT count(*) FROM snoozes").fetchone() == (0,)
    assert kept(connection) == [("a snooze", "its scope is unknown", "('moon', 'x')")]


def test_only_the_newest_hundred_are_kept(connection: sqlite3.Connection) -> None:
    aside = Aside()
    for n in range(150):
        aside.put(f"row {n}", "why", b"")
        commit(aside, connection)
    assert [what for what, _, _ in kept(connection)] == [f"row {n}" for n in range(50, 150)]

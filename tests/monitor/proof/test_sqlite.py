"""One question to an SQLite file, which is left as it was."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from pulsetui.core.proof.value_sources import SqliteQuery
from pulsetui.monitor.proof.looks import UnseenError
from pulsetui.monitor.proof.sqlite import look_at_sqlite

NEWEST = "SELECT max(created) FROM invoice"
ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT sum(x) FROM n"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A database with two invoices, and a blank and a percent sign in its name."""
    path = tmp_path / "shop 100%.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE invoice (created TEXT, total REAL)")
        connection.execute("INSERT INTO invoice VALUES ('2026-11-19 22:00:00', 9.5), ('2026-11-18', 3)")
    connection.close()
    return path


def ask(path: Path, query: str, timeout_s: float = 5.0) -> object:
    return look_at_sqlite(SqliteQuery("it", str(path), query), timeout_s).value


def test_the_first_column_of_the_first_row_is_the_value(shop: Path) -> None:
    assert ask(shop, NEWEST) == "2026-11-19 22:00:00"
    assert ask(shop, "SELECT count(*), 7 FROM invoice") == 2
    assert ask(shop, "WITH t AS (SELECT total FROM invoice) SELECT sum(total) FROM t") == 12.5


def test_no_row_and_null_are_nothing(shop: Path) -> None:
    assert ask(shop, "SELECT created FROM invoice WHERE total > 99") is None
    assert ask(shop, "SELECT max(created) FROM invoice WHERE total > 99") is None


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM invoice",
        "UPDATE invoice SET total = 0 RETURNING total",
        "CREATE TABLE x (y)",
        "DROP TABLE invoice",
        "ATTACH '/tmp/other.db' AS other",
        "PRAGMA journal_mode = WAL",
        "VACUUM INTO '/tmp/copy.db'",
        "SELECT 1; DELETE FROM invoice",
        "SELECT load_extension('x')",
    ],
)
def test_nothing_but_reading_is_done(shop: Path, query: str) -> None:
    before = shop.read_bytes()
    with pytest.raises(UnseenError):
        ask(shop, query)
    assert shop.read_bytes() == before
    assert [path.name for path in shop.parent.iterdir()] == [shop.name]


def _missing(shop: Path) -> None:
    shop.unlink()


def _no_database(shop: Path) -> None:
    shop.write_text("no database " * 100)


def _same(_: Path) -> None:
    pass


@pytest.mark.parametrize(
    ("change", "query", "said"),
    [
        (_missing, NEWEST, "there is no such file"),
        (_no_database, NEWEST, "file is not a database"),
        (_same, "SELECT max(made) FROM invoice", "no such column: made"),
        (_same, "SELEC 1", "syntax error"),
        (_same, "SELECT replace(hex(zeroblob(60000)), '0', 'xxxx')", "too big"),
    ],
)
def test_what_cannot_be_asked_says_why(
    shop: Path, change: Callable[[Path], None], query: str, said: str
) -> None:
    change(shop)
    with pytest.raises(UnseenError, match=said):
        ask(shop, query)


def test_a_query_without_end_is_ended(shop: Path) -> None:
    with pytest.raises(UnseenError, match=r"no answer within 0\.1 s"):
        ask(shop, ENDLESS, timeout_s=0.1)


def test_a_database_that_somebody_writes_to_is_read_as_it_was(shop: Path) -> None:
    with sqlite3.connect(shop, isolation_level=None) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("DELETE FROM invoice")
        assert ask(shop, "SELECT count(*) FROM invoice") == 2
        writer.execute("ROLLBACK")
    writer.close()


def test_a_database_that_is_locked_is_not_waited_for_for_ever(shop: Path) -> None:
    with sqlite3.connect(shop, isolation_level=None) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        with pytest.raises(UnseenError, match="database is locked"):
            ask(shop, NEWEST, timeout_s=0.1)
        writer.execute("ROLLBACK")
    writer.close()

"""The log of the database is taken in beside the writer, and never grows without end."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path

import pytest

from pulsetui.core.state.state import new_state
from pulsetui.errors import StoreLostError
from pulsetui.store.checkpoint import Checkpoints
from pulsetui.store.database import FILE_NAME, Database, connect
from pulsetui.store.rows import Changes
from tests.store.samples import NOW, ping


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with closing(connect(tmp_path / "db")) as connection:
        connection.execute("CREATE TABLE t (x)")
    return tmp_path / "db"


def write(connection: sqlite3.Connection, rows: int) -> None:
    connection.executemany("INSERT INTO t VALUES (?)", [(bytes(4000),)] * rows)


def settle(checkpoints: Checkpoints, connection: sqlite3.Connection) -> bool:
    """The thread has ended, and the writer commits once more."""
    checkpoints.close()
    write(connection, 1)
    return checkpoints.committed(connection)


def test_it_is_due_after_so_many_changes_and_the_log_begins_anew(path: Path) -> None:
    with closing(connect(path)) as connection:
        checkpoints = Checkpoints(lambda: connect(path), nullcontext, every=100)
        write(connection, 99)
        assert not checkpoints.committed(connection)
        size = path.stat().st_size
        assert not settle(checkpoints, connection), "only now it begins"
        assert settle(checkpoints, connection)
        assert path.stat().st_size > size
        write(connection, 1)
        _, frames, _ = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        assert frames < 10, "of some hundred"


def test_the_log_does_not_grow_while_pings_come(database: Database) -> None:
    log = Path(f"{database.path}-wal")
    database._checkpoints = Checkpoints(database._connect_again, database._presence.changing, every=50)
    for number in range(1, 601):
        database.write(Changes(states={1: new_state(NOW)}, pings=[(1, ping(number))]))
    database._checkpoints.close()
    assert log.stat().st_size < 2_000_000, "they write some 10 MB"
    with closing(connect(database.path, read_only=True)) as connection:
        assert connection.execute("SELECT count(*) FROM pings").fetchone() == (600,)


def test_a_database_that_was_replaced_is_left_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    database = Database(tmp_path)
    database.write(Changes(states={}))
    other = tmp_path / "other"
    other.write_bytes(b"of somebody else")
    other.replace(tmp_path / FILE_NAME)
    with pytest.raises(StoreLostError):
        database._connect_again()
    checkpoints = Checkpoints(database._connect_again, database._presence.changing, every=0)
    checkpoints.committed(database._connection)
    checkpoints.close()
    assert "could not be taken in" in caplog.text
    assert (tmp_path / FILE_NAME).read_bytes() == b"of somebody else"
    database.close()


def test_whoever_cannot_begin_a_thread_writes_all_the_same(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def start(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)
    with closing(connect(path)) as connection:
        checkpoints = Checkpoints(lambda: connect(path), nullcontext, every=1)
        write(connection, 2)
        assert not checkpoints.committed(connection)
        checkpoints.close()


def test_the_writer_does_not_wait_for_it(path: Path) -> None:
    held: list[str] = []

    @contextmanager
    def meanwhile() -> Iterator[None]:
        held.append("begun")
        yield
        held.append("ended")

    with closing(connect(path)) as reader, closing(connect(path)) as connection:
        checkpoints = Checkpoints(lambda: connect(path), meanwhile, every=1)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM t").fetchone()  # what it sees has to stay in the log
        write(connection, 5)
        checkpoints.committed(connection)
        assert settle(checkpoints, connection)
        assert held == ["begun", "ended"]
        assert connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()[2] == 0
        reader.execute("ROLLBACK")
        checkpoints.committed(connection)
        assert settle(checkpoints, connection)

"""Asks an SQLite file one question: it is opened to be read, and nothing but reading is let through."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from pulsetui.core.proof.value_proof import SeenValue
from pulsetui.core.proof.value_sources import SqliteQuery
from pulsetui.monitor.proof.looks import UnseenError

MAX_VALUE_BYTES = 100_000
"""Of any text on its way to the answer."""
TIMEOUT_S = 8.0
"""Less than a look has: so a slow query leaves no thread behind."""
_STEPS = 10_000  # of SQLite's machine between two looks at the clock: some milliseconds

_READING = frozenset(
    {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
)


def look_at_sqlite(source: SqliteQuery, timeout_s: float = TIMEOUT_S) -> SeenValue:
    """The first column of the first row; of no row that there is nothing. It blocks.

    Raises UnseenError when the question cannot be asked, or not be answered in time.
    """
    if not Path(source.database).is_file():
        raise UnseenError("there is no such file")
    end = time.monotonic() + timeout_s
    try:
        uri = f"file:{quote(source.database)}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=timeout_s / 2)) as connection:
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES)
            connection.set_authorizer(_only_reading)
            connection.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
            row = connection.execute(source.query).fetchone()
    except sqlite3.Warning as error:  # two statements in one, on Python 3.11
        raise UnseenError(str(error)) from None
    except sqlite3.Error as error:
        if time.monotonic() > end:
            raise UnseenError(f"no answer within {timeout_s:g} s") from None
        raise UnseenError(str(error)) from None
    return SeenValue(row[0] if row else None)


def _only_reading(action: int, *_: str | None) -> int:
    return sqlite3.SQLITE_OK if action in _READING else sqlite3.SQLITE_DENY

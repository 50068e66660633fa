"""A database at its path again, after it was taken away, replaced or broken under a running engine."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from pulsetui.errors import StoreError
from pulsetui.store.database import Database, connect, sound
from pulsetui.store.presence import BESIDE

_NEW = ".new"


def rescue(old: Database, rewrite: Callable[[Database], None]) -> tuple[Database, str]:
    """Returns the database to go on with, and what became of it, for a person.

    One that is there in the place of ours is taken over (somebody restored a copy). Otherwise ours is put
    back whole: an open file can be read without a name. Where neither is possible a new one is begun.
    ``rewrite`` puts in where all checks stand, and raises StoreError when a database cannot be ours.
    Nothing is deleted: what was at the path is kept beside it under another name.

    Raises StoreError when nothing can be written there; then everything is as before.
    """
    path, directory = old.path, old.path.parent
    kept = ""
    if old.is_replaced():
        try:
            old.remove_logs()
            _refuse_strange(path)
            return _opened(directory, rewrite), f"the database that is at {path} now was taken over"
        except (StoreError, OSError) as error:
            kept = f"; what was there is no database of these checks ({error}), and kept as {_aside(path)}"
    elif path.exists():
        kept = f"; what was there is kept as {_aside(path)}"
    new = path.with_name(path.name + _NEW)
    try:
        old.copy_to(new)
        _forget_beside(path)
        new.replace(path)
        said = "the database was put back with all that was in it"
    except (StoreError, OSError) as error:
        with contextlib.suppress(OSError):
            new.unlink()
        said = f"a new database was begun: where the checks stand is known, their history is not ({error})"
    return _opened(directory, rewrite), said + kept


def _opened(directory: Path, rewrite: Callable[[Database], None]) -> Database:
    database = Database(directory)
    try:
        rewrite(database)
    except BaseException:
        database.close()
        raise
    return database


def _refuse_strange(path: Path) -> None:
    """Before anything is written into it. Raises StoreError."""
    try:
        with contextlib.closing(connect(path, read_only=True)) as connection:
            if said := sound(connection):
                raise StoreError(said)
            connection.execute("SELECT state FROM states LIMIT 1")
    except sqlite3.Error as error:
        raise StoreError(str(error)) from error


def _aside(path: Path) -> str:
    """Renames the database, and what SQLite keeps beside it; returns the new name."""
    name = f"{path.name}.{time.strftime('%Y%m%dT%H%M%S')}-{os.urandom(2).hex()}"
    for end in ("", *BESIDE):
        with contextlib.suppress(FileNotFoundError):
            os.rename(f"{path}{end}", f"{path.with_name(name)}{end}")  # noqa: PTH104 - texts
    return name


def _forget_beside(path: Path) -> None:
    """A log of another database at the path would be read into this one."""
    for end in BESIDE:
        Path(f"{path}{end}").unlink(missing_ok=True)

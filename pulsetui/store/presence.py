"""Whether the files that are open still are those at their paths: what is written into others is lost."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

from pulsetui.errors import StoreLostError

Identity = tuple[int, int]  # device, inode
Content = tuple[int, int]  # size, time of the last change in nanoseconds

BESIDE = ("-wal", "-shm")
"""What SQLite keeps beside the database while it is open."""


class Presence:
    """Costs a few microseconds a look, beside a commit that takes milliseconds.

    An inode is not given to another file while we hold the old one open, so two numbers tell them apart.
    """

    def __init__(self, database: Path) -> None:
        self._database = str(database)
        self._folder = str(database.parent)
        self._beside = [f"{database}{end}" for end in BESIDE]
        self._known: dict[str, Identity] = {}
        self._content: Content | None = None
        self._changes = False  # by what takes the log in, at any moment
        self._guard = threading.Lock()  # of these two

    @contextlib.contextmanager
    def changing(self) -> Iterator[None]:
        """While this is held our own program writes into the database, on whatever thread."""
        with self._guard:
            self._changes = True
        try:
            yield
        finally:
            with self._guard:
                self._changes = False
                self._remember_content()

    def remember(self) -> None:
        """After each of our own writes: what is at the paths now is ours."""
        for path in (self._database, *self._beside):
            if path not in self._known and (found := _at(path)) is not None:
                self._known[path] = _identity(found)
        with self._guard:
            if not self._changes:
                self._remember_content()

    def _remember_content(self) -> None:
        self._content = None if (found := _at(self._database)) is None else _content(found)

    def check(self) -> bool:
        """Whether somebody else wrote into the database since our last write. Raises StoreLostError when one
        of the files is gone, or another."""
        with self._guard:
            content = self._content
            for path, known in self._known.items():
                try:
                    found = os.stat(path)  # noqa: PTH116 - for each ping
                except OSError as error:
                    raise StoreLostError(self._why(path, error)) from None
                if _identity(found) != known:
                    raise StoreLostError(f"{path} was replaced")
                if path == self._database:
                    content = _content(found)
            return not self._changes and self._content is not None and content != self._content

    def _why(self, path: str, error: OSError) -> str:
        """Of a folder that is gone, the files in it are only the consequence."""
        if not isinstance(error, FileNotFoundError):
            return f"{path} cannot be reached: {error.strerror}"
        return f"{path if _at(self._folder) else self._folder} is gone"

    def check_length(self) -> None:
        """Raises StoreLostError when the database is shorter than it was: SQLite never makes it so."""
        found = _at(self._database)
        if found is not None and self._content is not None and found.st_size < self._content[0]:
            raise StoreLostError(f"{self._database} was cut short")

    def is_replaced(self) -> bool:
        """Whether another file has the path of the database."""
        found, known = _at(self._database), self._known.get(self._database)
        return found is not None and _identity(found) != known

    def own_logs(self) -> list[Path]:
        """What SQLite keeps beside the database, where that is still ours."""
        return [
            Path(path)
            for path in self._beside
            if (found := _at(path)) is not None and _identity(found) == self._known.get(path)
        ]


def _at(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)  # noqa: PTH116 - for each ping
    except OSError:
        return None


def _identity(found: os.stat_result) -> Identity:
    return found.st_dev, found.st_ino


def _content(found: os.stat_result) -> Content:
    return found.st_size, found.st_mtime_ns

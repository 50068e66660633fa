"""Whether the files that are open still are those at their paths: what is written into others is lost."""

from __future__ import annotations

import os
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
        self._database = database
        self._paths = [database.parent, database, *(Path(f"{database}{end}") for end in BESIDE)]
        self._known: dict[Path, Identity] = {}
        self._content: Content | None = None

    def remember(self) -> None:
        """After each of our own writes: what is at the paths now is ours."""
        for path in self._paths:
            if path not in self._known and (found := _at(path)) is not None:
                self._known[path] = _identity(found)
        self._content = None if (found := _at(self._database)) is None else _content(found)

    def check(self) -> None:
        """Raises StoreLostError when one of them is gone, or another."""
        for path, known in self._known.items():
            try:
                found = path.stat()
            except FileNotFoundError:
                raise StoreLostError(f"{path} is gone") from None
            except OSError as error:
                raise StoreLostError(f"{path} cannot be reached: {error.strerror}") from None
            if _identity(found) != known:
                raise StoreLostError(f"{path} was replaced")

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
        beside = self._paths[-len(BESIDE) :]
        return [path for path in beside if (found := _at(path)) and _identity(found) == self._known.get(path)]

    def is_touched(self) -> bool:
        """Whether somebody else wrote into the database since our last write."""
        found = _at(self._database)
        return found is not None and self._content is not None and _content(found) != self._content


def _at(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None


def _identity(found: os.stat_result) -> Identity:
    return found.st_dev, found.st_ino


def _content(found: os.stat_result) -> Content:
    return found.st_size, found.st_mtime_ns

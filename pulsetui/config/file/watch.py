"""Noticing that a file was edited: one ``stat`` for each look, nothing is read."""

from __future__ import annotations

import time
from pathlib import Path

from msgspec import Struct


class Fingerprint(Struct, frozen=True):
    """What tells two versions of a file apart. A file that is not there has zeros and size -1.

    Take it *before* reading the file: an edit in between is then seen at the next look instead of never.
    """

    mtime_ns: int
    size: int
    inode: int
    ctime_ns: int = 0  # a file that becomes readable again by chmod has changed, too

    @classmethod
    def of(cls, path: Path) -> Fingerprint:
        """Follows symbolic links. Never raises: what cannot be looked at counts as not there."""
        try:
            found = path.stat()
        except (OSError, ValueError):
            return MISSING
        return cls(found.st_mtime_ns, found.st_size, found.st_ino, found.st_ctime_ns)


MISSING = Fingerprint(0, -1, 0)

_GRAIN_NS = 100_000_000
"""Clocks of file systems may stand still for so long."""


def read_since(path: Path, since_ns: int) -> Fingerprint | None:
    """Of a file that was read at some time after ``since_ns``, by the wall clock; None when it was changed so
    late that nobody knows which version was read. Of files whose names are only known once they are read."""
    found = Fingerprint.of(path)
    is_late = since_ns - _GRAIN_NS <= found.ctime_ns <= time.time_ns()
    return None if is_late else found

"""Noticing that a file was edited: one ``stat`` for each look, nothing is read."""

from __future__ import annotations

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

"""Looks at files: their size and when they were written, never what is in them."""

from __future__ import annotations

import fnmatch
import os
import re
import stat
from datetime import UTC, datetime
from pathlib import Path

from pulsetui.core.proof.file_proof import FileProof, SeenFile
from pulsetui.monitor.proof.looks import UnseenError

MAX_ENTRIES = 100_000
"""Of one directory that is searched for a pattern."""


def look_at_file(proof: FileProof) -> SeenFile | None:
    """The file, or the newest that fits; None when there is none. It may block.

    Raises UnseenError when it cannot be told: that somebody may not look is not that there is nothing.
    """
    try:
        return _newest(proof.path) if proof.is_pattern else _seen(proof.path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, OverflowError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise UnseenError(why[:1].lower() + why[1:]) from None


def _seen(path: str) -> SeenFile:
    found = Path(path).stat()
    if not stat.S_ISREG(found.st_mode):
        what = "a directory" if stat.S_ISDIR(found.st_mode) else "no regular file"
        raise UnseenError(f'it is {what}; name a file, or a pattern like "{path}/*"')
    return SeenFile(found.st_size, datetime.fromtimestamp(found.st_mtime, UTC), path)


def _newest(pattern: str) -> SeenFile | None:
    directory, _, name = pattern.rpartition("/")
    fits = re.compile(fnmatch.translate(name))
    newest: tuple[float, str] | None = None
    with os.scandir(directory or "/") as entries:
        for n, entry in enumerate(entries):
            if n >= MAX_ENTRIES:
                raise UnseenError(f"the directory has more than {MAX_ENTRIES} entries")
            # As in a shell: what begins with a dot is mostly half a file, of rsync or of an editor.
            if not fits.match(entry.name) or (entry.name.startswith(".") and not name.startswith(".")):
                continue
            written = _written_at(entry)
            if written is not None and (newest is None or written > newest[0]):
                newest = (written, entry.path)
    return None if newest is None else _seen(newest[1])


def _written_at(entry: os.DirEntry[str]) -> float | None:
    """None of what is no file, or is gone in this moment."""
    try:
        found = entry.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime if stat.S_ISREG(found.st_mode) else None

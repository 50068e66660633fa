"""Files of the state directory: opened as what they are, never as what a link makes of them.

Whatever else may have put something there, nothing of it leads a write or a read to another place, and
nothing blocks: a pipe or a device in the place of a file is refused like a link.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def open_private(path: str | Path, flags: int, *, directory: int | None = None) -> int:
    """A descriptor of a regular file, its own and not that of a link; a new one is 0600 whatever the umask.

    ``directory`` is the descriptor of the directory that a relative ``path`` is in. Raises OSError.
    """
    flags |= os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    fd = os.open(path, flags & ~os.O_TRUNC, 0o600, dir_fd=directory)
    try:
        _make_ready(fd, flags)
    except BaseException:
        os.close(fd)
        raise
    return fd


def _make_ready(fd: int, flags: int) -> None:
    found = os.fstat(fd)
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "it is not a regular file")
    if flags & os.O_CREAT and found.st_uid == os.geteuid() and stat.S_IMODE(found.st_mode) != 0o600:
        os.fchmod(fd, 0o600)
    if flags & os.O_TRUNC:
        os.ftruncate(fd, 0)


def make_directory(path: Path) -> None:
    """Makes it where it is missing, 0700 whatever the umask, and its parents so that nobody else can write
    into those that are new. Raises OSError."""
    if path.is_dir():
        return
    missing = [parent for parent in path.parents if not parent.exists()]
    for parent in reversed(missing):
        parent.mkdir(exist_ok=True)
        parent.chmod(stat.S_IMODE(parent.stat().st_mode) & ~_OTHERS_WRITE)
    path.mkdir(mode=0o700, exist_ok=True)
    path.chmod(0o700)


def open_directory(path: str | Path, *, directory: int | None = None, follow: bool = False) -> int:
    """A descriptor of a directory, not of a link to one unless ``follow``. Raises OSError."""
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW)
    return os.open(path, flags, dir_fd=directory)

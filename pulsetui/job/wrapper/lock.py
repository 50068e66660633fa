"""``--lock``: of a job that is started while it still runs, the second one does nothing.

The lock is a ``flock`` of the wrapper alone: the job does not inherit it, so nothing that it leaves behind in
the background keeps the next run away, and it is gone with the wrapper whatever ends that.
"""

from __future__ import annotations

import os

FOLDER = "locks"
"""In the state directory."""

_CREATED = os.O_RDWR | os.O_CREAT
_FLAGS = os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
_SHORTEST_LINE = 6  # fields of /proc/locks up to the inode


class Lock:
    """One that is not held yet."""

    __slots__ = ("_descriptor", "_path")

    def __init__(self, path: str) -> None:
        self._path = path
        self._descriptor = -1

    def take(self) -> bool:
        """Whether it is ours now; False when somebody holds it. Raises OSError where there can be none."""
        import fcntl

        self._descriptor = _open(self._path)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def holder(self) -> str:
        """Why it could not be taken, in words, with the process that holds it where the system tells."""
        try:
            status = os.fstat(self._descriptor)
            with open("/proc/locks", encoding="ascii") as file:  # noqa: PTH123 - no pathlib beside a job
                pid = _pid_in(file.read(1_000_000), status)
        except (OSError, ValueError):
            pid = ""
        return f"lock held by pid {pid}" if pid else "lock held by another run"

    def release(self) -> None:
        """For everybody: a copy of the wrapper that passes on what comes late must not keep it."""
        if self._descriptor >= 0:
            import fcntl

            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_UN)
                os.close(self._descriptor)
            except OSError:
                pass  # the end of the process does the same
            self._descriptor = -1


def _open(path: str) -> int:
    """A file that may only be read can be locked, too, and so can a directory."""
    try:
        return os.open(path, _CREATED | _FLAGS, 0o600)
    except (PermissionError, IsADirectoryError):
        return os.open(path, os.O_RDONLY | _FLAGS)
    except OSError as error:
        if not os.path.exists(path):  # noqa: PTH110
            raise
        try:
            return os.open(path, os.O_RDONLY | _FLAGS)  # on a disk that cannot be written
        except OSError:
            raise error from None


def _pid_in(locks: str, status: os.stat_result) -> str:
    """Whose the flock of that file is; "" when it is not listed, or belongs to another container."""
    place = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}"
    for line in locks.splitlines():
        fields = line.split()
        if len(fields) >= _SHORTEST_LINE and fields[1] == "FLOCK" and fields[5] == place:
            return fields[4] if fields[4].isdigit() and int(fields[4]) > 0 else ""
    return ""

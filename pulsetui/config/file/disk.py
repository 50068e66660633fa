"""Replacing a file so that a crash at any moment leaves the old one or the new one, whole.

Where no other file can take its place (it is mounted by itself, as containers do it, or its directory is
read-only) it is written in place, and a copy of what it was is kept until that is done.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import logging
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pulsetui.core.text.visible import visible
from pulsetui.errors import ConfigError

logger = logging.getLogger(__name__)

_CANNOT_REPLACE = frozenset({errno.EBUSY, errno.EXDEV, errno.EROFS, errno.EACCES, errno.EPERM})
"""What the system answers where a file is mounted by itself, or its directory takes no other one."""

_COPY = ".before-edit"

_NEW_FILE_MODE = 0o600
"""checks.toml may hold keys and tokens."""


def make_folder(folder: Path) -> None:
    """Makes the directory and those above it that are missing, all private to their owner whatever the umask.

    One that is there stays as it is. Raises OSError.
    """
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def create(path: Path, content: str) -> None:
    """Writes a new file, with its directory if need be. Raises ConfigError when there is one already."""
    with explained(path):
        make_folder(path.parent)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _NEW_FILE_MODE)
        except FileExistsError:
            raise ConfigError(
                f"{visible(str(path))}: exists already and is left as it is."
                " Edit it, or move it away to begin anew."
            ) from None
        try:
            _fill(descriptor, content.encode())
        except OSError:
            path.unlink()
            raise
        _sync_directory(path.parent)


def replace(path: Path, content: str | bytes) -> None:
    """Puts ``content`` where ``path`` is; the target of a symbolic link, not the link. Raises ConfigError.

    Mode and, as far as this user may, owner stay as they are.
    """
    data = content.encode() if isinstance(content, str) else content
    with explained(path):
        target = Path(os.path.realpath(path))
        make_folder(target.parent)
        try:
            _swap(target, data)
        except OSError as error:
            if error.errno not in _CANNOT_REPLACE or not target.is_file():
                raise
            _overwrite(target, data)


STALE = (
    "was replaced by another file where it comes from, but it is mounted as a single file, so what is seen"
    " here is the old one. Mount its directory instead, and restart"
)


def is_stale(path: Path) -> bool:
    """Whether its mount is all that still names the file: an editor put another in its place outside."""
    try:
        found = path.stat()
    except OSError:
        return False
    return stat.S_ISREG(found.st_mode) and found.st_nlink == 0


def left_copy(path: Path) -> Path | None:
    """The copy beside ``path`` that an edit in place left when it was cut off; None as a rule."""
    target = Path(os.path.realpath(path))
    try:
        copies = [file for file in target.parent.iterdir() if _is_copy(file, target)]
    except OSError:
        return None
    return max(copies, default=None)


def _is_copy(file: Path, target: Path) -> bool:
    return file.name.startswith(f".{target.name}.") and file.name.endswith(_COPY)


def _swap(target: Path, content: bytes) -> None:
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".new", dir=target.parent)
    try:
        _keep_owner_and_mode(descriptor, target)
        _fill(descriptor, content)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _sync_directory(target.parent)


def _overwrite(target: Path, content: bytes) -> None:
    """In place: whoever reads meanwhile finds the old start or the new one, never an empty file."""
    if is_stale(target):
        raise ConfigError(f"{visible(str(target))}: {STALE}. Nothing was changed.")
    descriptor = os.open(target, os.O_RDWR | os.O_CLOEXEC)
    try:
        before = os.pread(descriptor, os.fstat(descriptor).st_size, 0)
        copy = _keep_copy(target, before)
        try:
            _put(descriptor, content)
        except BaseException:
            _put_back(descriptor, before, target, copy)
            raise
        copy.unlink()
    finally:
        os.close(descriptor)
    logger.info("%s cannot be replaced (is it mounted as a single file?): it was written in place", target)


def _put(descriptor: int, content: bytes) -> None:
    written = 0
    while written < len(content):
        written += os.pwrite(descriptor, content[written:], written)
    os.ftruncate(descriptor, len(content))
    os.fsync(descriptor)


def _put_back(descriptor: int, before: bytes, target: Path, copy: Path) -> None:
    try:
        _put(descriptor, before)  # its room was there a moment ago
    except OSError as error:
        raise ConfigError(
            f"{visible(str(target))}: an edit was cut off ({error.strerror}); the file may be half written."
            f" What it was before is in {visible(str(copy))}: put that back in its place."
        ) from None
    copy.unlink()


def _keep_copy(target: Path, content: bytes) -> Path:
    """Beside the file, or where that is impossible in the directory for temporary files."""
    try:
        descriptor, name = tempfile.mkstemp(_COPY, f".{target.name}.", target.parent)
    except OSError:
        descriptor, name = tempfile.mkstemp(_COPY, f".{target.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        Path(name).unlink()
        raise
    return Path(name)


@contextlib.contextmanager
def held(path: Path) -> Iterator[None]:
    """Keeps other PulseTUI processes from editing the file meanwhile, where the file system can do that."""
    folder = Path(os.path.realpath(path)).parent
    with contextlib.ExitStack() as stack:
        # A directory that is not there or not readable, or a network file system without locks: the edit
        # itself will say what is wrong, if anything.
        with contextlib.suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY)
            stack.callback(os.close, descriptor)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turns what the system says into a ConfigError that says what to do."""
    try:
        yield
    except PermissionError:
        who = f"This user may not write in {visible(str(path.parent))}"
        raise ConfigError(
            f"{visible(str(path))}: cannot be written. {who}; change its mode or owner."
        ) from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise ConfigError(
            f"{visible(str(path))}: cannot be written: {reason}. Nothing was changed."
        ) from None


def _fill(descriptor: int, content: bytes) -> None:
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _keep_owner_and_mode(descriptor: int, target: Path) -> None:
    try:
        found = target.stat()
    except FileNotFoundError:
        os.fchmod(descriptor, _NEW_FILE_MODE)
        return
    try:
        os.fchown(descriptor, found.st_uid, found.st_gid)
    except PermissionError:
        pass  # only root gives files away; the mode below still holds
    os.fchmod(descriptor, found.st_mode & 0o7777)


def _sync_directory(folder: Path) -> None:
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except PermissionError:
        return  # a directory that may be written but not read: the rename is only as durable as it can be
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

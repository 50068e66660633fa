"""The state directory: private, locked for one engine at a time, with the file that says where to find it."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import logging
import os
import re
import secrets
import stat
import time
from pathlib import Path

import msgspec

from pulsetui.errors import StateDirError, StateHeldError
from pulsetui.store.private import make_directory, open_directory, open_private
from pulsetui.version import __version__

LOCK_NAME = "engine.lock"
API_KEY_NAME = "api_key"

logger = logging.getLogger(__name__)

_KEY = re.compile(rb"[!-~]{1,200}")
"""As in [listener] of checks.toml: what can be sent in a header."""
_MAX_KEY_FILE_BYTES = 4096  # bytes

_OURS = (LOCK_NAME, API_KEY_NAME, "alive", "crash.log", "pulsetui.", "screen.toml", "spool", "checks.")
"""How the names of what we open there begin."""
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_ANOTHER = "Give another one with --state-dir or PULSETUI_STATE_DIR."
_LOOKER_S = 0.5
"""Who only looks whether an engine runs holds the lock for a moment."""


def prepare_state_dir(state_dir: Path) -> None:
    """Makes the directory, private to its owner whatever the umask.

    Raises StateDirError when that is impossible, and for one that is not ours or that others could put
    something into: a link in it would lead our writes to any file of ours.
    """
    try:
        make_directory(state_dir)
        link, found = state_dir.lstat(), state_dir.stat()
        _refuse_strangers(state_dir, link, found)
        if stat.S_IMODE(found.st_mode) != 0o700:
            state_dir.chmod(0o700)
        _refuse_links(state_dir)
    except OSError as error:
        raise StateDirError(
            f"{state_dir}: the state directory cannot be used: {error.strerror or error}. {_ANOTHER}"
        ) from error
    if not os.access(state_dir, os.W_OK | os.X_OK):
        raise StateDirError(
            f"{state_dir}: the state directory is not writable. Fix its permissions, or give another one"
            " with --state-dir or PULSETUI_STATE_DIR."
        )


def _refuse_strangers(state_dir: Path, link: os.stat_result, found: os.stat_result) -> None:
    ours = os.geteuid()
    if found.st_uid != ours or link.st_uid not in (ours, 0):
        what = "the state directory" if found.st_uid != ours else "the link to the state directory"
        owner = found.st_uid if found.st_uid != ours else link.st_uid
        raise StateDirError(
            f"{state_dir}: {what} belongs to another user (uid {owner}), who could lead what is written there"
            f" anywhere. {_ANOTHER}"
        )
    if found.st_mode & _OTHERS_WRITE and any(state_dir.iterdir()):
        raise StateDirError(
            f"{state_dir}: others than you can write into the state directory. Look at what is in it, then"
            f" run: chmod 700 {state_dir}"
        )


def _refuse_links(state_dir: Path) -> None:
    """Nothing of ours is a link, a pipe or a device; SQLite would follow it."""
    with os.scandir(state_dir) as entries:
        for entry in entries:
            if not entry.name.startswith(_OURS):
                continue
            mode = entry.stat(follow_symlinks=False).st_mode
            if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                what = "a link" if stat.S_ISLNK(mode) else "not a regular file"
                raise StateDirError(
                    f"{entry.path} is {what}, which PulseTUI never makes. Find out what put it there, and"
                    " delete it."
                )


class StateLock:
    """Held while an engine lives; the kernel gives it up when the process dies, however it dies.

    The directory itself is locked: no file in it can be deleted under the lock. ``engine.lock`` is locked
    too, for whoever looks where the engine is, and for engines of before the directory was.
    """

    def __init__(self, state_dir: Path) -> None:
        """Raises StateHeldError when another engine holds it."""
        self.path = state_dir / LOCK_NAME
        self._told = b""
        self._directory, self._fd = self._take()
        self.announce("")

    def _take(self) -> tuple[int, int]:
        """Locks what is at the path now."""
        directory = fd = -1
        try:
            directory = open_directory(self.path.parent, follow=True)
            self._lock_or_tell(directory, directory)
            fd = self._take_file(directory)
        except OSError as error:
            _close(directory, fd)
            raise StateDirError(f"{self.path}: cannot be opened: {error.strerror or error}") from error
        except BaseException:
            _close(directory, fd)
            raise
        return directory, fd

    def _lock_or_tell(self, fd: int, directory: int, *, needed: bool = False) -> None:
        until = time.monotonic() + _LOOKER_S
        while not _lock(fd, needed=needed):
            if time.monotonic() > until:
                raise self._held_by(directory)
            time.sleep(0.02)

    def _take_file(self, directory: int) -> int:
        fd = open_private(LOCK_NAME, os.O_RDWR | os.O_CREAT, directory=directory)
        try:
            self._lock_or_tell(fd, directory, needed=True)
        except BaseException:
            os.close(fd)
            raise
        return fd

    def announce(self, url: str, ping_url: str = "", state: str = "") -> None:
        """Writes down who holds the lock and where it answers; for ``pulsetui ping`` on this host what to put
        before a slug, and the state directory's id by which it knows this engine again."""
        told = {
            "pid": os.getpid(),
            "url": url,
            "ping_url": ping_url,
            "state": state,
            "version": __version__,
        }
        self._told = msgspec.json.encode(told)
        self._write()

    def _write(self) -> None:
        os.ftruncate(self._fd, 0)
        os.pwrite(self._fd, self._told, 0)

    def is_at_its_path(self) -> bool:
        """Whether the directory at the path still is the one that is locked. Two calls of the kernel."""
        try:
            return os.path.samestat(self.path.parent.stat(), os.fstat(self._directory))
        except OSError:
            return False

    def mend(self) -> None:
        """Locks the directory that is at the path now, and puts back ``engine.lock`` where it is gone.

        Raises StateHeldError when another engine has it, and StateDirError when it cannot be had.
        """
        if not self.is_at_its_path():
            prepare_state_dir(self.path.parent)
            before = (self._directory, self._fd)
            self._directory, self._fd = self._take()
            _close(*before)
        elif not self.has_its_file():
            try:
                before_fd, self._fd = self._fd, self._take_file(self._directory)
            except OSError as error:
                raise StateDirError(f"{self.path}: cannot be opened: {error.strerror or error}") from error
            os.close(before_fd)
        else:
            return
        self._write()

    def has_its_file(self) -> bool:
        """Whether ``engine.lock`` is there, for whoever looks for the engine."""
        try:
            return os.path.samestat(self.path.lstat(), os.fstat(self._fd))
        except OSError:
            return False

    def release(self) -> None:
        with contextlib.suppress(OSError):
            os.ftruncate(self._fd, 0)
        _close(self._directory, self._fd)

    def _held_by(self, directory: int) -> StateHeldError:
        pid = url = None
        with contextlib.suppress(OSError, ValueError, AttributeError):
            fd = open_private(LOCK_NAME, os.O_RDONLY, directory=directory)
            try:
                told = msgspec.json.decode(os.pread(fd, 4096, 0))
            finally:
                os.close(fd)
            pid, url = told.get("pid"), told.get("url")
        who = f"process {pid}" if pid else "another process"
        return StateHeldError(
            f"{self.path.parent}: another PulseTUI ({who}) holds this state directory. "
            "Run `pulsetui` to attach to it, or give another one with --state-dir.",
            pid=pid,
            url=url,
        )


def _lock(fd: int, *, needed: bool = False) -> bool:
    """Whether nobody else holds it. Unless that is ``needed``, a file system that cannot lock such a
    descriptor is no obstacle: NFS locks files only."""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if needed or error.errno not in (
            errno.EBADF,
            errno.EINVAL,
            errno.ENOTSUP,
            errno.ENOLCK,
            errno.EISDIR,
        ):
            raise
    return True


def _close(*descriptors: int) -> None:
    for fd in descriptors:
        if fd >= 0:
            with contextlib.suppress(OSError):
                os.close(fd)


def local_ping_key(api_key: str) -> str:
    """The ping key of jobs on this host, which may read the state directory.

    It stays the same while the engine restarts under them. Derived, so that it gives nothing but pings away
    should another program get the engine's port.
    """
    from hashlib import blake2b

    return blake2b(api_key.encode(), digest_size=12, person=b"ping").hexdigest()


def links_key(api_key: str) -> bytes:
    """Signs the links in alerts."""
    from hashlib import blake2b

    return blake2b(api_key.encode(), digest_size=32, person=b"links").digest()


def state_id(api_key: str) -> str:
    """Tells the engines of this host apart by the state that they hold. No secret."""
    from hashlib import blake2b

    return blake2b(api_key.encode(), digest_size=12, person=b"state").hexdigest()


def read_or_make_api_key(state_dir: Path) -> str:
    """The generated API key, kept in the state directory for whoever may read it there.

    What stands there and cannot be a key is put aside, and a new one made. Raises StateDirError.
    """
    path = state_dir / API_KEY_NAME
    try:
        found = _read_key(path)
        if _KEY.fullmatch(found):
            return found.decode()
        if found:
            aside = path.with_name(f"{API_KEY_NAME}.unusable")
            path.replace(aside)
            logger.warning("what was in %s is no key: it is in %s now, and a new key is made", path, aside)
        key = "hcw_" + secrets.token_hex(14)
        keep_api_key(state_dir, key)
    except OSError as error:
        raise StateDirError(
            f"{path}: the API key cannot be kept there: {error.strerror or error}. Look with ls -l at what it"
            " is; when it is moved away, a new key is made."
        ) from error
    return key


def _read_key(path: Path) -> bytes:
    try:
        fd = open_private(path, os.O_RDONLY)
    except FileNotFoundError:
        return b""
    with os.fdopen(fd, "rb") as file:
        return file.read(_MAX_KEY_FILE_BYTES).strip()


def keep_api_key(state_dir: Path, key: str) -> None:
    """Writes the key down, unless there is one. Raises OSError."""
    if (state_dir / API_KEY_NAME).exists():
        return
    fd = open_private(state_dir / API_KEY_NAME, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    with os.fdopen(fd, "w") as file:
        file.write(key + "\n")

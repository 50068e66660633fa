"""The lock on the state directory: one engine at a time, and where to find it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
from pathlib import Path

import msgspec

from pulsetui.errors import StateDirError, StateHeldError
from pulsetui.version import __version__

LOCK_NAME = "engine.lock"
API_KEY_NAME = "api_key"


def prepare_state_dir(state_dir: Path) -> None:
    """Makes the directory, private to its owner. Raises StateDirError when that is impossible."""
    try:
        state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        if state_dir.stat().st_uid == os.getuid():
            state_dir.chmod(0o700)
    except OSError as error:
        raise StateDirError(
            f"{state_dir}: the state directory cannot be used: {error.strerror or error}. "
            "Give another one with --state-dir or PULSETUI_STATE_DIR."
        ) from error
    if not os.access(state_dir, os.W_OK | os.X_OK):
        raise StateDirError(
            f"{state_dir}: the state directory is not writable. "
            "Fix its permissions, or give another one with --state-dir or PULSETUI_STATE_DIR."
        )


class StateLock:
    """Held while an engine lives; the kernel gives it up when the process dies, however it dies."""

    def __init__(self, state_dir: Path) -> None:
        """Raises StateHeldError when another engine holds it."""
        self.path = state_dir / LOCK_NAME
        try:
            self._fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StateDirError(f"{self.path}: cannot be opened: {error.strerror}") from error
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            held = self._held_by()
            os.close(self._fd)
            raise held from None
        self.announce("")

    def announce(self, url: str, ping_url: str = "") -> None:
        """Writes down who holds the lock, the address at which it answers, and what ``pulsetui ping`` on this
        host is to put before a slug."""
        told = {"pid": os.getpid(), "url": url, "ping_url": ping_url, "version": __version__}
        os.ftruncate(self._fd, 0)
        os.pwrite(self._fd, msgspec.json.encode(told), 0)

    def release(self) -> None:
        with contextlib.suppress(OSError):
            os.ftruncate(self._fd, 0)
        os.close(self._fd)

    def _held_by(self) -> StateHeldError:
        pid = url = None
        with contextlib.suppress(OSError, ValueError, AttributeError):
            told = msgspec.json.decode(os.pread(self._fd, 4096, 0))
            pid, url = told.get("pid"), told.get("url")
        who = f"process {pid}" if pid else "another process"
        return StateHeldError(
            f"{self.path.parent}: another PulseTUI ({who}) holds this state directory. "
            "Run `pulsetui` to attach to it, or give another one with --state-dir.",
            pid=pid,
            url=url,
        )


def local_ping_key(api_key: str) -> str:
    """The ping key of jobs on this host, which may read the state directory.

    It stays the same while the engine restarts under them. Derived, so that it gives nothing but pings away
    should another program get the engine's port.
    """
    from hashlib import blake2b

    return blake2b(api_key.encode(), digest_size=12, person=b"ping").hexdigest()


def read_or_make_api_key(state_dir: Path) -> str:
    """The generated API key, kept in the state directory for whoever may read it there."""
    path = state_dir / API_KEY_NAME
    with contextlib.suppress(OSError):
        if key := path.read_text().strip():
            return key
    key = "hcw_" + secrets.token_hex(14)
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(fd, "w") as file:
        file.write(key + "\n")
    return key

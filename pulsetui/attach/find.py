"""Finding the engine that holds a state directory."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

import msgspec
from msgspec import Struct

LOCK_FILE = "engine.lock"
API_KEY_FILE = "api_key"

_POLL_S = 0.02
_MAX_BYTES = 64 * 1024  # bytes of a lock file that are read


class EngineAddress(Struct, frozen=True, kw_only=True):
    """A running engine.

    ``url`` is empty when it has no listener, ``api_key`` when its file cannot be read.
    """

    url: str
    api_key: str
    pid: int | None


def find_engine(state_dir: Path, *, wait_s: float = 2.0) -> EngineAddress | None:
    """The engine that holds ``state_dir``; None when none does.

    An engine takes the lock before it knows its address: one that is just starting gets ``wait_s``.
    """
    until = time.monotonic() + wait_s
    while True:
        held, text = _probe(state_dir / LOCK_FILE)
        if not held:
            return None
        known = _parse(text)
        if known.get("url") or time.monotonic() >= until:
            pid = known.get("pid")
            return EngineAddress(
                url=str(known.get("url") or ""),
                api_key=_read_key(state_dir / API_KEY_FILE),
                pid=pid if isinstance(pid, int) else None,
            )
        time.sleep(_POLL_S)


def _probe(path: Path) -> tuple[bool, str]:
    """Whether somebody holds the lock, and what the file says."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        try:
            fd = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)  # the engine puts its file back in a second
        except OSError:
            return False, ""
    try:
        try:
            # Shared, so that two who look at once do not take each other for an engine.
            fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True, _content(fd)
        return False, ""
    finally:
        os.close(fd)  # gives the lock back


def _content(fd: int) -> str:
    try:
        return os.read(fd, _MAX_BYTES).decode("utf-8", "replace")
    except IsADirectoryError:
        return ""


def _parse(text: str) -> dict[str, object]:
    try:
        known = msgspec.json.decode(text)
    except ValueError:
        return {}  # being written
    return known if isinstance(known, dict) else {}


def _read_key(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip() if path.is_file() else ""
    except (OSError, UnicodeDecodeError):
        return ""

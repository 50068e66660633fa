"""Keeps a report on disk until an engine takes it in: one file for each, complete or not there at all.

``<state dir>/spool/<unix ns>-<pid>-<6 hex>.json`` holds one JSON object::

    {"v": 1, "id": "<32 hex>", "slug": …, "kind": "success|start|fail|log",
     "at": "2026-11-16T07:00:00.000000+00:00", "rid": … | null, "exit_status": … | null, "metrics": {…},
     "body": "<base64>", "host": …, "user": …}

and ``"duration"`` in seconds when it was measured.

Names sort by the instant they speak for. A name that starts with a dot is being written, or was left by a
crash: it is never read.
"""

from __future__ import annotations

import json
import os
import time
from binascii import b2a_base64

from pulsetui.job.place import SPOOL
from pulsetui.job.report import Report

VERSION = 1


def keep(report: Report, state_dir: str) -> str:
    """Writes ``report`` so that it survives a power cut, and returns the file's path. Raises OSError."""
    folder = f"{state_dir}/{SPOOL}"
    os.makedirs(state_dir, mode=0o700, exist_ok=True)  # noqa: PTH103 - no pathlib beside a job
    os.makedirs(folder, mode=0o700, exist_ok=True)  # noqa: PTH103
    name = f"{report.at_ns}-{os.getpid()}-{os.urandom(3).hex()}.json"
    path, unfinished = f"{folder}/{name}", f"{folder}/.{name}.tmp"
    try:
        _write(unfinished, encode(report))
        os.rename(unfinished, path)  # noqa: PTH104
    except OSError:
        _forget(unfinished)
        raise
    _sync_folder(folder)
    return path


def encode(report: Report) -> bytes:
    """The file's content."""
    seconds, rest = divmod(report.at_ns, 1_000_000_000)
    at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
    record: dict[str, object] = {
        "v": VERSION,
        "id": report.id,
        "slug": report.slug,
        "kind": report.kind,
        "at": f"{at}.{rest // 1000:06}+00:00",
        "rid": report.rid,
        "exit_status": report.exit_status,
        "metrics": dict(report.metrics),
        "body": b2a_base64(report.body, newline=False).decode("ascii"),
        "host": _valid(os.uname().nodename),
        "user": _valid(_user()),
    }
    if report.duration is not None:
        record["duration"] = report.duration
    return json.dumps(record, ensure_ascii=False).encode()


def _write(path: str, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        left = memoryview(content)
        while left:
            left = left[os.write(descriptor, left) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_folder(folder: str) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _forget(path: str) -> None:
    try:
        os.unlink(path)  # noqa: PTH108
    except OSError:
        pass  # it was never made, or the disk is beyond help: the first error is the one to tell


def _user() -> str:
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    except (ImportError, KeyError):
        return os.environ.get("USER", "")


def _valid(text: str) -> str:
    """Names that are not UTF-8 reach Python as lone surrogates, which JSON readers refuse."""
    return text.encode("utf-8", "replace").decode()

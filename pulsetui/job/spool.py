"""Keeps a report on disk until an engine takes it in: one file for each, complete or not there at all.

``<state dir>/spool/<unix ns>-<pid>-<6 hex>[-to].json`` holds one JSON object::

    {"v": 1, "id": "<32 hex>", "slug": …, "kind": "success|start|fail|skip|log",
     "at": "2026-11-16T07:00:00.000000+00:00", "rid": … | null, "exit_status": … | null, "metrics": {…},
     "body": "<base64>", "host": …, "user": …}

and ``"duration"`` in seconds when it was measured, ``"unread"`` with metrics that are not numbers as they
were written, ``"create"`` with keys of a check that is to be made if there is none, ``"keep"`` as ``"end"``
when of a long body the end is to be kept, ``"catch_up"`` with the missed slot that the run makes up for,
``"to"`` with the address for which the report was kept when one was given (its name ends in ``-to`` then).

Names sort by the instant they speak for. A name that starts with a dot is being written, or was left by a
crash: it is never read.
"""

from __future__ import annotations

import errno
import json
import os
import re
import stat
import time
from binascii import a2b_base64, b2a_base64

from pulsetui.core.slug import check_slug
from pulsetui.errors import UsageError
from pulsetui.job.locate import SPOOL
from pulsetui.job.report import MAX_BODY, PingReport, check_rid

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

VERSION = 1
_KINDS = {kind: kind for kind in ("success", "start", "fail", "skip", "log")}
_NAME = re.compile(r"\d{1,20}-\d+-[0-9a-f]+(?:-to)?\.json", re.ASCII)
_CROWD = 100
"""With more reports kept than this, long bodies are cut to what an engine shows of them: there is no telling
for how long they gather."""
_MAX_BYTES = 16_000_000  # bytes of one file


def keep(report: PingReport, state_dir: str, to: str = "") -> str:
    """Writes ``report`` so that it survives a power cut, and returns the file's path. Raises OSError."""
    folder = f"{state_dir}/{SPOOL}"
    make_folder(state_dir)
    make_folder(folder)
    if os.path.islink(folder):  # noqa: PTH114 - no pathlib beside a job
        raise OSError(errno.ELOOP, "it is a link", folder)
    if len(report.body) > MAX_BODY and len(os.listdir(folder)) > _CROWD:  # noqa: PTH208
        from pulsetui.core.text.output import shortened

        report.body = shortened(report.body, keeps_end=report.keeps_end)
    name = f"{report.at_ns}-{os.getpid()}-{os.urandom(3).hex()}{'-to' if to else ''}.json"
    path, unfinished = f"{folder}/{name}", f"{folder}/.{name}.tmp"
    try:
        _write(unfinished, encode(report, to))
        os.rename(unfinished, path)  # noqa: PTH104
    except OSError:
        _forget(unfinished)
        raise
    _sync_folder(folder)
    return path


def encode(report: PingReport, to: str = "") -> bytes:
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
    if report.unread:
        record["unread"] = {name: _valid(literal) for name, literal in report.unread}
    if report.keeps_end:
        record["keep"] = "end"
    if report.create:
        record["create"] = {name: _valid(value) for name, value in report.create}
    if report.catch_up and report.kind != "log":
        record["catch_up"] = _valid(report.catch_up)
    if to:
        record["to"] = _valid(to)
    return json.dumps(record, ensure_ascii=False).encode()


def waiting(state_dir: str, *, addressed: bool = False) -> list[str]:
    """The paths of what is kept, or only of what was kept for an address; oldest first."""
    folder = f"{state_dir}/{SPOOL}"
    try:
        names = os.listdir(folder)  # noqa: PTH208 - no pathlib beside a job
    except OSError:
        return []
    end = "-to.json" if addressed else ".json"
    return [f"{folder}/{name}" for name in sorted(names) if name.endswith(end) and _NAME.fullmatch(name)]


def instant_of(path: str) -> int:
    """When the report happened, in nanoseconds since 1970."""
    return int(os.path.basename(path).partition("-")[0])  # noqa: PTH119


def read(path: str, is_wanted: Callable[[str], bool]) -> PingReport | None:
    """The report in ``path``; None if it is gone or is not one of ours, or ``is_wanted`` says no to the
    address for which it was kept."""
    try:
        record = json.loads(_content(path))
        if not is_wanted(str(record.get("to") or "")):
            return None
        report = PingReport(
            slug=check_slug(str(record["slug"])),
            kind=_KINDS[record["kind"]],
            rid=None if record.get("rid") is None else check_rid(str(record["rid"])),
            metrics=[(str(name), float(value)) for name, value in (record.get("metrics") or {}).items()],
            unread=[(str(name), str(value)) for name, value in (record.get("unread") or {}).items()],
            body=a2b_base64(record.get("body") or ""),
            duration=None if record.get("duration") is None else float(record["duration"]),
            create=[(str(name), str(value)) for name, value in (record.get("create") or {}).items()],
            at_ns=instant_of(path),
            catch_up=str(record.get("catch_up") or ""),
            id=str(record.get("id") or ""),
        )
        if record.get("exit_status") is not None:
            report.exit_status = int(record["exit_status"])
    except (OSError, ArithmeticError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return None  # whatever it is, no job waits for it
    except UsageError:
        return None
    report.is_kept = True
    report.keeps_end = record.get("keep") == "end"
    return report


def _content(path: str) -> bytes:
    """Of a regular file: a pipe in its place would hold the job up."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file", path)
        return file.read(_MAX_BYTES)


def forget(path: str) -> None:
    """The report has arrived."""
    _forget(path)


def set_aside(path: str) -> str:
    """Moves a report that the engine will not take to where the engine puts such; gives its new path."""
    folder, name = os.path.split(path)
    bad = f"{folder}/bad"
    try:
        os.makedirs(bad, mode=0o700, exist_ok=True)  # noqa: PTH103
        os.rename(path, f"{bad}/{name}")  # noqa: PTH104
    except OSError:
        return path
    return f"{bad}/{name}"


def _write(path: str, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        left = memoryview(content)
        while left:
            left = left[os.write(descriptor, left) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: str) -> None:
    """With its parents, all of them private whatever the umask."""
    if os.path.isdir(folder):  # noqa: PTH112
        return
    parent = os.path.dirname(folder)  # noqa: PTH120
    if parent and parent != folder:
        make_folder(parent)
    try:
        os.mkdir(folder, 0o700)  # noqa: PTH102
    except FileExistsError:
        pass


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

"""When cron started what, by its log: a file that syslog writes, else the journal."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from msgspec import Struct

from pulsetui.crontab.jobs import CronJob
from pulsetui.crontab.programs import output_of
from pulsetui.crontab.shell import shell_part

LOGS = tuple(map(Path, ("/var/log/cron.log", "/var/log/cron", "/var/log/syslog", "/var/log/messages")))
"""Where syslog puts what cron says, the likeliest first."""

_TAIL_BYTES = 2_000_000
_ENTRIES_KEPT = 20_000
_ENTRY = re.compile(
    r"(?:(?P<iso>\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d))|(?P<old>[A-Z][a-z]{2} [ \d]\d"
    r" \d\d:\d\d:\d\d)) \S+ "
    r"(?i:crond?)\[\d+\]: (?P<said>.*)"
)
_START = re.compile(r"\((?P<user>[^)]*)\) CMD \((?P<command>.*)\)\Z")
_MARK = b"CMD ("
_MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"
_JOURNAL = (
    "journalctl",
    "-q",
    "--no-pager",
    "-o",
    "json",
    "-t",
    "CRON",
    "-t",
    "CROND",
    "-t",
    "crond",
    "-t",
    "cron",
)


class Started(Struct, frozen=True):
    """One start of a command, UTC."""

    at: datetime
    user: str
    command: str


class CronLog(Struct, frozen=True):
    """What the log tells. ``since`` is the first instant it tells of: nothing is known before it."""

    since: datetime
    starts: tuple[Started, ...]
    source: str  # the file, or "the journal"

    def last_start(self, job: CronJob) -> datetime | None:
        """When the job was started last; None where the log has no start of it."""
        command = _plain(shell_part(job.command))
        for start in reversed(self.starts):
            if _plain(start.command) == command and job.user in ("", start.user):
                return start.at
        return None


def read_cron_log(path: Path | None, now: datetime) -> CronLog | None:
    """The log at ``path``, else the first one there is; None where there is none, or this user may not read
    it. Blocks for as long as a disk does, and a few seconds at most for the journal."""
    for candidate in (path,) if path is not None else LOGS:
        if (found := _of_file(candidate, now)) is not None:
            return found
    return None if path is not None else _of_journal()


def _of_file(path: Path, now: datetime) -> CronLog | None:
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK), "rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _TAIL_BYTES))
            data = file.read(_TAIL_BYTES)
    except OSError:
        return None
    lines = data.splitlines()[1 if size > _TAIL_BYTES else 0 :]
    starts = tuple(_starts(lines, now))[-_ENTRIES_KEPT:]
    first = next((at for line in lines[:50] if (at := _instant_of(line, now))), None)
    return CronLog(first, starts, str(path)) if starts and first else None


def _starts(lines: Sequence[bytes], now: datetime) -> Iterator[Started]:
    for line in lines:
        if _MARK not in line:
            continue
        entry = _ENTRY.match(line.decode("utf-8", "replace"))
        start = _START.match(entry["said"]) if entry else None
        at = _instant_of(line, now) if start else None
        if start and at:
            yield Started(at, start["user"], start["command"])


def _instant_of(line: bytes, now: datetime) -> datetime | None:
    """The instant at which a line of syslog begins. The old form has neither year nor zone."""
    text = line[:40].decode("ascii", "replace")
    if text[:4].isdigit():
        try:
            return datetime.fromisoformat(text.split(" ", 1)[0]).astimezone(UTC)
        except ValueError:
            return None
    found = re.match(r"([A-Z][a-z]{2}) ([ \d]\d) (\d\d):(\d\d):(\d\d)", text)
    if not found or found[1] not in _MONTHS:
        return None
    month = _MONTHS.index(found[1]) // 3 + 1
    for year in (now.year + 1, now.year, now.year - 1):
        try:
            day, hour, minute, second = (int(part) for part in found.groups()[1:])
            local = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - the host's own
        except ValueError:
            continue
        if (at := local.astimezone(UTC)) <= now + timedelta(days=1):
            return at
    return None


class _Entry(Struct):
    """Of the journal, as ``-o json`` has it."""

    MESSAGE: object = ""
    REALTIME: object = msgspec.field(default="", name="__REALTIME_TIMESTAMP")


def _of_journal() -> CronLog | None:
    output = output_of([*_JOURNAL, "--since=-2d", "-n", str(_ENTRIES_KEPT)])
    starts: list[Started] = []
    first: datetime | None = None
    decode = msgspec.json.Decoder(_Entry).decode
    for line in output.text.splitlines():
        try:
            entry = decode(line)
            at = datetime.fromtimestamp(int(str(entry.REALTIME)) / 1e6, UTC)
        except (msgspec.DecodeError, ValueError, OverflowError, OSError):
            continue
        first = first or at
        if start := _START.match(str(entry.MESSAGE)):
            starts.append(Started(at, start["user"], start["command"]))
    return CronLog(first, tuple(starts), "the journal") if first and starts else None


def _plain(command: str) -> str:
    return " ".join(command.split())

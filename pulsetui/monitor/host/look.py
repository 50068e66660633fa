"""One look at the host: its jobs, cron and its log, what keeps jobs from running. It blocks."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec import Struct

from pulsetui.crontab.findings import LintFile, World
from pulsetui.crontab.found import HostJob, host_jobs
from pulsetui.crontab.places import Places, installed_crontabs
from pulsetui.crontab.rules import environment, file, user
from pulsetui.crontab.timers import Timer, live_timers
from pulsetui.monitor.host.cron_log import CronLog, read_cron_log

_CRON_NAMES = frozenset({"cron", "crond"})
_FULL_AT = 0.005
"""A disk with less than this part of it left, or ..."""
_FULL_BYTES = 2_000_000
"""... with less than this, takes no dump and no log any more."""
_DISKS = ("/", "/tmp", "/var", "/var/log", "/home", "/var/tmp")  # noqa: S108 - looked at, not written
_PROC = Path("/proc")


class Broken(Struct, frozen=True):
    """A crontab that cron leaves out as a whole."""

    line: int
    why: str  # unsafe until cleaned


class HostSnapshot(Struct, frozen=True, kw_only=True):
    """What was seen, at ``at``."""

    at: datetime
    jobs: tuple[HostJob, ...] = ()
    timers: tuple[Timer, ...] = ()
    unreadable: tuple[str, ...] = ()  # in words, each with its path
    broken: Mapping[str, Broken] = {}
    log: CronLog | None = None
    cron_runs: bool | None = None  # None where that cannot be seen
    booted_at: datetime | None = None
    oom_kills: int | None = None  # since the host was started
    full: tuple[str, ...] = ()  # disks that take nothing more, in words
    steady_s: float = 0.0  # a clock that nobody can set, to tell when the other one was


def look(world: World, places: Places, log: Path | None, steady_s: float = 0.0) -> HostSnapshot:
    """Looks at everything; ``steady_s`` is what a clock says that nobody can set. Never fails for a host."""
    files, problems = installed_crontabs(places, world.host)
    timers = live_timers()
    jobs = host_jobs(files, timers, world)
    cron_jobs = any(job.job is not None for job in jobs)
    return HostSnapshot(
        at=world.now,
        jobs=jobs,
        timers=timers,
        unreadable=tuple(problems),
        broken={str(each.path): found for each in files if (found := broken(each, world)) is not None},
        log=read_cron_log(log, world.now) if cron_jobs else None,
        cron_runs=cron_runs(),
        booted_at=booted_at(),
        oom_kills=oom_kills(),
        full=tuple(full_disks()),
        steady_s=steady_s,
    )


def broken(each: LintFile, world: World) -> Broken | None:
    """The first thing for which cron leaves out the whole file; None where it reads it."""
    wrong = [(job.line.number, str(job.error)) for job in each.jobs if job.error is not None]
    for group in (file, environment, user):
        wrong += [
            (one.line, one.message)
            for one in group.look(each, world)
            if one.level == "error" and one.code in _LEAVES_OUT
        ]
    return Broken(*min(wrong)) if wrong else None


_LEAVES_OUT = frozenset(
    {"PT101", "PT102", "PT103", "PT105", "PT107", "PT108", "PT203", "PT204", "PT401", "PT402"}
)


def cron_runs(proc: Path = _PROC) -> bool | None:
    """Whether a cron daemon runs; None where other users' processes are hidden, or there is no /proc."""
    try:
        (proc / "1" / "comm").read_text("ascii", errors="replace")
        names = [entry for entry in os.listdir(proc) if entry.isdigit()]  # noqa: PTH208 - names are all it takes
    except OSError:
        return None
    return any(_name_of(proc / name / "comm") in _CRON_NAMES for name in names)


def _name_of(path: Path) -> str:
    try:
        return path.read_text("ascii", errors="replace").strip()
    except OSError:
        return ""  # it has ended meanwhile


def booted_at(proc: Path = _PROC) -> datetime | None:
    """When the host was started."""
    found = _number(proc / "stat", r"^btime (\d+)$")
    return None if found is None else datetime.fromtimestamp(found, UTC)


def oom_kills(proc: Path = _PROC) -> int | None:
    """How many processes the kernel has killed for want of memory since the host was started."""
    return _number(proc / "vmstat", r"^oom_kill (\d+)$")


def _number(path: Path, pattern: str) -> int | None:
    try:
        found = re.search(pattern, path.read_text("ascii", errors="replace"), re.MULTILINE)
    except OSError:
        return None
    return int(found[1]) if found else None


def full_disks(paths: Sequence[str] = _DISKS) -> Iterator[str]:
    """Each disk once that has no room, or no inodes, for anybody but root."""
    seen: set[int] = set()
    for path in paths:
        try:
            device, found = os.stat(path).st_dev, os.statvfs(path)  # noqa: PTH116 - both of one path
        except OSError:
            continue
        free = found.f_bavail * found.f_frsize
        if device in seen or not found.f_blocks:
            continue
        seen.add(device)
        if free < _FULL_BYTES or found.f_bavail < found.f_blocks * _FULL_AT:
            yield f"the disk of {path} is full ({free // 1_000_000} MB left)"
        elif found.f_files and not found.f_favail:
            yield f"the disk of {path} has no inodes left"


def set_back_or_forward(before: HostSnapshot, after: HostSnapshot) -> timedelta:
    """By how much the clock was set between two looks."""
    return (after.at - before.at) - timedelta(seconds=after.steady_s - before.steady_s)

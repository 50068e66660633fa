"""The jobs of a host as schedules that checks can be made of, and which check each reports to by now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256

from msgspec import Struct
from msgspec.structs import replace

from pulsetui.core.schedule.calendar import Calendar
from pulsetui.core.schedule.schedule import Schedule
from pulsetui.crontab.findings import LintFile, World
from pulsetui.crontab.jobs import CronJob, job_name
from pulsetui.crontab.timers import Timer, check_of
from pulsetui.errors import ScheduleError
from pulsetui.provision.found import FoundSchedule, new_slug, usual_grace

_KEY_LENGTH = 16


class HostJob(Struct, frozen=True, kw_only=True):
    """One job of a host: a line of a crontab, or a timer."""

    key: str  # the same while the command is, wherever it stands in the file and whenever it runs
    source: str  # "/etc/cron.d/backup:3", "backup.timer"
    name: str  # what a person would call it; "" where nothing tells
    command: str
    times: str  # as written
    schedule: Schedule | None  # None where nothing is due
    reports_to: str = ""  # slug or uuid of the check; "" where it reports to none of ours
    is_monitored: bool = False  # it reports somewhere, ours or not
    state: str = ""  # of a timer: enabled, disabled, masked
    file: LintFile | None = None
    job: CronJob | None = None
    timer: Timer | None = None


def host_jobs(files: Sequence[LintFile], timers: Sequence[Timer], world: World) -> tuple[HostJob, ...]:
    """The jobs that are a person's: not those of packages, nor lines that only start a directory."""
    found = [*(one for file in files for one in _of_file(file, world)), *_of_timers(timers, world)]
    seen: dict[str, int] = {}
    told = []
    for one in found:
        nth = seen[one.key] = seen.get(one.key, 0) + 1
        told.append(one if nth == 1 else replace(one, key=f"{one.key}#{nth}"))
    return tuple(told)


def unmonitored(jobs: Sequence[HostJob]) -> tuple[HostJob, ...]:
    """Those that a check is to be made of."""
    return tuple(
        each
        for each in jobs
        if each.schedule is not None and not each.is_monitored and each.state not in ("disabled", "masked")
    )


def found_schedules(jobs: Sequence[HostJob], world: World) -> tuple[FoundSchedule, ...]:
    """A check for each of these jobs, under slugs that no check has yet."""
    taken = {check.slug for check in world.checks}
    found = []
    for each in jobs:
        if each.schedule is None:
            continue
        slug = new_slug(each.name or "job", taken)
        taken.add(slug)
        schedule = FoundSchedule(
            key=each.key,
            slug=slug,
            name=each.name or slug,
            kind=each.schedule.kind,
            schedule=each.schedule.expression,
            timezone=each.schedule.timezone,
            grace=usual_grace(each.schedule, world.now),
            place=each.source,
        )
        found.append(schedule)
    return tuple(found)


def _of_file(file: LintFile, world: World) -> Iterator[HostJob]:
    for job in file.jobs:
        if file.is_packaged or job.is_dispatcher or job.error is not None or not job.command:
            continue
        ours = next(
            (report for report in job.reports if not report.url or report.address in world.addresses), None
        )
        by_itself = world.check_of_command(job)
        work = " && ".join(" ".join(step.raw_words) for step in job.work) or job.command
        yield HostJob(
            key=_key(str(file.path), job.user, work),
            source=f"{file.path}:{job.line.number}",
            name=job_name(job),
            command=job.command,
            times=job.times,
            schedule=job.schedule,
            reports_to=ours.check if ours else by_itself.slug if by_itself else "",
            is_monitored=world.is_told(job),
            file=file,
            job=job,
        )


def _of_timers(timers: Sequence[Timer], world: World) -> Iterator[HostJob]:
    for timer in timers:
        name = check_of(timer)
        if timer.is_packaged and not name:
            continue
        try:
            text = "\n".join(timer.calendar)
            schedule = Calendar.parse(text, world.host.zone or "UTC") if text else None
        except ScheduleError:
            continue  # the linter says so
        yield HostJob(
            key=_key("timer", timer.unit),
            source=timer.unit,
            name=timer.name,
            command=timer.service.command,
            times=", ".join(timer.calendar),
            schedule=schedule,
            reports_to=name if world.check(name) else "",
            is_monitored=bool(name),
            state=timer.state,
            timer=timer,
        )


def _key(*parts: str) -> str:
    """Short, and nothing of a command in it: it is kept in the state directory."""
    return sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:_KEY_LENGTH]

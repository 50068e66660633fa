"""PT7xx: what is wrong between jobs: the same one twice, two that meet, one that meets itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from pulsetui.core.text.phrases import span_text
from pulsetui.crontab.findings import Finding, LintFile, Rule, World, found
from pulsetui.crontab.jobs import CronJob
from pulsetui.crontab.timers import Timer

SAME = Rule(
    code="PT701",
    level="warning",
    title="The same command stands in two lines, or in a line and a timer",
    why="It runs twice, probably since it was moved and not removed.",
    wrong="0 2 * * * /usr/bin/rsync -a /srv /mnt\n30 2 * * * /usr/bin/rsync -a /srv /mnt\n",
    right="0 2 * * * /usr/bin/rsync -a /srv /mnt\n30 2 * * * /usr/bin/rsync -a /etc /mnt\n",
)
MEET = Rule(
    code="PT702",
    level="warning",
    title="Two jobs start in the same minute and share a lock or a file",
    why="One of them finds the lock taken and does nothing, or both write into one log at once.",
    wrong="0 2 * * * flock -n /tmp/job.lock /usr/bin/true\n0 2 * * 1 flock -n /tmp/job.lock /usr/bin/date\n",
    right="0 2 * * * flock -n /tmp/job.lock /usr/bin/true\n0 3 * * 1 flock -n /tmp/job.lock /usr/bin/date\n",
)
OVERRUN = Rule(
    code="PT703",
    level="warning",
    title="The job usually takes longer than the time until its next start, and has no lock",
    why="Runs pile up. flock -n lets only one of them go on.",
    wrong="*/5 * * * * /usr/bin/true && curl -fsS -m 10 --retry 3 http://127.0.0.1:8787/ping/slow\n",
    right="*/5 * * * * flock -n /tmp/slow.lock /usr/bin/true && curl -fsS -m 10 --retry 3 http://127.0.0.1:8787/ping/slow\n",
)
RULES = (SAME, MEET, OVERRUN)

_LOCKS = frozenset({"flock", "lockfile", "lckdo", "setlock", "chpst", "run-one"})
_DISCARD = ("/dev/null", "/dev/stdout", "/dev/stderr")
_SEEN_RUNS = 10_000
_LOOKED_AT = 400
"""Instants of each job that are compared: a year of daily runs."""


def look(files: Sequence[LintFile], timers: Sequence[Timer], world: World) -> Iterator[Finding]:
    """What is wrong between all jobs of all files."""
    jobs = [(file, job) for file in files for job in file.jobs if job.error is None and job.command]
    yield from _same(jobs, timers)
    yield from _meet(jobs, world)
    for file, job in jobs:
        yield from _overrun(file, job, world)


def _same(jobs: Sequence[tuple[LintFile, CronJob]], timers: Sequence[Timer]) -> Iterator[Finding]:
    seen: dict[tuple[str, str], tuple[LintFile, CronJob]] = {}
    commands = {" ".join(timer.service.command.split()): timer for timer in timers if timer.service.command}
    for file, job in jobs:
        if job.is_dispatcher:
            continue
        work = " ".join(job.command.split())
        before = seen.setdefault((job.user, work), (file, job))
        if before[1] is not job:
            place = (
                f"line {before[1].line.number}"
                if before[0] is file
                else f"{before[0].path}:{before[1].line.number}"
            )
            yield found(SAME, file, job.line, f"the same command as {place}: it runs twice")
        elif (timer := commands.get(work)) and timer.state not in ("disabled", "masked"):
            yield found(SAME, file, job.line, f"{timer.unit} starts the same command: it runs twice")


def _shared(job: CronJob) -> Iterator[str]:
    """The locks and files of a job that two cannot use at once."""
    for step in job.steps:
        if step.program_name in _LOCKS:
            yield from (word for word in step.argv[1:] if word.startswith("/") and "lock" in word.lower())
        for redirect in step.redirects:
            target = redirect.lstrip("0123456789&").lstrip(">|")
            if ">" in redirect and target.startswith("/") and ">>" not in redirect and target not in _DISCARD:
                yield target


def _meet(jobs: Sequence[tuple[LintFile, CronJob]], world: World) -> Iterator[Finding]:
    by_thing: dict[str, list[tuple[LintFile, CronJob]]] = {}
    for file, job in jobs:
        for thing in dict.fromkeys(_shared(job)):
            by_thing.setdefault(thing, []).append((file, job))
    for thing, sharing in by_thing.items():
        for (_, first), (file, job) in pairwise(sharing):
            if first is not job and first.schedule and job.schedule and _common(first, job, world):
                message = (
                    f"starts in the same minute as line {first.line.number} at times, and both use {thing}"
                )
                yield found(MEET, file, job.line, message)


def _common(a: CronJob, b: CronJob, world: World) -> bool:
    assert a.schedule is not None  # the caller asked
    assert b.schedule is not None
    until = world.now.replace(year=world.now.year + 1, day=1)
    runs = set(a.schedule.between(world.now, until, _LOOKED_AT))
    return not runs.isdisjoint(b.schedule.between(world.now, until, _LOOKED_AT))


def _overrun(file: LintFile, job: CronJob, world: World) -> Iterator[Finding]:
    check = next((known for report in job.reports if (known := world.check(report.check))), None)
    if job.schedule is None or check is None or not check.usual_duration:
        return
    if any(step.program_name in _LOCKS for step in job.steps):
        return
    runs = job.schedule.between(world.now, world.now.replace(year=world.now.year + 1, day=1), 50)
    gap = min(((b - a).total_seconds() for a, b in pairwise(runs)), default=0.0)
    if gap and check.usual_duration > gap:
        message = (
            f"usually takes {span_text(check.usual_duration)} and starts every {span_text(gap)}: runs"
            " pile up. Put"
            f" flock -n /tmp/{check.slug}.lock before it"
        )
        yield found(OVERRUN, file, job.line, message)

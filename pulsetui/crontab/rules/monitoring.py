"""PT6xx: how the job tells a check of itself, and whether that check expects what the line says."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from pulsetui.core.text.nearest import nearest
from pulsetui.core.text.phrases import span_text
from pulsetui.crontab.findings import Finding, LintFile, Rule, World, found
from pulsetui.crontab.host import find_program
from pulsetui.crontab.jobs import REBOOT, CronJob, management_command
from pulsetui.crontab.reports import PingCall, wrapped_words
from pulsetui.crontab.times import differs

_PING = "curl -fsS -m 10 --retry 3 -o /dev/null http://127.0.0.1:8787/ping/backup"
_JOB = "0 2 * * * /usr/local/bin/backup"
_GOOD = f"{_JOB} && {_PING}\n"

UNMONITORED = Rule(
    code="PT601",
    level="warning",
    title="The job reports to no check",
    why="When it stops, nobody hears of it. pulsetui crontab import makes a check of it and writes the line.",
    wrong=f"{_JOB}\n",
    right=_GOOD,
)
FIRST = Rule(
    code="PT602",
    level="error",
    title="The check is told before the job has run",
    why="It is told of a success that nothing proves.",
    wrong=f"0 2 * * * {_PING}; /usr/local/bin/backup\n",
    right=_GOOD,
)
JOINED = Rule(
    code="PT603",
    level="error",
    title="The check is told of a success whatever the job did",
    why="After ; & or || the report does not depend on the job's success: a failure is reported as a"
    " success.",
    wrong=f"{_JOB}; {_PING}\n",
    right=_GOOD,
)
SHARED = Rule(
    code="PT604",
    level="error",
    title="Two jobs report to one check",
    why="One of them can stop without being missed: the other's reports stand in for it.",
    wrong=f"{_JOB} && {_PING}\n30 3 * * * /usr/bin/true && {_PING}\n",
    right=f"{_JOB} && {_PING}\n",
)
NO_CHECK = Rule(
    code="PT605",
    level="error",
    title="There is no such check",
    why="The engine answers 404, and the job's report is lost.",
    wrong=f"{_JOB} && {_PING.replace('backup', 'backpu')}\n",
    right=_GOOD,
)
CURL = Rule(
    code="PT606",
    level="warning",
    title="curl lacks -f, -m or --retry",
    why="Without -f an error of the engine counts as told; without -m a line that is cut holds the job"
    " up for minutes;"
    " without --retry one lost packet is a missed run.",
    wrong=f"{_JOB} && curl -s http://127.0.0.1:8787/ping/backup\n",
    right=_GOOD,
)
NO_CURL = Rule(
    code="PT607",
    level="error",
    title="The program that reports is not there",
    why="Production images often have no curl: every run is reported as missed.",
    wrong=f"{_JOB} && wget -q -T 10 -t 3 -O /dev/null http://127.0.0.1:8787/ping/backup\n",
    right=_GOOD,
)
DOUBLE = Rule(
    code="PT608",
    level="warning",
    title="The job reports twice",
    why="pulsetui run reports start, end and exit code already; a second report counts as a second run.",
    wrong=f"0 2 * * * pulsetui run backup -- /usr/local/bin/backup && {_PING}\n",
    right="0 2 * * * pulsetui run backup -- /usr/local/bin/backup\n",
)
DIFFERS = Rule(
    code="PT609",
    level="error",
    title="The line has other times than its check",
    why="The check is due at times at which cron starts nothing: false alarms, or a miss that is seen late.",
    wrong=f"0 3 * * * /usr/local/bin/backup && {_PING}\n",
    right=_GOOD,
)
GRACE = Rule(
    code="PT610",
    level="warning",
    title="The grace is shorter than the job usually takes",
    why="A success comes at the job's end: the check is overdue before the job can be done.",
    wrong="0 4 * * * /usr/bin/true && curl -fsS -m 10 --retry 3 http://127.0.0.1:8787/ping/slow\n",
    right=_GOOD,
)
RULES = (UNMONITORED, FIRST, JOINED, SHARED, NO_CHECK, CURL, NO_CURL, DOUBLE, DIFFERS, GRACE)

_UNCONDITIONAL = frozenset({";", "&", "||", "|", ")", "}"})


def look(file: LintFile, world: World) -> Iterator[Finding]:
    """What is wrong with the reports of a crontab's jobs."""
    seen: dict[str, int] = {}
    for job in file.jobs:
        if job.error is not None:
            continue
        if not world.is_told(job):
            yield from _silent(file, job)
            continue
        yield from _order(file, job)
        yield from _double(file, job)
        yield from _fetcher(file, job, world)
        by_itself = world.check_of_command(job)
        for report in [PingCall("run", by_itself.slug, 0)] if by_itself else _distinct(job):
            first = seen.setdefault(report.target, job.line.number)
            if report.target and first != job.line.number:
                message = (
                    f"reports to the check of line {first}, too: one of the two can stop without being missed"
                )
                yield found(SHARED, file, job.line, message)
            yield from _check(file, job, report, world)


def _silent(file: LintFile, job: CronJob) -> Iterator[Finding]:
    if job.is_dispatcher or file.is_packaged or not job.work or job.line.part("time") == REBOOT:
        return
    message = "reports to no check: when it stops, nobody hears of it. pulsetui crontab import makes one"
    if management_command(job):
        message += ', or manage.py pulsetui sync where PULSETUI["slugs"] gives it a check of another name'
    yield found(UNMONITORED, file, job.line, message)


def _distinct(job: CronJob) -> list[PingCall]:
    return list({report.target: report for report in job.reports}.values())


def _order(file: LintFile, job: CronJob) -> Iterator[Finding]:
    works = [place for place, step in enumerate(job.steps) if step in job.work]
    for report in job.reports:
        if report.kind != "success":
            continue
        step = job.steps[report.step]
        later = [place for place in works if place > report.step]
        earlier = [place for place in works if place < report.step]
        if later and not earlier:
            message = "tells the check of a success before the job has run. Put the report last, after &&"
            yield found(FIRST, file, job.line, message)
        elif earlier and step.joined_by in _UNCONDITIONAL and step.words[0] not in ("then", "else"):
            what = "only after a failure" if step.joined_by == "||" else "whatever the job did"
            message = f'"{step.joined_by}" before the report: a success is told {what}. Write &&'
            yield found(JOINED, file, job.line, message, fix=_with_and(job, report.step))


def _with_and(job: CronJob, place: int) -> str:
    """The line with ``&&`` before the step; "" where what stands there is not one operator."""
    command = job.line.part("command")
    if "\\%" in command:
        return ""  # the offsets are those of the text without backslashes
    before, after = job.steps[place - 1], job.steps[place]
    start = len(command) - len(command.lstrip())
    between = command[start + before.end : start + after.start]
    if between.strip() not in (";", "&", "||"):
        return ""
    fixed = f"{command[: start + before.end]} && {command[start + after.start :]}"
    return job.line.with_part("command", fixed)


def _double(file: LintFile, job: CronJob) -> Iterator[Finding]:
    runs = [report for report in job.reports if report.kind == "run"]
    others = [report for report in job.reports if report.kind in ("success", "exit")]
    nested = any(
        word.rpartition("/")[2] == "pulsetui"
        for report in runs
        for word in wrapped_words(job.steps[report.step])
    )
    same = {report.check for report in runs} & {report.check for report in others}
    if nested or same or len(runs) > len({report.check for report in runs}):
        what = "pulsetui run within pulsetui run" if nested else "pulsetui run reports the end already"
        yield found(DOUBLE, file, job.line, f"{what}: each run counts twice. Leave one of the two")


def _fetcher(file: LintFile, job: CronJob, world: World) -> Iterator[Finding]:
    for report in job.reports:
        step = job.steps[report.step]
        if report.url and file.is_installed and not step.program.startswith(("$", "~")):
            program = step.program
            path = "" if "/" in program else job.path
            there = (
                world.host.is_program(program) if not path else bool(find_program(program, path, world.host))
            )
            if not there:
                yield found(NO_CURL, file, job.line, f"{program} is not there: no report is ever sent")
                return
        if step.program_name == "curl":
            yield from _curl(file, job, report)


def _curl(file: LintFile, job: CronJob, report: PingCall) -> Iterator[Finding]:
    step = job.steps[report.step]
    words = step.argv[1:]
    short = "".join(word[1:] for word in words if re.fullmatch(r"-[A-Za-z]+[0-9.]*", word))
    options = {word.partition("=")[0] for word in words}
    missing = []
    if "f" not in short and not options & {"--fail", "--fail-with-body"}:
        missing.append("-f")
    if "m" not in short and "--max-time" not in options:
        missing.append("-m 10")
    if "--retry" not in options and report.kind not in ("start", "log"):
        missing.append("--retry 3")
    if missing:
        command = job.line.part("command")
        added = " ".join(missing)
        at = [match.end() for match in re.finditer(r"(?<![\w/.-])(?:/\S*/)?curl(?=\s)", command)]
        nth = sum(1 for each in job.steps[: report.step] if each.program_name == "curl")
        fix = ""
        if nth < len(at):
            fix = job.line.with_part("command", f"{command[: at[nth]]} {added}{command[at[nth] :]}")
        yield found(CURL, file, job.line, f"curl without {' '.join(missing)}", fix=fix)


def _check(file: LintFile, job: CronJob, report: PingCall, world: World) -> Iterator[Finding]:
    """Whether the check that it reports to is there, and expects what the line says."""
    is_ours = not report.url or report.address in world.addresses
    if not (world.knows_checks and is_ours and report.check) or "$" in report.check:
        return
    check = world.check(report.check)
    if check is None:
        near = nearest(report.check, [each.slug for each in world.checks])
        fix = job.line.text.replace(report.check, near) if near else ""
        hint = f'; did you mean "{near}"?' if near else ""
        yield found(NO_CHECK, file, job.line, f'there is no check "{report.check}"{hint}', fix=fix)
        return
    if job.schedule is not None and differs(job.schedule, check, world.now):
        message = (
            f"the check {check.slug} expects {check.schedule} ({check.tz}), the line says {job.times}"
            f" ({job.schedule.timezone}). Do: pulsetui edit {check.slug} {check.kind}="
            f" cron={shlex.quote(job.times)} timezone={job.schedule.timezone}"
        )
        if check.kind == "cron":
            message = message.replace(f" {check.kind}= ", " ")
        yield found(DIFFERS, file, job.line, message)
    usual = check.usual_duration
    if (
        usual
        and usual > check.grace
        and not any(each.kind in ("run", "start") for each in (report, *job.reports))
    ):
        message = (
            f"the check {check.slug} has a grace of {span_text(check.grace)}, and the job usually takes"
            f" {span_text(usual)}: it is overdue before it can be done"
        )
        yield found(GRACE, file, job.line, message)

"""PT3xx: the times, by what Debian's cron does with them; the words are those of the schedules themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pulsetui.core.schedule.clock_change_notes import change_notes
from pulsetui.core.schedule.cron import Cron
from pulsetui.core.schedule.cron_fields import FIELDS, Field
from pulsetui.crontab.findings import Finding, LintFile, Rule, World, found
from pulsetui.crontab.jobs import REBOOT, CronJob


def _rule(code: str, level: str, title: str, why: str, wrong: str, right: str) -> Rule:
    """A rule whose examples are times."""
    lines = (f"{times} /usr/bin/true\n" for times in (wrong, right))
    return Rule(code=code, level=level, title=title, why=why, wrong=next(lines), right=next(lines))  # type: ignore[arg-type]  # a Level


FIELD = _rule(
    "PT301",
    "error",
    "A field is not valid",
    "Debian's cron leaves out the whole file for one wrong field.",
    "0 25 * * *",
    "0 1 * * *",
)
NEVER = _rule(
    "PT302",
    "error",
    "The job would never run",
    "Cron takes the line and is silent for ever.",
    "0 7 31 6 *",
    "0 7 30 6 *",
)
REVERSED = _rule(
    "PT303",
    "error",
    "A range runs backwards",
    "Cron takes the line and never runs the job.",
    "0 20-4 * * *",
    "0 20-23,0-4 * * *",
)
OVER = _rule(
    "PT304",
    "warning",
    "A step is larger than the range",
    "Only the first value is left: */90 in the minutes is once an hour.",
    "*/90 * * * *",
    "0 */2 * * *",
)
SOME_MONTHS = _rule(
    "PT305",
    "warning",
    "Some months have no such day",
    "Cron does not move the run to another day.",
    "0 2 31 * *",
    "0 2 28 * *",
)
LEAP = _rule(
    "PT306",
    "warning",
    "The job runs in leap years only",
    "There is a 29 February every four years.",
    "0 2 29 2 *",
    "0 2 28 2 *",
)
BOTH_DAYS = _rule(
    "PT307",
    "warning",
    "Both day fields are restricted",
    "A day is enough that matches either of the two; but where one of them begins with a star (*/2), it"
    " must match both.",
    "0 2 13 * 5",
    "0 2 13 * *",
)
WHOLE_HOUR = _rule(
    "PT308",
    "warning",
    "The job runs in every minute of some hours",
    "A star in the minutes with a number in the hours: sixty runs where one was probably meant.",
    "* 2 * * *",
    "0 2 * * *",
)
UNEVEN = _rule(
    "PT309",
    "note",
    "A step does not divide the hour or the day",
    "Cron begins again with each hour, or day: the last gap is another.",
    "*/7 * * * *",
    "*/10 * * * *",
)
EVERY_MINUTE = _rule(
    "PT310",
    "note",
    "The job runs every minute",
    "Sometimes that is meant. A run that takes longer meets the next one.",
    "* * * * *",
    "*/5 * * * *",
)
YEARLY = _rule(
    "PT311",
    "note",
    "The job runs once a year",
    "It breaks unseen for a year. Give its check an owner and a runbook.",
    "0 2 1 1 *",
    "0 2 1 */3 *",
)
CLOCKS = _rule(
    "PT312",
    "note",
    "A change of the clocks skips, moves or repeats a run",
    "What happens is measured: Debian's cron runs a job with fixed times once, also in the hour that"
    " comes twice, and at"
    " the end of the hour that is skipped; one with a star in minute or hour follows the clock.",
    "30 2 * * *",
    "30 4 * * *",
)
SEVEN = _rule(
    "PT313",
    "note",
    "Sunday is written as 7",
    "0 is Sunday for every cron; some take no 7.",
    "0 2 * * 7",
    "0 2 * * 0",
)
AT_BOOT = _rule(
    "PT314",
    "note",
    "@reboot is not a time",
    "Nothing can be due. Cron runs it when the daemon starts, on Debian once for each boot.",
    "@reboot",
    "@daily",
)
SIX = _rule(
    "PT315",
    "error",
    "There is a sixth field",
    "Cron knows neither seconds nor years: the sixth word is the command, and the job fails at every run.",
    "0 0 2 * * *",
    "0 2 * * *",
)
TWICE = _rule(
    "PT316",
    "warning",
    "A value is named twice",
    "It does no harm, and probably another one was meant.",
    "0,15,15,45 * * * *",
    "0,15,30,45 * * * *",
)
UNKNOWN = _rule(
    "PT317",
    "error",
    "Cron itself does not know this",
    "PulseTUI reads L, LW, 5L, 5#3 and 10/20, since other schedulers have them. In a crontab, Debian's"
    " cron leaves out the"
    " whole file, or reads something else.",
    "0 2 L * *",
    "0 2 28 * *",
)
RULES = (
    *(
        FIELD,
        NEVER,
        REVERSED,
        OVER,
        SOME_MONTHS,
        LEAP,
        BOTH_DAYS,
        WHOLE_HOUR,
        UNEVEN,
        EVERY_MINUTE,
        YEARLY,
        CLOCKS,
    ),
    *(SEVEN, AT_BOOT, SIX, TWICE, UNKNOWN),
)

FIELD_LIKE = re.compile(r"[0-9*?][0-9*,/?-]*")
_COMMON_YEAR_SUFFIX = "have no run"


def look(file: LintFile, world: World) -> Iterator[Finding]:
    """What is wrong with the times of each job."""
    for job in file.jobs:
        if job.line.part("time") == REBOOT:
            if not file.is_packaged:
                message = (
                    "@reboot: nothing can be due. A check for it needs a period, or reports from the"
                    " job itself"
                )
                yield found(AT_BOOT, file, job.line, message)
        elif (sixth := _sixth(job)) is not None:
            yield sixth_finding(file, job, sixth)
        elif job.error is not None:
            yield _error(file, job)
        elif job.schedule is not None:
            yield from _doubts(file, job, job.schedule, world)


def _sixth(job: CronJob) -> str | None:
    """The word behind the five fields, where it can only be a field."""
    line = job.line
    word = (line.part("user") if job.crontab.has_users else line.part("command")).split(maxsplit=1)
    many = not job.line.part("time").startswith("@") and bool(word)
    return word[0] if many and FIELD_LIKE.fullmatch(word[0]) else None


def sixth_finding(file: LintFile, job: CronJob, sixth: str) -> Finding:
    """Quartz and others put seconds first: those go."""
    fields = [*job.times.split(), sixth]
    five = " ".join(fields[1:])
    rest = job.line.part("command") if job.crontab.has_users else job.command.removeprefix(sixth).lstrip()
    message = (
        f'cron has five fields, and takes "{sixth}" for the {"user" if job.crontab.has_users else "command"}'
    )
    return found(SIX, file, job.line, message, fix=f"{five} {rest}".strip())


def _error(file: LintFile, job: CronJob) -> Finding:
    error = job.error
    assert error is not None  # the caller asked
    rule = (
        REVERSED
        if "runs backwards" in error.message
        else NEVER
        if "would never run" in error.message
        else FIELD
    )
    fix = job.line.with_part("time", error.suggestion) if error.suggestion and not error.suggests else ""
    return found(rule, file, job.line, f"{error}. {error.hint}".strip(), fix=fix)


def _doubts(file: LintFile, job: CronJob, cron: Cron, world: World) -> Iterator[Finding]:
    line = job.line
    fields = dict(zip(FIELDS, cron.fields, strict=True))
    for field in cron.fields:
        if field.extended or field.open_step:
            shown = ", ".join(field.extended).upper() or field.text
            fix = (
                line.with_part("time", job.times.replace(field.text, field.open_step))
                if field.open_step
                else ""
            )
            yield found(UNKNOWN, file, line, f"cron does not know {shown}", fix=fix)
    for each, field in fields.items():
        yield from _items(file, job, each, field.text)
    if file.is_packaged or job.is_dispatcher:
        return
    yield from _days(file, job, cron, world)
    yield from _rhythm(file, job, cron)
    if job.schedule is not None and cron.timezone != "UTC":
        for note in change_notes(cron.times.tables, world.now):
            yield found(CLOCKS, file, line, note)


def _items(file: LintFile, job: CronJob, field: Field, text: str) -> Iterator[Finding]:
    values: list[int] = []
    for item in text.split(","):
        head, _, step = item.partition("/")
        if step.isdigit() and int(step[:10]) > field.high - field.low and head == "*":
            message = f"{field.name} {item}: a step of {step[:10]} leaves only {field.low} of {field.range}"
            yield found(OVER, file, job.line, message)
        values += _values(field, head, step)
        if field.name == "day of week" and "7" in head.split("-") and not job.is_dispatcher:
            fixed = ",".join("0" if each == "7" else each for each in text.split(","))
            fix = _with_field(job, field, fixed) if item == "7" else ""
            yield found(SEVEN, file, job.line, "Sunday as 7 is not known to every cron; 0 is", fix=fix)
    repeated = sorted({value for value in values if values.count(value) > 1})
    if repeated:
        message = f"{field.name} names {', '.join(map(str, repeated[:3]))} twice: {text}"
        yield found(TWICE, file, job.line, message)


def _with_field(job: CronJob, field: Field, text: str) -> str:
    words = job.times.split()
    words[FIELDS.index(field)] = text
    return job.line.with_part("time", " ".join(words))


def _values(field: Field, head: str, step: str) -> Sequence[int]:
    """The numbers of one item; none for a star, which is named with others on purpose at times."""
    ends = [_number(field, word) for word in head.split("-")]
    if head == "*" or None in ends:
        return ()
    first, last = ends[0], ends[-1]
    assert first is not None
    assert last is not None
    return range(first, last + 1, int(step[:5]) if step.isdigit() and int(step[:5]) else 1)


def _number(field: Field, word: str) -> int | None:
    if word.isdigit():
        return int(word[:5])
    return field.names.index(word) + field.low if word in field.names else None


def _days(file: LintFile, job: CronJob, cron: Cron, world: World) -> Iterator[Finding]:
    _, month, weekday = cron.fields[2:]
    if cron.days.month_days == frozenset({29}) and month.text in ("2", "feb") and weekday.text == "*":
        yield found(LEAP, file, job.line, "runs on 29 February, in leap years only")
        return
    for note in cron.doubts(world.now):
        if note.endswith(_COMMON_YEAR_SUFFIX):
            yield found(SOME_MONTHS, file, job.line, note)
        elif note.startswith(("runs on days that match", "runs every day: either")):
            yield found(BOTH_DAYS, file, job.line, note)
        elif "starts again each" in note:
            yield found(UNEVEN, file, job.line, note)


def _rhythm(file: LintFile, job: CronJob, cron: Cron) -> Iterator[Finding]:
    minute, hour, month_day, month, weekday = (field.text for field in cron.fields)
    if (minute, hour, month_day, month, weekday) == ("*",) * 5:
        yield found(EVERY_MINUTE, file, job.line, "runs every minute")
    elif minute in ("*", "*/1") and not hour.startswith("*"):
        message = f"runs every minute of hour {hour}: {cron.describe()}. Once an hour is 0 {hour}"
        yield found(WHOLE_HOUR, file, job.line, message, fix=_with_field(job, FIELDS[0], "0"))
    elif month_day.isdigit() and month.isalnum() and weekday == "*":
        yield found(YEARLY, file, job.line, "runs once a year: a failure stays unseen for long")

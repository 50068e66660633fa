"""PT2xx: settings. Cron is no shell: it expands nothing, and a ``#`` behind a value is a part of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pulsetui.core.schedule.zone import zone
from pulsetui.crontab.findings import Finding, Level, LintFile, Rule, World, found
from pulsetui.crontab.reader import CrontabLine, setting_flaw, unquoted
from pulsetui.errors import ScheduleError

EXPANDED = Rule(
    code="PT201",
    level="error",
    title="A setting counts on a variable being filled in",
    why="Cron expands nothing: PATH=$HOME/bin:$PATH is a directory by the name of $HOME/bin and one by"
    " that of $PATH,"
    " and no program is found.",
    wrong="PATH=$HOME/bin:$PATH\n0 2 * * * /usr/bin/true\n",
    right="PATH=/usr/local/bin:/usr/bin:/bin\n0 2 * * * /usr/bin/true\n",
)
COMMENT = Rule(
    code="PT202",
    level="error",
    title="A comment stands behind a value",
    why="It is a part of the value.",
    wrong="SHELL=/bin/bash # for arrays\n0 2 * * * /usr/bin/true\n",
    right="# for arrays\nSHELL=/bin/bash\n0 2 * * * /usr/bin/true\n",
)
EMPTY = Rule(
    code="PT203",
    level="error",
    title="A setting has no value",
    why="Debian's cron takes NAME= for a job with a wrong minute, and leaves out the whole file. Write"
    ' NAME="".',
    wrong="MAILTO=\n0 2 * * * /usr/bin/true\n",
    right='MAILTO=""\n0 2 * * * /usr/local/bin/backup && curl -fsS -m 10 --retry 3 http://127.0.0.1:8787/ping/backup\n',
)
QUOTES = Rule(
    code="PT204",
    level="error",
    title="The quotes of a value do not close, or text follows them",
    why="Cron takes the line for a job with a wrong minute, and leaves out the whole file.",
    wrong='MAILTO="ops@example.com\n0 2 * * * /usr/bin/true\n',
    right='MAILTO="ops@example.com"\n0 2 * * * /usr/bin/true\n',
)
SHELL = Rule(
    code="PT205",
    level="error",
    title="SHELL names no program",
    why="Cron starts every job below it with that program.",
    wrong="SHELL=/bin/bsh\n0 2 * * * /usr/bin/true\n",
    right="SHELL=/bin/bash\n0 2 * * * /usr/bin/true\n",
)
NO_MAIL = Rule(
    code="PT206",
    level="warning",
    title="Mail is turned off, and nothing else tells of a failure",
    why='With MAILTO="" the output of a failing job goes nowhere. A job that reports to a check is told'
    " of anyway.",
    wrong='MAILTO=""\n0 2 * * * /usr/bin/true\n',
    right='MAILTO=""\n0 2 * * * /usr/local/bin/backup && curl -fsS -m 10 --retry 3 http://127.0.0.1:8787/ping/backup\n',
)
UNDELIVERABLE = Rule(
    code="PT207",
    level="warning",
    title="MAILTO cannot be delivered to",
    why="Cron hands the output to sendmail. Where there is none, or the address is none, it is lost.",
    wrong="MAILTO=ops at example.com\n0 2 * * * /usr/bin/true\n",
    right="MAILTO=ops@example.com\n0 2 * * * /usr/bin/true\n",
)
CRON_TZ = Rule(
    code="PT208",
    level="error",
    title="CRON_TZ where cron does not read it, or of a zone that does not exist",
    why="cronie (Fedora, RHEL, Arch) reads it; Debian's cron takes it for an ordinary variable and"
    " starts the jobs by"
    " the host's own clock.",
    wrong="CRON_TZ=Europe/Berlin\n0 2 * * * /usr/bin/true\n",
    right="0 2 * * * /usr/bin/true\n",
)
LATE = Rule(
    code="PT209",
    level="warning",
    title="A setting stands below the last job",
    why="It holds for the lines below it only.",
    wrong="0 2 * * * /usr/bin/true\nMAILTO=ops@example.com\n",
    right="MAILTO=ops@example.com\n0 2 * * * /usr/bin/true\n",
)
RULES = (EXPANDED, COMMENT, EMPTY, QUOTES, SHELL, NO_MAIL, UNDELIVERABLE, CRON_TZ, LATE)

_VARIABLE = re.compile(r"\$(?:\w+|\{\w+\})|(?:^|:)~/")
_EXPANDED_NAMES = frozenset({"PATH", "SHELL", "MAILTO", "MAILFROM", "LD_LIBRARY_PATH", "PYTHONPATH"})
_ADDRESS = re.compile(r"[^\s@,]+(?:@[A-Za-z0-9.-]+)?")


def look(file: LintFile, world: World) -> Iterator[Finding]:
    """What is wrong with the settings of a crontab."""
    lines = file.crontab.lines
    last_job = max((line.number for line in lines if line.kind == "job"), default=0)
    for line in lines:
        if line.kind != "setting":
            continue
        flaw = setting_flaw(line)
        name = unquoted(line.part("name"))
        if flaw == "empty":
            message = f'{name} has no value: cron leaves out the whole file. Write {name}=""'
            yield found(EMPTY, file, line, message, fix=f'{name}=""')
        elif flaw == "quotes":
            message = (
                f"the quotes of {name} do not close, or text follows them: cron leaves out the whole file"
            )
            value = line.part("value").strip().strip("\"'").replace('"', "").replace("'", "")
            yield found(QUOTES, file, line, message, fix=f'{name}="{value}"')
        else:
            yield from _value(file, world, line, name)
            if 0 < last_job < line.number:
                message = f"{name} stands below the last job and holds for none. Put it above the jobs"
                yield found(LATE, file, line, message)


def _value(file: LintFile, world: World, line: CrontabLine, name: str) -> Iterator[Finding]:
    written = line.part("value").strip()
    value = unquoted(written)
    if written == value and re.search(r"\s#", value):
        plain = re.split(r"\s+#", value)[0].rstrip()
        message = f'cron takes "# …" for a part of {name}. Put the comment on a line of its own'
        yield found(COMMENT, file, line, message, fix=line.with_part("value", plain))
        value = plain
    if (match := _VARIABLE.search(value)) and (name in _EXPANDED_NAMES or name.endswith("PATH")):
        message = f"cron does not expand {match[0].lstrip(':')} in {name}. Write the value out"
        yield found(EXPANDED, file, line, message)
    elif name == "SHELL" and file.is_installed and not world.host.is_program(value):
        yield found(SHELL, file, line, f'SHELL is "{value}", which is no program here', fix="SHELL=/bin/sh")
    elif name in ("MAILTO", "MAILFROM"):
        yield from _mail(file, world, line, value)
    elif name == "CRON_TZ":
        yield from _cron_tz(file, world, line, value)


def _mail(file: LintFile, world: World, line: CrontabLine, value: str) -> Iterator[Finding]:
    if not value:
        silent = [
            job
            for job in file.jobs
            if job.line.number > line.number and not world.is_told(job) and not job.is_dispatcher
        ]
        if silent and not file.is_packaged:
            message = (
                f"mail is off, and the job of line {silent[0].line.number} reports to no check: nobody"
                " hears of its"
                " failure"
            )
            yield found(NO_MAIL, file, line, message)
    elif not all(_ADDRESS.fullmatch(part.strip()) for part in value.split(",")):
        yield found(UNDELIVERABLE, file, line, f'"{value}" is not a mail address')
    elif file.is_installed and not world.host.can_mail():
        yield found(UNDELIVERABLE, file, line, f"mail for {value} goes nowhere: this host has no sendmail")


def _cron_tz(file: LintFile, world: World, line: CrontabLine, value: str) -> Iterator[Finding]:
    try:
        zone(value)
    except ScheduleError as error:
        yield found(CRON_TZ, file, line, f"{error}. {error.hint}".removesuffix(" "))
        return
    if world.host.cron != "cronie":
        level: Level = "error" if world.host.cron == "debian" else "note"
        message = (
            "Debian's cron does not read CRON_TZ: the jobs below start by the host's clock, not by"
            f" that of {value}."
            " Use a systemd timer, or the host's own times"
        )
        yield found(CRON_TZ, file, line, message, level=level)

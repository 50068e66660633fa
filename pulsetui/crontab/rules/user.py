"""PT4xx: the user column, which /etc/crontab and cron.d have and a user's own crontab has not."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pulsetui.core.text.nearest import nearest
from pulsetui.crontab.findings import Finding, LintFile, Rule, World, found
from pulsetui.crontab.jobs import CronJob
from pulsetui.crontab.rules.schedule import FIELD_LIKE

MAX_USER_LENGTH = 32
"""Characters; useradd makes no longer one."""

MISSING = Rule(
    code="PT401",
    level="error",
    title="There is no user before the command",
    why="Cron takes the first word of the command for the user, and leaves out the whole file since"
    " there is no such"
    " user.",
    wrong="0 2 * * * /usr/bin/true\n",
    right="0 2 * * * root /usr/bin/true\n",
)
UNKNOWN = Rule(
    code="PT402",
    level="error",
    title="There is no such user",
    why="Debian's cron leaves out the whole file for one unknown user.",
    wrong="0 2 * * * rot /usr/bin/true\n",
    right="0 2 * * * root /usr/bin/true\n",
)
LONG = Rule(
    code="PT403",
    level="error",
    title="The user's name is too long",
    why="No user of this system has more than 32 characters.",
    wrong=f"0 2 * * * {'u' * 33} /usr/bin/true\n",
    right="0 2 * * * root /usr/bin/true\n",
)
OF_A_USER = Rule(
    code="PT404",
    level="error",
    title="A user stands before the command in a crontab that has no such column",
    why="Cron runs a program of that name: root is not found.",
    wrong="0 2 * * * root /usr/bin/true\n",
    right="0 2 * * * /usr/bin/true\n",
)
RULES = (MISSING, UNKNOWN, LONG, OF_A_USER)

_USER = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*\$?")
_COMMON_USERS = frozenset({"root", "www-data", "nobody", "postgres", "daemon", "mail", "backup"})


def look(file: LintFile, world: World) -> Iterator[Finding]:
    """What is wrong with the users of a crontab."""
    for job in file.jobs:
        if file.crontab.has_users:
            yield from _column(file, job, world)
        else:
            yield from _no_column(file, job, world)


def _column(file: LintFile, job: CronJob, world: World) -> Iterator[Finding]:
    user, command = job.line.part("user"), job.command
    users = world.host.users() if file.is_installed else frozenset()
    if FIELD_LIKE.fullmatch(user):
        return  # a sixth field: that is said already
    if not command or not _USER.fullmatch(user):
        message = "names no user before the command" if user else "has neither user nor command"
        times = job.line.part("time")
        fix = f"{times} root {user} {command}".rstrip() if user else ""
        yield found(MISSING, file, job.line, message, fix=fix)
    elif len(user) > MAX_USER_LENGTH:
        yield found(
            LONG, file, job.line, f"a user's name has at most {MAX_USER_LENGTH} characters, got {len(user)}"
        )
    elif users and user not in users:
        near = nearest(user, users)
        fix = job.line.with_part("user", near) if near else ""
        hint = f'; did you mean "{near}"?' if near else ". Is it a word of the command?"
        yield found(UNKNOWN, file, job.line, f'there is no user "{user}" here{hint}', fix=fix)


def _no_column(file: LintFile, job: CronJob, world: World) -> Iterator[Finding]:
    first, _, rest = job.command.partition(" ")
    users = (world.host.users() if file.is_installed else frozenset()) | _COMMON_USERS
    # There are programs that are called like users: only a path behind it makes it sure.
    if first in users and rest.lstrip().startswith(("/", "cd ", "./", "~/")):
        message = f'a user\'s own crontab has no user column: "{first}" is taken for the program'
        yield found(OF_A_USER, file, job.line, message, fix=job.line.with_part("command", rest.lstrip()))

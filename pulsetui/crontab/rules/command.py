"""PT5xx: the command, as a shell finds it that knows no person's profile."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from pulsetui.crontab.findings import Finding, LintFile, Rule, World, found
from pulsetui.crontab.host import LOGIN_PATH, find_program
from pulsetui.crontab.jobs import CronJob
from pulsetui.crontab.rules.programs import BUILTINS, started_programs
from pulsetui.crontab.shell import bare_percents, shell_part

PERCENT = Rule(
    code="PT501",
    level="error",
    title="A % without a backslash",
    why="Cron ends the command there, and gives the rest to it as its input.",
    wrong="0 2 * * * /usr/bin/tar -cf /var/backups/etc-$(date +%F).tar /etc\n",
    right="0 2 * * * /usr/bin/tar -cf /var/backups/etc-$(date +\\%F).tar /etc\n",
)
NOT_FOUND = Rule(
    code="PT502",
    level="error",
    title="The program is not where cron looks",
    why="A job has PATH=/usr/bin:/bin unless the crontab says another one: what a person's shell finds,"
    " cron does not.",
    wrong="0 2 * * * restic backup /srv\n",
    right="0 2 * * * /usr/local/bin/restic backup /srv\n",
)
NOT_EXECUTABLE = Rule(
    code="PT503",
    level="error",
    title="The program may not be executed",
    why="The shell says permission denied, at every run.",
    wrong="0 2 * * * /srv/app/plain.sh\n",
    right="0 2 * * * /bin/sh /srv/app/plain.sh\n",
)
RELATIVE = Rule(
    code="PT504",
    level="warning",
    title="A relative path without a cd before it",
    why="A job begins in the home directory of its user, wherever the crontab was written.",
    wrong="0 2 * * * ./backup.sh\n",
    right="0 2 * * * cd /srv/app && ./backup.sh\n",
)
GONE = Rule(
    code="PT505",
    level="error",
    title="A directory or file of the command is gone",
    why="cd fails and the job with it; a virtualenv that moved takes its Python along.",
    wrong="0 2 * * * cd /srv/gone && /usr/bin/true\n",
    right="0 2 * * * cd /srv/app && /usr/bin/true\n",
)
BASHISM = Rule(
    code="PT506",
    level="error",
    title="bash's own words under sh",
    why="Cron starts /bin/sh, which is dash on Debian and knows none of [[ ]], source, <( ), &> or {1..9}.",
    wrong="0 2 * * * source /srv/app/env && /usr/bin/true\n",
    right="SHELL=/bin/bash\n0 2 * * * source /srv/app/env && /usr/bin/true\n",
)
TILDE = Rule(
    code="PT507",
    level="error",
    title="A ~ in quotes",
    why="The shell fills in ~ only outside of quotes.",
    wrong='0 2 * * * "~/bin/backup"\n',
    right="0 2 * * * ~/bin/backup\n",
)
SECRET = Rule(
    code="PT508",
    level="warning",
    title="A secret stands in the command",
    why="While the job runs, every user of the host sees it in ps; and it stands in cron's log.",
    wrong="0 2 * * * /usr/bin/mysqldump --password=hunter22 shop\n",
    right="0 2 * * * /usr/bin/mysqldump --defaults-extra-file=/root/.my.cnf shop\n",
)
SILENCED = Rule(
    code="PT509",
    level="warning",
    title="Error messages are thrown away, and no check is told",
    why="When it fails, nobody hears of it and nothing says why.",
    wrong="0 2 * * * /usr/bin/rsync -a /srv /mnt >/dev/null 2>&1\n",
    right="0 2 * * * /usr/bin/rsync -a /srv /mnt >/dev/null\n",
)
ORDER = Rule(
    code="PT510",
    level="warning",
    title="2>&1 stands before the file",
    why="Redirections go from left to right: errors still go to where the output went before.",
    wrong="0 2 * * * /usr/bin/true 2>&1 >/var/log/job.log\n",
    right="0 2 * * * /usr/bin/true >/var/log/job.log 2>&1\n",
)
PIPE = Rule(
    code="PT511",
    level="error",
    title="A pipe hides the exit code from what follows with &&",
    why="The exit code of a pipe is that of its last command: tee is content whatever the job did, and"
    " the check is told"
    " of a success.",
    wrong="0 2 * * * /usr/bin/rsync -a /srv /mnt | tee /tmp/log && curl -fsS -m 10 --retry 3 http://127.0.0.1:8787/ping/backup\n",
    right="0 2 * * * /usr/bin/rsync -a /srv /mnt >/tmp/log && curl -fsS -m 10 --retry 3 http://127.0.0.1:8787/ping/backup\n",
)
NO_SET_E = Rule(
    code="PT512",
    level="warning",
    title="A shell script without set -e, and && after it",
    why="The script's exit code is that of its last command: what fails in its middle is reported as a"
    " success.",
    wrong="0 2 * * * /srv/app/loose.sh && curl -fsS -m 10 --retry 3 http://127.0.0.1:8787/ping/backup\n",
    right="0 2 * * * /srv/app/strict.sh && curl -fsS -m 10 --retry 3 http://127.0.0.1:8787/ping/backup\n",
)
RULES = (
    *(
        PERCENT,
        NOT_FOUND,
        NOT_EXECUTABLE,
        RELATIVE,
        GONE,
        BASHISM,
        TILDE,
        SECRET,
        SILENCED,
        ORDER,
        PIPE,
        NO_SET_E,
    ),
)

_BASHISMS = (
    (re.compile(r"(?:^|[\s;&|(])\[\[\s"), "[[ ]]"),
    (re.compile(r"(?:^|[;&|(]\s*)source\s"), "source (write . instead)"),
    (re.compile(r"[<>]\("), "<( )"),
    (re.compile(r"&>>?"), "&>"),
    (re.compile(r"\|&"), "|&"),
    (re.compile(r"<<<"), "<<<"),
    (re.compile(r"\{[0-9]+\.\.[0-9]+\}"), "{1..9}"),
    (re.compile(r"\$'"), "$'…'"),
    (re.compile(r"\bset -o pipefail\b"), "pipefail"),
)
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_SECRETS = (
    re.compile(r"--?(?:password|passwd|secret|token|api[-_]?key)[= ][^\s$\"'-][^\s]*", re.IGNORECASE),
    re.compile(r"\b(?:PGPASSWORD|MYSQL_PWD|RESTIC_PASSWORD|AWS_SECRET_ACCESS_KEY|BORG_PASSPHRASE)=[^\s$]"),
    re.compile(r"\b[A-Z_]*(?:PASSWORD|SECRET|TOKEN|API_KEY)=[^\s$\"']"),
    re.compile(r"://[^/\s:@$]+:[^/\s@$]+@"),
    re.compile(r"Authorization:\s*(?:Bearer|Basic|Token)\s+[^\s$\"']", re.IGNORECASE),
    re.compile(r"\bmysql(?:dump|admin)?\b.*\s-p[^\s-]"),
)
_TALKERS = frozenset({"echo", "printf", "yes", "cat"})
"""They do not fail in a way that matters."""
_PLAIN_SH = frozenset({"sh", "dash", "ash"})
_SHEBANG_SHELL = re.compile(r"#!\s*\S*(?:/|env\s+)(?:ba|da|z|k)?sh\b([^\n]*)")
_STRICT = re.compile(r"^\s*set\s+(?:-\w*e\w*|-o\s+errexit)", re.MULTILINE)


def look(file: LintFile, world: World) -> Iterator[Finding]:
    """What is wrong with the commands of a crontab."""
    for job in file.jobs:
        if job.error is None or not job.command:
            yield from _text(file, job)
            yield from _ends(file, job, world)
            if file.is_installed:
                yield from _programs(file, job, world)


def _text(file: LintFile, job: CronJob) -> Iterator[Finding]:
    command = job.line.part("command")
    if percents := bare_percents(command):
        fixed = "".join("\\" + char if at in percents else char for at, char in enumerate(command))
        message = "cron ends the command at the first % without a backslash"
        yield found(PERCENT, file, job.line, message, fix=job.line.with_part("command", fixed))
    unquoted = _QUOTED.sub("''", shell_part(command))
    if job.shell_program.rpartition("/")[2] in _PLAIN_SH:
        known = next((name for pattern, name in _BASHISMS if pattern.search(unquoted)), "")
        if known:
            yield found(
                BASHISM, file, job.line, f"sh does not know {known}. Put SHELL=/bin/bash above the line"
            )
    if re.search(r"[\"']~/", command):
        fixed = re.sub(r"([\"'])~/([^\"'\s]*)\1", r"~/\2", command)
        fix = job.line.with_part("command", fixed) if fixed != command else ""
        yield found(
            TILDE, file, job.line, "~ in quotes stays a ~. Write the path out, or leave the quotes", fix=fix
        )
    if any(pattern.search(command) for pattern in _SECRETS):
        message = (
            "a secret in the command shows in ps and in cron's log. Read it from a file that only the"
            " job may read"
        )
        yield found(SECRET, file, job.line, message)


def _ends(file: LintFile, job: CronJob, world: World) -> Iterator[Finding]:
    """Where output and exit codes go."""
    for step in job.steps:
        plain = [redirect.replace(" ", "") for redirect in step.redirects]
        if "2>&1" in plain[:-1] and plain[plain.index("2>&1") + 1].lstrip("1").startswith(">"):
            message = "2>&1 before the file sends errors to where the output went before. Put it last"
            yield found(ORDER, file, job.line, message)
    silenced = any(
        redirect in ("2>/dev/null", "2>>/dev/null", "&>/dev/null")
        or ("2>&1" in step.redirects and redirect in (">/dev/null", "1>/dev/null"))
        for step in job.work
        for redirect in step.redirects
    )
    if silenced and not world.is_told(job) and not file.is_packaged and not job.is_dispatcher:
        message = "error messages go to /dev/null and no check is told: a failure leaves no trace"
        yield found(SILENCED, file, job.line, message)
    for report in job.reports:
        if report.kind in ("success", "exit") and report.step:
            yield from _exit_code(file, job, report.step, world)


def _exit_code(file: LintFile, job: CronJob, at: int, world: World) -> Iterator[Finding]:
    """Whether the step before a report says truly how the job ended."""
    before = job.steps[at - 1]
    strict = "pipefail" in job.command or "PIPESTATUS" in job.command
    if _hides_work(job, at) and job.steps[at].joined_by in ("&&", ";") and not strict:
        message = (
            f"the exit code of the pipe is that of {before.program_name}: a failure before it is told"
            " as a success"
        )
        yield found(PIPE, file, job.line, message)
    program = before.program if before.program.startswith("/") else ""
    script = world.host.head(program) if file.is_installed and program else ""
    shebang = _SHEBANG_SHELL.match(script)
    if (
        shebang
        and "e" not in shebang[1].partition("-")[2]
        and not _STRICT.search(script)
        and script.count("\n") > 2
    ):
        message = f"{program} has no set -e: what fails in its middle is told as a success"
        yield found(NO_SET_E, file, job.line, message)


def _hides_work(job: CronJob, at: int) -> bool:
    """Whether the step before ends a pipe in which another one can fail."""
    before = at - 1
    while job.steps[before].joined_by == "|" and before:
        before -= 1
        if job.steps[before].program_name not in _TALKERS:
            return True
    return False


def _programs(file: LintFile, job: CronJob, world: World) -> Iterator[Finding]:
    """What of the command is there, for cron."""
    directory = world.host.home(job.user) or "/"
    moved = False
    guarded = False
    for step in job.steps:
        if step.program == "cd" and len(step.argv) > 1:
            target = step.argv[1]
            moved = True
            if target.startswith("/") and "$" not in target:
                directory = target
                if not world.host.exists(target):
                    yield found(GONE, file, job.line, f"there is no directory {target}")
                    return
            continue
        if step.program_name in ("test", "[", "[[", "command", "which", "type", "if"):
            guarded = True  # it asks first
        for program in () if guarded else started_programs(step):
            if finding := _program(file, job, program, directory if moved else "", world):
                yield finding
                return


def _program(file: LintFile, job: CronJob, program: str, directory: str, world: World) -> Finding | None:
    """What is wrong with one program; ``directory`` is where a ``cd`` before it went."""
    if "$" in program or "`" in program or "*" in program or program in BUILTINS:
        return None
    if program.startswith("~"):
        home = world.host.home(job.user)
        program = home + program[1:] if home and program.startswith("~/") else ""
    elif "/" in program and not program.startswith("/"):
        if not directory:
            message = (
                f"{program} is looked for in the home directory of {job.user or 'the user'}. Write the"
                " whole path"
            )
            return found(RELATIVE, file, job.line, message)
        program = posixpath.normpath(f"{directory}/{program}")
    if not program:
        return None
    if "/" not in program:
        return (
            _not_found(file, job, program, world) if not find_program(program, job.path, world.host) else None
        )
    if not world.host.exists(program):
        is_venv = "/bin/python" in program or "/venv" in program
        rule, what = (GONE, "the virtualenv of") if is_venv else (NOT_FOUND, "")
        said = f"{what} {program} is gone" if what else f"there is no {program}"
        return found(rule, file, job.line, said)
    if not world.host.is_program(program):
        return found(NOT_EXECUTABLE, file, job.line, f"{program} may not be executed. Do: chmod +x {program}")
    return None


def _not_found(file: LintFile, job: CronJob, program: str, world: World) -> Finding:
    elsewhere = find_program(program, f"{LOGIN_PATH}:{world.host.home(job.user)}/.local/bin", world.host)
    if not elsewhere:
        return found(NOT_FOUND, file, job.line, f"there is no {program} in PATH={job.path}")
    fixed = re.sub(
        rf"(?<![\w/.-]){re.escape(program)}(?![\w/.-])", elsewhere, job.line.part("command"), count=1
    )
    message = f"{program} is not in PATH={job.path}; it is {elsewhere}"
    return found(NOT_FOUND, file, job.line, message, fix=job.line.with_part("command", fixed))

"""A crontab's line as a job: when cron starts it, what it runs, and which reports it makes."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct

from pulsetui.core.schedule.cron import Cron
from pulsetui.crontab.reader import Crontab, CrontabLine
from pulsetui.crontab.reports import STARTERS, PingCall, reports_of
from pulsetui.crontab.shell import ShellText, Step, read_shell, shell_part
from pulsetui.errors import ScheduleError

CRON_PATH = "/usr/bin:/bin"
"""What Debian's cron gives a job whose crontab names no PATH."""
REBOOT = "@reboot"
_DISPATCHERS = frozenset({"run-parts", "anacron", "periodic"})
_SETUP = frozenset(
    {
        "cd",
        "test",
        "[",
        "[[",
        ".",
        "source",
        "export",
        "set",
        "umask",
        "ulimit",
        "sleep",
        "true",
        ":",
        "mkdir",
    }
)
_INTERPRETERS = re.compile(
    r"(?:python|pypy|perl|ruby|node|php|bash|sh|dash|zsh|uv|poetry|pipenv|bundle|npx)[0-9.]*"
)
_RUNNERS = frozenset({"run", "exec"})


class CronJob(Struct, frozen=True):
    """One job. ``schedule`` is None where nothing can be due: ``@reboot``, and times that are wrong."""

    crontab: Crontab
    line: CrontabLine
    settings: Mapping[str, str]  # in force at that line
    user: str  # "" where that is not known
    shell: ShellText
    reports: tuple[PingCall, ...]
    schedule: Cron | None
    error: ScheduleError | None  # why the times are wrong

    @property
    def times(self) -> str:
        """The five fields, or ``@daily``, with single blanks."""
        return " ".join(self.line.part("time").split())

    @property
    def command(self) -> str:
        """As written, without a line's end."""
        return self.line.part("command").strip()

    @property
    def path(self) -> str:
        """PATH as the job gets it."""
        return self.settings.get("PATH", CRON_PATH)

    @property
    def shell_program(self) -> str:
        """What runs the command."""
        return self.settings.get("SHELL", "/bin/sh")

    @property
    def steps(self) -> tuple[Step, ...]:
        """The simple commands in order."""
        return self.shell.steps

    @property
    def is_dispatcher(self) -> bool:
        """Whether it only starts what others put into a directory: ``run-parts /etc/cron.daily``."""
        return any(step.program_name in _DISPATCHERS for step in self.steps)

    @property
    def work(self) -> tuple[Step, ...]:
        """The steps that are neither reports nor preparations."""
        reporting = {report.step for report in self.reports if report.kind != "run"}
        return tuple(
            step
            for place, step in enumerate(self.steps)
            if place not in reporting and step.argv and step.program_name not in _SETUP
        )


def work_text(job: CronJob) -> str:
    """What the job does without its reports, for the shell: preparations stay, and of ``pulsetui run`` its
    command. "" where that cannot be told apart."""
    text, steps = shell_part(job.command), job.steps
    reporting = {report.step: report.kind for report in job.reports}
    places = [place for place in range(len(steps)) if reporting.get(place, "run") == "run"]
    if not places or places != list(range(places[0], places[-1] + 1)):
        return ""  # a report in the middle: what follows may hang on it
    wrapped = [place for place in places if place in reporting]
    begin, end = steps[places[0]].start, steps[places[-1]].end
    if not wrapped:
        return text[begin:end]
    run = steps[places[-1]]
    if wrapped != places[-1:] or "--" not in run.raw_words:
        return ""
    return text[begin : run.start] + " ".join(run.raw_words[run.raw_words.index("--") + 1 :])


def jobs_of(crontab: Crontab, zone: str = "UTC") -> tuple[CronJob, ...]:
    """The jobs of a crontab. ``zone`` is the one in which this host's cron reads times."""
    return tuple(_job(crontab, line, settings, zone) for line, settings in crontab.jobs())


def _job(crontab: Crontab, line: CrontabLine, settings: Mapping[str, str], zone: str) -> CronJob:
    shell = read_shell(shell_part(line.part("command").strip()))
    schedule, error = None, None
    times = line.part("time")
    if times != REBOOT:
        try:
            schedule = Cron.parse(times, zone)
        except ScheduleError as found:
            error = found
    user = crontab.job_user(line)
    return CronJob(crontab, line, settings, user, shell, reports_of(shell), schedule, error)


def job_name(job: CronJob) -> str:
    """What a person would call the job: ``backup``, of manage.py ``sync_invoices``; "" if nothing tells."""
    return _program(job)[0]


def management_command(job: CronJob) -> str:
    """The command of a Django project that the job runs; "" for another job."""
    name, is_managed = _program(job)
    return name if is_managed else ""


def _program(job: CronJob) -> tuple[str, bool]:
    """The name of what does the work, and whether it is a command of ``manage.py``."""
    for step in job.work:
        words = list(step.argv)
        while words and words[0].rpartition("/")[2] in STARTERS:
            words = _behind_starter(words)
        if words and (found := _name_of(words))[0]:
            return found
    return "", False


def _behind_starter(words: list[str]) -> list[str]:
    """What ``flock -n /lock``, ``timeout 60`` or ``nice -n 10`` starts."""
    takes_one = words[0].rpartition("/")[2] in ("flock", "timeout")
    rest = words[1:]
    while rest and (rest[0].startswith("-") or rest[0].isdigit() or "=" in rest[0]):
        rest = rest[1:]
    if takes_one and rest and words[0].rpartition("/")[2] == "flock":
        rest = rest[1:]
        while rest and (rest[0].startswith("-") and rest[0] != "-c"):
            rest = rest[1:]
    elif takes_one and rest and re.fullmatch(r"[0-9.]+[smhd]?", rest[0]):
        rest = rest[1:]
    return rest


def _name_of(words: list[str]) -> tuple[str, bool]:
    for at, word in enumerate(words):
        name = word.rpartition("/")[2]
        if name == "manage.py" or name == "django-admin":
            return next((each for each in words[at + 1 :] if not each.startswith("-")), ""), True
        if name == "pulsetui" and at + 2 < len(words) and words[at + 1] == "run":
            return words[at + 2], False
        if word == "-m" and at + 1 < len(words):
            return words[at + 1], False
        if word.startswith("-") or _INTERPRETERS.fullmatch(name) or name in _RUNNERS:
            continue
        return re.sub(r"\.(?:py|sh|pl|rb|php|js|bash)\Z", "", name), False
    return "", False

"""What the linter knows and says: rules with a code that stays, and findings at a line of a file."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Iterable
from datetime import datetime
from pathlib import Path
from typing import Literal

from msgspec import Struct

from pulsetui.core.schedule.schedule import ScheduleKind
from pulsetui.crontab.host import Facts, FileFacts
from pulsetui.crontab.jobs import CronJob, management_command
from pulsetui.crontab.managed import is_of_file, is_of_line
from pulsetui.crontab.reader import Crontab, CrontabLine

Level = Literal["error", "warning", "note"]
"""``error``: the job does not run, or not as it is told. ``warning``: it probably does not do what is meant.
``note``: good to know; a note alone never fails the linter."""


class Rule(Struct, frozen=True, kw_only=True):
    """One thing to look for. ``wrong`` and ``right`` are crontabs (or timers) that do and do not have it."""

    code: str
    level: Level
    title: str
    why: str  # what happens, and how we know
    wrong: str
    right: str


class Finding(Struct, frozen=True, kw_only=True):
    """One thing found. Texts may quote the file and are unsafe until cleaned."""

    code: str
    level: Level
    path: Path
    line: int  # counted from 1
    message: str
    fix: str = ""  # the corrected line (or lines); "" where there is no one answer


class KnownCheck(Struct, frozen=True, kw_only=True):
    """What is known of a check that a line may report to. Spans are seconds."""

    slug: str
    uuid: str = ""
    kind: ScheduleKind
    schedule: str
    tz: str
    grace: float
    max_runtime: float | None = None
    usual_duration: float | None = None  # where an engine has seen runs
    source: tuple[str, str] | None = None  # who schedules it, and under which key, where it follows somebody


class LintFile(Struct, frozen=True):
    """A crontab to judge. ``is_installed``: it is where this host's cron reads it, so the host's programs,
    users and files are what its jobs meet."""

    crontab: Crontab
    jobs: tuple[CronJob, ...]
    is_installed: bool
    facts: FileFacts | None = None
    is_packaged: bool = False

    @property
    def path(self) -> Path:
        return self.crontab.path


class KnownChecks(Collection[KnownCheck]):
    """So many that one is not looked for among all of them."""

    @abstractmethod
    def named(self, name: str) -> KnownCheck | None:
        """The check of that slug or uuid."""

    @abstractmethod
    def made(self) -> Iterable[KnownCheck]:
        """Those with a source."""


class World(Struct, frozen=True, kw_only=True):
    """What files are judged against."""

    host: Facts
    now: datetime
    checks: Collection[KnownCheck] = ()
    knows_checks: bool = False  # whether there is a checks.toml at all
    addresses: frozenset[str] = frozenset()  # host:port of the listener, by all its names

    def check(self, name: str) -> KnownCheck | None:
        """The check of that slug or uuid."""
        if isinstance(self.checks, KnownChecks):
            return self.checks.named(name)
        return next((each for each in self.checks if name and name in (each.slug, each.uuid)), None)

    def check_of_command(self, job: CronJob) -> KnownCheck | None:
        """The check that a command of a Django project reports to with no word in its line, by the app
        ``pulsetui.django``: the one that ``manage.py pulsetui sync``, which knows the settings, made of
        such a line, else that of the command's name. Without the app that check gets overdue, and tells.
        """
        command = management_command(job)
        if not command or job.reports:
            return None
        return self._made_of(job) or self.check(command.lower().replace("_", "-"))

    def _made_of(self, job: CronJob) -> KnownCheck | None:
        """None also where several were: of two projects with the same command, in other files than this."""
        checks = self.checks.made() if isinstance(self.checks, KnownChecks) else self.checks
        made = [each for each in checks if each.source and is_of_line(each.source, job)]
        here = [each for each in made if each.source and is_of_file(each.source[0], job.crontab.path)]
        return made[0] if len(made) == 1 else here[0] if len(here) == 1 else None

    def is_told(self, job: CronJob) -> bool:
        """Whether some check, here or elsewhere, hears of the job."""
        return bool(job.reports) or self.check_of_command(job) is not None


def found(
    rule: Rule,
    file: LintFile,
    line: CrontabLine | None,
    message: str,
    *,
    fix: str = "",
    level: Level | None = None,
) -> Finding:
    """A finding of that rule at that line; at the first one where it is about the whole file."""
    at = line.number if line else 1
    return Finding(
        code=rule.code, level=level or rule.level, path=file.path, line=at, message=message, fix=fix
    )

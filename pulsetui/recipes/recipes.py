"""Ways to let a job report: one entry each, filled in for one check and ready to paste.

Every text works as it stands once ``/path/to/job`` (or the task's own code) is in its place; tests run each
of them against a real engine. A ping never decides over the job: where one could (a start ping before a
service, a signal handler) its failure is ignored.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from datetime import UTC, datetime
from keyword import iskeyword
from math import ceil

from msgspec import Struct

from pulsetui.core.schedule.schedule import ScheduleKind
from pulsetui.recipes import texts
from pulsetui.recipes.crontab_fields import CrontabFields, crontab_fields
from pulsetui.recipes.host_times import HostTimes, host_times, times_header
from pulsetui.recipes.oncalendar import NO_CALENDAR, timer_lines

JOB = "/path/to/job"
"""Stands for the job itself in every shell text."""

_SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)
_CURL = "curl -fsS -m 10 --retry 3 -o /dev/null"
_CURL_START = "curl -fsS -m 5 -o /dev/null"
"""The job waits for this one: shorter, and not tried again."""
NO_TIMES = "MINUTE HOUR DAY MONTH WEEKDAY"
"""Stands for the times where cron has no words for them. ``crontab`` refuses the line while it stands there:
better than a time that is nobody's."""


class Target(Struct, frozen=True, kw_only=True):
    """The check to report to."""

    slug: str
    url: str  # what is called for a success
    schedule_kind: ScheduleKind
    schedule: str
    tz: str
    max_runtime: float | None = None  # seconds
    program: str = "pulsetui"  # how the job's shell finds it
    options: str = ""  # what ``pulsetui ping`` needs to find the engine: ``--state-dir DIR``
    host_tz: str = ""  # the zone of the host whose crontab it is, "" where that is not known
    system_tz: str = ""  # what its cron reads instead where it was started without the TZ that names host_tz
    now: datetime = _SOME_DAY  # by whose clocks times are translated

    @property
    def is_local(self) -> bool:
        """Whether only this host reaches the URL."""
        host = self.url.partition("://")[2].partition("/")[0]
        return host.startswith(("127.", "localhost", "[::1]"))


class Recipe(Struct, frozen=True, kw_only=True):
    """One way. ``notes`` are sentences for the person; they are not part of the text to copy."""

    id: str
    title: str
    about: str  # where the text goes and what it tells
    text: Callable[[Target], str]
    notes: Callable[[Target], tuple[str, ...]] = lambda _: ()


def times_of(target: Target) -> HostTimes:
    """The times for the host's crontab, ``NO_TIMES`` where cron has no words for them; and what to know."""
    return _times_in(target, target.host_tz)


def _times_in(target: Target, host_tz: str) -> HostTimes:
    fields = _fields_of(target)
    if fields is None:
        return HostTimes(NO_TIMES, note=_no_words(target)[0])
    return host_times(fields, host_tz, target.now)


def _fields_of(target: Target) -> CrontabFields | None:
    return crontab_fields(target.schedule_kind, target.schedule, target.tz)


def _zone_of(target: Target) -> str:
    """The zone that the times are meant in."""
    fields = _fields_of(target)
    return (fields.zone if fields is not None else "") or target.tz


def curl_line(target: Target) -> str:
    """The command that tells of a success."""
    return f"{_CURL} {shlex.quote(target.url)}"


def _fill(template: str, target: Target) -> str:
    url = shlex.quote(target.url)
    seconds = ceil(target.max_runtime) if target.max_runtime else 0
    own, utc = _fields_of(target), _times_in(target, "UTC")
    words = {
        "@URL@": url,
        "@RAW_URL@": target.url,
        "@SLUG@": shlex.quote(target.slug),
        "@NAME@": _kubernetes_name(target.slug),
        "@COMMAND@": _python_name(target.slug),
        "@ZONE@": _zone_of(target),
        "@TIMES@": own.text if own is not None else NO_TIMES,
        "@UTC_TIMES@": utc.text,
        "@UTC_REMARK@": f"  # {utc.remark}" if utc.remark else "",
        "@TIMER@": "\n".join(timer_lines(target.schedule_kind, target.schedule, target.tz)),
        "@PING@": curl_line(target),
        "@START@": f"{_CURL_START} {url}/start",
        "@JOB@": f"timeout {seconds} {JOB}" if seconds else JOB,
        "@BARE_JOB@": JOB,
        "@LIMIT@": f"timeout {seconds} " if seconds else "",
        "@SECONDS@": str(seconds),
        "@MINUTES@": str(ceil(seconds / 60)),
        "@PULSETUI@": shlex.quote(target.program),
        "@OPTIONS@": f" {target.options}" if target.options else "",
        "@RUN_LIMIT@": f" --timeout {seconds}s" if seconds else "",
    }
    return re.sub("@[A-Z_]+@", lambda match: words[match[0]], template)


def _kubernetes_name(slug: str) -> str:
    """RFC 1123 label; the controller adds 11 characters to a CronJob's name, so at most 52."""
    return slug.replace("_", "-")[:52].strip("-") or "job"


def _python_name(slug: str) -> str:
    name = slug.replace("-", "_").strip("_") or "job"
    taken = {"ping", "started", "succeeded", "failed", "sys", "urlopen"}
    return name if name.isidentifier() and not iskeyword(name) and name not in taken else f"job_{name}"


def _crontab(line: str) -> Callable[[Target], str]:
    def text(target: Target) -> str:
        times = times_of(target)
        command = _fill(line, target) + (f"  # {times.remark}" if times.remark else "")
        escaped = command.replace("%", "\\%")  # cron reads a bare % as the end of the line
        return "\n".join((*times_header(times), f"{times.text} {escaped}"))

    return text


def _plain(template: str) -> Callable[[Target], str]:
    """The template, without the lines about a limit where the check has no ``max_runtime``."""

    def text(target: Target) -> str:
        limits = ("@SECONDS@", "@MINUTES@")
        lines = template.splitlines()
        if not target.max_runtime:
            lines = [line for line in lines if not any(limit in line for limit in limits)]
        return _fill("\n".join(lines), target)

    return text


def _systemd(template: str) -> Callable[[Target], str]:
    """systemd reads % as a specifier and $ as a variable, unless doubled."""

    def text(target: Target) -> str:
        url = target.url.replace("%", "%%").replace("$", "$$")
        return _plain(template.replace("@RAW_URL@", url))(target)

    return text


# What the person should know


def times_notes(target: Target) -> tuple[str, ...]:
    """What to know of the five fields of a line in the host's crontab."""
    note, fields = times_of(target).note, _fields_of(target)
    notes = (note,) if note else ()
    if target.system_tz and target.host_tz and fields is not None and fields.zone:
        doubt = (
            f"{target.host_tz} is what TZ says; a cron that was started without TZ reads {target.system_tz}."
        )
        return (*notes, doubt)
    return notes


def _no_words(target: Target) -> tuple[str, ...]:
    if _fields_of(target) is not None:
        return ()
    return (f'Cron has no words for "{target.schedule}": put your own times in the place of {NO_TIMES}.',)


def _cron_notes(target: Target) -> tuple[str, ...]:
    if target.max_runtime:
        return times_notes(target)
    limit = "With max_runtime in the check, this line also ends a job that hangs (timeout)."
    return (*times_notes(target), limit)


def _far_notes(target: Target) -> tuple[str, ...]:
    if not target.is_local:
        return ()
    note = (
        "127.0.0.1 is this host only: set listen and ping_key under [listener] in checks.toml, and use an"
        " address that the job reaches."
    )
    return (note,)


def _timer_notes(target: Target) -> tuple[str, ...]:
    if timer_lines(target.schedule_kind, target.schedule, target.tz)[0].endswith(NO_CALENDAR):
        return (
            f'OnCalendar has no words for "{target.schedule}": put your own in the place of {NO_CALENDAR}.',
        )
    return ("The service of the same name does the work: give it one of the two drop-ins above.",)


def _github_notes(target: Target) -> tuple[str, ...]:
    return (
        *_far_notes(target),
        *_github_times(target),
        "A URL that holds a ping key belongs in a secret, not in the file.",
    )


def _github_times(target: Target) -> tuple[str, ...]:
    times = _times_in(target, "UTC")
    if times.cron_tz:
        return (
            f"GitHub reads the times in UTC, in which these days cannot be said: they are {times.cron_tz}'s.",
        )
    return (times.note.replace("Cron reads the host's zone, UTC", "GitHub reads UTC"),) if times.note else ()


def _kubernetes_notes(target: Target) -> tuple[str, ...]:
    return (*_far_notes(target), *_no_words(target), "The image needs sh and curl.")


RECIPES: tuple[Recipe, ...] = (
    Recipe(
        id="cron",
        title="crontab",
        about="One more command at the end of the line (crontab -e): it tells of success, and silence tells"
        " of everything else.",
        text=_crontab("@JOB@ && @PING@"),
        notes=_cron_notes,
    ),
    Recipe(
        id="cron-exit-code",
        title="crontab, start and exit code",
        about="A failure shows at once, with its exit code; the start gives durations and shows a job that"
        " hangs.",
        text=_crontab("@START@; @JOB@; @PING@/$?"),
        notes=_cron_notes,
    ),
    Recipe(
        id="run",
        title="pulsetui run",
        about="Wraps the job: start, end, exit code, duration and output; its exit code and output stay its"
        " own. Reports are kept while the engine is away.",
        text=_crontab("@PULSETUI@ run @SLUG@@OPTIONS@@RUN_LIMIT@ -- @BARE_JOB@"),
        notes=_cron_notes,
    ),
    Recipe(
        id="ping",
        title="pulsetui ping",
        about="As with curl, but a report that finds no engine is kept and taken in later.",
        text=_crontab(
            "@PULSETUI@ ping @SLUG@ --start@OPTIONS@; @JOB@; @PULSETUI@ ping @SLUG@ --exit-code $?@OPTIONS@"
        ),
        notes=_cron_notes,
    ),
    Recipe(
        id="script",
        title="shell script",
        about="Start, exit code and the end of the output, kept with the ping.",
        text=_plain(texts.SCRIPT),
    ),
    Recipe(
        id="systemd",
        title="systemd",
        about="ExecStartPost runs only after the job has succeeded, if the service is of Type=oneshot.",
        text=_systemd(texts.SYSTEMD_SUCCESS),
    ),
    Recipe(
        id="systemd-exit-code",
        title="systemd, start and exit code",
        about="ExecStopPost runs whatever happened and knows how the job ended; a job that was killed or"
        " timed out is told as failed.",
        text=_systemd(texts.SYSTEMD_FULL),
    ),
    Recipe(
        id="systemd-timer",
        title="systemd timer",
        about="In the place of a crontab line: the times are read in their own zone, through every summer.",
        text=_plain(texts.SYSTEMD_TIMER),
        notes=_timer_notes,
    ),
    Recipe(
        id="django-cron",
        title="Django: manage.py in cron",
        about="The management command as a line of the crontab.",
        text=_crontab(
            "cd /srv/project && @LIMIT@.venv/bin/python manage.py @COMMAND@ && @PING@",
        ),
        notes=_cron_notes,
    ),
    Recipe(
        id="django",
        title="Django: inside the command",
        about="The command itself reports its start, its result or its traceback.",
        text=_plain(texts.DJANGO),
    ),
    Recipe(
        id="celery",
        title="Celery task",
        about="Signals of one task; the task's id is the run id, so runs that overlap stay apart.",
        text=_plain(texts.CELERY),
    ),
    Recipe(
        id="kubernetes",
        title="Kubernetes CronJob",
        about="The container's shell reports start and exit code.",
        text=_plain(texts.KUBERNETES),
        notes=_kubernetes_notes,
    ),
    Recipe(
        id="github",
        title="GitHub Actions",
        about="A first and a last step of the workflow.",
        text=_plain(texts.GITHUB),
        notes=_github_notes,
    ),
)
BY_ID = {recipe.id: recipe for recipe in RECIPES}

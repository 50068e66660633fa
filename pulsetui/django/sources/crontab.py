"""Lines of crontabs that call the project's manage.py."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pulsetui.core.state.check import NEW_SLUG
from pulsetui.crontab.findings import LintFile
from pulsetui.crontab.host import ThisHost
from pulsetui.crontab.jobs import CronJob
from pulsetui.crontab.managed import manage_words, managed_key, place_of_given, place_of_installed
from pulsetui.crontab.places import Places, given_file, installed_crontabs
from pulsetui.django.sources.collected import Collected, Project
from pulsetui.provision.found import SourceReading

_MANAGE = "manage.py"
_URL = "PULSETUI_URL"


def read(project: Project) -> Iterator[SourceReading]:
    """One reading for each file: of those that are named, else of those that this user may read on this host.

    So what another user may read there, or stands on another host, is never taken for gone."""
    host, places = _cron_host(), Places()
    if project.crontabs:
        for name in project.crontabs:
            yield _reading(project, host, place_of_given(name), given_file(name, places, host), is_here=False)
        return
    for file in installed_crontabs(places, host)[0]:
        yield _reading(project, host, place_of_installed(os.uname().nodename, file.path), file, is_here=True)


def _cron_host() -> ThisHost:
    """This host with the zone of its cron: Django has set the one of the project for the whole process."""
    host, of_project = ThisHost(), os.environ.pop("TZ", None)
    try:
        if (of_process := _first_tz()) is not None:
            os.environ["TZ"] = of_process
        time.tzset()
        _ = host.zone  # which it remembers
    finally:
        os.environ.pop("TZ", None)
        if of_project is not None:
            os.environ["TZ"] = of_project
        time.tzset()
    return host


def _first_tz() -> str | None:
    """TZ as this process was started with."""
    try:
        started = Path("/proc/self/environ").read_bytes().split(b"\0")
    except OSError:
        return None
    found = (pair.removeprefix(b"TZ=") for pair in started if pair.startswith(b"TZ="))
    return next((os.fsdecode(value) for value in found), None)


def _reading(project: Project, host: ThisHost, place: str, file: LintFile, *, is_here: bool) -> SourceReading:
    collected = Collected(project, place)
    for job in file.jobs:
        words = manage_words(job)
        if words and (not is_here or _is_of(project, job, words[0])):
            _collect(project, collected, job, words[1:], f"{file.path}:{job.line.number}")
    has_jobs = not collected.reading().is_empty
    doubt = (
        "" if host.zone or not has_jobs else "the zone of this host is not certain: its times are not, either"
    )
    return collected.reading(doubt)


def _is_of(project: Project, job: CronJob, manage: str) -> bool:
    """Whether it is this project's, and not that of another one on this host."""
    directory = next((step.argv[1] for step in job.steps if step.program == "cd" and len(step.argv) > 1), "~")
    if directory.startswith("~"):
        directory = ThisHost().home(job.user) + directory[1:]
    return (Path(directory) / manage).parent.resolve() == project.root.resolve()


def _collect(project: Project, collected: Collected, job: CronJob, words: Sequence[str], place: str) -> None:
    options = project.options
    name, rest = (words[0], list(words[1:])) if words else ("", [])
    if job.schedule is None:
        if job.error:
            collected.cannot_watch(name or _MANAGE, f"{place}: {job.error}")
        else:
            collected.leave_out(name or _MANAGE, f"{place}: nothing is due at {job.times}")
        return
    report = next((one for one in job.reports if one.check), None)
    if report is not None and NEW_SLUG.fullmatch(report.check):
        slug = report.check
    elif not options.watches(name):
        collected.leave_out(
            name or _MANAGE, f"{place}: this command is not watched (see PULSETUI: allow, deny)"
        )
        return
    else:
        arguments, why = _arguments(name, rest)
        if why:
            collected.cannot_watch(name, f"{place}: {why}")
            return
        slug = options.slug(name, arguments)
    if report is None and not (options.is_url_in_settings or _has_url(job)):
        why = "PULSETUI_URL is neither in the crontab nor in the settings: does anything else set it?"
        collected.note(f"{place}: {why}")
    schedule = job.schedule
    keys = {schedule.kind: schedule.expression, "timezone": schedule.timezone}
    collected.add(key=managed_key(name, rest), slug=slug, name=slug, keys=keys, place=place)


def _has_url(job: CronJob) -> bool:
    given = (word for step in job.steps for word in step.words)
    return _URL in job.settings or any(word.startswith(f"{_URL}=") for word in given)


def _arguments(name: str, words: list[str]) -> tuple[dict[str, Any], str]:
    """The arguments as the command reads them, which may be part of its slug; or why it refuses them."""
    from django.core.management import get_commands, load_command_class
    from django.core.management.base import CommandError

    app = get_commands().get(name)
    if app is None:
        return {}, "the project has no such command"
    try:
        command = app if not isinstance(app, str) else load_command_class(app, name)
        return vars(command.create_parser(_MANAGE, name).parse_args(words)), ""
    except (CommandError, SystemExit) as error:
        return {}, f"its arguments are refused: {error}"

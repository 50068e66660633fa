"""``manage.py pulsetui list``: commands and scheduled jobs of the project, and which have no check."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from pulsetui.core.text.clean import clean
from pulsetui.django.overview import ProjectCommand, project_commands, shared_slugs
from pulsetui.django.reach import checks_of
from pulsetui.django.schedules import readings_of
from pulsetui.django.sources.collected import Project
from pulsetui.django.sync import Say
from pulsetui.errors import PulseError
from pulsetui.provision.found import FoundSchedule
from pulsetui.provision.words import remarks

_NO_CHECK = "  no such check"


def show(project: Project, *, out: Say, tell: Say) -> bool:
    """Whether each scheduled job has a check of its own, as far as that could be asked. Commands that nobody
    schedules need none."""
    options = project.options
    commands, readings = project_commands(options), readings_of(project)
    jobs = [one for each in readings for one in each.schedules]
    known: Collection[str] | None = None
    if options.url:
        try:
            with checks_of(options.url) as checks:
                known = checks.slugs()
        except PulseError as error:
            tell(f"which checks there are could not be asked: {clean(str(error), 400)}")
    for line in (*_commands(commands, known), *_jobs(jobs, known)):
        out(line)
    for slug, names in shared_slugs(commands).items():
        tell(f"{' and '.join(names)} report to one check, {slug}")
    shared = [slug for slug, count in Counter(one.slug for one in jobs).items() if count > 1]
    for slug in shared:
        places = " and ".join(one.place for one in jobs if one.slug == slug)
        tell(clean(f"{places} report to one check, {slug}", 400))
    for line in remarks(readings):
        tell(line)
    if not options.url:
        tell("nothing is reported: PULSETUI_URL is not set")
    is_read = all(each.is_well for each in readings)
    return is_read and not shared and (known is None or all(one.slug in known for one in jobs))


def unwatched_jobs(project: Project) -> Iterator[str]:
    """A sentence for each scheduled job that has no check, and for each that cannot have one as it stands.

    Nothing where the engine cannot be asked: then no database is, either, as where an image is built."""
    try:
        with checks_of(project.options.url) as checks:
            known = checks.slugs()
    except PulseError:
        return
    for each in readings_of(project):
        for text in each.unwatched:
            yield clean(f"A scheduled job cannot be watched: {text} [{each.origin}].", 400)
        for one in each.schedules:
            if one.slug not in known:
                yield clean(f"{one.name} is scheduled and has no check {one.slug} [{one.place}].", 400)


def _commands(commands: Sequence[ProjectCommand], known: Collection[str] | None) -> list[str]:
    width = max((len(command.name) for command in commands), default=0)
    return [
        f"{command.name:<{width}}  {command.slug or 'not watched'}{_lack(command, known)}"
        for command in commands
    ]


def _lack(command: ProjectCommand, known: Collection[str] | None) -> str:
    is_certain = known is not None and command.slug and not command.needs_arguments
    return _NO_CHECK if known is not None and is_certain and command.slug not in known else ""


def _jobs(jobs: Sequence[FoundSchedule], known: Collection[str] | None) -> list[str]:
    rows = [(clean(one.name), one.slug, clean(f"[{one.place}]")) for one in jobs]
    names, slugs = (max((len(row[at]) for row in rows), default=0) for at in (0, 1))
    return [
        f"{name:<{names}}  {slug:<{slugs}}  {place}{'' if known is None or slug in known else _NO_CHECK}"
        for name, slug, place in rows
    ]

"""What ``manage.py check --deploy`` warns of, and ``manage.py pulsetui check``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.core.checks import Warning as CheckWarning

from pulsetui.django.options import Options, read_options
from pulsetui.django.overview import project_commands, shared_slugs
from pulsetui.errors import UsageError
from pulsetui.job.wire import parse_address


def deploy_checks(app_configs: Any, **given: Any) -> list[CheckWarning]:
    """W001: no engine is named; W002: its address is none; W003: two commands share a check; W004: a job is
    scheduled and has no check, or cannot have one as it stands. W004 asks the engine."""
    options = read_options()
    if not options.url:
        hint = "Set PULSETUI_URL in the environment of the jobs, or here, like http://127.0.0.1:8787."
        return [CheckWarning("pulsetui.django reports nothing.", hint=hint, id="pulsetui.W001")]
    found = []
    try:
        parse_address(options.url)
    except UsageError as error:
        found.append(CheckWarning(f"PULSETUI_URL: {error}.", id="pulsetui.W002"))
    for slug, names in shared_slugs(project_commands(options)).items():
        text = f"{' and '.join(names)} report to one check, {slug}: a missing run of one would not show."
        hint = 'Give each a check of its own in PULSETUI["slugs"].'
        found.append(CheckWarning(text, hint=hint, id="pulsetui.W003"))
    return found + [
        CheckWarning(text, hint="See: manage.py pulsetui sync", id="pulsetui.W004")
        for text in _unwatched(options)
    ]


def _unwatched(options: Options) -> Iterator[str]:
    from pulsetui.core.text.clean import clean  # with the app this module is loaded in each command
    from pulsetui.django.listing import unwatched_jobs
    from pulsetui.django.schedules import this_project

    try:
        yield from unwatched_jobs(this_project(options))
    except Exception as error:  # noqa: BLE001 - code of other people; the other warnings are not to be lost
        yield f"The schedules of this project cannot be read: {clean(str(error), 300)}."


def check_by_hand(*, out: Callable[[str], object]) -> bool:
    """Shows the same warnings; whether there are none."""
    found = deploy_checks(None)
    for one in found:
        out(f"{one.id}: {one.msg}" + (f"\n    {one.hint}" if one.hint else ""))
    if not found:
        out("nothing to warn of")
    return not found

"""``manage.py pulsetui sync``: makes the checks equal to the schedules of the project, as a diff first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from pulsetui.config.toml.render import table
from pulsetui.core.text.clean import clean
from pulsetui.core.text.phrases import count_text
from pulsetui.core.text.visible import visible
from pulsetui.django.reach import OutOfReachError, checks_of
from pulsetui.django.schedules import readings_of
from pulsetui.django.sources.collected import Project
from pulsetui.errors import PulseError, UsageError
from pulsetui.provision.checks import CheckDefinitions, carry_out
from pulsetui.provision.found import SourceReading
from pulsetui.provision.plan import Plan, plan
from pulsetui.provision.words import diff, remarks, summary

Say = Callable[[str], object]
"""Writes one line, made harmless."""


def sync(
    project: Project, *, out: Say, tell: Say, write: bool = False, prune: bool = False, config: str = ""
) -> bool:
    """Whether nothing is left to do. Without ``write`` nothing is changed. Raises PulseError."""
    if prune and not project.options.project:
        raise UsageError(
            'with --prune the setting PULSETUI needs "project": a name that no other project at this'
            f' engine has, like {{"project": "{project.name}"}}; else that one might lose its checks'
        )
    readings = readings_of(project)
    for line in remarks(readings):
        tell(line)
    try:
        with checks_of(project.options.url, config) as checks:
            made = plan(readings, checks.tables(), zone=checks.zone, down=checks.down())
            for line in diff(made):
                out(line)
            tell(f"{checks.place}: {summary(made, prune=prune)}")
            is_done = _written(made, checks, tell, prune=prune) if write else made.is_equal
    except OutOfReachError as error:
        for line in _as_toml(readings):
            out(line)
        tell(f"nothing is compared or written: {clean(str(error), 500)}")
        return False
    return is_done and all(each.is_well for each in readings)


def _written(made: Plan, checks: CheckDefinitions, tell: Say, *, prune: bool) -> bool:
    """Carries the plan out; False where something is left for a person."""
    steps, failed = made.to_do(prune=prune), 0
    for step in steps:
        try:
            carry_out(step, checks)
        except PulseError as error:
            failed += 1
            tell(clean(f"{step.slug} was not changed: {error}", 500))
    if steps:
        tell(f"{count_text(len(steps) - failed, 'check')} written")
    return not failed and not made.of("refuse")


def _as_toml(readings: Sequence[SourceReading]) -> Iterator[str]:
    """What to put into checks.toml by hand."""
    seen: set[str] = set()
    for each in readings:
        for one in each.schedules:
            if one.slug not in seen:
                seen.add(one.slug)
                fields: Mapping[str, object] = {**one.fields(), "source": one.source}
                yield from map(visible, table(("checks", one.slug), fields, "\n").splitlines())
                yield ""

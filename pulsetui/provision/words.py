"""A plan as people see it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pulsetui.core.text.clean import clean
from pulsetui.provision.found import SourceReading
from pulsetui.provision.plan import Plan, PlanStep

_MARKS = {"add": "+", "change": "~", "rename": "~", "keep": "=", "gone": "-", "refuse": "!"}
_LONGEST = 400  # characters of a line


def diff(plan: Plan) -> Iterator[str]:
    """One line for each check that is not as it was found."""
    for step in plan.steps:
        if step.verdict != "same":
            yield clean(_line(step), _LONGEST)


def summary(plan: Plan, *, prune: bool) -> str:
    """How much there is to do."""
    numbers = [
        (len(plan.of("add")), "to add"),
        (len(plan.of("change", "rename")), "to change"),
        (len(plan.of("gone")), "to remove" if prune else "not needed any more (--prune removes them)"),
        (len(plan.of("keep")), "kept as a person wrote it"),
        (len(plan.of("refuse")), "for you to decide"),
        (len(plan.of("same")), "as found"),
    ]
    return ", ".join(f"{n} {words}" for n, words in numbers if n) or "no schedules were found"


def remarks(readings: Iterable[SourceReading]) -> Iterator[str]:
    """What a person should know of the places that were read: one line each, made harmless."""
    for each in readings:
        for text in each.unwatched:
            yield clean(f"cannot be watched: {text} [{each.origin}]", _LONGEST)
        for text in each.notes:
            yield clean(f"note: {text} [{each.origin}]", _LONGEST)
        for text in each.left_out:
            yield clean(f"left out: {text} [{each.origin}]", _LONGEST)
        if each.problem:
            yield clean(f"{each.origin} cannot be read to its end: {each.problem}", _LONGEST)


def _line(step: PlanStep) -> str:
    name = f"{step.slug} → {step.new_slug}" if step.new_slug else step.slug
    return f"{_MARKS[step.verdict]} {name}: {step.why}" + (f" [{step.place}]" if step.place else "")

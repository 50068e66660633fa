"""What is wrong with a key or a value, and what to write instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from pulsetui.config import values
from pulsetui.config.values import Flaw
from pulsetui.core.schedule.zone import zone
from pulsetui.core.text.nearest import nearest
from pulsetui.errors import ScheduleError

FieldFlaw = tuple[str, Flaw]
"""The key at fault, and what is wrong."""


def unknown_key(key: str, known: Iterable[str], other_words: Mapping[str, str] | None = None) -> Flaw:
    """The flaw of a key that means nothing, with the nearest that does."""
    known = tuple(known)
    if meant := meant_key(key, known, other_words or {}):
        return Flaw("unknown key", suggestion=f'Did you mean "{meant}"?')
    return Flaw("unknown key", suggestion=f"Known keys: {', '.join(known)}.")


def meant_key(key: str, known: Iterable[str], other_words: Mapping[str, str]) -> str:
    spelled = key[:100].lower().replace("-", "_")
    return other_words.get(spelled) or nearest(spelled, known)


def schedule_flaw(value: object, error: ScheduleError) -> Flaw:
    """A schedule's or zone's own complaint, without saying anything twice."""
    at_fault = error.of or (None if error.quotes and value else value)
    # What the message names itself need not stand for the whole: a zone in an expression, a period in cron's.
    return Flaw(error.message, at_fault, error.hint, better=error.suggestion or "" if error.hint else "")


def zone_flaw(name: object) -> Flaw | None:
    """What is wrong with the name of a time zone, if anything."""
    if not isinstance(name, str):
        return Flaw(f"must be text in quotes, not {values.kind_of(name)}", name)
    try:
        zone(name)
    except ScheduleError as error:
        return replace(schedule_flaw(name, error), better=error.suggestion or "")
    return None


def no_such_check(slug: str, slugs: Iterable[str]) -> Flaw:
    """The flaw of a slug that no check has."""
    near = nearest(slug, slugs)
    return Flaw("no check has that slug", slug, f'Did you mean "{near}"?' if near else "")


def no_such_database(name: str, databases: Iterable[str]) -> Flaw:
    """The flaw of a database that no proof can ask, since nobody said where it is."""
    near = nearest(name, databases)
    form = f'Write [prove.databases], and below it {name} = "env:VARIABLE" or "file:PATH" with its address.'
    return Flaw("is not in [prove.databases]", f"sql:{name}", f'Did you mean "sql:{near}"?' if near else form)

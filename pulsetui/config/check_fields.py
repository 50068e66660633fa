"""The keys of a check's table: what each means, and the rules between them.

Used for a whole file and for the fields that a form or the API submits, so both are judged alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from pulsetui.config import values
from pulsetui.config.alerts import read_check_rules
from pulsetui.config.flaws import FieldFlaw, meant_key, schedule_flaw, unknown_key, zone_flaw
from pulsetui.config.problem import ConfigProblems
from pulsetui.config.values import Flaw, FlawedError, better_flaw
from pulsetui.core.schedule.duration import format_duration
from pulsetui.core.schedule.parse import parse_schedule
from pulsetui.core.schedule.schedule import Schedule, ScheduleKind
from pulsetui.core.state.check import NEW_SLUG, SLUG, Check
from pulsetui.core.text.nearest import nearest
from pulsetui.errors import ScheduleError

MAX_TURNS = 720
"""Most failures, skipped runs or successes in a row that may be asked for: a month of hourly runs."""
MAX_PINGS = 100_000

SCHEDULE_KINDS: tuple[ScheduleKind, ...] = ("every", "cron", "calendar")
SCHEDULE = "schedule"
"""What a problem names as its field when a check has no schedule at all."""

_PARSERS: Mapping[str, Callable[[object], object]] = {
    "name": values.name,
    "grace": values.duration,
    "start_grace": values.duration,
    "early": values.span_or_zero,
    "max_runtime": values.duration,
    "min_runtime": values.duration,
    "min_interval": values.duration,
    "on_overlap": values.on_event,
    "on_duplicate": values.on_event,
    "expect": values.expectations,
    "prove": values.proofs,
    "metrics": values.metrics,
    "failures_before_down": values.count(MAX_TURNS),
    "skips_before_down": values.count(MAX_TURNS),
    "successes_before_up": values.count(MAX_TURNS),
    "tags": values.tags,
    "desc": values.desc,
    "wait_for_first": values.flag,
    "manual_resume": values.flag,
    "keep_pings": values.count(MAX_PINGS),
    "depends_on": values.slugs,
    "owner": values.name,
    "runbook": values.runbook,
    "command": values.command,
    "uuid": values.uuid,
    "source": values.source,
}

FIELDS: tuple[str, ...] = (
    "name",
    *SCHEDULE_KINDS,
    "timezone",
    "grace",
    "start_grace",
    "early",
    "max_runtime",
    "min_runtime",
    "min_interval",
    "on_overlap",
    "on_duplicate",
    "expect",
    "prove",
    "metrics",
    "failures_before_down",
    "skips_before_down",
    "successes_before_up",
    "tags",
    "hooks",
    "alerts",
    "depends_on",
    "owner",
    "runbook",
    "command",
    "desc",
    "wait_for_first",
    "manual_resume",
    "keep_pings",
    "uuid",
    "source",
)
"""Every key of a check, in the order in which a new check is written."""

OTHER_WORDS: Mapping[str, str] = {
    "schedule": "cron",
    "oncalendar": "calendar",
    "period": "every",
    "interval": "every",
    "timeout": "every",
    "tz": "timezone",
    "zone": "timezone",
    "channels": "hooks",
    "notify": "hooks",
    "proof": "prove",
    "label": "name",
    "title": "name",
}
"""What other programs and other people call our keys."""


def validate_check(
    slug: str,
    fields: Mapping[str, object],
    *,
    default_timezone: str,
    hook_names: Collection[str],
    is_new: bool = False,
    directory: Path = Path(),
) -> Check:
    """The check that ``fields`` (spelled as in the file) describe. ``is_new``: its slug is given only now.
    Files it names are in ``directory``.

    Raises ConfigProblems with everything that is wrong; the problems carry no file and no line.
    """
    check, flaws = read_check(
        slug, fields, default_timezone=default_timezone, hook_names=hook_names, directory=directory
    )
    if is_new and (flaw := new_slug_flaw(slug)) is not None:
        flaws = [("slug", flaw), *flaws]
    if check is None or flaws:
        raise ConfigProblems(
            flaw.problem(where=f"checks.{slug}", field=_path(field, flaw)) for field, flaw in flaws
        )
    return check


def _path(field: str, flaw: Flaw) -> str:
    """Which of the rules of alerts it is: there are many, and of several hooks."""
    inner = [part for part in flaw.at if isinstance(part, str)] if field == "alerts" else []
    return ".".join((field, *inner))


def read_check(
    slug: str,
    fields: Mapping[str, object],
    *,
    default_timezone: str,
    hook_names: Collection[str],
    directory: Path = Path(),
) -> tuple[Check | None, list[FieldFlaw]]:
    """The check, or None and everything that is wrong with it. Files it names are in ``directory``."""
    found: dict[str, Any] = {}
    flaws: list[FieldFlaw] = []
    if not SLUG.fullmatch(slug):
        flaws.append(("slug", _slug_flaw(slug)))
    for key, value in fields.items():
        parser = _PARSERS.get(key)
        try:
            if parser is not None:
                found[key] = parser(value)
            elif key == "hooks":
                found[key] = _hooks(value, hook_names)
            elif key == "alerts":
                found[key] = read_check_rules(value, default_timezone, directory, hook_names)
            elif key != "timezone" and key not in SCHEDULE_KINDS:
                flaws.append((key, unknown_key(key, FIELDS, OTHER_WORDS)))
        except FlawedError as error:
            flaws += [(key, flaw) for flaw in error.flaws]
    schedule = _schedule(fields, default_timezone, flaws)
    flaws += _between_fields(found)
    if flaws or schedule is None:
        return None, flaws
    found.setdefault("name", slug)
    return Check(slug=slug, schedule=schedule, **found), flaws


def _means_schedule(key: str) -> bool:
    """Whether an unknown key is a misspelled schedule: one complaint about it is enough."""
    return key not in FIELDS and meant_key(key, FIELDS, OTHER_WORDS) in SCHEDULE_KINDS


_SLUG_FORM = 'Write it like "sync-invoices".'


def _slug_flaw(slug: str) -> Flaw:
    near = re.sub(r"[^a-z0-9_-]+", "-", slug.lower()).strip("-_")[:100]
    message = "a slug has only a-z, 0-9, - and _, and at most 100 of them"
    return better_flaw(message, slug, near, _SLUG_FORM)


def new_slug_flaw(slug: str) -> Flaw | None:
    """What is wrong with a slug that could stand in a file, but should not be given any more."""
    if not SLUG.fullmatch(slug) or NEW_SLUG.fullmatch(slug):
        return None
    near = slug.lstrip("-_")
    return better_flaw("a slug begins with a letter or a digit", slug, near, _SLUG_FORM)


def odd_slugs(slugs: Iterable[str]) -> str:
    """A warning for slugs that are in a file and would not be given any more; "" when there are none."""
    odd = [slug for slug in slugs if slug.startswith(("-", "_")) and new_slug_flaw(slug) is not None]
    if not odd:
        return ""
    named = ", ".join(odd[:3]) + (f" and {len(odd) - 3} more" if len(odd) > 3 else "")
    return (
        f"a slug begins with a letter or a digit: {named} goes on, but a program that is called with it may"
        " take it for an option. Rename it, in checks.toml and in its job"
    )


def _hooks(value: object, known: Collection[str]) -> tuple[str, ...]:
    def parse(name: str) -> None:
        if name not in known:
            near = nearest(name, known)
            hint = f'Did you mean "{near}"?' if near else _hook_hint(known)
            raise FlawedError(Flaw("no hook has that name", name, hint))

    values.items(value, parse, "names of hooks")
    return tuple(dict.fromkeys(value)) if isinstance(value, list | tuple) else ()


def _hook_hint(known: Collection[str]) -> str:
    if known:
        return f"Hooks: {', '.join(sorted(known))}."
    return 'Add a table like [hooks.desktop] with type = "desktop".'


def _schedule(fields: Mapping[str, object], default_timezone: str, flaws: list[FieldFlaw]) -> Schedule | None:
    """The one schedule; what is wrong with any that is given is added to ``flaws``."""
    timezone = default_timezone
    if (written := fields.get("timezone")) is not None:
        flaw = zone_flaw(written)
        if flaw is None:
            timezone = str(written)
        else:
            flaws.append(("timezone", flaw))
    given: list[ScheduleKind] = [kind for kind in SCHEDULE_KINDS if kind in fields]
    if not given and not any(_means_schedule(key) for key in fields):
        hint = 'Add every = "15m", cron = "0 2 * * *" or calendar = "Mon..Fri 06:00".'
        flaws.append((SCHEDULE, Flaw("is missing", suggestion=hint)))
    for extra in given[1:]:
        hint = f"Keep one of {' and '.join(given)}."
        flaws.append((extra, Flaw(f'is a second schedule beside "{given[0]}"', suggestion=hint)))
    schedule = None
    for kind in reversed(given):
        try:
            schedule = parse_schedule(kind, _expression(kind, fields[kind]), timezone)
        except ScheduleError as error:
            flaws.append((kind, schedule_flaw(fields[kind], error)))
        except FlawedError as error:
            flaws += [(kind, flaw) for flaw in error.flaws]
    return schedule


def _expression(kind: ScheduleKind, value: object) -> str:
    """The expression as text; a period is spelled in one way, whole seconds too."""
    if kind == "every":
        return format_duration(values.duration(value))
    return values.text(value, longest=values.MAX_EXPRESSION_LENGTH)


def _between_fields(found: Mapping[str, Any]) -> list[FieldFlaw]:
    shortest, longest = found.get("min_runtime"), found.get("max_runtime")
    if shortest is None or longest is None or longest > shortest:
        return []
    message = f"must be longer than min_runtime, which is {format_duration(shortest)}"
    return [("max_runtime", Flaw(message, format_duration(longest)))]

"""The commands that change something: pause, resume, ack, add, edit, remove."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pulsetui.cli.connect import engine, meant_slug, require_check
from pulsetui.cli.exit_codes import NOT_OK, OK, USAGE
from pulsetui.cli.output import json_text, out, talk
from pulsetui.client.client import add_check, edit_check, remove_check
from pulsetui.client.commands import KINDS, Acknowledge, Unacknowledge
from pulsetui.client.user import user_name, user_via
from pulsetui.config.bare_span import bare_flaw, bare_spans_of_check
from pulsetui.config.check_fields import SCHEDULE_KINDS
from pulsetui.core.slug import check_slug
from pulsetui.core.text.clean import clean
from pulsetui.errors import UsageError

if TYPE_CHECKING:
    from pulsetui.client.client import EngineClient
    from pulsetui.client.views import CommandResult

_LISTS = frozenset({"tags", "hooks", "expect", "depends_on"})
_WITH_COMMAS = frozenset({"prove"})
"""Lists whose items may hold commas: a text is one item."""
_NUMBERS = frozenset({"failures_before_down", "skips_before_down", "successes_before_up", "keep_pings"})
_FLAGS = frozenset({"manual_resume", "wait_for_first"})
_TABLES = frozenset({"metrics", "alerts", "source"})
_TRUTH = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


def operate(options: argparse.Namespace) -> int:
    """Does what needs nothing but checks, and is called here as on the wire: pause, resume."""
    kind = KINDS[options.command]
    given: dict[str, Any] = {"slugs": _slugs(options), "by": user_name()}
    command = kind(**{name: given[name] for name in kind.__struct_fields__ if name in given})
    with engine(options) as client:
        return print_results(client.do(command), options, client)


def acknowledge(options: argparse.Namespace) -> int:
    """Calms the open incidents, or takes that back."""
    slugs = _slugs(options)
    with engine(options) as client:
        if options.undo:
            return print_results(client.do(Unacknowledge(slugs)), options, client)
        known = Acknowledge(slugs, by=user_via("CLI"), note=options.note, any_reason=options.any_reason)
        return print_results(client.do(known), options, client)


def add(options: argparse.Namespace) -> int:
    """Adds a check."""
    slug = check_slug(options.slug)
    named = (
        "name",
        "cron",
        "every",
        "calendar",
        "timezone",
        "grace",
        "max_runtime",
        "tags",
        "hooks",
        "expect",
        "desc",
    )
    fields: dict[str, object] = {
        name: getattr(options, name) for name in named if getattr(options, name) is not None
    }
    for key, value in read_pairs(options.pairs).items():
        if key in fields:
            raise UsageError(f"{key} is given twice: as an option and as {key}=…")
        fields[key] = value
    if not fields.keys() & set(SCHEDULE_KINDS):
        raise UsageError(
            f"when does {slug} run? Add --cron '0 2 * * *', --every 15m or --calendar 'Mon..Fri 06:00'"
        )
    _require_units(fields)
    with engine(options) as client:
        return print_results([add_check(client, slug, fields)], options)


def edit(options: argparse.Namespace) -> int:
    """Changes keys of a check in place."""
    slug = check_slug(options.slug)
    new_slug = check_slug(options.rename) if options.rename is not None else None
    fields = read_pairs(options.pairs)
    if not fields and new_slug is None:
        raise UsageError(
            "nothing to change; write keys like: pulsetui edit backup grace=45m"
            " (an empty value removes the key)"
        )
    _require_units(fields)
    with engine(options) as client:
        require_check(slug, client)
        return print_results([edit_check(client, slug, fields, new_slug)], options)


def remove(options: argparse.Namespace) -> int:
    """Takes a check out."""
    slug = check_slug(options.slug)
    with engine(options) as client:
        require_check(slug, client)
        return print_results([remove_check(client, slug)], options)


def read_pairs(pairs: Sequence[str]) -> dict[str, object | None]:
    """``key=value`` words as the values of a check's table; an empty value is None (take the key out).

    Lists are written ``tags=a,b`` or as in TOML, ``tags=["a", "b"]``; of what may hold commas one text is one
    item. What the value must be is the engine's
    to judge. Raises UsageError.
    """
    fields: dict[str, object | None] = {}
    for pair in pairs:
        key, found, text = pair.partition("=")
        key = key.strip().replace("-", "_")
        table, dot, _ = key.partition(".")
        if dot and table in _TABLES:
            raise UsageError(f"{clean(key, 60)}: give the whole table, like: {_example(table)}")
        if not found or not key:
            raise UsageError(f'"{clean(pair, 60)}" is not KEY=VALUE; write it like grace=45m')
        if key in fields:
            raise UsageError(f"{clean(key, 60)} is given twice")
        fields[key] = _value(key, text.strip()) if text.strip() else None
    return fields


def _require_units(fields: Mapping[str, object]) -> None:
    """Raises UsageError for a span without a unit: the file takes it as seconds, people mean minutes."""
    for one in bare_spans_of_check("", fields):
        flaw = bare_flaw(one.number)
        raise UsageError(f"{one.key}: {flaw.message}. {flaw.suggestion}")


def _value(key: str, text: str) -> object:
    if key in _LISTS and not text.startswith("["):
        return [part.strip() for part in text.split(",") if part.strip()]
    if key in _WITH_COMMAS and not text.startswith("["):
        return [text]
    if key in _LISTS | _WITH_COMMAS | _TABLES:
        return _toml(key, text)
    if key in _NUMBERS and text.isascii() and text.isdigit():
        return int(text)
    if key in _FLAGS:
        return _TRUTH.get(text.lower(), text)
    return text


def _toml(key: str, text: str) -> object:
    from pulsetui.config.toml.read import read_toml

    try:
        read = read_toml(f"value = {text}")
    except ValueError as error:
        raise UsageError(
            f"{key}={clean(text, 60)}: not a valid value for checks.toml ({clean(str(error), 100)}). Write it"
            f" like: {_example(key)}"
        ) from None
    return read["value"]


def _example(key: str) -> str:
    """A word of the command line that gives that key."""
    from pulsetui.config.reference.check import CHECK

    (example,) = (known.example for known in CHECK.keys if known.name == key)
    word = example.replace(" = ", "=", 1)
    return f'"{word}"' if "'" in word else shlex.quote(word)


def _slugs(options: argparse.Namespace) -> tuple[str, ...]:
    return tuple(check_slug(slug) for slug in dict.fromkeys(options.slugs))


def print_results(
    results: Sequence[CommandResult], options: argparse.Namespace, client: EngineClient | None = None
) -> int:
    """0 if everything succeeded, 2 if a field is wrong, else 1. A ``client`` knows which slugs are near one
    that was refused since there is no such check."""
    if options.json:
        out(json_text(results))
    for result in results:
        meant = meant_slug(result.slug, client) if client is not None and not result.ok else ""
        for line in _lines(result):
            talk(clean(f"{line}; {meant}" if meant else line, 1000))
        for warning in result.warnings:
            talk(f"warning: {clean(warning)}")
    if all(result.ok for result in results):
        return OK
    return USAGE if any(result.problems for result in results) else NOT_OK


def _lines(result: CommandResult) -> list[str]:
    if result.problems:
        return [
            f"{result.slug}: {problem.field}: {problem.message.rstrip('.')}. {problem.suggestion}"
            for problem in result.problems
        ]
    # What is about everything has no slug.
    named = not result.slug or result.slug in result.message.replace('"', " ").split()
    return [result.message if named else f"{result.slug}: {result.message}"]

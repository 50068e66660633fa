"""``pulsetui help config``: the reference of checks.toml, of which docs/checks-toml.md is the other print."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Iterator, Sequence

from pulsetui.config.check_fields import OTHER_WORDS
from pulsetui.config.flaws import meant_key
from pulsetui.config.reference.entry import ConfigKey, ConfigTable
from pulsetui.config.reference.tables import SECRETS, SPANS, TABLES, keys_named
from pulsetui.core.text.printable import printable
from pulsetui.errors import UsageError

_WIDTH = 100


def text(words: Sequence[str], options: argparse.Namespace) -> str:
    """All tables and keys by name; or, of those that are named, everything. ``options`` play no part."""
    found = ["\n".join(_said_of(word)) for word in words] or ["\n".join(_overview())]
    return "\n\n".join(found).replace("`", "")


def _overview() -> Iterator[str]:
    yield "checks.toml, table by table. More of one: pulsetui help config TABLE, or KEY, or TABLE.KEY"
    for table in TABLES.values():
        yield f"\n{table.name}: {table.heading}"
        yield from _wrapped(", ".join(key.name for key in table.keys))
    yield ""
    yield from _wrapped(f"{SPANS} {SECRETS}", indent="")


def _said_of(word: str) -> Iterator[str]:
    name = word.strip("[]").lower().replace("-", "_")
    table, dot, key = name.rpartition(".")
    if name in TABLES:
        yield from _of_table(TABLES[name])
        return
    found = [one for one in keys_named(key) if not dot or one[0].name == table.partition(".")[0]]
    if not found:
        known = dict.fromkeys((*TABLES, *(one.name for each in TABLES.values() for one in each.keys)))
        near = meant_key(key, known, OTHER_WORDS)
        hint = f'Did you mean "{near}"?' if near else f"Tables: {', '.join(TABLES)}"
        raise UsageError(f'checks.toml has no table or key "{printable(word, 60)}". {hint}')
    for at, (place, one) in enumerate(found):
        if at:
            yield ""
        yield place.heading
        yield from _of_key(one)


def _of_table(table: ConfigTable) -> Iterator[str]:
    yield table.heading
    yield from _wrapped(table.about)
    if table.page:
        yield f"  More: docs/{table.page}"
    for key in table.keys:
        yield ""
        yield from _of_key(key)


def _of_key(key: ConfigKey) -> Iterator[str]:
    yield f"  {key.name} ({key.takes})"
    yield from _wrapped(key.about, indent="    ")
    if said := without_it(key):
        yield f"    Without it: {said}"
    for at, line in enumerate(key.example.splitlines()):
        yield f"    {'Example: ' if not at else '         '}{line}"


def without_it(key: ConfigKey) -> str:
    """What holds when it is left out; "" where it has to be there, or nothing is to be said."""
    return key.without or key.default


def _wrapped(words: str, indent: str = "  ") -> list[str]:
    return textwrap.wrap(
        words,
        width=_WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )

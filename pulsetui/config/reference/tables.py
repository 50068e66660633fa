"""The whole reference, in the order in which it is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pulsetui.config.reference.alerts import MAINTENANCE, RULES
from pulsetui.config.reference.check import CHECK
from pulsetui.config.reference.engine import DRILL, FILE, HOOK, HOST, LISTENER, PROVE, WATCHDOG
from pulsetui.config.reference.entry import ConfigKey, ConfigTable
from pulsetui.config.reference.screen import ACTION

SPANS = (
    "A span is written like `90s`, `15m`, `1h30m`, `2d`, `1w`. A bare number is seconds, but is often read as"
    " minutes: write the unit."
)
SECRETS = (
    'A secret may stand in the file, or be kept elsewhere: `"file:/run/secrets/token"`, `"env:TOKEN"`'
    " (docs/hooks/secrets.md)."
)

TABLES: Mapping[str, ConfigTable] = {
    table.name: table
    for table in (FILE, CHECK, LISTENER, HOOK, RULES, MAINTENANCE, DRILL, WATCHDOG, HOST, PROVE, ACTION)
}
"""By the name that ``pulsetui help config`` takes."""


def keys_named(name: str) -> Iterator[tuple[ConfigTable, ConfigKey]]:
    """Every key of that name, with its table: several tables have a ``timezone``."""
    for table in TABLES.values():
        yield from ((table, key) for key in table.keys if key.name == name)

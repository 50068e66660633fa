"""docs/checks-toml.md is what the code says, and what the reference in the code says is so."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from tomli_w import dumps

from pulsetui.config.alerts import RULES, WINDOW
from pulsetui.config.build import LISTENER, TOP
from pulsetui.config.check_fields import FIELDS
from pulsetui.config.file.load import parse_config
from pulsetui.config.model import Config
from pulsetui.config.reference.entry import ConfigKey, ConfigTable
from pulsetui.config.reference.tables import TABLES
from pulsetui.config.tables.actions import ACTION
from pulsetui.config.tables.drill import DRILL
from pulsetui.config.tables.host import HOST
from pulsetui.config.tables.prove import PROVE
from pulsetui.config.tables.watchdog import WATCHDOG
from pulsetui.config.toml.read import read_toml
from pulsetui.core.state.status import Reason
from pulsetui.hooks.registry import KINDS, VALIDATORS
from tests.docs.checks_toml import PAGE, page_text

READERS = {
    "file": TOP,
    "checks": FIELDS,
    "listener": LISTENER,
    "hooks": ("type", "words"),
    "rules": RULES,
    "maintenance": WINDOW,
    "drill": DRILL,
    "watchdog": WATCHDOG,
    "host": HOST,
    "prove": PROVE,
    "actions": ACTION,
}
"""The keys that the readers take."""

AROUND = """
[hooks.desktop]
type = "desktop"
[checks.backup]
every = "1d"
[checks.database]
every = "1d"
"""
"""What the examples speak of."""
KEYS = [
    pytest.param(table, key, id=f"{table.name}.{key.name}") for table in TABLES.values() for key in table.keys
]


def read(table: ConfigTable, line: str) -> Config:
    """The configuration that consists of the table with this line in it."""
    own, around = read_toml(table.example), read_toml(AROUND)
    said = read_toml(f"{line}\n" if table.name == "file" else f"[x]\n{line}\n")
    if table.name != "file":
        path = table.example.splitlines()[0].strip("[]").split(".")
        place = own
        for part in path:
            place = place[part]
        given = said["x"]
        if given.keys() & {"every", "cron", "calendar", "at"}:  # one of them, and no other
            place = {
                key: value for key, value in place.items() if key not in ("every", "cron", "calendar", "at")
            }
        said = {path[0]: place | given} if len(path) == 1 else {path[0]: {path[1]: place | given}}
    for name, value in around.items():
        said[name] = value | said.get(name, {})
    return parse_config(dumps(said), Path("checks.toml"), VALIDATORS)


def test_the_page_is_what_the_code_says() -> None:
    assert PAGE.read_text("utf-8") == page_text(), "write it anew: python -m tests.docs.checks_toml"


@pytest.mark.parametrize("name", TABLES)
def test_the_reference_has_the_keys_that_the_readers_take(name: str) -> None:
    assert sorted(key.name for key in TABLES[name].keys) == sorted(READERS[name])


@pytest.mark.parametrize(("table", "key"), KEYS)
def test_an_example_is_accepted_and_names_its_key(table: ConfigTable, key: ConfigKey) -> None:
    read(table, key.example)
    assert key.name in key.example


@pytest.mark.parametrize(("table", "key"), [case for case in KEYS if case.values[1].default])  # type: ignore[union-attr]
def test_a_default_is_what_holds_without_the_key(table: ConfigTable, key: ConfigKey) -> None:
    line = f"{key.name} = {key.default}"
    assert everything(read(table, line)) == everything(read(table, ""))
    assert everything(read(table, key.example)) != everything(read(table, ""))


def everything(config: Config) -> tuple[object, ...]:
    """What of it follows from the tables, in values that can be compared."""
    patterns = {slug: sorted(check.metrics) for slug, check in config.checks.items()}
    checks = {
        slug: [getattr(check, name) for name in check.__struct_fields__ if name != "metrics"]
        for slug, check in config.checks.items()
    }
    own = (config.listener, config.drill, config.host, config.watchdogs, dict(config.actions))
    return config.timezone, *own, checks, patterns


def test_the_rules_name_every_reason() -> None:
    (key,) = (key for key in TABLES["rules"].keys if key.name == "reasons")
    assert [reason.value for reason in Reason if f"`{reason.value}`" not in key.about] == []


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_page_of_a_hook_names_each_of_its_options(kind: str) -> None:
    text = (PAGE.parent / "hooks" / f"{kind}.md").read_text("utf-8")
    assert untold(KINDS[kind].options.names(), text) == []


def untold(names: Iterable[str], text: str) -> list[str]:
    return [name for name in names if f"`{name}`" not in text and f"{name} = " not in text]

"""What options and words take: slugs, tags, hooks and zones as they are now.

They are read out of checks.toml, and asked of no engine: the answer has to be there at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from pulsetui.config.paths import (
    CONFIG_VARIABLE,
    LAST_GOOD_NAME,
    absolute,
    default_config_path,
    default_state_dir,
)
from pulsetui.core.text.clean import clean

_PLAIN: Final = re.compile(r"[\w.@%+:/-]+")
"""A name that no shell takes for more than a name. Tags may come with a ping."""
_HEADING: Final = re.compile(r"^[ \t]*\[[ \t]*(checks|hooks)[ \t]*\.[ \t]*\"?([\w-]+)", re.MULTILINE)
_MAX_BYTES: Final = 50_000_000
_SPANS: Final = ("10m", "30m", "1h", "4h", "1d")
_WHEN: Final = ("today", "yesterday", "monday", "2d", "7d")
_STATUS: Final = ("new", "up", "late", "down", "paused", "running")
_OF_KEYS: Final[Mapping[str, Sequence[str]]] = {
    "on_overlap": ("note", "down"),
    "on_duplicate": ("note", "down"),
    "wait_for_first": ("true", "false"),
    "manual_resume": ("true", "false"),
}
_KINDS: Final[Mapping[str, str]] = {
    "tags": "TAG",
    "hooks": "NAME",
    "depends_on": "SLUG",
    "timezone": "ZONE",
    "every": "SPAN",
    "grace": "SPAN",
    "max_runtime": "SPAN",
}
"""What keys of a check take, as options call it."""

Candidate = tuple[str, str]
"""A word, and what it means."""


class Values:
    """For one line; ``words`` say which checks.toml and which state directory it is about."""

    def __init__(self, words: Sequence[str], environ: Mapping[str, str]) -> None:
        self._words = words
        self._environ = environ
        self._read: Mapping[str, Any] | None = None

    def of(self, metavar: str) -> Iterator[Candidate]:
        """What is called so in the table of commands."""
        if metavar in ("SLUG", "SLUG[#N]"):
            for slug, check in self._table("checks"):
                name = check.get("name")
                yield slug, clean(name, 80) if isinstance(name, str) else ""
        elif metavar == "TAG":
            tags = [check.get("tags") for _, check in self._table("checks")]
            names = {tag for each in tags if isinstance(each, list) for tag in each if isinstance(tag, str)}
            yield from ((tag, "") for tag in sorted(names) if _PLAIN.fullmatch(tag))
        elif metavar == "NAME":
            for name, hook in self._table("hooks"):
                yield name, clean(str(hook.get("type", "")), 40)
        elif metavar == "ZONE":
            from zoneinfo import available_timezones

            yield from ((zone, "") for zone in sorted(available_timezones()))
        else:
            yield from ((word, "") for word in self._fixed(metavar))

    def keys(self) -> Iterator[Candidate]:
        """The keys of a check, as ``add`` and ``edit`` take them."""
        from pulsetui.config.reference.check import CHECK

        for key in CHECK.keys:
            yield f"{key.name}=", key.about.partition(". ")[0].replace("`", "")

    def of_key(self, key: str) -> Iterator[Candidate]:
        """What that key of a check may be."""
        if key in _OF_KEYS:
            yield from ((word, "") for word in _OF_KEYS[key])
        elif key in _KINDS:
            yield from self.of(_KINDS[key])

    def _fixed(self, metavar: str) -> Iterable[str]:
        if metavar == "SPAN":
            return _SPANS
        if metavar == "WHEN":
            return _WHEN
        if metavar == "STATUS":
            return _STATUS
        if metavar in ("TOPIC", "WORD"):
            return self._help(metavar)
        if metavar == "SHELL":
            from pulsetui.cli.commands.completion.scripts import SCRIPTS

            return tuple(SCRIPTS)
        return ()

    def _help(self, metavar: str) -> Iterable[str]:
        from pulsetui.cli.command_table import COMMANDS

        if metavar == "TOPIC":
            return (*COMMANDS, "config", "keys", "files")
        if "config" not in self._words:
            return ()
        from pulsetui.config.reference.tables import TABLES

        return dict.fromkeys([*TABLES, *(key.name for table in TABLES.values() for key in table.keys)])

    def _table(self, name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        if self._read is None:
            self._read = {} if self._is_elsewhere() else _document(self._path())
        table = self._read.get(name)
        for key, value in table.items() if isinstance(table, Mapping) else ():
            if isinstance(key, str) and _PLAIN.fullmatch(key) and isinstance(value, Mapping):
                yield key, value

    def _is_elsewhere(self) -> bool:
        """An engine that was named has checks of its own."""
        return any(word.partition("=")[0] in ("--attach", "--url") for word in self._words)

    def _path(self) -> Path:
        """The checks.toml of the line; if there is none, what the engine of the state directory ran last."""
        if given := self._given("--config"):
            return absolute(given)
        state = self._given("--state-dir")
        last_good = (absolute(state) if state else default_state_dir(self._environ)) / LAST_GOOD_NAME
        path = default_config_path(self._environ)
        named = bool(self._environ.get(CONFIG_VARIABLE))
        own = not state and (named or path.is_file())
        return path if own or not last_good.is_file() else last_good

    def _given(self, option: str) -> str:
        """The value of an option on the line; "" without it."""
        for at, word in enumerate(self._words):
            name, mark, value = word.partition("=")
            if name == option:
                return value if mark else "".join(self._words[at + 1 : at + 2])
        return ""


def _document(path: Path) -> Mapping[str, Any]:
    """What stands in the file, judged by nobody; of one that is broken the names of its tables."""
    if not path.is_file() or path.stat().st_size > _MAX_BYTES:  # a pipe would never end
        return {}
    from pulsetui.config.toml.read import read_toml

    text = path.read_text("utf-8", "replace")
    try:
        return read_toml(text)
    except ValueError:
        tables: dict[str, dict[str, dict[str, object]]] = {"checks": {}, "hooks": {}}
        for kind, name in _HEADING.findall(text):
            tables[kind][name] = {}
        return tables

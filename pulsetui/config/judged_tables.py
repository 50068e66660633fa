"""The tables of a file while they are judged, and everything that is found wrong with them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pulsetui.config import values
from pulsetui.config.check_fields import FIELDS, SCHEDULE_KINDS
from pulsetui.config.flaws import FieldFlaw, unknown_key
from pulsetui.config.kept_secret import SecretReader
from pulsetui.config.problem import Problem
from pulsetui.config.tables.actions import ActionConfig, key_flaws, read_action
from pulsetui.config.toml.scan import Lines
from pulsetui.config.values import Flaw, FlawedError

_T = TypeVar("_T")


class JudgedTables:
    """Every finding is (table, key, flaw); what is wrong stands for its default from then on."""

    def __init__(self, document: Mapping[str, Any], secrets: SecretReader) -> None:
        self.findings: list[tuple[tuple[str, ...], tuple[str, ...], Flaw]] = []
        self.document = document
        self.secrets = secrets

    def report(self, table: tuple[str, ...], field: str, *flaws: Flaw) -> None:
        self.findings += [(table, (field,) if field else (), flaw) for flaw in flaws]

    def problems(self, text: str, path: Path) -> list[Problem]:
        """The findings for a person, in the order of the lines of ``text``. They may quote what is secret."""
        if not self.findings:
            return []
        lines = Lines(text)
        problems = [
            flaw.problem(
                path=path,
                line=lines.of((*table, *field, *flaw.at)),
                where=".".join(table),
                field=".".join(field),
            )
            for table, field, flaw in self.findings
        ]
        return sorted(problems, key=lambda problem: problem.line or 0)

    def unknown(self, table: tuple[str, ...], found: Mapping[str, Any], known: tuple[str, ...]) -> None:
        for key, value in found.items():
            if key not in known:
                flaw = unknown_key(key, known)
                if not table and isinstance(value, Mapping) and any(kind in value for kind in SCHEDULE_KINDS):
                    flaw = Flaw(flaw.message, suggestion=f"A check is a table [checks.{key}].")
                elif not table and key in FIELDS:
                    flaw = Flaw(flaw.message, suggestion=f'"{key}" belongs in a table like [checks.slug].')
                self.report(table, key, flaw)

    def table(self, above: tuple[str, ...], key: str, *, report: bool = False) -> Mapping[str, Any]:
        """A table of the document; empty when it is missing or is something else."""
        table: Any = self.document
        for name in (*above, key):
            table = table.get(name, {}) if isinstance(table, Mapping) else {}
        if isinstance(table, Mapping):
            return table
        if report:
            name = ".".join((*above, key))
            hint = f"Write [{name}.slug]." if name == "checks" else f"Write [{name}]."
            flaw = Flaw(f"must be a table, not {values.kind_of(table)}", table, hint)
            self.report(above, key, flaw)
        return {}

    def own(self, key: str, read: Callable[[Mapping[str, Any]], tuple[_T, list[FieldFlaw]]]) -> _T:
        """A table that has a reader of its own."""
        found, flaws = read(self.table((), key, report=True))
        for field, flaw in flaws:
            self.report((key,), field, flaw)
        return found

    def actions(self) -> dict[str, ActionConfig]:
        """``[actions.NAME]`` in the order of the file, without those that have a mistake."""
        actions: dict[str, ActionConfig] = {}
        for name, table in self.table((), "actions", report=True).items():
            if not isinstance(table, Mapping):
                self.table(("actions",), name, report=True)
                continue
            action, flaws = read_action(name, table)
            for key, flaw in flaws:
                self.report(("actions", name), key, flaw)
            if action is not None:
                actions[name] = action
        for name, flaw in key_flaws(list(actions.values())):
            self.report(("actions", name), "key", flaw)
            del actions[name]
        return actions

    def optional(
        self,
        where: tuple[str, ...],
        table: Mapping[str, Any],
        key: str,
        parse: Callable[[object], _T],
        default: _T,
    ) -> _T:
        try:
            return parse(table[key]) if key in table else default
        except FlawedError as error:
            self.report(where, key, *error.flaws)
            return default

    def secret(
        self, where: tuple[str, ...], table: Mapping[str, Any], key: str, form: re.Pattern[str], made_of: str
    ) -> str | None:
        """A key; problems never quote it, since they travel to logs and screens."""
        is_read, written = self.read_secret(where, key, table.get(key))
        if not is_read:
            return None
        if written is None or (isinstance(written, str) and form.fullmatch(written)):
            return written
        if not isinstance(written, str):
            flaw = Flaw(f"must be text in quotes, not {values.kind_of(written)}")
        elif not written:
            flaw = Flaw("must not be empty", suggestion="Take the line out to have no key.")
        else:
            flaw = Flaw(f"must be made of {made_of}, without blanks, and not be longer than 100")
        self.report(where, key, flaw)
        return None

    def read_secret(self, where: tuple[str, ...], key: str, written: object) -> tuple[bool, object]:
        """Whether a secret could be read from where it is kept, and what it is."""
        try:
            return True, self.secrets.read(".".join(where), key, written)
        except FlawedError as error:
            self.report(where, key, *error.flaws)
            return False, written

"""The rules of alerts of one check as texts: those for all of its hooks, and those for each hook by name.

They stand in ``[checks.SLUG.alerts]`` and ``[checks.SLUG.alerts.HOOK]``. What was not touched keeps the value
that the file has.
"""

from __future__ import annotations

from collections.abc import Mapping

from pulsetui.tui.form.specs import FIELDS, RULES, SPECS, as_text, as_value

_NAMES = tuple(spec.key.removeprefix(RULES) for spec in FIELDS if spec.key.startswith(RULES))


class RuleTexts:
    """``hook`` is the one whose rules are shown; "" for those of all hooks."""

    def __init__(self, original: object) -> None:
        """``original`` is what stands under ``alerts`` in the file."""
        self.hook = ""
        self._original: Mapping[str, object] = original if isinstance(original, Mapping) else {}
        self._typed: dict[tuple[str, str], str] = {}  # (hook, rule) → what a person made of it

    def text(self, key: str) -> str:
        """What stands in a field."""
        rule = key.removeprefix(RULES)
        return self._typed.get((self.hook, rule), self._written(self.hook, rule))

    def set_text(self, key: str, text: str) -> None:
        self._typed[self.hook, key.removeprefix(RULES)] = text

    def count(self, hook: str) -> int:
        """How many rules there are for a hook."""
        table = self.table()
        rules = table if not hook else table.get(hook)
        return sum(name in _NAMES for name in rules) if isinstance(rules, Mapping) else 0

    def table(self) -> dict[str, object]:
        """All rules as the file would have them; empty without any."""
        found = {
            name: dict(value) if isinstance(value, Mapping) else value
            for name, value in self._original.items()
        }
        for (hook, rule), text in self._typed.items():
            if text == self._written(hook, rule):
                continue
            inner = found.setdefault(hook, {}) if hook else found
            assert isinstance(inner, dict)
            if text.strip():
                inner[rule] = as_value(SPECS[RULES + rule], text)
            else:
                inner.pop(rule, None)
        return {name: value for name, value in found.items() if value != {} or self._original.get(name) == {}}

    def whose(self, field: str) -> str:
        """``For phone: ``, where a problem is about the rules of another hook than those that are shown."""
        _, is_rule, rest = field.partition(RULES)
        first, is_inner, _ = rest.partition(".")
        hook = first if is_inner else ""
        return f"For {hook or 'all hooks'}: " if is_rule and hook != self.hook else ""

    def _written(self, hook: str, rule: str) -> str:
        rules = self._original.get(hook) if hook else self._original
        value = rules.get(rule) if isinstance(rules, Mapping) else None
        return as_text(SPECS[RULES + rule], value)


def without_files(fields: Mapping[str, object]) -> Mapping[str, object]:
    """The keys of a check without the files of holidays that they name: those lie where the engine is."""
    alerts = fields.get("alerts")
    if not isinstance(alerts, Mapping):
        return fields
    return {**fields, "alerts": _without_file(alerts)}


def _without_file(rules: Mapping[str, object]) -> dict[str, object]:
    return {
        name: _without_file(value) if isinstance(value, Mapping) else value
        for name, value in rules.items()
        if name != "holidays" or not isinstance(value, str)
    }

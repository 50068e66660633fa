"""Spans in checks.toml that have no unit.

They are seconds, and stay so: files that count on it are there, and refusing them would leave their checks
without an engine after an update. What is typed now, on the command line or in the form, has to name its
unit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pulsetui.config.bare_span import SPAN_KEYS, is_bare, said_with_unit

_RULES = ("after", "repeat")
_NAMED = 3
_DOUBTFUL_S = 300
"""So many minutes are five hours: whoever writes a larger number thinks in seconds."""


def bare_spans(fields: Mapping[str, Mapping[str, object]]) -> list[str]:
    """A sentence for each; ``fields`` are the tables of all checks, by slug, as written."""
    return [_sentence(slug, key, value) for slug, key, value in _bare(fields)]


def doubtful_spans(fields: Mapping[str, Mapping[str, object]]) -> str:
    """A notice of those that may have been meant as minutes; "" without any."""
    found = [one for one in _bare(fields) if int(str(one[2])) < _DOUBTFUL_S]
    if len(found) < 2:
        return "".join(_sentence(*one) for one in found)
    named = ", ".join(f"[checks.{slug}] {key} = {_written(value)}" for slug, key, value in found[:_NAMED])
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    return f"{len(found)} spans have no unit, and are seconds: {named}{more}. Write the unit: 30s, or 30m"


def _bare(fields: Mapping[str, Mapping[str, object]]) -> Iterator[tuple[str, str, object]]:
    for slug, table in fields.items():
        yield from ((slug, key, table[key]) for key in SPAN_KEYS if key in table and is_bare(table[key]))
        rules = table.get("alerts")
        if isinstance(rules, Mapping):
            yield from (
                (slug, f"alerts.{key}", rules[key]) for key in _RULES if key in rules and is_bare(rules[key])
            )


def _sentence(slug: str, key: str, value: object) -> str:
    meant = said_with_unit(value)
    number = int(str(value))
    other = f', or "{number}m" if minutes are meant' if number < _DOUBTFUL_S else ""
    said = f"[checks.{slug}] {key} = {_written(value)}: a number without a unit is seconds"
    return f'{said}. Write "{meant}"{other}'


def _written(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)

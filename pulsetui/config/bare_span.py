"""Spans without a unit: a number is seconds, and people mean minutes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from pulsetui.config.values import Flaw
from pulsetui.core.schedule.duration import format_duration, parse_duration

SPAN_KEYS = (
    "every",
    "grace",
    "start_grace",
    "early",
    "max_runtime",
    "min_runtime",
    "min_interval",
)
"""The keys of a check that hold a span."""
_RULES = ("after", "repeat")
_MAX_DIGITS = 9


class BareSpan(Struct, frozen=True):
    """A span of a check that stands in checks.toml without a unit."""

    slug: str
    key: str
    value: object  # as written: a number, or text with nothing but digits


def is_bare(value: object) -> bool:
    """Whether a span has no unit. Nothing is nothing in any unit."""
    if isinstance(value, bool):
        return False
    digits = str(value).strip() if isinstance(value, int | str) else ""
    return digits.isascii() and digits.isdigit() and len(digits) <= _MAX_DIGITS and int(digits) > 0


def bare_spans_of(slug: str, table: Mapping[str, object]) -> Iterator[BareSpan]:
    """Those in the table of a check."""
    yield from (BareSpan(slug, key, table[key]) for key in SPAN_KEYS if key in table and is_bare(table[key]))
    rules = table.get("alerts")
    if isinstance(rules, Mapping):
        for key in _RULES:
            if key in rules and is_bare(rules[key]):
                yield BareSpan(slug, f"alerts.{key}", rules[key])


def bare_flaw(value: object) -> Flaw:
    """What is wrong with one that somebody types now."""
    number = int(str(value))
    return Flaw(f"{number} has no unit", suggestion=f"Write {number}s, {number}m or {number}h.")


def said_with_unit(value: object) -> str:
    """What a bare one means, as it should have been written: ``30s``, ``1h``."""
    return format_duration(parse_duration(int(str(value))))

"""Spans without a unit: a number is seconds, and people mean minutes.

Here it is said in which tables and keys of checks.toml spans stand; those of a kind of hook it says itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Protocol, runtime_checkable

from msgspec import Struct

from pulsetui.config.toml import render
from pulsetui.config.values import Flaw
from pulsetui.core.schedule.duration import format_duration, parse_duration
from pulsetui.core.text.visible import visible

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
RULE_SPANS = ("after", "repeat")
"""Those of a rule of alerts, wherever it stands."""
TABLE_SPANS: Mapping[str, tuple[str, ...]] = MappingProxyType({"drill": ("wait",)})
NAMED_SPANS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "hooks": RULE_SPANS,
        "tags": RULE_SPANS,
        "maintenance": ("duration", "announce"),
        "watchdog": ("every", "timeout"),
    }
)
"""Those of tables that have a name, like ``[tags.NAME]``."""
_MAX_DIGITS = 9
_DURATION = re.compile(r"\s*duration\s*[<>=!]+\s*(\d+)\s*", re.ASCII)


class BareSpan(Struct, frozen=True):
    """A span that stands in checks.toml, or is to stand there, without a unit."""

    table: tuple[str, ...]  # ("checks", "backup"); empty of fields that are no table yet
    key: str  # "grace", "alerts.after"
    written: str  # with its key, as it stands there: ``grace = 30``, ``expect "duration < 20"``
    number: int  # of seconds

    @property
    def place(self) -> str:
        """``[checks.backup]``."""
        return f"[{visible(render.key(self.table))}]"


@runtime_checkable
class NamesSpans(Protocol):
    """A validator of a hook's options that knows which of them are spans."""

    def spans(self, options: Mapping[str, object]) -> Collection[str]:
        """The names of the options, given or not, that hold a span."""


def is_bare(value: object) -> bool:
    """Whether a span has no unit. Nothing is nothing in any unit."""
    if isinstance(value, bool):
        return False
    digits = str(value).strip() if isinstance(value, int | str) else ""
    return digits.isascii() and digits.isdigit() and len(digits) <= _MAX_DIGITS and int(digits) > 0


def bare_spans_of_check(slug: str, fields: Mapping[str, object]) -> Iterator[BareSpan]:
    """Those in the table of a check, and in the rules of its alerts."""
    table = ("checks", slug)
    yield from _bare(table, fields, SPAN_KEYS)
    if isinstance(expected := fields.get("expect"), list | tuple):
        for text in filter(lambda item: isinstance(item, str), expected):
            if (match := _DURATION.fullmatch(text)) is not None and is_bare(match[1]):
                yield BareSpan(table, "expect", f'expect "{visible(text)}"', int(match[1]))
    if isinstance(rules := fields.get("alerts"), Mapping):
        yield from _bare(table, rules, RULE_SPANS, "alerts.")
        for hook, inner in rules.items():
            if isinstance(inner, Mapping):
                yield from _bare(table, inner, RULE_SPANS, f"alerts.{hook}.")


def bare_spans_beside_checks(
    document: Mapping[str, Any], of_hook: Callable[[str], Collection[str]]
) -> Iterator[BareSpan]:
    """Those in all other tables of a valid file. ``of_hook`` says which options of the hook of that name
    hold spans."""
    for name, keys in TABLE_SPANS.items():
        yield from _bare((name,), document.get(name, {}), keys)
    for above, keys in NAMED_SPANS.items():
        for name, table in document.get(above, {}).items():
            own = of_hook(name) if above == "hooks" else ()
            yield from _bare((above, name), table, (*keys, *own))


def _bare(
    table: tuple[str, ...], values: Mapping[str, object], keys: Iterable[str], before: str = ""
) -> Iterator[BareSpan]:
    for key in keys:
        if key in values and is_bare(value := values[key]):
            shown = f'"{value}"' if isinstance(value, str) else str(value)
            yield BareSpan(table, before + key, f"{before}{key} = {shown}", int(str(value)))


def bare_flaw(number: int) -> Flaw:
    """What is wrong with one that somebody types now."""
    return Flaw(f"{number} has no unit", suggestion=f"Write {number}s, {number}m or {number}h.")


def said_with_unit(number: int) -> str:
    """What a bare one means, as it should have been written: ``30s``, ``1h``."""
    return format_duration(parse_duration(number))

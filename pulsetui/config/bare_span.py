"""Spans without a unit: a number is seconds, and people mean minutes."""

from __future__ import annotations

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
_MAX_DIGITS = 9


def is_bare(value: object) -> bool:
    """Whether a span has no unit. Nothing is nothing in any unit."""
    if isinstance(value, bool):
        return False
    digits = str(value).strip() if isinstance(value, int | str) else ""
    return digits.isascii() and digits.isdigit() and len(digits) <= _MAX_DIGITS and int(digits) > 0


def bare_flaw(value: object) -> Flaw:
    """What is wrong with one that somebody types now."""
    number = int(str(value))
    return Flaw(f"{number} has no unit", suggestion=f"Write {number}s, {number}m or {number}h.")


def said_with_unit(value: object) -> str:
    """What a bare one means, as it should have been written: ``30s``, ``1h``."""
    return format_duration(parse_duration(int(str(value))))

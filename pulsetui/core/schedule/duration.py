"""Durations as people write them: ``90s 15m 1h30m 2d 1w``, or a whole number of seconds."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import lru_cache
from typing import Literal

from pulsetui.core.storable import MAX_SPAN
from pulsetui.errors import PulseError

_UNITS = {"w": 7 * 86400, "d": 86400, "h": 3600, "m": 60, "s": 1}
_SPELLED = re.compile(r"(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?", re.ASCII)
_MAX_DIGITS = 9  # with more it is longer than ten years in any unit


class DurationError(PulseError):
    """The text is not a duration (``form``), or is longer than ten years (``too_long``)."""

    def __init__(self, message: str, kind: Literal["form", "too_long"] = "form") -> None:
        super().__init__(message)
        self.kind = kind


def parse_duration(value: object) -> timedelta:
    """A duration from configuration text or whole seconds.

    Raises DurationError with a message that shows the spelling; zero and negative are the caller's to judge.
    """
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise DurationError(f"{value!r} is not a duration; write it like 90s, 15m, 1h30m, 2d")
    return _parse(value)


# Both ways are remembered: thousands of checks have a handful of spans, which they then share.
@lru_cache(maxsize=1024)
def _parse(value: int | str) -> timedelta:
    if isinstance(value, int):
        seconds = value
    else:
        text = "".join(value.split()).lower()
        match = _SPELLED.fullmatch(text)
        if text.isascii() and text.isdigit():
            seconds = _number(text)
        elif text and match:
            seconds = sum(
                _number(n) * unit for n, unit in zip(match.groups(default="0"), _UNITS.values(), strict=True)
            )
        else:
            raise DurationError(f'"{value:.60}" is not a duration; write it like 90s, 15m, 1h30m, 2d')
    if abs(seconds) > MAX_SPAN.total_seconds():
        shown = value if isinstance(value, str) else str(value) if abs(value) < 10**20 else "a long number"
        raise DurationError(f'"{shown:.60}" is longer than ten years', "too_long")
    return timedelta(seconds=seconds)


def _number(digits: str) -> int:
    """Of any length: thousands of digits are not counted out."""
    return int(digits) if len(digits.lstrip("0")) <= _MAX_DIGITS else 10**_MAX_DIGITS


@lru_cache(maxsize=1024)
def format_duration(span: timedelta) -> str:
    """The spelling that ``parse_duration`` reads back: ``1h30m``. Parts of a second are dropped."""
    left = int(span.total_seconds())
    if left < 0:
        return "-" + format_duration(-span)
    parts: list[str] = []
    for letter, size in _UNITS.items():
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count}{letter}")
    return "".join(parts) or "0s"

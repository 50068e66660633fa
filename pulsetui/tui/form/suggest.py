"""What somebody meant by a schedule that cannot be read: plain English, or another kind's expression."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct

from pulsetui.core.schedule.parse import parse_schedule
from pulsetui.core.schedule.schedule import ScheduleKind
from pulsetui.errors import ScheduleError

_UNITS = {"s": "s", "sec": "s", "second": "s", "m": "m", "min": "m", "minute": "m", "h": "h", "hour": "h",
          "hr": "h", "d": "d", "day": "d", "w": "w", "week": "w"}  # fmt: skip
_DAYS = {"mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6, "sun": 0}
_NAMED_TIMES = {"midnight": (0, 0), "noon": (12, 0)}
_WHEN: Mapping[str, str] = {  # → the day fields of a cron expression
    "daily": "* * *", "every day": "* * *", "each day": "* * *", "nightly": "* * *", "every night": "* * *",
    "every morning": "* * *", "weekdays": "* * 1-5", "every weekday": "* * 1-5", "workdays": "* * 1-5",
    "weekends": "* * 0,6", "every weekend": "* * 0,6", "weekly": "* * 1", "monthly": "1 * *",
    "every month": "1 * *", "yearly": "1 1 *", "every year": "1 1 *",
}  # fmt: skip
_USUAL_HOUR = {"nightly": 2, "every night": 2, "every morning": 6}
_EVERY = re.compile(r"(?:every|each)\s+(?:(\d{1,6}|other|half an?|an?)\s*)?([a-z]+?)s?")
_TIME = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm|h|o'?clock)?")
_ORDER: tuple[ScheduleKind, ...] = ("cron", "calendar", "every")
_MAX_LENGTH = 200


class Suggestion(Struct, frozen=True):
    """An expression that can be read, and what it means."""

    kind: ScheduleKind
    expression: str
    words: str


def suggest(kind: ScheduleKind, text: str, timezone: str) -> Suggestion | None:
    """The nearest thing to ``text`` that can be read; None when nothing is near."""
    text = text.strip()[:_MAX_LENGTH]
    if not text:
        return None
    found = _natural(" ".join(text.casefold().split()))
    if found is not None:
        return _readable(*found, timezone)
    for other in _ORDER:
        if other == "every" and text.isdigit():
            continue  # somebody has begun to type
        if other != kind and (readable := _readable(other, text, timezone)):
            return readable
    return None


def _readable(kind: ScheduleKind, expression: str, timezone: str) -> Suggestion | None:
    try:
        return Suggestion(kind, expression, parse_schedule(kind, expression, timezone).describe())
    except ScheduleError:
        return None


def _natural(text: str) -> tuple[ScheduleKind, str] | None:
    """Plain English: ``every 15 minutes``, ``weekdays at 6:30``, ``mondays and fridays at 2pm``, ``2am``."""
    if text in {"hourly", "every hour", "each hour", "@hourly"}:
        return "cron", "0 * * * *"
    if (period := _period(text)) is not None:
        return "every", period
    when, _, clock = text.removeprefix("@").partition(" at ")
    if not clock and not when.isdigit() and (only := _time(when)) is not None:
        return "cron", f"{only[1]} {only[0]} * * *"
    if not clock:
        when, clock = _split_time(when)
    days = _days(when.removeprefix("on "))
    time = _time(clock) if clock else (_USUAL_HOUR.get(when, 0), 0)
    if days is None or time is None:
        return None
    return "cron", f"{time[1]} {time[0]} {days}"


def _period(text: str) -> str | None:
    match = _EVERY.fullmatch(text)
    if match is None:
        return None
    count, unit = match.group(1) or "1", _UNITS.get(match.group(2))
    if unit is None or (match.group(1) is None and unit in "dw"):
        return None
    if count.startswith("half"):
        return "30m" if unit == "h" else None
    number = {"other": "2", "a": "1", "an": "1"}.get(count, count)
    return f"{int(number)}{unit}"


def _split_time(text: str) -> tuple[str, str]:
    """``monday 6:30`` without an "at"."""
    head, _, tail = text.rpartition(" ")
    return (head, tail) if head and _time(tail) is not None else (text, "")


def _time(text: str) -> tuple[int, int] | None:
    if text in _NAMED_TIMES:
        return _NAMED_TIMES[text]
    match = _TIME.fullmatch(text.strip())
    if match is None:
        return None
    hour, minute, half = int(match.group(1)), int(match.group(2) or 0), match.group(3)
    if not match.group(2) and half is None and not text.strip().isdigit():
        return None
    if half in {"am", "pm"}:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    return (hour, minute) if hour < 24 and minute < 60 else None


def _days(text: str) -> str | None:
    """The three day fields of a cron expression."""
    text = text.strip()
    if text in _WHEN:
        return _WHEN[text]
    numbers = []
    for word in re.split(r"\s*(?:,|&|\band\b)\s*|\s+", text.removeprefix("every ")):
        if not word:
            continue
        number = _DAYS.get(word[:3])
        if number is None or not re.fullmatch(r"[a-z]{3}(?:s?|[a-z]*days?)", word):
            return None
        numbers.append(number)
    return f"* * {','.join(map(str, sorted(dict.fromkeys(numbers))))}" if numbers else None

"""Dates and times on the command line."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta, tzinfo

from pulsetui.core import storable
from pulsetui.core.schedule.duration import DurationError, parse_duration
from pulsetui.core.text.clean import clean
from pulsetui.errors import UsageError

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


_ISO_EXAMPLES = "2026-11-21, 2026-11-21T02:00 or 2026-11-21T02:00+02:00"
_PAST_EXAMPLES = "2d, monday, yesterday, 14:30, 2026-11-21 or 2026-11-21T02:00"


def read_time(option: str, text: str, where: tzinfo, *, examples: str = _ISO_EXAMPLES) -> datetime:
    """The instant given with ``option`` in ISO 8601; without an offset it is in the zone ``where``."""
    try:
        at = datetime.fromisoformat(text)
        return storable.instant(at if at.tzinfo else at.replace(tzinfo=where))
    except storable.UnstorableError as error:
        raise UsageError(f'{option} "{clean(text, 60)}" {error}') from None
    except ValueError:
        raise UsageError(
            f'{option} "{clean(text, 60)}" is not a date or time; write it like {examples}'
        ) from None


def read_past(option: str, text: str, where: tzinfo, now: datetime) -> datetime:
    """The instant before ``now`` that a person means: ``monday`` (the last one, from midnight on), ``today``,
    ``yesterday``, ``14:30`` (the last one), ``2d`` (so long ago), or as ``read_time`` takes it."""
    word = text.strip().casefold()
    local = now.astimezone(where)
    today = datetime.combine(local.date(), time(), where)
    if word in ("today", "yesterday"):
        return (today - timedelta(days=word == "yesterday")).astimezone(UTC)
    if len(word) >= 3 and (day := _weekday(word)) is not None:
        return (today - timedelta(days=(local.weekday() - day) % 7)).astimezone(UTC)
    if (clock := _CLOCK.fullmatch(word)) is not None:
        at = datetime.combine(local.date(), time(int(clock[1]), int(clock[2])), where)
        return (at if at <= local else at - timedelta(days=1)).astimezone(UTC)
    try:
        return now - parse_duration(word)
    except (DurationError, OverflowError):
        return read_time(option, text, where, examples=_PAST_EXAMPLES)


def _weekday(word: str) -> int | None:
    """Monday is 0."""
    return next((index for index, day in enumerate(_DAYS) if day.startswith(word)), None)

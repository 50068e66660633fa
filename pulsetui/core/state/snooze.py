"""Snoozes: no alerts for a check, a tag or everything until an instant. Judging goes on meanwhile.

How long is chosen on the wall clock of whoever reads the alerts: "until tomorrow 08:00" is 08:00 there, also
over a night in which the clocks change.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Literal

from msgspec import Struct

from pulsetui.core import storable
from pulsetui.core.schedule.duration import DurationError, parse_duration
from pulsetui.core.state.check import Check
from pulsetui.errors import PulseError

MORNING = time(8, 0)
"""When a snooze "until tomorrow" ends, on the wall clock of the person."""
MAX_SNOOZE = timedelta(days=366)
"""A longer silence is better said by pausing the check."""

_SPANS = (("20m", timedelta(minutes=20)), ("1h", timedelta(hours=1)), ("4h", timedelta(hours=4)))
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_EARLY = timedelta(hours=2)  # this morning is offered until so long before it comes

Scope = Literal["check", "tag", "everything"]
SnoozeIdentity = tuple[Scope, str, str]
"""Scope, target, source."""


class Snooze(Struct, frozen=True, kw_only=True):
    """``target`` is a slug or a tag; empty for everything. It ends at ``until``, exclusive.

    ``source`` is the key of the deploy that it belongs to, "" of a person's own: the one never takes the
    place of the other.
    """

    scope: Scope
    target: str
    until: datetime
    by: str = ""
    note: str = ""
    source: str = ""

    @property
    def identity(self) -> SnoozeIdentity:
        """Another one with the same takes its place."""
        return self.scope, self.target, self.source

    def covers(self, check: Check) -> bool:
        """Whether the check is meant, whatever the time."""
        if self.scope == "check":
            return self.target == check.slug
        return self.scope == "everything" or self.target in check.tags


def snoozed_until(snoozes: Iterable[Snooze], check: Check, now: datetime) -> datetime | None:
    """When the last snooze over the check ends; None when nothing snoozes it now."""
    ends = [snooze.until for snooze in snoozes if snooze.until > now and snooze.covers(check)]
    return max(ends, default=None)


class SnoozeError(PulseError):
    """The text names no end that a snooze can have."""


class SnoozeChoice(Struct, frozen=True):
    """One length to choose: ``1h``, ``until tomorrow 08:00``."""

    label: str
    until: datetime  # UTC


def snooze_choices(now: datetime, zone: tzinfo) -> tuple[SnoozeChoice, ...]:
    """What is offered for choosing, shortest first. ``zone`` is that of the person.

    Before dawn "tomorrow" would skip the morning that is meant, so that morning is offered too; on a Sunday
    Monday is tomorrow and is offered once.
    """
    today = now.astimezone(zone).date()
    mornings = [
        ("today", today),
        ("tomorrow", today + timedelta(days=1)),
        ("Monday", _next_weekday(today, 0)),
    ]
    choices = [SnoozeChoice(label, now + span) for label, span in _SPANS]
    for word, day in mornings:
        until = _on_wall_clock(day, MORNING, zone)
        if until - now >= _EARLY and all(choice.until != until for choice in choices):
            choices.append(SnoozeChoice(f"until {word} {MORNING:%H:%M}", until))
    return tuple(sorted(choices, key=lambda choice: choice.until))


def snooze_for(text: str, now: datetime) -> datetime:
    """The end of a snooze that lasts ``text``: ``20m``, ``1h30m``, ``2d``. Raises SnoozeError."""
    try:
        span = parse_duration(text)
    except DurationError as error:
        raise SnoozeError(str(error)) from None
    return checked_end(now + span, text, now)


def snooze_until(text: str, now: datetime, zone: tzinfo) -> datetime:
    """The instant (UTC) that ``text`` names, seen from ``now`` on the wall clock of ``zone``.

    ``tomorrow``, ``monday`` (08:00 in the morning), ``tomorrow 14:00``, ``fri 18:00``, ``14:30`` (the next
    one), ``2026-11-20``, ``2026-11-20 14:30``, or ISO 8601 with an offset. A weekday alone is never today;
    with a clock time it is while that time is still to come. Raises SnoozeError.
    """
    words = text.strip().casefold().removeprefix("until ").split()
    until = _named(words, now, zone) or _iso(text, zone)
    if until is None:
        raise SnoozeError(
            f'"{text}" is not a date or time; write it like tomorrow, monday, 14:30, tomorrow 14:30 or'
            " 2026-11-20T14:30"
        )
    return checked_end(until, text, now)


def _named(words: list[str], now: datetime, zone: tzinfo) -> datetime | None:
    today = now.astimezone(zone).date()
    if not words or len(words) > 2:
        return None
    at = _clock_time(words[-1])
    if len(words) == 1 and at is not None:
        until = _on_wall_clock(today, at, zone)
        return until if until > now else _on_wall_clock(today + timedelta(days=1), at, zone)
    if len(words) == 2 and at is None:
        return None
    if words[0] in ("today", "tomorrow"):
        return _on_wall_clock(today + timedelta(days=int(words[0] == "tomorrow")), at or MORNING, zone)
    weekday = _weekday(words[0])
    if weekday is None:
        return None
    if at is not None and weekday == today.weekday():
        until = _on_wall_clock(today, at, zone)
        if until > now:  # "fri 18:00" on a Friday afternoon is this evening
            return until
    return _on_wall_clock(_next_weekday(today, weekday), at or MORNING, zone)


def _weekday(word: str) -> int | None:
    """0 is Monday; at least three letters name one."""
    if len(word) < 3:
        return None
    return next((number for number, name in enumerate(_WEEKDAYS) if name.startswith(word)), None)


def _clock_time(word: str) -> time | None:
    hour, colon, minute = word.partition(":")
    if not (colon and word.isascii() and hour.isdigit() and minute.isdigit() and len(minute) == 2):
        return None
    return time(int(hour), int(minute)) if len(hour) <= 2 and int(hour) < 24 and int(minute) < 60 else None


def _iso(text: str, zone: tzinfo) -> datetime | None:
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if not storable.is_instant(at if at.tzinfo is not None else at.replace(tzinfo=UTC)):
        years = f"{storable.EARLIEST.year}-{storable.LATEST.year - 1}"
        raise SnoozeError(f'"{text}" is in none of the years {years}')
    if at.tzinfo is not None:
        return at.astimezone(UTC)
    whole_day = len(text.strip()) <= len("2026-11-20")
    return _on_wall_clock(at.date(), MORNING if whole_day else at.time(), zone)


def _on_wall_clock(day: date, at: time, zone: tzinfo) -> datetime:
    """That time on that day as an instant; one that the clocks skip is as long after midnight as it reads."""
    return datetime.combine(day, at, zone).astimezone(UTC)


def _next_weekday(today: date, weekday: int) -> date:
    """The next such day that is not today."""
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def checked_end(until: datetime, text: str, now: datetime) -> datetime:
    """``until`` if a snooze that begins ``now`` can end then; raises SnoozeError, which calls it ``text``."""
    if until <= now:
        raise SnoozeError(f'"{text}" has passed already; a snooze ends in the future')
    if until - now > MAX_SNOOZE:
        raise SnoozeError(f'"{text}" is more than a year away; pause the check instead')
    return until

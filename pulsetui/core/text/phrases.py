"""Times, counts and numbers in the words that screens, commands and alerts use.

Pure functions from values to one line of text. Spans have two units at most. Text that came from outside
(a detail, a note, a name) goes through untouched: whoever shows a line cleans it for the place it goes to.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo

_MINUTE = 60
_HOUR = 3600
_DAY = 86400
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_METRICS_SAID = 3
_SECOND_UNIT = re.compile(r"(?<=\d[dhm]) \d+[hms]\b", re.ASCII)
_WHOLE = 1e15  # whole numbers up to here are spelled out
_NEAR_DAYS = 6
"""Up to this many days away, a weekday names one day only."""


def span_text(seconds: float) -> str:
    """A length of time, parts of a second dropped: ``45s``, ``3m 12s``, ``4h 05m``, ``2d 3h``, ``15m``.

    The sign is dropped too: the words around it say which way.
    """
    whole = int(abs(seconds))
    if whole < _MINUTE:
        return f"{whole}s"
    if whole < _HOUR:
        minutes, rest = divmod(whole, _MINUTE)
        return f"{minutes}m {rest:02}s" if rest else f"{minutes}m"
    if whole < _DAY:
        hours, rest = divmod(whole // _MINUTE, 60)
        return f"{hours}h {rest:02}m" if rest else f"{hours}h"
    days, rest = divmod(whole // _HOUR, 24)
    return f"{days}d {rest}h" if rest else f"{days}d"


def duration_text(seconds: float) -> str:
    """How long a run took: ``span_text`` with parts of a second while they matter: ``0.35s``, ``4.2s``."""
    if seconds < 0.9995:
        return f"{max(seconds, 0.0):.2f}s"
    if seconds < 9.95:
        return f"{seconds:.1f}s"
    return span_text(round(seconds))


def count_text(count: int, word: str, plural: str = "") -> str:
    """A count of things: ``1 ping``, ``12 pings``; ``plural`` where an s does not make it: ``3 entries``."""
    return f"{count} {word if count == 1 else plural or f'{word}s'}"


def skips_text(count: int, why: str) -> str:
    """So many runs that did nothing, and why the newest: ``skipped 3 runs in a row: lock held by pid 123``;
    "" for none. ``why`` is unsafe text, "" when the job did not say."""
    if not count:
        return ""
    said = f"skipped {count_text(count, 'run')}{' in a row' if count > 1 else ''}"
    return f"{said}: {why}" if why else said


def unprovable_text(count: int, why: str) -> str:
    """So many good runs whose work nobody can see: ``cannot be proven for 3 runs in a row: permission
    denied``; "" for none. ``why`` is unsafe text."""
    if not count:
        return ""
    return f"cannot be proven{f' for {count} runs in a row' if count > 1 else ''}: {why}"


def number_text(value: float) -> str:
    """A reported number: ``312``, ``0.25``, ``1500000``; never with a needless exponent."""
    if abs(value) < _WHOLE and value == int(value):
        return str(int(value))
    return f"{value:.4g}"


def metrics_text(metrics: Mapping[str, float], most: int = _METRICS_SAID) -> str:
    """Metrics as they are said: ``312 records, errors 0.5, 2 more``. A whole number counts things, so it
    stands before a name in the plural."""
    said = []
    for name, value in list(metrics.items())[:most]:
        number = number_text(value)
        counts = name.endswith("s") and number.isdigit() and number != "1"
        said.append(f"{number} {name}" if counts else f"{name} {number}")
    if len(metrics) > most:
        said.append(f"{len(metrics) - most} more")
    return ", ".join(said)


def ago_text(instant: datetime, now: datetime) -> str:
    """How long ago: ``3m 12s ago``; ``just now`` within a second, and for an instant still to come (two
    clocks that disagree a little)."""
    seconds = (now - instant).total_seconds()
    return "just now" if seconds < 1 else f"{span_text(seconds)} ago"


def until_text(instant: datetime, now: datetime) -> str:
    """How far off: ``in 4h 05m``, ``now`` within a second, ``late by 12m`` once it has passed."""
    seconds = (instant - now).total_seconds()
    if abs(seconds) < 1:
        return "now"
    return f"in {span_text(seconds)}" if seconds > 0 else f"late by {span_text(seconds)}"


def one_unit(text: str) -> str:
    """A distance without its second unit, for narrow places: ``in 4h``, ``3m ago``."""
    return _SECOND_UNIT.sub("", text)


def instants_text(instants: Sequence[datetime], zone: tzinfo, now: datetime) -> list[str]:
    """Several instants as ``instant_text`` says them, with seconds where minutes do not tell them apart."""
    told = [instant_text(at, zone, now) for at in instants]
    if len(set(told)) == len(set(instants)):
        return told
    return [instant_text(at, zone, now, seconds=True) for at in instants]


def instant_text(instant: datetime, zone: tzinfo, now: datetime, *, seconds: bool = False) -> str:
    """An instant on the wall clock of ``zone``: ``today 02:00``, ``tomorrow 02:00``, ``Sat 02:00`` within
    six days either way, else ``Fri 20 Nov 02:00``, in another year ``2025-11-21 02:00``: 16 cells at most.

    A time that the clock shows twice that night carries the zone's abbreviation: ``Sun 02:30 CEST``.
    """
    local = instant.astimezone(zone)
    twice = local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset()
    clock = f"{local:%H:%M:%S}" if seconds else f"{local:%H:%M}"
    return f"{day_text(instant, zone, now)} {clock}" + (f" {local.tzname()}" if twice else "")


def day_text(instant: datetime, zone: tzinfo, now: datetime) -> str:
    """The day of ``instant_text``: ``today``, ``Sat``, ``Fri 20 Nov``, ``2025-11-21``."""
    local, today = instant.astimezone(zone).date(), now.astimezone(zone).date()
    days = (local - today).days
    if days == 0:
        return "today"
    if days == 1:
        return "tomorrow"
    if abs(days) <= _NEAR_DAYS:
        return _WEEKDAYS[local.weekday()]
    if local.year == today.year:
        return f"{_WEEKDAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]}"
    return f"{local:%Y-%m-%d}"


def full_instant_text(instant: datetime, zone: tzinfo) -> str:
    """An instant for what is read on another day: ``Sat 2026-11-21 02:00 EET``."""
    local = instant.astimezone(zone)
    return f"{_WEEKDAYS[local.weekday()]} {local:%Y-%m-%d %H:%M} {local.tzname()}"


def full_stop(text: str) -> str:
    """The sentence as one among others: with a full stop, unless it asks something."""
    return text if text.endswith(("?", "!", ".")) else f"{text}."

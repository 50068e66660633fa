"""Times and statuses in the words that both the screen and the commands use.

Pure functions from values to one line of text. Spans have two units at most. Text that came from outside
(a detail, a note, a name) goes through untouched: whoever shows a line cleans it for the place it goes to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, tzinfo
from types import MappingProxyType
from typing import Protocol

from msgspec import Struct

from pulsetui.core.state.status import Reason, Status

RUNNING = "running"
"""The overlay: a run is going on, whatever the status."""

GLYPH: Mapping[str, str] = MappingProxyType(
    {
        Status.NEW: "○",
        Status.UP: "●",
        Status.LATE: "◐",
        Status.DOWN: "✖",
        Status.PAUSED: "‖",
        RUNNING: "▶",
    }
)
"""One narrow character for a status or the running overlay: shapes differ, so colour only helps."""

GLYPH_ASCII: Mapping[str, str] = MappingProxyType(
    {
        Status.NEW: "o",
        Status.UP: "*",
        Status.LATE: "~",
        Status.DOWN: "X",
        Status.PAUSED: "=",
        RUNNING: ">",
    }
)
"""The same for a terminal or an encoding without the others."""

_REASON_WORD: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.MISSED: "overdue",
        Reason.FAILED: "failed",
        Reason.HUNG: "hung",
        Reason.UNMET: "unmet",
        Reason.TOO_SHORT: "too short",
        Reason.NOT_STARTED: "not started",
        Reason.NEVER: "no report",
        Reason.RAN_TWICE: "ran twice",
        Reason.OVERLAP: "overlap",
    }
)
_MINUTE = 60
_HOUR = 3600
_DAY = 86400
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LAST_GOOD = "last good run"
_METRICS_SAID = 3
_SECOND_UNIT = re.compile(r"(?<=\d[dhm]) \d+[hms]\b", re.ASCII)
_WHOLE = 1e15  # whole numbers up to here are spelled out
_NEAR_DAYS = 6
"""Up to so many days away a weekday names one day only."""


class IncidentLike(Protocol):
    """What the sentence reads of an open incident."""

    @property
    def reason(self) -> Reason: ...
    @property
    def missed_count(self) -> int: ...
    @property
    def acknowledged_at(self) -> datetime | None: ...
    @property
    def acknowledged_by(self) -> str: ...
    @property
    def note(self) -> str: ...


class ViewLike(Protocol):
    """What the sentence reads of a check; ``client.views.CheckView`` has it all."""

    @property
    def status(self) -> Status: ...
    @property
    def reason(self) -> Reason | None: ...
    @property
    def detail(self) -> str: ...
    @property
    def since(self) -> datetime: ...
    @property
    def started(self) -> bool: ...
    @property
    def started_at(self) -> datetime | None: ...
    @property
    def unwatched(self) -> bool: ...
    @property
    def last_success(self) -> datetime | None: ...
    @property
    def last_duration(self) -> float | None: ...
    @property
    def next_ping(self) -> datetime | None: ...
    @property
    def deadline(self) -> datetime | None: ...
    @property
    def upcoming(self) -> datetime | None: ...
    @property
    def first_due(self) -> datetime | None: ...
    @property
    def manual_resume(self) -> bool: ...
    @property
    def noted(self) -> str: ...
    @property
    def incident(self) -> IncidentLike | None: ...


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


def word_for(status: Status, reason: Reason | None) -> str:
    """The word on screen: the status, or what made a check go down: ``overdue``, ``failed``."""
    if status is Status.DOWN and reason is not None:
        return _REASON_WORD[reason]
    return str(status)


def full_instant_text(instant: datetime, zone: tzinfo) -> str:
    """An instant for what is read on another day: ``Sat 2026-11-21 02:00 EET``."""
    local = instant.astimezone(zone)
    return f"{_WEEKDAYS[local.weekday()]} {local:%Y-%m-%d %H:%M} {local.tzname()}"


class _Clock(Struct, frozen=True):
    """How the sentence says its instants: as seen from ``now``, or in full and without distances."""

    now: datetime
    zone: tzinfo
    in_full: bool

    def at(self, instant: datetime) -> str:
        if self.in_full:
            return full_instant_text(instant, self.zone)
        return instant_text(instant, self.zone, self.now)

    def distant(self, instant: datetime, say: Callable[[datetime, datetime], str] = until_text) -> str:
        """The same, with how far off it is as ``say`` puts it: ``tomorrow 02:00 (in 17h)``."""
        return self.at(instant) if self.in_full else f"{self.at(instant)} ({say(instant, self.now)})"


def sentence(
    view: ViewLike,
    now: datetime,
    zone: tzinfo,
    *,
    good_metrics: Mapping[str, float] | None = None,
    in_full: bool = False,
) -> str:
    """How the check stands, in one line without a full stop: ``Missed 3 runs since Sat 02:00; last good run
    Fri 02:04, 312 records``. Holds the detail and the note as they came: unsafe text.

    ``good_metrics`` is what the last good run reported, for those who know that run. ``in_full`` is for what
    is read later: every instant with its date and zone, nothing that is true today only.
    """
    clock = _Clock(now, zone, in_full)
    say = {
        Status.NEW: _new,
        Status.UP: _up,
        Status.LATE: _late,
        Status.DOWN: _down,
        Status.PAUSED: _paused,
    }[view.status]
    parts = say(view, clock)
    if good_metrics and view.last_success is not None:
        good = f"{_LAST_GOOD} {clock.at(view.last_success)}"
        parts = [f"{part}, {metrics_text(good_metrics)}" if part == good else part for part in parts]
    if view.noted:
        parts.append(view.noted)
    if view.started:
        parts.append(_running(view, clock))
    if view.incident is not None and view.incident.acknowledged_at is not None:
        parts.append(_acknowledged(view.incident))
    return "; ".join(parts)


def full_stop(text: str) -> str:
    """The sentence as one among others: with a full stop, unless it asks something."""
    return text if text.endswith(("?", "!", ".")) else f"{text}."


def _new(view: ViewLike, clock: _Clock) -> list[str]:
    if view.unwatched:
        return _unwatched(view, clock)
    first = "Waiting for a success" if view.last_success else "No success yet"
    due = view.next_ping or view.first_due
    if due is None:
        return [first]
    if due <= clock.now:
        return [first, f"it should have come {clock.distant(due, ago_text)}"]
    return [first, f"due {clock.distant(due)}"]


def _up(view: ViewLike, clock: _Clock) -> list[str]:
    if view.unwatched:
        return _unwatched(view, clock)
    return [
        f"Up since {clock.at(view.since)}",
        *_last_good(view, clock),
        *_due(view, clock),
    ]


def _unwatched(view: ViewLike, clock: _Clock) -> list[str]:
    parts = ["Unwatched: its deadline passed while nobody was watching", *_last_good(view, clock)]
    if view.upcoming is not None:
        parts.append(f"judged again from {clock.at(view.upcoming)}")
    return parts


def _late(view: ViewLike, clock: _Clock) -> list[str]:
    first = "Late"
    if view.next_ping is not None:
        late = span_text(max((clock.now - view.next_ping).total_seconds(), 0.0))
        by = "" if clock.in_full else f" by {late}"
        first = f"Late{by}: it was due {clock.at(view.next_ping)}"
    parts = [first]
    if view.deadline is not None:
        parts.append(f"overdue from {clock.distant(view.deadline)}")
    return [*parts, *_last_good(view, clock)]


def _down(view: ViewLike, clock: _Clock) -> list[str]:
    since = clock.at(view.since)
    if view.reason is Reason.MISSED:
        missed = view.incident.missed_count if view.incident is not None else 0
        # While it is overdue, ``next_ping`` is the first instant that was missed.
        first_missed = clock.at(view.next_ping or view.since)
        if missed > 1:
            first = f"Missed {missed} runs since {first_missed}"
        else:
            first = f"Missed the run of {first_missed}" if missed else f"Overdue since {since}"
        return [first, *_last_good(view, clock)]
    word = word_for(view.status, view.reason)
    if view.reason is Reason.NEVER and view.detail.startswith(word):
        return [view.detail[0].upper() + view.detail[1:]]  # since when, it says itself
    if view.incident is not None and view.incident.reason is not view.reason:
        # Down all the time, but what is wrong now is younger than that.
        first = f"Down since {since} ({word_for(view.status, view.incident.reason)}), now {word}"
    else:
        first = f"{word.capitalize()} since {since}"
    if view.detail:
        first += f": {view.detail}"
    return [first, *_last_good(view, clock)]


def _paused(view: ViewLike, clock: _Clock) -> list[str]:
    ends = "until somebody resumes it" if view.manual_resume else "until somebody resumes it or it reports"
    return [f"Paused since {clock.at(view.since)}", ends, *_last_good(view, clock)]


def _last_good(view: ViewLike, clock: _Clock) -> list[str]:
    if view.last_success is None:
        return ["no good run is known"]
    return [f"{_LAST_GOOD} {clock.at(view.last_success)}"]


def _due(view: ViewLike, clock: _Clock) -> list[str]:
    if view.next_ping is None:
        return []
    return [f"due {clock.distant(view.next_ping)}"]


def _running(view: ViewLike, clock: _Clock) -> str:
    if view.started_at is None:
        return "running"
    if clock.in_full:
        return f"running since {clock.at(view.started_at)}"
    return f"running for {span_text((clock.now - view.started_at).total_seconds())}"


def _acknowledged(incident: IncidentLike) -> str:
    by = f" by {incident.acknowledged_by}" if incident.acknowledged_by else ""
    note = f": {incident.note}" if incident.note else ""
    return f"acknowledged{by}{note}"

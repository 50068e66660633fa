"""The recent past of a check in a short string: what the heartbeat bar draws.

Two characters an entry, oldest first: what happened, and how long it took (a logarithmic letter). A string
costs little in memory and in the database, and is already the value that travels to a screen.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import timedelta

from msgspec import Struct

from pulsetui.core.state.run import Run
from pulsetui.core.state.status import Outcome

KEPT = 60
"""Entries kept: the widest bar that is drawn."""

LETTERS = {
    Outcome.SUCCESS: "s",
    Outcome.FAILED: "f",
    Outcome.UNMET: "u",
    Outcome.TOO_SHORT: "t",
    Outcome.HUNG: "h",
    Outcome.ORPHAN: "o",
    Outcome.SKIPPED: "k",
}
RAN_TWICE = "d"
"""A good run that came too soon after the one before."""
OVERLAP = "v"
"""A good run that began while another one went on."""
MISSED = "m"
"""A scheduled instant without a run."""
UNWATCHED = "w"
"""A scheduled instant that nobody watched."""

_UNKNOWN = "-"
_STEP = 1.3  # each letter is 30 % longer than the one before: finer than a bar's eight heights need
_FIRST = ord("0")
_LAST = ord("~")


def letter_of(run: Run) -> str:
    """The letter for how the run ended. A bad end says more than that it was one run too many."""
    if run.outcome is Outcome.SUCCESS and run.duplicate:
        return RAN_TWICE
    if run.outcome is Outcome.SUCCESS and run.overlaps is not None:
        return OVERLAP
    return LETTERS[run.outcome]


class Mark(Struct, frozen=True, gc=False):
    """One entry, read back. ``seconds`` is approximate (within 15 %), None when unknown."""

    letter: str
    seconds: float | None


def append(history: str, letter: str, duration: timedelta | None = None) -> str:
    """``history`` with one more entry, the oldest dropped beyond ``KEPT``."""
    return (history + letter + _size(duration))[-2 * KEPT :]


def without_last(history: str, letter: str) -> str:
    """``history`` less its newest entry with ``letter``; as it is when there is none."""
    for i in range(len(history) - 2, -1, -2):
        if history[i] == letter:
            return history[:i] + history[i + 2 :]
    return history


def relabelled(history: str, letter: str, other: str) -> str:
    """``history`` with ``other`` in the place of its newest ``letter``; as it is when there is none."""
    for i in range(len(history) - 2, -1, -2):
        if history[i] == letter:
            return history[:i] + other + history[i + 1 :]
    return history


def marks(history: str) -> Iterator[Mark]:
    """The entries, oldest first."""
    for i in range(0, len(history) - 1, 2):
        yield Mark(history[i], _seconds(history[i + 1]))


def _size(duration: timedelta | None) -> str:
    if duration is None:
        return _UNKNOWN
    seconds = max(duration.total_seconds(), 0.0)
    return chr(min(_FIRST + round(math.log1p(seconds * 10) / math.log(_STEP)), _LAST))


def _seconds(size: str) -> float | None:
    if size == _UNKNOWN:
        return None
    return math.expm1((ord(size) - _FIRST) * math.log(_STEP)) / 10

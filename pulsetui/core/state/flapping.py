"""A job that goes down and comes up again and again: told once, and again when it has settled."""

from __future__ import annotations

from datetime import datetime, timedelta

TURNS = 6
"""This many changes between up and down within ``WITHIN`` make a check flap."""

WITHIN = timedelta(hours=1)
SETTLED_AFTER = timedelta(minutes=20)
"""Without a change for so long it has settled."""


def turned(turns: tuple[datetime, ...], at: datetime) -> tuple[datetime, ...]:
    """The changes that still count, with the one ``at``."""
    return (*[turn for turn in turns if at - turn < WITHIN], at)[-TURNS:]


def flaps(turns: tuple[datetime, ...]) -> bool:
    return len(turns) >= TURNS

"""A job that goes down and comes up again and again: told once, and again when it has settled."""

from __future__ import annotations

from datetime import datetime, timedelta

TURNS = 6
"""This many changes between up and down within ``WITHIN`` make a check flap."""

WITHIN = timedelta(hours=1)
SETTLED_AFTER = timedelta(minutes=20)
"""Without a change for so long it has settled."""


Turns = tuple[datetime, ...]
"""When a check lately went down or came up, oldest first; those that still count."""


def turned(
    turns: Turns, until: datetime | None, at: datetime, *, silent: bool
) -> tuple[Turns, datetime | None]:
    """What has been, and until when it flaps (None: it does not), after another change ``at``.

    While nobody is told of the check (``silent``) nothing begins to flap: there is nothing to damp, and the
    word that it does would reach nobody.
    """
    if silent and until is None:
        return turns, None
    turns = (*[turn for turn in turns if at - turn < WITHIN], at)[-TURNS:]
    if until is None and len(turns) < TURNS:
        return turns, None
    return turns, at + SETTLED_AFTER

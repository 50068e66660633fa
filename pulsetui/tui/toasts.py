"""Which pieces of news in the corner make room for another one."""

from __future__ import annotations

from collections.abc import Iterable

from textual.notifications import Notification

MAX_TOASTS = 2
"""At most this many at once: more would cover the rows that they are about."""


def replaced_by(new: Notification, shown: Iterable[Notification]) -> list[Notification]:
    """What ``new`` takes the place of: the same again, what was said before in the same tone, and the oldest
    where the corner would fill up. Errors stand beside each other."""
    shown = list(shown)
    replaced = [
        one
        for one in shown
        if one.severity == new.severity and (one.message == new.message or new.severity != "error")
    ]
    kept = [one for one in shown if one not in replaced]
    return [*replaced, *kept[: max(len(kept) - (MAX_TOASTS - 1), 0)]]

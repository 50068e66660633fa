"""One check as the table holds it, and the words that are true of it now, for views and counts."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache

from pulsetui.client.attention import Attention, attention_of, is_snoozed, known_by, why_down
from pulsetui.client.glance import Entry, glance_of, view_of
from pulsetui.client.views import CheckView
from pulsetui.core.state.status import Status
from pulsetui.tui.draw.status import status_now

Key = tuple[int, float, str, str]
"""A row's place in the order: rank, number, text, slug. It never contains "now"."""

PROBLEMS = "problems"  # down, and nobody has acknowledged it
MUTED = "muted"  # acknowledged, or snoozed whatever its status
SNOOZED = "snoozed"  # whatever its status
SEPARATOR = " · "
UNWATCHED = "unwatched"
RUNNING = "running"

_DIGITS = re.compile("[0-9]+")
_MAX_DIGITS = 12  # longer numbers are compared as text


class Row:
    """Slotted and changed in place: there may be ten thousand."""

    __slots__ = ("attention", "entry", "glance", "key", "name", "section", "snoozed", "status")

    def __init__(self, entry: Entry, now: datetime) -> None:
        self.key: Key | None = None  # its place in the order; None while it has none
        self.section = ""  # the heading below which that place is
        self.entry = entry
        self.glance = glance_of(entry)
        self.name = natural(self.glance.name)
        self.judge(now)

    @property
    def view(self) -> CheckView:
        """All that may be shown of it. Order, counts and filters ask ``glance``."""
        return view_of(self.entry)

    def put(self, entry: Entry, now: datetime) -> None:
        """Takes what is newer of the same check."""
        glance = glance_of(entry)
        if glance.name != self.glance.name:
            self.name = natural(glance.name)
        self.entry, self.glance = entry, glance
        self.judge(now)

    def judge(self, now: datetime) -> None:
        """What the clock alone changes: up turns late, a snooze ends."""
        self.status = status_now(self.glance, now)
        self.snoozed = is_snoozed(self.glance, now)
        self.attention = attention_of(self.glance, now)

    @property
    def facets(self) -> frozenset[str]:
        """Every word that is true of it: ``down acknowledged muted``."""
        glance = self.glance
        return facets_of(
            self.status,
            self.attention,
            snoozed=self.snoozed,
            started=glance.is_running,
            unwatched=glance.unwatched,
        )

    @property
    def tag(self) -> str:
        """The tag that it is grouped under: its first; "" without one."""
        return self.glance.tags[0] if self.glance.tags else ""


@lru_cache(maxsize=256)
def facets_of(
    status: Status, attention: Attention, *, snoozed: bool, started: bool, unwatched: bool
) -> frozenset[str]:
    """Every word that is true of such a check."""
    words = {str(status)}
    if attention is not Attention.NONE:
        words.add(attention)
    if snoozed:
        words.add(SNOOZED)
    if snoozed or attention is Attention.ACKNOWLEDGED:
        words.add(MUTED)
    if attention in (Attention.WANTED, Attention.SNOOZED):
        words.add(PROBLEMS)
    if started:
        words.add(RUNNING)
    if unwatched:
        words.add(UNWATCHED)
    return frozenset(words)


def natural(text: str) -> str:
    """``text`` as it sorts: without case, numbers by their value ("Job 2" before "Job 10")."""
    folded = text.casefold()
    return _DIGITS.sub(lambda found: found[0].zfill(_MAX_DIGITS), folded)


def rank(row: Row) -> int:
    """Problems first: the smaller, the nearer to the top."""
    if row.status is Status.DOWN:
        return 0 if row.attention is Attention.WANTED else 1
    return 3 if row.status is not Status.LATE and row.glance.unwatched else CALM_RANKS[row.status]


CALM_RANKS = {Status.LATE: 2, Status.UP: 4, Status.NEW: 5, Status.PAUSED: 6}
"""Of those of which somebody knows how they are."""


def note_of(view: CheckView) -> str:
    """What there is to say of it in words: who knows, what is wrong, else its last line. Unsafe text."""
    return trouble_of(view) or view.detail or unusual_of(view) or view.last_line


def trouble_of(view: CheckView) -> str:
    """Who knows of it and what is wrong: ``eva: disk is ordered · exit code 1``; "" while it is not down, and
    where nothing is known but its status. Unsafe text."""
    if view.status is not Status.DOWN:
        return ""
    return SEPARATOR.join(filter(None, (known_by(view.incident), why_down(view))))


def unusual_of(view: CheckView) -> str:
    """What was unusual about its last good run, while it has no other trouble. Unsafe text."""
    return view.unusual if view.status in (Status.UP, Status.LATE) else ""

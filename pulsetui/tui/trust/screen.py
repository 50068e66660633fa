"""How far each check can be trusted, day by day. Checks are asked for by parts, and shown as they come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import ClassVar

from textual.binding import BindingType

from pulsetui.client.trust import MAX_ASKED, TrustRow
from pulsetui.client.views import CheckView
from pulsetui.tui.base.story_screen import StoryScreen
from pulsetui.tui.base.verbs import bindings_on
from pulsetui.tui.draw.lines import Line, wrapped
from pulsetui.tui.draw.story_list import STORY_LINES
from pulsetui.tui.trust.model import (
    Drawn,
    TrustEntry,
    TrustKey,
    days_shown,
    entry_of,
    trust_header,
    trust_lines,
    trust_story,
    trust_title,
)

_SPANS = (7, 14, 28)
"""Days, today's included."""


class TrustScreen(StoryScreen[tuple[TrustRow, ...]]):
    """What a check has counted stays until the engine has news of it; then it is asked for again."""

    SCOPE = "trust"
    TICK_S = 5.0
    BINDINGS: ClassVar[list[BindingType]] = bindings_on("trust")
    HINTS = ("open", "wider", "closer", "timeline", "incidents", "back", "help")

    def __init__(self) -> None:
        super().__init__()
        self._days = _SPANS[0]
        self._entries: dict[str, TrustEntry] = {}
        self._left: list[str] = []  # slugs that are still to be asked for
        self._asked: list[str] = []  # of which an answer is to come
        self._asked_since: datetime | None = None
        self._drawn: Drawn = {}
        self._drawn_for: object = None

    def on_mount(self) -> None:
        self._left = self.pulse.shown_slugs()

    @property
    def entry(self) -> TrustEntry | None:
        """The check under the cursor."""
        key = self.entries.key
        return self._entries.get(key.slug) if isinstance(key, TrustKey) else None

    def targets(self) -> tuple[CheckView, ...]:
        entry = self.entry
        view = None if entry is None else self.pulse.client.checks().get(entry.row.slug)
        return () if view is None else (view,)

    # The engine

    def news(self, changed: frozenset[str], *, info: bool) -> None:
        known = self.pulse.client.checks()
        self._entries = {slug: entry for slug, entry in self._entries.items() if slug in known}
        waiting, counted = set(self._left), self._entries.keys() | set(self._asked)
        self._left += [slug for slug in sorted(changed) if slug in counted and slug not in waiting]

    def tick(self) -> None:
        if self._asked_since not in (None, self._since):  # a day has begun, or in another zone
            self._left = self.pulse.shown_slugs()
        self.ask()
        self.draw()

    def ask(self) -> None:
        if self._left:
            super().ask()

    def question(self) -> Callable[[], tuple[TrustRow, ...]]:
        client, since, slugs = self.pulse.client, self._since, self._left[:MAX_ASKED]
        self._asked, self._left, self._asked_since = slugs, self._left[MAX_ASKED:], since
        return lambda: client.trust(slugs, since)

    def take(self, answer: tuple[TrustRow, ...]) -> None:
        self._asked = []
        if self._asked_since == self._since:  # else other days are wanted by now, of all of them
            self._entries |= {row.slug: entry_of(row) for row in answer}
        self.call_next(self.ask)

    def lose(self) -> None:
        self._left = list(dict.fromkeys([*self._asked, *self._left]))
        self._asked = []

    @property
    def _since(self) -> datetime:
        """The beginning of the first day, on the person's clock."""
        today = self.pulse.now().astimezone(self.pulse.viewer_zone)
        return (today - timedelta(days=self._days - 1)).replace(hour=0, minute=0, second=0, microsecond=0)

    # Drawing

    @property
    def _shown_days(self) -> Sequence[date]:
        today = self.pulse.now().astimezone(self.pulse.viewer_zone).date()
        return days_shown(self._entries.values(), self._since.date(), today)

    def title_line(self, width: int) -> Line:
        to_go = {*self._left, *self._asked}
        others = len(self.pulse.client.checks().keys() - self._entries.keys() - to_go)
        return trust_title(self._entries.values(), self._days, len(to_go), others, width)

    def header_line(self, width: int) -> Line:
        return trust_header(self._shown_days, width)

    def list_lines(self, width: int) -> tuple[list[Line], list[object]]:
        if self._entries:
            days, context = self._shown_days, self.line_context
            drawn_for = (days, width, context.ascii_only)
            if drawn_for != self._drawn_for:
                self._drawn, self._drawn_for = {}, drawn_for
            return trust_lines(self._entries.values(), days, width, context, self._drawn)
        said = (
            ""
            if self._problem
            else "Counting…"
            if self._left or self._asked
            else "There are no checks to be trusted yet."
        )
        lines = wrapped(said, width, "muted") if said else []
        return lines, [None] * len(lines)

    def story_lines(self, width: int) -> list[Line]:
        entry = self.entry
        return [] if entry is None else trust_story(entry, width, self.line_context, STORY_LINES)

    # Verbs

    def own_verbs(self) -> dict[str, Callable[[], None]]:
        return super().own_verbs() | {
            "open": self.verb_open,
            "closer": lambda: self._span(-1),
            "wider": lambda: self._span(1),
        }

    def verb_open(self) -> None:
        if (entry := self.entry) is not None:
            self.pulse.open_check(entry.row.slug)

    def on_line_list_chosen(self) -> None:
        self.action_verb("open")

    def _span(self, by: int) -> None:
        at = _SPANS.index(self._days) + by
        if not 0 <= at < len(_SPANS):
            self.say(f"{self._days} days are the {'most' if by > 0 else 'fewest'} that are shown here")
            return
        self._days = _SPANS[at]
        self._left = self.pulse.shown_slugs()
        self.ask()
        self.draw()

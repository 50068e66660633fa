"""The page for the morning on the screen. What is wrong now is drawn as it changes, the rest is asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import ClassVar

from textual.binding import BindingType

from pulsetui.client.today import Today
from pulsetui.client.views import CheckView
from pulsetui.report.today import end_of_day, evening_before
from pulsetui.report.today_page import Page, PageClock, PageRow, page
from pulsetui.tui.base.story_screen import StoryScreen
from pulsetui.tui.base.verbs import bindings_on
from pulsetui.tui.draw.lines import Line, wrapped
from pulsetui.tui.today.model import PageKey, page_header, page_lines, page_title, row_story

_ASK_EVERY = timedelta(seconds=30)
_DAYS = (1, 3, 7, 14)
"""Evenings back; the first is the usual one."""


class TodayScreen(StoryScreen[Today]):
    """Begins with last evening, or with the day on which the page was last read if that is longer ago."""

    SCOPE = "today"
    TICK_S = 5.0
    BINDINGS: ClassVar[list[BindingType]] = bindings_on("today")
    HINTS = ("open", "acknowledge", "wider", "closer", "trust", "incidents", "back", "help")

    def __init__(self, last_read: datetime | None = None) -> None:
        super().__init__()
        self._last_read = last_read
        self._days = 0  # index of ``_DAYS``
        self._today: Today | None = None
        self._asked_at: datetime | None = None
        self._page: Page | None = None

    @property
    def row(self) -> PageRow | None:
        """The row under the cursor."""
        key, shown = self.entries.key, self._page
        if shown is None or not isinstance(key, PageKey):
            return None
        rows = shown.sections[key.section].rows if key.section < len(shown.sections) else ()
        return rows[key.row] if key.row < len(rows) else None

    def targets(self) -> tuple[CheckView, ...]:
        row = self.row
        view = None if row is None else self.pulse.client.checks().get(row.slug)
        return () if view is None else (view,)

    # The engine

    def tick(self) -> None:
        if self._asked_at is None or self.pulse.now() - self._asked_at >= _ASK_EVERY:
            self.ask()
        self.draw()

    def news(self, changed: frozenset[str], *, info: bool) -> None:
        self.draw()

    def question(self) -> Callable[[], Today]:
        client, now = self.pulse.client, self.pulse.now()
        self._asked_at = now
        since, until = self._since(now), end_of_day(now.astimezone(self.pulse.viewer_zone))
        return lambda: client.today(since, until)

    def take(self, answer: Today) -> None:
        self._today = answer

    def _since(self, now: datetime) -> datetime:
        local, days = now.astimezone(self.pulse.viewer_zone), _DAYS[self._days]
        since = evening_before(local - timedelta(days=days - 1))
        if self._days or self._last_read is None:
            return since
        return max(min(since, self._last_read), evening_before(local - timedelta(days=_DAYS[-1] - 1)))

    # Drawing

    def draw(self) -> None:
        if self._today is not None and self.is_mounted:
            client = self.pulse.client
            clock = PageClock(self.pulse.now(), self.pulse.viewer_zone)
            self._page = page(client.checks(), self._today, client.info().notices, clock)
        super().draw()

    def title_line(self, width: int) -> Line:
        return page_title(self._page, width, self.line_context, connected=self.pulse.client.connected)

    def header_line(self, width: int) -> Line:
        return page_header(self._today, width, self.line_context)

    def list_lines(self, width: int) -> tuple[list[Line], list[object]]:
        if self._page is not None:
            return page_lines(self._page, width, self.line_context)
        lines = [] if self._problem else wrapped("Reading…", width, "muted")
        return lines, [None] * len(lines)

    def story_lines(self, width: int) -> list[Line]:
        row = self.row
        return [] if row is None else row_story(row, width)

    # Verbs

    def own_verbs(self) -> dict[str, Callable[[], None]]:
        return super().own_verbs() | {
            "open": self.verb_open,
            "closer": lambda: self._span(-1),
            "wider": lambda: self._span(1),
        }

    def verb_open(self) -> None:
        if (row := self.row) is not None and row.slug:
            self.pulse.open_check(row.slug)

    def on_line_list_chosen(self) -> None:
        self.action_verb("open")

    def _span(self, by: int) -> None:
        at = self._days + by
        if not 0 <= at < len(_DAYS):
            end = (
                f"It looks back {_DAYS[-1]} days at most"
                if by > 0
                else "It looks back to last evening at least"
            )
            self.say(end)
            return
        self._days = at
        self.ask()
        self.draw()

"""The lanes of the timeline: one line for each check, drawn by the widget itself, and a cursor in two
directions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from pulsetui.client.views import CheckView, TimelineLane
from pulsetui.tui.draw.lines import Line, Span, fit, name_of
from pulsetui.tui.draw.paint import bring_into_view, has_plain_glyphs, pictured, style_set
from pulsetui.tui.draw.status import status_glyph, status_now
from pulsetui.tui.timeline.model import (
    START_ZOOM,
    ZOOMS,
    CellMark,
    LaneCells,
    TimelineWindow,
    Unwatched,
    glyph_of,
    lane_cells,
    window_at,
)

if TYPE_CHECKING:
    from textual.events import Click

Lanes = Mapping[str, TimelineLane]
SPOT = "spot"
"""The style of the one cell under the cursor."""


def name_cells(width: int) -> int:
    """Cells before the first cell of time."""
    if width < 60:
        return 13
    return min(max(width // 5, 18), 34)


def name_spans(view: CheckView, now: datetime, width: int, *, cursor: bool, ascii_only: bool) -> list[Span]:
    """Pointer, glyph and name in exactly ``width`` cells, the last one blank."""
    status = status_now(view, now)
    pointer = (">" if ascii_only else "▌") if cursor else " "
    glyph, style = status_glyph(view, status, ascii_only=ascii_only)
    loud = view.incident is not None and view.incident.acknowledged_at is None
    spans: list[Span] = [
        (pointer, "accent"),
        (f"{glyph} ", style),
        (name_of(view), "down" if loud else "text"),
    ]
    return [*fit(spans, width - 1), (" ", "text")]


def cell_spans(
    drawn: LaneCells | None, cells: int, days: Collection[int], *, spot: int | None, ascii_only: bool
) -> list[Span]:
    """The cells of a lane, with a line at each midnight where nothing else stands."""
    if drawn is None:
        return [(" " * cells, "text")]
    spans: list[Span] = []
    for index, mark in enumerate(drawn.marks):
        shown = CellMark.DAY if mark is CellMark.NONE and index in days else mark
        glyph, style = glyph_of(
            shown, drawn.fills[index], leans=index in drawn.leaning, ascii_only=ascii_only
        )
        spans.append((glyph, SPOT if index == spot else style))
    return spans


class TimelineLanes(ScrollView, can_focus=True, inherit_bindings=False):
    """One line for each check. The screen gives it what to draw; it moves its own cursor."""

    DEFAULT_CSS = """
    TimelineLanes {
        height: 1fr;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;
        background: $background;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "step(1)", "Down", id="lanes.down", tooltip="One check down"),
        Binding("up,k", "step(-1)", "Up", id="lanes.up", tooltip="One check up"),
        Binding("g,home", "edge(False)", "First", id="lanes.first", tooltip="To the first check"),
        Binding("G,end", "edge(True)", "Last", id="lanes.last", tooltip="To the last check"),
        Binding("ctrl+d,pagedown", "pages(1)", "Page down", id="lanes.page_down", tooltip="One page down"),
        Binding("ctrl+u,pageup", "pages(-1)", "Page up", id="lanes.page_up", tooltip="One page up"),
    ]

    class Moved(Message):
        """The cursor or the part that is seen is another one."""

    class Opened(Message):
        """A lane was double-clicked."""

    def __init__(self, now: datetime) -> None:
        super().__init__(id="lanes")
        self.window: TimelineWindow = window_at(now, ZOOMS[START_ZOOM], 1)
        self.at = 0  # the cell under the cursor
        self.cursor: str | None = None
        self.slugs: Sequence[str] = ()
        self._views: Mapping[str, CheckView] = {}
        self._lanes: Lanes = {}
        self._unwatched: Unwatched = ()
        self._days: frozenset[int] = frozenset()
        self._now = now
        self._drawn: dict[str, tuple[object, LaneCells]] = {}
        self._shown: dict[int, Line] = {}

    # What is shown

    def show(
        self,
        slugs: Sequence[str],
        views: Mapping[str, CheckView],
        lanes: Lanes,
        unwatched: Unwatched,
        days: Collection[int],
        now: datetime,
    ) -> None:
        """Takes what there is and repaints the lines that look different."""
        self.slugs, self._views, self._lanes = slugs, views, lanes
        self._unwatched, self._days, self._now = unwatched, frozenset(days), now
        if self.cursor not in views or self.cursor not in slugs:
            self.cursor = slugs[0] if slugs else None
        size = Size(self.line_width, len(slugs))
        if size != self.virtual_size:
            self.virtual_size = size
        self.repaint()

    def repaint(self) -> None:
        """Repaints the visible lines that differ from what they showed last."""
        for y in range(self.size.height):
            if self._line(y + self.scroll_offset.y) != self._shown.get(y):
                self.refresh_lines(y + self.scroll_offset.y)

    @property
    def line_width(self) -> int:
        return max(self.scrollable_content_region.width, 0)

    def on_screen(self) -> Sequence[str]:
        """The checks whose lanes are on the screen."""
        top = self.scroll_offset.y
        return self.slugs[top : top + max(self.size.height, 1)]

    def drawn(self, slug: str) -> LaneCells | None:
        """The cells of a lane, made once for each window and each cell that now moves on; None while the
        engine has not told of it."""
        lane = self._lanes.get(slug)
        if lane is None:
            return None
        key = (id(lane), self.window, self.window.index(self._now), id(self._unwatched))
        known = self._drawn.get(slug)
        if known is None or known[0] != key:
            known = key, lane_cells(lane, self.window, self._now, self._unwatched)
            self._drawn[slug] = known
        return known[1]

    def render_line(self, y: int) -> Strip:
        index = y + self.scroll_offset.y
        line = self._shown[y] = self._line(index)
        on = index < len(self.slugs) and self.slugs[index] == self.cursor
        cells = (name_cells(self.line_width), self.size.width)
        return pictured(line, self.size.width, style_set(self), "cursor" if on else "row", cells)

    def _line(self, index: int) -> Line:
        width = self.line_width
        if index >= len(self.slugs) or width <= 0:
            return ((" " * width, "text"),)
        slug = self.slugs[index]
        view = self._views.get(slug)
        if view is None:
            return ((" " * width, "text"),)
        cursor = slug == self.cursor
        left = name_spans(
            view, self._now, name_cells(width), cursor=cursor, ascii_only=has_plain_glyphs(self)
        )
        cells = cell_spans(
            self.drawn(slug),
            self.window.cells,
            self._days,
            spot=self.at if cursor else None,
            ascii_only=has_plain_glyphs(self),
        )
        return (*left, *cells)

    def forget(self) -> None:
        """Repaints everything."""
        self._shown.clear()
        self.refresh()

    # The cursor

    def index(self) -> int:
        try:
            return self.slugs.index(self.cursor) if self.cursor is not None else 0
        except ValueError:
            return 0

    def action_step(self, by: int) -> None:
        self.go_to(self.index() + by)

    def action_edge(self, last: bool) -> None:
        self.go_to(len(self.slugs) - 1 if last else 0)

    def action_pages(self, pages: int) -> None:
        self.go_to(self.index() + pages * max(self.size.height - 1, 1))

    def go_to(self, index: int) -> None:
        """Puts the cursor on a lane and brings it into view."""
        if not self.slugs:
            return
        index = min(max(index, 0), len(self.slugs) - 1)
        self.cursor = self.slugs[index]
        self.bring_into_view()
        self.repaint()
        self.post_message(self.Moved())

    def point(self, at: int) -> None:
        """Puts the cursor on a cell of the window."""
        self.at = min(max(at, 0), self.window.cells - 1)
        self.repaint()
        self.post_message(self.Moved())

    def bring_into_view(self) -> None:
        bring_into_view(self, self.index())

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self._shown.clear()
            self.post_message(self.Moved())

    def on_click(self, event: Click) -> None:
        index = event.y + self.scroll_offset.y
        if index < len(self.slugs):
            self.go_to(index)
            at = event.x - name_cells(self.line_width)
            if at >= 0:
                self.point(at)
            if event.chain == 2:
                self.post_message(self.Opened())

    def on_resize(self) -> None:
        self.forget()
        self.post_message(self.Moved())

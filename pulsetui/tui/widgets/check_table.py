"""The live table: one focusable widget that draws its lines itself, whatever the number of checks.

The tick builds for each visible row only the texts that the clock changes and repaints the lines that
differ. The cursor is a slug; when rows move, its line on the screen stays where it is.
"""

from __future__ import annotations

import time
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from pulsetui.tui.columns import base_of, column_at, header_line, live_texts, row_line
from pulsetui.tui.paint import OneLine, strip_of, style_set
from pulsetui.tui.table_model import SortBy, TableModel

if TYPE_CHECKING:
    from textual.events import Click

HOLD_S = 3.0
"""Rows keep their places so long after the cursor was last moved by a person."""

Seen = tuple[object, ...]


class TableHeader(OneLine):
    """The titles of the columns; a click on one sorts by it."""

    BASE = "panel"
    _table_width = 80

    class Clicked(Message):
        """The title of a sortable column was clicked."""

        def __init__(self, sort: SortBy) -> None:
            super().__init__()
            self.sort = sort

    def draw(self, width: int, model: TableModel, *, ascii_only: bool) -> None:
        """Shows the titles for a table of ``width`` cells."""
        self._table_width = width
        self.show(header_line(width, model.sort, reverse=model.reversed, ascii_only=ascii_only))

    def on_click(self, event: Click) -> None:
        column = column_at(self._table_width, event.x)
        if column is not None and column.sort is not None:
            self.post_message(self.Clicked(column.sort))


class CheckTable(ScrollView, can_focus=True):
    """See the module. It reads the model and moves the model's cursor; it changes nothing else."""

    DEFAULT_CSS = """
    CheckTable {
        height: 1fr;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "step(1)", "Down", id="table.down", tooltip="One check down"),
        Binding("up,k", "step(-1)", "Up", id="table.up", tooltip="One check up"),
        Binding("g,home", "first", "First", id="table.first", tooltip="To the first check"),
        Binding("G,end", "last", "Last", id="table.last", tooltip="To the last check"),
        Binding("ctrl+d", "pages(0.5)", "Half page down", id="table.half_down", tooltip="Half a page down"),
        Binding("ctrl+u", "pages(-0.5)", "Half page up", id="table.half_up", tooltip="Half a page up"),
        Binding("pagedown", "pages(1)", "Page down", id="table.page_down", tooltip="One page down"),
        Binding("pageup", "pages(-1)", "Page up", id="table.page_up", tooltip="One page up"),
    ]

    class Opened(Message):
        """A row was double-clicked."""

    class Sized(Message):
        """Rows have another width: the header has to follow."""

    class Moved(Message):
        """The cursor is on another check."""

    def __init__(self, model: TableModel, now: datetime, *, ascii_only: bool = False) -> None:
        super().__init__(id="checks")
        self.model = model
        self.ascii_only = ascii_only
        self._now = now
        self._seen: dict[int, Seen] = {}  # screen line → what it showed last
        self._held_until = 0.0  # time.monotonic()

    @property
    def holding(self) -> bool:
        """Whether rows keep their places because a person moves the cursor."""
        return time.monotonic() < self._held_until

    @property
    def line_width(self) -> int:
        """Cells of one row."""
        return max(self.scrollable_content_region.width, 0)

    # What changes the picture

    def order_changed(self, now: datetime, *, old_index: int | None) -> None:
        """The model has new rows or another order; ``old_index`` is where the cursor's row stood."""
        self._now = now
        self._fit_size()
        index = self.model.cursor_index()
        if index is not None and old_index is not None and index != old_index:
            # The line under the eye stays where it is; the list moves behind it.
            on_screen = min(max(old_index - self.scroll_offset.y, 0), max(self.size.height - 1, 0))
            self.scroll_to(y=max(index - on_screen, 0), animate=False)
        elif index is None:
            self.scroll_to(y=0, animate=False)
        self.repaint(now)

    def repaint(self, now: datetime) -> None:
        """Repaints the visible lines that differ from what they showed last."""
        self._now = now
        top, width = self.scroll_offset.y, self.line_width
        changed = [
            Region(0, y, width, 1)
            for y in range(self.size.height)
            if self._look(top + y) != self._seen.get(y)
        ]
        if len(changed) > self.size.height // 2:
            self.refresh()
        elif changed:
            self.refresh(*changed)

    def forget(self) -> None:
        """Repaints everything: the theme or the width has changed."""
        self._seen.clear()
        self.refresh()

    def release(self) -> None:
        """Ends the hold at once."""
        self._held_until = 0.0

    def render_line(self, y: int) -> Strip:
        index = y + self.scroll_offset.y
        width = self.line_width
        styles = style_set(self)
        self._seen[y] = self._look(index)
        if index >= len(self.model) or width <= 0:
            return strip_of([(" " * self.size.width, "text")], self.size.width, styles, "row")
        slug = self.model.slug_at(index)
        row = self.model.rows[slug]
        cursor = slug == self.model.cursor
        line = row_line(
            row,
            width,
            self._now,
            cursor=cursor,
            marked=slug in self.model.marks,
            ascii_only=self.ascii_only,
        )
        return strip_of(line, width, styles, base_of(row, cursor=cursor))

    def _look(self, index: int) -> Seen:
        """All that decides how the line of row ``index`` looks."""
        if index >= len(self.model):
            return ()
        slug = self.model.slug_at(index)
        row = self.model.rows[slug]
        return (
            # The view itself and not its id: a new view may get the address of a dropped one.
            _Same(row.view),
            row.status,
            slug == self.model.cursor,
            slug in self.model.marks,
            *live_texts(row, self.line_width, self._now),
        )

    # The cursor

    def action_step(self, by: int) -> None:
        index = self.model.cursor_index()
        self.go_to((index + by) if index is not None else 0)

    def action_first(self) -> None:
        self.go_to(0)

    def action_last(self) -> None:
        self.go_to(len(self.model) - 1)

    def action_pages(self, pages: float) -> None:
        index = self.model.cursor_index() or 0
        by = int(pages * max(self.size.height - 1, 2))
        self.scroll_to(y=self.scroll_offset.y + by, animate=False)
        self.go_to(index + by)

    def go_to(self, index: int) -> None:
        """Moves the cursor by a person's wish: it comes into view and rows stand still for a while."""
        self._held_until = time.monotonic() + HOLD_S
        before = self.model.cursor
        self.model.move_cursor(index)
        self.bring_into_view()
        self.repaint(self._now)
        if self.model.cursor != before:
            self.post_message(self.Moved())

    def bring_into_view(self) -> None:
        """Scrolls as little as needed to show the cursor."""
        index = self.model.cursor_index()
        if index is None:
            return
        top, height = self.scroll_offset.y, max(self.size.height, 1)
        if index < top:
            self.scroll_to(y=index, animate=False)
        elif index >= top + height:
            self.scroll_to(y=index - height + 1, animate=False)

    def on_click(self, event: Click) -> None:
        index = event.y + self.scroll_offset.y
        if index < len(self.model):
            self.go_to(index)
            if event.chain == 2:
                self.post_message(self.Opened())

    # Size

    def on_resize(self) -> None:
        self._fit_size()
        self.bring_into_view()
        self.forget()
        self.post_message(self.Sized())

    def _fit_size(self) -> None:
        size = Size(self.line_width, len(self.model))
        if size != self.virtual_size:
            self.virtual_size = size


class _Same:
    """Equal only to itself's object: compares views by identity, which costs nothing."""

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.value is self.value

    def __hash__(self) -> int:
        return id(self.value)

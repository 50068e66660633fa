"""The live table: one focusable widget that draws its lines itself, whatever the number of checks.

The tick builds for each visible row only the texts that the clock changes and repaints what differs.

The cursor is on a check (or a heading), never on a number. When the order changes by itself,

- *following* (``f``): the cursor stays on its check and the list scrolls so that the check keeps its line on
  the screen;
- else what is on the screen stays where it is: at the top the list stays at the top, so that a new problem
  comes into sight; further down it scrolls by as much as most visible rows have moved. The cursor stays on
  its check while that is on the screen; when the check leaves it, the cursor keeps its line, on whatever
  stands there now: it is never out of sight.

While a person moves the cursor nothing moves at all (``HOLD_S``).
"""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from pulsetui.tui.draw.paint import OneLine, bring_into_view, has_plain_glyphs, pictured, strip_of, style_set
from pulsetui.tui.table.columns import LEAD, bar_cells, base_of, column_at, header_line, live_texts, row_line
from pulsetui.tui.table.headings import heading_base, heading_line
from pulsetui.tui.table.model import SortBy, TableModel
from pulsetui.tui.table.order import HEADING
from pulsetui.tui.table.row import PROBLEMS

if TYPE_CHECKING:
    from textual.events import Click

HOLD_S = 3.0
"""Rows keep their places so long after the cursor was last moved by a person."""

ShownLine = tuple[object, ...]


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


class CheckTable(ScrollView, can_focus=True, inherit_bindings=False):
    """The rows as painted. It reads the model and moves the model's cursor; it changes nothing else."""

    DEFAULT_CSS = """
    CheckTable {
        height: 1fr;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;  /* a list that outgrows the window must not move its columns */
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
        Binding(
            "left", "fold(True)", "Fold", id="table.fold", tooltip="To the heading of the group; fold it"
        ),
        Binding("right", "fold(False)", "Unfold", id="table.unfold", tooltip="Unfold the group"),
    ]

    class Opened(Message):
        """A row was double-clicked."""

    class Sized(Message):
        """Rows have another width: the header has to follow."""

    class Moved(Message):
        """The cursor is on another check."""

    class Folded(Message):
        """A group was folded or unfolded."""

    def __init__(self, model: TableModel, now: datetime, *, zone: tzinfo = UTC) -> None:
        super().__init__(id="checks")
        self.model = model
        self.zone = zone
        self.following = False
        self._now = now
        self._shown: dict[int, ShownLine] = {}  # screen line → what it showed last, its line key first
        self._wanted: dict[int, ShownLine] = {}  # line → what it should show, as the last repaint found
        self._drawn_width = 0
        self._held_until = 0.0  # time.monotonic()

    @property
    def holding(self) -> bool:
        """Whether rows keep their places because a person moves the cursor."""
        return time.monotonic() < self._held_until

    @property
    def line_width(self) -> int:
        """Cells of one row."""
        return max(self.scrollable_content_region.width, 0)

    @property
    def problems_out_of_sight(self) -> int:
        """How many stand further up or down; the heading of a folded group shows those below it. None do
        where the worst come first and the list begins with them, nor before the first layout."""
        model, top = self.model, self.scroll_offset.y
        if not self.size.height or (model.worst_first and top == 0):
            return 0
        seen = 0
        for index in range(top, min(top + self.size.height, len(model))):
            heading = model.heading(key := model.key_at(index))
            if heading is None:
                seen += PROBLEMS in model.rows.facets(key)
            elif heading.folded:
                seen += heading.counts[PROBLEMS]
        return model.counts[PROBLEMS] - model.left_out - seen

    # What changes the picture

    def order_changed(self, now: datetime, *, following: bool | None = None) -> None:
        """The model has other rows or another order; see the module for what stays where. ``following``
        True is for an order that the person asked for."""
        self._now = now
        top, height = self.scroll_offset.y, max(self.size.height, 1)
        before = [str(self._shown[y][0]) if self._shown.get(y) else "" for y in range(height)]
        self._fit_size()
        index = self.model.cursor_index()
        line = before.index(self.model.cursor) if self.model.cursor in before else None
        if index is None:
            self._put_top(0)
        elif self.following if following is None else following:
            self._put_top(index - line if line is not None else top)
            self.bring_into_view(asked=following is True)
        else:
            top = self._put_top(top + self._drift(before, top) if top else 0)
            if line is not None and not top <= index < top + height:
                self.model.move_cursor(top + line)
                self.post_message(self.Moved())
        self.repaint(now)

    def _drift(self, before: list[str], top: int) -> int:
        """By how many lines most of the rows that were on the screen have moved."""
        moves = Counter(
            index - top - y
            for y, key in enumerate(before)
            if key and (index := self.model.index_of(key)) is not None
        )
        return moves.most_common(1)[0][0] if moves else 0

    def _put_top(self, top: int) -> int:
        """Scrolls as far as there are lines; answers with the line that is then on top."""
        top = max(min(top, len(self.model) - self.size.height), 0)
        if top != self.scroll_offset.y:
            self.scroll_to(y=top, animate=False)
        return top

    def repaint(self, now: datetime) -> None:
        """Repaints the visible lines that differ from what they showed last."""
        self._now = now
        top, width = self.scroll_offset.y, self.line_width
        self._wanted = {top + y: self._wanted_line(top + y, width) for y in range(self.size.height)}
        changed = [
            Region(0, y, width, 1)
            for y in range(self.size.height)
            if self._wanted[top + y] != self._shown.get(y)
        ]
        if len(changed) == self.size.height:
            self.refresh()
        elif changed:
            self.refresh(*changed)

    def forget(self) -> None:
        """Repaints everything: the theme or the width has changed."""
        self._shown.clear()
        self._wanted.clear()
        self.refresh()

    def release(self) -> None:
        """Ends the hold at once."""
        self._held_until = 0.0

    def render_line(self, y: int) -> Strip:
        index = y + self.scroll_offset.y
        width = self.line_width
        styles = style_set(self)
        self._drawn_width = width
        # Whatever changes a line repaints: what was found then holds, and a row's texts are not made twice.
        self._shown[y] = self._wanted.get(index) or self._wanted_line(index, width)
        if index >= len(self.model) or width <= 0:
            return strip_of([(" " * self.size.width, "text")], self.size.width, styles, "row")
        key = self.model.key_at(index)
        cursor = key == self.model.cursor
        heading = self.model.heading(key)
        if heading is not None:
            line = heading_line(heading, width, cursor=cursor, ascii_only=has_plain_glyphs(self))
            return strip_of(line, width, styles, heading_base(heading, cursor=cursor))
        row = self.model.rows[key]
        line = row_line(
            row,
            width,
            self._now,
            cursor=cursor,
            marked=key in self.model.marks,
            ascii_only=has_plain_glyphs(self),
            zone=self.zone,
        )
        return pictured(line, width, styles, base_of(row, cursor=cursor), bar_cells(width))

    def _wanted_line(self, index: int, width: int) -> ShownLine:
        """All that decides how the line looks; its line key first."""
        if index >= len(self.model):
            return ()
        key = self.model.key_at(index)
        cursor = key == self.model.cursor
        heading = self.model.heading(key)
        if heading is not None:
            return (key, cursor, heading.folded, heading.marked, _Same(heading.counts))
        row = self.model.rows[key]
        return (
            key,
            cursor,
            # The view itself and not its id: a new view may get the address of a dropped one.
            _Same(row.view),
            row.status,
            row.snoozed,
            key in self.model.marks,
            *live_texts(row, width, self._now, self.zone),
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

    def action_fold(self, fold: bool) -> None:
        """As in any tree: left goes to the heading and then folds it, right unfolds and then goes in."""
        key, index = self.model.cursor, self.model.cursor_index()
        if key is None or index is None or not self.model.grouped:
            return
        heading = self.model.heading(key)
        if heading is None:
            if fold:
                self.go_to(self._heading_index() or 0)
        elif heading.folded == fold:
            self.go_to(index if fold else index + 1)
        else:
            self.fold(heading.tag, fold)

    def toggle_fold(self, key: str) -> None:
        """Folds the group of a heading, or shows its rows again."""
        heading = self.model.heading(key)
        if heading is not None:
            self.fold(heading.tag, not heading.folded)

    def fold(self, tag: str, fold: bool) -> None:
        self.model.fold(tag, folded=fold)
        self._fit_size()
        self._put_top(self.scroll_offset.y)
        self.bring_into_view()
        self.repaint(self._now)
        self.post_message(self.Folded())

    def go_to(self, index: int) -> None:
        """Moves the cursor by a person's wish: it comes into view and rows stand still for a while."""
        self._held_until = time.monotonic() + HOLD_S
        before = self.model.cursor
        self.model.move_cursor(index)
        self.bring_into_view()
        self.repaint(self._now)
        if self.model.cursor != before:
            self.post_message(self.Moved())

    def bring_into_view(self, *, asked: bool = False) -> None:
        """Scrolls as little as needed to show the cursor, and the heading right above it, or wherever it is
        on the same page where other lines were ``asked`` for: nobody should have to look for it."""
        index = self.model.cursor_index()
        if index is None:
            return
        heading = self._heading_index()
        if heading is not None and (index - heading < self.size.height if asked else heading == index - 1):
            bring_into_view(self, heading)
        bring_into_view(self, index)

    def _heading_index(self) -> int | None:
        """The line of the heading that the check under the cursor stands below."""
        key = self.model.cursor
        if key is None or not self.model.grouped or self.model.heading(key) is not None:
            return None
        return self.model.index_of(HEADING + self.model.rows[key].section)

    def on_click(self, event: Click) -> None:
        index = event.y + self.scroll_offset.y
        if index >= len(self.model):
            return
        self.go_to(index)
        key = self.model.key_at(index)
        sign = self.model.heading(key) is not None and event.x < LEAD
        if event.chain == 2 or sign:
            self.post_message(self.Opened())

    # Size

    def on_resize(self) -> None:
        self._fit_size()
        self.bring_into_view()
        if self._drawn_width != self.line_width:  # the first frame has been drawn before its resize arrives
            self.forget()
        self.post_message(self.Sized())

    def _fit_size(self) -> None:
        # Nothing scrolls sideways, so that any width does; one that changes would mean another layout.
        size = Size(1, len(self.model))
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

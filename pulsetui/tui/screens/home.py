"""The table of all checks: the screen that is always there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from pulsetui.monitor.view import CheckView
from pulsetui.tui.paint import LineList
from pulsetui.tui.screens.base import PulseScreen
from pulsetui.tui.screens.empty import empty_lines, no_match_lines
from pulsetui.tui.table_model import SortBy, TableModel, is_acknowledged
from pulsetui.tui.verbs import Situation, bindings_on
from pulsetui.tui.widgets.check_table import CheckTable, TableHeader
from pulsetui.tui.widgets.filter_bar import FilterBar
from pulsetui.tui.widgets.hints import Hint, Hints
from pulsetui.tui.widgets.notices import Notices
from pulsetui.tui.widgets.summary import Summary, facts_line, facts_of, summary_line

if TYPE_CHECKING:
    from textual.events import Resize
    from textual.timer import Timer

TICK_S = 1.0
_SORTS = list(SortBy)


class HomeScreen(PulseScreen):
    """Composes and routes. The rows live in ``model``; the table draws them."""

    SCOPE = "home"
    BINDINGS: ClassVar[list[BindingType]] = bindings_on("home")

    def __init__(self, now: datetime) -> None:
        super().__init__(id="home")
        self.model = TableModel()
        self._started_at = now
        self._ticker: Timer | None = None
        self._wanted: str | None = None  # the check that the cursor goes to when it is there

    def compose(self) -> ComposeResult:
        ascii_only = self.pulse.ascii_only
        self.model.load(self.pulse.client.checks(), self._started_at)
        yield Summary(id="summary")
        yield Summary(id="second")
        yield Notices(id="notices")
        yield TableHeader(id="header")
        yield CheckTable(self.model, self._started_at, ascii_only=ascii_only)
        yield LineList(id="empty")
        yield FilterBar(id="filter")
        yield Hints(id="hints")

    def on_mount(self) -> None:
        self._ticker = self.set_interval(TICK_S, self.tick)
        self._show_all()
        self.table.focus()

    @property
    def table(self) -> CheckTable:
        return self.query_one(CheckTable)

    def targets(self) -> tuple[CheckView, ...]:
        rows = self.model.rows
        if self.model.marks:
            return tuple(rows[slug].view for slug in self.model.slugs() if slug in self.model.marks)
        cursor = self.model.cursor
        return (rows[cursor].view,) if cursor is not None and self.model.cursor_index() is not None else ()

    # Time and news

    def tick(self) -> None:
        """Once a second: what the clock changes, and rows that were held."""
        now = self.pulse.now()
        table = self.table
        hold = table.holding
        old = self.model.cursor_index()
        turned = self.model.tick(now, hold=hold)
        if self.model.moved and not hold:
            self.model.settle()
            turned = True
        if turned:
            table.order_changed(now, old_index=old)
            self.pulse.show_title(self.model.counts)
        else:
            table.repaint(now)
        self._show_summary(now)

    def news(self, changed: frozenset[str], *, info: bool) -> None:
        now = self.pulse.now()
        if changed:
            table = self.table
            old = self.model.cursor_index()
            self.model.apply(self.pulse.client.checks(), changed, now, hold=table.holding)
            table.order_changed(now, old_index=old)
            self._go_to_wanted()
            self._show_which()
            self.pulse.show_title(self.model.counts)
        if info:
            self._show_notices()
        self._show_summary(now)
        self.refresh_hints()

    def select(self, slug: str) -> None:
        """Puts the cursor on the check, now or when the engine tells of it."""
        self._wanted = slug
        self._go_to_wanted()

    def _go_to_wanted(self) -> None:
        index = self.model.index_of(self._wanted)
        if index is not None:
            self._wanted = None
            self.model.move_cursor(index)
            self.table.bring_into_view()
            self.table.repaint(self.pulse.now())

    def on_screen_suspend(self) -> None:
        if self._ticker is not None:
            self._ticker.pause()

    def on_screen_resume(self) -> None:
        if self._ticker is not None:
            self._ticker.resume()
            self._show_all()

    # Showing

    def _show_all(self) -> None:
        now = self.pulse.now()
        self.table.order_changed(now, old_index=None)
        self._show_which()
        self._show_header()
        self._show_notices()
        self._show_summary(now)
        self.pulse.show_title(self.model.counts)
        self.refresh_hints()

    def _show_summary(self, now: datetime) -> None:
        client, width = self.pulse.client, self.size.width
        info, connected, ascii_only = client.info(), client.connected, self.pulse.ascii_only
        first, second = self.query(Summary).results(Summary)
        if self.has_class("-short"):
            facts = facts_of(self.model, info, now, connected=connected)
            first.show(summary_line(self.model, facts, width, ascii_only=ascii_only))
        else:
            first.show(summary_line(self.model, (), width, ascii_only=ascii_only))
            second.show(facts_line(facts_of(self.model, info, now, connected=connected), width))

    def _show_header(self) -> None:
        width = self.table.line_width or self.size.width - 1
        self.query_one(TableHeader).draw(width, self.model, ascii_only=self.pulse.ascii_only)

    def _show_notices(self) -> None:
        self.query_one(Notices).show(self.pulse.notices())

    def _show_which(self) -> None:
        """The table, or the words that stand where it would be empty."""
        empty = len(self.model) == 0
        words = self.query_one("#empty", LineList)
        if empty:
            width = self.size.width
            if self.model.total:
                words.show(no_match_lines(self.model.filter.text, self.model.total, width))
            else:
                words.show(empty_lines(self.pulse.client.info(), width))
        words.display = empty
        self.table.display = not empty
        self.query_one(TableHeader).display = not empty

    def on_resize(self, event: Resize) -> None:
        self.set_class(event.size.height < 16, "-short")
        self.call_after_refresh(self._show_all)

    # Verbs of the table

    def verb_open(self) -> None:
        if self.model.cursor is not None:
            self.pulse.open_check(self.model.cursor)

    def verb_filter(self) -> None:
        self.query_one(FilterBar).open(self.model.filter.text)
        self.call_after_refresh(self.refresh_hints)

    def verb_sort(self) -> None:
        self._sort(_SORTS[(_SORTS.index(self.model.sort) + 1) % len(_SORTS)], reverse=False)

    def verb_reverse(self) -> None:
        self._sort(self.model.sort, reverse=not self.model.reversed)

    def verb_mark(self) -> None:
        if self.model.cursor is not None:
            self.model.toggle_mark(self.model.cursor)
            self.table.action_step(1)

    def verb_dismiss(self) -> None:
        first = self.query_one(Notices).first
        if first is not None:
            self.pulse.dismiss(first.key)

    def verb_notices(self) -> None:
        from pulsetui.tui.screens.help import HelpScreen, notices_lines

        self.pulse.push_screen(
            HelpScreen(notices_lines(self.pulse.notices(), self.pulse.client.info()), title="Notices")
        )

    def verb_back(self) -> None:
        if self.model.filter.text:
            self._filter("")
            self.query_one(FilterBar).close()
        elif self.model.marks:
            self.model.marks.clear()
            self.table.repaint(self.pulse.now())

    def verb_quit(self) -> None:
        self.pulse.exit()

    def _sort(self, by: SortBy, *, reverse: bool) -> None:
        old = self.model.cursor_index()
        self.model.set_sort(by, reverse=reverse)
        self.table.release()
        self.table.order_changed(self.pulse.now(), old_index=old)
        self.table.bring_into_view()
        self._show_header()
        self.say(f"Sorted by {by}{', reversed' if reverse else ''}")

    def _filter(self, text: str) -> None:
        self.model.set_filter(text)
        self.table.order_changed(self.pulse.now(), old_index=None)
        self.table.bring_into_view()
        self._show_which()
        self._show_summary(self.pulse.now())
        self.query_one(FilterBar).found(len(self.model), self.model.total)
        self.refresh_hints()

    # Messages of the widgets

    def on_table_header_clicked(self, message: TableHeader.Clicked) -> None:
        same = message.sort is self.model.sort
        self._sort(message.sort, reverse=same and not self.model.reversed)

    def on_check_table_sized(self) -> None:
        self._show_header()

    def on_check_table_opened(self) -> None:
        self.action_verb("open")

    def on_check_table_moved(self) -> None:
        self.refresh_hints()

    def on_filter_bar_typed(self, message: FilterBar.Typed) -> None:
        self._filter(message.text)

    def on_filter_bar_left(self, message: FilterBar.Left) -> None:
        if message.clear:
            self._filter("")
        if self.table.display:
            self.table.focus()
        self.refresh_hints()

    def refresh_hints(self) -> None:
        if self.is_mounted and self.query_one(FilterBar).has_focus_within:
            self.query_one(Hints).offer(
                [Hint("Enter", "keep"), Hint("Esc", "clear"), Hint("↓", "to the list")]
            )
        else:
            super().refresh_hints()

    def hint_ids(self, situation: Situation) -> Sequence[str]:
        if not situation.total:
            return ("new", "palette", "quit", "help")
        targets = situation.targets
        ids = ["open", "filter", "pause", "new", "edit", "sort", "palette"]
        if any(view.incident is not None and not is_acknowledged(view) for view in targets):
            ids.insert(0, "acknowledge")
        if self.model.filter.text or self.model.marks:
            ids.insert(0, "back")
        if situation.undo:
            ids.insert(2, "undo")
        if self.model.marks:
            ids.insert(1, "pause")
        return (*dict.fromkeys(ids), "help")

"""The table of all checks: the screen that is always there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical

from pulsetui.client.views import CheckView
from pulsetui.tui.base.situation import Situation
from pulsetui.tui.base.verbs import BY_ID, bindings_on
from pulsetui.tui.details.beside import Beside
from pulsetui.tui.draw.filter_bar import FilterBar
from pulsetui.tui.draw.hints import Hint, Hints
from pulsetui.tui.draw.paint import LineList
from pulsetui.tui.draw.status import is_acknowledged
from pulsetui.tui.glance.room import free_rows
from pulsetui.tui.table.empty import empty_lines, no_match_lines
from pulsetui.tui.table.filter import doubts
from pulsetui.tui.table.model import TableModel
from pulsetui.tui.table.notices import NoticeBar
from pulsetui.tui.table.ping_rate import PingRate
from pulsetui.tui.table.status_views import ALL
from pulsetui.tui.table.subset_bar import MIN_HEIGHT, MIN_WIDTH, SubsetBar
from pulsetui.tui.table.summary import (
    Summary,
    SummaryContext,
    facts_line,
    facts_of,
    summary_line,
    title_words,
)
from pulsetui.tui.table.verbs import SUBSET_KEYS, TableVerbs
from pulsetui.tui.table.widget import CheckTable, TableHeader

if TYPE_CHECKING:
    from textual.events import Resize

    from pulsetui.tui.glance.widget import GlancePane

_HEADER = 1  # line, over the table


class HomeScreen(TableVerbs):
    """Composes and routes. The rows live in ``model``; the table draws them."""

    SCOPE = "home"
    filled = True  # from the start: no key waits for what the engine is asked later
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_on("home"), *SUBSET_KEYS]

    def __init__(self, now: datetime) -> None:
        super().__init__(id="home")
        self.model = TableModel()
        self._started_at = now
        self._wanted: str | None = None  # the check that the cursor goes to when it is there
        self._rate = PingRate()
        self._showing_soon = False
        self._glance: GlancePane | None = None  # made when a table is short for the first time

    def compose(self) -> ComposeResult:
        self.model.load(self.pulse.client.checks(), self._started_at)
        yield Summary(id="summary")
        yield Summary(id="second")
        yield NoticeBar(id="notices")
        yield SubsetBar(id="subsets")
        with Horizontal(id="middle"), Vertical(id="list"):
            yield TableHeader(id="header")
            yield CheckTable(self.model, self._started_at, zone=self.pulse.viewer_zone)
            yield LineList(id="empty")
        yield FilterBar(id="filter")
        yield Hints(id="hints")

    def on_mount(self) -> None:
        self.table.focus()

    def targets(self) -> tuple[CheckView, ...]:
        if self.model.marks:
            return tuple(self.model.rows[slug].view for slug in self.model.marked)
        row = self.model.cursor_row
        return (row.view,) if row is not None else ()

    # Time and news

    def tick(self) -> None:
        """Once a second: what the clock changes, and rows that were held."""
        now = self.pulse.now()
        table = self.table
        hold = table.holding
        turned = self.model.tick(now, hold=hold)
        if self.model.moved and not hold:
            self.model.settle()
            turned = True
        if turned:
            table.order_changed(now)
            self.show_lines()
            self.pulse.show_title(title_words(self.model.counts))
        else:
            table.repaint(now)
            self._show_summary(now)
        for beside in self.query(Beside):
            beside.draw()
        if self._glance is not None:
            self._glance.tick()

    def news(self, changed: frozenset[str], *, info: bool) -> None:
        now = self.pulse.now()
        if changed:
            table = self.table
            self.model.apply(self.pulse.client.checks(), changed, now, hold=table.holding)
            table.order_changed(now)
            self._go_to_wanted()
            self.pulse.show_title(title_words(self.model.counts))
            for beside in self.query(Beside):
                beside.news(changed)
            if self._glance is not None:
                self._glance.news(changed, self.pulse.client.checks())
        if info:
            self._show_notices()
        self.show_lines()

    def select(self, slug: str) -> None:
        """Puts the cursor on the check, now or when the engine tells of it."""
        self._wanted = slug
        self._go_to_wanted()

    def _go_to_wanted(self) -> None:
        if self._wanted is None:
            return
        # A row that is new while others are held has no place yet, and the next key is meant for it.
        self.model.settle(self._wanted)
        index = self.model.index_of(self._wanted)
        if index is not None:
            self._wanted = None
            self.model.move_cursor(index)
            self.table.bring_into_view()
            self.table.repaint(self.pulse.now())

    # Showing

    def seen_again(self) -> None:
        self._show_all()

    def _show_all(self) -> None:
        self._showing_soon = False
        self.table.zone = self.pulse.viewer_zone
        self.place_beside()
        for beside in self.query(Beside):
            beside.draw()
        self.table.order_changed(self.pulse.now())
        self.show_header()
        self._show_notices()
        self.show_lines()
        self.pulse.show_title(title_words(self.model.counts))

    def show_lines(self) -> None:
        """What depends on which lines there are: the table or words, summary, views, hints."""
        self._show_which()
        self._show_subsets()
        self._show_glance()
        self._show_summary(self.pulse.now())
        self._show_beside()
        self.refresh_hints()

    def _show_summary(self, now: datetime) -> None:
        client, width, ascii_only = self.pulse.client, self.size.width, self.pulse.ascii_only
        info = client.info()
        self._rate.see(now.timestamp(), info.pings)
        standing = SummaryContext(
            info=info,
            now=now,
            zone=self.pulse.viewer_zone,
            attached=self.pulse.attached,
            connected=client.connected,
            held=self.model.moved,
            following=self.table.following,
            rate=self._rate.text,
            out_of_sight=self.table.problems_out_of_sight,
            problem_key=self.pulse.key_of(BY_ID["problem"]),
        )
        facts = facts_of(self.model, standing)
        first, second = self.query(Summary).results(Summary)
        short = self.has_class("-short")
        first.show(summary_line(self.model, facts if short else (), width, ascii_only=ascii_only))
        if not short:
            second.show(facts_line(facts, width))

    def _show_subsets(self) -> None:
        bar = self.query_one(SubsetBar)
        size = self.size
        bar.display = size.width >= MIN_WIDTH and size.height >= MIN_HEIGHT and self.model.total > 1
        if bar.display:
            bar.draw(self.model.subset, self.model.counts, self.model.total, size.width)

    def _show_beside(self) -> None:
        for beside in self.query(Beside):
            row = self.model.cursor_row if beside.display else None
            beside.show(row.glance.slug if row is not None else None)

    def _show_glance(self) -> None:
        """Gives the rows that the table leaves free to what helps at a glance, and takes them back."""
        lines, room = len(self.model), self.query_one("#list").size.height - _HEADER
        free = free_rows(self.size.width, self.size.height, room, lines)
        if self._glance is None:
            if not free:
                return
            from pulsetui.tui.glance.widget import GlancePane  # with the timeline behind it

            self._glance = GlancePane()
            self.query_one("#list").mount(self._glance)
            self.call_after_refresh(self._show_glance)
            return
        keys = [self.model.key_at(line) for line in range(lines)] if free else []
        self._glance.show_rows(free, [self.model.rows[key].view for key in keys if key in self.model.rows])

    def place_beside(self) -> None:
        side = self.split.shown(*self.size) if self.model.total else "off"
        shown, middle = self.query(Beside), self.query_one("#middle")
        middle.set_class(side == "below", "-below")
        if side != "off" and not shown:
            beside = Beside()
            beside.stand(side, self.split.size(*self.size))
            middle.mount(beside)
            self.call_after_refresh(self._show_beside)
        for beside in shown:
            beside.stand(side, self.split.size(*self.size))
        self._show_beside()

    def show_header(self) -> None:
        width = self.table.line_width or self.size.width - 1
        self.query_one(TableHeader).draw(width, self.model, ascii_only=self.pulse.ascii_only)

    def _show_notices(self) -> None:
        self.query_one(NoticeBar).show(self.pulse.notices())

    def _show_which(self) -> None:
        """The table, or the words that stand where it would be empty."""
        empty = len(self.model) == 0
        words = self.query_one("#empty", LineList)
        if empty:
            width = self.size.width
            if self.model.total:
                subset = "" if self.model.subset is ALL else self.model.subset.word
                text = self.model.filter.text
                told = doubts(text, self.model.rows.tags())
                words.show(no_match_lines(text, subset, self.model.total, width, told))
            else:
                words.show(empty_lines(self.pulse.client.info(), width))
        words.display = empty
        self.table.display = not empty
        self.query_one(TableHeader).display = not empty

    def on_resize(self, event: Resize) -> None:
        self.set_class(event.size.height < 16, "-short")
        if not self._showing_soon:  # a start brings several of these
            self._showing_soon = True
            self.call_after_refresh(self._show_all)

    # Messages of the widgets

    def on_table_header_clicked(self, message: TableHeader.Clicked) -> None:
        same = message.sort is self.model.sort
        self.sort(message.sort, reverse=same and not self.model.reversed)

    def on_subset_bar_chosen(self, message: SubsetBar.Chosen) -> None:
        self.view(message.subset)

    def on_check_table_sized(self) -> None:
        self.show_header()
        self._show_glance()

    def on_beside_dragged(self, message: Beside.Dragged) -> None:
        self.split = self.split.sized(message.size, *self.size)
        self.place_beside()

    def on_check_table_opened(self) -> None:
        self.action_verb("open")

    def on_check_table_moved(self) -> None:
        self._show_summary(self.pulse.now())
        self._show_beside()
        self.refresh_hints()

    def on_check_table_folded(self) -> None:
        self.show_lines()

    def on_filter_bar_typed(self, message: FilterBar.Typed) -> None:
        self.filter(message.text)

    def on_filter_bar_left(self, message: FilterBar.Left) -> None:
        if message.clear:
            self.filter("")
        if self.table.display:
            self.table.focus()

    def on_descendant_focus(self) -> None:
        self.refresh_hints()  # focus moves later than it is asked to: only now is it known who has it

    def refresh_hints(self) -> None:
        if self.is_mounted and self.query_one(FilterBar).has_focus_within:
            self.query_one(Hints).offer(
                [Hint("Enter", "apply"), Hint("Esc", "clear"), Hint("↓", "to the list")]
            )
        else:
            super().refresh_hints()

    def hint_ids(self, situation: Situation) -> Sequence[str]:
        if not situation.total:
            return ("new", "copy", "ways", "palette", "quit", "help")
        targets = situation.targets
        ids = ["open", "filter", "pause", "snooze", "new", "edit", "sort", "group", "timeline", "palette"]
        if any(view.incident is not None and not is_acknowledged(view) for view in targets):
            ids.insert(0, "acknowledge")
        if self.model.filter.text or self.model.marks or self.model.subset is not ALL:
            ids.insert(0, "back")
        if self.table.problems_out_of_sight:
            ids.insert(0, "problem")
        if situation.undo:
            ids.insert(2, "undo")
        if self.model.marks:
            ids.insert(1, "pause")
        return (*dict.fromkeys(ids), "help")

"""What a person does to the table itself: sort, filter, views, groups, marks, following."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace
from textual.binding import Binding, BindingType

from pulsetui.core.text.phrases import count_text
from pulsetui.tui.base.screen import TickingScreen
from pulsetui.tui.base.situation import Situation
from pulsetui.tui.base.verbs import BY_ID
from pulsetui.tui.details.split import MIN_HEIGHT, MIN_WIDTH, Split, sides_with_room
from pulsetui.tui.draw.filter_bar import FilterBar
from pulsetui.tui.draw.lines import cut, name_of
from pulsetui.tui.table.columns import sorts
from pulsetui.tui.table.model import SortBy, TableModel
from pulsetui.tui.table.notices import NoticeBar
from pulsetui.tui.table.order import HEADING, order_words
from pulsetui.tui.table.status_views import ALL, SUBSETS, Subset, subset_of
from pulsetui.tui.table.widget import CheckTable

SUBSET_KEYS: list[BindingType] = [
    Binding(
        f"{subset.key},0" if subset is ALL else subset.key,
        f"subset('{subset.key}')",
        subset.word.capitalize(),
        show=False,
        id=f"table.view_{subset.key}",
        tooltip=f"View {subset.word}: {subset.help[0].lower()}{subset.help[1:]}",
    )
    for subset in SUBSETS
]

_MANY = 10_000
_PATIENCE_S = 0.15
"""From so many checks on, a filter is applied when no letter has followed for so long."""


class TableVerbs(TickingScreen):
    """The verbs; ``HomeScreen`` composes and shows."""

    model: TableModel
    split = Split()

    @property
    def table(self) -> CheckTable:
        return self.query_one(CheckTable)

    def show_header(self) -> None:
        """Draws the titles anew."""
        raise NotImplementedError

    def show_lines(self) -> None:
        """Draws what depends on which lines there are."""
        raise NotImplementedError

    def place_beside(self) -> None:
        """Puts the details beside or below the table, or out of sight."""
        raise NotImplementedError

    def situation(self) -> Situation:
        cursor = self.model.cursor
        heading = cursor is not None and cursor.startswith(HEADING)
        return replace(super().situation(), heading=heading, back=self._back_does())

    def _back_does(self) -> str:
        if self.model.filter.text:
            return "clear"
        if self.model.marks:
            return "unmark"
        return "show all" if self.model.subset is not ALL else ""

    def own_verbs(self) -> dict[str, Callable[[], None]]:
        return super().own_verbs() | {
            "open": self.verb_open,
            "mark": self.verb_mark,
            "snooze": self.verb_snooze,
            "sort": self.verb_sort,
            "reverse": self.verb_reverse,
            "order": self.verb_order,
            "group": self.verb_group,
            "problem": self.verb_problem,
            "follow": self.verb_follow,
            "beside": self.verb_beside,
            "larger": lambda: self.resize_details(1),
            "smaller": lambda: self.resize_details(-1),
            "filter": self.verb_filter,
            "dismiss": self.verb_dismiss,
            "notices": self.verb_notices,
        }

    # Rows

    def verb_open(self) -> None:
        cursor = self.model.cursor
        if cursor is not None and cursor.startswith(HEADING):
            self.table.toggle_fold(cursor)
        elif cursor is not None:
            self.pulse.open_check(cursor)

    def verb_mark(self) -> None:
        if self.model.cursor is not None:
            self.model.toggle_mark(self.model.cursor)
            self.table.action_step(1)
            self.show_lines()

    def verb_snooze(self) -> None:
        cursor, rows = self.model.cursor, self.model.rows
        if cursor is not None and cursor.startswith(HEADING) and not self.model.marks:
            below = [rows[slug].view for slug in self.model.slugs(cursor)]
            self.pulse.snooze(below, cursor.removeprefix(HEADING))
        else:
            self.pulse.snooze(self.targets())

    # Order

    def verb_sort(self) -> None:
        by = sorts(self.table.line_width)
        at = by.index(self.model.sort) if self.model.sort in by else -1
        self.sort(by[(at + 1) % len(by)], reverse=False)

    def verb_reverse(self) -> None:
        self.sort(self.model.sort, reverse=not self.model.reversed)

    def verb_order(self) -> None:
        from pulsetui.tui.table.sort_menu import SortChoice, SortMenu

        def chosen(choice: SortChoice | None) -> None:
            if choice is not None:
                self.sort(choice.by, reverse=choice.reverse)

        now = SortChoice(self.model.sort, self.model.reversed)
        self.app.push_screen(SortMenu(sorts(self.table.line_width), now), chosen)

    def sort(self, by: SortBy, *, reverse: bool) -> None:
        """Whoever stands at the top wants to see what comes first now; a check that was chosen further down
        stays under the cursor, and its name is said."""
        at = self.model.cursor_index() or 0
        first = int(self.model.grouped)  # below its heading
        self.model.set_sort(by, reverse=reverse)
        to_top = at <= first and not self.table.following
        if to_top:
            self.model.move_cursor(at)
        self._ordered()
        if to_top:
            self.table.scroll_to(y=0, animate=False)
        self.show_header()
        self.show_lines()
        words = order_words(by, reverse=reverse)
        said = f"Sorted: {words}" if by is SortBy.PROBLEMS else f"Sorted by {words}"
        row = self.model.cursor_row
        if row is not None and (self.model.cursor_index() or 0) > first:
            said += f'. The cursor is still on "{cut(name_of(row.view), 40)}"'
        self.say(said)

    def verb_group(self) -> None:
        self.model.set_grouped(not self.model.grouped)
        self._ordered()
        self.show_lines()
        self.say("Grouped by tag: Enter folds a group" if self.model.grouped else "Ungrouped")

    def verb_problem(self) -> None:
        slug = self.model.next_problem()
        if slug is None:
            if self.model.left_out:
                back = self.pulse.key_of(BY_ID["back"])
                self.say(
                    f"{count_text(self.model.left_out, 'problem')} left out here: {back} shows all checks",
                    severity="warning",
                )
            else:
                self.say("Nothing is down that nobody has acknowledged or snoozed")
            return
        if self.model.index_of(slug) is None:
            self.table.toggle_fold(HEADING + self.model.rows[slug].section)
        self.table.go_to(self.model.index_of(slug) or 0)

    def verb_follow(self) -> None:
        self.table.following = not self.table.following
        if self.table.following:
            self.table.bring_into_view()
        self.show_lines()
        self.say(
            "Following: the list scrolls with the check under the cursor"
            if self.table.following
            else "No longer following: the list stays where it is"
        )

    def verb_beside(self) -> None:
        if sides_with_room(*self.size) == ["off"]:
            self.say(
                f"No room beside the table or below it: that takes {MIN_WIDTH} columns or {MIN_HEIGHT} lines."
                " Enter opens the details",
                severity="warning",
            )
            return
        self.split = self.split.turned(*self.size)
        self.place_beside()

    def resize_details(self, by: int) -> None:
        """Gives the details more of the room, or less."""
        if self.split.shown(*self.size) == "off":
            key = self.pulse.key_of(BY_ID["beside"])
            self.say(f"No details stand beside the table or below it: {key} shows them", severity="warning")
            return
        before, self.split = self.split, self.split.resized(by, *self.size)
        if self.split == before:
            self.say("The table needs the rest" if by > 0 else "Smaller they would say nothing")
        self.place_beside()

    # What is shown

    def verb_filter(self) -> None:
        patience_s = _PATIENCE_S if self.model.total >= _MANY else 0.0
        self.query_one(FilterBar).open(self.model.filter.text, patience_s=patience_s)
        self.call_after_refresh(self.refresh_hints)

    def filter(self, text: str) -> None:
        self.model.set_filter(text)
        self._ordered()
        self.show_lines()
        self.query_one(FilterBar).found(self.model.shown, self.model.total)

    def action_subset(self, key: str) -> None:
        self.view(subset_of(key))

    def view(self, subset: Subset) -> None:
        self.model.set_subset(subset)
        self._ordered()
        self.show_lines()

    def verb_back(self) -> None:
        if self.model.filter.text:
            self.filter("")
            self.query_one(FilterBar).close()
        elif self.model.marks:
            self.model.marks.clear()
            self.show_lines()
        elif self.model.subset is not ALL:
            self.view(ALL)
        self.table.repaint(self.pulse.now())

    # Notices

    def verb_dismiss(self) -> None:
        first = self.query_one(NoticeBar).first
        if first is not None:
            self.pulse.dismiss(first.key)

    def verb_notices(self) -> None:
        from pulsetui.tui.dialogs.notices import notices_screen

        info, create = self.pulse.client.info(), self.pulse.new
        self.app.push_screen(notices_screen(self.pulse.notices(), info, create))

    def verb_quit(self) -> None:
        self.pulse.leave()

    def _ordered(self) -> None:
        """The person asked for other lines: nothing is held, and the cursor stays in sight."""
        self.table.release()
        self.table.order_changed(self.pulse.now(), following=True)

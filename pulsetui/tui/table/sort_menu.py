"""The columns to sort by, each on a letter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, cast

from msgspec import Struct
from textual.binding import Binding, BindingType
from textual.events import Key

from pulsetui.tui.base.dialog import ListDialog
from pulsetui.tui.draw.hints import Hint
from pulsetui.tui.draw.lines import Line, pad
from pulsetui.tui.draw.paint import LineList, has_plain_glyphs
from pulsetui.tui.table.columns import order_arrow
from pulsetui.tui.table.order import DIRECTIONS, SortBy

_NAME_CELLS = 11
_WORDS_CELLS = 16
_BOTH_FROM = 50  # cells: below, the one way alone


class SortChoice(Struct, frozen=True):
    """A column, and which way."""

    by: SortBy
    reverse: bool = False


class SortMenu(ListDialog[SortChoice | None]):
    """A letter sorts by its column, the capital one the other way round."""

    TITLE_WORDS = "Sort by"
    KEYS = (
        Hint("Enter", "sort"),
        Hint("j k", "move"),
        Hint("Esc", "cancel"),
    )  # the letters stand in the list
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "dismiss", "Cancel", show=False)]

    def __init__(self, offered: Sequence[SortBy], now: SortChoice) -> None:
        """``now`` is how the table is sorted."""
        super().__init__()
        self._offered = offered
        self._now = now

    def _draw(self) -> None:
        choices = self.query_one(LineList)
        choices.styles.height = min(len(self._offered), max(self.size.height - 4, 3))
        both = choices.size.width >= _BOTH_FROM
        choices.show([self._line(by, both=both) for by in self._offered], list(self._offered))

    def _line(self, by: SortBy, *, both: bool) -> Line:
        how = DIRECTIONS[by]
        is_now = by is self._now.by
        reverse = is_now and self._now.reverse
        arrow = order_arrow(by, reverse=reverse, ascii_only=has_plain_glyphs(self)) if is_now else " "
        name = "problems" if by is SortBy.PROBLEMS else by.value
        line: Line = (
            (f" {how.letter}  ", "key"),
            (pad(name, _NAME_CELLS), "strong"),
            (f"{arrow} ", "accent"),
            (pad(how.words, _WORDS_CELLS), "text"),
        )
        return (*line, (f"{how.letter.upper()}  ", "key"), (how.other_way, "text")) if both else line

    def on_line_list_chosen(self, message: LineList.Chosen) -> None:
        by = cast("SortBy", message.key)
        # Chosen once more, the column is turned round: as a click on its title does.
        self.dismiss(SortChoice(by, by is self._now.by and not self._now.reverse))

    def on_key(self, event: Key) -> None:
        letter = event.character or ""
        for by in self._offered:
            if DIRECTIONS[by].letter == letter.lower():
                event.stop()
                self.dismiss(SortChoice(by, letter.isupper()))
                return

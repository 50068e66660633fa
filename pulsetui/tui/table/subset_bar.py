"""The views on the keys 1 to 9 in one line, each with its count; hidden where there is no room."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from textual.message import Message

from pulsetui.tui.draw.lines import Line, Span, fit, width_of
from pulsetui.tui.draw.paint import OneLine
from pulsetui.tui.table.status_views import SUBSETS, Subset

if TYPE_CHECKING:
    from textual.events import Click

MIN_WIDTH, MIN_HEIGHT = 72, 22
"""Cells of the screen from which the bar is shown."""

_INDENT = 1  # cells, as in the lines above

Chip = tuple[Subset, list[Span]]


class SubsetBar(OneLine):
    """The views with their keys and counts. A click on a view chooses it."""

    class Chosen(Message):
        """A view was clicked."""

        def __init__(self, subset: Subset) -> None:
            super().__init__()
            self.subset = subset

    _places: tuple[tuple[int, int, Subset], ...] = ()  # from, until, what

    def draw(self, on: Subset, counts: Mapping[str, int], total: int, width: int) -> None:
        """Shows the counts; ``on`` stands out."""
        chips = fitting_chips(on, counts, total, width)
        self._places = _places(chips, width)
        self.show(subset_line(chips, width))

    def on_click(self, event: Click) -> None:
        for start, end, subset in self._places:
            if start <= event.x < end:
                self.post_message(self.Chosen(subset))


def fitting_chips(on: Subset, counts: Mapping[str, int], total: int, width: int) -> list[Chip]:
    """All of them in ``width`` cells, if need be without the counts of those that are not on."""
    chips = subset_chips(on, counts, total)
    if _INDENT + sum(width_of(spans) + 1 for _, spans in chips) - 1 > width:
        return subset_chips(on, counts, total, short=True)
    return chips


def subset_chips(on: Subset, counts: Mapping[str, int], total: int, *, short: bool = False) -> list[Chip]:
    """The views that have checks, and the one that is on; ``short`` counts only that one."""
    chips: list[Chip] = []
    for subset in SUBSETS:
        count = counts[subset.facet] if subset.facet else total
        if not count and subset is not on:
            continue
        word = f"{subset.word} {count}"
        if subset is on:
            chips.append((subset, [("[", "head-sorted"), (subset.key, "key"), (f" {word}]", "head-sorted")]))
        else:
            told = subset.word if short else word
            edge = "" if short else " "
            chips.append((subset, [(edge, "text"), (subset.key, "key"), (f" {told}{edge}", "muted")]))
    return chips


def subset_line(chips: list[Chip], width: int) -> Line:
    """As many as fit, in exactly ``width`` cells."""
    line: list[Span] = [(" " * _INDENT, "text")]
    for _, spans in chips:
        if width_of(line) + width_of(spans) > width:
            break
        line += [*spans, (" ", "text")]
    return tuple(fit(line, width))


def _places(chips: list[Chip], width: int) -> tuple[tuple[int, int, Subset], ...]:
    places, at = [], _INDENT
    for subset, spans in chips:
        size = width_of(spans)
        if at + size > width:
            break
        places.append((at, at + size, subset))
        at += size + 1
    return tuple(places)

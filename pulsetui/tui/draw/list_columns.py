"""Lists whose entries are one line each, in columns that come and go by the width of the screen. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from typing import Generic, TypeVar

from msgspec import Struct

from pulsetui.tui.draw.lines import Align, Line, Span, fit, pad

Entry = TypeVar("Entry")
Context = TypeVar("Context")

LEAD = 3
"""Cells in front of the columns: a blank, the glyph, a blank."""

_MARGIN_FROM = 60
"""Cells of the whole line from which one stays free behind a last column of numbers."""


class ListContext(Struct, frozen=True, kw_only=True):
    """What a line may know besides its entry."""

    now: datetime
    zone: tzinfo  # of the person
    ascii_only: bool = False


class ListColumn(Struct, Generic[Entry, Context], frozen=True):
    """One column of a list."""

    title: str
    screen: int  # least cells of the whole line
    width: int  # least cells; 0 takes a share of what is left
    cell: Callable[[Entry, Context], Span]
    align: Align = "left"


def titles(columns: Sequence[ListColumn[Entry, Context]], width: int) -> Line:
    """The titles of the columns that have room."""
    spans: list[Span] = [(" " * LEAD, "head")]
    for at, (column, size) in enumerate(_widths(columns, width)):
        spans += [(" " if at else "", "head"), (pad(column.title, size, column.align), "head")]
    return tuple(fit(spans, width, fill="head"))


def entry_cells(
    columns: Sequence[ListColumn[Entry, Context]], glyph: Span, entry: Entry, width: int, context: Context
) -> Line:
    """One entry in exactly ``width`` cells."""
    spans: list[Span] = [(" ", "text"), glyph, (" ", "text")]
    for at, (column, size) in enumerate(_widths(columns, width)):
        text, style = column.cell(entry, context)
        spans += [(" " if at else "", "text"), (pad(text, size, column.align), style)]
    return tuple(fit(spans, width))


def _widths(
    columns: Sequence[ListColumn[Entry, Context]], width: int
) -> list[tuple[ListColumn[Entry, Context], int]]:
    shown = [column for column in columns if width >= column.screen]
    # A number at the edge is read with what stands beside the screen; on a narrow one names go first.
    margin = int(width >= _MARGIN_FROM and shown[-1].align == "right")
    room = width - LEAD - margin - len(shown) + 1 - sum(column.width for column in shown)
    growing = [column for column in shown if not column.width]
    share, rest = divmod(max(room, 0), len(growing))
    sizes = {id(column): share + (rest if at == 0 else 0) for at, column in enumerate(growing)}
    return [(column, column.width or sizes[id(column)]) for column in shown]

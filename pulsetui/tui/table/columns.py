"""Which columns the table has at which width, and a line of them. Pure: values in, spans out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from functools import lru_cache

from msgspec import Struct
from rich.cells import cell_len

from pulsetui.client.attention import Attention
from pulsetui.tui.draw.lines import Align, Line, Span, fit, pad, width_of
from pulsetui.tui.table.cells import (
    AGAINST,
    BOTH_FROM,
    NOTE_FROM,
    ONE_TOOK_CELLS,
    TOOK_CELLS,
    WORDS_FROM,
    CellContext,
    bar_cell,
    due_cell,
    hooks_cell,
    last_cell,
    lead,
    name_cell,
    narrow_due_cell,
    note_cell,
    says_why,
    schedule_cell,
    snooze_text,
    status_cell,
    tags_cell,
    took_cell,
)
from pulsetui.tui.table.order import DIRECTIONS, SortBy
from pulsetui.tui.table.row import Row

LEAD = 5
"""Cells before the first column: cursor, mark, glyph, running, space."""

Cell = Callable[[Row, CellContext], list[Span]]


class Column(Struct, frozen=True):
    """One column, shown on lines of at least ``screen`` cells and fewer than ``until``."""

    key: str
    title: str
    screen: int
    sizes: tuple[int, int, int]
    # ^ least, good, most cells: first the name gets what is good, then all; then all share what is left
    cell: Cell
    align: Align = "left"
    sort: SortBy | None = None
    live: bool = False  # its text changes by the clock alone
    roomy: int = 0  # with so many cells it says more; fewer are of no use to it
    roomy_from: int = 0  # on lines of so many cells it has them for sure
    until: int = 1_000_000


class Placed(Struct, frozen=True):
    """A column and the cells it got."""

    column: Column
    left: int
    width: int


COLUMNS: tuple[Column, ...] = (
    Column("name", "CHECK", 0, (16, 26, 44), name_cell, sort=SortBy.NAME),
    Column("status", "STATUS", WORDS_FROM, (11, 11, 11), status_cell, sort=SortBy.PROBLEMS),
    Column(
        "due",
        "DUE",
        0,
        (15, 15, 15),
        narrow_due_cell,
        align="right",
        sort=SortBy.DUE,
        live=True,
        until=WORDS_FROM,
    ),
    Column(
        "due",
        "DUE",
        WORDS_FROM,
        (17, 17, 17),
        due_cell,
        align="right",
        sort=SortBy.DUE,
        live=True,
        roomy=BOTH_FROM,
    ),
    Column("last", "LAST PING", 78, (11, 11, 13), last_cell, align="right", sort=SortBy.LAST, live=True),
    Column("schedule", f"SCHEDULE{AGAINST}REASON", 118, (19, 34, 44), schedule_cell, sort=SortBy.SCHEDULE),
    Column(
        "took",
        f"TOOK{AGAINST}USUAL",
        118,
        (ONE_TOOK_CELLS,) * 3,
        took_cell,
        align="right",
        sort=SortBy.TOOK,
        live=True,
        roomy=TOOK_CELLS,
        roomy_from=130,
    ),
    Column("tags", "TAGS", 144, (12, 14, 26), tags_cell, sort=SortBy.TAGS),
    Column("hooks", "HOOKS", 196, (12, 14, 24), hooks_cell, sort=SortBy.HOOKS),
    Column("note", "NOTE", NOTE_FROM, (20, 30, 70), note_cell, sort=SortBy.NOTE),
    Column("bar", "RECENT RUNS", 78, (11, 16, 60), bar_cell, align="right", sort=SortBy.RUNS),
)


@lru_cache(maxsize=64)
def layout(width: int) -> tuple[Placed, ...]:
    """The columns of a line of ``width`` cells, from left to right; together with the gaps they fill it."""
    shown = [column for column in COLUMNS if column.screen <= width < column.until]
    gap = gap_at(width)
    room = width - LEAD - gap * (len(shown) - 1)
    widths = {
        column.key: column.roomy if 0 < column.roomy_from <= width else column.sizes[0] for column in shown
    }
    left = room - sum(widths.values())
    left = _grow(widths, {column.key: column.sizes[1] for column in shown[:1]}, left)  # the name comes first
    left = _grow(widths, {column.key: column.sizes[1] for column in shown}, left)
    for column in shown:
        if 0 < column.roomy - widths[column.key] <= left:
            left -= column.roomy - widths[column.key]
            widths[column.key] = column.roomy
    left = _grow(widths, {column.key: column.sizes[2] for column in shown}, left)
    # What nobody wants goes to the name; what is not there is taken from it.
    widths["name"] = max(widths["name"] + left, 0)
    placed, at = [], LEAD
    for column in shown:
        placed.append(Placed(column, at, widths[column.key]))
        at += widths[column.key] + gap
    return tuple(placed)


@lru_cache(maxsize=64)
def _wider_reason(width: int) -> tuple[Placed, ...]:
    """The columns of a row that says what is wrong: that takes the place of how long it took, too."""
    placed: list[Placed] = []
    for one in layout(width):
        if one.column.key == "took" and placed and placed[-1].column.key == "schedule":
            before = placed.pop()
            placed.append(Placed(before.column, before.left, one.left + one.width - before.left))
        else:
            placed.append(one)
    return tuple(placed)


def _grow(widths: dict[str, int], limits: dict[str, int], left: int) -> int:
    """Shares ``left`` cells out evenly up to the limits; answers with what nobody took."""
    while left > 0:
        growing = [key for key, limit in limits.items() if widths[key] < limit]
        if not growing:
            break
        share = max(left // len(growing), 1)
        for key in growing:
            more = min(share, limits[key] - widths[key], left)
            widths[key] += more
            left -= more
    return left


def gap_at(width: int) -> int:
    """Cells between two columns."""
    return 2 if width >= 110 else 1


def order_arrow(sort: SortBy, *, reverse: bool, ascii_only: bool = False) -> str:
    """Up where the least comes first: A before Z, what is due now before what is due tomorrow."""
    if DIRECTIONS[sort].ascending != reverse:
        return "^" if ascii_only else "▴"
    return "v" if ascii_only else "▾"


def header_line(width: int, sort: SortBy, *, reverse: bool, ascii_only: bool = False) -> Line:
    """The titles; the one that the order follows has an arrow."""
    arrow = order_arrow(sort, reverse=reverse, ascii_only=ascii_only)
    spans: list[Span] = [(" " * LEAD, "head")]
    for at, placed in enumerate(layout(width)):
        column = placed.column
        if at:
            spans.append((" " * gap_at(width), "head"))
        if column.sort is sort:
            title = f"{_title(placed)} {arrow}"
            if cell_len(title) > placed.width:
                title = title.partition(" ")[2]  # the arrow says more than the first word
            spans.append((pad(title, placed.width, column.align), "head-sorted"))
        else:
            spans.append((pad(_title(placed), placed.width, column.align), "head"))
    return tuple(fit(spans, width, fill="head"))


def _title(placed: Placed) -> str:
    """The title without what the column has no room to show."""
    title = placed.column.title
    return title if cell_len(title) <= placed.width else title.partition(AGAINST)[0]


def column_at(width: int, x: int) -> Column | None:
    """The column under the cell ``x``."""
    for placed in layout(width):
        if placed.left <= x < placed.left + placed.width:
            return placed.column
    return None


@lru_cache(maxsize=64)
def bar_cells(width: int) -> tuple[int, int]:
    """From which cell to which the bars of the recent runs stand; nothing where they have no room."""
    bar = next((placed for placed in layout(width) if placed.column.cell is bar_cell), None)
    return (bar.left, bar.left + bar.width) if bar is not None else (width, width)


def row_line(
    row: Row,
    width: int,
    now: datetime,
    *,
    cursor: bool,
    marked: bool,
    ascii_only: bool = False,
    zone: tzinfo = UTC,
) -> Line:
    """One row in exactly ``width`` cells."""
    spans = lead(row, cursor=cursor, marked=marked, ascii_only=ascii_only)
    gap = (" " * gap_at(width), "text")
    for at, placed in enumerate(_wider_reason(width) if says_why(row, width) else layout(width)):
        if at:
            spans.append(gap)
        context = CellContext(now, placed.width, width, ascii_only, zone)
        spans.extend(fit(placed.column.cell(row, context), placed.width, placed.column.align))
    return tuple(spans if width_of(spans) == width else fit(spans, width))


def live_texts(row: Row, width: int, now: datetime, zone: tzinfo = UTC) -> tuple[str, ...]:
    """The texts of the row that the clock alone changes: what the tick compares."""
    texts = [
        placed.column.cell(row, CellContext(now, placed.width, width, ascii_only=False, zone=zone))[0][0]
        for placed in live_columns(width)
    ]
    if row.snoozed:
        texts.append(snooze_text(row, now))
    return tuple(texts)


@lru_cache(maxsize=64)
def live_columns(width: int) -> tuple[Placed, ...]:
    """Those whose texts the clock changes."""
    return tuple(placed for placed in layout(width) if placed.column.live)


def sorts(width: int) -> list[SortBy]:
    """What the table can be ordered by at a width: problems first, and each column that is seen."""
    seen = [placed.column.sort for placed in layout(width) if placed.column.sort is not None]
    return [SortBy.PROBLEMS, *(by for by in seen if by is not SortBy.PROBLEMS)]


def base_of(row: Row, *, cursor: bool) -> str:
    """What the row stands on; see ``theme.StyleSet``."""
    if row.attention is Attention.WANTED:
        return "alarm-cursor" if cursor else "alarm"
    return "cursor" if cursor else "row"

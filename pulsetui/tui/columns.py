"""Which columns the table has at which width, and what stands in their cells. Pure: values in, spans out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from pulsetui.core.phrases import (
    GLYPH,
    GLYPH_ASCII,
    RUNNING,
    ago_text,
    duration_text,
    span_text,
    until_text,
    word_for,
)
from pulsetui.core.status import Status
from pulsetui.monitor.view import CheckView
from pulsetui.tui.lines import Align, Line, Span, cut, fit, pad, plain, width_of
from pulsetui.tui.table_model import Row, SortBy, is_acknowledged
from pulsetui.tui.widgets.heartbeat_bar import bar

LEAD = 5
"""Cells before the first column: cursor, mark, glyph, running, space."""
NOTHING = "–"
_WORDS_FROM = 60  # below this width there is no status column and the due cell says the word


@dataclass(frozen=True, slots=True)
class CellContext:
    """What a cell may know besides its row."""

    now: datetime
    width: int  # of the cell
    screen: int  # of the whole line
    ascii_only: bool


Cell = Callable[[Row, CellContext], list[Span]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column. It is shown on lines of at least ``screen`` cells and grows from ``least`` to ``most``."""

    key: str
    title: str
    screen: int
    least: int
    most: int
    cell: Cell
    align: Align = "left"
    sort: SortBy | None = None
    live: bool = False  # its text changes by the clock alone


@dataclass(frozen=True, slots=True)
class Placed:
    """A column and the cells it got."""

    column: Column
    left: int
    width: int


# Cells


def _name(row: Row, context: CellContext) -> list[Span]:
    return [(cut(plain(row.view.name), context.width), "strong" if is_problem(row) else "text")]


def _status(row: Row, _: CellContext) -> list[Span]:
    word, style = status_word(row.view, row.status)
    return [(word, style)]


def _due(row: Row, context: CellContext) -> list[Span]:
    view, now = row.view, context.now
    style = style_of(row.view, row.status)
    if context.screen < _WORDS_FROM:
        short = _narrow_due(row, context)
        if short:
            return [(short, style)]
    if row.status is Status.PAUSED:
        return [(NOTHING, "muted")]
    due = view.next_ping
    if row.status is Status.DOWN and due is not None and due > now:
        return [(until_text(due, now), "text")]
    if due is None or (view.unwatched and due <= now):
        due = view.upcoming
    if due is None:
        return [(NOTHING, "muted")]
    return [(until_text(due, now), style if row.status in (Status.LATE, Status.DOWN) else "text")]


def _narrow_due(row: Row, context: CellContext) -> str:
    """The word and how long, where there is no status column; "" when the plain due says it all."""
    view = row.view
    if row.status is Status.PAUSED or row.status is Status.NEW:
        return str(row.status)
    if row.status not in (Status.LATE, Status.DOWN):
        return ""
    word = word_for(row.status, view.reason)
    since = view.next_ping if row.status is Status.LATE and view.next_ping else view.since
    with_span = f"{word} {span_text((context.now - since).total_seconds())}"
    return with_span if len(with_span) <= context.width else word


def _last(row: Row, context: CellContext) -> list[Span]:
    last = row.view.last_ping
    return [(NOTHING, "muted")] if last is None else [(ago_text(last, context.now), "muted")]


def _schedule(row: Row, context: CellContext) -> list[Span]:
    return [(cut(plain(row.view.schedule_words), context.width), "muted")]


def _took(row: Row, context: CellContext) -> list[Span]:
    view = row.view
    usual: Span = (
        f" / {duration_text(view.usual_duration)}" if view.usual_duration is not None else "",
        "muted",
    )
    if view.started and view.started_at is not None:
        going = span_text(max((context.now - view.started_at).total_seconds(), 0.0))
        return [(going, "running"), usual]
    if view.last_duration is None:
        return [(NOTHING, "muted")]
    return [(duration_text(view.last_duration), "text"), usual]


def _tags(row: Row, context: CellContext) -> list[Span]:
    return [(cut(" ".join(plain(tag) for tag in row.view.tags), context.width), "accent")]


def _note(row: Row, context: CellContext) -> list[Span]:
    view = row.view
    if is_acknowledged(view) and view.incident is not None:
        by, note = view.incident.acknowledged_by, view.incident.note
        text = f"acknowledged{f' by {by}' if by else ''}{f': {note}' if note else ''}"
    else:
        text = view.detail or view.last_line
    style = "text" if is_problem(row) else "muted"
    return [(cut(plain(text), context.width), style)]


def _bar(row: Row, context: CellContext) -> list[Span]:
    return list(bar(row.view.history, context.width, ascii_only=context.ascii_only))


COLUMNS: tuple[Column, ...] = (
    Column(key="name", title="CHECK", screen=0, least=16, most=44, cell=_name, sort=SortBy.NAME),
    Column(
        key="status",
        title="STATUS",
        screen=_WORDS_FROM,
        least=11,
        most=11,
        cell=_status,
        sort=SortBy.PROBLEMS,
    ),
    Column(
        key="due",
        title="DUE",
        screen=0,
        least=15,
        most=15,
        cell=_due,
        align="right",
        sort=SortBy.DUE,
        live=True,
    ),
    Column(
        key="last",
        title="LAST PING",
        screen=80,
        least=11,
        most=12,
        cell=_last,
        align="right",
        sort=SortBy.LAST,
        live=True,
    ),
    Column(key="schedule", title="SCHEDULE", screen=118, least=20, most=42, cell=_schedule),
    Column(
        key="took",
        title="TOOK / USUAL",
        screen=104,
        least=15,
        most=17,
        cell=_took,
        align="right",
        sort=SortBy.TOOK,
        live=True,
    ),
    Column(key="tags", title="TAGS", screen=136, least=12, most=26, cell=_tags),
    Column(key="note", title="NOTE", screen=168, least=20, most=60, cell=_note),
    Column(key="bar", title="RECENT RUNS", screen=78, least=11, most=60, cell=_bar, align="right"),
)


@lru_cache(maxsize=64)
def layout(width: int) -> tuple[Placed, ...]:
    """The columns of a line of ``width`` cells, from left to right; together with the gaps they fill it."""
    shown = [column for column in COLUMNS if width >= column.screen]
    gap = gap_at(width)
    room = width - LEAD - gap * (len(shown) - 1)
    widths = {column.key: column.least for column in shown}
    left = room - sum(widths.values())
    while left > 0:
        growing = [column for column in shown if widths[column.key] < column.most]
        if not growing:
            break
        share = max(left // len(growing), 1)
        for column in growing:
            more = min(share, column.most - widths[column.key], left)
            widths[column.key] += more
            left -= more
    # What nobody wants goes to the name; what is not there is taken from it.
    widths["name"] = max(widths["name"] + left, 0)
    placed, at = [], LEAD
    for column in shown:
        placed.append(Placed(column, at, widths[column.key]))
        at += widths[column.key] + gap
    return tuple(placed)


def gap_at(width: int) -> int:
    """Cells between two columns."""
    return 2 if width >= 100 else 1


def header_line(width: int, sort: SortBy, *, reverse: bool, ascii_only: bool = False) -> Line:
    """The titles; the one that the order follows has an arrow."""
    arrow = ("^" if reverse else "v") if ascii_only else ("▴" if reverse else "▾")
    spans: list[Span] = [(" " * LEAD, "head")]
    for at, placed in enumerate(layout(width)):
        column = placed.column
        if at:
            spans.append((" " * gap_at(width), "head"))
        if column.sort is sort:
            spans.append((pad(f"{column.title} {arrow}", placed.width, column.align), "head-sorted"))
        else:
            spans.append((pad(column.title, placed.width, column.align), "head"))
    return tuple(fit(spans, width, fill="head"))


def column_at(width: int, x: int) -> Column | None:
    """The column under the cell ``x``."""
    for placed in layout(width):
        if placed.left <= x < placed.left + placed.width:
            return placed.column
    return None


def row_line(
    row: Row, width: int, now: datetime, *, cursor: bool, marked: bool, ascii_only: bool = False
) -> Line:
    """One row in exactly ``width`` cells."""
    spans = lead(row, cursor=cursor, marked=marked, ascii_only=ascii_only)
    gap = (" " * gap_at(width), "text")
    for at, placed in enumerate(layout(width)):
        if at:
            spans.append(gap)
        context = CellContext(now, placed.width, width, ascii_only)
        spans.extend(fit(placed.column.cell(row, context), placed.width, placed.column.align))
    return tuple(spans if width_of(spans) == width else fit(spans, width))


def live_texts(row: Row, width: int, now: datetime) -> tuple[str, ...]:
    """The texts of the row that the clock alone changes: what the tick compares."""
    return tuple(
        placed.column.cell(row, CellContext(now, placed.width, width, ascii_only=False))[0][0]
        for placed in layout(width)
        if placed.column.live
    )


def lead(row: Row, *, cursor: bool, marked: bool, ascii_only: bool) -> list[Span]:
    """Cursor, mark, glyph, running: what is seen at every width and without any colour."""
    pointer = (">" if ascii_only else "▌") if cursor else " "
    glyph, style = status_glyph(row.view, row.status, ascii_only=ascii_only)
    running = (GLYPH_ASCII if ascii_only else GLYPH)[RUNNING] if row.view.started else " "
    return [
        (pointer, "accent"),
        (("+" if ascii_only else "◆") if marked else " ", "accent"),
        (glyph, style),
        (running, "running"),
        (" ", "text"),
    ]


def is_problem(row: Row) -> bool:
    """Whether the row asks for somebody: down, and nobody has acknowledged it."""
    return row.status is Status.DOWN and not is_acknowledged(row.view)


def base_of(row: Row, *, cursor: bool) -> str:
    """What the row stands on; see ``theme.StyleSet``."""
    if is_problem(row):
        return "alarm-cursor" if cursor else "alarm"
    return "cursor" if cursor else "row"


def style_of(view: CheckView, status: Status) -> str:
    """The style in which a status is drawn."""
    if is_acknowledged(view):
        return "calm"
    if view.unwatched:
        return "muted"
    return str(status)


def status_word(view: CheckView, status: Status) -> Span:
    """The word and its style."""
    if view.unwatched and status is not Status.PAUSED:
        return "unwatched", "muted"
    return word_for(status, view.reason), style_of(view, status)


def status_glyph(view: CheckView, status: Status, *, ascii_only: bool = False) -> Span:
    """The one character for it and its style."""
    if view.unwatched and status is not Status.PAUSED:
        return "?", "muted"
    return (GLYPH_ASCII if ascii_only else GLYPH)[status], style_of(view, status)


def titles(width: int) -> Sequence[str]:
    """The keys of the columns at a width, from left to right."""
    return [placed.column.key for placed in layout(width)]

"""Which columns the table has at which width, and what stands in their cells. Pure: values in, spans out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from rich.cells import cell_len

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
from pulsetui.tui.lines import Align, Line, Span, cut, fit, name_of, pad, plain, width_of
from pulsetui.tui.table_model import Row, SortBy, is_acknowledged
from pulsetui.tui.widgets.heartbeat_bar import bar

LEAD = 5
"""Cells before the first column: cursor, mark, glyph, running, space."""
NOTHING = "–"
_SECONDS_MATTER_S = 600
_WORDS_FROM = 60  # below this width there is no status column and the due cell says the word


@dataclass(frozen=True, slots=True)
class CellContext:
    """What a cell may know besides its row."""

    now: datetime
    width: int  # of the cell
    screen: int  # of the whole line
    ascii_only: bool


Cell = Callable[[Row, CellContext], list[Span]]


@dataclass(frozen=True, slots=True)
class Column:
    """One column, shown on lines of at least ``screen`` cells."""

    key: str
    title: str
    screen: int
    sizes: tuple[int, int, int]
    # ^ least, good, most cells: from left to right each gets what is good, then all share what is left
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
    return [(cut(name_of(row.view), context.width), "strong" if is_problem(row) else "text")]


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
        return [(until_text(_coarse(due, now), now), "text")]
    if due is None and view.first_due is not None:
        due = view.first_due
        if due <= now:
            return [("awaited", "new")]
    if due is None or (view.unwatched and due <= now):
        due = view.upcoming
    if due is None:
        return [(NOTHING, "muted")]
    return [
        (until_text(_coarse(due, now), now), style if row.status in (Status.LATE, Status.DOWN) else "text")
    ]


def _coarse(instant: datetime, now: datetime) -> datetime:
    """``instant`` moved by less than a minute, so that from ten minutes on no text counts seconds: nobody
    reads them, and each would repaint its line every second."""
    away = int((instant - now).total_seconds())
    if not _SECONDS_MATTER_S <= abs(away) < 3600:
        return instant
    rest = abs(away) % 60
    return instant - timedelta(seconds=rest) if away > 0 else instant + timedelta(seconds=rest)


def _narrow_due(row: Row, context: CellContext) -> str:
    """The word and how long, where there is no status column; "" when the plain due says it all."""
    view = row.view
    if row.status is Status.PAUSED or row.status is Status.NEW:
        return str(row.status)
    if row.status not in (Status.LATE, Status.DOWN):
        return ""
    word = word_for(row.status, view.reason)
    since = view.next_ping if row.status is Status.LATE and view.next_ping else view.since
    with_span = f"{word} {span_text((context.now - _coarse(since, context.now)).total_seconds())}"
    return with_span if len(with_span) <= context.width else word


def _last(row: Row, context: CellContext) -> list[Span]:
    last = row.view.last_ping
    return (
        [(NOTHING, "muted")]
        if last is None
        else [(ago_text(_coarse(last, context.now), context.now), "muted")]
    )


def _schedule(row: Row, context: CellContext) -> list[Span]:
    words = plain(row.view.schedule_words)
    zone = f" ({row.view.tz})"
    if cell_len(words) > context.width and words.endswith(zone):
        words = words[: -len(zone)]  # the details have it
    return [(cut(words, context.width), "muted")]


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
    Column("name", "CHECK", 0, (16, 26, 44), _name, sort=SortBy.NAME),
    Column("status", "STATUS", _WORDS_FROM, (11, 11, 11), _status, sort=SortBy.PROBLEMS),
    Column("due", "DUE", 0, (15, 15, 15), _due, align="right", sort=SortBy.DUE, live=True),
    Column("last", "LAST PING", 80, (11, 11, 13), _last, align="right", sort=SortBy.LAST, live=True),
    Column("schedule", "SCHEDULE", 118, (18, 24, 44), _schedule),
    Column("took", "TOOK / USUAL", 118, (15, 15, 17), _took, align="right", sort=SortBy.TOOK, live=True),
    Column("tags", "TAGS", 136, (12, 14, 26), _tags),
    Column("note", "NOTE", 164, (20, 30, 70), _note),
    Column("bar", "RECENT RUNS", 78, (11, 16, 60), _bar, align="right"),
)


@lru_cache(maxsize=64)
def layout(width: int) -> tuple[Placed, ...]:
    """The columns of a line of ``width`` cells, from left to right; together with the gaps they fill it."""
    shown = [column for column in COLUMNS if width >= column.screen]
    gap = gap_at(width)
    room = width - LEAD - gap * (len(shown) - 1)
    widths = {column.key: column.sizes[0] for column in shown}
    left = room - sum(widths.values())
    for column in shown:  # the name is served first
        left = _grow(widths, {column.key: column.sizes[1]}, left)
    left = _grow(widths, {column.key: column.sizes[2] for column in shown}, left)
    # What nobody wants goes to the name; what is not there is taken from it.
    widths["name"] = max(widths["name"] + left, 0)
    placed, at = [], LEAD
    for column in shown:
        placed.append(Placed(column, at, widths[column.key]))
        at += widths[column.key] + gap
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

"""What stands in the cells of the table. Pure: a row and what its cell may know in, spans out."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from msgspec import Struct
from rich.cells import cell_len

from pulsetui.client.attention import Attention
from pulsetui.client.status_words import GLYPH, GLYPH_ASCII, RUNNING, word_for
from pulsetui.client.views import CheckView
from pulsetui.core.state.status import Status
from pulsetui.core.text.phrases import (
    day_text,
    duration_text,
    instant_text,
    one_unit,
    span_text,
)
from pulsetui.tui.draw.distances import ago, countdown, far_off, lasting
from pulsetui.tui.draw.heartbeat_bar import bar
from pulsetui.tui.draw.lines import Span, cut, name_of, pad, plain, width_of
from pulsetui.tui.draw.status import status_glyph, status_style, status_word
from pulsetui.tui.table.row import Row, note_of, trouble_of, unusual_of

NOTHING = "–"
NEVER = "never"
"""Nothing will be due again."""
_FAR_S = 12 * 3600  # from here on a wall clock says more than a number of hours
BOTH_FROM = 30  # cells in which "in 2d 3h" and "tomorrow 02:00" both stand
_CLOCK_CELLS = 14
AGAINST = " / "
ONE_TOOK_CELLS = len("112d 15h")
TOOK_CELLS = 2 * len("59m 59s") + len(AGAINST)
_UNITS = ((86400, "d"), (3600, "h"), (60, "m"), (1, "s"))
WORDS_FROM = 59  # below this width there is no status column and the due cell says the word
NOTE_FROM = 176  # from this width on what is wrong stands in the note, and the schedule in its own column


class CellContext(Struct, frozen=True):
    """What a cell may know besides its row."""

    now: datetime
    width: int  # of the cell
    screen: int  # of the whole line
    ascii_only: bool
    zone: tzinfo = UTC  # of the person


def name_cell(row: Row, context: CellContext) -> list[Span]:
    style = "strong" if row.attention is Attention.WANTED else "text"
    tail: list[Span] = []
    if left := snooze_text(row, context.now):
        # At every width: nobody should wait for an alert that is not going to come.
        tail.append((f" {left}", "accent"))
    if unusual_of(row.view):
        tail.append((" !", "warning"))
    if not tail:
        return [(cut(name_of(row.view), context.width), style)]
    return [(pad(name_of(row.view), context.width - width_of(tail)), style), *tail]


def snooze_text(row: Row, now: datetime) -> str:
    """How long the row is still snoozed: ``z 18m``; "" when it is not."""
    until = row.view.snoozed_until
    if not row.snoozed or until is None:
        return ""
    return f"z {countdown(until, now)}"


def status_cell(row: Row, _: CellContext) -> list[Span]:
    return [(status_word(row.view, row.status)[0], style_of(row))]


def due_cell(row: Row, context: CellContext) -> list[Span]:
    """When it is due; of a check that is down since when it is: what comes next interests nobody then."""
    if row.status is Status.DOWN:
        return [(_since(row.view.since, context), style_of(row))]
    if row.status is Status.PAUSED:
        return [(NOTHING, "muted")]
    due = _due_at(row, context.now)
    if due is None:
        if _is_over(row):
            return [(NEVER, "late")]
        awaited = row.view.next_ping is None and row.view.first_due is not None
        return [("never reported", "new")] if awaited else [(NOTHING, "muted")]
    passed = due <= context.now and row.status is Status.LATE
    return _when(due, context, style_of(row) if passed else "text")


def narrow_due_cell(row: Row, context: CellContext) -> list[Span]:
    """The same where there is no status column: with the word for a check that is in trouble."""
    short = _narrow_due(row, context)
    return [(short, style_of(row))] if short else due_cell(row, context)


def _since(instant: datetime, context: CellContext) -> str:
    """``since 01:01 (4h 05m)``, with less where there is less room: never without when it was."""
    now = context.now
    clock = instant_text(instant, context.zone, now).removeprefix("today ")
    day = day_text(instant, context.zone, now).replace("today", clock)
    span = lasting(instant, now)
    for text in (f"{clock} ({span})", f"{clock} ({one_unit(span)})", f"{day} ({one_unit(span)})"):
        if cell_len(said := f"since {text}") <= context.width:
            return said
    return f"since {day}"


def _is_over(row: Row) -> bool:
    """Whether nothing will ever be due again: its calendar is over, and it cannot alarm any more."""
    view = row.view
    return view.upcoming is None and view.next_ping is None and view.first_due is None


def _due_at(row: Row, now: datetime) -> datetime | None:
    """The instant that the due cell is about: what is awaited, else what comes next."""
    view = row.view
    if view.next_ping is None and view.first_due is not None:
        return view.first_due if view.first_due > now else None
    if view.next_ping is None or (view.unwatched and view.next_ping <= now):
        return view.upcoming
    return view.next_ping


def _when(instant: datetime, context: CellContext, style: str) -> list[Span]:
    """How far off, and from half a day on when: a wall clock then says more. With room, both."""
    now = context.now
    far = far_off(instant, now)
    if context.width >= BOTH_FROM:
        clock = instant_text(instant, context.zone, now).removeprefix("today ")
        shown = clock if cell_len(clock) <= _CLOCK_CELLS else ""
        return [
            (pad(far, context.width - _CLOCK_CELLS - 1, "right"), style),
            (pad(shown, _CLOCK_CELLS + 1, "right"), "muted"),
        ]
    if (instant - now).total_seconds() >= _FAR_S:
        clock = instant_text(instant, context.zone, now)
        if cell_len(clock) <= context.width:
            return [(clock, style)]
    return [(far, style)]


def _narrow_due(row: Row, context: CellContext) -> str:
    """The word and how long, where there is no status column; "" when the plain due says it all."""
    view = row.view
    if row.status is Status.PAUSED or row.status is Status.NEW:
        return NEVER if row.status is Status.NEW and _is_over(row) else str(row.status)
    if row.status not in (Status.LATE, Status.DOWN):
        return ""
    word = word_for(row.status, view.reason)
    since = view.next_ping if row.status is Status.LATE and view.next_ping else view.since
    with_span = f"{word} {lasting(since, context.now)}"
    return with_span if len(with_span) <= context.width else word


def last_cell(row: Row, context: CellContext) -> list[Span]:
    # A hung run has said that it began, and that is newer than any end.
    last = row.view.last_ping if row.view.started else row.view.hung_since or row.view.last_ping
    return [(NOTHING, "muted")] if last is None else [(ago(last, context.now), "muted")]


def says_why(row: Row, screen: int) -> bool:
    """Whether the row says what is wrong instead of its schedule, and of how long a run took that is over."""
    return screen < NOTE_FROM and not row.view.is_running and trouble_of(row.view) != ""


def schedule_cell(row: Row, context: CellContext) -> list[Span]:
    """Its schedule; of a check that is down what is wrong, where the note does not say it."""
    view = row.view
    if context.screen < NOTE_FROM and (trouble := trouble_of(view)):
        return [(cut(plain(trouble), context.width), _note_style(row))]
    # Without its zone: the header names the one of all times, the details that of the check.
    words = plain(view.schedule_words).removesuffix(f" ({view.tz})").removeprefix("at ")
    return [(cut(words, context.width), "muted")]


def took_cell(row: Row, context: CellContext) -> list[Span]:
    view = row.view
    if view.going_since is not None:
        took: Span = (_so_far(view, view.going_since, context), "running")
    elif view.last_duration is not None:
        took = (duration_text(view.last_duration), "text")
    else:
        return [(NOTHING, "muted")]
    if view.usual_duration is None or context.width < TOOK_CELLS:
        return [took]  # names need the room more
    usual = duration_text(view.usual_duration)
    room = context.width - len(took[0]) - len(AGAINST)
    if len(usual) > room:
        usual = _in_one_unit(view.usual_duration)  # a number is never cut
    if len(usual) > room:
        return [took]
    return [took, (f"{AGAINST}{usual}", "muted")]


def _so_far(view: CheckView, started_at: datetime, context: CellContext) -> str:
    """How long the run has been going on, and how many percent it has done, if it says so and there is room:
    ``3m 12s 40%``."""
    text = span_text(max((context.now - started_at).total_seconds(), 0.0))
    percent = view.progress.partition(" ")[0]
    is_percent = percent.endswith("%") and percent[:-1].replace(".", "", 1).isdecimal()
    return f"{text} {percent}" if is_percent and len(text) + len(percent) < context.width else text


def _in_one_unit(seconds: float) -> str:
    """A length of time rounded to its largest unit: ``24m``, ``2d``."""
    size, unit = next((size, unit) for size, unit in _UNITS if seconds >= size or size == 1)
    return f"{round(seconds / size)}{unit}"


def tags_cell(row: Row, context: CellContext) -> list[Span]:
    return [(cut(" ".join(plain(tag) for tag in row.view.tags), context.width), "accent")]


def hooks_cell(row: Row, context: CellContext) -> list[Span]:
    hooks = row.view.hooks
    told = " ".join(plain(name) for name in hooks) if hooks else "notifies nobody"
    return [(cut(told, context.width), "muted" if hooks else "late")]


def note_cell(row: Row, context: CellContext) -> list[Span]:
    return [
        (
            cut(plain(note_of(row.view)), context.width),
            _note_style(row),
        )
    ]


def _note_style(row: Row) -> str:
    return "text" if row.attention is Attention.WANTED else "muted"


def bar_cell(row: Row, context: CellContext) -> list[Span]:
    return list(bar(row.view.history, context.width, ascii_only=context.ascii_only))


def lead(row: Row, *, cursor: bool, marked: bool, ascii_only: bool) -> list[Span]:
    """Cursor, mark, glyph, running: what is seen at every width and without any colour."""
    pointer = (">" if ascii_only else "▌") if cursor else " "
    glyph, _ = status_glyph(row.view, row.status, ascii_only=ascii_only)
    running = (GLYPH_ASCII if ascii_only else GLYPH)[RUNNING] if row.view.is_running else " "
    return [
        (pointer, "accent"),
        (("+" if ascii_only else "◆") if marked else " ", "accent"),
        (glyph, style_of(row)),
        (running, "running"),
        (" ", "text"),
    ]


def style_of(row: Row) -> str:
    """The style in which the row's status is drawn: what somebody has snoozed does not shout."""
    return "calm" if row.snoozed and row.status is Status.DOWN else status_style(row.view, row.status)

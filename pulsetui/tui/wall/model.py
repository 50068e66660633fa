"""The wallboard as lines: the word for all in blocks, what must be said of it, the rows, and what there is no
room for. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from msgspec import Struct
from rich.cells import cell_len

from pulsetui.core.text.phrases import count_text, instant_text, span_text
from pulsetui.tui.draw.lines import Line, Span, cut, fit, pad, plain, wrap
from pulsetui.tui.draw.list_columns import ListContext
from pulsetui.tui.wall.font import big_lines, largest, lines_high
from pulsetui.tui.wall.rows import WallLine, WallRows
from pulsetui.tui.wall.verdict import Kind, Sorted, Tone, WallVerdict

_DRIFT_EVERY = timedelta(minutes=2)
_DRIFT = ((0, 0), (1, 0), (2, 0), (2, 1), (1, 1), (0, 1))
"""Cells to the right and down. Each step is one cell, and the last leads to the first."""
_DRIFT_WIDEST, _DRIFT_HIGHEST = 2, 1
_MARGIN = 1
_BIG_CLOCK_FROM = (76, 23)
"""Cells and lines."""
_NOTE_LINES = 3

_BASES: Mapping[Tone, str] = {"alarm": "alarm", "warn": "warn", "calm": "row", "open": "row", "well": "well"}
_INKS: Mapping[Tone, str] = {
    "alarm": "text",
    "warn": "text",
    "calm": "calm",
    "open": "accent",
    "well": "text",
}


class WallScene(Struct, frozen=True, kw_only=True):
    """What the picture depends on besides the checks. ``host`` is unsafe text."""

    width: int
    height: int
    context: ListContext
    host: str
    leave_key: str
    seen_at: datetime  # when the engine was last heard of
    connected: bool = True


def drift(now: datetime) -> tuple[int, int]:
    """How far the picture has moved to the right and down: no cell shows the same for days."""
    return _DRIFT[int(now.timestamp() // _DRIFT_EVERY.total_seconds()) % len(_DRIFT)]


def wall_lines(found: Sorted, verdict: WallVerdict, scene: WallScene) -> list[WallLine]:
    """Exactly ``height`` lines of exactly ``width`` cells."""
    ground = _BASES[verdict.tone]
    right, down = drift(scene.context.now)
    width = scene.width - 2 * _MARGIN - _DRIFT_WIDEST
    head = _head(scene, width)
    room = scene.height - _DRIFT_HIGHEST - len(head) - 1
    said = _said(found, verdict, scene, width, room)
    free = room - len(said) - 2  # two lines of air
    # A third is the word's; the rows take what they need of the rest, and the word what they leave.
    least = len(_headline(verdict, width, room // 3, scene.context)) if found.rows else 0
    shown, more = WallRows(found.rows, scene.context, width).within(max(free - least, 0))
    high = max(room // 3, min(free - len(shown), room // 2)) if shown else free
    big = _headline(verdict, width, high, scene.context)
    left = max(room - len(big) - len(said) - len(shown), 0)
    # Alone, the word stands in the middle; rows stand close below what is said of all of them.
    above = min(max(left - 2, 0), 1) if shown else left // 2
    lines = [
        *_blank(down, ground),
        *_on(ground, head),
        *_blank(above, ground),
        *_on(ground, big),
        *_blank(min(left - above, 1), ground),
        *_on(ground, said),
        *_blank(1 if shown and left - above > 1 else 0, ground),
        *shown,
    ][: down + len(head) + room]
    lines += _blank(scene.height - len(lines) - 1 - (_DRIFT_HIGHEST - down), ground)
    lines += [*_on(ground, [_foot(more, scene, width)]), *_blank(_DRIFT_HIGHEST - down, ground)]
    margin: Span = (" " * (_MARGIN + right), "text")
    return [WallLine(tuple(fit([margin, *line.spans], scene.width)), line.base) for line in lines]


def _on(ground: str, lines: Iterable[Line]) -> list[WallLine]:
    return [WallLine(line, ground) for line in lines]


def _blank(count: int, ground: str) -> list[WallLine]:
    return _on(ground, [()] * max(count, 0))


# The lines at the top and at the bottom


def _head(scene: WallScene, width: int) -> list[Line]:
    """Whose checks these are, and the clock, by which one sees that the picture is alive."""
    context = scene.context
    local = context.now.astimezone(context.zone)
    host, zone, seconds = plain(scene.host), plain(str(context.zone)), f"{local:%H:%M:%S}"
    if scene.width < _BIG_CLOCK_FROM[0] or scene.height < _BIG_CLOCK_FROM[1]:
        tails = (f"{local:%a} {seconds} {zone}", f"{seconds} {zone}")
        tail = next((tail for tail in tails if cell_len(tail) < width * 2 // 3), f"{seconds} {local:%Z}")
        return [(*fit([(host, "strong")], width - cell_len(tail) - 1), (f" {tail}", "text"))]
    clock = big_lines(f"{local:%H:%M}", 1, ascii_only=context.ascii_only)
    beside = [f"{local:%A}", f"{local.day} {local:%B}", zone, *[""] * len(clock)]
    names = [host, f"PulseTUI {seconds}", *[""] * len(clock)]
    wide = max(map(cell_len, beside)) + 2
    room = width - wide - len(clock[0])
    return [
        ((pad(name, room), "strong"), (f"{pad(text, wide - 2, 'right')}  ", "text"), (drawn, "text"))
        for name, text, drawn in zip(names, beside, clock, strict=False)
    ]


def _foot(more: str, scene: WallScene, width: int) -> Line:
    leave = f" {scene.leave_key} leaves"
    return (*fit([(more, "strong")], width - cell_len(leave)), (leave, "muted"))


# The word for all, and what must be said below it


def _headline(verdict: WallVerdict, width: int, height: int, context: ListContext) -> list[Line]:
    """As large as there is room for, at the smallest size without; in plain letters where it is too wide."""
    ascii_only, ink = context.ascii_only, _INKS[verdict.tone]
    least = lines_high(1, ascii_only=ascii_only)
    drawn = largest(verdict.words, width, max(height, least), ascii_only=ascii_only)
    return [((line, ink),) for line in drawn or [verdict.words]]


def _said(found: Sorted, verdict: WallVerdict, scene: WallScene, width: int, room: int) -> list[Line]:
    """How old it is if it is, the counts, and the notes: cut to what there is room for."""
    context, texts = scene.context, list[str]()
    if not scene.connected:
        at = instant_text(scene.seen_at, context.zone, context.now, seconds=True)
        texts.append(f"Last known {at}, {span_text((context.now - scene.seen_at).total_seconds())} ago")
    texts += [_counted(found), *verdict.notes]
    lines: list[str] = []
    for text in filter(None, texts):
        lines += _cut_lines(plain(text), width, _NOTE_LINES if room > 16 else 2)
    return [((line, "text"),) for line in lines[: max(room // 2 - 1, 1)]]


def _counted(found: Sorted) -> str:
    """``42 checks: 1 down, 2 late, 39 up; 3 snoozed``; "" without any."""
    counts = [f"{found.counts[kind]} {kind}" for kind in Kind if found.counts[kind]]
    silenced = ((found.snoozed, "snoozed"), (found.maintained, "in maintenance"))
    overlays = [f"; {count} {word}" for count, word in silenced if count]
    return f"{count_text(found.total, 'check')}: {', '.join(counts)}{''.join(overlays)}" if counts else ""


def _cut_lines(text: str, width: int, most: int) -> list[str]:
    lines = wrap(text, width)
    if len(lines) <= most:
        return lines
    return [*lines[: most - 1], cut(" ".join(lines[most - 1 :]), width)]

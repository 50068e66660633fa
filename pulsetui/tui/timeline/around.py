"""The lines around the lanes of the timeline: title, axis, how many run at once, the cell of the cursor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo

from msgspec import Struct

from pulsetui.client.views import CheckView, TimelineLane
from pulsetui.core.text.phrases import count_text, instant_text
from pulsetui.tui.draw.lines import Line, Span, cut, fit, name_of
from pulsetui.tui.timeline.lanes import SPOT
from pulsetui.tui.timeline.model import ZOOMS, LaneCells, TimelineWindow, Unwatched, crowd, crowd_rows
from pulsetui.tui.timeline.words import axis, readout, span_words, zoom_words

_LONG_CELL = timedelta(minutes=50)  # from this on a cell says when it ends, too
_CROWDED = 3
_CROWD_FROM, LEGEND_FROM, COMPANY_FROM = 14, 16, 22  # lines of the screen that each of them needs
_MAX_CROWD = 6
_AROUND = 7  # lines besides lanes and bars: title, axis, readout, legend, hints
_NAME_FROM = 70  # columns


class Surroundings(Struct, frozen=True, kw_only=True):
    """What these lines are drawn from, besides the lanes themselves."""

    width: int  # of the screen, in cells
    height: int
    window: TimelineWindow
    at: int  # the cell under the cursor
    name_cells: int  # before the first cell of time
    lanes: int  # how many there are
    now: datetime
    zone: tzinfo
    ascii_only: bool

    def when(self, at: datetime) -> str:
        """An instant as the person reads it."""
        return instant_text(at, self.zone, self.now)


def title_line(around: Surroundings, zoom: int, total: int) -> Line:
    """The zoom, and as much of the span and the zone as fits; ``total`` checks there are without the
    filter."""
    left: list[Span] = [(" Timeline  ", "title"), (zoom_words(ZOOMS[zoom]), "strong")]
    right: list[Span] = []
    if around.lanes < total:
        right.append((f"{around.lanes} of {count_text(total, 'check')}, as filtered ", "accent"))
    for text in (f"  {span_words(around.window, around.zone)}", f"  ({around.zone})"):
        if sum(len(part) for part, _ in (*left, *right)) + len(text) <= around.width:
            left.append((text, "muted"))
    room = max(around.width - sum(len(part) for part, _ in right), 0)
    return (*fit(left, room), *right) if right else tuple(fit(left, around.width))


def head_lines(around: Surroundings, drawn: Sequence[LaneCells]) -> list[Line]:
    """How many run at once, the days, the hours."""
    window, left = around.window, around.name_cells
    lines = _crowd_lines(around, crowd(drawn, window.cells))
    day_line, clock = axis(window, around.zone, around.now, ascii_only=around.ascii_only)
    lines.append((*fit([(f" {around.zone}", "muted")], left), *day_line))
    lines.append((*fit([("", "head")], left), *_spotted(clock, around.at)))
    return lines


def _crowd_lines(around: Surroundings, counts: Sequence[int]) -> list[Line]:
    rows, left = _crowd_rows(around), around.name_cells
    if not rows:
        return []
    peak = max(counts, default=0)
    label = [f" {cut(f'at once, peak {peak}', left - 2)}", ""]
    if peak >= _CROWDED:
        label[1] = cut(f" {around.when(around.window.start(counts.index(peak)))}", left - 1)
    lines: list[Line] = []
    for row, bars in enumerate(crowd_rows(counts, rows, ascii_only=around.ascii_only)):
        text = label[row] if row < len(label) else ""
        lines.append((*fit([(text, "muted")], left), *_crowd_spans(bars, counts, peak)))
    return lines


def _crowd_rows(around: Surroundings) -> int:
    """Lines of the bars over the axis: more of them where the lanes leave room."""
    if around.height < _CROWD_FROM:
        return 0
    if around.height < COMPANY_FROM or around.ascii_only:
        return 1
    spare = around.height - around.lanes - _AROUND
    return min(max(spare // 2, 2), _MAX_CROWD)


def _crowd_spans(bars: str, counts: Sequence[int], peak: int) -> list[Span]:
    """Bars; crowds stand out, and the highest of them most."""
    spans: list[Span] = []
    for bar, count in zip(bars, counts, strict=True):
        crowded = count >= _CROWDED
        spans.append((bar, "warning" if crowded and count == peak else "accent" if crowded else "faint"))
    return spans


def _spotted(line: Line, at: int) -> Line:
    """The line with one cell in the style of the cursor; every character of it is one cell wide."""
    cells = [(character, style) for text, style in line for character in text]
    if 0 <= at < len(cells):
        cells[at] = (cells[at][0], SPOT)
    return tuple(cells)


def cell_line(around: Surroundings, view: CheckView, lane: TimelineLane | None, unwatched: Unwatched) -> Line:
    """What happened to the check in the cell under the cursor."""
    window, at = around.window, around.at
    when = around.when(window.start(at))
    if window.cell >= _LONG_CELL:
        when += f" to {window.start(at + 1).astimezone(around.zone):%H:%M}"
    name: list[Span] = [(f"{cut(name_of(view), 40)}  ", "strong")] if around.width >= _NAME_FROM else []
    said = readout(lane, window, at, around.now, around.zone, unwatched)
    return ((f" {when}  ", "accent"), *name, *said)


def company_line(at: int, drawn: Mapping[str, LaneCells], checks: Mapping[str, CheckView]) -> Line:
    """The checks that run in the cell ``at``, by name."""
    busy = [name_of(checks[slug]) for slug, one in drawn.items() if at in one.busy and slug in checks]
    if not busy:
        return ((" nothing else runs then", "muted"),)
    jobs = f"{count_text(len(busy), 'job')} in this cell"
    style = "warning" if len(busy) >= _CROWDED else "muted"
    return ((f" {jobs}: ", style), (", ".join(busy), "muted"))

"""The timeline without a screen: a window of time cut into cells, and what stands in the cells of a lane.

Everything here counts in UTC, so that a day of 23 or 25 hours is drawn as long as it is; only the axis and
the words (``timeline_words``) know of zones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from msgspec import Struct

from pulsetui.client.views import TimelineLane, TimelineRun
from pulsetui.core.state.status import Outcome, Reason

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ZOOMS: tuple[timedelta, ...] = (
    *(HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY),
    *(2 * DAY, 4 * DAY, 7 * DAY, 14 * DAY, 30 * DAY),
)
"""What a screen may span, from the closest to the widest."""
START_ZOOM = ZOOMS.index(DAY)
NOW_AT = 0.75
"""Where "now" stands in the window: so much of it is past."""
FARTHEST = timedelta(days=800)
"""Nothing is kept or planned beyond that."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EIGHTHS = " ▎▎▍▌▋▊▉█"
_USUAL_SHARE = 0.6
_NEARLY, _HALF_LEAST = 0.75, 0.3  # there is no other block on the right side than a half and an eighth
_MIN_PEAK = 4  # so many jobs at once fill the density row: one alone must not look like a crowd


class CellMark(StrEnum):
    """What a cell shows. Of several things in one cell the one that comes last here wins."""

    NONE = "none"
    DAY = "day"  # a midnight
    MAINTENANCE = "maintenance"  # a window is open, or will be
    DOWN = "down"  # an incident is open
    UNWATCHED = "unwatched"
    NOW = "now"
    DUE = "due"  # a slot still to come
    DEPLOY = "deploy"  # new code came
    SUCCESS = "success"
    CATCH_UP = "catch_up"  # a good run that made up for a missed slot
    RUNNING = "running"  # a run goes on here
    TIP = "tip"  # its end so far: now
    STUCK = "stuck"  # a run that does not end
    BODY = "body"  # a run that ended badly, before its end
    SKIPPED = "skipped"
    RAN_TWICE = "ran_twice"
    OVERLAP = "overlap"
    ORPHAN = "orphan"
    HUNG = "hung"
    TOO_SHORT = "too_short"
    UNMET = "unmet"
    FAILED = "failed"
    MISSED = "missed"


_RANK: Mapping[CellMark, int] = MappingProxyType({mark: rank for rank, mark in enumerate(CellMark)})
_BAD: Mapping[Outcome, CellMark] = MappingProxyType(
    {
        Outcome.ORPHAN: CellMark.ORPHAN,
        Outcome.HUNG: CellMark.HUNG,
        Outcome.TOO_SHORT: CellMark.TOO_SHORT,
        Outcome.UNMET: CellMark.UNMET,
        Outcome.FAILED: CellMark.FAILED,
    }
)
_ODD: Mapping[Reason, CellMark] = MappingProxyType(
    {Reason.RAN_TWICE: CellMark.RAN_TWICE, Reason.OVERLAP: CellMark.OVERLAP}
)
GLYPHS: Mapping[CellMark, tuple[str, str, str]] = MappingProxyType(
    {  # glyph, the same in ASCII, style; the shapes differ so that colour only helps
        CellMark.NONE: (" ", " ", "text"),
        CellMark.DAY: ("┊", ":", "border"),
        CellMark.MAINTENANCE: ("╱", "%", "paused"),
        CellMark.DOWN: ("▁", "_", "down"),
        CellMark.UNWATCHED: ("░", "?", "muted"),
        CellMark.NOW: ("│", "|", "accent"),
        CellMark.DUE: ("◦", ".", "muted"),
        CellMark.DEPLOY: ("▲", "^", "accent"),
        CellMark.SUCCESS: ("▌", "I", "bar-success"),
        CellMark.CATCH_UP: ("↶", "c", "accent"),
        CellMark.RUNNING: ("━", "=", "running"),
        CellMark.TIP: ("▶", ">", "running"),
        CellMark.STUCK: ("━", "=", "bar-warned"),
        CellMark.BODY: ("━", "=", "bar-failed"),
        CellMark.SKIPPED: ("»", "/", "muted"),
        CellMark.RAN_TWICE: ("⇉", "2", "bar-warned"),
        CellMark.OVERLAP: ("╪", "#", "bar-warned"),
        CellMark.ORPHAN: ("◌", "o", "bar-warned"),
        CellMark.HUNG: ("◌", "o", "bar-warned"),
        CellMark.TOO_SHORT: ("▾", "v", "bar-failed"),
        CellMark.UNMET: ("≠", "!", "bar-failed"),
        CellMark.FAILED: ("✖", "x", "bar-failed"),
        CellMark.MISSED: ("□", "M", "chip-down"),
    }
)


class TimelineWindow(Struct, frozen=True):
    """``cells`` cells of equal length from ``since`` on."""

    since: datetime
    cell: timedelta
    cells: int

    @property
    def until(self) -> datetime:
        return self.since + self.cell * self.cells

    def start(self, index: int) -> datetime:
        """Where a cell begins; the cells need not be in the window."""
        return self.since + self.cell * index

    def index(self, at: datetime) -> int:
        """The cell that holds the instant; below 0 or from ``cells`` on when it lies outside."""
        return (at - self.since) // self.cell

    def holds(self, at: datetime) -> bool:
        return 0 <= self.index(at) < self.cells

    def clip(self, start: datetime, end: datetime) -> range:
        """The cells of the window that a span touches; at least one for a span inside it."""
        first, last = self.index(start), self.index(max(end, start))
        if last > first and self.start(last) == end:
            last -= 1  # it ends where that cell begins
        return range(max(first, 0), min(last, self.cells - 1) + 1)


Unwatched = Sequence[tuple[datetime, datetime, str]]


class LaneCells(Struct, frozen=True):
    """The cells of one lane."""

    marks: list[CellMark]
    fills: list[float]  # how much of each cell successful runs cover
    busy: set[int]  # the cells in which it ran, runs, or will run
    leaning: set[int]  # long successes that begin within this cell and go on in the next

    def paint(self, indexes: Iterable[int], mark: CellMark) -> None:
        """Puts the mark where nothing more important stands."""
        rank = _RANK[mark]
        for index in indexes:
            if rank > _RANK[self.marks[index]]:
                self.marks[index] = mark


# Moving the window


def window_at(now: datetime, zoom: timedelta, cells: int) -> TimelineWindow:
    """The window that has ``now`` in its place. Its cells stand on a fixed grid, so that nothing moves from
    one cell to the next only because time has passed."""
    cells = max(cells, 1)
    cell = cell_of(zoom, cells)
    return _on_grid(now - cell * int(cells * NOW_AT), cell, cells)


def panned(window: TimelineWindow, by: int, now: datetime) -> TimelineWindow:
    """Moved by so many cells, not farther than ``FARTHEST`` from now."""
    away = min(max(window.since - now + window.cell * by, -FARTHEST), FARTHEST)
    return _on_grid(now + away, window.cell, window.cells)


def zoomed(window: TimelineWindow, zoom: timedelta, at: int) -> TimelineWindow:
    """Another length; what stands in the cell ``at`` stays there."""
    cell = cell_of(zoom, window.cells)
    middle = window.start(at) + window.cell / 2
    return _on_grid(middle - cell * at, cell, window.cells)


def resized(window: TimelineWindow, cells: int, zoom: timedelta) -> TimelineWindow:
    """The same time in another number of cells."""
    return _on_grid(window.since, cell_of(zoom, cells), max(cells, 1))


def cell_of(zoom: timedelta, cells: int) -> timedelta:
    """The length of a cell: whole seconds, so that the times in the words are the times of the cells."""
    return timedelta(seconds=max(round(zoom.total_seconds() / max(cells, 1)), 1))


def _on_grid(since: datetime, cell: timedelta, cells: int) -> TimelineWindow:
    return TimelineWindow(_EPOCH + (since - _EPOCH) // cell * cell, cell, cells)


# What stands in the cells


def lane_cells(
    lane: TimelineLane, window: TimelineWindow, now: datetime, unwatched: Unwatched = ()
) -> LaneCells:
    """The cells of one check. Past runs and gaps, what goes on now, and slots to come."""
    drawn = LaneCells([CellMark.NONE] * window.cells, [0.0] * window.cells, set(), set())
    for opens, closes, _ in lane.maintenance:
        drawn.paint(window.clip(opens, closes), CellMark.MAINTENANCE)
    for since, until in lane.down:
        if since < now:
            drawn.paint(window.clip(since, min(until or now, now)), CellMark.DOWN)
    for since, until, _ in unwatched:
        drawn.paint(window.clip(since, until), CellMark.UNWATCHED)
    if window.holds(now):
        drawn.paint([window.index(now)], CellMark.NOW)
    for at in lane.upcoming:
        if at > now and window.holds(at):
            drawn.paint([window.index(at)], CellMark.DUE)
            drawn.busy.add(window.index(at))
    for begin, end, _ in lane.deploys:
        drawn.paint(window.clip(begin, end or now), CellMark.DEPLOY)
    for run in lane.runs:
        _paint_run(drawn, run, window, now)
    drawn.paint([window.index(at) for at in lane.missed if window.holds(at)], CellMark.MISSED)
    return drawn


def _paint_run(drawn: LaneCells, run: TimelineRun, window: TimelineWindow, now: datetime) -> None:
    span = span_of(run, now)
    if span is None:
        return
    start, end = span
    covered = window.clip(start, end)
    if not covered:
        return
    drawn.busy.update(covered)
    if run.outcome is Outcome.SKIPPED:
        drawn.paint(covered[-1:], CellMark.SKIPPED)
        return
    if run.outcome is Outcome.SUCCESS:
        drawn.paint(covered, CellMark.SUCCESS)
        if len(covered) > 1 and window.holds(start) and end - start >= window.cell / 2:
            drawn.leaning.add(covered[0])
        for index in covered:
            begin = window.start(index)
            share = (min(end, begin + window.cell) - max(start, begin)) / window.cell
            drawn.fills[index] = min(drawn.fills[index] + max(share, 0.0), 1.0)
        if run.catch_up is not None:
            drawn.paint(covered[-1:], CellMark.CATCH_UP)
        elif run.oddity is not None and end <= window.until:
            drawn.paint(covered[-1:], _ODD[run.oddity])
        return
    ends_here = end <= window.until
    if run.outcome is Outcome.RUNNING:
        drawn.paint(covered, CellMark.RUNNING)
        drawn.paint(covered[-1:] if ends_here else (), CellMark.TIP)
        return
    stuck = run.outcome in (Outcome.HUNG, Outcome.ORPHAN)
    drawn.paint(covered, CellMark.STUCK if stuck else CellMark.BODY)
    if run.ended_at is None:  # nobody knows its end: its start is what is known
        drawn.paint([window.index(start)] if window.holds(start) else (), _BAD[run.outcome])
    else:
        drawn.paint(covered[-1:] if ends_here else (), _BAD[run.outcome])


def span_of(run: TimelineRun, now: datetime) -> tuple[datetime, datetime] | None:
    """From start to end; one that goes on reaches to now. An orphan's end is unknown: it is a point."""
    start = run.started_at or run.ended_at
    if start is None:
        return None
    if run.ended_at is not None:
        return start, max(run.ended_at, start)
    goes_on = run.outcome in (Outcome.RUNNING, Outcome.HUNG)
    return start, max(now, start) if goes_on else start


def crowd(lanes: Iterable[LaneCells], cells: int) -> list[int]:
    """How many checks run in each cell, or will."""
    counts = [0] * cells
    for lane in lanes:
        for index in lane.busy:
            counts[index] += 1
    return counts


def next_event(lane: TimelineLane, after: datetime, now: datetime, *, back: bool = False) -> datetime | None:
    """The nearest instant at which something began, was missed or will begin: where the cursor jumps to."""
    starts = [span[0] for run in lane.runs if (span := span_of(run, now)) is not None]
    points = [*starts, *lane.missed, *(at for at in lane.upcoming if at > now)]
    if back:
        return max((at for at in points if at < after), default=None)
    return min((at for at in points if at >= after), default=None)


# Drawing


def glyph_of(
    mark: CellMark, fill: float = 0.0, *, leans: bool = False, ascii_only: bool = False
) -> tuple[str, str]:
    """The character of a cell and its style. A success is as wide as its share of the cell, never less than
    can be seen; one that leans touches the cell on the right."""
    glyph, letter, style = GLYPHS[mark]
    if mark is CellMark.SUCCESS:
        if ascii_only:
            return ("#" if fill > _USUAL_SHARE else letter), style
        if leans and fill < _NEARLY:
            return ("▕" if fill < _HALF_LEAST else "▐"), style
        return _EIGHTHS[max(round(fill * 8), 1)], style
    return (letter if ascii_only else glyph), style


def crowd_rows(counts: Sequence[int], rows: int, *, ascii_only: bool = False) -> list[str]:
    """The counts as columns of at most ``rows`` lines, the topmost first; in ASCII one line of digits."""
    if ascii_only:
        return ["".join(" " if not count else str(count) if count < 10 else "+" for count in counts)]
    most = max(_MIN_PEAK, *counts) if counts else _MIN_PEAK
    heights = [-(-count * rows * 8 // most) for count in counts]
    return [
        "".join(" ▁▂▃▄▅▆▇█"[min(max(height - 8 * row, 0), 8)] for height in heights)
        for row in reversed(range(rows))
    ]

"""The timeline in the person's own zone: the axis above it, and what stands under the cursor in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time, timedelta, tzinfo

from pulsetui.client.status_words import run_word
from pulsetui.client.views import TimelineLane, TimelineRun
from pulsetui.core.state.status import Outcome
from pulsetui.core.text.phrases import count_text, duration_text, instant_text, span_text
from pulsetui.core.text.visible import visible
from pulsetui.tui.draw.distances import far_off
from pulsetui.tui.draw.lines import Line, Span, fit, width_of
from pulsetui.tui.timeline.model import DAY, GLYPHS, HOUR, CellMark, TimelineWindow, Unwatched, span_of

_MINUTE = timedelta(minutes=1)
_STEPS = (
    *(_MINUTE * n for n in (1, 2, 5, 10, 15, 30)),
    *(HOUR * n for n in (1, 2, 3, 4, 6, 12)),
)
_DAY_STEPS = (1, 2, 7, 14, 28)
_GRAIN = timedelta(minutes=1)
_HOUR_CELLS = 7  # "│02:00" and a blank
_MANY = 3  # from so many runs in one cell they are counted instead of told


# The axis


def hours(window: TimelineWindow, zone: tzinfo) -> list[tuple[int, str]]:
    """Cells and clock times of the ticks within days, as close as their labels allow; none when a label
    would not fit between two midnights.

    The instants are walked in UTC and kept where the wall clock shows a round time: an hour that does not
    exist has no tick, one that comes twice has two.
    """
    step = next((step for step in _STEPS if window.cell * _HOUR_CELLS <= step), None)
    if step is None:
        return []
    grain = next(grain for grain in (15 * _MINUTE, 5 * _MINUTE, _GRAIN) if step % grain == timedelta())
    at = _ceil(window.since, grain)
    found: list[tuple[int, str]] = []
    minutes = step // _MINUTE
    while at < window.until:
        local = at.astimezone(zone)
        if (local.hour * 60 + local.minute) % minutes == 0 and local.second == 0:
            found.append((window.index(at), f"{local:%H:%M}"))
        at += grain
    return found


def midnights(window: TimelineWindow, zone: tzinfo) -> list[tuple[int, datetime]]:
    """The cells in which a local day begins, with that day's first instant on the wall clock."""
    day = (window.since - DAY).astimezone(zone).date()
    found: list[tuple[int, datetime]] = []
    while True:
        # Where clocks skip midnight, the day begins at the first time that exists.
        begins = datetime.combine(day, time(), zone).astimezone(UTC)
        if begins >= window.until:
            return found
        if begins >= window.since:
            found.append((window.index(begins), begins.astimezone(zone)))
        day += DAY


def _ceil(at: datetime, grain: timedelta) -> datetime:
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return epoch - (epoch - at) // grain * grain


def axis(
    window: TimelineWindow, zone: tzinfo, now: datetime, *, ascii_only: bool = False
) -> tuple[Line, Line]:
    """Two lines as wide as the window: the days, and the hours with the place of now."""
    bar = "|" if ascii_only else "│"
    starts = midnights(window, zone)
    days = _Row(window.cells)
    for index, local in _spaced_days(starts, window):
        room = _days_apart(starts, window)
        days.put(index, bar + _day_text(local, room - 1), "head-sorted", exact=True)
    first = window.since.astimezone(zone)
    days.put(0, _day_text(first, window.cells), "head")
    clock = _Row(window.cells)
    if window.holds(now):
        label = f"{'v' if ascii_only else '▼'}{now.astimezone(zone):%H:%M}"
        at = min(window.index(now), window.cells)
        clock.put(at, label, "accent", exact=True)
        clock.put(at, label[0], "accent", exact=True)
    ticks = hours(window, zone)
    for index, text in ticks:
        clock.put(index, bar + text, "head", exact=True)
    if not ticks:
        for index, _ in starts:
            clock.put(index, bar, "border", exact=True)
    return days.line(), clock.line()


def _days_apart(starts: Sequence[tuple[int, datetime]], window: TimelineWindow) -> int:
    """Cells from one labelled day to the next."""
    return max(int(DAY / window.cell), 1) * _day_step(starts, window)


def _day_step(starts: Sequence[tuple[int, datetime]], window: TimelineWindow) -> int:
    per_day = max(DAY / window.cell, 0.01)
    return next((step for step in _DAY_STEPS if per_day * step >= 8), _DAY_STEPS[-1])


def _spaced_days(
    starts: Sequence[tuple[int, datetime]], window: TimelineWindow
) -> list[tuple[int, datetime]]:
    """Every day, every other one, or weeks from their Mondays."""
    step = _day_step(starts, window)
    if step >= 7:
        return [(index, at) for index, at in starts if (at.date().toordinal() - 1) % step == 0]
    return [(index, at) for index, at in starts if at.date().toordinal() % step == 0]


def _day_text(local: datetime, room: int) -> str:
    for text in (f"{local:%A} {local.day} {local:%B}", f"{local:%a} {local.day} {local:%b}"):
        if len(text) + 1 <= room:
            return text
    return f"{local:%a} {local.day}"


class _Row:
    """Labels on a line; a label that would touch another is left out."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._taken: list[tuple[int, int, str, str]] = []

    def put(self, at: int, text: str, style: str, *, exact: bool = False) -> None:
        """``exact`` labels show where they stand by their first character, so they are never moved."""
        end = at + len(text)
        if end > self._width or at < 0:
            return
        gap = 0 if exact else 1
        if all(end + gap <= left or at >= right + 1 for left, right, _, _ in self._taken):
            self._taken.append((at, end, text, style))

    def line(self) -> Line:
        spans: list[Span] = []
        at = 0
        for left, right, text, style in sorted(self._taken):
            spans += [(" " * (left - at), "head"), (text, style)]
            at = right
        return tuple(fit(spans, self._width, fill="head"))


# Words


def span_words(window: TimelineWindow, zone: tzinfo) -> str:
    """What the window shows: ``Mon 9 Mar 15:30 to Tue 10 Mar 15:30``."""
    first, last = window.since.astimezone(zone), window.until.astimezone(zone)
    return f"{first:%a} {first.day} {first:%b %H:%M} to {last:%a} {last.day} {last:%b %H:%M}"


def zoom_words(zoom: timedelta) -> str:
    """``24 hours``, ``7 days``."""
    if zoom <= DAY:
        count = zoom // HOUR
        return count_text(count, "hour")
    return f"{zoom // DAY} days"


def readout(
    lane: TimelineLane | None,
    window: TimelineWindow,
    at: int,
    now: datetime,
    zone: tzinfo,
    unwatched: Unwatched = (),
) -> list[Span]:
    """What happened in the cell ``at`` of a lane, or else how things stood and what is nearest."""
    if lane is None:
        return [("reading…", "muted")]
    since, until = window.start(at), window.start(at + 1)
    said = [*_missed(lane, since, until, zone), *_runs(lane, window, at, now, zone)]
    said += _due(lane, since, until, now, zone)
    maintained = _maintained(lane, window, at, now, zone)
    if not said:
        said = _between(lane, since, until, now, zone, unwatched)
    if not (said or maintained):
        said = [("nothing known", "muted")]
    said += [*maintained, *_deployed(lane, window, at, now, zone)]
    spans: list[Span] = []
    for text, style in said:
        spans += [("; ", "muted"), (text, style)] if spans else [(text, style)]
    return spans


def _missed(lane: TimelineLane, since: datetime, until: datetime, zone: tzinfo) -> list[Span]:
    missed = [at for at in lane.missed if since <= at < until]
    if not missed:
        return []
    if len(missed) > _MANY:
        return [(f"{len(missed)} runs missed", "down")]
    times = ", ".join(_clock(at, zone) for at in missed)
    return [(f"{times} missed: no report", "down")]


def _runs(lane: TimelineLane, window: TimelineWindow, at: int, now: datetime, zone: tzinfo) -> list[Span]:
    runs = []
    for run in lane.runs:
        span = span_of(run, now)
        if span is not None and at in window.clip(*span):
            runs.append(run)
    if len(runs) <= _MANY:
        return [_run(run, now, zone) for run in runs]
    counts = Counter(run_word(run.outcome, run.oddity) for run in runs)
    parts = ", ".join(f"{count} {word}" for word, count in counts.items())
    worst = "text" if set(counts) <= {"success", "running", "skipped"} else "down"
    return [(f"many runs: {parts}", worst)]


_STYLES = {Outcome.SUCCESS: "up", Outcome.SKIPPED: "muted"}


def _run(run: TimelineRun, now: datetime, zone: tzinfo) -> Span:
    text, style = _regular(run, now, zone)
    if run.catch_up is None:
        return text, style
    return f"catch-up for {_when(run.catch_up, zone, now)}: {text}", style


def _regular(run: TimelineRun, now: datetime, zone: tzinfo) -> Span:
    word = run_word(run.outcome, run.oddity)
    begun = run.started_at
    if run.outcome is Outcome.RUNNING and begun is not None:
        return (
            f"running since {_clock(begun, zone)}, {span_text((now - begun).total_seconds())} so far",
            "running",
        )
    style = _STYLES.get(run.outcome, "down")
    if run.oddity is not None and run.outcome is Outcome.SUCCESS:
        style = "late"
    if begun is None:
        return (f"{_clock(run.ended_at, zone)} {word}" if run.ended_at else word), style
    if run.ended_at is None:
        return f"{_clock(begun, zone)} started and never ended ({word})", "late"
    took = duration_text((run.ended_at - begun).total_seconds())
    return f"{_clock(begun, zone)} {word}, took {took}", style


def _due(lane: TimelineLane, since: datetime, until: datetime, now: datetime, zone: tzinfo) -> list[Span]:
    due = [at for at in lane.upcoming if since <= at < until and at > now]
    if not due:
        return []
    more = f" and {len(due) - 1} more" if len(due) > 1 else ""
    return [(f"due {_clock(due[0], zone)}{more}, {far_off(due[0], now)}", "text")]


def _maintained(
    lane: TimelineLane, window: TimelineWindow, at: int, now: datetime, zone: tzinfo
) -> list[Span]:
    """The windows of maintenance that the cell lies in."""
    return [
        (f"maintenance {visible(name)} until {_when(end, zone, now)}: no alerts", "paused")
        for begin, end, name in lane.maintenance
        if at in window.clip(begin, end)
    ]


def _deployed(lane: TimelineLane, window: TimelineWindow, at: int, now: datetime, zone: tzinfo) -> list[Span]:
    """The deploys of the cell."""
    return [
        (
            f"deploy {visible(release)}, "
            + (f"over {_when(end, zone, now)}" if end is not None else "which still goes on"),
            "accent",
        )
        for begin, end, release in lane.deploys
        if at in window.clip(begin, end or now)
    ]


def _between(
    lane: TimelineLane, since: datetime, until: datetime, now: datetime, zone: tzinfo, unwatched: Unwatched
) -> list[Span]:
    """Words for a cell in which nothing begins or ends."""
    for start, end, why in unwatched:
        if min(end, until) - max(start, since) >= (until - since) / 2:  # a short one explains nothing
            return [(f"unwatched from {_when(start, zone, now)} to {_when(end, zone, now)}: {why}", "muted")]
    if since > now:
        following = next((at for at in lane.upcoming if at >= until), None)
        if following is None:
            return [("nothing scheduled here", "muted")]
        return [(f"next due {_when(following, zone, now)}, {far_off(following, now)}", "muted")]
    for began, ended in lane.down:
        if began < until and (ended or now) >= since:
            return [(f"down since {_when(began, zone, now)}", "down"), *_before(lane, since, now, zone)]
    return _before(lane, since, now, zone)


def _before(lane: TimelineLane, since: datetime, now: datetime, zone: tzinfo) -> list[Span]:
    """The last run that had ended by then."""
    ended = [run for run in lane.runs if (span := span_of(run, now)) is not None and span[1] < since]
    if not ended:
        return []
    last = max(ended, key=lambda run: run.ended_at or run.started_at or since)
    at = last.started_at or last.ended_at
    text = f"previous run {_when(at, zone, now) if at else ''}: {run_word(last.outcome, last.oddity)}"
    return [(text, "muted")]


def _when(at: datetime, zone: tzinfo, now: datetime) -> str:
    return instant_text(at, zone, now)


def _clock(at: datetime, zone: tzinfo) -> str:
    local = at.astimezone(zone)
    return f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"


_LEGEND: tuple[tuple[Sequence[CellMark], str], ...] = (
    ((CellMark.SUCCESS,), "success"),
    ((CellMark.MISSED,), "missed"),
    ((CellMark.FAILED,), "failed"),
    ((CellMark.DOWN,), "down"),
    ((CellMark.RUNNING, CellMark.TIP), "running"),
    ((CellMark.DUE,), "due"),
    ((CellMark.HUNG,), "hung or lost"),
    ((CellMark.UNMET,), "bad result"),
    ((CellMark.TOO_SHORT,), "too short"),
    ((CellMark.SKIPPED,), "skipped"),
    ((CellMark.RAN_TWICE,), "ran twice"),
    ((CellMark.OVERLAP,), "overlap"),
    ((CellMark.UNWATCHED,), "unwatched"),
    ((CellMark.MAINTENANCE,), "maintenance"),
    ((CellMark.CATCH_UP,), "catch-up"),
    ((CellMark.DEPLOY,), "deploy"),
)


def legend(width: int, *, ascii_only: bool = False, shown: Iterable[CellMark] | None = None) -> Line:
    """What the marks mean, as many as fit; with ``shown`` those first that are on the screen."""
    on_screen = frozenset(shown) if shown is not None else frozenset(CellMark)
    entries = sorted(_LEGEND, key=lambda entry: not on_screen & set(entry[0]))
    spans: list[Span] = []
    for marks, word in entries:
        entry: list[Span] = [("   " if spans else " ", "text")]
        for mark in marks:
            glyph, letter, style = GLYPHS[mark]
            entry.append((letter if ascii_only else glyph, style))
        entry.append((f" {word}", "muted"))
        if width_of(spans) + width_of(entry) >= width:
            break
        spans += entry
    return tuple(fit(spans, width))

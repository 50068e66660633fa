"""The plots of the overview: how long the runs took, and one for each metric they report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache

from msgspec import Struct

from pulsetui.client.views import CheckDetails, CheckView, RunView
from pulsetui.core.proof.expect import DURATION, Expectation, ExpectationError
from pulsetui.core.state.status import Outcome
from pulsetui.core.text.phrases import day_text, duration_text, number_text, span_text
from pulsetui.tui.details.pane import PaneContext
from pulsetui.tui.details.run_model import is_slow, tone_of, usual_duration, usual_metric
from pulsetui.tui.draw.lines import Line, cut, fit, pad, plain, wrap
from pulsetui.tui.draw.plot import Band, Sample, Tone, gutter_of, plot, shape

_MAX_METRICS = 6
_MIN_PICTURED_S = 0.005  # all of less is "0.00s" to a reader: bars would picture nothing but noise
_LIMIT_NEAR = 1.6  # max_runtime is drawn when it is at most so many times the slowest run
_HEIGHTS = ((30, 8), (26, 6), (20, 5), (0, 4))  # lines of the pane → rows of a plot
_Words = Callable[[float], str]


class Block(Struct, frozen=True):
    """One plot: the caption above it may take more lines than its neighbour's."""

    caption: list[Line]
    picture: list[Line]

    def lines(self, caption_lines: int = 0) -> list[Line]:
        """All of it, the caption padded to so many lines."""
        blank: list[Line] = [()] * (caption_lines - len(self.caption))
        return [*self.caption, *blank, *self.picture]


def plots(details: CheckDetails, view: CheckView, context: PaneContext, width: int) -> list[Block]:
    """The duration plot and the metric plots, as wide as ``width`` cells."""
    if not details.regular_runs:
        return []
    blocks = [duration_plot(details, view, context, width)]
    blocks += [metric_plot(details, name, context, width) for name in metric_names(details)]
    return blocks


def metric_names(details: CheckDetails) -> list[str]:
    """What its runs report, the newest first; at most six."""
    names = dict.fromkeys(name for run in details.regular_runs for name in run.metrics)
    return list(names)[:_MAX_METRICS]


def expectations(details: CheckDetails) -> list[Expectation]:
    """The check's expectations that can be read."""
    written = details.fields.get("expect")
    found = []
    for text in written if isinstance(written, list | tuple) else ():
        try:
            found.append(Expectation.parse(str(text)))
        except ExpectationError:
            continue  # the file has changed: the engine shows the error
    return found


def duration_plot(details: CheckDetails, view: CheckView, context: PaneContext, width: int) -> Block:
    """Duration of each run, with the usual band behind."""
    usual = usual_duration(details)
    runs = list(reversed(details.regular_runs))
    samples = tuple(_duration_sample(run, usual, context.now) for run in runs)
    if all(sample.value is None for sample in samples):
        text = "Duration unknown: the job only reports its end. Send a start ping to measure it."
        return Block([((f" {piece}", "muted"),) for piece in wrap(text, max(width - 2, 10))], [])
    caption = _titled("Duration", duration_caption(details, context), width)
    slowest = max(sample.value for sample in samples if sample.value is not None)
    if slowest < _MIN_PICTURED_S:
        return Block(caption, [])
    limit = next((one.value for one in expectations(details) if one.metric == DURATION), None)
    if limit is None and view.max_runtime is not None:
        limit = view.max_runtime if view.max_runtime <= _LIMIT_NEAR * slowest else None
    return Block(caption, _drawn(runs, samples, context, width, _duration_label, usual, limit))


def metric_plot(details: CheckDetails, name: str, context: PaneContext, width: int) -> Block:
    """What the runs reported under ``name``, with the threshold that is expected."""
    runs = list(reversed(details.regular_runs))
    expected = [one for one in expectations(details) if one.metric == name]
    usual = usual_metric(details, name)
    samples = tuple(_metric_sample(run, name, expected) for run in runs)
    zero_is_well = any(not one.failure({name: 0.0}, None) for one in expected)
    mark_zero = not zero_is_well and (usual is None or usual.middle > 0)
    caption = _titled(plain(name), metric_caption(details, name, expected, context), width)
    threshold = expected[0].value if expected else None
    drawn = _drawn(runs, samples, context, width, number_text, usual, threshold, mark_zero=mark_zero)
    return Block(caption, drawn)


def duration_caption(details: CheckDetails, context: PaneContext) -> str:
    """The plot in words: ``usual 2m 55s (2m 40s to 3m), last 2m 32s; slowest 4m 10s on Fri``."""
    known = [(run.duration, run) for run in details.regular_runs if run.duration is not None]
    return _caption(known, usual_duration(details), context, duration_text, highest="slowest")


def metric_caption(
    details: CheckDetails, name: str, expected: Sequence[Expectation], context: PaneContext
) -> str:
    """The same for a metric, with what is expected of it."""
    known = [(run.metrics[name], run) for run in details.regular_runs if name in run.metrics]
    said = _caption(
        known, usual_metric(details, name), context, number_text, highest="highest", lowest="lowest"
    )
    return said + "".join(f"; expects {one.text}" for one in expected)


def _caption(
    known: Sequence[tuple[float, RunView]],
    usual: Band | None,
    context: PaneContext,
    words: _Words,
    *,
    highest: str,
    lowest: str = "",
) -> str:
    if not known:
        return ""
    parts = [f"last {words(known[0][0])}"]
    if usual is not None:
        spread = words(usual.low), words(usual.high)
        between = f" ({spread[0]} to {spread[1]})" if spread[0] != spread[1] else ""
        parts.insert(0, f"usual {words(usual.middle)}{between}")
    said = ", ".join(parts)
    if len(known) > 1:
        ends = [(lowest, min(known, key=_value))] if lowest else []
        ends.append((highest, max(known, key=_value)))
        said += "; " + ", ".join(f"{word} {words(value)} {_day(run, context)}" for word, (value, run) in ends)
    return said


def _value(known: tuple[float, RunView]) -> float:
    return known[0]


def _day(run: RunView, context: PaneContext) -> str:
    at = run.started_at or run.ended_at
    if at is None:
        return ""
    day = day_text(at, context.zone, context.now)
    return day if day in {"today", "tomorrow"} else f"on {day}"


def _duration_sample(run: RunView, usual: Band | None, now: datetime) -> Sample:
    seconds = run.duration
    if seconds is None and run.outcome is Outcome.RUNNING and run.started_at is not None:
        # Whole seconds, so that a picture drawn twice in one second is the same.
        seconds = float(int(max((now - run.started_at).total_seconds(), 0.0)))
    tone = tone_of(run)
    if seconds is None:
        return Sample(None, "none" if tone == "good" else tone)
    return Sample(seconds, "slow" if tone == "good" and is_slow(seconds, usual) else tone)


def _metric_sample(run: RunView, name: str, expected: Sequence[Expectation]) -> Sample:
    value = run.metrics.get(name)
    tone: Tone = tone_of(run)
    if value is None:
        return Sample(None, "none" if tone == "good" else tone)
    if any(one.failure({name: value}, None) for one in expected):
        tone = "bad"
    return Sample(value, tone)


def _duration_label(seconds: float) -> str:
    """Short: it stands at the edge."""
    return "0" if seconds <= 0 else duration_text(seconds) if seconds < 10 else span_text(round(seconds))


_plot = lru_cache(maxsize=64)(plot)
"""The overview is drawn each second, its plots change with the runs."""


def _drawn(
    runs: Sequence[RunView],
    samples: tuple[Sample, ...],
    context: PaneContext,
    width: int,
    label: _Words,
    band: Band | None,
    threshold: float | None,
    *,
    mark_zero: bool = False,
) -> list[Line]:
    height = next(rows for least, rows in _HEIGHTS if context.height >= least)
    lines = _plot(
        samples,
        width=width,
        height=height,
        label=label,
        band=band,
        threshold=threshold,
        mark_zero=mark_zero,
        ascii_only=context.ascii_only,
    )
    gutter = gutter_of(samples, width, height, label, band, threshold)
    count, step = shape(len(samples), width - gutter)
    return [*lines, _times(runs[-count:], gutter, count * step, width, context)]


def _times(runs: Sequence[RunView], gutter: int, taken: int, width: int, context: PaneContext) -> Line:
    """When the first and the last of the bars were, below them."""
    ends = [context.instant(run.started_at or run.ended_at) for run in (runs[0], runs[-1])] if runs else []
    if not ends:
        return ((" " * width, "muted"),)
    first, last = ends
    if len(runs) == 1:
        text = last
    elif len(first) + len(last) + 3 <= taken:
        text = first + pad(last, taken - len(first), "right")
    else:
        text = f"{first} to {last}"
    return ((pad(" " * gutter + cut(text, max(width - gutter, 0)), width), "muted"),)


def _titled(title: str, caption: str, width: int) -> list[Line]:
    """The title with the caption beside it, or wrapped below its beginning."""
    title = cut(title, max(width // 3, 8))
    room = max(width - len(title) - 4, 12)
    pieces = wrap(plain(caption), room)
    lines: list[Line] = []
    for at, piece in enumerate(pieces):
        head = (f" {title}  ", "title") if at == 0 else (" " * (len(title) + 3), "text")
        lines.append(tuple(fit((head, (piece, "text")), width)))
    return lines

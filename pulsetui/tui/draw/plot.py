"""Bars over runs as pure values: samples in, lines of exactly so many cells out.

One bar a sample, oldest on the left. The rows behind the bars show the usual band (its middle as a dashed
line) and a threshold; the axis below carries a mark of its own shape for every run that was not good, so
that nothing is told by colour alone. Nothing here knows a clock, a check or Textual.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from typing import Literal

from msgspec import Struct
from rich.cells import cell_len

from pulsetui.tui.draw.lines import Line, Span, merged, pad

Tone = Literal["good", "slow", "bad", "hung", "running", "none"]

_EIGHTHS = " ▁▂▃▄▅▆▇█"
_EIGHTHS_ASCII = " ..::::##"
_STEPS = 8
_MAX_STEP = 4
_GUTTER_SHARE = 3  # the labels take at most so small a part of the width
_MIN_COLUMNS = 4  # with fewer there are no labels
_MIN_GUTTER = 4  # a label of one letter
_ENOUGH_FOR_BAND = 3
_OUTLIER = 4.0  # a value so many times the band's upper end is cut, or it would flatten all the others
_CUT_AT = 2.0  # where such a plot ends, in the same measure

_TONES: Mapping[Tone, tuple[str, str, str]] = {  # style of the bar, mark on the axis, the same in ASCII
    "good": ("bar-success", "", ""),
    "slow": ("bar-warned", "▴", "^"),
    "bad": ("bar-failed", "✖", "x"),
    "hung": ("bar-warned", "◌", "!"),
    "running": ("running", "▶", ">"),
    "none": ("muted", "·", "?"),
}


class Sample(Struct, frozen=True):
    """One run. ``value`` is None when it is not known."""

    value: float | None
    tone: Tone = "good"


class Band(Struct, frozen=True):
    """What is usual: quartiles and median."""

    low: float
    middle: float
    high: float


class Scale(Struct, frozen=True):
    """What the lowest and the highest row stand for; ``is_cut`` when some bars are higher."""

    low: float
    high: float
    is_cut: bool = False

    def eighths(self, value: float, height: int) -> int:
        """How high ``value`` is, in eighths of a row, from 0 to the top."""
        span = self.high - self.low
        part = (value - self.low) / span if span > 0 else 0.0
        return round(min(max(part, 0.0), 1.0) * height * _STEPS)


def usual_band(values: Sequence[float]) -> Band | None:
    """Quartiles and median; None when there are too few values to speak of usual."""
    known = sorted(value for value in values if isfinite(value))
    if len(known) < _ENOUGH_FOR_BAND:
        return None
    return Band(_quantile(known, 0.25), _quantile(known, 0.5), _quantile(known, 0.75))


def scale_of(samples: Sequence[Sample], band: Band | None, threshold: float | None) -> Scale:
    """From zero up, so that heights compare; below zero only when something is."""
    values = [sample.value for sample in samples if sample.value is not None and isfinite(sample.value)]
    others = [] if threshold is None or not isfinite(threshold) else [threshold]
    low = min([0.0, *values, *others])
    high = max([low, *values, *others])
    if band is not None and low >= 0 and band.high > 0 and high > _OUTLIER * band.high:
        cut = max([_CUT_AT * band.high, *others])
        if cut < high:
            return Scale(low, cut, is_cut=True)
    if not isfinite(high - low):
        return Scale(0.0, 1.0)  # numbers at both ends of what a float holds: no picture of them says much
    return Scale(low, high if high > low else low + 1.0)


def plot(
    samples: Sequence[Sample],
    *,
    width: int,
    height: int,
    label: Callable[[float], str],
    band: Band | None = None,
    threshold: float | None = None,
    mark_zero: bool = False,
    ascii_only: bool = False,
) -> list[Line]:
    """``height`` rows of bars and the axis below them, each ``width`` cells; the newest samples that fit.

    ``label`` spells a value for the left edge. With ``mark_zero`` a value of nothing at all is shown as a
    0 that cannot be missed.
    """
    if width <= 0 or height <= 0:
        return []
    scale = scale_of(samples, band, threshold)
    labels = _labels(scale, band, threshold, height, label)
    gutter = _gutter(labels, width)
    columns, step = shape(len(samples), width - gutter)
    shown = list(samples[-columns:]) if columns else []
    backs = [_back(row, height, scale, band, threshold, ascii_only=ascii_only) for row in range(height)]
    lines = []
    for row in range(height):
        spans: list[Span] = _edge(labels.get(row, ""), gutter, ascii_only=ascii_only)
        for sample in shown:
            bar = _cell(sample, row, height, scale, mark_zero=mark_zero, ascii_only=ascii_only)
            spans += _column(bar or backs[row], backs[row], step)
        lines.append(_closed(spans, width, backs[row]))
    lines.append(_axis(shown, step, gutter, width, ascii_only=ascii_only))
    return lines


def shape(count: int, room: int) -> tuple[int, int]:
    """How many samples are shown in ``room`` cells, and how many cells each takes with the gap after it."""
    if count <= 0 or room <= 0:
        return 0, 1
    return min(count, room), min(max(room // count, 1), _MAX_STEP)


def gutter_of(
    samples: Sequence[Sample],
    width: int,
    height: int,
    label: Callable[[float], str],
    band: Band | None = None,
    threshold: float | None = None,
) -> int:
    """Cells before the first bar: where a line of times below the plot begins."""
    return _gutter(_labels(scale_of(samples, band, threshold), band, threshold, height, label), width)


def _quantile(ordered: Sequence[float], part: float) -> float:
    """Linear between neighbours."""
    at = part * (len(ordered) - 1)
    below = int(at)
    above = min(below + 1, len(ordered) - 1)
    share = at - below
    return ordered[below] * (1 - share) + ordered[above] * share


def _row_of(value: float, scale: Scale, height: int) -> int | None:
    """The row from the top in which ``value`` lies; None when it is outside."""
    if not scale.low <= value <= scale.high:
        return None
    return height - 1 - min(scale.eighths(value, height) // _STEPS, height - 1)


def _labels(
    scale: Scale, band: Band | None, threshold: float | None, height: int, label: Callable[[float], str]
) -> dict[int, str]:
    labels = {height - 1: label(scale.low), 0: label(scale.high)}
    if height == 1:
        labels = {0: label(scale.high)}
    for value in (None if band is None else band.middle, threshold):
        row = None if value is None else _row_of(value, scale, height)
        if value is not None and row is not None and (row not in labels or value == threshold):
            labels[row] = label(value)
    return labels


def _gutter(labels: Mapping[int, str], width: int) -> int:
    wanted = max((cell_len(text) for text in labels.values()), default=0) + 3
    gutter = min(wanted, max(width // _GUTTER_SHARE, 0))
    return gutter if gutter >= _MIN_GUTTER and width - gutter >= _MIN_COLUMNS else 0


def _edge(text: str, gutter: int, *, ascii_only: bool) -> list[Span]:
    if not gutter:
        return []
    tick = ("+" if ascii_only else "┤") if text else ("|" if ascii_only else "│")
    return [(pad(text, gutter - 2, "right"), "muted"), (f" {tick}", "border")]


def _back(
    row: int, height: int, scale: Scale, band: Band | None, threshold: float | None, *, ascii_only: bool
) -> Span:
    """What is seen where no bar is."""
    if threshold is not None and _row_of(threshold, scale, height) == row:
        return ("-" if ascii_only else "╌"), "warning"
    if band is None:
        return " ", "text"
    if _row_of(band.middle, scale, height) == row:
        return ("~" if ascii_only else "┄"), "muted"
    bottom = (height - 1 - row) * _STEPS
    low, high = scale.eighths(band.low, height), scale.eighths(band.high, height)
    if low < bottom + _STEPS and high > bottom:
        return ("." if ascii_only else "░"), "border"
    return " ", "text"


def _cell(
    sample: Sample, row: int, height: int, scale: Scale, *, mark_zero: bool, ascii_only: bool
) -> Span | None:
    """The bar in one row; None where it does not reach."""
    style = _TONES[sample.tone][0]
    value = sample.value
    if value is None or not isfinite(value):
        return None
    lowest = row == height - 1
    if value == 0 and mark_zero:
        return ("0", "bar-failed") if lowest else None
    if scale.is_cut and value > scale.high and row == 0:
        return ("^" if ascii_only else "▲"), style
    # The smallest value is still seen as something.
    level = max(scale.eighths(value, height), 1)
    filled = min(max(level - (height - 1 - row) * _STEPS, 0), _STEPS)
    if not filled:
        return None
    return (_EIGHTHS_ASCII if ascii_only else _EIGHTHS)[filled], style


def _column(bar: Span, back: Span, step: int) -> list[Span]:
    """A bar is as wide as its step but for one cell of gap; what is behind it shows in the gap."""
    if step == 1:
        return [bar]
    if bar[0] == "0":
        return [("0", bar[1]), (back[0] * (step - 1), back[1])]
    return [(bar[0] * (step - 1), bar[1]), back]


def _closed(spans: list[Span], width: int, back: Span) -> Line:
    taken = sum(cell_len(text) for text, _ in spans)
    return tuple(merged([*spans, (back[0] * (width - taken), back[1])]))


def _axis(shown: Sequence[Sample], step: int, gutter: int, width: int, *, ascii_only: bool) -> Line:
    line = "-" if ascii_only else "─"
    spans: list[Span] = []
    if gutter:
        spans.append((" " * (gutter - 1) + ("+" if ascii_only else "└"), "border"))
    for sample in shown:
        style, mark, letter = _TONES[sample.tone]
        sign = letter if ascii_only else mark
        spans += [(sign or line, style if sign else "border"), (line * (step - 1), "border")]
    taken = sum(cell_len(text) for text, _ in spans)
    return tuple(merged([*spans, (line * (width - taken), "border")]))

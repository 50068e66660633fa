"""Numbers that a good run reported and that lie far outside what the runs before it reported."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Protocol

from pulsetui.core.state.status import Outcome
from pulsetui.core.text.phrases import number_text

MIN_RUNS = 8
"""With fewer good runs before it nothing is usual yet."""
RECENT = 30
"""Of the good runs before it so many count."""
_FAR = 3.5  # so many times the spread
_SIGMA = 1.4826  # from the median distance to what a standard deviation would be
_LEAST_SPREAD = 0.15  # of the median: what never varied may still vary by half


class MeasuredRun(Protocol):
    """What is asked of a run, wherever it comes from."""

    @property
    def n(self) -> int: ...

    @property
    def outcome(self) -> Outcome: ...

    @property
    def metrics(self) -> Mapping[str, float]: ...

    @property
    def catch_up(self) -> bool: ...


def far_from_usual(value: float, before: Sequence[float]) -> float | None:
    """The usual value, the median of ``before``, if ``value`` lies far outside; None if it does not, or if
    nothing is usual. By medians, so that one bad night changes little."""
    if len(before) < MIN_RUNS:
        return None
    usual = _median(before)
    distance = _median([abs(one - usual) for one in before])
    spread = max(_SIGMA * distance, _LEAST_SPREAD * abs(usual))
    if all(map(float.is_integer, map(float, before))):
        spread = max(spread, math.sqrt(abs(usual)))  # counts vary by their root from chance alone
    if not spread or not math.isfinite(spread):
        return None  # zero each time: one error more is for ``expect`` to judge
    return usual if abs(value - usual) > _FAR * spread else None


def _median(values: Sequence[float]) -> float:
    """Hundreds are taken each time the runs are drawn, and that of ``statistics`` takes ten times as long."""
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(ordered) % 2 else ordered[half - 1] / 2 + ordered[half] / 2


def unusual_metrics(runs: Sequence[MeasuredRun]) -> Mapping[int, Mapping[str, float]]:
    """By the number of a run, what is usual for its metrics that are far from that.

    ``runs`` are newest first; each good one is compared with the good ones before it.
    """
    good = _good(runs)
    found: dict[int, Mapping[str, float]] = {}
    for index, run in enumerate(good[:-MIN_RUNS]):
        if far := _far(run, good[index + 1 : index + 1 + RECENT]):
            found[run.n] = far
    return found


def newest_unusual(runs: Sequence[MeasuredRun]) -> tuple[Mapping[str, float], Mapping[str, float]]:
    """Of the newest good run: its metrics, and what is usual for those of them that are far from that."""
    good = _good(runs)
    return (good[0].metrics, _far(good[0], good[1 : 1 + RECENT])) if good else ({}, {})


def unusual_text(metrics: Mapping[str, float], usual: Mapping[str, float]) -> str:
    """``orders=0, usual 1377``; "" where nothing is unusual. Names are unsafe text."""
    return "; ".join(
        f"{name}={number_text(metrics[name])}, usual {number_text(value)}" for name, value in usual.items()
    )


def _good(runs: Sequence[MeasuredRun]) -> Sequence[MeasuredRun]:
    return [run for run in runs if run.outcome is Outcome.SUCCESS and run.metrics and not run.catch_up]


def _far(run: MeasuredRun, older: Sequence[MeasuredRun]) -> Mapping[str, float]:
    far: dict[str, float] = {}
    for name, value in run.metrics.items():
        usual = far_from_usual(value, [one.metrics[name] for one in older if name in one.metrics])
        if usual is not None:
            far[name] = usual
    return far

"""Numbers that a good run reported and that lie far outside what the runs before it reported."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from pulsetui.client.views import RunView
from pulsetui.core.state.status import Outcome

MIN_RUNS = 8
"""With fewer good runs before it nothing is usual yet."""
_RECENT = 30
_FAR = 3.5  # so many times the spread
_SIGMA = 1.4826  # from the median distance to what a standard deviation would be
_LEAST_SPREAD = 0.15  # of the median: what never varied may still vary by half


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


def unusual_metrics(runs: Sequence[RunView]) -> Mapping[int, Mapping[str, float]]:
    """By the number of a run, what is usual for its metrics that are far from that.

    ``runs`` are newest first; each good one is compared with the good ones before it.
    """
    good = [run for run in runs if run.outcome is Outcome.SUCCESS and run.metrics and not run.catch_up]
    found: dict[int, Mapping[str, float]] = {}
    for index, run in enumerate(good):
        older = good[index + 1 : index + 1 + _RECENT]
        if len(older) < MIN_RUNS:
            break
        far: dict[str, float] = {}
        for name, value in run.metrics.items():
            usual = far_from_usual(value, [one.metrics[name] for one in older if name in one.metrics])
            if usual is not None:
                far[name] = usual
        if far:
            found[run.n] = far
    return found

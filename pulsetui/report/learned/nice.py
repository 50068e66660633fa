"""Round figures, as a person would write them: ``10m`` and not ``9m 47s``."""

from __future__ import annotations

import math
from datetime import timedelta

_SPANS = tuple(
    timedelta(seconds=seconds)
    for seconds in (
        *(1, 2, 5, 10, 15, 20, 30, 45),
        *(60 * minutes for minutes in (1, 2, 3, 5, 10, 15, 20, 30, 45)),
        *(3600 * hours for hours in (1, 1.5, 2, 3, 4, 6, 8, 12, 18)),
        *(86400 * days for days in (1, 2, 3, 4, 5, 7, 10, 14, 21, 28)),
    )
)
_NEAR = 0.05  # a loop that sleeps for five minutes comes round a little later than that


def span_above(span: timedelta) -> timedelta:
    """The first round span that is not shorter; a whole number of days beyond the last."""
    return next((one for one in _SPANS if one >= span), timedelta(days=math.ceil(span / timedelta(days=1))))


def span_below(span: timedelta) -> timedelta | None:
    """The last round span that is not longer; None below a second."""
    return next((one for one in reversed(_SPANS) if one <= span), None)


def near_span(span: timedelta) -> timedelta:
    """A round span that is nearly as long; without one the whole seconds, at least one."""
    nearest = min(_SPANS, key=lambda one: abs(one - span))
    if abs(nearest - span) <= _NEAR * span:
        return nearest
    return timedelta(seconds=max(round(span.total_seconds()), 1))


def number_below(value: float) -> float:
    """The last of …, 0.5, 1, 2, 5, 10, … that is not above a positive ``value``."""
    power = math.floor(math.log10(value))
    found = [step * 10.0**exponent for exponent in (power - 1, power, power + 1) for step in (1, 2, 5)]
    return max((one for one in found if one <= value), default=value)

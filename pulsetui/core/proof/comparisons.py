"""The signs between what was seen and what is wanted."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

COMPARISONS: Mapping[str, Callable[[float, float], bool]] = MappingProxyType(
    {
        ">=": operator.ge,
        "<=": operator.le,
        "==": operator.eq,
        "!=": operator.ne,
        ">": operator.gt,
        "<": operator.lt,
    }
)
MIN_USUAL = 3
"""Values that must be known before anything is called usual."""


def usual_of(values: Sequence[float]) -> float | None:
    """The median; None while too few are known."""
    if len(values) < MIN_USUAL:
        return None
    from statistics import median  # with fractions and decimals behind it: not for the first frame

    return median(values)

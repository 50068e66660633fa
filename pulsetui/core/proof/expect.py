"""Expectations over what a run reports: ``records >= 1``, ``duration < 20m``.

A success that fails one is a failure: exit code 0 with no work done is what a heartbeat alone cannot see.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

from msgspec import Struct

from pulsetui.core.proof.comparisons import COMPARISONS
from pulsetui.core.schedule.duration import DurationError, format_duration, parse_duration
from pulsetui.errors import PulseError

_FORM = re.compile(r"\s*([A-Za-z_][\w.-]{0,63})\s*(>=|<=|==|!=|>|<)\s*(\S.*?)\s*", re.ASCII)
_NOTHING: Mapping[str, str] = {}
DURATION = "duration"
"""The one name that is measured, not reported."""


class ExpectationError(PulseError):
    """The text is not a valid expectation."""


class Expectation(Struct, frozen=True, gc=False):
    """``metric`` compared with ``value``; ``duration`` is in seconds."""

    text: str
    metric: str
    comparison: str
    value: float

    @classmethod
    def parse(cls, text: str) -> Expectation:
        """Raises ExpectationError with a message that shows the form."""
        match = _FORM.fullmatch(text)
        if match is None:
            raise ExpectationError(
                f'"{text}" is not a valid expectation; write it like "records >= 1" or "duration < 20m"'
            )
        metric, comparison, literal = match.groups()
        try:
            value = parse_duration(literal).total_seconds() if metric == DURATION else float(literal)
        except (DurationError, ValueError):
            what = "a duration like 20m" if metric == DURATION else "a number"
            raise ExpectationError(f'"{text}": "{literal}" is not {what}') from None
        if value != value or value in (float("inf"), float("-inf")):
            raise ExpectationError(f'"{text}": "{literal}" is not a finite number')
        return cls(f"{metric} {comparison} {literal}", metric, comparison, value)

    def failure(
        self, metrics: Mapping[str, float], duration: timedelta | None, unread: Mapping[str, str] = _NOTHING
    ) -> str:
        """What is wrong, in words; ``""`` when the expectation holds. ``unread`` says of metrics that were
        reported and could not be read why.

        A metric that was not reported does not hold. Neither does a duration that nobody measured: a job
        that stopped sending its start would otherwise pass for ever.
        """
        actual = (
            metrics.get(self.metric)
            if self.metric != DURATION
            else (None if duration is None else duration.total_seconds())
        )
        if actual is None:
            missing = "no start was received" if self.metric == DURATION else "it was not reported"
            if why := unread.get(self.metric):
                missing = f"{self.metric} was not reported: {why}"
            return f"expected {self.text}, but {missing}"
        if COMPARISONS[self.comparison](actual, self.value):
            return ""
        shown = format_duration(timedelta(seconds=actual)) if self.metric == DURATION else f"{actual:g}"
        return f"{self.metric} was {shown}, expected {self.text}"

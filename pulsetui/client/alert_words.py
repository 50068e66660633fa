"""Rules of alerts in words: ``after 1h, again every 2h until acknowledged, not 22:00-07:00``."""

from __future__ import annotations

from collections.abc import Iterator

from pulsetui.core.schedule.duration import format_duration
from pulsetui.core.state.alert_rules import AlertRules

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def rules_text(rules: AlertRules) -> str:
    """When somebody is told by these rules, in one line."""
    return ", ".join(_parts(rules))


def _parts(rules: AlertRules) -> Iterator[str]:
    yield f"after {format_duration(rules.after)}" if rules.after else "at once"
    if rules.repeat:
        yield f"again every {format_duration(rules.repeat)} until acknowledged"
    if rules.reasons is not None:
        yield f"only if {' or '.join(sorted(rules.reasons)) or 'nothing'}"
    hours = list(_hours(rules))
    if hours and rules.timezone:
        hours[-1] += f" ({rules.timezone})"
    yield from hours
    if not rules.tells_recovery:
        yield "not when it is up again"


def _hours(rules: AlertRules) -> Iterator[str]:
    if rules.days is not None and len(rules.days) < len(_DAYS):
        yield f"on {days_text(rules.days)}"
    for quiet in rules.quiet or ():
        yield f"not {quiet.begin:%H:%M}-{quiet.end:%H:%M}"
    if rules.holidays:
        yield "not on holidays"


def days_text(days: frozenset[int]) -> str:
    """``Mon-Fri``, ``Sat, Sun``: ISO weekdays."""
    spans: list[list[int]] = []
    for day in sorted(days):
        if spans and spans[-1][-1] == day - 1:
            spans[-1].append(day)
        else:
            spans.append([day])
    return ", ".join(
        f"{_DAYS[span[0] - 1]}-{_DAYS[span[-1] - 1]}"
        if len(span) > 2
        else ", ".join(_DAYS[day - 1] for day in span)
        for span in spans
    )

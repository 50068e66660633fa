"""Schedules that are allowed but probably not meant: said wherever a check is defined and watched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from pulsetui.config.problem import quoted
from pulsetui.core.alike import checks_where
from pulsetui.core.state.check import Check

_NAMED = 3
"""Checks that a notice names; it has one line."""


def schedule_doubts(checks: Iterable[Check], now: datetime) -> Iterator[str]:
    """``[checks.report] calendar "2020-01-01": it will never elapse again: …``, one for each doubt."""
    for check in checks:
        yield from (f"{_place(check)}: {doubt}" for doubt in check.schedule.doubts(now))


def ended_schedules(checks: Mapping[str, Check], now: datetime) -> str:
    """A notice of checks at which nothing will ever be due again: they cannot alarm. "" without any."""
    ended = checks_where(checks, lambda check: bool(check.schedule.over(now)))
    over = [(check, check.schedule.over(now)) for check in ended]
    if not over:
        return ""
    if len(over) == 1:
        check, text = over[0]
        if text.startswith('"'):  # it names the line at fault itself
            return f"{check.slug} cannot alarm: {text}"
        return f"{check.slug} cannot alarm any more: {quoted(check.schedule.expression)}, {text}"
    named = ", ".join(check.slug for check, _ in over[:_NAMED])
    more = f" and {len(over) - _NAMED} more" if len(over) > _NAMED else ""
    return f"{len(over)} checks cannot alarm any more, their calendars will never elapse: {named}{more}"


def _place(check: Check) -> str:
    return f"[checks.{check.slug}] {check.schedule.kind} {quoted(check.schedule.expression)}"

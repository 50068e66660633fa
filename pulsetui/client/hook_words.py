"""How a hook is doing, and by which rules it tells, in words: the same on the screen and on the command
line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from pulsetui.client.hooks import Circuit, HookState
from pulsetui.core.schedule.duration import format_duration
from pulsetui.core.state.alert_rules import AlertRules
from pulsetui.core.text.clean import clean
from pulsetui.core.text.phrases import ago_text, span_text, until_text

_MAX_ERROR_LENGTH = 200
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def state_text(hook: HookState, now: datetime) -> str:
    """``told 5m ago``, ``failed 2m ago: no route, tried again in 3m``, ``paused 1h ago``."""
    if hook.paused_at is not None:
        return f"paused {ago_text(hook.paused_at, now)}"
    again = f", tried again {_until(hook.next_try, now)}" if hook.next_try is not None else ""
    error = clean(hook.error, _MAX_ERROR_LENGTH)
    if hook.circuit is Circuit.OPEN:
        span = "" if hook.open_since is None else span_text((now - hook.open_since).total_seconds())
        return f"fails{f' for {span}' if span else ''}{f': {error}' if error else ''}{again}"
    if hook.ok is None or hook.last_at is None:
        return "not tried yet"
    if hook.ok:
        return f"told {ago_text(hook.last_at, now)}"
    return f"failed {ago_text(hook.last_at, now)}{f': {error}' if error else ''}{again}"


def _until(at: datetime, now: datetime) -> str:
    return until_text(at, now) if at > now else "at once"


def hook_cells(hook: HookState, now: datetime) -> tuple[str, ...]:
    """Name, type, state, how many alerts wait, how many were told since the start, rules."""
    return (
        clean(hook.name),
        clean(hook.type),
        state_text(hook, now),
        str(hook.waiting or "-"),
        str(hook.told or "-"),
        clean(hook.rules) or "at once",
    )


def is_trouble(hook: HookState) -> bool:
    """Whether what it is to tell may not arrive."""
    return hook.circuit is Circuit.OPEN or hook.ok is False


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

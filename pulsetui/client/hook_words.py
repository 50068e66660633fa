"""How a hook is doing, in words: the same on the screen and on the command line."""

from __future__ import annotations

from datetime import datetime

from pulsetui.client.hooks import Circuit, HookState
from pulsetui.core.text.clean import clean
from pulsetui.core.text.phrases import ago_text, span_text, until_text

_MAX_ERROR_LENGTH = 200


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

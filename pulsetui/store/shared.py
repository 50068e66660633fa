"""One object for what many states have the same of."""

from __future__ import annotations

import sys
from datetime import datetime

from pulsetui.core.state.state import CheckState

Shared = dict[datetime, datetime]
"""Instants that several states have, each once."""


def share(state: CheckState, shared: Shared) -> None:
    """Mostly one instant is all of these, and thousands of checks have few schedules, are due together and
    have gone well: as before it was stored, they are one object again."""
    last = state.latest
    for name in ("last_ping", "last_success", "slot", "since"):
        if getattr(state, name) == last:
            setattr(state, name, last)
    state.created_at = shared.setdefault(state.created_at, state.created_at)
    if state.slot is not None:
        state.slot = shared.setdefault(state.slot, state.slot)
    if state.due is not None:
        state.due = shared.setdefault(state.due, state.due)
    state.schedule = sys.intern(state.schedule)
    state.limits = sys.intern(state.limits)
    state.last_source = sys.intern(state.last_source)
    state.history = sys.intern(state.history)

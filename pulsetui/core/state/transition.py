"""What one event did to a check: the new state and everything that must be written down with it."""

from __future__ import annotations

from msgspec import Struct

from pulsetui.core.state.incident import Flip, Incident
from pulsetui.core.state.run import Run
from pulsetui.core.state.state import CheckState
from pulsetui.core.state.status import PingKind


class Transition(Struct, frozen=True, kw_only=True, gc=False):
    """Runs and incidents are whole rows, to be inserted or replaced by their ``n``."""

    state: CheckState
    kind: PingKind | None = None  # as which the ping is recorded; None when the event was no ping
    run: int | None = None  # n of the run that the ping belongs to
    flips: tuple[Flip, ...] = ()
    runs: tuple[Run, ...] = ()
    incidents: tuple[Incident, ...] = ()
    notes: tuple[str, ...] = ()  # an overlap or a duplicate run, in words; only what is worth telling anew

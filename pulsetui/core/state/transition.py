"""What one event did to a check: the new state and everything that must be written down with it."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

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


def with_detail(transition: Transition, flip: Flip, detail: str, incident: Incident | None) -> Transition:
    """The transition where ``flip`` says ``detail``; so do the state, if it said the same as the flip, and
    the state's ``incident``, where one is given."""
    state = transition.state.copied()
    if state.detail == flip.detail:
        state.detail = detail
    if incident is not None:
        state.incident = replace(incident, detail=detail)
    return replace(
        transition,
        state=state,
        flips=tuple(replace(one, detail=detail) if one is flip else one for one in transition.flips),
        incidents=tuple(
            state.incident if one is incident and state.incident is not None else one
            for one in transition.incidents
        ),
    )

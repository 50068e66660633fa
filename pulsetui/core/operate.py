"""What a person or the engine itself does to a check."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec.structs import replace

from pulsetui.core import history
from pulsetui.core.check import Check
from pulsetui.core.draft import Draft, signature
from pulsetui.core.incident import Acknowledgement
from pulsetui.core.state import CheckState, bound_of, missed_at
from pulsetui.core.status import Outcome, Status
from pulsetui.core.transition import Transition

UNDONE_IN_A_ROW = 3
"""So many pauses and resumes of a check can be undone one after the other: each keeps a whole state."""

_NO_TIME = timedelta(0)


def pause(check: Check, state: CheckState, now: datetime) -> Transition:
    """Nothing is expected any more. An open incident ends; a pending start is forgotten (Healthchecks)."""
    draft = Draft(check, state)
    draft.go(now, Status.PAUSED)
    draft.state.aside = _kept(state)
    draft.state.pending = None
    draft.state.slot = draft.state.due = None
    draft.state.unwatched = False
    draft.state.failures = 0
    return draft.finish(state)


def resume(check: Check, state: CheckState, now: datetime) -> Transition:
    """New again, waiting for the first report (Healthchecks). Nothing happens unless it is paused."""
    draft = Draft(check, state)
    if state.status is Status.PAUSED:
        draft.go(now, Status.NEW)
        draft.state.aside = _kept(state)
        draft.state.last_ping = draft.state.last_kind = None
    return draft.finish(state)


def undo(check: Check, state: CheckState, now: datetime) -> Transition | None:
    """As if the last pause or resume had not been; what the time since then does is for ``advance`` to say.

    None when that cannot be: it has reported since, or there were times that nobody watched. The incident
    that a pause ended is open again. There is no flip: nothing new has happened that anybody should be told.
    """
    if state.aside is None or state.aside.n_pings != state.n_pings:
        return None
    # The schedule may have been edited meanwhile.
    before = redefine(check, state.aside, now).state
    return Transition(state=before, incidents=() if before.incident is None else (before.incident,))


def _kept(state: CheckState, depth: int = UNDONE_IN_A_ROW) -> CheckState:
    kept = state.copied()
    kept.aside = None if state.aside is None or depth == 1 else _kept(state.aside, depth - 1)
    return kept


def acknowledge(check: Check, state: CheckState, acknowledgement: Acknowledgement | None) -> Transition:
    """Calms the open incident, or takes that back with None. Nothing happens without an incident."""
    draft = Draft(check, state)
    if state.incident is not None:
        draft.state.incident = replace(state.incident, acknowledgement=acknowledgement)
    return draft.finish(state)


def redefine(check: Check, state: CheckState, now: datetime) -> Transition:
    """The schedule may be another one than ``due`` was computed with.

    An edit never makes a check late for the time before the edit.
    """
    draft = Draft(check, state)
    if state.schedule == signature(check):
        return draft.finish(state)
    if state.slot is not None:
        draft.account(state.last_ping if check.schedule.kind == "every" and state.last_ping else state.slot)
        if draft.state.due is not None and draft.state.due <= now:
            draft.account(check.schedule.slot(now, _NO_TIME))
    draft.state.schedule = signature(check)
    return draft.finish(state)


def skip_unwatched(check: Check, state: CheckState, since: datetime, until: datetime) -> Transition:
    """Nobody was watching in ``(since, until]``: what ran out in it cannot be judged.

    Deadlines in the span do not take the check down; it is marked ``unwatched`` and judged again from its
    next due instant on. A run whose bound lies in the span can no longer take it down either.
    """
    draft = Draft(check, state)
    new = draft.state
    new.aside = None  # it was not watched either
    pending = new.pending_run()
    if pending is not None and pending.outcome is Outcome.RUNNING:
        bound = bound_of(check, pending)
        if bound is not None and since < bound <= until:
            new.pending = None
            new.unwatched = new.status is Status.UP
    if new.status in (Status.UP, Status.DOWN):
        _skip_instants(draft, since, until)
    return draft.finish(state)


def set_back(check: Check, state: CheckState, now: datetime) -> Transition:
    """The clock was set back to ``now``: nothing can have happened later.

    Otherwise a clock that was a year ahead for a minute would make its checks due in a year.
    """
    draft = Draft(check, state)
    new = draft.state
    new.aside = None  # its instants are those of the clock before
    if state.latest is not None and state.latest > now:
        new.latest = now
        new.last_ping = None if state.last_ping is None else min(state.last_ping, now)
        new.last_success = None if state.last_success is None else min(state.last_success, now)
    if state.slot is not None and state.slot > now:
        draft.account(check.schedule.slot(now, _NO_TIME))
    new.since = min(state.since, now)
    new.runs = tuple(
        replace(run, started_at=now) if run.started_at is not None and run.started_at > now else run
        for run in state.runs
    )
    return draft.finish(state)


def _skip_instants(draft: Draft, since: datetime, until: datetime) -> None:
    check, new = draft.check, draft.state
    missed = missed_at(check, new)
    if new.due is None or new.slot is None or missed is None or not since < missed[0] <= until:
        return
    # Every instant whose own deadline has passed goes; one still within its grace is judged as usual.
    patience = missed[0] - new.due
    end = until - patience
    for instant in check.schedule.between(new.slot, end, history.KEPT):
        draft.miss(instant, history.UNWATCHED)
    if check.schedule.kind == "every":
        draft.account(until)  # reports were lost, and with them the phase: it has a whole period to report
    else:
        draft.account(check.schedule.slot(end, _NO_TIME))
    new.unwatched = new.status is Status.UP

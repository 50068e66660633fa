"""Runs that make up for a missed slot: started by a person, and marked with that slot.

They are recorded, and that is all: they answer no slot, end no incident, move no deadline, count neither as a
failure nor as a run too many, and are kept apart from the runs that are judged. Only the regular run shows
that the job comes by itself again.
"""

from __future__ import annotations

from msgspec.structs import replace

from pulsetui.core.schedule.zone import zone
from pulsetui.core.state.draft import TransitionBuilder
from pulsetui.core.state.ping import Ping
from pulsetui.core.state.run import Run, judge
from pulsetui.core.state.state import CheckState
from pulsetui.core.state.status import Outcome, PingKind
from pulsetui.core.text.phrases import full_instant_text

MAX_CATCH_UPS = 5
"""So many of the newest are known by their run ids, also when they have ended: an end may be told again."""


def made_up_for(state: CheckState, ping: Ping) -> Ping | None:
    """``ping`` as one of a catch-up run, if that is what it is: it says so, or has the run id of one. What a
    job reports by itself, inside ``pulsetui run --catch-up``, only has the id."""
    if ping.catch_up is not None:
        return ping
    if ping.rid is None or any(run.rid == ping.rid for run in (*state.runs, *state.orphans)):
        return None
    known = next((run for run in state.catch_ups if run.rid == ping.rid), None)
    return None if known is None else replace(ping, catch_up=known.slot)


def record(draft: TransitionBuilder, ping: Ping) -> None:
    """Takes a start, success, fail or skip of a catch-up run in."""
    run = _run_of(draft, ping)
    if run is None:
        return
    state = draft.state
    kept = (*(other for other in state.catch_ups if other.n != run.n), run)
    for oldest in kept[:-MAX_CATCH_UPS]:
        if oldest.outcome is Outcome.RUNNING:
            draft.write_run(replace(oldest, outcome=Outcome.ORPHAN))
    state.catch_ups = kept[-MAX_CATCH_UPS:]
    draft.run = run.n
    draft.write_run(run)


def _run_of(draft: TransitionBuilder, ping: Ping) -> Run | None:
    """The run as it is after ``ping``; None when that is no news."""
    known = next((run for run in reversed(draft.state.catch_ups) if _is_same(run, ping)), None)
    n = draft.state.n_pings if known is None else known.n
    slot = ping.catch_up
    assert slot is not None  # the caller asked
    words = f"catch-up for {full_instant_text(slot, zone(draft.check.schedule.timezone))}"
    if ping.kind is PingKind.START:
        if known is not None:
            draft.run = known.n
            return None
        return Run(n=n, rid=ping.rid, started_at=ping.at, slot=slot, catch_up=True, detail=words)
    if known is not None and known.ended_at is not None and ping.kind is not PingKind.FAIL:
        draft.run = known.n  # its end is known already; only a failure says more
        return None
    began = None if known is None else known.started_at
    duration = ping.duration
    if duration is None and began is not None and ping.at >= began:
        duration = ping.at - began
    outcome, why = judge(draft.check, ping, duration)
    return Run(
        n=n,
        rid=ping.rid,
        started_at=began,
        ended_at=ping.at,
        slot=slot,
        outcome=outcome,
        duration=duration,
        exit_status=ping.exit_status,
        metrics=ping.metrics,
        catch_up=True,
        detail=f"{words}; {why}" if why else words,
    )


def _is_same(run: Run, ping: Ping) -> bool:
    """Without a run id only one that goes on, for the same slot, can be meant."""
    if ping.rid is not None or run.rid is not None:
        return run.rid == ping.rid
    return run.outcome is Outcome.RUNNING and run.slot == ping.catch_up and ping.kind is not PingKind.START

"""Which scheduled instant a run answers, and which ones had none."""

from __future__ import annotations

from datetime import datetime, timedelta

from pulsetui.core.state import history
from pulsetui.core.state.draft import TransitionBuilder
from pulsetui.core.state.run import Run
from pulsetui.core.state.status import Status

SETTLED_AT_ONCE = 2000
"""At most this many scheduled instants of a check are settled in one go; older ones are skipped."""

_NO_TIME = timedelta(0)


def slot_of(draft: TransitionBuilder, run: Run, at: datetime) -> datetime:
    """The early window belongs to the start when it is known: an hourly job that runs for 59 minutes has not
    done the next hour's work."""
    check = draft.check
    if check.schedule.kind == "every":
        return at
    if run.started_at is None or run.slot is None:
        return slot_at(draft, at, check.early)
    return max(run.slot, slot_at(draft, at, _NO_TIME))


def slot_at(draft: TransitionBuilder, at: datetime, early: timedelta) -> datetime:
    """``schedule.slot``, without asking the schedule while the next due instant is still far away."""
    slot, due = draft.state.slot, draft.state.due
    if slot is not None and due is not None and slot <= at < due - early:
        return slot
    return draft.check.schedule.slot(at, early)


def settle_slot(draft: TransitionBuilder, run: Run) -> None:
    """The run answers its slot; scheduled instants between the last one settled and it had no run."""
    state, schedule = draft.state, draft.check.schedule
    slot = run.slot
    assert slot is not None
    if state.status in (Status.NEW, Status.PAUSED) or state.slot is None:
        draft.account(slot)
        return
    if state.due is not None and slot >= state.due:
        instants = schedule.between(state.slot, slot, SETTLED_AT_ONCE)
        for before, instant, following in zip([state.slot, *instants], instants, instants[1:], strict=False):
            if not has_run(draft, before, instant, following, besides=run):
                draft.miss(instant)
    elif state.status is Status.DOWN or state.history[-2:-1] == history.UNWATCHED:
        draft.unmiss(state.slot)
    # Behind a clock that was set back the slot may be in the future: what the clock says now counts.
    behind = state.set_back_at is not None and run.ended_at is not None and run.ended_at < state.slot
    if slot > state.slot or (state.due is not None and slot >= state.due) or behind:
        draft.account(slot)


def has_run(
    draft: TransitionBuilder,
    before: datetime,
    instant: datetime,
    following: datetime | None,
    besides: Run | None = None,
) -> bool:
    """Whether a run that began for ``instant`` goes on: then it was not missed, whatever becomes of the run.

    ``before`` and ``following`` are the scheduled instants beside it: the runs of a period check begin
    anywhere between them.
    """
    return any(
        run.slot is not None and before < run.slot and (following is None or run.slot < following)
        for run in draft.state.runs
        if besides is None or run.n != besides.n
    )

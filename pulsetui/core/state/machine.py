"""The state machine: what pings and the passing of time do to a check.

The base is the observable behaviour of Healthchecks (its ``ping``, ``get_status`` and ``going_down_after``);
the differences are those that PulseTUI's design names: max_runtime, start_grace, the early window, overlap,
duplicate and orphan runs, expectations, thresholds, missed instants, checks that never report.
"""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from uuid import UUID

from msgspec.structs import replace

from pulsetui.core.schedule.duration import format_duration
from pulsetui.core.schedule.zone import zone
from pulsetui.core.state import catch_up
from pulsetui.core.state.check import Check, OnEvent
from pulsetui.core.state.draft import TransitionBuilder
from pulsetui.core.state.ping import Ping
from pulsetui.core.state.results import take_back, take_bad, take_good
from pulsetui.core.state.run import Run, judge
from pulsetui.core.state.slots import SETTLED_AT_ONCE, has_run, settle_slot, slot_at, slot_of
from pulsetui.core.state.state import CheckState, bound_of, missed_at
from pulsetui.core.state.status import SILENCE, Outcome, PingKind, Reason, Status
from pulsetui.core.state.transition import Transition
from pulsetui.core.text.phrases import full_instant_text, skips_text

MAX_RUN = timedelta(hours=72)
"""A start and an end further apart get no duration (as in Healthchecks), unless max_runtime is longer."""

RETRIED_WITHIN = timedelta(seconds=15)
"""A success that follows another of the same address so soon, both without a run id, is that one sent again:
the answer was lost, and curl's --retry waits for 10 s at most in our recipes, then for some seconds."""

TOLD_AGAIN_WITHIN = timedelta(minutes=1)
"""An end with the run id of the last one is that one again for so long, though at most for half of the time
until the next is due: some give all their runs one id. One that says how long its run took is no guess."""

_OF_RUNS = frozenset({PingKind.START, PingKind.SUCCESS, PingKind.FAIL, PingKind.SKIP})
_NO_TIME = timedelta(0)


def receive(check: Check, state: CheckState, ping: Ping, now: datetime) -> Transition:
    """What a ping does, up to its own instant; what the time since then does is for ``advance`` to say.

    ``ping.at`` is not later than ``now``; it is earlier when it came through a spool.
    """
    draft = TransitionBuilder(check, state)
    _advance(draft, ping.at)
    draft.state.n_pings += 1
    draft.state.before_pause = None  # what it would have meant without the pause, nobody can tell any more
    kind = ping.kind
    if kind in _OF_RUNS and (extra := catch_up.made_up_for(state, ping)) is not None:
        catch_up.record(draft, extra)
        return draft.finish(state, kind)
    if draft.state.status is Status.PAUSED and check.manual_resume:
        kind = PingKind.IGN
    if kind in _OF_RUNS:
        if ping.spooled and draft.state.latest is not None and ping.at < draft.state.latest:
            _record_late_arrival(draft, ping)
        else:
            draft.state.latest = ping.at
            if kind is PingKind.START:
                _start(draft, ping)
            elif kind is PingKind.SKIP:
                _skip(draft, ping, now)
            else:
                _finish(draft, ping, now)
    return draft.finish(state, kind)


def note_progress(check: Check, state: CheckState, rid: UUID | None, said: str) -> Transition:
    """How far a run is, as it says itself: shown with it while it goes on, and no ping to keep. Of one that
    hangs it stays what was told. ``said`` is unsafe text."""
    draft = TransitionBuilder(check, state)
    run = next((one for one in reversed(state.runs) if one.rid == rid), None)
    if run is not None and run.outcome is Outcome.RUNNING:
        draft.change_run(replace(run, detail=said))
    return draft.finish(state)


def advance(check: Check, state: CheckState, now: datetime) -> Transition:
    """What the time until ``now`` does: due instants missed, runs hung. Each flip carries its own instant."""
    draft = TransitionBuilder(check, state)
    _advance(draft, now)
    return draft.finish(state)


# --- time -------------------------------------------------------------------------------------------


def _advance(draft: TransitionBuilder, now: datetime) -> None:
    """Applies every instant up to and including ``now``, in order."""
    for _ in range(SETTLED_AT_ONCE):
        instant, act = min(_passed(draft), key=lambda passed: passed[0], default=(None, None))
        if instant is None or act is None or instant > now:
            return
        if isinstance(act, Run):
            _run_out(draft, act, instant)
        else:
            _miss_due(draft, act, instant)
    if draft.state.due is not None and draft.state.due < now:
        draft.account(draft.check.schedule.slot(now, _NO_TIME))


def _passed(draft: TransitionBuilder) -> list[tuple[datetime, Run | Reason]]:
    """What will happen next by itself: runs reach their bound, the due instant counts as missed."""
    check, state = draft.check, draft.state
    found: list[tuple[datetime, Run | Reason]] = [
        (bound, run)
        for run in state.runs
        if run.outcome is Outcome.RUNNING and (bound := bound_of(check, state, run)) is not None
    ]
    if (missed := missed_at(check, state)) is not None:
        found.append(missed)
    return found


def _run_out(draft: TransitionBuilder, run: Run, at: datetime) -> None:
    if run.n != draft.state.pending:
        _abandon(draft, run)
        return
    bound = format_duration(draft.check.max_runtime or draft.check.grace)
    detail = f"started and did not finish within {bound}"
    draft.state.unwatched = False
    draft.go_down(at, Reason.HUNG, detail)
    settle_slot(draft, run)
    draft.hang(run, detail)


def _abandon(draft: TransitionBuilder, run: Run) -> None:
    """The run never finished. Its slot had a run all the same, which is settled while nothing hangs on it: as
    long as the check is up, a mere start must not take the deadline away."""
    if draft.state.status is Status.DOWN:
        settle_slot(draft, run)
    draft.orphan(run)


def _miss_due(draft: TransitionBuilder, reason: Reason, at: datetime) -> None:
    state = draft.state
    due = state.due
    assert due is not None
    had_run = state.slot is not None and has_run(draft, state.slot, due, draft.check.schedule.next(due))
    if state.status is not Status.DOWN:
        draft.go_down(at, reason, _silence(draft, reason))
    elif state.reason not in SILENCE and not had_run:
        # It failed, and now it does not even run: whoever knows of the one need not know of the other.
        before = f" (before that: {state.detail})" if state.detail else ""
        draft.go_down(at, reason, _silence(draft, reason) + before)
    state.unwatched = False
    if not had_run:
        draft.miss(due)
    draft.account(due)


def _silence(draft: TransitionBuilder, reason: Reason) -> str:
    """What was not heard, in words."""
    check, state = draft.check, draft.state
    if reason is Reason.NEVER:
        what = "added" if state.since == state.created_at else "resumed"
        since = full_instant_text(state.since, zone(check.schedule.timezone))
        return f"no report since it was {what} on {since}: is its crontab line there?"
    if reason is Reason.NOT_STARTED:
        return f"no start within {format_duration(check.start_grace or _NO_TIME)} after due"
    return f"no success within {format_duration(check.grace)} after due"


# --- pings ------------------------------------------------------------------------------------------


def _start(draft: TransitionBuilder, ping: Ping) -> None:
    state, check = draft.state, draft.check
    same = next((run for run in state.runs if run.rid == ping.rid), None)
    running = [run for run in state.runs if run is not same and run.outcome is Outcome.RUNNING]
    for run in state.runs:
        if run is not same and run.outcome is Outcome.HUNG:
            draft.orphan(run)
    if same is not None and ping.rid is None:
        # Nothing could ever end the earlier one: its end would be taken for this one's.
        _abandon(draft, same)
        same = None
    run = Run(
        n=state.n_pings if same is None else same.n,
        rid=ping.rid,
        started_at=ping.at,
        slot=slot_at(draft, ping.at, check.early) if check.schedule.kind != "every" else ping.at,
        overlaps=running[-1].n if running and ping.rid is not None else None,
    )
    draft.open_run(run)
    state.pending = run.n
    if run.overlaps is not None and same is None:
        text = f"started while the run before was still going on ({len(running)} running)"
        if check.on_overlap is OnEvent.NOTE:
            draft.note(text)
        else:
            draft.go_down(ping.at, Reason.OVERLAP, text)
            if state.slot is None:
                settle_slot(draft, run)  # of a new check: what is scheduled after it is expected


def _finish(draft: TransitionBuilder, ping: Ping, now: datetime) -> None:
    """A success or a fail: ends its run, settles its slot, and gives the check its status."""
    state = draft.state
    again = _told_before(state, ping)
    if again is not None and _adds_nothing(state, again, ping):
        return
    previous_success = state.last_success
    if again is not None:
        take_back(draft, again)
        ping = replace(ping, metrics={**again.metrics, **ping.metrics})
    run = _ended(draft, ping, again)
    duplicate = again is None and _is_duplicate(draft, ping, run)
    settle_slot(draft, run)
    state.last_ping, state.last_kind = ping.at, ping.kind
    state.unwatched = False
    state.last_duration = run.duration
    if ping.kind is PingKind.SUCCESS:
        state.last_metrics = run.metrics
        state.last_source = sys.intern(ping.source)
    if ping.kind is PingKind.FAIL or ping.rid is None:
        state.pending = None  # as in Healthchecks: such a report clears whatever start is pending
    run = replace(run, duplicate=duplicate or (again is not None and again.duplicate))
    began = _began_before(state, run)
    draft.end_run(run, again)
    draft.forget_skips()
    if run.outcome is Outcome.SUCCESS:
        if not duplicate and run.overlaps is None and not state.runs:
            state.noted = ""
        for other in state.runs:
            if other.outcome is Outcome.HUNG:
                draft.orphan(other)
    flip_at = ping.at if ping.at >= state.since else now
    if run.outcome is Outcome.SUCCESS:
        take_good(draft, run, flip_at, began=began)
    else:
        take_bad(draft, run, flip_at)
    if duplicate:
        _tell_duplicate(draft, previous_success, ping.at, flip_at)


def _skip(draft: TransitionBuilder, ping: Ping, now: datetime) -> None:
    """A run that did nothing, on purpose: it answers its slot, for the job is alive, and is neither good nor
    bad. An incident goes on, failures stay counted, and a pause stays.

    A job that does nothing else is told of: at the ``skips_before_down``-th in a row, though no sooner than
    the same job would have been had it kept silent, and not while a run that may hold the lock has time
    left. That instant is fixed by the first of them, so nothing can put it off for ever.
    """
    state, check = draft.state, draft.check
    if _told_before(state, ping) is not None:
        return
    due = state.due or ping.at
    run = _ended(draft, ping)
    draft.end_run(run)
    state.last_skip = ping.at
    if state.status is Status.PAUSED:
        return
    if state.slot is not None:  # else it waits for its first success or fail
        settle_slot(draft, run)
    state.unwatched = False
    if state.skips == 0:
        bounds = (bound_of(check, state, other) for other in state.runs if other.outcome is Outcome.RUNNING)
        state.skips_tolerated_until = max([due + check.grace, *(bound for bound in bounds if bound)])
    state.skips, state.skip_why = state.skips + 1, ping.why
    tolerated = state.skips_tolerated_until
    if state.skips >= check.skips_before_down and (tolerated is None or ping.at >= tolerated):
        text = skips_text(state.skips, ping.why)
        draft.go_down(ping.at if ping.at >= state.since else now, Reason.SKIPPED, text)
        if state.slot is None:
            settle_slot(draft, run)  # of a new check: what is scheduled after it is expected


def _told_before(state: CheckState, ping: Ping) -> Run | None:
    """The run whose end this is once more: its answer was lost, or a job tells it itself inside
    ``pulsetui run``. It ended last, has the same run id, and that end lies within this run or just before."""
    last = state.last_run
    if last is None or last.rid != ping.rid or last.ended_at is None or _open_run(state, ping) is not None:
        return None
    since = ping.at - last.ended_at
    if ping.duration is not None and _NO_TIME <= since < ping.duration:
        return last
    within = TOLD_AGAIN_WITHIN
    if state.slot is not None and state.due is not None:
        within = min(within, (state.due - state.slot) / 2)
    return last if _NO_TIME <= since <= within else None


def _adds_nothing(state: CheckState, again: Run, ping: Ping) -> bool:
    """Whether that end is no news. What was told first stands, with its metrics and its reason, but for a
    failure after a success or a skip, and for what was missing in a success: a number, some of its time."""
    if again.outcome is Outcome.FAILED or (
        again.outcome is Outcome.SKIPPED and ping.kind is PingKind.SUCCESS
    ):
        return True
    if ping.kind is PingKind.FAIL:
        return False
    known = again.metrics.keys() >= ping.metrics.keys()
    longer = ping.duration is not None and (again.duration is None or ping.duration > again.duration)
    return known and not longer


def _began_before(state: CheckState, run: Run) -> datetime | None:
    """When ``run`` began, if that can be known only from the end before it: whether one that tells no start,
    after one that did and with the same run id, is another run or the same, nobody can tell."""
    last = state.last_run
    if last is None or last.rid != run.rid or last.outcome is not run.outcome:
        return None
    return last.started_at if run.started_at is None and run.duration is None else None


def _tell_duplicate(
    draft: TransitionBuilder, before: datetime | None, at: datetime, flip_at: datetime
) -> None:
    assert before is not None
    text = f"ran twice: a success {format_duration(at - before)} after the one before"
    if draft.check.on_duplicate is OnEvent.DOWN:
        draft.go_down(flip_at, Reason.RAN_TWICE, text)
    else:
        draft.note(text)


def _is_duplicate(draft: TransitionBuilder, ping: Ping, run: Run) -> bool:
    """Whether the job has run again too soon after the success before."""
    before, shortest = draft.state.last_success, draft.check.min_interval
    if before is None or shortest is None or run.outcome is not Outcome.SUCCESS:
        return False
    return ping.at - before < shortest and not _is_retry(draft.state, ping)


def _is_retry(state: CheckState, ping: Ping) -> bool:
    """Whether this success is the one before, sent again because its answer was lost."""
    return (
        ping.rid is None
        and state.last_run is None
        and state.last_kind is PingKind.SUCCESS
        and state.last_success is not None
        and ping.source != ""
        and ping.source == state.last_source
        and ping.at - state.last_success <= RETRIED_WITHIN
    )


def _open_run(state: CheckState, ping: Ping) -> Run | None:
    """The run that this report ends: the newest open one with the same run id (both may have none), or one
    that was given up."""
    for run in (*reversed(state.runs), *reversed(state.orphans)):
        if run.rid == ping.rid:
            return run
    return None


def _ended(draft: TransitionBuilder, ping: Ping, again: Run | None = None) -> Run:
    """The run that ``ping`` ends, judged; ``again``: it had ended already."""
    check = draft.check
    opened = again or _open_run(draft.state, ping) or Run(n=draft.state.n_pings, rid=ping.rid)
    duration = ping.duration
    if duration is None and opened.started_at is not None:
        measured = ping.at - opened.started_at
        longest = max(MAX_RUN, check.max_runtime or _NO_TIME)
        duration = measured if _NO_TIME <= measured <= longest else None
    outcome, detail = judge(check, ping, duration)
    return Run(
        n=opened.n,
        rid=opened.rid,
        started_at=opened.started_at,
        ended_at=ping.at,
        slot=slot_of(draft, opened, ping.at),
        outcome=outcome,
        duration=duration,
        exit_status=ping.exit_status,
        metrics=ping.metrics,
        overlaps=opened.overlaps,
        detail=detail,
    )


def _record_late_arrival(draft: TransitionBuilder, ping: Ping) -> None:
    """A report older than one already judged (a spool that came late): it joins the runs, judging nothing."""
    if ping.kind is PingKind.START:
        return
    run = _ended(draft, ping)
    draft.close_run(run)
    draft.run = run.n

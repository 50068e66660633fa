"""What a person or the engine itself does to a check."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from msgspec.structs import replace

from pulsetui.core.schedule.schedule import CORRECTION
from pulsetui.core.schedule.zone import zone
from pulsetui.core.state import history
from pulsetui.core.state.check import Check
from pulsetui.core.state.draft import TransitionBuilder, limits_of, signature
from pulsetui.core.state.incident import Acknowledgement
from pulsetui.core.state.state import CheckState, bound_of, missed_at
from pulsetui.core.state.status import Outcome, Reason, Status
from pulsetui.core.state.transition import Transition
from pulsetui.core.text.phrases import full_instant_text

UNDONE_IN_A_ROW = 3
"""At most this many pauses and resumes of a check can be undone in a row: each keeps a whole state."""

_NO_TIME = timedelta(0)
_TICK = timedelta(microseconds=1)


def pause(check: Check, state: CheckState, now: datetime, by: str = "") -> Transition:
    """Nothing is expected any more. An open incident ends; a pending start is forgotten (Healthchecks)."""
    draft = TransitionBuilder(check, state)
    draft.go(now, Status.PAUSED, closed_by=f"pause, {by}" if by else "pause")
    draft.state.before_pause = _kept(state)
    draft.state.pending = None
    draft.state.unproven = None
    draft.state.slot = draft.state.due = None
    draft.state.unwatched = False
    draft.forget_failures()
    draft.forget_skips()
    return draft.finish(state)


def resume(check: Check, state: CheckState, now: datetime) -> Transition:
    """As if it had just been added, but for what is known of it. Nothing happens unless it is paused.

    What came during the pause starts nothing: no run of that time can hang.
    """
    draft = TransitionBuilder(check, state)
    if state.status is Status.PAUSED:
        draft.go(now, Status.NEW)
        draft.state.before_pause = _kept(state)
        draft.state.pending = None
        _expect_first(draft, now)
    return draft.finish(state)


def _expect_first(draft: TransitionBuilder, now: datetime) -> None:
    """Of a check without a report: its first scheduled instant from ``now`` on is expected like any other,
    unless it is to wait for a first report."""
    if draft.check.wait_for_first:
        draft.state.slot = draft.state.due = None
    else:
        draft.account(draft.check.schedule.slot(now, _NO_TIME))


def undo(check: Check, state: CheckState, now: datetime) -> Transition | None:
    """As if the last pause or resume had not been; what the time since then does is for ``advance`` to say.

    None when that cannot be: it has reported since, or there were times that nobody watched. The incident
    that a pause ended is open again. There is no flip: nothing new has happened that anybody should be told.
    """
    if state.before_pause is None or state.before_pause.n_pings != state.n_pings:
        return None
    # The schedule may have been edited meanwhile.
    before = redefine(check, state.before_pause, now).state
    return Transition(state=before, incidents=() if before.incident is None else (before.incident,))


def _kept(state: CheckState, depth: int = UNDONE_IN_A_ROW) -> CheckState:
    kept = state.copied()
    earlier = state.before_pause
    kept.before_pause = None if earlier is None or depth == 1 else _kept(earlier, depth - 1)
    return kept


def acknowledge(check: Check, state: CheckState, acknowledgement: Acknowledgement | None) -> Transition:
    """Calms the open incident, or takes that back with None. Nothing happens without an incident."""
    draft = TransitionBuilder(check, state)
    if state.incident is not None:
        draft.state.incident = replace(state.incident, acknowledgement=acknowledgement)
    return draft.finish(state)


def redefine(check: Check, state: CheckState, now: datetime) -> Transition:
    """The check may be defined in another way than its state was made with.

    An edit never judges the time before it: of another schedule the instants after ``now`` are expected, and
    a deadline that a shorter span puts into the past counts from ``now``.
    """
    schedule, limits = signature(check), limits_of(check)
    if (state.schedule, state.limits) == (schedule, limits) and expects_as_defined(check, state):
        return Transition(state=state)  # as at most starts: nothing is copied for thousands of checks
    draft = TransitionBuilder(check, state)
    new = draft.state
    if new.limits not in ("", limits):
        new.edited_at = now
    new.limits = limits
    another = new.schedule != schedule
    if new.status is Status.DOWN and new.reason is Reason.NEVER and check.wait_for_first:
        draft.go(now, Status.NEW, closed_by="an edit: it waits for its first report")
    if new.status is Status.NEW:
        if check.wait_for_first or new.slot is None or another:
            _expect_first(draft, now)
    elif another and new.slot is not None:
        draft.account((_last_report(new) if check.schedule.kind == "every" else None) or new.slot)
        if new.due is not None and new.due <= now:
            draft.account(check.schedule.slot(now, _NO_TIME))
    new.schedule = schedule
    return draft.finish(state)


def _last_report(state: CheckState) -> datetime | None:
    """The newest report that answered a slot: a period counts from it."""
    return max((at for at in (state.last_ping, state.last_skip) if at is not None), default=None)


def expects_as_defined(check: Check, state: CheckState) -> bool:
    """Whether what a check without a report expects is what ``wait_for_first`` says."""
    if state.status is Status.NEW:
        return check.wait_for_first is (state.slot is None)
    return not (check.wait_for_first and state.reason is Reason.NEVER)


def skip_unwatched(check: Check, state: CheckState, since: datetime, until: datetime) -> Transition:
    """Nobody was watching in ``(since, until]``: what ran out in it cannot be judged.

    The deadline that passed in the span does not take the check down; it is marked ``unwatched`` and judged
    again from its next due instant on. But a second span in which a deadline passes, with no report in
    between, does: an outage that comes back at each deadline must not hide a job that has stopped. A run
    whose bound lies in the span can no longer take it down either.
    """
    draft = TransitionBuilder(check, state)
    new = draft.state
    forgiven = new.unwatched
    new.before_pause = None  # it was not watched either
    _put_right(draft, until)
    pending = new.pending_run()
    if pending is not None and pending.outcome is Outcome.RUNNING:
        bound = bound_of(check, new, pending)
        if bound is not None and since < bound <= until:
            new.pending = None
            new.unwatched = new.status in _FORGIVING
    _skip_instants(draft, since, until, forgiven=forgiven)
    return draft.finish(state)


def is_touched(check: Check, state: CheckState, since: datetime, until: datetime) -> bool:
    """Whether ``skip_unwatched`` may change anything: of thousands of checks mostly nothing, and each
    costs a start its share."""
    if state.runs or state.before_pause is not None or state.set_back_at is not None:
        return True
    missed = missed_at(check, state)
    return missed is not None and since < missed[0] <= until


_FORGIVING = (Status.UP, Status.NEW)


def forgive(check: Check, state: CheckState, at: datetime, rid: UUID | None) -> Transition:
    """A good report came at ``at`` and was refused (503): the slot that it would have answered cannot be
    judged, nor can its run. Once, as with deadlines that nobody watched."""
    draft = TransitionBuilder(check, state)
    new = draft.state
    pending = new.pending_run()
    if pending is not None and (rid is None or pending.rid == rid):
        new.pending = None
    if new.status not in _FORGIVING or new.unwatched or new.slot is None:
        return draft.finish(state)
    slot = check.schedule.slot(at, check.early)
    if slot > new.slot:
        for instant in check.schedule.between(new.slot, slot, history.KEPT):
            draft.miss(instant, history.UNWATCHED)
        draft.account(slot)
        new.unwatched = True
    draft.forget_skips()
    return draft.finish(state)


def set_back(check: Check, state: CheckState, before: datetime, now: datetime) -> Transition:
    """The clock was set back from ``before`` to ``now``. What was recorded stays: the new time may be the
    wrong one (a board without a clock boots in 1970), and then that answers its slot again.

    Only what is due is what the clock expects now; otherwise one that was a year ahead for a minute would
    make its checks due in a year. After a small step cron runs nothing twice, so what ran already is not
    expected again.
    """
    draft = TransitionBuilder(check, state)
    new = draft.state
    new.before_pause = None  # its instants are those of the clock before
    new.set_back_at, new.set_back_ping = now, state.n_pings
    draft.forget_skips()  # they would be tolerated until an instant of the clock before
    if new.slot is None:
        return draft.finish(state)
    due = check.schedule.next(check.schedule.slot(now, _NO_TIME))
    ran_already = due is not None and due <= new.slot
    if before - now >= CORRECTION or check.schedule.runs_again or not ran_already:
        new.due = due
    return draft.finish(state)


def _put_right(draft: TransitionBuilder, until: datetime) -> None:
    """A clock that was set back is past what was recorded before: that answers its slot as ever."""
    new = draft.state
    if new.set_back_at is None:
        return
    if new.slot is not None and new.set_back_at < new.slot <= until:
        new.due = draft.check.schedule.next(new.slot)
    if all(instant is None or instant <= until for instant in (new.slot, new.latest)):
        new.set_back_at = None


def _skip_instants(draft: TransitionBuilder, since: datetime, until: datetime, *, forgiven: bool) -> None:
    check, new = draft.check, draft.state
    missed = missed_at(check, new)
    if new.due is None or new.slot is None or missed is None or not since < missed[0] <= until:
        return
    letter = history.UNWATCHED
    if forgiven and new.status in _FORGIVING:
        heard = _last_report(new) or new.created_at
        text = f"not heard of since {full_instant_text(heard, zone(check.schedule.timezone))}"
        reason = Reason.NEVER if missed[1] is Reason.NEVER else Reason.MISSED
        draft.go_down(missed[0], reason, f"{text}; two deadlines in a row passed while nobody watched")
        letter = history.MISSED
    # Every instant whose own deadline has passed goes; one still within its grace is judged as usual.
    patience = missed[0] - new.due
    end = until - patience
    for instant in check.schedule.between(min(new.slot, new.due - _TICK), end, history.KEPT):
        draft.miss(instant, letter)
    if check.schedule.kind == "every":
        draft.account(until)  # reports were lost, and with them the phase: it has a whole period to report
    else:
        draft.account(check.schedule.slot(end, _NO_TIME))
    new.unwatched = new.status in _FORGIVING

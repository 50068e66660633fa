"""Where a check stands, and the instants at which that changes by itself."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from datetime import datetime, timedelta

from msgspec import Struct, field

from pulsetui.core.state.alert_plan import Plans, next_due
from pulsetui.core.state.check import Check
from pulsetui.core.state.incident import Incident
from pulsetui.core.state.ping import NO_METRICS
from pulsetui.core.state.run import Run, Unproven
from pulsetui.core.state.status import Outcome, PingKind, Reason, Status


class CheckState(Struct, kw_only=True, omit_defaults=True, gc=False):
    """All that is remembered of a check between two events.

    Only the functions of ``machine`` and ``operate`` beside it make new ones; they change a private copy and
    never touch a state that they have returned. ``status`` is NEW, UP, DOWN or PAUSED: LATE follows from UP
    or NEW and the clock.

    It is stored under the names of its fields, or the older ones that ``field`` keeps for two of them.

    ``due`` follows ``slot``, except while the clock is behind what was recorded (``set_back_at``): then
    ``slot`` may lie in the future, and ``due`` is what that clock expects.
    """

    created_at: datetime
    since: datetime  # of the last flip
    status: Status = Status.NEW
    reason: Reason | None = None  # set when DOWN
    detail: str = ""
    n_pings: int = 0
    latest: datetime | None = None  # newest start, success or fail: older ones come late and judge nothing
    last_ping: datetime | None = None  # newest success or fail
    last_kind: PingKind | None = None
    last_success: datetime | None = None
    good_began: datetime | None = None  # when the newest good run began, as far as is known
    bad_began: datetime | None = None  # the newest bad one
    last_run: Run | None = None  # the newest finished one, if it has a run id: its end may be told again
    last_source: str = ""  # address that the newest success came from
    slot: datetime | None = None  # the scheduled instant accounted for last
    due: datetime | None = None  # the next one after it; None when nothing is expected
    schedule: str = ""  # signature of the schedule that ``due`` was computed with
    limits: str = ""  # signature of the spans that its deadlines were computed with
    edited_at: datetime | None = None  # when one of these last changed
    set_back_at: datetime | None = None  # where a clock that was set back began again
    set_back_ping: int = 0  # n of the newest ping from before that
    last_duration: timedelta | None = None
    durations: tuple[float, ...] = ()  # of recent good runs, seconds, newest last
    last_metrics: Mapping[str, float] = field(default_factory=lambda: NO_METRICS)
    runs: tuple[Run, ...] = ()  # not finished, oldest first
    orphans: tuple[Run, ...] = ()  # given up, but their ends can still be told by their run ids; oldest first
    catch_ups: tuple[Run, ...] = ()  # the newest that make up for a missed slot; nothing is judged by them
    pending: int | None = None  # n of the run whose bound can take the check down
    failures: int = 0  # in a row
    failing_since: datetime | None = None  # when the first of them was reported; None: none, or never noted
    successes: int = 0  # in a row while down
    skips: int = 0  # runs skipped since the last success or fail
    skip_why: str = ""  # why the newest of them did nothing; unsafe text
    last_skip: datetime | None = None
    skips_tolerated_until: datetime | None = None  # however many there are
    unproven: Unproven | None = None  # the newest good run, until its proof was looked for
    usual: Mapping[str, tuple[float, ...]] | None = None
    # ^ by the text of a proof: what was measured of runs that it proved, newest last; None: of none
    unprovable: int = 0  # good runs in a row of which nobody can tell whether they did their work
    unprovable_why: str = ""  # of the newest, in words; unsafe text
    unwatched: bool = False  # its last deadline passed while nobody was watching
    incidents: int = 0  # had so far
    incident: Incident | None = None  # the open one
    alert_pending: bool = field(default=False, name="untold")
    # ^ 0.1.0: it went down while it was snoozed; ``plans`` say it since then
    plans: Plans | None = None  # who is told of the open incident; None: written before there were plans
    turns: tuple[datetime, ...] = ()  # when it lately went down or came up: many make it flap
    flaps_until: datetime | None = None  # nobody is told of its ups and downs until then
    noted: str = ""  # the overlap or duplicate run since the last run that was neither, in words
    history: str = ""  # see core.history
    last_line: str = ""  # last line of the last body; unsafe text
    before_pause: CheckState | None = field(default=None, name="aside")
    # ^ as it was before the last pause or resume, while that can be undone

    def copied(self) -> CheckState:
        """A copy to change."""
        return copy(self)

    def pending_run(self) -> Run | None:
        """The run whose bound can take the check down."""
        return next((run for run in self.runs if run.n == self.pending), None)


def new_state(at: datetime) -> CheckState:
    """The state of a check that was defined at ``at``."""
    return CheckState(created_at=at, since=at)


_AWAITED = (Status.UP, Status.NEW)


def status_at(state: CheckState, now: datetime) -> Status:
    """The status as it is shown: LATE from the due instant on (inclusive, as in Healthchecks)."""
    if state.status in _AWAITED and state.due is not None and now >= state.due:
        return Status.LATE
    return state.status


def bound_of(check: Check, state: CheckState, run: Run) -> datetime | None:
    """When a run that goes on counts as hung: start + max_runtime, or start + grace where that is not set.

    A run that began by a clock which was ahead is given its whole span from where the clock began again.
    """
    if run.started_at is None:
        return None
    began = run.started_at
    if state.set_back_at is not None and run.n <= state.set_back_ping:
        began = min(began, state.set_back_at)
    return _over_at(state, began, check.max_runtime or check.grace)


def missed_at(check: Check, state: CheckState) -> tuple[datetime, Reason] | None:
    """When the due instant will count as missed, and as what, if nothing arrives.

    A run that answers the due slot and has a ``max_runtime`` of its own is judged by that bound instead:
    otherwise a long job that started on time would be called overdue while it is visibly running.
    """
    if state.due is None or state.status is Status.PAUSED:
        return None
    deadline = _over_at(state, state.due, check.grace)
    answering = state.runs and [run for run in state.runs if run.slot is not None and run.slot >= state.due]
    if answering:
        running = [run for run in answering if run.outcome is Outcome.RUNNING]
        if check.max_runtime is None or not running:
            return deadline, Reason.MISSED
        bounds = [bound for run in answering if (bound := bound_of(check, state, run)) is not None]
        return max(deadline, *bounds), Reason.MISSED
    if state.status is Status.NEW and not _heard_of(state):
        return deadline, Reason.NEVER
    if check.start_grace is not None and check.start_grace < check.grace:
        return _over_at(state, state.due, check.start_grace), Reason.NOT_STARTED
    return deadline, Reason.MISSED


def _heard_of(state: CheckState) -> bool:
    """Whether a start came since it was added or resumed."""
    return state.latest is not None and state.latest >= state.since


def _over_at(state: CheckState, begin: datetime, span: timedelta) -> datetime:
    """When a tolerated span is over. An edit judges no time before it: what it would end in the past, it
    ends a whole span after the edit."""
    end = begin + span
    if state.edited_at is not None and end <= state.edited_at:
        return state.edited_at + span
    return end


def next_wake(check: Check, state: CheckState, now: datetime) -> datetime | None:
    """When the check must be looked at again: in the past when something has run out already."""
    wakes = [
        bound
        for run in state.runs
        if run.outcome is Outcome.RUNNING and (bound := bound_of(check, state, run)) is not None
    ]
    if (missed := missed_at(check, state)) is not None:
        wakes.append(missed[0])
    if state.status in _AWAITED and state.due is not None and state.due > now:
        wakes.append(state.due)  # nothing changes but the look: it becomes late
    if state.plans and (told := next_due(state.plans, now)) is not None:
        wakes.append(told)
    if state.flaps_until is not None and state.flaps_until > now:
        wakes.append(state.flaps_until)
    return min(wakes, default=None)

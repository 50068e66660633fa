"""From the engine's state to what screens and scripts see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TypedDict

import msgspec

from pulsetui.client.alert import Alert
from pulsetui.client.glance import CheckGlance
from pulsetui.client.views import (
    CheckDetails,
    CheckView,
    DeliveryView,
    IncidentView,
    PingView,
    RunView,
    Timeline,
    TimelineLane,
    TimelineRun,
    oddity_of,
)
from pulsetui.core.schedule.parse import parse_schedule
from pulsetui.core.schedule.period import Every
from pulsetui.core.schedule.schedule import Schedule, ScheduleKind
from pulsetui.core.state.check import Check
from pulsetui.core.state.incident import MISSED_LISTED, Incident
from pulsetui.core.state.maintenance import MaintenanceWindow
from pulsetui.core.state.snooze import Snooze, snoozed_until
from pulsetui.core.state.state import CheckState, bound_of, missed_at, status_at
from pulsetui.core.state.status import SILENCE, Outcome, PingKind, Status
from pulsetui.core.text.clean import decode
from pulsetui.core.text.phrases import skips_text, unprovable_text
from pulsetui.monitor.writing.checks import TrackedCheck
from pulsetui.store.queries import Queries, StoredDelivery, StoredPing
from pulsetui.store.rows import StoredRun

RUNS_SHOWN = 200
PINGS_SHOWN = 200
INCIDENTS_SHOWN = 100
FLIPS_SHOWN = 100
DELIVERIES_SHOWN = 100
UPCOMING_SHOWN = 5
MISSED_IN_ROW = 20
LANE_SHOWN = 600
UNWATCHED_SHOWN = 500
_ENOUGH_FOR_USUAL = 3
_FAR = timedelta(days=3660)
_CLOCK_CHANGES_AHEAD = timedelta(days=14)
"""Most nightly runs are touched by some clock change: said all year, nobody would read it when it counts."""

_alert_decoder = msgspec.json.Decoder(Alert)


@lru_cache(maxsize=4096)
def _words(kind: ScheduleKind, expression: str, timezone: str) -> str:
    return parse_schedule(kind, expression, timezone).describe()


def words_of(schedule: Schedule) -> str:
    """``schedule.describe()``, remembered: a view is built at each ping."""
    return _words(schedule.kind, schedule.expression, schedule.timezone)


def check_view(
    tracked: TrackedCheck, hook_names: Sequence[str], snoozes: Sequence[Snooze], now: datetime
) -> CheckView:
    """One row of the table, as of ``now``."""
    check, state = tracked.check, tracked.state
    status = status_at(state, now)
    running = [run for run in state.runs if run.outcome is Outcome.RUNNING]
    newest = running[-1] if running else None
    hung = next((run.started_at for run in reversed(state.runs) if run.outcome is Outcome.HUNG), None)
    due, deadline = _due_and_deadline(check, state)
    return CheckView(
        **_defined(tracked, state, hook_names, words_of(check.schedule)),
        status=status,
        reason=state.reason,
        detail=state.detail,
        since=_since(state, status),
        started=newest is not None,
        started_at=None if newest is None else newest.started_at,
        run_bound=None if newest is None else bound_of(check, state, newest),
        running=len(running),
        progress="" if newest is None else newest.detail,
        unwatched=state.unwatched,
        last_ping=state.last_ping,
        last_kind=state.last_kind,
        last_success=state.last_success,
        last_duration=None if state.last_duration is None else state.last_duration.total_seconds(),
        usual_duration=_usual(state.durations),
        last_metrics=state.last_metrics,
        next_ping=due,
        deadline=deadline,
        upcoming=state.due if state.due is not None and state.due > now else check.schedule.next(now),
        first_due=check.schedule.next(state.since) if status is Status.NEW and due is None else None,
        n_pings=state.n_pings,
        incident=None if state.incident is None else incident_view(state.incident, MISSED_IN_ROW),
        history=state.history,
        noted=state.noted,
        skipped=skips_text(state.skips, state.skip_why),
        unprovable=unprovable_text(state.unprovable, state.unprovable_why) if check.prove else "",
        snoozed_until=snoozed_until(snoozes, check, now) if snoozes else None,
        last_line=state.last_line,
        hung_since=hung,
    )


def bare_view(tracked: TrackedCheck, hook_names: Sequence[str]) -> CheckView:
    """What is known of a check without computing anything: something of it makes that raise."""
    check, state = tracked.check, tracked.state
    return CheckView(
        **_defined(tracked, state, hook_names, check.schedule.expression),
        status=state.status,
        reason=state.reason,
        detail=state.detail,
        since=state.since,
        started=False,
        started_at=None,
        run_bound=None,
        running=0,
        unwatched=state.unwatched,
        last_ping=state.last_ping,
        last_kind=state.last_kind,
        last_success=state.last_success,
        last_duration=None,
        usual_duration=None,
        last_metrics=state.last_metrics,
        next_ping=state.due,
        deadline=None,
        upcoming=None,
        first_due=None,
        n_pings=state.n_pings,
        incident=None,
        history=state.history,
        last_line=state.last_line,
    )


def check_glance(tracked: TrackedCheck, snoozes: Sequence[Snooze], now: datetime) -> CheckGlance:
    """The same as ``check_view``, as far as it goes; of a calm check nothing is read for it."""
    check = tracked.check
    if (calm := tracked.calm) is not None:
        status, reason, due, deadline = calm.status_at(now), None, calm.due, calm.deadline
        unwatched = is_running = acknowledged = False
    else:
        state = tracked.state
        status, reason, unwatched = status_at(state, now), state.reason, state.unwatched
        due, deadline = _due_and_deadline(check, state)
        is_running = any(run.outcome in (Outcome.RUNNING, Outcome.HUNG) for run in state.runs)
        acknowledged = state.incident is not None and state.incident.acknowledgement is not None
    schedule = check.schedule
    return CheckGlance(
        slug=check.slug,
        name=check.name,
        tags=check.tags,
        schedule_kind=schedule.kind,
        tz=schedule.timezone,
        status=status,
        reason=reason,
        next_ping=due,
        deadline=deadline,
        unwatched=unwatched,
        is_running=is_running,
        snoozed_until=snoozed_until(snoozes, check, now) if snoozes else None,
        acknowledged=acknowledged,
    )


class _Defined(TypedDict):
    slug: str
    uuid: str
    name: str
    desc: str
    tags: tuple[str, ...]
    hooks: tuple[str, ...]
    schedule_kind: ScheduleKind
    schedule: str
    tz: str
    schedule_words: str
    grace: float
    max_runtime: float | None
    manual_resume: bool
    created_at: datetime
    source: tuple[str, str] | None


def _defined(tracked: TrackedCheck, state: CheckState, hook_names: Sequence[str], words: str) -> _Defined:
    """What a check is, wherever it stands; ``words`` say its schedule."""
    check = tracked.check
    return {
        "slug": check.slug,
        "uuid": tracked.uuid,
        "name": check.name,
        "desc": check.desc,
        "tags": check.tags,
        "hooks": tuple(hook_names) if check.hooks is None else check.hooks,
        "schedule_kind": check.schedule.kind,
        "schedule": check.schedule.expression,
        "tz": check.schedule.timezone,
        "schedule_words": words,
        "grace": check.grace.total_seconds(),
        "max_runtime": None if check.max_runtime is None else check.max_runtime.total_seconds(),
        "manual_resume": check.manual_resume,
        "created_at": state.created_at,
        "source": check.source_id,
    }


def _since(state: CheckState, status: Status) -> datetime:
    """Since when it has this status; of one that took several failures, since the first."""
    if status is Status.LATE and state.due is not None:
        return state.due
    return state.since if state.incident is None else state.incident.since


def _usual(durations: Sequence[float]) -> float | None:
    """The median: one run that took an hour does not make an hour usual."""
    if len(durations) < _ENOUGH_FOR_USUAL:
        return None
    from statistics import median  # with fractions and decimals behind it: not for the first frame

    return median(durations)


def _due_and_deadline(check: Check, state: CheckState) -> tuple[datetime | None, datetime | None]:
    """While overdue: the instant that was missed, since "how late" is the question then."""
    if state.status is Status.DOWN and state.reason in SILENCE:
        incident = state.incident
        if incident is not None and incident.missed:
            return incident.missed[0], incident.started_at
        if incident is not None and state.runs and not state.successes:
            return state.slot, incident.started_at  # it has a run, which goes on past the deadline
    missed = missed_at(check, state)
    return state.due, None if missed is None else missed[0]


def incident_view(incident: Incident, listed: int = MISSED_LISTED) -> IncidentView:
    """``listed`` bounds the missed instants: a row needs few, the details all."""
    acknowledged = incident.acknowledgement
    return IncidentView(
        n=incident.n,
        reason=incident.reason,
        detail=incident.detail,
        started_at=incident.since,
        ended_at=incident.ended_at,
        missed=incident.missed[:listed],
        missed_count=incident.missed_count,
        acknowledged_at=None if acknowledged is None else acknowledged.at,
        acknowledged_by="" if acknowledged is None else acknowledged.by,
        note="" if acknowledged is None else acknowledged.note,
        closed_by=incident.closed_by,
    )


def check_details(
    tracked: TrackedCheck, view: CheckView, fields: Mapping[str, object], queries: Queries, now: datetime
) -> CheckDetails:
    """Everything about one check. Reads the database."""
    schedule, state = tracked.check.schedule, tracked.state
    after = state.due if schedule.kind == "every" and state.due is not None and state.due > now else now
    upcoming = list(schedule.between(after, now + _FAR, UPCOMING_SHOWN))
    if after != now:
        upcoming = [after, *upcoming][:UPCOMING_SHOWN]
    return CheckDetails(
        view=view,
        fields=fields,
        runs=tuple(_run_view(run) for run in queries.runs(tracked.id, RUNS_SHOWN)),
        pings=tuple(_ping_view(ping) for ping in queries.pings(tracked.id, PINGS_SHOWN)),
        incidents=tuple(incident_view(one) for one in queries.incidents(tracked.id, INCIDENTS_SHOWN)),
        flips=tuple(queries.flips(tracked.id, FLIPS_SHOWN)),
        deliveries=tuple(delivery_view(one) for one in queries.deliveries(tracked.id, DELIVERIES_SHOWN)),
        due_next=tuple(upcoming),
        schedule_warnings=tuple(schedule.warnings(now, _CLOCK_CHANGES_AHEAD)),
        plans=(state.plans or ()) if state.incident is not None else (),
        caught_up=tuple(queries.caught_up(tracked.id)),
    )


def timeline(
    tracked: Sequence[TrackedCheck],
    queries: Queries,
    since: datetime,
    until: datetime,
    now: datetime,
    windows: Sequence[MaintenanceWindow] = (),
) -> Timeline:
    """What these checks did and will do between two instants. Reads the database."""
    opened = [(window, _openings(window, since, until)) for window in windows]
    unwatched = [span for span in queries.unwatched(UNWATCHED_SHOWN) if span[1] > since and span[0] < until]
    return Timeline(
        since=since,
        until=until,
        lanes=tuple(_lane(one, queries, since, until, now, opened) for one in tracked),
        unwatched=tuple(unwatched),
    )


_Openings = Sequence[tuple[datetime, datetime, str]]


def _openings(window: MaintenanceWindow, since: datetime, until: datetime) -> _Openings:
    """When it is open, as a lane has it; what is too close to be told apart is one span."""
    step = _step(since, until)
    found: list[tuple[datetime, datetime, str]] = []
    for begin, end in window.spans(since, until):
        if found and begin - found[-1][1] < step:
            begin, end = found[-1][0], max(end, found.pop()[1])  # noqa: PLW2901 - both are one span
        found.append((begin, end, window.name))
    return found


def _step(since: datetime, until: datetime) -> timedelta:
    """What is closer than this cannot be told apart on a lane."""
    return max((until - since) / LANE_SHOWN, timedelta(seconds=1))


def _lane(
    tracked: TrackedCheck,
    queries: Queries,
    since: datetime,
    until: datetime,
    now: datetime,
    opened: Sequence[tuple[MaintenanceWindow, _Openings]],
) -> TimelineLane:
    step = _step(since, until)
    incidents = queries.incidents_between(tracked.id, since, until)
    runs = [
        TimelineRun(
            n=run.n,
            started_at=run.started_at,
            ended_at=run.ended_at,
            outcome=run.outcome,
            oddity=oddity_of(duplicate=run.duplicate, overlaps=run.overlaps),
            catch_up=run.slot if run.catch_up else None,
        )
        for run in reversed(queries.runs_between(tracked.id, since, until, step, 2 * LANE_SHOWN))
    ]
    paused = tracked.state.status is Status.PAUSED
    return TimelineLane(
        slug=tracked.check.slug,
        runs=tuple(runs),
        missed=tuple(sorted(at for one in incidents for at in one.missed if since <= at <= until)),
        down=tuple((one.since, one.ended_at) for one in reversed(incidents)),
        upcoming=() if paused else _upcoming(tracked, max(since, now), until, step),
        maintenance=tuple(one for window, spans in opened if window.covers(tracked.check) for one in spans),
    )


def _upcoming(
    tracked: TrackedCheck, after: datetime, until: datetime, step: timedelta
) -> tuple[datetime, ...]:
    """The slots in ``(after, until]``, of those within one ``step`` only the first. A period counts from the
    last report, so nothing is known of it before there was one."""
    schedule, due = tracked.check.schedule, tracked.state.due
    if isinstance(schedule, Every):
        if due is None:
            return ()
        period = schedule.period
        first = due + max((after - due) // period + 1, 0) * period
        return _stepped(first, period * max(-(-step // period), 1), until)
    found: list[datetime] = []
    at = schedule.next(after)
    while at is not None and at <= until and len(found) < LANE_SHOWN:
        found.append(at)
        at = schedule.next(at + step - timedelta(microseconds=1)) if at < until - step else None
    return tuple(found)


def _stepped(first: datetime, stride: timedelta, until: datetime) -> tuple[datetime, ...]:
    count = min(max((until - first) // stride + 1, 0), LANE_SHOWN)
    return tuple(first + stride * n for n in range(count))


def _run_view(run: StoredRun) -> RunView:
    return RunView(
        n=run.n,
        rid=run.rid,
        started_at=run.started_at,
        ended_at=run.ended_at,
        slot=run.slot,
        outcome=run.outcome,
        duration=None if run.duration is None else run.duration.total_seconds(),
        exit_status=run.exit_status,
        metrics=run.metrics,
        overlaps=run.overlaps,
        duplicate=run.duplicate,
        detail=run.detail,
        catch_up=run.catch_up,
        proof=run.proof,
    )


def _ping_view(ping: StoredPing) -> PingView:
    return PingView(
        n=ping.n,
        kind=PingKind(ping.kind),
        at=ping.at,
        received_at=ping.received_at,
        method=ping.method,
        scheme=ping.scheme,
        remote_addr=ping.remote_addr,
        ua=ping.ua,
        rid=ping.rid,
        exit_status=ping.exit_status,
        run=ping.run,
        body_size=ping.body_size,
        body_start=decode(ping.body_start),
    )


def read_alert(text: str) -> Alert | None:
    """An alert as it was put into the outbox; None when another version wrote what we cannot read."""
    try:
        return _alert_decoder.decode(text)
    except msgspec.MsgspecError:
        return None


def delivery_view(delivery: StoredDelivery) -> DeliveryView:
    """What one hook did about one alert."""
    alert = read_alert(delivery.alert)
    return DeliveryView(
        hook=delivery.hook,
        event="unreadable" if alert is None else alert.event,
        flip_at=delivery.created_at if alert is None else alert.at,
        tries=delivery.tries,
        delivered_at=delivery.delivered_at,
        next_try_at=delivery.next_try_at,
        error=delivery.error,
        reminder=0 if alert is None else alert.reminder,
    )

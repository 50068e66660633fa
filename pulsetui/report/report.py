"""The audit trail of a check, or of one of its incidents, as values: what a report says and in which order.

Pure: details in, a report out. How it is written down is ``report_text``'s business. The field names are
what scripts read from the JSON form; they only ever grow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo

from msgspec import Struct

from pulsetui.client.status_words import sentence
from pulsetui.client.views import CheckDetails, CheckView, IncidentView, RunView
from pulsetui.core.schedule.zone import zone as zone_named
from pulsetui.core.state.status import Outcome, Reason, Status
from pulsetui.core.text.clean import clean
from pulsetui.errors import PulseError, ScheduleError

FORMAT = "pulsetui-report/1"

Unwatched = tuple[datetime, datetime, str]
"""Since, until, why: nothing in the span could be judged."""


class UnknownIncidentError(PulseError):
    """The check has no incident of that number."""


class Instant(Struct, frozen=True, kw_only=True):
    """One instant on the wall clock of the report's zone and in UTC, both ISO 8601."""

    local: str
    utc: str


class ReportedCheck(Struct, frozen=True, kw_only=True):
    """What the check is. Spans in seconds."""

    slug: str
    uuid: str
    name: str
    desc: str
    tags: tuple[str, ...]
    hooks: tuple[str, ...]
    schedule_kind: str
    schedule: str
    schedule_words: str
    tz: str
    grace: float
    max_runtime: float | None
    expect: tuple[str, ...]
    prove: tuple[str, ...]
    created_at: Instant


class ReportedIncident(Struct, frozen=True, kw_only=True):
    """From the flip to down until the flip back to up. ``id`` is what ``pulsetui report`` takes."""

    id: str
    n: int
    reason: Reason
    detail: str
    started_at: Instant
    ended_at: Instant | None  # None while it is open
    duration: float  # seconds; of an open one until the report was made
    missed_count: int
    missed: tuple[Instant, ...]  # scheduled instants without a run, oldest first
    acknowledged_at: Instant | None
    acknowledged_by: str
    note: str
    closed_by: str  # what ended it, if it was no recovery: "pause, root"


class ReportedRun(Struct, frozen=True, kw_only=True):
    """One run, or a success without a start (then without ``started_at`` and ``duration``)."""

    n: int
    started_at: Instant | None
    ended_at: Instant | None
    slot: Instant | None  # the scheduled instant that it answered
    outcome: Outcome
    duration: float | None  # seconds
    exit_status: int | None
    metrics: Mapping[str, float]
    overlaps: int | None  # n of the run that was still going on
    duplicate: bool
    detail: str
    catch_up: bool = False  # a person ran it to make up for the slot
    proof: str = ""  # what was seen of its work; "" where nothing was looked for


class ReportedSpan(Struct, frozen=True, kw_only=True):
    """A span in which PulseTUI was not watching."""

    since: Instant
    until: Instant
    why: str


class Report(Struct, frozen=True, kw_only=True):
    """Everything that is written down; lists are newest first, missed instants oldest first."""

    format: str
    made_at: Instant
    since: Instant | None  # the bounds that were asked for
    until: Instant | None
    check: ReportedCheck
    status: Status
    reason: Reason | None
    sentence: str  # how it stands when the report is made
    incidents: tuple[ReportedIncident, ...]
    runs: tuple[ReportedRun, ...]
    unwatched: tuple[ReportedSpan, ...]
    incident: str | None = None  # its id when the report is about one incident only
    tz: str  # of the local times


def check_report(
    details: CheckDetails,
    now: datetime,
    zone: tzinfo | None = None,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    unwatched: Sequence[Unwatched] = (),
) -> Report:
    """All incidents and runs that the engine still knows, or those that touch ``since`` to ``until``.

    ``zone`` is the wall clock of the local times; the check's own when None.
    """
    where = zone or zone_of(details.view)
    incidents = [
        one for one in details.incidents if _touches(one.started_at, one.ended_at or now, since, until)
    ]
    runs = [one for one in details.runs if _run_touches(one, since, until)]
    return _report(details, now, where, (since, until), incidents, runs, unwatched, None)


def incident_report(
    details: CheckDetails,
    n: int,
    now: datetime,
    zone: tzinfo | None = None,
    *,
    unwatched: Sequence[Unwatched] = (),
) -> Report:
    """One incident with the runs that belong to its story: the last one before it, those in it, and the
    one that ended it. Raises UnknownIncidentError, naming the incidents there are."""
    found = next((one for one in details.incidents if one.n == n), None)
    if found is None:
        known = ", ".join(f"#{one.n}" for one in details.incidents[:10])
        has = f"it has {known}" if known else "it has never been down"
        raise UnknownIncidentError(f'"{details.view.slug}" has no incident #{n}: {has}')
    where = zone or zone_of(details.view)
    bounds = (found.started_at, found.ended_at)
    runs = [one for one in details.runs if _run_touches(one, *bounds)]
    before = [one for one in details.runs if one not in runs and _at(one) < found.started_at]
    known_as = incident_id(details.view.slug, n)
    return _report(details, now, where, bounds, [found], [*runs, *before[:1]], unwatched, known_as)


def incident_id(slug: str, n: int) -> str:
    """How a person names an incident: ``sync-invoices#3``."""
    return f"{slug}#{n}"


def zone_of(view: CheckView) -> tzinfo:
    """The check's zone; UTC when this host does not know it (an engine elsewhere may)."""
    return zone_of_name(view.tz)


def zone_of_name(name: str) -> tzinfo:
    """The zone of that name; UTC when this host does not know it."""
    try:
        return zone_named(name)
    except ScheduleError:
        return UTC


def _report(
    details: CheckDetails,
    now: datetime,
    where: tzinfo,
    bounds: tuple[datetime | None, datetime | None],
    incidents: Iterable[IncidentView],
    runs: Iterable[RunView],
    unwatched: Iterable[Unwatched],
    known_as: str | None,
) -> Report:
    view = details.view
    since, until = bounds
    return Report(
        format=FORMAT,
        tz=clean(str(where)),
        made_at=instant(now, where),
        since=_instant(since, where),
        until=_instant(until, where),
        check=_check(details, where),
        status=view.status,
        reason=view.reason,
        sentence=clean(sentence(view, now, where, in_full=True)),
        incidents=tuple(_incident(view.slug, one, now, where) for one in incidents),
        runs=tuple(_run(one, where) for one in runs),
        unwatched=tuple(
            ReportedSpan(since=instant(start, where), until=instant(end, where), why=clean(why))
            for start, end, why in unwatched
            if _touches(start, end, since, until)
        ),
        incident=known_as,
    )


def _check(details: CheckDetails, where: tzinfo) -> ReportedCheck:
    view = details.view
    return ReportedCheck(
        slug=view.slug,
        uuid=view.uuid,
        name=clean(view.name),
        desc=clean(view.desc),
        tags=tuple(clean(tag) for tag in view.tags),
        hooks=tuple(clean(hook) for hook in view.hooks),
        schedule_kind=view.schedule_kind,
        schedule=clean(view.schedule),
        schedule_words=clean(view.schedule_words),
        tz=clean(view.tz),
        grace=view.grace,
        max_runtime=view.max_runtime,
        expect=_listed(details, "expect"),
        prove=_listed(details, "prove"),
        created_at=instant(view.created_at, where),
    )


def _listed(details: CheckDetails, key: str) -> tuple[str, ...]:
    """What the check's table lists under a key."""
    written = details.fields.get(key)
    return tuple(clean(str(one)) for one in written) if isinstance(written, list | tuple) else ()


def _incident(slug: str, one: IncidentView, now: datetime, where: tzinfo) -> ReportedIncident:
    return ReportedIncident(
        id=incident_id(slug, one.n),
        n=one.n,
        reason=one.reason,
        detail=clean(one.detail),
        started_at=instant(one.started_at, where),
        ended_at=_instant(one.ended_at, where),
        duration=max(((one.ended_at or now) - one.started_at).total_seconds(), 0.0),
        missed_count=one.missed_count,
        missed=tuple(instant(at, where) for at in one.missed),
        acknowledged_at=_instant(one.acknowledged_at, where),
        acknowledged_by=clean(one.acknowledged_by),
        note=clean(one.note),
        closed_by=clean(one.closed_by),
    )


def _run(one: RunView, where: tzinfo) -> ReportedRun:
    return ReportedRun(
        n=one.n,
        started_at=_instant(one.started_at, where),
        ended_at=_instant(one.ended_at, where),
        slot=_instant(one.slot, where),
        outcome=one.outcome,
        duration=one.duration,
        exit_status=one.exit_status,
        metrics={clean(name): value for name, value in one.metrics.items()},
        overlaps=one.overlaps,
        duplicate=one.duplicate,
        detail=clean(one.detail),
        catch_up=one.catch_up,
        proof=clean(one.proof),
    )


def instant(at: datetime, where: tzinfo) -> Instant:
    """Whole seconds: nobody audits milliseconds, and they make columns hard to read."""
    whole = at.replace(microsecond=0)
    return Instant(
        local=whole.astimezone(where).isoformat(),
        utc=whole.astimezone(UTC).isoformat().replace("+00:00", "Z"),
    )


def _instant(at: datetime | None, where: tzinfo) -> Instant | None:
    return None if at is None else instant(at, where)


def _touches(start: datetime, end: datetime, since: datetime | None, until: datetime | None) -> bool:
    return (since is None or end >= since) and (until is None or start <= until)


def _run_touches(run: RunView, since: datetime | None, until: datetime | None) -> bool:
    start, end = run.started_at or run.ended_at, run.ended_at
    return start is not None and _touches(start, end or datetime.max.replace(tzinfo=UTC), since, until)


def _at(run: RunView) -> datetime:
    return run.ended_at or run.started_at or datetime.max.replace(tzinfo=UTC)

"""How far a check can be trusted: for each day what was expected of it, and what became of that.

Pure: what is on record in, counts out. Each scheduled instant is counted once, by what is on record of it;
one without a record is counted as not known, never as good. What was before the history that is still kept is
not counted at all: ``known_from`` says where that begins.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from typing import Protocol

from msgspec import Struct

from pulsetui.client.trust import Counts, TrustDay, TrustRow
from pulsetui.client.views import CheckView, IncidentView
from pulsetui.core.schedule.parse import parse_schedule
from pulsetui.core.schedule.period import Every
from pulsetui.core.schedule.schedule import Schedule
from pulsetui.core.state.check import DEFAULT_EARLY
from pulsetui.core.state.incident import Incident
from pulsetui.core.state.status import SILENCE, Outcome
from pulsetui.core.text.clean import clean
from pulsetui.errors import ScheduleError
from pulsetui.report.report import Instant, Unwatched, instant, zone_of

FORMAT = "pulsetui-trust/1"

MAX_SLOTS = 20_000
"""Instants of one check that are looked at: the newest two weeks of one that runs each minute."""

_TICK = timedelta(microseconds=1)
_KINDS: Mapping[Outcome, str] = {
    Outcome.SUCCESS: "good",
    Outcome.FAILED: "failed",
    Outcome.HUNG: "failed",
    Outcome.ORPHAN: "failed",
    Outcome.UNMET: "zero_work",
    Outcome.TOO_SHORT: "zero_work",
    Outcome.SKIPPED: "skipped",
}


class KnownRun(Protocol):
    """What is asked of a run, wherever it comes from."""

    @property
    def started_at(self) -> datetime | None: ...

    @property
    def ended_at(self) -> datetime | None: ...

    @property
    def slot(self) -> datetime | None: ...

    @property
    def outcome(self) -> Outcome: ...

    @property
    def overlaps(self) -> int | None: ...

    @property
    def duplicate(self) -> bool: ...


class History(Struct, frozen=True, kw_only=True):
    """What is on record of a check."""

    view: CheckView
    runs: Iterable[KnownRun]  # oldest first; read once
    incidents: Sequence[Incident | IncidentView]
    kept_from: datetime | None = None  # what was before may have been forgotten; None: nothing was
    unwatched: Sequence[Unwatched] = ()  # the spans in which nobody listened


class Trust(Struct, frozen=True, kw_only=True):
    """All checks that were asked for, in their order."""

    since: Instant
    made_at: Instant
    rows: tuple[TrustRow, ...]


def trust(rows: Iterable[TrustRow], since: datetime, now: datetime) -> Trust:
    """The rows as one report; the instants of its head are in UTC."""
    return Trust(since=instant(since, UTC), made_at=instant(now, UTC), rows=tuple(rows))


def trust_row(history: History, since: datetime, now: datetime) -> TrustRow:
    """What was expected of the check from ``since`` to ``now``, day by day."""
    view, zone = history.view, zone_of(history.view)
    schedule = _schedule(view)
    begin, scheduled = _scheduled(schedule, max(since, history.kept_from or since), now)
    kinds, odd = _answered(history)
    for incident in history.incidents:
        kinds.update((at, "missed") for at in incident.missed)
        kinds.update((at, "missed") for at in _unlisted(incident, scheduled, begin, now) if at not in kinds)
    covered = _covered(schedule, scheduled, kinds)
    grace = timedelta(seconds=view.grace)
    listened = _listening(history.unwatched, grace)
    for at in scheduled:
        if at not in kinds and at not in covered and view.created_at < at <= now - grace:
            kinds[at] = "unknown" if listened(at) else "not_watched"
    days: dict[date, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for at, kind in kinds.items():
        if kind and begin <= at <= now:  # not of one that still goes on
            days[at.astimezone(zone).date()][kind] += 1
    for at in odd:
        if begin <= at <= now:
            days[at.astimezone(zone).date()]["twice"] += 1
    return TrustRow(
        slug=view.slug,
        name=clean(view.name),
        tz=clean(view.tz),
        known_from=begin if begin > max(since, view.created_at) else None,
        days=tuple(TrustDay(day=day, counts=Counts(**found)) for day, found in sorted(days.items())),
    )


def slot_of_run(run: KnownRun) -> datetime | None:
    """The instant that it answers."""
    return run.slot or run.started_at or run.ended_at


def _answered(history: History) -> tuple[dict[datetime, str], list[datetime]]:
    """How the last run for each instant ended, "" while one goes on; and the instants of runs that were one
    too many."""
    is_late = _lateness(one for one in history.incidents if one.reason in SILENCE)
    found: dict[datetime, str] = {}
    odd: list[datetime] = []
    for run in history.runs:
        if (at := slot_of_run(run)) is None:
            continue
        kind = _KINDS.get(run.outcome, "")
        found[at] = "late" if kind == "good" and is_late(run, at) else kind
        if run.duplicate or run.overlaps is not None:
            odd.append(at)
    return found, odd


def _lateness(silent: Iterable[Incident | IncidentView]) -> Callable[[KnownRun, datetime], bool]:
    """Says whether the run for a slot ended only after it was overdue. Its instant is then missed no more."""
    incidents = list(silent)
    begins = sorted(one.started_at for one in incidents)
    ends = {one.ended_at for one in incidents if not one.missed_count}

    def is_late(run: KnownRun, slot: datetime) -> bool:
        if run.ended_at is None:
            return False
        first = bisect_left(begins, slot)
        return run.ended_at in ends or (first < len(begins) and begins[first] < run.ended_at)

    return is_late


def _listening(unwatched: Sequence[Unwatched], grace: timedelta) -> Callable[[datetime], bool]:
    """Says of an instant whether somebody listened from then until its deadline."""
    spans = sorted((start, end) for start, end, _ in unwatched)
    starts = [start for start, _ in spans]
    ends = list(accumulate((end for _, end in spans), max))  # the last of all spans up to each

    def listened(at: datetime) -> bool:
        begun = bisect_right(starts, at + grace)
        return not begun or ends[begun - 1] < at

    return listened


def _covered(
    schedule: Schedule | None, scheduled: Sequence[datetime], counted: Iterable[datetime]
) -> set[datetime]:
    """The instants of today's schedule for which an earlier one had its own, which is counted already."""
    if schedule is None or not scheduled:
        return set()
    known = set(scheduled)
    return {schedule.slot(at, DEFAULT_EARLY) for at in counted if at not in known}


def _schedule(view: CheckView) -> Schedule | None:
    try:
        return parse_schedule(view.schedule_kind, view.schedule, view.tz)
    except ScheduleError:  # an engine elsewhere may know zones that this host does not
        return None


def _scheduled(
    schedule: Schedule | None, begin: datetime, now: datetime
) -> tuple[datetime, Sequence[datetime]]:
    """The instants by the schedule of today, and from when on they are all there: the newest ``MAX_SLOTS``.

    A period counts from the last report, so that its instants are those of the runs and misses on record.
    """
    if schedule is None:
        return begin, ()
    if isinstance(schedule, Every):
        longest = schedule.period * MAX_SLOTS
        return (now - longest if now - begin > longest else begin), ()
    found = schedule.between(begin - _TICK, now, MAX_SLOTS)
    if len(found) < MAX_SLOTS:
        return begin, found
    newest: list[datetime] = []
    at = schedule.prev(now + _TICK)
    while at is not None and at >= begin and len(newest) < MAX_SLOTS:
        newest.append(at)
        at = schedule.prev(at)
    return newest[-1], newest[::-1]


def _unlisted(
    incident: Incident | IncidentView, scheduled: Sequence[datetime], begin: datetime, now: datetime
) -> Iterable[datetime]:
    """What was missed beyond the instants that an incident lists one by one."""
    count = incident.missed_count - len(incident.missed)
    if count <= 0 or len(incident.missed) < 2:
        return ()
    before, last = incident.missed[-2:]
    if scheduled:
        end = incident.ended_at or now
        return scheduled[bisect_right(scheduled, last) : bisect_right(scheduled, end)][:count]
    step = last - before  # of a period
    first = max(1, -((last - begin) // step)) if step else count + 1
    return (last + step * n for n in range(first, count + 1))

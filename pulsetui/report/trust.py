"""How far a check can be trusted: for each day what was expected of it, and what became of that.

Pure: details in, counts out. Each scheduled instant is counted once, by what is on record of it; one without
a record is counted as not known, never as good. What was before the history that is still kept is not counted
at all: ``known_from`` says where that begins.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from msgspec import Struct
from msgspec.structs import asdict

from pulsetui.client.views import CheckDetails, IncidentView, RunView
from pulsetui.core.schedule.parse import parse_schedule
from pulsetui.core.schedule.period import Every
from pulsetui.core.state.check import DEFAULT_KEEP_PINGS
from pulsetui.core.state.status import SILENCE, Outcome
from pulsetui.core.text.clean import clean
from pulsetui.errors import ScheduleError
from pulsetui.report.report import Instant, Unwatched, instant, zone_of

FORMAT = "pulsetui-trust/1"

MAX_RUNS = 200
"""An engine tells no more runs of a check: with so many, there may be older ones."""
MAX_INCIDENTS = 100
"""As many incidents."""
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


class Counts(Struct, frozen=True, kw_only=True):
    """What became of the scheduled instants of a span. All but ``twice`` add up to ``expected``."""

    good: int = 0
    failed: int = 0  # the last run for the instant failed, hung, or was never heard of again
    late: int = 0  # good, but after the deadline: it was overdue before
    missed: int = 0  # no run at all
    zero_work: int = 0  # it ended well, but too soon or not as ``expect`` asks
    skipped: int = 0  # it did nothing, on purpose
    not_watched: int = 0  # nobody listened
    unknown: int = 0  # nothing is on record: it was paused, or had other times
    twice: int = 0  # runs that came too soon after another one, or while it went on

    @property
    def expected(self) -> int:
        return (
            self.good
            + self.failed
            + self.late
            + self.missed
            + self.zero_work
            + self.skipped
            + self.not_watched
            + self.unknown
        )

    @property
    def reliable(self) -> int | None:
        """Percent of what could be judged that was good, rounded down: 100 means all. None without any."""
        judged = self.good + self.failed + self.late + self.missed + self.zero_work
        return self.good * 100 // judged if judged else None


class TrustDay(Struct, frozen=True, kw_only=True):
    """One day on the check's own wall clock on which something was expected."""

    day: date
    counts: Counts


class TrustRow(Struct, frozen=True, kw_only=True):
    """One check."""

    slug: str
    name: str
    tz: str
    known_from: datetime | None  # what was before is not counted; None when all since ``since`` is known
    days: tuple[TrustDay, ...]  # oldest first

    @property
    def total(self) -> Counts:
        """All its days together."""
        return summed_up(day.counts for day in self.days)


class Trust(Struct, frozen=True, kw_only=True):
    """All checks that were asked for, in their order."""

    since: Instant
    made_at: Instant
    rows: tuple[TrustRow, ...]


def trust(rows: Iterable[TrustRow], since: datetime, now: datetime) -> Trust:
    """The rows as one report; the instants of its head are in UTC."""
    return Trust(since=instant(since, UTC), made_at=instant(now, UTC), rows=tuple(rows))


def trust_row(
    details: CheckDetails, since: datetime, now: datetime, unwatched: Sequence[Unwatched] = ()
) -> TrustRow:
    """What was expected of the check from ``since`` to ``now``, day by day. ``unwatched`` are the spans in
    which nobody listened."""
    view, zone = details.view, zone_of(details.view)
    begin, scheduled = _scheduled(details, max([since, *_horizon(details)]), now)
    kinds = _answered(details)
    for incident in details.incidents:
        kinds.update((at, "missed") for at in incident.missed)
        kinds.update((at, "missed") for at in _unlisted(incident, scheduled, begin, now) if at not in kinds)
    grace = timedelta(seconds=view.grace)
    for at in scheduled:
        if at not in kinds and view.created_at <= at <= now - grace:
            listened = not any(start <= at + grace and at <= end for start, end, _ in unwatched)
            kinds[at] = "unknown" if listened else "not_watched"
    kinds = {at: kind for at, kind in kinds.items() if begin <= at <= now}
    days: dict[date, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for at, kind in kinds.items():
        if kind:  # not of one that still goes on
            days[at.astimezone(zone).date()][kind] += 1
    odd = [_slot(run) for run in details.runs if run.oddity is not None]
    for slot in odd:
        if slot is not None and begin <= slot <= now:
            days[slot.astimezone(zone).date()]["twice"] += 1
    return TrustRow(
        slug=view.slug,
        name=clean(view.name),
        tz=clean(view.tz),
        known_from=begin if begin > max(since, view.created_at) else None,
        days=tuple(TrustDay(day=day, counts=Counts(**found)) for day, found in sorted(days.items())),
    )


def summed_up(counts: Iterable[Counts]) -> Counts:
    """All of them together."""
    total: dict[str, int] = defaultdict(int)
    for one in counts:
        for name, value in asdict(one).items():
            total[name] += value
    return Counts(**total)


def _slot(run: RunView) -> datetime | None:
    return run.slot or run.started_at or run.ended_at


def _answered(details: CheckDetails) -> dict[datetime, str]:
    """How the last run for each instant ended; "" while one goes on."""
    silent = [one for one in details.incidents if one.reason in SILENCE]
    found: dict[datetime, str] = {}
    for run in reversed(details.runs):  # they are newest first
        if (at := _slot(run)) is not None:
            kind = _KINDS.get(run.outcome, "")
            late = kind == "good" and any(_came_after(run, at, incident) for incident in silent)
            found[at] = "late" if late else kind
    return found


def _came_after(run: RunView, slot: datetime, incident: IncidentView) -> bool:
    """Whether the run for ``slot`` ended only after it was overdue. Its instant is then missed no more."""
    if run.ended_at is None:
        return False
    if slot <= incident.started_at < run.ended_at:
        return True
    return not incident.missed_count and incident.ended_at == run.ended_at


def _horizon(details: CheckDetails) -> Sequence[datetime]:
    """The instants from which on everything is kept; none where that is so from the check's beginning."""
    keep = details.fields.get("keep_pings")
    kept = keep if isinstance(keep, int) else DEFAULT_KEEP_PINGS
    known: list[datetime] = []
    if details.runs and (len(details.runs) >= MAX_RUNS or details.view.n_pings > kept):
        # Of older runs only those are kept that are evidence of an incident.
        whole = [run for run in details.runs if run.n > details.view.n_pings - kept]
        known += [at + _TICK for run in (whole[-1:] or details.runs[:1]) if (at := _slot(run)) is not None]
    if len(details.incidents) >= MAX_INCIDENTS:
        known.append(details.incidents[-1].started_at)
    return known


def _scheduled(details: CheckDetails, begin: datetime, now: datetime) -> tuple[datetime, Sequence[datetime]]:
    """The instants by the schedule of today, and from when on they are all there: the newest ``MAX_SLOTS``.

    A period counts from the last report, so that its instants are those of the runs and misses on record.
    """
    view = details.view
    try:
        schedule = parse_schedule(view.schedule_kind, view.schedule, view.tz)
    except ScheduleError:  # an engine elsewhere may know zones that this host does not
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
    incident: IncidentView, scheduled: Sequence[datetime], begin: datetime, now: datetime
) -> Iterable[datetime]:
    """What was missed beyond the instants that an incident lists one by one."""
    count = incident.missed_count - len(incident.missed)
    if count <= 0 or len(incident.missed) < 2:
        return ()
    before, last = incident.missed[-2:]
    if scheduled:
        end = incident.ended_at or now
        return [at for at in scheduled if last < at <= end][:count]
    step = last - before  # of a period
    first = max(1, -((last - begin) // step)) if step else count + 1
    return (last + step * n for n in range(first, count + 1))

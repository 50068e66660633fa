"""What has been observed of a check while all was well, and whether a check would have alarmed on it.

Pure. Expectations are learned from the newest runs since anything was wrong: a run that failed, an incident,
a silence that nobody judged. Whatever is proposed is tried here first, on the state machine itself.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from pulsetui.client.views import CheckDetails, CheckView, IncidentView, RunView
from pulsetui.config.address import is_loopback
from pulsetui.config.check_fields import SCHEDULE_KINDS, read_check
from pulsetui.core.state.check import DEFAULT_KEEP_PINGS, Check
from pulsetui.core.state.machine import receive
from pulsetui.core.state.ping import Ping
from pulsetui.core.state.state import CheckState, new_state
from pulsetui.core.state.status import SILENCE, Outcome, PingKind, Reason, Status
from pulsetui.core.state.transition import Transition
from pulsetui.report.report import zone_of, zone_of_name

MIN_RUNS = 10
"""From fewer nothing is learned."""
MAX_RUNS = 200
"""Of more the newest count."""

_JUDGED = frozenset(
    {*SCHEDULE_KINDS, "timezone", "grace", "start_grace", "early", "max_runtime", "min_runtime", "expect"}
)
"""The keys that decide whether a good run raises an alarm. What only puts an alarm off is left out."""


class Observed(Struct, frozen=True, kw_only=True):
    """The runs of a check since anything was wrong."""

    view: CheckView
    fields: Mapping[str, object]
    zone: tzinfo  # of the check
    runs: tuple[RunView, ...]  # good and skipped ones, oldest first
    same_clock: bool = False  # the jobs run on the engine's host, and its cron reads the check's zone

    @property
    def good(self) -> Sequence[RunView]:
        return [run for run in self.runs if run.outcome is Outcome.SUCCESS]

    @property
    def begins(self) -> Sequence[datetime]:
        """When each began, or was reported where no start was."""
        return [begin for run in self.runs if (begin := run.started_at or run.ended_at) is not None]

    @property
    def span(self) -> timedelta:
        """For how long it was observed."""
        begins = self.begins
        return begins[-1] - begins[0]

    @property
    def spans_clock_change(self) -> bool:
        """Whether the clocks of the check's zone changed meanwhile."""
        return len({at.astimezone(self.zone).utcoffset() for at in self.begins}) > 1

    @property
    def apart(self) -> timedelta:
        """How far apart two of them are, on average."""
        return self.span / max(len(self.begins) - 1, 1)


def observed(details: CheckDetails, host_tz: str = "") -> Observed:
    """What can be learned from; too few runs to learn anything are none. ``host_tz`` is the zone of the
    engine's host where that is certain."""
    view, zone = details.view, zone_of(details.view)
    is_here = bool(details.pings) and all(is_loopback(ping.remote_addr) for ping in details.pings)
    seen = Observed(
        view=view,
        fields=details.fields,
        zone=zone,
        runs=(),
        same_clock=is_here and bool(host_tz) and _same_clock(zone, zone_of_name(host_tz), view.created_at),
    )
    check = check_of(seen, {})
    if check is None or view.status not in (Status.UP, Status.LATE):
        return seen
    late = {one.ended_at for one in details.incidents if came_late(one)}
    runs = _judged(check, _undisturbed(details), late)
    return replace(seen, runs=tuple(runs)) if len(runs) >= MIN_RUNS else seen


def _same_clock(one: tzinfo, other: tzinfo, at: datetime) -> bool:
    """Whether both show the same time, in summer and in winter."""
    days = [datetime(at.year, month, 1, tzinfo=UTC) for month in range(1, 13)]
    return all(day.astimezone(one).utcoffset() == day.astimezone(other).utcoffset() for day in days)


def check_of(seen: Observed, changes: Mapping[str, object]) -> Check | None:
    """The check with these keys changed (None takes one out); None where that would not be one."""
    fields = {key: value for key, value in {**seen.fields, **changes}.items() if value is not None}
    judged = {key: value for key, value in fields.items() if key in _JUDGED}
    check, _ = read_check(seen.view.slug, judged, default_timezone=seen.view.tz, hook_names=())
    return check


def lived_through(check: Check, runs: Sequence[RunView]) -> CheckState | None:
    """The state of the check after these runs, all of which were well; None if it would have gone down."""
    pings = sorted((ping for run in runs for ping in _pings(run)), key=lambda ping: ping.at)
    state = new_state(pings[0].at)
    for ping in pings:
        made = receive(check, state, ping, ping.at)
        if _went_down(made):
            return None
        state = made.state
    return state


def came_late(incident: IncidentView) -> bool:
    """Whether nothing was missed in the end: the run came, after its deadline."""
    return incident.reason in SILENCE and not incident.missed_count and not incident.closed_by


def _pings(run: RunView) -> list[Ping]:
    rid = UUID(int=run.n)
    pings = [Ping(kind=PingKind.START, at=run.started_at, rid=rid)] if run.started_at is not None else []
    if run.ended_at is not None:
        kind = PingKind.SKIP if run.outcome is Outcome.SKIPPED else PingKind.SUCCESS
        took = None if run.duration is None else timedelta(seconds=run.duration)
        pings.append(Ping(kind=kind, at=run.ended_at, rid=rid, metrics=run.metrics, duration=took))
    return pings


def _undisturbed(details: CheckDetails) -> list[RunView]:
    """Oldest first: the newest that ended well, after the last incident in which something was wrong."""
    keep = details.fields.get("keep_pings")
    forgotten = details.view.n_pings - (keep if isinstance(keep, int) else DEFAULT_KEEP_PINGS)
    wrong = [one for one in details.incidents if not came_late(one)]
    if any(one.ended_at is None for one in wrong):
        return []
    ends = [one.ended_at for one in wrong if one.ended_at is not None]
    begin = max(ends, default=None)
    found: list[RunView] = []
    for run in details.regular_runs[:MAX_RUNS]:
        if run.outcome is Outcome.RUNNING:
            continue
        if run.ended_at is None or run.outcome not in (Outcome.SUCCESS, Outcome.SKIPPED):
            break
        if run.n <= forgotten or (begin is not None and run.ended_at <= begin):
            break
        if not run.duplicate:
            found.append(run)
    return found[::-1]


def _judged(check: Check, runs: list[RunView], late: Collection[datetime | None]) -> list[RunView]:
    """Those since the check, as it is now, should have alarmed and did not: it was paused, nobody listened,
    or it had other times then. What it tolerates is no such thing: a job may rest at night."""
    begin, state = 0, None
    for at, run in enumerate(runs):
        for ping in _pings(run):
            made = None if state is None else receive(check, state, ping, ping.at)
            if made is None or (_went_down(made) and run.ended_at not in late):
                begin = at
                made = receive(check, new_state(ping.at), ping, ping.at)
            state = made.state
    return runs[begin:]


def _went_down(made: Transition) -> bool:
    return any(flip.after is Status.DOWN and flip.reason is not Reason.SKIPPED for flip in made.flips)

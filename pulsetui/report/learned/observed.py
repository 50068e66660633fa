"""What has been observed of a check while all was well, and whether a check would have alarmed on it.

Pure. Expectations are learned from the newest runs since anything was wrong: a run that failed, an incident,
a hole in which nothing ran. Whatever is proposed is tried here first, on the state machine itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from itertools import pairwise
from statistics import median
from uuid import UUID

from msgspec import Struct

from pulsetui.client.views import CheckDetails, CheckView, IncidentView, RunView
from pulsetui.config.check_fields import SCHEDULE_KINDS, read_check
from pulsetui.core.state.check import DEFAULT_KEEP_PINGS, Check
from pulsetui.core.state.machine import receive
from pulsetui.core.state.ping import Ping
from pulsetui.core.state.state import CheckState, new_state
from pulsetui.core.state.status import SILENCE, Outcome, PingKind, Reason, Status
from pulsetui.report.report import zone_of

MIN_RUNS = 10
"""From fewer nothing is learned."""
MAX_RUNS = 200
"""Of more the newest count."""

_HOLE = 4.0  # so many times the usual distance: a job that runs on weekdays rests for three days
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

    @property
    def good(self) -> Sequence[RunView]:
        return [run for run in self.runs if run.outcome is Outcome.SUCCESS]

    @property
    def begins(self) -> Sequence[datetime]:
        """When each began, or was reported where no start was."""
        return [begin for run in self.runs if (begin := run.started_at or run.ended_at) is not None]

    @property
    def apart(self) -> timedelta:
        """How far apart two of them are, on average."""
        begins = self.begins
        return (begins[-1] - begins[0]) / max(len(begins) - 1, 1)


def observed(details: CheckDetails) -> Observed:
    """What can be learned from; too few runs to learn anything are none."""
    view = details.view
    runs = _without_holes(_undisturbed(details)) if view.status in (Status.UP, Status.LATE) else []
    return Observed(
        view=view,
        fields=details.fields,
        zone=zone_of(view),
        runs=tuple(runs) if len(runs) >= MIN_RUNS else (),
    )


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
        if any(flip.after is Status.DOWN and flip.reason is not Reason.SKIPPED for flip in made.flips):
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
    for run in details.runs[:MAX_RUNS]:
        if run.outcome is Outcome.RUNNING:
            continue
        if run.ended_at is None or run.outcome not in (Outcome.SUCCESS, Outcome.SKIPPED):
            break
        if run.n <= forgotten or (begin is not None and run.ended_at <= begin):
            break
        if not run.duplicate:
            found.append(run)
    return found[::-1]


def _without_holes(runs: list[RunView]) -> list[RunView]:
    """Those after the last hole in which nothing ran: the check was paused, or nobody listened."""
    ends = [run.ended_at for run in runs if run.ended_at is not None]
    gaps = [(after - before).total_seconds() for before, after in pairwise(ends)]
    if not gaps:
        return runs
    limit = _HOLE * median(gaps)
    return runs[max((at + 1 for at, gap in enumerate(gaps) if gap > limit), default=0) :]

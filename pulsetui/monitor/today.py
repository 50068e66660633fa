"""What one page says in the morning, put together where the records are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from pulsetui.client.alert import AlertEvent
from pulsetui.client.deploys import DeployView
from pulsetui.client.hook_words import is_trouble
from pulsetui.client.hooks import HookState
from pulsetui.client.today import Coming, Happened, Today, Untold
from pulsetui.client.views import CheckView
from pulsetui.core.state.status import Outcome
from pulsetui.monitor.describe import read_alert
from pulsetui.monitor.writing.checks import TrackedCheck
from pulsetui.report.today import coming, happened_to, in_order
from pulsetui.store.queries import Queries, RunTally
from pulsetui.store.retention import SPANS_KEPT

_DELIVERIES_READ = 50
"""Of one check: the newest, among which those of its open incident are looked for."""


def today(
    checks: Iterable[tuple[TrackedCheck, CheckView]],
    queries: Queries,
    deploys: Iterable[DeployView],
    untold: Sequence[Untold],
    *,
    since: datetime,
    now: datetime,
    until: datetime,
) -> Today:
    """Reads the database: a query or two for each check that was heard of since then."""
    happened: list[Happened] = []
    ahead: list[Coming] = []
    told: dict[str, tuple[str, ...]] = {}
    runs = good = 0
    for tracked, view in checks:
        tallies = _tallies(tracked, view, queries, since)
        runs += sum(one.count for one in tallies)
        good += sum(one.count for one in tallies if one.outcome is Outcome.SUCCESS)
        incidents = queries.incidents_between(tracked.id, since, now)
        happened += happened_to(view, incidents, tallies, since)
        if view.incident is not None:
            told[view.slug] = _told(tracked, queries, view.incident.started_at)
        if (one := coming(view, now, until)) is not None:
            ahead.append(one)
    return Today(
        since=since,
        until=until,
        runs=runs,
        good=good,
        happened=tuple(in_order(happened)),
        told=told,
        deploys=tuple(one for one in deploys if (one.released_at or now) >= since),
        unwatched=tuple(span for span in queries.unwatched(SPANS_KEPT) if span[1] > since),
        coming=tuple(sorted(ahead, key=lambda one: (one.at, one.slug))),
        untold=tuple(untold),
    )


def untold(hooks: Sequence[HookState], lost: Mapping[str, tuple[int, str]]) -> list[Untold]:
    """``lost`` says by hook how many alerts were given up, and why the last of them was; also of hooks that
    are no longer in checks.toml."""
    found = []
    known = {hook.name: hook for hook in hooks}
    for name in dict.fromkeys([*known, *lost]):
        hook = known.get(name) or HookState(name=name, type="")
        count, why = lost.get(name, (0, ""))
        is_paused = hook.paused_at is not None
        waiting = hook.waiting if is_paused or is_trouble(hook) else 0
        if count or waiting:
            error = hook.error or why or ("it is paused" if is_paused else "")
            found.append(Untold(hook=name, lost=count, waiting=waiting, error=error))
    return found


def _tallies(tracked: TrackedCheck, view: CheckView, queries: Queries, since: datetime) -> list[RunTally]:
    latest = tracked.state.latest
    if (latest is None or latest < since) and not view.skipped:
        return []  # nothing was heard of it: nothing to read
    return queries.run_tallies(tracked.id, since)


def _told(tracked: TrackedCheck, queries: Queries, since: datetime) -> tuple[str, ...]:
    """The hooks by which word of what is wrong now arrived."""
    arrived = [
        one.hook
        for one in queries.deliveries(tracked.id, _DELIVERIES_READ)
        if one.delivered_at is not None
        and one.created_at >= since
        and (alert := read_alert(one.alert)) is not None
        and alert.event is AlertEvent.DOWN
    ]
    return tuple(sorted(set(arrived)))

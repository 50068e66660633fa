"""How far checks can be trusted, counted where their records are: out of the database, a part at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from pulsetui.client.trust import TrustRow
from pulsetui.client.views import CheckView
from pulsetui.monitor.writing.checks import TrackedCheck
from pulsetui.report.trust import History, slot_of_run, trust_row
from pulsetui.store.queries import Queries
from pulsetui.store.retention import INCIDENTS_KEPT, SPANS_KEPT
from pulsetui.store.rows import StoredRun

_RUNS_AT_ONCE = 1000
_TICK = timedelta(microseconds=1)


def trust_rows(
    checks: Iterable[tuple[TrackedCheck, CheckView]], queries: Queries, since: datetime, now: datetime
) -> tuple[TrustRow, ...]:
    """One row for each check. Reads the database; what it holds of one check at a time are an instant for
    each run that is kept, and its incidents."""
    spans = [span for span in queries.unwatched(SPANS_KEPT) if span[1] > since]
    rows: list[TrustRow] = []
    for tracked, view in checks:
        incidents = queries.incidents_between(tracked.id, since, now)
        kept_from = _kept_from(tracked, queries)
        if len(incidents) >= INCIDENTS_KEPT:
            kept_from = max(kept_from or since, incidents[-1].started_at)
        runs = _runs(queries, tracked.id, since)
        history = History(view=view, runs=runs, incidents=incidents, kept_from=kept_from, unwatched=spans)
        rows.append(trust_row(history, since, now))
    return tuple(rows)


def _runs(queries: Queries, check_id: int, since: datetime) -> Iterator[StoredRun]:
    last = 0
    while runs := queries.runs_after(check_id, last, _RUNS_AT_ONCE, since):
        yield from runs
        last = runs[-1].n


def _kept_from(tracked: TrackedCheck, queries: Queries) -> datetime | None:
    """From when on all runs are there; None where that is so from the check's beginning. Of older ones only
    those are kept that are evidence of an incident."""
    forgotten = tracked.state.n_pings - tracked.check.keep_pings
    if forgotten <= 0:
        return None
    oldest = queries.runs_after(tracked.id, forgotten, 1) or queries.runs(tracked.id, 1)
    at = slot_of_run(oldest[0]) if oldest else None
    return None if at is None else at + _TICK

"""The last look as screens see it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from pulsetui.client.host import HostJobView, HostView
from pulsetui.crontab.found import HostJob
from pulsetui.monitor.host.look import HostSnapshot

MAX_JOBS = 2000
"""A host with more is told of by its first ones."""


def host_view(
    snapshot: HostSnapshot | None,
    troubles: Mapping[str, str],
    zone: str,
    now: datetime,
    *,
    is_watched: bool,
    masked: Callable[[str], str],
) -> HostView:
    """``troubles`` is what does not agree with the checks, by the job's source."""
    if snapshot is None:
        return HostView(is_watched=is_watched, zone=zone)
    jobs = (
        _job(each, snapshot, troubles.get(each.source, ""), now, masked) for each in snapshot.jobs[:MAX_JOBS]
    )
    return HostView(
        looked_at=snapshot.at,
        is_watched=is_watched,
        zone=zone,
        cron_runs=snapshot.cron_runs,
        log=snapshot.log.source if snapshot.log else "",
        jobs=tuple(jobs),
        problems=tuple(masked(text) for text in _problems(snapshot)),
    )


def _job(
    each: HostJob, snapshot: HostSnapshot, trouble: str, now: datetime, masked: Callable[[str], str]
) -> HostJobView:
    last = each.timer.last if each.timer else None
    if each.job is not None and snapshot.log is not None:
        last = snapshot.log.last_start(each.job)
    return HostJobView(
        source=each.source,
        name=masked(each.name),
        times=each.times,
        slug=each.reports_to,
        is_monitored=each.is_monitored,
        state=each.state,
        last_start=last,
        next_start=each.schedule.next(now) if each.schedule else None,
        trouble=masked(trouble),
    )


def _problems(snapshot: HostSnapshot) -> Iterator[str]:
    yield from snapshot.unreadable
    for path, found in snapshot.broken.items():
        yield f"cron leaves out {path} for its line {found.line}: {found.why}"
    yield from snapshot.full
    if snapshot.cron_runs is False and any(job.job is not None for job in snapshot.jobs):
        yield "no cron runs on this host"

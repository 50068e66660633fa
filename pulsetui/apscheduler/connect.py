"""``connect(scheduler)``: listens to its events."""

from __future__ import annotations

import atexit
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pulsetui.apscheduler.runs import MASK, JobRuns, job_slug
from pulsetui.core.slug import check_slug
from pulsetui.job.report_queue import ReportQueue


@dataclass(frozen=True, slots=True)
class ConnectedScheduler:
    """A scheduler that reports. ``slugs`` are ids of jobs (or names, where those were made up) and checks."""

    scheduler: Any  # held, so that no other gets the id of one that is gone
    slugs: Mapping[str, str | None]

    def slug(self, job: Any) -> str | None:
        """The check that the runs of a job report to; None for none."""
        return job_slug(job, self.slugs)


_connected: dict[int, ConnectedScheduler] = {}


def connected_schedulers() -> Sequence[ConnectedScheduler]:
    """The schedulers of this process that report."""
    return tuple(_connected.values())


def connect(
    scheduler: Any,
    *,
    slugs: Mapping[str, str | None] | None = None,
    create: bool = True,
    url: str | None = None,
    state_dir: str | None = None,
) -> None:
    """Reports the runs of the jobs of ``scheduler``: started, done, failed, or left out.

    Call it once, before the scheduler starts. Each job reports to the check whose slug is its id with dashes
    (its function's name, where it was given no id); ``slugs`` names another one for an id, or None for none.
    With ``create`` the engine makes the checks that it does not have, with their schedules.

    ``url`` is the engine's address (default: ``PULSETUI_URL``), ``state_dir`` the state directory of an
    engine on this host (default: ``PULSETUI_STATE_DIR``); without either nothing is reported. Raises
    UsageError for a slug that cannot be one.
    """
    chosen = dict(slugs or {})
    for slug in chosen.values():
        if slug:
            check_slug(slug)
    if id(scheduler) in _connected:
        return
    _connected[id(scheduler)] = ConnectedScheduler(scheduler, chosen)
    queue = ReportQueue(url, state_dir)
    scheduler.add_listener(JobRuns(scheduler, queue, slugs=chosen, create=create).hear, MASK)
    atexit.register(queue.flush)

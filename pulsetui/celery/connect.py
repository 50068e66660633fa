"""``connect(app)``: hangs the reports on the signals of Celery."""

from __future__ import annotations

import atexit
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from celery import signals

from pulsetui.celery.beat import BeatWatch, entry_slug
from pulsetui.celery.task_runs import TaskRuns
from pulsetui.core.slug import check_slug
from pulsetui.job.report_queue import ReportQueue

BEAT_SLUG = "celery-beat"


@dataclass(frozen=True, slots=True)
class ConnectedApp:
    """An app that reports. ``slugs`` are entries of beat and their checks, ``beat`` is the check of beat."""

    app: Any  # held, so that no other gets the id of one that is gone
    slugs: Mapping[str, str | None]
    beat: str | None

    def slug(self, entry: str) -> str | None:
        """The check that the runs of an entry report to; None for none."""
        return entry_slug(entry, self.slugs)


_connected: dict[int, ConnectedApp] = {}


def connected_apps() -> Sequence[ConnectedApp]:
    """The apps of this process that report."""
    return tuple(_connected.values())


def connect(
    app: Any,
    *,
    tasks: Iterable[str] | Mapping[str, str] = (),
    slugs: Mapping[str, str | None] | None = None,
    beat: str | None = BEAT_SLUG,
    create: bool = True,
    url: str | None = None,
    state_dir: str | None = None,
) -> None:
    """Reports the runs of what beat schedules in ``app``, and that beat itself is alive.

    Call it once, in the module that makes the app. Each entry of beat's schedule reports to the check whose
    slug is the entry's name with dashes; ``slugs`` names another one for an entry, or None for none.
    ``tasks`` are names of tasks of which every run is reported, whoever asked for it: a list, or a mapping to
    slugs. ``beat`` is the check of beat itself; None for none. With ``create`` the engine makes the
    checks that it does not have, with their schedules.

    ``url`` is the engine's address (default: ``PULSETUI_URL``), ``state_dir`` the state directory of an
    engine on this host (default: ``PULSETUI_STATE_DIR``); without either nothing is reported. Raises
    UsageError for a slug that cannot be one.
    """
    named = dict(tasks) if isinstance(tasks, Mapping) else dict.fromkeys(tasks, "")
    chosen = dict(slugs or {})
    for slug in (*named.values(), *chosen.values(), beat):
        if slug:
            check_slug(slug)
    if id(app) in _connected:
        return
    _connected[id(app)] = ConnectedApp(app, chosen, beat)
    queue = ReportQueue(url, state_dir)
    _hang(
        queue,
        TaskRuns(app, queue, named),
        BeatWatch(app, queue, slugs=chosen, slug=beat, create=create),
    )


def _hang(queue: ReportQueue, runs: TaskRuns, watch: BeatWatch) -> None:
    """On the signals, for as long as the process lives."""
    for signal, receiver in (
        (signals.before_task_publish, watch.before_publish),
        (signals.before_task_publish, runs.before_publish),
        (signals.beat_init, watch.begin),
        (signals.task_received, runs.received),
        (signals.task_prerun, runs.started),
        (signals.task_postrun, runs.ended),
        (signals.task_failure, runs.failed_in_parent),
        (signals.task_revoked, runs.revoked),
        (signals.task_unknown, runs.unknown),
        (signals.worker_process_shutdown, lambda **_: queue.flush()),
        (signals.worker_shutdown, lambda **_: queue.flush()),
    ):
        signal.connect(receiver, weak=False)
    atexit.register(queue.flush)

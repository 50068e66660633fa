"""What beat's own process tells: that it is alive, what it queued and when that was due.

Its scheduler is wrapped as an object, not as a class: so django-celery-beat's and any other are heard, too.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from pulsetui.celery import schedules
from pulsetui.celery.label import HEADER, TaskLabel, run_id_of, slug_of
from pulsetui.job.report import PingReport
from pulsetui.job.report_queue import ReportQueue

ALIVE_EVERY_S = 50.0
"""Beat wakes for it, however far its next entry is. Below the period of its check, which is never late so."""

BEAT_CHECK = {"every": "1m", "grace": "2m"}
"""The keys of beat's own check."""
_OWN_TASKS = "celery."
"""Entries that Celery adds by itself, to clean its result store, begin like this."""

logger = logging.getLogger("pulsetui")


def entry_slug(name: str, slugs: Mapping[str, str | None]) -> str | None:
    """The check of an entry, which ``slugs`` may name; None for one that is not reported."""
    if name in slugs:
        return slugs[name]
    return None if name.startswith(_OWN_TASKS) else slug_of(name)


class BeatWatch:
    """Beat of one app. ``slugs`` are entries and their checks (None: not reported), ``slug`` that of beat."""

    def __init__(
        self,
        app: Any,
        queue: ReportQueue,
        *,
        slugs: Mapping[str, str | None],
        slug: str | None,
        create: bool,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app = app
        self._queue = queue
        self._slugs = slugs
        self._slug = slug
        self._creates = create
        self._clock = clock
        self._monotonic = monotonic
        self._alive_at: float | None = None
        self._entry = threading.local()  # what is being published in this thread

    def begin(self, sender: Any = None, **_: object) -> None:
        """``beat_init``: ``sender`` is beat's service."""
        scheduler = getattr(sender, "scheduler", None)
        if scheduler is None or scheduler.app is not self._app:
            return
        self._wrap(scheduler)
        if not self._creates:
            return
        try:
            for entry in _entries(scheduler):
                self._announce(entry)
        except Exception as error:  # noqa: BLE001 - a database that is away: the runs make the checks later
            logger.warning("the entries of beat could not be read: %s", error)

    def _wrap(self, scheduler: Any) -> None:
        apply_entry, tick = scheduler.apply_entry, scheduler.tick

        def heard_apply(entry: Any, *args: Any, **kwargs: Any) -> Any:
            now = self._clock()
            self._entry.current = (entry, schedules.due_at(entry, now))
            try:
                return apply_entry(entry, *args, **kwargs)
            finally:
                self._entry.current = None

        def heard_tick(*args: Any, **kwargs: Any) -> Any:
            wait = tick(*args, **kwargs)
            left = self._alive()
            return wait if left is None or not isinstance(wait, int | float) else min(wait, left)

        scheduler.apply_entry, scheduler.tick = heard_apply, heard_tick

    def before_publish(self, headers: Any = None, **_: object) -> None:
        """``before_task_publish``: of an entry's task, by beat."""
        current = getattr(self._entry, "current", None)
        if current is None or not isinstance(headers, dict) or headers.get("task") != current[0].task:
            return
        self._entry.current = None
        entry, due = current
        slug = self._slug_of(entry)
        if slug is None:
            return
        label = TaskLabel(slug=slug, due=due, queued=self._clock())
        headers[HEADER] = label.text()
        report = self._report(slug, "log", self._keys(entry.schedule), f"queued by beat as {entry.task}")
        report.rid = run_id_of(headers.get("id", ""))
        report.metrics = label.metrics
        self._queue.put(report)

    def _slug_of(self, entry: Any) -> str | None:
        return entry_slug(entry.name, self._slugs)

    def _announce(self, entry: Any) -> None:
        """Has the engine make the check of an entry before its first run, whose absence is then seen."""
        slug = self._slug_of(entry)
        keys = self._keys(entry.schedule)
        if slug is not None and keys:
            self._queue.put(self._report(slug, "log", keys, f"beat has started and has it as {entry.task}"))

    def _alive(self) -> float | None:
        """Tells it when it is time; gives the seconds until the next time, None when nobody is told."""
        if self._slug is None:
            return None
        now = self._monotonic()
        if self._alive_at is None or now - self._alive_at >= ALIVE_EVERY_S:
            self._alive_at = now
            self._queue.put(self._report(self._slug, "success", BEAT_CHECK, ""))
        return self._alive_at + ALIVE_EVERY_S - now

    def _keys(self, schedule: Any) -> Mapping[str, str]:
        try:
            return schedules.check_keys(schedule, self._app.timezone)
        except Exception:  # noqa: BLE001 - a schedule of somebody else's making
            return {}

    def _report(self, slug: str, kind: str, keys: Mapping[str, str], text: str) -> PingReport:
        create = tuple(keys.items()) if self._creates else ()
        at_ns = int(self._clock() * 1e9)
        return PingReport(slug=slug, kind=kind, create=create, body=text.encode(), at_ns=at_ns)


def _entries(scheduler: Any) -> list[Any]:
    """All enabled entries; django-celery-beat's scheduler itself loads those of the next hours only."""
    model = getattr(scheduler, "Model", None)
    if model is None:
        return list(scheduler.schedule.values())
    found = []
    for row in model.objects.enabled():
        try:
            found.append(scheduler.Entry(row, app=scheduler.app))
        except Exception as error:  # noqa: BLE001 - one row that cannot be read hides no other
            logger.warning("%s: this entry of beat could not be read: %s", row.name, error)
    return found

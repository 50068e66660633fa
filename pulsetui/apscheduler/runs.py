"""The runs of a scheduler's jobs, as its events tell of them."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from apscheduler import events

from pulsetui.apscheduler.triggers import check_keys
from pulsetui.core.slug import slug_for
from pulsetui.job.report import PingReport
from pulsetui.job.report_queue import ReportQueue

MASK = (
    events.EVENT_SCHEDULER_STARTED
    | events.EVENT_JOB_ADDED
    | events.EVENT_JOB_SUBMITTED
    | events.EVENT_JOB_EXECUTED
    | events.EVENT_JOB_ERROR
    | events.EVENT_JOB_MISSED
    | events.EVENT_JOB_MAX_INSTANCES
)

_MADE_UP_ID = re.compile(r"[0-9a-f]{32}")
"""APScheduler makes one up, another one each time, for a job that is given none."""
_MAX_OPEN = 1000
_MAX_BODY = 20_000  # characters of what a job returned or raised

logger = logging.getLogger("pulsetui")


def name_of(job: Any) -> str:
    """What a job is called: its id, or its name (its function's, if it has none) where that was made up."""
    return str(job.name if has_made_up_id(job) else job.id)


def has_made_up_id(job: Any) -> bool:
    """Whether nobody gave it an id."""
    return _MADE_UP_ID.fullmatch(str(job.id)) is not None


def job_slug(job: Any, slugs: Mapping[str, str | None]) -> str | None:
    """The check of a job, which ``slugs`` may name; None for one that is not reported."""
    name = name_of(job)
    return slugs[name] if name in slugs else slug_for(name) or "job"


class JobRuns:
    """Reports what one scheduler says. A job that is done at once may be told of as done before it is told of
    as started: its start is left out then, or it would seem to go on for ever."""

    def __init__(
        self,
        scheduler: Any,
        queue: ReportQueue,
        *,
        slugs: Mapping[str, str | None],
        create: bool,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._scheduler = scheduler
        self._queue = queue
        self._slugs = slugs
        self._creates = create
        self._clock = clock
        self._salt = uuid4().hex  # two processes may run jobs of one id at one time
        self._lock = threading.Lock()
        self._known: dict[str, tuple[str | None, Mapping[str, str]]] = {}  # by id: slug, keys of the check
        self._started: OrderedDict[UUID, None] = OrderedDict()
        self._ended: OrderedDict[UUID, None] = OrderedDict()

    def hear(self, event: Any) -> None:
        """A listener of the scheduler. Never raises."""
        try:
            self._hear(event)
        except Exception as error:  # noqa: BLE001 - a bug of ours must not become the scheduler's
            logger.warning("a job is not reported: %s: %s", type(error).__name__, error)

    def _hear(self, event: Any) -> None:
        if event.code == events.EVENT_SCHEDULER_STARTED:
            for job in self._scheduler.get_jobs():
                self._announce(job)
        elif event.code == events.EVENT_JOB_ADDED:
            if (job := self._scheduler.get_job(event.job_id, event.jobstore)) is not None:
                self._announce(job)
        elif event.code == events.EVENT_JOB_SUBMITTED:
            for at in event.scheduled_run_times:
                self._start(event.job_id, at)
        elif event.code == events.EVENT_JOB_MAX_INSTANCES:
            for at in event.scheduled_run_times:
                why = "the runs before it still go on (max_instances)"
                self._end(event.job_id, at, "skip", why)
        else:
            self._end(event.job_id, event.scheduled_run_time, *_ending(event))

    def _announce(self, job: Any) -> None:
        """Has the engine make the check of a job before its first run, whose absence is then seen."""
        slug = job_slug(job, self._slugs)
        try:
            keys = check_keys(job.trigger, datetime.fromtimestamp(self._clock(), UTC))
        except Exception:  # noqa: BLE001 - a trigger of somebody else's making
            keys = {}
        self._known[job.id] = slug, keys
        if slug and keys and self._creates and self._scheduler.running:
            self._queue.put(self._report(slug, "log", keys, "the scheduler has it as " + name_of(job)))

    def _start(self, job_id: str, at: datetime) -> None:
        rid = self._rid(job_id, at)
        with self._lock:
            if rid in self._ended:
                del self._ended[rid]
                return
            _remember(self._started, rid)
            self._tell(job_id, "start", rid, "")

    def _end(self, job_id: str, at: datetime, kind: str, text: str) -> None:
        rid = self._rid(job_id, at)
        with self._lock:
            if rid in self._started:
                del self._started[rid]
            else:
                _remember(self._ended, rid)
            self._tell(job_id, kind, rid, text)

    def _tell(self, job_id: str, kind: str, rid: UUID, text: str) -> None:
        slug, keys = self._known.get(job_id, (None, {}))
        if slug:
            report = self._report(slug, kind, keys, text)
            report.rid = str(rid)
            self._queue.put(report)

    def _report(self, slug: str, kind: str, keys: Mapping[str, str], text: str) -> PingReport:
        create = tuple(keys.items()) if self._creates else ()
        body = text[-_MAX_BODY:].encode("utf-8", "replace")
        return PingReport(slug=slug, kind=kind, create=create, body=body, at_ns=int(self._clock() * 1e9))

    def _rid(self, job_id: str, at: datetime) -> UUID:
        return uuid5(NAMESPACE_URL, f"{self._salt} {job_id} {at.timestamp()}")


def _ending(event: Any) -> tuple[str, str]:
    if event.code == events.EVENT_JOB_EXECUTED:
        return "success", event.retval if isinstance(event.retval, str) else ""
    if event.code == events.EVENT_JOB_MISSED:
        return (
            "skip",
            f"started too late for its misfire_grace_time; it was due at {event.scheduled_run_time}",
        )
    raised = f"{type(event.exception).__name__}: {event.exception}"
    frames = f"Traceback (most recent call last):\n{event.traceback}" if event.traceback else ""
    return "fail", frames + raised


def _remember(runs: OrderedDict[UUID, None], rid: UUID) -> None:
    runs[rid] = None
    if len(runs) > _MAX_OPEN:
        runs.popitem(last=False)

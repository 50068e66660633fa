"""What a worker's signals say of runs.

| signal | in | is told as |
| --- | --- | --- |
| prerun of the first try | child | start |
| postrun ``SUCCESS`` or ``FAILURE`` | child | success or fail |
| postrun ``RETRY`` | child | a note: the run goes on with its next try |
| postrun ``IGNORED`` | child | skipped; unless the task was replaced by another under its id |
| postrun ``REJECTED`` or of no state | child | nothing: if it failed, the parent says so |
| failure of a task that ran in no thread here | parent | fail: killed, hung or rejected |
| revoked (expired in the queue, terminated) | parent | skipped |
| unknown | parent | fail |

Reports of parent and child about one run bear the same run id: an end that is told twice counts once.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakValueDictionary

from pulsetui.celery.label import HEADER, TaskLabel, label_in, run_id_of, slug_of
from pulsetui.job.report import PingReport
from pulsetui.job.report_queue import ReportQueue

_MAX_BODY = 20_000  # characters of what a task returned or raised
_MAX_TOLD = 1000  # ids of runs whose end this process has told


@dataclass(slots=True)
class _OpenRun:
    label: TaskLabel
    began: float  # on the monotonic clock, of this try
    hard_limit: float | None  # seconds
    is_handed_on: bool = False  # another message bears its id


class TaskRuns:
    """The receivers of the signals of one app. ``tasks`` are names of tasks and their slugs ("": by name)."""

    def __init__(
        self,
        app: Any,
        queue: ReportQueue,
        tasks: Mapping[str, str],
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app = app
        self._queue = queue
        self._tasks = tasks
        self._clock = clock
        self._monotonic = monotonic
        self._open: dict[str, _OpenRun] = {}
        self._received: WeakValueDictionary[str, Any] = WeakValueDictionary()
        self._told: OrderedDict[str, None] = OrderedDict()

    # --- in the process that runs the task --------------------------------------------------------------

    def started(self, task_id: str = "", task: Any = None, **_: object) -> None:
        """``task_prerun``."""
        request = getattr(task, "request", None)
        if not self._is_ours(task) or request is None or request.is_eager:
            return
        label = self._label(vars(request), task.name)
        if label is None:
            return
        now = self._clock()
        is_first = label.started is None
        label = label.started_at(now) if is_first else label
        limits = request.timelimit or ()
        hard = next((float(one) for one in limits[:1] if one), None) or self._app.conf.task_time_limit
        self._open[task_id] = _OpenRun(label, self._monotonic(), hard)
        if is_first:
            self._tell(label, task_id, "start", metrics=label.metrics)

    def before_publish(self, headers: Any = None, **_: object) -> None:
        """``before_task_publish``: what is sent under the id of a run that goes on here continues it."""
        if not isinstance(headers, dict):
            return
        task_id = headers.get("id", "")
        if (run := self._open.get(task_id)) is not None:
            headers[HEADER] = run.label.text()
            run.is_handed_on = True
        elif HEADER not in headers and task_id in self._received:
            # The parent tries a task again whose child was lost.
            label = label_in(getattr(self._received.get(task_id), "request_dict", None))
            headers.update({} if label is None else {HEADER: label.text()})

    def ended(self, task_id: str = "", retval: object = None, state: str | None = None, **_: object) -> None:
        """``task_postrun``."""
        run = self._open.pop(task_id, None)
        if run is None:
            return
        if state == "SUCCESS" and run.hard_limit and self._monotonic() - run.began >= run.hard_limit:
            text = f"ended after its hard time limit of {run.hard_limit:g} s"
            self._tell_end(run.label, task_id, "fail", text)
        elif state == "SUCCESS":
            self._tell_end(run.label, task_id, "success", retval if isinstance(retval, str) else "")
        elif state == "FAILURE":
            self._tell_end(run.label, task_id, "fail", _told(retval))
        elif state == "RETRY":
            self._tell(run.label, task_id, "log", f"to be retried: {_safe(retval)}")
        elif state == "IGNORED" and not run.is_handed_on:
            self._tell_end(run.label, task_id, "skip", f"ignored: {_safe(retval)}".removesuffix(": "))
        self._queue.settle()

    # --- in the worker's parent process -----------------------------------------------------------------

    def received(self, request: Any = None, **_: object) -> None:
        """``task_received``: only the request knows the label, and failures come without it."""
        if request is not None:
            self._received[request.id] = request

    def failed_in_parent(
        self, sender: Any = None, task_id: str = "", exception: object = None, **_: object
    ) -> None:
        """``task_failure``; in the process that runs the task ``ended`` says it."""
        if task_id in self._open or not self._is_ours(sender):
            return
        request = self._received.get(task_id)
        label = self._label(getattr(request, "request_dict", None), getattr(sender, "name", ""))
        if label is not None and task_id not in self._told:
            self._tell_end(label, task_id, "fail", f"{type(exception).__name__}: {_safe(exception)}")

    def revoked(
        self, request: Any = None, terminated: bool = False, expired: bool = False, **_: object
    ) -> None:
        """``task_revoked``."""
        if request is None or request.id in self._told:
            return
        label = self._label(vars(request), request.task)
        if label is None:
            return
        why = "expired in the queue" if expired else "terminated" if terminated else "revoked"
        self._tell_end(label, request.id, "skip", why)

    def unknown(self, message: Any = None, name: str = "", id: str = "", **_: object) -> None:  # noqa: A002 - Celery's
        """``task_unknown``: a worker got it that has no such task."""
        label = self._label(getattr(message, "headers", None), name)
        if label is not None:
            text = f"no task {name!r} in this worker: is the module that has it imported there?"
            self._tell_end(label, id, "fail", text)

    # ----------------------------------------------------------------------------------------------------

    def _is_ours(self, task: Any) -> bool:
        return getattr(task, "app", self._app) is self._app

    def _label(self, headers: object, name: str) -> TaskLabel | None:
        found = label_in(headers)
        if found is None and name in self._tasks:
            return TaskLabel(slug=self._tasks[name] or slug_of(name))
        return found

    def _tell_end(self, label: TaskLabel, task_id: str, kind: str, text: str) -> None:
        self._told[task_id] = None
        if len(self._told) > _MAX_TOLD:
            self._told.popitem(last=False)
        duration = None if label.started is None else max(0.0, self._clock() - label.started)
        self._tell(label, task_id, kind, text, duration=duration, metrics=label.metrics)

    def _tell(
        self,
        label: TaskLabel,
        task_id: str,
        kind: str,
        text: str = "",
        *,
        duration: float | None = None,
        metrics: tuple[tuple[str, float], ...] = (),
    ) -> None:
        report = PingReport(
            slug=label.slug,
            kind=kind,
            rid=run_id_of(task_id),
            body=text[-_MAX_BODY:].encode("utf-8", "replace"),
            duration=duration,
            metrics=metrics,
            at_ns=int(self._clock() * 1e9),
        )
        report.keeps_end = True
        self._queue.put(report)


def _safe(value: object) -> str:
    try:
        return str(value)
    except Exception:  # noqa: BLE001 - an exception of the job's own making
        return type(value).__name__


def _told(error: object) -> str:
    """An exception with the end of its traceback."""
    import traceback

    try:
        if isinstance(error, BaseException):
            return "".join(traceback.format_exception(error, limit=-20)).rstrip()
    except Exception:  # noqa: BLE001, S110 - the same
        pass
    return f"{type(error).__name__}: {_safe(error)}"

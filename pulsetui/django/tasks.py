"""Runs of ``django.tasks`` (Django 6.0 and newer), told by its signals. Only of tasks that the settings name:
most tasks are no scheduled jobs, and have no check."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from pulsetui.django.options import Options
from pulsetui.django.receiver import guarded
from pulsetui.job.heartbeat import Heartbeat, HeartbeatRun, heartbeat

_open: dict[str, tuple[Heartbeat, HeartbeatRun]] = {}
"""Runs of this process, by the id of the task's result."""


def watch_tasks(options: Options) -> None:
    """From now on. Does nothing where Django has no tasks yet."""
    try:
        from django.tasks.signals import task_finished, task_started
    except ImportError:
        return
    task_started.connect(
        guarded("task_result", lambda result: _started(options, result)),
        weak=False,
        dispatch_uid="pulsetui.started",
    )
    task_finished.connect(guarded("task_result", _finished), weak=False, dispatch_uid="pulsetui.finished")


def _started(options: Options, result: Any) -> None:
    name = result.task.func.__name__
    if any(fnmatchcase(name, pattern) for pattern in options.tasks):
        beat = heartbeat(options.slug(name, dict(result.kwargs)), url=options.url)
        _open[result.id] = beat, beat.__enter__()


def _finished(result: Any) -> None:
    beat, run = _open.pop(result.id, (None, None))
    if beat is None or run is None:
        return
    if result.status != "SUCCESSFUL":
        run.fail(result.errors[-1].traceback if result.errors else "the task failed")
    beat.__exit__(None, None, None)

"""Runs of ``django.tasks`` (Django 6.0 and newer), told by its signals. Only of tasks that the settings name:
most tasks are no scheduled jobs, and have no check."""

from __future__ import annotations

import logging
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

from pulsetui.django.options import Options
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
        _guarded(lambda result: _started(options, result)), weak=False, dispatch_uid="pulsetui.started"
    )
    task_finished.connect(_guarded(_finished), weak=False, dispatch_uid="pulsetui.finished")


def _guarded(act: Callable[[Any], None]) -> Callable[..., None]:
    """As a receiver that never raises: a worker is not to fail because of us."""

    def receive(task_result: Any, **_given: Any) -> None:
        try:
            act(task_result)
        except Exception as error:  # noqa: BLE001 - a bug of ours must not become the task's failure
            logging.getLogger("pulsetui").warning(
                "a task is not reported: %s: %s", type(error).__name__, error
            )

    return receive


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

"""Runs of what django-q2 schedules, told by its signals in the worker. Of tasks that code sends by itself
nothing is told: most have no check."""

from __future__ import annotations

from typing import Any

from pulsetui.django.options import Options
from pulsetui.django.receiver import guarded
from pulsetui.job.heartbeat import Heartbeat, HeartbeatRun, heartbeat

_open: dict[str, tuple[Heartbeat, HeartbeatRun]] = {}
"""Runs of this process, by the id of the task."""


def watch_queue(options: Options) -> None:
    """From now on. Does nothing in a project without django-q2."""
    from django.apps import apps

    if not apps.is_installed("django_q"):
        return
    try:
        from django_q.signals import post_execute_in_worker, pre_execute
    except ImportError:
        return  # an older one tells of no end
    pre_execute.connect(
        guarded("task", lambda task: _started(options, task)),
        weak=False,
        dispatch_uid="pulsetui.queue_started",
    )
    post_execute_in_worker.connect(guarded("task", _ended), weak=False, dispatch_uid="pulsetui.queue_ended")


def name_of(row: Any) -> str:
    """What a row is called: its name is optional, and then it is the function that tells."""
    return str(row.name or str(row.func).rpartition(".")[2])


def _started(options: Options, task: dict[str, Any]) -> None:
    name = _schedule_of(task)
    if name and options.watches(name):
        beat = heartbeat(options.slug(name, {}), url=options.url)
        _open[task["id"]] = beat, beat.__enter__()


def _schedule_of(task: dict[str, Any]) -> str:
    """The name of the schedule that sent a task: it is its group, or its number is; "" where none did."""
    group = task.get("group")
    if not group:
        return ""
    from django_q.models import Schedule

    rows = (
        Schedule.objects.filter(pk=group) if isinstance(group, int) else Schedule.objects.filter(name=group)
    )
    row = rows.first()
    return name_of(row) if row is not None else ""


def _ended(task: dict[str, Any]) -> None:
    beat, run = _open.pop(task["id"], (None, None))
    if beat is None or run is None:
        return
    if not task.get("success"):
        run.fail(str(task.get("result") or "the task failed"))
    beat.__exit__(None, None, None)

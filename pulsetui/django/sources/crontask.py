"""Tasks of ``django.tasks`` that django-crontask schedules.

Its registry is an APScheduler, in which each job enqueues a task; the run is that of the task, which
``PULSETUI["tasks"]`` has to name.
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from pulsetui.django.sources.apscheduler import idle
from pulsetui.django.sources.collected import Collected, Project
from pulsetui.provision.found import SourceReading

_PLACE = "crontask"


def read(project: Project) -> Iterator[SourceReading]:
    """One reading if the project has django-crontask."""
    from django.apps import apps

    if not apps.is_installed("crontask"):
        return
    for app in apps.get_app_configs():  # tasks are registered by the import of their module
        if app.name != "crontask" and find_spec(f"{app.name}.tasks"):
            import_module(f"{app.name}.tasks")
    import crontask

    collected = Collected(project, _PLACE)
    for job in crontask.scheduler.get_jobs():
        _collect(project, collected, job)
    yield collected.reading()


def _collect(project: Project, collected: Collected, job: Any) -> None:
    from pulsetui.apscheduler.triggers import check_keys

    task = getattr(job.func, "__self__", None)  # its method enqueue is what the job calls
    function = getattr(task, "func", None)
    name = str(getattr(function, "__name__", "") or job.name)
    key = str(getattr(task, "module_path", "") or job.name)
    options = project.options
    if not any(fnmatchcase(name, pattern) for pattern in options.tasks):
        collected.cannot_watch(
            name, f'its runs are not reported: name it in PULSETUI["tasks"], like ["{name}"]'
        )
    elif "{" in options.slugs.get(name, ""):
        collected.cannot_watch(name, f"its check depends on arguments ({options.slugs[name]})")
    elif why := idle(job, project):
        collected.leave_out(name, why)
    else:
        keys = check_keys(job.trigger, project.now)
        collected.add(key=key, slug=options.slug(name, {}), name=name, keys=keys, place=f"task {key}")

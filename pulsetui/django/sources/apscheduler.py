"""Jobs of the APSchedulers that report: those on which ``pulsetui.apscheduler.connect`` was called."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

from pulsetui.django.sources.collected import Collected, Project
from pulsetui.provision.found import SourceReading

_PLACE = "apscheduler"


def read(project: Project) -> Iterator[SourceReading]:
    """One reading if the project has connected a scheduler."""
    if find_spec("apscheduler") is None:
        return
    from pulsetui.apscheduler.connect import connected_schedulers

    collected, problem = Collected(project, _PLACE), ""
    for connected in connected_schedulers():
        for job in connected.scheduler.get_jobs():
            _collect(project, collected, job, connected.slug(job))
        if not _is_whole(connected.scheduler):
            problem = "a job store is read only while its scheduler runs; what it holds has no check by this"
    if connected_schedulers():
        yield collected.reading(problem)


def _is_whole(scheduler: Any) -> bool:
    """Whether all jobs were seen: those that stores keep are not, before the scheduler is started."""
    from apscheduler.jobstores.memory import MemoryJobStore

    stores = scheduler._jobstores.values()  # noqa: SLF001 - there is no other way to ask
    return scheduler.running or all(isinstance(store, MemoryJobStore) for store in stores)


def _collect(project: Project, collected: Collected, job: Any, slug: str | None) -> None:
    from pulsetui.apscheduler.runs import has_made_up_id, name_of
    from pulsetui.apscheduler.triggers import check_keys

    name = name_of(job)
    if slug is None:
        collected.leave_out(name, "connect(…, slugs=…) has no check for it")
        return
    if has_made_up_id(job):
        collected.note(f"a job of {job.func_ref} has no id: it reports to {slug}")
    why = idle(job, project)
    if why:
        collected.leave_out(name, why)
    else:
        keys = check_keys(job.trigger, project.now)
        collected.add(key=name, slug=slug, name=name, keys=keys, place=f"job {name}")


def idle(job: Any, project: Project) -> str:
    """Why a job does not run; "" for one that does."""
    if getattr(job, "next_run_time", project.now) is None:
        return "is paused"
    return "" if job.trigger.get_next_fire_time(None, project.now) else "runs no more"

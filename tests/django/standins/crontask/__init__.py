"""Stands in for django-crontask, which needs a newer Python than our oldest: its registry and its decorator.

As there, the registry is an APScheduler that calls ``enqueue`` of a task, and a job's name is the task's.
"""

from __future__ import annotations

from typing import Any

from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.cron import CronTrigger

scheduler = BlockingScheduler()


def cron(times: str, zone: str) -> Any:
    """Decorates a task."""

    def decorated(task: Any) -> Any:
        trigger = CronTrigger.from_crontab(times, timezone=zone)
        scheduler.add_job(func=task.enqueue, trigger=trigger, name=task.name)
        return task

    return decorated

"""The Celery app of the real worker and the real beat: each task ends in one of the ways in which tasks end.

Beat runs each entry once: it was last run almost an hour ago, an hour is its period.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from celery import Celery
from celery.concurrency.asynpool import AsynPool
from celery.exceptions import Ignore, Reject

import pulsetui.celery

F = TypeVar("F", bound=Callable[..., object])

_HOUR = timedelta(hours=1)
_FOLDER = Path(os.environ["SHOP_FOLDER"])
_TASKS = ("good", "bad", "killed", "left", "hung", "again", "ignored", "rejected", "expired", "absent")

# It would look for those only every five seconds.
AsynPool.timers = property(lambda pool: {pool.maintain_pool: 0.5})

app = Celery("shop", broker="filesystem://")
app.conf.update(
    broker_transport_options={
        "data_folder_in": str(_FOLDER),
        "data_folder_out": str(_FOLDER),
        "control_folder": str(_FOLDER / "control"),
        "polling_interval": 0.05,
    },
    beat_schedule_filename=str(_FOLDER / "schedule"),
    worker_lost_wait=0.5,  # for ten seconds a worker would wait for a last word from a dead child
    worker_hijack_root_logger=False,
    beat_schedule={
        f"{name} of shop": {
            "task": f"shop.{name}",
            "schedule": _HOUR,
            "last_run_at": datetime.now(UTC) - _HOUR,
            "options": {"expires": -1} if name == "expired" else {},
        }
        for name in _TASKS
    },
)
pulsetui.celery.connect(app, slugs={"bad of shop": "bad"})


def _task(**options: Any) -> Callable[[F], F]:
    def decorate(function: F) -> F:
        task: F = app.task(name=f"shop.{function.__name__}", **options)(function)
        return task

    return decorate


@_task()
def good() -> str:
    return "imported 312 records"


@_task()
def bad() -> None:
    raise ValueError("no route to [red]bank[/red]")


@_task()
def killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@_task()
def left() -> None:
    sys.exit(3)


@_task(time_limit=1)
def hung() -> None:
    threading.Event().wait()


@_task(bind=True)
def again(self: Any) -> str:
    if self.request.retries == 0:
        raise self.retry(exc=ConnectionError("bank is away"), countdown=0)
    return "second try"


@_task()
def ignored() -> None:
    raise Ignore("nothing to import")


@_task(acks_late=True)
def rejected() -> None:
    raise Reject("broken message", requeue=False)


@_task()
def expired() -> None:
    """Never runs."""

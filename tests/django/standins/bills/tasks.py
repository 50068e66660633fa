"""Tasks that are scheduled; of Django itself where it has them (6.0 and newer)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crontask import cron

try:
    from django.tasks import task
except ImportError:

    class _Task:
        def __init__(self, func: Callable[[], None]) -> None:
            self.func, self.name = func, func.__name__
            self.module_path = f"{func.__module__}.{func.__qualname__}"

        def enqueue(self) -> None: ...

    def task(func: Callable[[], None]) -> Any:
        return _Task(func)


def sync_invoices() -> None: ...


def unnamed_in_settings() -> None: ...


cron("0 3 * * mon", "Europe/Riga")(task(sync_invoices))
cron("0 4 * * *", "Europe/Riga")(task(unnamed_in_settings))

"""The commands that keep the store in order: what became of deliveries, and what is forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta

from pulsetui.monitor.writing.transaction import Transaction, Upkeep
from pulsetui.store.retention import Retention
from pulsetui.store.rows import DeliveryChange, Purge

REPORTS_REMEMBERED = timedelta(days=1)
"""A copy out of the spool follows within seconds, or at the next start, before anything is forgotten."""


class UpdateDeliveries(Upkeep, frozen=True):
    """What became of alerts in the outbox."""

    change: DeliveryChange

    def apply(self, transaction: Transaction, now: datetime) -> None:
        transaction.changes.deliveries.append(self.change)


class Trim(Upkeep, frozen=True):
    """Retention of one check: a small slice of work, so that no ping waits for a large one."""

    check_id: int
    keep_pings: int

    def apply(self, transaction: Transaction, now: datetime) -> None:
        tracked = transaction.checks.get(self.check_id)
        if tracked is not None:
            open_runs = tuple(run.n for run in transaction.state(tracked).runs)
            transaction.changes.kept[self.check_id] = Retention(self.keep_pings, open_runs)


class Forget(Upkeep, frozen=True):
    """Forgets what was removed, and deliveries that were settled, long ago; ids of reports sooner."""

    before: datetime

    def apply(self, transaction: Transaction, now: datetime) -> None:
        transaction.changes.purge = Purge(before=self.before, reports_before=now - REPORTS_REMEMBERED)

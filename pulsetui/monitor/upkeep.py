"""The commands that keep the store in order: what became of deliveries, and what is forgotten."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from pulsetui.monitor.writing.checks import TrackedCheck
from pulsetui.monitor.writing.transaction import Command, Transaction, Upkeep
from pulsetui.store.retention import FLIPS_KEPT, Retention
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
        tracked = transaction.checks.by_id.get(self.check_id)
        if tracked is not None:
            open_runs = tuple(run.n for run in transaction.state(tracked).runs)
            transaction.changes.kept[self.check_id] = Retention(self.keep_pings, open_runs)


class Forget(Upkeep, frozen=True):
    """Forgets what was removed, and deliveries that were settled, long ago; ids of reports sooner."""

    before: datetime

    def apply(self, transaction: Transaction, now: datetime) -> None:
        transaction.changes.purge = Purge(before=self.before, reports_before=now - REPORTS_REMEMBERED)


class Trimmer:
    """Says when a check is due for its retention: each time a tenth more than is kept has come in."""

    def __init__(self, submit: Callable[[Command[None], Callable[[object], None]], None]) -> None:
        self._submit = submit
        self._after: dict[int, int] = {}  # by check: the number of the ping that is left alone

    def look(self, changed: Iterable[TrackedCheck]) -> None:
        """These were pinged."""
        for tracked in changed:
            keep, n = tracked.check.keep_pings, tracked.state.n_pings
            if n <= min(keep, FLIPS_KEPT):
                continue
            step = min(max(keep // 10, 50), FLIPS_KEPT)
            # Apart by their ids: checks with one schedule would all come to it in one transaction.
            if n > self._after.setdefault(tracked.id, n + tracked.id % step):
                self._after[tracked.id] = n + step
                self._submit(Trim(tracked.id, keep), lambda _: None)

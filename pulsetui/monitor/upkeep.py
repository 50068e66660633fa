"""The commands that keep the store in order: what became of deliveries, and what is forgotten."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from pulsetui.monitor.writing.checks import TrackedCheck
from pulsetui.monitor.writing.transaction import Command, Transaction
from pulsetui.store.retention import FLIPS_KEPT, Retention

REPORTS_REMEMBERED = timedelta(days=1)
"""A copy out of the spool follows within seconds, or at the next start, before anything is forgotten."""


class Settle(Struct, frozen=True):
    """What became of a delivery."""

    delivery_id: int
    tries: int
    delivered_at: datetime | None
    next_try_at: datetime | None
    error: str

    def apply(self, transaction: Transaction, now: datetime) -> None:
        transaction.database.settle_delivery(
            self.delivery_id,
            tries=self.tries,
            delivered_at=self.delivered_at,
            next_try_at=self.next_try_at,
            error=self.error,
        )


class Hold(Struct, frozen=True):
    """Deliveries that wait for somebody to tell; None gives them up."""

    delivery_ids: Sequence[int]
    why: str
    next_try_at: datetime | None

    def apply(self, transaction: Transaction, now: datetime) -> None:
        transaction.database.hold_deliveries(self.delivery_ids, self.why, self.next_try_at)


class Release(Struct, frozen=True):
    """Somebody has come who can be told: the hook's deliveries are due."""

    hook: str
    at: datetime

    def apply(self, transaction: Transaction, now: datetime) -> None:
        transaction.database.release_deliveries(self.hook, self.at)


class Trim(Struct, frozen=True):
    """Retention of one check: a small slice of work, so that no ping waits for a large one."""

    check_id: int
    keep_pings: int

    def apply(self, transaction: Transaction, now: datetime) -> None:
        tracked = transaction.checks.by_id.get(self.check_id)
        if tracked is not None:
            open_runs = tuple(run.n for run in transaction.state(tracked).runs)
            transaction.changes.kept[self.check_id] = Retention(self.keep_pings, open_runs)


class Purge(Struct, frozen=True):
    """Forgets what was removed, and deliveries that were settled, long ago; ids of reports sooner."""

    before: datetime

    def apply(self, transaction: Transaction, now: datetime) -> None:
        transaction.database.purge_removed(self.before)
        transaction.database.trim(self.before, now - REPORTS_REMEMBERED)


class Trimmer:
    """Says when a check is due for its retention: each time a tenth more than is kept has come in."""

    def __init__(self, submit: Callable[[Command, Callable[[object], None]], None]) -> None:
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

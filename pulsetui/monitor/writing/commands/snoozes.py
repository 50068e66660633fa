"""Snoozes begin and end; what they held back is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from pulsetui.core.state.snooze import Snooze, SnoozeIdentity
from pulsetui.monitor.writing.commands.judge import one_of_many
from pulsetui.monitor.writing.transaction import Transaction


class SetSnoozes(Struct, frozen=True):
    """Adds and ends snoozes; those whose time is up end anyway. What went down in a snooze that is over, and
    still is down, is told now."""

    add: Sequence[Snooze] = ()
    end: Sequence[SnoozeIdentity] = ()

    def apply(self, transaction: Transaction, now: datetime) -> None:
        gone = {*self.end, *(one.identity for one in self.add)}
        kept = [one for one in transaction.snoozes if one.identity not in gone and one.until > now]
        transaction.set_snoozes((*kept, *self.add))
        for tracked in transaction.checks.awake():
            with one_of_many(tracked):
                transaction.settle_alerts(tracked, now)

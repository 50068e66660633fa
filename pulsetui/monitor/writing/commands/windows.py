"""Windows of maintenance open and close: they are announced, and what they held back is told."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from pulsetui.core.schedule.zone import zone
from pulsetui.core.state.maintenance import announced
from pulsetui.monitor.writing.alert_text import announcement
from pulsetui.monitor.writing.commands.judge import one_of_many
from pulsetui.monitor.writing.transaction import Transaction


class PassWindows(Struct, frozen=True):
    """What the windows of ``(since, until]`` bring about: what is still down when one closes is told."""

    since: datetime
    until: datetime

    def apply(self, transaction: Transaction, now: datetime) -> None:
        for window, begin in announced(transaction.alerting.windows, self.since, self.until):
            transaction.tell_all(announcement(window, begin, now, zone(transaction.alerting.timezone)), now)
        for tracked in transaction.checks.awake():
            with one_of_many(tracked):
                transaction.settle_alerts(tracked, now)

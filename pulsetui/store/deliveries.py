"""What becomes of the alerts that wait in the outbox."""

from __future__ import annotations

import sqlite3

from pulsetui.store.instant import stored, stored_or_none
from pulsetui.store.rows import DeliveryChange, DeliveryHold, DeliveryRelease, DeliveryResult


def update_deliveries(connection: sqlite3.Connection, change: DeliveryChange) -> None:
    """Writes one change down, in the transaction that is open."""
    match change:
        case DeliveryResult():
            connection.execute(
                "UPDATE outbox SET tries = ?, delivered_at = ?, next_try_at = ?, error = ? WHERE id = ?",
                (
                    change.tries,
                    stored_or_none(change.delivered_at),
                    stored_or_none(change.next_try_at),
                    change.error,
                    change.id,
                ),
            )
        case DeliveryHold():
            connection.executemany(
                "UPDATE outbox SET next_try_at = ?, error = ? WHERE id = ?",
                [(stored_or_none(change.next_try_at), change.error, one) for one in change.ids],
            )
        case DeliveryRelease():
            connection.execute(
                "UPDATE outbox SET next_try_at = ?1 WHERE hook = ?2 AND next_try_at > ?1",
                (stored(change.at), change.hook),
            )

"""What becomes of the alerts that wait in the outbox, and of the hooks they wait for."""

from __future__ import annotations

import sqlite3
from typing import Final

from pulsetui.store.instant import stored, stored_or_none
from pulsetui.store.lists import number_list
from pulsetui.store.rows import (
    DeliveryChange,
    DeliveryHold,
    DeliveryRelease,
    DeliveryResult,
    HookPause,
)

PAUSED: Final = "paused:"
"""Stands before the name of a hook in the key of a row of ``meta``."""

_THESE = "id IN (SELECT value FROM json_each(?))"
"""One statement for all: between two of them the writer would give the interpreter away."""


def update_deliveries(connection: sqlite3.Connection, change: DeliveryChange) -> None:
    """Writes one change down, in the transaction that is open."""
    match change:
        case DeliveryResult():
            connection.execute(
                "UPDATE outbox SET tries = tries + 1, delivered_at = ?, next_try_at = ?, error = ?"  # noqa: S608
                f" WHERE {_THESE}",
                (
                    stored_or_none(change.delivered_at),
                    stored_or_none(change.next_try_at),
                    change.error,
                    number_list(change.ids),
                ),
            )
        case DeliveryHold():
            connection.execute(
                f"UPDATE outbox SET next_try_at = ?, error = ? WHERE {_THESE}",  # noqa: S608 - constant
                (stored_or_none(change.next_try_at), change.error, number_list(change.ids)),
            )
        case DeliveryRelease():
            connection.execute(
                "UPDATE outbox SET next_try_at = ?1 WHERE hook = ?2 AND next_try_at > ?1"
                " AND (tries > 0 OR error <> '')",
                (stored(change.at), change.hook),
            )
        case HookPause(hook=hook, at=None):
            connection.execute("DELETE FROM meta WHERE key = ?", (PAUSED + hook,))
        case HookPause():
            connection.execute(
                "INSERT OR REPLACE INTO meta VALUES (?, ?)",
                (PAUSED + change.hook, str(stored_or_none(change.at))),
            )

"""Everything that an engine holds of its state directory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from pulsetui.core.deploy import Deploy
from pulsetui.core.state.snooze import Snooze
from pulsetui.monitor.lock import StateLock, prepare_state_dir, read_or_make_api_key
from pulsetui.monitor.writing.transaction import DEPLOYS_KNOWN
from pulsetui.store.database import Database
from pulsetui.store.queries import Queries


class OpenState(Struct, frozen=True, kw_only=True):
    """Held until it is let go of, piece by piece."""

    lock: StateLock
    api_key: str  # of this state directory
    database: Database
    queries: Queries
    snoozes: Sequence[Snooze]
    deploys: Sequence[Deploy]


def open_state(state_dir: Path) -> OpenState:
    """Makes what is missing. Raises StateHeldError, EngineError or StoreError; nothing is held then."""
    prepare_state_dir(state_dir)
    lock = StateLock(state_dir)
    try:
        api_key = read_or_make_api_key(state_dir)
        database = Database(state_dir)
        try:
            snoozes, deploys = database.snoozes(), database.deploys(DEPLOYS_KNOWN)
            return OpenState(
                lock=lock,
                api_key=api_key,
                database=database,
                queries=Queries(state_dir),
                snoozes=snoozes,
                deploys=deploys,
            )
        except BaseException:
            database.close()
            raise
    except BaseException:
        lock.release()
        raise

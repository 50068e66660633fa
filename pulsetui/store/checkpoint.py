"""Takes SQLite's log into the database while the writer goes on.

By itself SQLite does this within a commit: some thousand pages are copied and synced, and every ping that
comes meanwhile waits 15 to 25 ms for it. Here a thread copies most of it, and the writer the little that was
added meanwhile: only when nothing is left over does the log begin anew instead of growing.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager

from pulsetui.errors import StoreError

EVERY_CHANGES = 4000
"""Rows written from one time to the next: two to four thousand pages. Pings rewrite the same few pages again
and again: the later the log is taken in, the fewer are copied."""
_TAKE_IN = "PRAGMA wal_checkpoint(PASSIVE)"  # waits for nobody, and nobody for it

logger = logging.getLogger(__name__)


class Checkpoints:
    """For the one thread that writes. ``connect`` makes a connection to the database that is open, or raises
    ``sqlite3.Error`` or StoreError; ``meanwhile`` is held while the database changes without a commit."""

    def __init__(
        self,
        connect: Callable[[], sqlite3.Connection],
        meanwhile: Callable[[], AbstractContextManager[None]],
        every: int = EVERY_CHANGES,
    ) -> None:
        self._connect = connect
        self._meanwhile = meanwhile
        self._every = every
        self._counted = 0  # changes of the connection when the thread last began
        self._thread: threading.Thread | None = None

    def committed(self, connection: sqlite3.Connection) -> bool:
        """After each commit: begins what is due. Whether the log has been taken in since the last call."""
        if self._thread is not None:
            if self._thread.is_alive():
                return False
            self._thread = None
            with contextlib.suppress(sqlite3.Error):  # it is due again later
                connection.execute(_TAKE_IN).fetchone()
            return True
        if connection.total_changes - self._counted >= self._every:
            self._counted = connection.total_changes
            thread = threading.Thread(target=self._take_in, name="pulsetui-checkpoint", daemon=True)
            with contextlib.suppress(RuntimeError):  # no more threads: SQLite does it, later
                thread.start()
                self._thread = thread
        return False

    def close(self) -> None:
        """Waits for what is under way."""
        if self._thread is not None:
            self._thread.join()

    def _take_in(self) -> None:
        try:
            with self._meanwhile(), contextlib.closing(self._connect()) as connection:
                connection.execute(_TAKE_IN).fetchone()
        except (sqlite3.Error, StoreError) as error:  # the writer meets it too, and says so
            logger.warning("the log of the database could not be taken in: %s", error)

"""What was stored and cannot be read: kept where a person can look at it, and said once."""

from __future__ import annotations

import logging
import sqlite3

logger = logging.getLogger(__name__)

_KEPT = 100
"""The newest so many."""


class Aside:
    """Collects while reading; the next commit writes it into ``set_aside``."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, str], bytes | str] = {}  # by what and why: the content
        self._forgotten: list[tuple[str, tuple[object, ...]]] = []
        self._news: list[str] = []

    def put(
        self, what: str, why: str, content: object, forget: tuple[str, tuple[object, ...]] | None = None
    ) -> None:
        """``what`` cannot be read (``the state of backup``); ``why`` ends with what became of it. ``forget``
        is the statement, with its values, that takes it from where it was."""
        if (what, why) not in self._waiting:
            logger.error("%s cannot be read: %s", what, why)
            self._waiting[what, why] = content if isinstance(content, bytes | str) else repr(content)
            self._news.append(f"{what}: {why}")
            if forget is not None:
                self._forgotten.append(forget)

    def news(self) -> list[str]:
        """What was put here since the last call, for a person."""
        said, self._news = self._news, []
        return said

    def write(self, connection: sqlite3.Connection) -> None:
        """Within a transaction; ``written`` follows when it is committed."""
        if not self._waiting:
            return
        for statement, values in self._forgotten:
            connection.execute(statement, values)
        connection.executemany(
            "INSERT INTO set_aside (what, why, content) VALUES (?, ?, ?)",
            [(what, why, content) for (what, why), content in self._waiting.items()],
        )
        connection.execute("DELETE FROM set_aside WHERE id <= (SELECT max(id) FROM set_aside) - ?", (_KEPT,))

    def written(self) -> None:
        self._waiting.clear()
        self._forgotten.clear()

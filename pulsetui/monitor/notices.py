"""What the person should read: each notice stays until it is no longer true or was dismissed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from pulsetui.client.views import Notice


class Notices:
    """Notices by key; a later one takes the place of an earlier one with the same key."""

    def __init__(self, on_change: Callable[[], None], masked: Callable[[str], str] = str) -> None:
        """``masked`` takes out of every text what must not be shown."""
        self._notices: dict[str, Notice] = {}
        self._on_change = on_change
        self._masked = masked

    def put(self, key: str, level: Literal["info", "warning", "error"], text: str) -> None:
        notice = Notice(key=key, level=level, text=self._masked(text))
        if self._notices.get(key) != notice:
            self._notices = {**self._notices, key: notice}
            self._on_change()

    def take_away(self, key: str) -> None:
        if key in self._notices:
            self._notices = {other: notice for other, notice in self._notices.items() if other != key}
            self._on_change()

    def get(self, key: str) -> Notice | None:
        return self._notices.get(key)

    def all(self) -> tuple[Notice, ...]:
        """Errors first."""
        order = {"error": 0, "warning": 1, "info": 2}
        return tuple(sorted(self._notices.values(), key=lambda notice: order[notice.level]))

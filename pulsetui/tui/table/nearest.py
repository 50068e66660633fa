"""What the clock will bring about, soonest first, when it is too much to keep in order."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator

from pulsetui.client.glance import Turn

_KEPT = 1024


class Nearest:
    """Of some instants the nearest, in a heap; the others are asked for when those have passed. An instant
    that has become untrue is left in it until it comes up."""

    def __init__(self, turns: Callable[[float, int], Iterable[Turn]]) -> None:
        """``turns`` gives those that are true: all until an instant, and of the later ones at least so many,
        the nearest."""
        self._turns = turns
        self._heap: list[Turn] = []
        self._horizon = float("-inf")  # what lies beyond is not kept

    def forget(self) -> None:
        """All may be others now."""
        self._heap, self._horizon = [], float("-inf")

    def add(self, turn: Turn) -> None:
        if turn[0] <= self._horizon:
            heapq.heappush(self._heap, turn)
            if len(self._heap) > 4 * _KEPT:  # a check that reports each second has many that are untrue
                self.forget()

    def first(self) -> Turn | None:
        if not self._heap and self._horizon != float("inf"):
            self._fill()
        return self._heap[0] if self._heap else None

    def drop_first(self) -> None:
        heapq.heappop(self._heap)

    def pop_until(self, instant: float) -> list[str]:
        """Whose instants have come; what is true of them then is for the caller to look at."""
        found = self._fill(instant) if self._horizon <= instant else []
        while self._heap and self._heap[0][0] <= instant:
            found.append(heapq.heappop(self._heap)[1])
        return found

    def _fill(self, after: float = float("-inf")) -> list[str]:
        """Keeps the nearest of those ``after`` an instant; the slugs of all others."""
        past: list[str] = []

        def later() -> Iterator[Turn]:
            for turn in self._turns(after, _KEPT):
                if turn[0] > after:
                    yield turn
                else:
                    past.append(turn[1])

        self._heap = heapq.nsmallest(_KEPT, later())
        self._horizon = self._heap[-1][0] if len(self._heap) == _KEPT else float("inf")
        return past

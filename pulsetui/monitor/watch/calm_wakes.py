"""When calm checks must be looked at: in order, without an entry of a heap for each."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from datetime import datetime

from pulsetui.store.calm_checks import NEVER, CalmChecks
from pulsetui.store.instant import read


class CalmWakes:
    """Of those that nothing has happened to. Which that are, is told: ``leave``."""

    def __init__(self, calm: CalmChecks, now: datetime) -> None:
        wakes = calm.wakes(now)
        self._calm, self._wakes = calm, wakes
        in_order = sorted(calm.places(), key=wakes.__getitem__)
        self._in_order = array("i", in_order)  # places
        self._next = bisect_right(in_order, NEVER, key=wakes.__getitem__)  # of those in order
        self._left = bytearray(len(wakes))  # by place

    def leave(self, check_id: int) -> None:
        """It is looked at by others from now on."""
        if (place := self._calm.place_of_id(check_id)) is not None:
            self._left[place] = True

    def first(self) -> tuple[datetime, int] | None:
        """The earliest instant, and the id of its check."""
        while self._next < len(self._in_order):
            place = self._in_order[self._next]
            if not self._left[place]:
                return read(self._wakes[place]), self._calm.ids[place]
            self._next += 1
        return None

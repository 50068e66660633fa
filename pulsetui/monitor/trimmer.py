"""Says when a check is due for its retention."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pulsetui.monitor.writing.checks import TrackedCheck
from pulsetui.monitor.writing.commands.upkeep import Trim
from pulsetui.monitor.writing.transaction import Command
from pulsetui.store.retention import FLIPS_KEPT


class Trimmer:
    """Says when a check is due for its retention: each time a tenth more than is kept has come in."""

    def __init__(self, submit: Callable[[Command[None], Callable[[object], None]], None]) -> None:
        self._submit = submit
        self._after: dict[int, int] = {}  # by check: the number of the ping that is left alone

    def look(self, changed: Iterable[TrackedCheck]) -> None:
        """These were pinged."""
        for tracked in changed:
            keep, n = tracked.check.keep_pings, tracked.state.n_pings
            if n <= min(keep, FLIPS_KEPT):
                continue
            step = min(max(keep // 10, 50), FLIPS_KEPT)
            # Apart by their ids: checks with one schedule would all come to it in one transaction.
            if n > self._after.setdefault(tracked.id, n + tracked.id % step):
                self._after[tracked.id] = n + step
                self._submit(Trim(tracked.id, keep), _ignore)


def _ignore(_: object) -> None:
    pass

"""The evidence of incidents: which pings, with their runs and bodies, tell how the last ones came and ended.

It outlives ``keep_pings``: a heartbeat of every minute pushes a thousand pings out within a day, and the
incident that is still listed would be left without the output that explains it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

INCIDENTS = 10
"""Of so many newest incidents of a check."""
_BEFORE = 2
"""Pings before it: the start of the run that hung, and the last good one to compare with."""
_SINCE = 8
"""Pings from its beginning on, the one that caused it first; of several failures that it took, from the first
and from the last."""
_END = 2
"""Pings up to the one that ended it."""

Select = Callable[..., Collection[tuple[object, ...]]]
"""Runs a statement with its values and gives all rows."""


def evidence(select: Select, check_id: int) -> frozenset[int]:
    """Numbers of pings and of runs. Costs a few dozen look-ups by the key, however many pings there are."""
    incidents = select(
        "SELECT failing_since, started_at, ended_at FROM incidents WHERE check_id = ?"
        " ORDER BY n DESC LIMIT ?",
        check_id,
        INCIDENTS,
    )
    if not incidents:
        return frozenset()
    pings: set[int] = set()
    for failing, started, ended in incidents:
        for begun in (started,) if failing is None else (failing, started):
            first = _first_at(select, check_id, begun)
            pings |= _beside(select, check_id, first, "n < ?", "DESC", _BEFORE)
            pings |= _beside(select, check_id, first, "n >= ?", "ASC", _SINCE)
        if ended is not None:
            last = _first_at(select, check_id, ended)
            pings |= _beside(select, check_id, last, "n <= ?", "DESC", _END)
    chosen = ", ".join(map(str, pings)) or "NULL"
    found = select(
        f"SELECT run FROM pings WHERE check_id = ? AND n IN ({chosen}) AND run IS NOT NULL",  # noqa: S608 - integers
        check_id,
    )
    return frozenset(pings | {run for (run,) in found if isinstance(run, int)})


def _first_at(select: Select, check_id: int, instant: object) -> int:
    """The number of the first ping that is not earlier; of one that is yet to come when all are.

    Numbers and instants grow together, but for reports out of a spool: those are a few.
    """
    low, high = 0, _number(select("SELECT max(n) FROM pings WHERE check_id = ?", check_id)) + 1
    while low < high:
        middle = (low + high) // 2
        found = select(
            "SELECT n, at >= ? FROM pings WHERE check_id = ? AND n >= ? ORDER BY n LIMIT 1",
            instant,
            check_id,
            middle,
        )
        for n, late in found:
            if not late and isinstance(n, int):
                low = n + 1
                break
        else:
            high = middle
    return low


def _beside(select: Select, check_id: int, n: int, which: str, order: str, limit: int) -> set[int]:
    found = select(
        f"SELECT n FROM pings WHERE check_id = ? AND {which} ORDER BY n {order} LIMIT ?",  # noqa: S608 - ours
        check_id,
        n,
        limit,
    )
    return {number for (number,) in found if isinstance(number, int)}


def _number(found: Collection[tuple[object, ...]]) -> int:
    return next((value for (value,) in found if isinstance(value, int)), 0)

"""The rows of the live table without a screen: their order, the filter, the marks, the counts, the cursor.

Rows are ordered by keys that never contain "now", so that an order once made stays right: a change moves one
row by bisection. What the clock changes (up turns late when due passes) waits in a heap and is looked at in
the tick; nothing scans all rows. While a person moves the cursor the caller *holds*: rows then show what is
new but keep their places until ``settle``.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum

from pulsetui.core.status import Status
from pulsetui.monitor.view import CheckView
from pulsetui.tui.filter import Filter

Key = tuple[int, float, str, str]
_NEVER = float("inf")
_FEW = 64  # from so many changes at once (or 1 % of the rows) one sort is cheaper than many insertions


class SortBy(StrEnum):
    """What the table is ordered by; each has the direction in which it is read most."""

    PROBLEMS = "problems first"
    NAME = "name"
    DUE = "due"
    LAST = "last ping"
    TOOK = "duration"


class Row:
    """One check as the table holds it. Slotted and changed in place: there may be ten thousand."""

    __slots__ = ("key", "status", "view")

    def __init__(self, view: CheckView, status: Status) -> None:
        self.view = view
        self.status = status  # as it is now: UP has turned LATE when its due has passed
        self.key: Key | None = None  # its place in the order; None while it has none


class TableModel:
    """See the module. ``now`` is always the engine's clock, UTC."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}
        self.counts: Counter[str] = Counter()  # by status; and "acknowledged", "running", "unwatched"
        self.marks: set[str] = set()
        self.filter = Filter.parse("")
        self.sort = SortBy.PROBLEMS
        self.reversed = False
        self.cursor: str | None = None
        self._keys: list[Key] = []
        self._pending: set[str] = set()
        self._turns: list[tuple[float, str]] = []  # heap: when rows that are up turn late
        self._ends: list[tuple[float, str]] = []  # heap: deadlines

    # What is there

    def __len__(self) -> int:
        return len(self._keys)

    @property
    def total(self) -> int:
        """All checks, filtered out or not."""
        return len(self.rows)

    def slug_at(self, index: int) -> str:
        return self._keys[~index if self.reversed else index][3]

    def row_at(self, index: int) -> Row:
        return self.rows[self.slug_at(index)]

    def index_of(self, slug: str | None) -> int | None:
        """Where the check stands; None when it is not shown."""
        row = self.rows.get(slug) if slug is not None else None
        if row is None or row.key is None:
            return None
        index = bisect_left(self._keys, row.key)
        return len(self._keys) - 1 - index if self.reversed else index

    def slugs(self) -> Iterator[str]:
        """The shown checks in order."""
        return (self.slug_at(index) for index in range(len(self._keys)))

    @property
    def moved(self) -> bool:
        """Whether rows wait to be put in their places."""
        return bool(self._pending)

    def next_deadline(self) -> tuple[datetime, str] | None:
        """The earliest deadline still to come and its check."""
        while self._ends:
            at, slug = self._ends[0]
            row = self.rows.get(slug)
            if row is not None and _end(row) == at:
                return datetime.fromtimestamp(at, UTC), slug
            heapq.heappop(self._ends)
        return None

    # What changes it

    def load(self, checks: Mapping[str, CheckView], now: datetime) -> None:
        """Takes all checks anew."""
        self.rows = {}
        self.counts = Counter()
        for slug, view in checks.items():
            row = self.rows[slug] = Row(view, status_now(view, now))
            self._count(row, 1)
        self._sweep()
        self.marks &= self.rows.keys()
        self._order_all()

    def apply(
        self, checks: Mapping[str, CheckView], changed: Iterable[str], now: datetime, *, hold: bool = False
    ) -> None:
        """Takes what is new of the ``changed`` slugs from ``checks``."""
        moved: list[str] = []
        for slug in changed:
            view = checks.get(slug)
            if view is None:
                self._drop(slug)
            elif (row := self.rows.get(slug)) is None or row.view is not view:
                self._put(slug, view, now)
                moved.append(slug)
        self._turn_late(now, moved)
        self._move(moved, hold=hold)

    def tick(self, now: datetime, *, hold: bool = False) -> bool:
        """Lets the clock do its part; True when a row has turned late."""
        moved: list[str] = []
        self._turn_late(now, moved)
        self._move(moved, hold=hold)
        return bool(moved)

    def settle(self) -> None:
        """Puts the rows that were held into their places."""
        pending, self._pending = self._pending, set()
        self._move(list(pending), hold=False)

    def set_filter(self, text: str) -> None:
        self.filter = Filter.parse(text)
        self._order_all()

    def set_sort(self, by: SortBy, *, reverse: bool = False) -> None:
        self.sort, self.reversed = by, reverse
        self._order_all()

    # The cursor: a slug, not a number

    def move_cursor(self, index: int) -> None:
        """Puts the cursor on the row at ``index``, kept inside the list."""
        if self._keys:
            self.cursor = self.slug_at(min(max(index, 0), len(self._keys) - 1))
        else:
            self.cursor = None

    def cursor_index(self) -> int | None:
        return self.index_of(self.cursor)

    def toggle_mark(self, slug: str) -> None:
        self.marks ^= {slug}

    # Inside

    def _put(self, slug: str, view: CheckView, now: datetime) -> None:
        row = self.rows.get(slug)
        status = status_now(view, now)
        if row is None:
            row = self.rows[slug] = Row(view, status)
        else:
            self._count(row, -1)
            row.view, row.status = view, status
        self._count(row, 1)
        if status is Status.UP and view.next_ping is not None and not view.unwatched:
            heapq.heappush(self._turns, (view.next_ping.timestamp(), slug))
        end = _end(row)
        if end is not None:
            heapq.heappush(self._ends, (end, slug))
        if len(self._ends) > 4 * len(self.rows) + 256 or len(self._turns) > 4 * len(self.rows) + 256:
            self._sweep()

    def _sweep(self) -> None:
        """Makes the heaps anew without what later pings have made untrue: a check that reports each second
        has many such."""
        self._ends = [(end, slug) for slug, row in self.rows.items() if (end := _end(row)) is not None]
        self._turns = [
            (row.view.next_ping.timestamp(), slug)
            for slug, row in self.rows.items()
            if row.status is Status.UP and row.view.next_ping is not None and not row.view.unwatched
        ]
        heapq.heapify(self._ends)
        heapq.heapify(self._turns)

    def _drop(self, slug: str) -> None:
        row = self.rows.get(slug)
        if row is None:
            return
        self._count(row, -1)
        if slug == self.cursor:
            index = self.index_of(slug)
            self._take_out(row)
            self.move_cursor(index or 0)
        else:
            self._take_out(row)
        del self.rows[slug]
        self.marks.discard(slug)
        self._pending.discard(slug)

    def _count(self, row: Row, by: int) -> None:
        self.counts[row.status] += by
        if row.view.started:
            self.counts["running"] += by
        if is_acknowledged(row.view):
            self.counts["acknowledged"] += by
        if row.view.unwatched:
            self.counts["unwatched"] += by

    def _turn_late(self, now: datetime, moved: list[str]) -> None:
        instant = now.timestamp()
        while self._turns and self._turns[0][0] <= instant:
            _, slug = heapq.heappop(self._turns)
            row = self.rows.get(slug)
            if row is None or row.status is not Status.UP or status_now(row.view, now) is Status.UP:
                continue  # it has reported since
            self._count(row, -1)
            row.status = Status.LATE
            self._count(row, 1)
            moved.append(slug)

    def _move(self, slugs: list[str], *, hold: bool) -> None:
        if hold:
            self._pending.update(slugs)
            return
        if len(slugs) > max(_FEW, len(self.rows) // 100):
            self._order_all()
            return
        for slug in slugs:
            row = self.rows.get(slug)
            if row is None:
                continue
            key = self._key(slug, row) if self.filter.matches(row.view, row.status) else None
            if key == row.key:
                continue
            gone_at = self.index_of(slug) if key is None and slug == self.cursor else None
            self._take_out(row)
            if key is not None:
                row.key = key
                insort(self._keys, key)
            elif gone_at is not None:
                self.move_cursor(gone_at)
        if self.cursor is None:
            self.move_cursor(0)

    def _take_out(self, row: Row) -> None:
        if row.key is not None:
            del self._keys[bisect_left(self._keys, row.key)]
            row.key = None

    def _order_all(self) -> None:
        stood = self.cursor_index()
        self._pending.clear()
        keys: list[Key] = []
        for slug, row in self.rows.items():
            row.key = self._key(slug, row) if self.filter.matches(row.view, row.status) else None
            if row.key is not None:
                keys.append(row.key)
        keys.sort()
        self._keys = keys
        if self.cursor_index() is None:
            self.move_cursor(stood or 0)

    def _key(self, slug: str, row: Row) -> Key:
        view = row.view
        name = view.name.casefold()
        match self.sort:
            case SortBy.PROBLEMS:
                return (rank(view, row.status), _stamp(view.next_ping), name, slug)
            case SortBy.NAME:
                return (0, 0.0, name, slug)
            case SortBy.DUE:
                due = None if row.status is Status.PAUSED else view.next_ping
                return (0, _stamp(due), name, slug)
            case SortBy.LAST:
                return (0, -view.last_ping.timestamp() if view.last_ping else _NEVER, name, slug)
            case SortBy.TOOK:
                return (0, -view.last_duration if view.last_duration is not None else _NEVER, name, slug)


def status_now(view: CheckView, now: datetime) -> Status:
    """The status at ``now``: up turns late by the clock alone, without any news from the engine."""
    if (
        view.status is Status.UP
        and view.next_ping is not None
        and not view.unwatched
        and view.next_ping <= now
    ):
        return Status.LATE
    return view.status


def is_acknowledged(view: CheckView) -> bool:
    """Whether it is down and somebody has said "I know"."""
    return (
        view.status is Status.DOWN and view.incident is not None and view.incident.acknowledged_at is not None
    )


def rank(view: CheckView, status: Status) -> int:
    """Problems first: the smaller, the nearer to the top."""
    if status is Status.DOWN:
        return 1 if is_acknowledged(view) else 0
    if status is Status.LATE:
        return 2
    if view.unwatched:
        return 3
    return {Status.UP: 4, Status.NEW: 5}.get(status, 6)


def _stamp(instant: datetime | None) -> float:
    return _NEVER if instant is None else instant.timestamp()


def _end(row: Row) -> float | None:
    if row.status in (Status.UP, Status.LATE) and row.view.deadline is not None and not row.view.unwatched:
        return row.view.deadline.timestamp()
    return None

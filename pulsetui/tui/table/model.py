"""The rows of the live table without a screen: order, view, filter, groups, marks, counts, cursor.

Rows are ordered by keys that never contain "now", so that an order once made stays right: a change moves one
row by bisection. What the clock changes (up turns late when due passes, a snooze ends) waits in a heap and is
looked at in the tick; nothing scans all rows. While a person moves the cursor the caller *holds*: rows then
show what is new but keep their places until ``settle``.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from copy import copy
from datetime import UTC, datetime

from msgspec import Struct
from msgspec.structs import force_setattr

from pulsetui.client.glance import CalmCheck, Entry, Turn, entries_of
from pulsetui.client.views import CheckView
from pulsetui.core.state.status import Status
from pulsetui.tui.draw.clocks import check_zone
from pulsetui.tui.table.filter import Filter
from pulsetui.tui.table.nearest import Nearest
from pulsetui.tui.table.order import CALM_KEYS, HEADING, Order, SortBy, sort_key
from pulsetui.tui.table.row import PROBLEMS, Key, Row
from pulsetui.tui.table.rows import CALM_FACETS, Rows
from pulsetui.tui.table.status_views import ALL, Subset

__all__ = ["Heading", "Row", "SortBy", "TableModel"]

_NO_TIME = datetime.fromtimestamp(0, UTC)
_MANY = 2000  # from so many changes at once (or half of the rows) no row is held in its place
_FEW = 64  # from so many changes at once (or 1 % of the rows) one sort is cheaper than many insertions


class Heading(Struct, frozen=True):
    """The line above the rows of a tag. ``counts`` is by facet; ``tag`` "" are those without one."""

    tag: str
    folded: bool
    total: int
    counts: Counter[str]
    marked: int = 0  # of them


class TableModel:
    """Rows, order, filter and cursor. ``now`` is always the engine's clock, UTC.

    The cursor is a line key (see ``table_order``), never a number: of the check or the heading that it is on.
    """

    def __init__(self) -> None:
        self.rows = Rows({}, _NO_TIME, self._place_made)
        self.counts: Counter[str] = Counter()  # by facet, of all checks
        self.zones: Counter[str] = Counter()  # of all checks: whose schedule is read in which zone
        self.marks: set[str] = set()
        self.filter = Filter.parse("")
        self.subset: Subset = ALL
        self.sort = SortBy.PROBLEMS
        self.cursor: str | None = None
        self._order = Order()
        self._taken: Mapping[str, CheckView] = {}  # what the newest news were of
        self._far_keys: dict[str, Key] = {}  # of rows that are not made, where views had to be made for them
        self._pending: set[str] = set()
        self._problems: set[str] = set()  # of all checks: there are few where there are many checks
        self._turns = Nearest(self._all_turns)  # when the clock alone changes a row
        self._ends = Nearest(self._all_ends)  # deadlines

    # What is there

    def __len__(self) -> int:
        """Lines: rows that are not folded away, and headings."""
        return len(self._order)

    @property
    def total(self) -> int:
        """All checks, shown or not."""
        return len(self.rows)

    @property
    def shown(self) -> int:
        """Checks that view and filter let through, folded or not."""
        return self._order.rows

    @property
    def grouped(self) -> bool:
        return self._order.grouped

    @property
    def reversed(self) -> bool:
        return self._order.reversed

    def key_at(self, index: int) -> str:
        """The line key at a line. Raises IndexError."""
        return self._order.line_at(index)

    def index_of(self, key: str | None) -> int | None:
        """The line of a check or heading; None when it is not shown."""
        if key is None:
            return None
        if key.startswith(HEADING):
            return self._order.heading_index(key.removeprefix(HEADING))
        row = self.rows.get(key)
        if row is None or row.key is None:
            return None
        return self._order.index_of(row.section, row.key)

    def heading(self, key: str) -> Heading | None:
        """What the heading with this line key says; None for a check."""
        if not key.startswith(HEADING):
            return None
        section = self._order.section(key.removeprefix(HEADING))
        if section is None:
            return None
        if section.tally is None:
            section.tally = Counter(facet for at in section.keys for facet in self.rows.facets(at[3]))
        marked = sum(at[3] in self.marks for at in section.keys) if self.marks else 0
        return Heading(section.tag, section.folded, len(section.keys), section.tally, marked)

    def slugs(self, heading: str | None = None) -> Iterator[str]:
        """The checks that are let through in order, folded or not; those below one heading."""
        return self._order.slugs(None if heading is None else heading.removeprefix(HEADING))

    @property
    def marked(self) -> list[str]:
        """The marked checks that are let through, in order: what verbs are done to."""
        return [slug for slug in self.slugs() if slug in self.marks] if self.marks else []

    @property
    def moved(self) -> bool:
        """Whether rows wait for their places."""
        return bool(self._pending)

    @property
    def worst_first(self) -> bool:
        """Whether all problems stand together at the top."""
        return self.sort is SortBy.PROBLEMS and not self.reversed and not self.grouped

    @property
    def _narrowed(self) -> bool:
        return self.subset is not ALL or bool(self.filter.terms)

    @property
    def left_out(self) -> int:
        """How many problems view and filter keep away."""
        if not self._narrowed:
            return 0
        return sum(self.rows[slug].key is None for slug in self._problems)

    def next_problem(self) -> str | None:
        """The first one below the cursor, folded or not; from the last one on again the first of all."""
        slugs = list(self.slugs())
        at = -1
        if self.cursor in self.rows:
            at = slugs.index(self.cursor) if self.cursor in slugs else -1
        elif self.cursor is not None and (below := next(self.slugs(self.cursor), None)) is not None:
            at = slugs.index(below) - 1
        turned = (*slugs[at + 1 :], *slugs[: at + 1])
        return next((slug for slug in turned if slug in self._problems), None)

    def next_deadline(self) -> tuple[datetime, str] | None:
        """The next instant at which a check goes down unless it reports."""
        while (first := self._ends.first()) is not None:
            at, slug = first
            row = self.rows.get(slug)
            if row is not None and _end(row) == at:
                return datetime.fromtimestamp(at, UTC), slug
            self._ends.drop_first()
        return None

    # What changes it

    def load(self, checks: Mapping[str, CheckView], now: datetime) -> None:
        """Takes all checks anew."""
        self._taken = checks
        self._far_keys = {}
        self.rows = Rows(checks, now, self._place_made)
        self.counts, self.zones = self.rows.count()
        self._problems = {slug for slug, row in self.rows.made.items() if PROBLEMS in row.facets}
        self._turns.forget()
        self._ends.forget()
        self.marks = {slug for slug in self.marks if slug in self.rows}
        self._order_all()

    def apply(
        self, checks: Mapping[str, CheckView], changed: Collection[str], now: datetime, *, hold: bool = False
    ) -> None:
        """Takes what is new of the ``changed`` slugs from ``checks``."""
        if len(changed) > max(_FEW, len(self.rows) // 2) and checks is self._taken:
            return  # the first news tell of all checks, in case something was missed
        if len(changed) > max(_MANY, len(self.rows) // 2):  # another set of checks, or a snooze of all
            self.load(checks, now)
            return
        self._taken = checks
        moved: list[str] = []
        entries = entries_of(checks)
        for slug in changed:
            entry = entries.get(slug)
            if entry is None:
                self._drop(slug)
            elif (row := self.rows.get(slug)) is None or row.entry is not entry:
                self._put(slug, entry, now)
                moved.append(slug)
        self._turn(now, moved)
        self._move(moved, hold=hold)

    def tick(self, now: datetime, *, hold: bool = False) -> bool:
        """Lets the clock do its part; True when a row has changed by it."""
        moved: list[str] = []
        self._turn(now, moved)
        self._move(moved, hold=hold)
        return bool(moved)

    def settle(self, only: str | None = None) -> None:
        """Puts the rows that were held into their places; with ``only`` that check's alone."""
        settled = self._pending if only is None else self._pending & {only}
        self._pending = self._pending - settled
        self._move(list(settled), hold=False)

    def set_filter(self, text: str) -> None:
        self.filter = Filter.parse(text)
        self._order_all()

    def set_subset(self, subset: Subset) -> None:
        self.subset = subset
        self._order_all()

    def set_sort(self, by: SortBy, *, reverse: bool = False) -> None:
        if by is not self.sort:
            self._far_keys = {}
        self.sort, self._order.reversed = by, reverse
        self._order_all()

    def set_grouped(self, grouped: bool) -> None:
        """Puts the rows below the headings of their tags, or back into one list."""
        self._order.grouped = grouped
        self._order_all()

    def fold(self, tag: str, *, folded: bool) -> None:
        """Hides or shows the rows of a group; a cursor among them goes to the heading."""
        self._order.fold(tag, folded=folded)
        row = self.rows.get(self.cursor) if self.cursor is not None else None
        if folded and row is not None and row.section == tag:
            self.cursor = HEADING + tag

    # The cursor

    def move_cursor(self, index: int) -> None:
        """Puts the cursor on the line at ``index``, kept inside the list."""
        self.cursor = self.key_at(min(max(index, 0), len(self) - 1)) if len(self) else None

    def cursor_index(self) -> int | None:
        return self.index_of(self.cursor)

    @property
    def cursor_row(self) -> Row | None:
        """The row under the cursor; None on a heading and when there is none."""
        if self.cursor is None or self.cursor_index() is None:
            return None
        return self.rows.get(self.cursor)

    def toggle_mark(self, key: str) -> None:
        """Marks a check or takes its mark away; on a heading all of its checks alike."""
        if key.startswith(HEADING):
            below = set(self.slugs(key))
            self.marks = self.marks - below if below <= self.marks else self.marks | below
        else:
            self.marks ^= {key}

    # Inside

    def _put(self, slug: str, entry: Entry, now: datetime) -> None:
        row, before = self.rows.get(slug), frozenset[str]()
        if row is None:
            row = Row(entry, now)
            self.rows.add(slug, row)
        else:
            before = row.facets
            self.zones[check_zone(row.glance)] -= 1
            row.put(entry, now)
            self._order.touch(row.section)
        self._count(slug, before, row.facets)
        self.zones[check_zone(row.glance)] += 1
        for turn in _turns(row):
            self._turns.add((turn, slug))
        if (end := _end(row)) is not None:
            self._ends.add((end, slug))

    def _count(self, slug: str, before: frozenset[str], after: frozenset[str]) -> None:
        """Other facets are true of a check."""
        self.counts.subtract(before)
        self.counts.update(after)
        (self._problems.add if PROBLEMS in after else self._problems.discard)(slug)

    def _all_turns(self, until: float, most: int) -> Iterator[Turn]:
        yield from ((turn, slug) for slug, row in self.rows.made.items() for turn in _turns(row))
        yield from self.rows.unmade_dues(until, most)

    def _all_ends(self, until: float, most: int) -> Iterator[Turn]:
        yield from ((end, slug) for slug, row in self.rows.made.items() if (end := _end(row)) is not None)
        yield from self.rows.unmade_deadlines(until, most)

    def _drop(self, slug: str) -> None:
        row = self.rows.get(slug)
        if row is None:
            return
        self._count(slug, row.facets, frozenset())
        self.zones[check_zone(row.glance)] -= 1
        stood = self.cursor_index()
        self._take_out(row)
        self.rows.drop(slug)
        if stood is not None and self.cursor_index() is None:  # it was on the check, or on its heading
            self.move_cursor(stood)
        self.marks.discard(slug)
        self._pending.discard(slug)

    def _turn(self, now: datetime, moved: list[str]) -> None:
        for slug in self._turns.pop_until(now.timestamp()):
            row = self.rows.get(slug)
            if row is None:
                continue
            before = row.facets
            row.judge(now)
            if row.facets != before:  # else it has reported since
                self._count(slug, before, row.facets)
                self._order.touch(row.section)
                moved.append(slug)

    def _move(self, slugs: list[str], *, hold: bool) -> None:
        if hold:
            self._pending.update(slugs)
            return
        if len(slugs) > max(_FEW, len(self.rows) // 100):
            self._order_all()
            return
        stood = self.cursor_index()
        for slug in slugs:
            row = self.rows.get(slug)
            if row is not None:
                self._place(row)
        if self.cursor_index() is None:
            self._cursor_anew(stood or 0)

    def _place(self, row: Row) -> None:
        key = sort_key(self.sort, row) if self._lets_through(row) else None
        section = row.tag if self.grouped else ""
        if key == row.key and (key is None or section == row.section):
            return
        self._take_out(row)
        if key is not None:
            row.key, row.section = key, section
            self._order.insert(section, key)

    def _take_out(self, row: Row) -> None:
        if row.key is not None:
            self._order.remove(row.section, row.key)
            row.key = None

    def _order_all(self) -> None:
        stood = self.cursor_index()
        self._pending.clear()
        places: defaultdict[str, list[Key]] = defaultdict(list)
        for row in self.rows.made.values():
            self._place_made(row)
            if row.key is not None:
                places[row.section].append(row.key)
        self._place_unmade(places)
        self._order.fill(places)
        if self.cursor_index() is None:
            self._cursor_anew(stood or 0)

    def _place_made(self, row: Row) -> None:
        """Where the row stands by what is known of it."""
        row.key = sort_key(self.sort, row) if self._lets_through(row) else None
        row.section = row.tag if self.grouped and row.key is not None else ""

    def _place_unmade(self, places: defaultdict[str, list[Key]]) -> None:
        rows, key_of = self.rows, CALM_KEYS.get(self.sort, self._far_key)
        unmade = filter(self._lets_calm_through(), rows.unmade()) if self._narrowed else rows.unmade()
        if not self.grouped:
            places[""].extend(map(key_of, unmade))
            return
        tags = [kind.tags[0] if kind.tags else "" for kind in rows.kinds]
        for one in unmade:
            places[tags[one[2]]].append(key_of(one))

    def _far_key(self, one: CalmCheck) -> Key:
        """In an order that has to look at the view of each check."""
        slug = one[0]
        if (key := self._far_keys.get(slug)) is None:
            key = self._far_keys[slug] = sort_key(self.sort, self.rows.apart(slug))
        return key

    def _lets_calm_through(self) -> Callable[[CalmCheck], bool]:
        subset, matches = self.subset, self.filter.matches if self.filter.terms else None
        looks = [copy(kind) for kind in self.rows.kinds]

        def lets_through(one: CalmCheck) -> bool:
            slug, name, kind, status, _, _ = one
            if not subset.holds(CALM_FACETS[status]):
                return False
            if matches is None:
                return True
            force_setattr(look := looks[kind], "slug", slug)  # one glance for all of a kind
            force_setattr(look, "name", name)
            return matches(look, status)

        return lets_through

    def _cursor_anew(self, index: int) -> None:
        """To the heading of a row that is folded away, else near where the cursor stood."""
        row = self.rows.get(self.cursor) if self.cursor is not None else None
        if row is not None and row.key is not None:
            self.cursor = HEADING + row.section
        else:
            self.move_cursor(index)

    def _lets_through(self, row: Row) -> bool:
        if not self._narrowed:
            return True
        return self.subset.holds(row.facets) and self.filter.matches(
            row.glance, row.status, snoozed=row.snoozed
        )


def _turns(row: Row) -> Iterator[float]:
    """The instants at which the clock alone changes the row."""
    glance = row.glance
    if row.status is Status.UP and glance.next_ping is not None and not glance.unwatched:
        yield glance.next_ping.timestamp()
    if row.snoozed and glance.snoozed_until is not None:
        yield glance.snoozed_until.timestamp()


def _end(row: Row) -> float | None:
    glance = row.glance
    if row.status in (Status.UP, Status.LATE) and glance.deadline is not None and not glance.unwatched:
        return glance.deadline.timestamp()
    return None

"""The lines of the table: rows in the order of their keys, under headings when they are grouped.

A line is named by its *line key*: the slug of a row, or ``#`` and a tag for a heading, which no slug can be.
One change moves one row by bisection; nothing here looks at all rows but ``fill``.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum

from msgspec import Struct

from pulsetui.client.glance import CalmCheck
from pulsetui.core.state import history as past
from pulsetui.core.state.status import Outcome, Status
from pulsetui.tui.table.row import CALM_RANKS, Key, Row, natural, note_of, rank

HEADING = "#"
_NEVER = float("inf")
_CALM_RANK = 3  # from this rank on a section is not pulled to the top
_NOT_BAD = frozenset(
    {past.LETTERS[Outcome.SUCCESS], past.LETTERS[Outcome.SKIPPED], past.RAN_TWICE, past.OVERLAP}
)


class SortBy(StrEnum):
    """What the table is ordered by; each has the direction in which it is read most."""

    PROBLEMS = "problems first"
    NAME = "name"
    DUE = "due"
    LAST = "last ping"
    SCHEDULE = "schedule"
    TOOK = "duration"
    TAGS = "tags"
    HOOKS = "hooks"
    NOTE = "note"
    RUNS = "bad runs"


class Direction(Struct, frozen=True):
    """How a column is read, and the other way round."""

    letter: str  # its key where the columns are listed; a capital one turns it round
    words: str
    other_way: str
    ascending: bool = False  # what comes first is the least: A, now


DIRECTIONS: Mapping[SortBy, Direction] = {
    SortBy.PROBLEMS: Direction("p", "worst first", "worst last"),
    SortBy.NAME: Direction("n", "A to Z", "Z to A", ascending=True),
    SortBy.DUE: Direction("d", "soonest first", "soonest last", ascending=True),
    SortBy.LAST: Direction("l", "newest first", "oldest first"),
    SortBy.SCHEDULE: Direction("s", "A to Z", "Z to A", ascending=True),
    SortBy.TOOK: Direction("t", "longest first", "shortest first"),
    SortBy.TAGS: Direction("b", "A to Z", "Z to A", ascending=True),
    SortBy.HOOKS: Direction("h", "A to Z", "Z to A", ascending=True),
    SortBy.NOTE: Direction("o", "A to Z", "Z to A", ascending=True),
    SortBy.RUNS: Direction("r", "most first", "fewest first"),
}


def order_words(by: SortBy, *, reverse: bool) -> str:
    """``name, A to Z``; ``problems first``."""
    if by is SortBy.PROBLEMS:
        return "problems last" if reverse else "problems first"
    return f"{by}, {DIRECTIONS[by].other_way if reverse else DIRECTIONS[by].words}"


def sort_key(by: SortBy, row: Row) -> Key:
    """Where the row stands; what it cannot be sorted by comes last."""
    slug = row.glance.slug
    match by:
        case SortBy.PROBLEMS:
            due = row.glance.next_ping
            return (rank(row), _NEVER if due is None else due.timestamp(), row.name, slug)
        case SortBy.NAME:
            return (0, 0.0, row.name, slug)
        case SortBy.DUE:
            due = None if row.status is Status.PAUSED else row.glance.next_ping
            return (0, _NEVER if due is None else due.timestamp(), row.name, slug)
        case _:
            return _seldom_key(by, row)


def _by_problem(one: CalmCheck) -> Key:
    return CALM_RANKS[one[3]], one[4], natural(one[1]), one[0]


def _by_name(one: CalmCheck) -> Key:
    return 0, 0.0, natural(one[1]), one[0]


def _by_due(one: CalmCheck) -> Key:
    return 0, _NEVER if one[3] is Status.PAUSED else one[4], natural(one[1]), one[0]


CALM_KEYS: Mapping[SortBy, Callable[[CalmCheck], Key]] = {
    SortBy.PROBLEMS: _by_problem,
    SortBy.NAME: _by_name,
    SortBy.DUE: _by_due,
}
"""As ``sort_key``, of a calm check without a row, where its view need not be looked at."""


def _seldom_key(by: SortBy, row: Row) -> Key:
    """Orders that have to look at the view of each check."""
    view, slug = row.view, row.glance.slug
    match by:
        case SortBy.LAST:
            return (0, -view.last_ping.timestamp() if view.last_ping else _NEVER, row.name, slug)
        case SortBy.TOOK:
            took = view.last_duration
            return (0, -took if took is not None else _NEVER, row.name, slug)
        case SortBy.RUNS:
            bad = sum(letter not in _NOT_BAD for letter in view.history[::2])
            return (0, -bad, row.name, slug)
        case SortBy.SCHEDULE:
            return _by_text(view.schedule_words, row)
        case SortBy.TAGS:
            return _by_text(" ".join(view.tags), row)
        case SortBy.HOOKS:
            return _by_text(" ".join(view.hooks), row)
        case SortBy.NOTE:
            return _by_text(note_of(view), row)
        case _:
            raise AssertionError(by)


def _by_text(text: str, row: Row) -> Key:
    return (0, 0.0 if text else _NEVER, f"{natural(text)}\0{row.name}", row.glance.slug)


class Section:
    """The rows below one heading."""

    __slots__ = ("folded", "keys", "name", "tag", "tally")

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.name = natural(tag)
        self.keys: list[Key] = []
        self.folded = False
        self.tally: Counter[str] | None = (
            None  # what is true of how many rows; None when it has to be counted
        )

    @property
    def place(self) -> tuple[int, bool, str]:
        """Sections with a problem first (when rows are ordered so), then by name, without a tag last."""
        worst = self.keys[0][0] if self.keys else _CALM_RANK
        return (min(worst, _CALM_RANK), not self.tag, self.name)


class Order:
    """The sections, each with its rows sorted; one alone while the rows are not grouped."""

    def __init__(self) -> None:
        self.grouped = False
        self.reversed = False
        self.folded: set[str] = set()  # tags
        self._sections: dict[str, Section] = {}
        self._in_order: list[Section] = []
        self._tops: list[int] = []  # the line at which each section begins
        self._lines = 0
        self._stale = False

    def __len__(self) -> int:
        self._settle()
        return self._lines

    @property
    def rows(self) -> int:
        """Rows that have a place, in folded sections too."""
        return sum(len(section.keys) for section in self._sections.values())

    # What stands where

    def line_at(self, index: int) -> str:
        """The line key of a line. Raises IndexError."""
        self._settle()
        if not 0 <= index < self._lines:
            raise IndexError(index)
        at = bisect_right(self._tops, index) - 1
        section = self._in_order[at]
        within = index - self._tops[at] - self.grouped
        if within < 0:
            return HEADING + section.tag
        return section.keys[~within if self.reversed else within][3]

    def index_of(self, tag: str, key: Key) -> int | None:
        """The line of a row; None while its section is folded."""
        section = self._sections.get(tag)
        if section is None or section.folded:
            return None
        within = bisect_left(section.keys, key)
        if self.reversed:
            within = len(section.keys) - 1 - within
        return self._top(section) + self.grouped + within

    def heading_index(self, tag: str) -> int | None:
        """The line of a heading; None when there is none."""
        section = self._sections.get(tag)
        return None if section is None or not self.grouped else self._top(section)

    def section(self, tag: str) -> Section | None:
        return self._sections.get(tag)

    def slugs(self, tag: str | None = None) -> Iterator[str]:
        """Rows in order, folded or not: all, or those of one section."""
        self._settle()
        for section in self._in_order:
            if tag is None or section.tag == tag:
                keys = reversed(section.keys) if self.reversed else iter(section.keys)
                yield from (key[3] for key in keys)

    # What changes it

    def fill(self, places: Mapping[str, list[Key]]) -> None:
        """Takes all rows anew: their keys, by the tags of their sections. The lists are kept, and changed."""
        self._sections = {}
        for tag, keys in places.items():
            if keys:
                self._section_for(tag).keys = keys
                keys.sort()
        self._stale = True

    def insert(self, tag: str, key: Key) -> None:
        section = self._section_for(tag)
        insort(section.keys, key)
        section.tally = None
        self._stale = True

    def remove(self, tag: str, key: Key) -> None:
        """A section without rows is gone."""
        section = self._sections[tag]
        del section.keys[bisect_left(section.keys, key)]
        section.tally = None
        if not section.keys:
            del self._sections[tag]
        self._stale = True

    def fold(self, tag: str, *, folded: bool) -> None:
        """Hides the rows of a section, or shows them again. It is remembered without the section, too."""
        (self.folded.add if folded else self.folded.discard)(tag)
        section = self._sections.get(tag)
        if section is not None:
            section.folded = folded
            self._stale = True

    def touch(self, tag: str) -> None:
        """A row of the section has changed: its heading has to count again."""
        section = self._sections.get(tag)
        if section is not None:
            section.tally = None

    # Inside

    def _section_for(self, tag: str) -> Section:
        section = self._sections.get(tag)
        if section is None:
            section = self._sections[tag] = Section(tag)
            section.folded = self.grouped and tag in self.folded
        return section

    def _top(self, section: Section) -> int:
        self._settle()
        return self._tops[self._in_order.index(section)]

    def _settle(self) -> None:
        if not self._stale:
            return
        self._stale = False
        self._in_order = sorted(self._sections.values(), key=lambda section: section.place)
        self._tops, line = [], 0
        for section in self._in_order:
            self._tops.append(line)
            line += self.grouped + (0 if section.folded else len(section.keys))
        self._lines = line

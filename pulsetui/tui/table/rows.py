"""The rows of all checks. Of those that are calm there may be a hundred thousand: a row of one is made when
somebody looks at it, or something happens to it. Until then what has to be known of it stands in columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from pulsetui.client.attention import Attention
from pulsetui.client.glance import CalmCheck, CheckGlance, Turn, calm_of, entries_of, others_of
from pulsetui.client.views import CheckView
from pulsetui.core.state.status import Status
from pulsetui.tui.draw.clocks import check_zone
from pulsetui.tui.table.row import Row, facets_of


class Rows(Mapping[str, Row]):
    """By slug. A row that is not made yet is as it was when all were loaded: whatever happens to it later, be
    it by the clock alone, makes it."""

    def __init__(self, checks: Mapping[str, CheckView], now: datetime, place: Callable[[Row], None]) -> None:
        """``place`` tells a row that was loaded, and is made only now, its place in the order."""
        self._entries, self._calm = entries_of(checks), calm_of(checks)
        self._now, self._place = now, place
        self.made = {slug: Row(entry, now) for slug, entry in others_of(checks)}
        self._status_of = self._calm.statuses(now)  # of those that are not made
        self._known = set(self.made)  # those that are made, and those that were
        self._unmade = len(self._entries) - len(self.made)

    def __getitem__(self, slug: str) -> Row:
        row = self.made.get(slug)
        if row is None:
            if not self._is_unmade(slug):
                raise KeyError(slug)
            row = self.apart(slug)
            self._unmade -= 1
            self.add(slug, row)
            self._place(row)
        return row

    def apart(self, slug: str) -> Row:
        """A row of one that is not made, for one look: it is not kept."""
        return Row(self._entries[slug], self._now)

    def _is_unmade(self, slug: object) -> bool:
        return self._unmade > 0 and slug not in self._known and slug in self._calm

    def __contains__(self, slug: object) -> bool:
        return slug in self.made or self._is_unmade(slug)

    def __len__(self) -> int:
        return len(self.made) + self._unmade

    def __iter__(self) -> Iterator[str]:
        yield from self.made
        yield from [slug for slug, *_ in self.unmade()]

    def add(self, slug: str, row: Row) -> None:
        self.made[slug] = row
        self._known.add(slug)

    def drop(self, slug: str) -> None:
        """There is no such check any more. Raises KeyError."""
        del self.made[slug]

    def facets(self, slug: str) -> frozenset[str]:
        """As those of the row, which is not made for it. Raises KeyError."""
        if (row := self.made.get(slug)) is not None:
            return row.facets
        if slug in self._known:
            raise KeyError(slug)
        return CALM_FACETS[self._status_of(slug)]

    def unmade(self) -> Iterator[CalmCheck]:
        """Those whose rows are not made, with the status that they had when all were loaded."""
        return self._calm.at(self._now, self._known) if self._unmade else iter(())

    def unmade_dues(self, until: float, most: int) -> list[Turn]:
        """As ``CalmColumns.dues``."""
        return self._calm.dues(self._now, until, most, self._known) if self._unmade else []

    def unmade_deadlines(self, until: float, most: int) -> list[Turn]:
        """As ``CalmColumns.deadlines``."""
        return self._calm.deadlines(self._now, until, most, self._known) if self._unmade else []

    @property
    def kinds(self) -> Sequence[CheckGlance]:
        """What those that are not made have in common, by the number of their kind."""
        return self._calm.kinds

    def kind(self, number: int) -> CheckGlance:
        return self._calm.kinds[number]

    def tags(self) -> set[str]:
        """Those that a check has."""
        found = {tag for row in self.made.values() for tag in row.glance.tags}
        return found.union(*(self.kind(number).tags for number in {one[2] for one in self.unmade()}))

    def count(self) -> tuple[Counter[str], Counter[str]]:
        """How many have each facet, and in which zone the schedules of how many are read."""
        alike: Counter[frozenset[str]] = Counter(row.facets for row in self.made.values())
        zones = Counter(check_zone(row.glance) for row in self.made.values())
        calm = self._calm.count(self._now, self._known) if self._unmade else Counter()
        for (kind, status), n in calm.items():
            alike[CALM_FACETS[status]] += n
            zones[check_zone(self.kind(kind))] += n
        facets: Counter[str] = Counter()
        for words, n in alike.items():
            facets.update(dict.fromkeys(words, n))
        return facets, zones


CALM_FACETS = {
    status: facets_of(status, Attention.NONE, snoozed=False, started=False, unwatched=False)
    for status in Status
}
"""Of checks of which there is nothing else to know."""

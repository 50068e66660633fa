"""The views on the keys 1 to 9: parts of all checks, each with its count. They combine with the filter."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from pulsetui.core.state.status import Status
from pulsetui.tui.table.row import MUTED, PROBLEMS, RUNNING, UNWATCHED


class Subset(Struct, frozen=True):
    """The rows of which ``facet`` is true; "" is true of all."""

    key: str  # the digit
    word: str
    facet: str
    help: str

    def holds(self, facets: Collection[str]) -> bool:
        return not self.facet or self.facet in facets


SUBSETS: tuple[Subset, ...] = (
    Subset("1", "all", "", "All checks"),
    Subset("2", "problems", PROBLEMS, "Down, and nobody has acknowledged it"),
    Subset("3", "late", Status.LATE, "Past due, still within grace"),
    Subset("4", "running", RUNNING, "A run is in progress"),
    Subset("5", "paused", Status.PAUSED, "Paused"),
    Subset("6", "new", Status.NEW, "No success or failure yet"),
    Subset("7", "muted", MUTED, "Acknowledged or snoozed"),
    Subset("8", "unwatched", UNWATCHED, "Its deadline passed while nobody was watching"),
    Subset("9", "up", Status.UP, "Up"),
)
ALL = SUBSETS[0]


def subset_of(key: str) -> Subset:
    """The view on a digit; 0 is all, too."""
    return next((subset for subset in SUBSETS if subset.key == key), ALL)

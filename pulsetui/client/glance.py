"""All checks as they were at one moment, each made into a view only when somebody looks at it.

A table of a hundred thousand checks shows sixty. Of the others it needs a *glance*: what they are counted,
ordered and filtered by. A view has all of that under the same names, so each is a glance, too.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from pulsetui.client.views import CheckView
from pulsetui.core.schedule.schedule import ScheduleKind
from pulsetui.core.state.status import Reason, Status


class CheckGlance(Struct, frozen=True, gc=False):
    """Each field as in ``CheckView``; without more it is one of which there is nothing else to know."""

    slug: str
    name: str
    tags: tuple[str, ...]
    schedule_kind: ScheduleKind
    tz: str
    status: Status = Status.UP
    reason: Reason | None = None
    next_ping: datetime | None = None
    deadline: datetime | None = None
    unwatched: bool = False
    is_running: bool = False
    snoozed_until: datetime | None = None
    acknowledged: bool = False


Glance = CheckView | CheckGlance


class Unmade(ABC):
    """A check of that moment. What it answers does not change, and may be asked for from any thread."""

    __slots__ = ()

    @property
    @abstractmethod
    def view(self) -> CheckView:
        """Made when it is asked for the first time."""

    @abstractmethod
    def glance(self) -> Glance:
        """The same as far as it goes, without that."""


Entry = CheckView | Unmade


CalmCheck = tuple[str, str, int, Status, float, float]
"""Slug, name, number of its kind, status, due and deadline: in seconds since 1970, infinity for never."""


Turn = tuple[float, str]
"""Seconds since 1970, and the slug of the check to which something happens then by the clock alone."""


class CalmColumns(ABC):
    """Checks of which there is nothing else to know: not down, not running, not snoozed. Thousands are so."""

    @property
    @abstractmethod
    def kinds(self) -> Sequence[CheckGlance]:
        """What those of each kind have in common: tags and schedule."""

    @abstractmethod
    def at(self, now: datetime, without: Container[str]) -> Iterator[CalmCheck]:
        """As they stand by the clock: those that are due by ``now`` are late."""

    @abstractmethod
    def count(self, now: datetime, without: Container[str]) -> Counter[tuple[int, Status]]:
        """How many of each kind stand so."""

    @abstractmethod
    def dues(self, now: datetime, until: float, most: int, without: Container[str]) -> list[Turn]:
        """When those that are up at ``now`` turn late by the clock: all until an instant (in seconds since
        1970), and of the later ones at least so many, the nearest, if there are so many."""

    @abstractmethod
    def deadlines(self, now: datetime, until: float, most: int, without: Container[str]) -> list[Turn]:
        """Likewise, when those that are up or late go down."""

    @abstractmethod
    def statuses(self, now: datetime) -> Callable[[str], Status]:
        """How one stands, by its slug: raises KeyError."""

    @abstractmethod
    def __contains__(self, slug: object) -> bool: ...


class _NoColumns(CalmColumns):
    kinds = ()

    def at(self, now: datetime, without: Container[str]) -> Iterator[CalmCheck]:
        return iter(())

    def count(self, now: datetime, without: Container[str]) -> Counter[tuple[int, Status]]:
        return Counter()

    def dues(self, now: datetime, until: float, most: int, without: Container[str]) -> list[Turn]:
        return []

    def deadlines(self, now: datetime, until: float, most: int, without: Container[str]) -> list[Turn]:
        return []

    def statuses(self, now: datetime) -> Callable[[str], Status]:
        nobody: dict[str, Status] = {}
        return nobody.__getitem__

    def __contains__(self, slug: object) -> bool:
        return False


NO_COLUMNS: CalmColumns = _NoColumns()


class Entries(Mapping[str, Entry]):
    """By slug. Some are made when they are asked for, each time anew."""

    @abstractmethod
    def calm(self) -> CalmColumns:
        """Some of them, in columns."""

    @abstractmethod
    def others(self) -> Iterator[tuple[str, Entry]]:
        """Those that do not stand there, in no order."""

    @abstractmethod
    def glances(self) -> Iterator[Glance]:
        """Of all checks, in their order."""


class Views(Mapping[str, CheckView]):
    """All checks by slug. To count them, or to ask for one, makes no other's view."""

    def __init__(self, entries: Entries) -> None:
        self.entries = entries

    def __getitem__(self, slug: str) -> CheckView:
        return view_of(self.entries[slug])

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def __contains__(self, slug: object) -> bool:
        return slug in self.entries


def entries_of(checks: Mapping[str, CheckView]) -> Mapping[str, Entry]:
    """What is behind such a mapping: views, or what can be made into them."""
    return checks.entries if isinstance(checks, Views) else checks


def calm_of(checks: Mapping[str, CheckView]) -> CalmColumns:
    """Those of them that stand in columns."""
    return checks.entries.calm() if isinstance(checks, Views) else NO_COLUMNS


def others_of(checks: Mapping[str, CheckView]) -> Iterator[tuple[str, Entry]]:
    """Those that do not."""
    return checks.entries.others() if isinstance(checks, Views) else iter(checks.items())


def view_of(entry: Entry) -> CheckView:
    return entry if isinstance(entry, CheckView) else entry.view


def glance_of(entry: Entry) -> Glance:
    return entry if isinstance(entry, CheckView) else entry.glance()


def glances(checks: Mapping[str, CheckView]) -> Iterator[Glance]:
    """Of all checks, in their order."""
    return checks.entries.glances() if isinstance(checks, Views) else iter(checks.values())

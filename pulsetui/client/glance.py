"""All checks as they were at one moment, each made into a view only when somebody looks at it.

A table of a hundred thousand checks shows sixty. Of the others it needs a *glance*: what they are counted,
ordered and filtered by. A view has all of that under the same names, so each is a glance, too.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from datetime import datetime

from msgspec import Struct

from pulsetui.client.views import CheckView
from pulsetui.core.schedule.schedule import ScheduleKind
from pulsetui.core.state.status import Reason, Status


class CheckGlance(Struct, frozen=True, gc=False):
    """Each field as in ``CheckView``."""

    slug: str
    name: str
    tags: tuple[str, ...]
    schedule_kind: ScheduleKind
    tz: str
    status: Status
    reason: Reason | None
    next_ping: datetime | None
    deadline: datetime | None
    unwatched: bool
    is_running: bool
    snoozed_until: datetime | None
    acknowledged: bool


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


class Views(Mapping[str, CheckView]):
    """All checks by slug. To count them, or to ask for one, makes no other's view."""

    def __init__(self, entries: Mapping[str, Entry]) -> None:
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


def view_of(entry: Entry) -> CheckView:
    return entry if isinstance(entry, CheckView) else entry.view


def glance_of(entry: Entry) -> Glance:
    return entry if isinstance(entry, CheckView) else entry.glance()


def glances(checks: Mapping[str, CheckView]) -> Iterator[Glance]:
    """Of all checks, in their order."""
    return map(glance_of, entries_of(checks).values())

"""Views of which the calm ones stand in columns, as those of an engine with many checks do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from datetime import datetime

from pulsetui.client.glance import (
    CalmCheck,
    CalmColumns,
    CheckGlance,
    Entries,
    Entry,
    Glance,
    Turn,
    Unmade,
    Views,
)
from pulsetui.client.views import CheckView
from pulsetui.core.state.status import Status

_FIELDS = CheckGlance.__struct_fields__
_NEVER = float("inf")
_AWAITED = (Status.UP, Status.NEW)


def in_columns(views: Mapping[str, CheckView]) -> Views:
    return Views(_Partly(views))


def is_calm(view: CheckView) -> bool:
    return not (
        view.status not in (*_AWAITED, Status.PAUSED)
        or view.reason is not None
        or view.unwatched
        or view.is_running
        or view.snoozed_until is not None
        or view.acknowledged
    )


class _Unmade(Unmade):
    def __init__(self, view: CheckView) -> None:
        self._view = view

    @property
    def view(self) -> CheckView:
        return self._view

    def glance(self) -> Glance:
        return CheckGlance(**{name: getattr(self._view, name) for name in _FIELDS})


class _Partly(Entries):
    def __init__(self, views: Mapping[str, CheckView]) -> None:
        self._views = dict(views)

    def __getitem__(self, slug: str) -> Entry:
        return _Unmade(self._views[slug])

    def __iter__(self) -> Iterator[str]:
        return iter(self._views)

    def __len__(self) -> int:
        return len(self._views)

    def calm(self) -> CalmColumns:
        return _Columns({slug: view for slug, view in self._views.items() if is_calm(view)})

    def others(self) -> Iterator[tuple[str, Entry]]:
        return ((slug, self[slug]) for slug, view in self._views.items() if not is_calm(view))

    def glances(self) -> Iterator[Glance]:
        return (_Unmade(view).glance() for view in self._views.values())


class _Columns(CalmColumns):
    def __init__(self, views: Mapping[str, CheckView]) -> None:
        self._views = views
        common = dict.fromkeys((one.tags, one.schedule_kind, one.tz) for one in views.values())
        self._numbers = {one: number for number, one in enumerate(common)}
        self._kinds = tuple(CheckGlance("", "", *one) for one in common)

    @property
    def kinds(self) -> Sequence[CheckGlance]:
        return self._kinds

    def __contains__(self, slug: object) -> bool:
        return slug in self._views

    def at(self, now: datetime, without: Container[str]) -> Iterator[CalmCheck]:
        for slug, view in self._views.items():
            if slug not in without:
                kind = self._numbers[view.tags, view.schedule_kind, view.tz]
                due = _NEVER if view.next_ping is None else view.next_ping.timestamp()
                deadline = _NEVER if view.deadline is None else view.deadline.timestamp()
                yield slug, view.name, kind, self.status(slug, now), due, deadline

    def count(self, now: datetime, without: Container[str]) -> Counter[tuple[int, Status]]:
        return Counter((one[2], one[3]) for one in self.at(now, without))

    def dues(self, now: datetime, until: float, most: int, without: Container[str]) -> list[Turn]:
        there = [(one[4], one[0]) for one in self.at(now, without) if one[3] is Status.UP and one[4] < _NEVER]
        return _nearest(there, until, most)

    def deadlines(self, now: datetime, until: float, most: int, without: Container[str]) -> list[Turn]:
        awaited = (Status.UP, Status.LATE)
        there = [(one[5], one[0]) for one in self.at(now, without) if one[3] in awaited and one[5] < _NEVER]
        return _nearest(there, until, most)

    def statuses(self, now: datetime) -> Callable[[str], Status]:
        return lambda slug: self.status(slug, now)

    def status(self, slug: str, now: datetime) -> Status:
        view = self._views[slug]
        is_due = view.next_ping is not None and view.next_ping <= now
        return Status.LATE if is_due and view.status in _AWAITED else view.status


def _nearest(turns: list[Turn], until: float, most: int) -> list[Turn]:
    later = sorted(one for one in turns if one[0] > until)
    return [one for one in turns if one[0] <= until] + later[:most]

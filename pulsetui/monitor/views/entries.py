"""All checks of one moment: those that are calm in columns, of the others an entry each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property

from msgspec.structs import replace

from pulsetui.client.glance import (
    CalmCheck,
    CalmColumns,
    CheckGlance,
    Entries,
    Entry,
    Glance,
    Turn,
    glance_of,
)
from pulsetui.core.alike import checks_where
from pulsetui.core.state.check import Check
from pulsetui.core.state.status import Status
from pulsetui.monitor.views.moment import UnmadeCheck, ViewMoment
from pulsetui.monitor.writing.checks import Checks, TrackedCheck, calm_check
from pulsetui.store.calm_checks import NEVER, CalmChecks
from pulsetui.store.instant import stored

_SECOND = 1_000_000  # microseconds
_LATE = tuple(Status.PAUSED if one is Status.PAUSED else Status.LATE for one in CalmChecks.STATUSES)
"""What they are from their due on."""


class ChecksOfMoment(Entries):
    """By slug, in the order of the configuration. Nothing in it ever changes."""

    def __init__(self, moment: ViewMoment, checks: Checks) -> None:
        self._begin = moment  # of what is in columns
        self._calm = checks.calm
        self._others: Mapping[str, Entry] = {
            one.check.slug: UnmadeCheck(moment, one) for one in checks.awake()
        }
        self._apart = _snoozed(moment, self._calm)

    def after(self, moment: ViewMoment, changed: Iterable[TrackedCheck]) -> ChecksOfMoment:
        """The same, but for what has ``changed`` by another moment."""
        later = object.__new__(ChecksOfMoment)
        later._begin, later._calm, later._apart = self._begin, self._calm, self._apart
        later._others = {**self._others, **{one.check.slug: UnmadeCheck(moment, one) for one in changed}}
        return later

    def __getitem__(self, slug: str) -> Entry:
        if (found := self._others.get(slug)) is not None:
            return found
        place = self._calm.place(slug)
        if place is None:
            raise KeyError(slug)
        return UnmadeCheck(self._begin, calm_check(self._calm, place))

    def __iter__(self) -> Iterator[str]:
        return iter(self._calm.checks.slugs if self._calm else self._others)

    def __len__(self) -> int:
        return len(self._calm.checks) if self._calm else len(self._others)

    def __contains__(self, slug: object) -> bool:
        return slug in self._others or slug in self._calm.checks

    def calm(self) -> _Columns:
        return _Columns(self._calm, self._others.keys() | self._apart)

    def others(self) -> Iterator[tuple[str, Entry]]:
        yield from self._others.items()
        yield from ((slug, self[slug]) for slug in self._apart if slug not in self._others)

    def glances(self) -> Iterator[Glance]:
        columns, begin = self.calm(), self._begin
        for slug in self:
            yield columns.glance(slug, begin) if slug in columns else glance_of(self[slug])


class _Columns(CalmColumns):
    def __init__(self, calm: CalmChecks, apart: set[str]) -> None:
        self._calm, self._apart = calm, apart

    @cached_property
    def kinds(self) -> tuple[CheckGlance, ...]:
        return tuple(map(_of_kind, self._calm.checks.kinds))

    def __contains__(self, slug: object) -> bool:
        return isinstance(slug, str) and slug not in self._apart and self._calm.place(slug) is not None

    def at(self, now: datetime, without: Container[str]) -> Iterator[CalmCheck]:
        calm, never, instant, apart = self._calm, float("inf"), stored(now), self._apart
        checks, as_it_is, late = calm.checks, calm.STATUSES, _LATE
        columns = (
            checks.slugs,
            checks.names,
            checks.kind_of,
            calm.ids,
            calm.statuses,
            calm.dues,
            calm.deadlines,
        )
        for slug, name, kind, check_id, code, due, deadline in zip(*columns, strict=True):
            if check_id and slug not in without and slug not in apart:
                yield (
                    slug,
                    name,
                    kind,
                    late[code] if NEVER < due <= instant else as_it_is[code],
                    due / _SECOND if due != NEVER else never,
                    deadline / _SECOND if deadline != NEVER else never,
                )

    def count(self, now: datetime, without: Container[str]) -> Counter[tuple[int, Status]]:
        calm, instant, apart = self._calm, stored(now), self._apart
        checks, as_it_is, late = calm.checks, calm.STATUSES, _LATE
        columns = (checks.slugs, checks.kind_of, calm.ids, calm.statuses, calm.dues)
        return Counter(
            [
                (kind, late[code] if NEVER < due <= instant else as_it_is[code])
                for slug, kind, check_id, code, due in zip(*columns, strict=True)
                if check_id and slug not in without and slug not in apart
            ]
        )

    def dues(self, now: datetime, until: float, most: int, without: Container[str]) -> list[Turn]:
        dues, instant, up = self._calm.dues, stored(now), self._calm.STATUSES.index(Status.UP)
        turns = [
            NEVER if code != up or due <= instant else due
            for due, code in zip(dues, self._calm.statuses, strict=True)
        ]
        return self._nearest(turns, until, most, without)

    def deadlines(self, now: datetime, until: float, most: int, without: Container[str]) -> list[Turn]:
        calm, instant, up = self._calm, stored(now), self._calm.STATUSES.index(Status.UP)
        paused = calm.STATUSES.index(Status.PAUSED)
        columns = (calm.dues, calm.deadlines, calm.statuses)
        turns = [
            deadline if code == up or (NEVER < due <= instant and code != paused) else NEVER
            for due, deadline, code in zip(*columns, strict=True)
        ]
        return self._nearest(turns, until, most, without)

    def _nearest(self, turns: Sequence[int], until: float, most: int, without: Container[str]) -> list[Turn]:
        """``turns`` are by place, NEVER where there is none."""
        first, apart = max(until * _SECOND, NEVER), self._apart
        columns = (self._calm.checks.slugs, self._calm.ids, turns)
        there = [
            (turn, slug)
            for slug, check_id, turn in zip(*columns, strict=True)
            if turn != NEVER and check_id and slug not in without and slug not in apart
        ]
        later = sorted(turn for turn, _ in there if turn > first)
        last = later[most - 1] if len(later) >= most else float("inf")
        return [(turn / _SECOND, slug) for turn, slug in there if turn <= last]

    def status(self, slug: str, now: datetime) -> Status:
        place = self._calm.place(slug)
        if place is None or slug in self._apart:
            raise KeyError(slug)
        return self._calm.calm(place).status_at(now)

    def glance(self, slug: str, moment: ViewMoment) -> CheckGlance:
        """Raises KeyError."""
        calm, place = self._calm, self._calm.place(slug)
        if place is None:
            raise KeyError(slug)
        stands = calm.calm(place)
        return replace(
            self.kinds[calm.checks.kind_of[place]],
            slug=slug,
            name=calm.checks.names[place],
            status=stands.status_at(moment.now),
            next_ping=stands.due,
            deadline=stands.deadline,
        )


def _of_kind(check: Check) -> CheckGlance:
    return CheckGlance(
        slug="",
        name="",
        tags=check.tags,
        schedule_kind=check.schedule.kind,
        tz=check.schedule.timezone,
        status=Status.UP,
        reason=None,
        next_ping=None,
        deadline=None,
        unwatched=False,
        is_running=False,
        snoozed_until=None,
        acknowledged=False,
    )


def _snoozed(moment: ViewMoment, calm: CalmChecks) -> frozenset[str]:
    """Slugs of those in columns that are snoozed."""
    slugs: set[str] = set()
    tags: set[str] = set()
    for snooze in moment.snoozes:
        if snooze.scope == "everything":
            return frozenset(calm.checks)
        (slugs if snooze.scope == "check" else tags).add(snooze.target)
    if tags:
        slugs |= {
            one.slug for one in checks_where(calm.checks, lambda check: not tags.isdisjoint(check.tags))
        }
    return frozenset(slugs)

"""The calm checks of one moment, as a table counts, orders and filters them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterator, Sequence
from datetime import datetime
from functools import cached_property

from pulsetui.client.glance import CalmCheck, CalmColumns, CheckGlance, Turn
from pulsetui.core.state.check import Check
from pulsetui.core.state.status import Status
from pulsetui.store.calm_checks import NEVER, CalmChecks
from pulsetui.store.instant import stored

_SECOND = 1_000_000  # microseconds
_LATE = tuple(Status.PAUSED if one is Status.PAUSED else Status.LATE for one in CalmChecks.STATUSES)
"""What they are from their due on."""


class ColumnsOfMoment(CalmColumns):
    """All of them that are not ``apart``: slugs of what has more to it by now."""

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

    def statuses(self, now: datetime) -> Callable[[str], Status]:
        calm, instant, apart = self._calm, stored(now), self._apart
        place_of, as_it_is, late = calm.place, calm.STATUSES, _LATE

        def status(slug: str) -> Status:
            place = place_of(slug)
            if place is None or slug in apart:
                raise KeyError(slug)
            code = calm.statuses[place]
            return late[code] if NEVER < calm.dues[place] <= instant else as_it_is[code]

        return status

    def glances(self, now: datetime) -> Iterator[CheckGlance]:
        """Of these checks, in their order."""
        calm, kinds = self._calm, self.kinds
        for slug, name, kind, status, _, _ in self.at(now, ()):
            stands, alike = calm.calm(calm.checks.places[slug]), kinds[kind]
            yield CheckGlance(
                slug,
                name,
                alike.tags,
                alike.schedule_kind,
                alike.tz,
                status,
                None,
                stands.due,
                stands.deadline,
            )


def _of_kind(check: Check) -> CheckGlance:
    return CheckGlance("", "", check.tags, check.schedule.kind, check.schedule.timezone)

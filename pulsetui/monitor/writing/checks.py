"""All checks with their states, as last committed.

The writer thread alone replaces entries, after a commit; everybody may read. Entries are immutable, so a
reader sees a check before or after an event, never in between.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime

from msgspec import Struct

from pulsetui.core.alike import AlikeChecks
from pulsetui.core.calm import Calm
from pulsetui.core.deploy import Deploy
from pulsetui.core.state.check import Check
from pulsetui.core.state.snooze import Snooze
from pulsetui.core.state.state import CheckState, next_wake
from pulsetui.store.calm_checks import CalmChecks
from pulsetui.store.states import Sealed

NONE_CALM = CalmChecks(AlikeChecks((), (), (), (), {}))


class TrackedCheck(Struct, frozen=True, gc=False):
    """A check as the engine tracks it. ``id`` is the database's."""

    id: int
    uuid: str  # canonical
    check: Check
    kept: CheckState | Sealed

    @property
    def state(self) -> CheckState:
        """Where it stands. Of a calm check that nobody has needed yet it is read anew each time."""
        return self.kept.state() if isinstance(self.kept, Sealed) else self.kept

    @property
    def calm(self) -> Calm | None:
        """All that has to be known of such a check; None of another."""
        return self.kept.calm if isinstance(self.kept, Sealed) else None

    def next_wake(self, now: datetime) -> datetime | None:
        """When it must be looked at again: in the past when something has run out already."""
        calm = self.calm
        return next_wake(self.check, self.state, now) if calm is None else calm.wake(now)


def calm_check(calm: CalmChecks, place: int) -> TrackedCheck:
    return TrackedCheck(calm.ids[place], calm.uuid(place), calm.checks.at(place), calm.sealed(place))


class Checks:
    """Checks by id, slug and uuid, in the order of the configuration.

    Those that were calm when they were read stay in their columns (``calm``) until something happens to them:
    of each a ``TrackedCheck`` is made when somebody asks for it.
    """

    def __init__(
        self,
        tracked: Iterable[TrackedCheck] = (),
        snoozes: Sequence[Snooze] = (),
        deploys: Sequence[Deploy] = (),
        calm: CalmChecks | None = None,
    ) -> None:
        """``deploys`` are the newest, oldest first. ``tracked`` are all but those that are ``calm``."""
        self.snoozes: Sequence[Snooze] = tuple(snoozes)
        self.deploys: tuple[Deploy, ...] = tuple(deploys)
        self.calm = NONE_CALM if calm is None else calm
        self._others: dict[int, TrackedCheck] = {one.id: one for one in tracked}
        self._by_slug = {one.check.slug: one.id for one in self._others.values()}
        self._by_uuid = {one.uuid: one.id for one in self._others.values()}
        self._children: dict[str, list[int]] = {}
        for one in (*self._others.values(), *self._calm_where(lambda check: bool(check.depends_on))):
            for parent in one.check.depends_on:
                self._children.setdefault(parent, []).append(one.id)

    def get(self, check_id: int) -> TrackedCheck | None:
        if (one := self._others.get(check_id)) is not None:
            return one
        place = self.calm.place_of_id(check_id)
        return None if place is None else self._calm_at(place)

    def __contains__(self, check_id: int) -> bool:
        return check_id in self._others or self.calm.place_of_id(check_id) is not None

    def __iter__(self) -> Iterator[TrackedCheck]:
        """All of them."""
        if not self.calm:
            return iter(tuple(self._others.values()))
        return (one for slug in self.calm.checks.slugs if (one := self.find(slug)) is not None)

    def awake(self, since: datetime | None = None, until: datetime | None = None) -> Sequence[TrackedCheck]:
        """All but those that nothing has happened to since they were calm, in no order: of these only such
        whose deadline lies in ``(since, until]``."""
        found = list(self._others.values())
        if since is not None and until is not None:
            run_out = map(self._calm_at, self.calm.run_out(since, until))
            found += [one for one in run_out if one.id not in self._others]
        return found

    def replace(self, check_id: int, state: CheckState) -> None:
        """It stands there now. For the writer thread."""
        if (one := self.get(check_id)) is not None:
            self._others[check_id] = TrackedCheck(one.id, one.uuid, one.check, state)

    def find(self, slug: str) -> TrackedCheck | None:
        if (place := self.calm.place(slug)) is not None:
            return self._others.get(self.calm.ids[place]) or self._calm_at(place)
        check_id = self._by_slug.get(slug)
        return None if check_id is None else self._others[check_id]

    def find_uuid(self, uuid: str) -> TrackedCheck | None:
        check_id = self._by_uuid.get(uuid)
        if check_id is None:
            place = self.calm.place_of_uuid(uuid)
            check_id = None if place is None else self.calm.ids[place]
        return None if check_id is None else self.get(check_id)

    def any_has(self, tag: str) -> bool:
        """Whether a check has that tag."""
        return any(tag in one.check.tags for one in self._others.values()) or any(
            True for _ in self._calm_where(lambda check: tag in check.tags)
        )

    def _calm_where(self, is_wanted: Callable[[Check], bool]) -> Iterator[TrackedCheck]:
        """As ``checks_where``."""
        for check in self.calm.checks.where(is_wanted):
            if (place := self.calm.place(check.slug)) is not None:
                yield self._calm_at(place)

    def _calm_at(self, place: int) -> TrackedCheck:
        return calm_check(self.calm, place)

    def named(self, uuid: str | None, slug: str | None) -> TrackedCheck | None:
        """By whichever of the two a ping gives."""
        return self.find_uuid(uuid) if uuid is not None else self.find(slug or "")

    def parents_of(self, check: Check) -> Iterator[TrackedCheck]:
        """All checks that it depends on, directly or through others, each once."""
        seen, waiting = {check.slug}, list(check.depends_on)
        while waiting:
            slug = waiting.pop()
            if slug not in seen and (parent := self.find(slug)) is not None:
                yield parent
                waiting += parent.check.depends_on
            seen.add(slug)

    def children_of(self, slug: str) -> Sequence[TrackedCheck]:
        """All checks that depend on it, directly or through others."""
        seen: set[str] = {slug}
        found: list[TrackedCheck] = []
        waiting = [slug]
        while waiting:
            for check_id in self._children.get(waiting.pop(), ()):
                child = self.get(check_id)
                if child is not None and child.check.slug not in seen:
                    seen.add(child.check.slug)
                    found.append(child)
                    waiting.append(child.check.slug)
        return found

    def slugs(self) -> Collection[str]:
        return self.calm.checks.slugs if self.calm else self._by_slug.keys()

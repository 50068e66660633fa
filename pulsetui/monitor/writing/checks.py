"""All checks with their states, as last committed.

The writer thread alone replaces entries, after a commit; everybody may read. Entries are immutable, so a
reader sees a check before or after an event, never in between.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime

from msgspec import Struct

from pulsetui.core.calm import Calm
from pulsetui.core.deploy import Deploy
from pulsetui.core.state.check import Check
from pulsetui.core.state.snooze import Snooze
from pulsetui.core.state.state import CheckState, next_wake
from pulsetui.store.states import Sealed


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


class Checks:
    """Checks by id, slug and uuid, in the order of the configuration."""

    def __init__(
        self,
        tracked: Iterable[TrackedCheck] = (),
        snoozes: Sequence[Snooze] = (),
        deploys: Sequence[Deploy] = (),
    ) -> None:
        """``deploys`` are the newest, oldest first."""
        self.snoozes: Sequence[Snooze] = tuple(snoozes)
        self.deploys: tuple[Deploy, ...] = tuple(deploys)
        self.by_id: dict[int, TrackedCheck] = {one.id: one for one in tracked}
        self._by_slug = {one.check.slug: one.id for one in self.by_id.values()}
        self._by_uuid = {one.uuid: one.id for one in self.by_id.values()}
        self._children: dict[str, list[int]] = {}
        for one in self.by_id.values():
            for parent in one.check.depends_on:
                self._children.setdefault(parent, []).append(one.id)

    def find(self, slug: str) -> TrackedCheck | None:
        check_id = self._by_slug.get(slug)
        return None if check_id is None else self.by_id[check_id]

    def find_uuid(self, uuid: str) -> TrackedCheck | None:
        check_id = self._by_uuid.get(uuid)
        return None if check_id is None else self.by_id[check_id]

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
                child = self.by_id[check_id]
                if child.check.slug not in seen:
                    seen.add(child.check.slug)
                    found.append(child)
                    waiting.append(child.check.slug)
        return found

    def slugs(self) -> Collection[str]:
        return self._by_slug.keys()

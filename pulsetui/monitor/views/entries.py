"""All checks of one moment: those that are calm in columns, of the others an entry each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pulsetui.client.glance import Entries, Entry, Glance, glance_of
from pulsetui.monitor.views.columns import ColumnsOfMoment
from pulsetui.monitor.views.moment import UnmadeCheck, ViewMoment
from pulsetui.monitor.writing.checks import Checks, TrackedCheck, calm_check
from pulsetui.store.calm_checks import CalmChecks


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

    def calm(self) -> ColumnsOfMoment:
        return ColumnsOfMoment(self._calm, self._others.keys() | self._apart)

    def others(self) -> Iterator[tuple[str, Entry]]:
        yield from self._others.items()
        yield from ((slug, self[slug]) for slug in self._apart if slug not in self._others)

    def glances(self) -> Iterator[Glance]:
        columns = self.calm()
        calm = columns.glances(self._begin.now)
        for slug in self:
            yield next(calm) if slug in columns else glance_of(self[slug])


def _snoozed(moment: ViewMoment, calm: CalmChecks) -> frozenset[str]:
    """Slugs of those in columns that are snoozed."""
    scopes = {snooze.scope for snooze in moment.snoozes}
    if "everything" in scopes:
        return frozenset(calm.checks)
    slugs = {snooze.target for snooze in moment.snoozes if snooze.scope == "check"}
    tags = {snooze.target for snooze in moment.snoozes if snooze.scope == "tag"}
    if tags:
        tagged = calm.checks.where(lambda check: not tags.isdisjoint(check.tags))
        slugs |= {check.slug for check in tagged}
    return frozenset(slug for slug in slugs if calm.place(slug) is not None)  # some may be gone

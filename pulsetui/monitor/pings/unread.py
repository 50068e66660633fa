"""What pings carried that could not be used: on the screen until the check's next ping can be used whole."""

from __future__ import annotations

import logging

from pulsetui.core.state.status import PingKind
from pulsetui.core.text.clean import clean
from pulsetui.monitor.notices import Notices
from pulsetui.monitor.pings.refusals import LOG_BURST, LOG_EVERY_S, Allowance
from pulsetui.monitor.sink import IncomingPing

logger = logging.getLogger(__name__)

NOTICE = "unread"
_NAMED = 3


class Unread:
    """The last notes of each check. Bounded by the number of checks; false while there are none."""

    def __init__(self, notices: Notices) -> None:
        self._notices = notices
        self._by_slug: dict[str, tuple[str, ...]] = {}
        self._log = Allowance(LOG_BURST, 1 / LOG_EVERY_S)

    def __bool__(self) -> bool:
        return bool(self._by_slug)

    def take(self, arrival: IncomingPing, slug: str) -> None:
        """Reads the notes of a ping that was taken. A start says nothing of the ping that ends the run."""
        if arrival.notes:
            if self._by_slug.get(slug) == arrival.notes:
                return  # as each time: said once
            self._by_slug[slug] = arrival.notes
            if self._log.left >= 1:
                self._log.spend(1)
                said = "; ".join(arrival.notes)
                logger.warning("check=%s a ping was taken, but not all of it: %s", slug, said)
        elif arrival.kind is PingKind.START or self._by_slug.pop(slug, None) is None:
            return
        self._tell()

    def keep(self, slugs: frozenset[str]) -> None:
        """Forgets checks that are gone."""
        if gone := self._by_slug.keys() - slugs:
            for slug in gone:
                del self._by_slug[slug]
            self._tell()

    def _tell(self) -> None:
        if not self._by_slug:
            self._notices.take_away(NOTICE)
            return
        named = [f"{slug}: {clean('; '.join(notes), 200)}" for slug, notes in self._by_slug.items()]
        more = f" (and {len(named) - _NAMED} more checks)" if len(named) > _NAMED else ""
        self._notices.put(
            NOTICE, "warning", f"a ping was taken, but not all of it. {'. '.join(named[:_NAMED])}{more}"
        )

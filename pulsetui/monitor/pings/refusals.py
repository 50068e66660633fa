"""Pings that were refused, by the name they asked for: who sends them, and which check was probably meant.

Anybody who reaches the listener can add to it, so all of it is bounded: how many names are kept, how long
they are, how many lines go to the log, and how much time the search for the nearest slug takes.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection
from datetime import datetime

from msgspec import Struct

from pulsetui.client.refused import NOTICE, refused_words
from pulsetui.client.views import RefusedPing
from pulsetui.core.state.check import NEW_SLUG
from pulsetui.core.text.clean import clean
from pulsetui.core.text.nearest import nearest
from pulsetui.core.text.phrases import count_text
from pulsetui.monitor.notices import Notices
from pulsetui.monitor.sink import Refused

logger = logging.getLogger(__name__)

UNKNOWN_CHECK = "unknown check"
NOT_CREATED = "check not created"  # and why; create=1 has a notice of its own
SHOWN = 20
_KEPT = 100  # names
_NAME_LIMIT = 100  # characters
_AGENT_LIMIT = 60
_NAMED = 2  # in the notice
LOG_BURST = 20.0
LOG_EVERY_S = 6.0
"""Lines of the log that strangers may cause at once; then one more each so many seconds."""
_SEARCH_S = 0.25  # of searching at once; then this share of the time
_SEARCH_SHARE = 0.05
_CANDIDATES = 2000
"""Slugs that are compared, letter by letter, with one name."""


class Allowance:
    """So much at once, and so much more each second."""

    def __init__(self, most: float, each_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = self._left = most
        self._each_s = each_s
        self._clock = clock
        self._at = clock()

    @property
    def left(self) -> float:
        now = self._clock()
        self._left = min(self._most, self._left + (now - self._at) * self._each_s)
        self._at = now
        return self._left

    def spend(self, amount: float) -> None:
        """Takes that much, which may be more than there is."""
        self._left = self.left - amount


class _Entry(Struct):
    name: str
    why: str
    count: int
    first_at: datetime
    last_at: datetime
    remote_addr: str
    ua: str
    near: str
    told: bool = False  # a person has dismissed the notice that named it

    @property
    def rank(self) -> tuple[bool, bool, datetime]:
        """What resembles a check is told first, and last what ``create=1`` asked for: it has a notice."""
        return bool(self.near), not self.why.startswith(NOT_CREATED), self.last_at

    @property
    def worth(self) -> tuple[bool, bool, int, datetime]:
        """Of a flood of names those go first that resemble no check, came once, and long ago."""
        return *self.rank[:2], self.count, self.last_at


class Refusals:
    """The table. ``slugs`` gives the slugs of the checks there are."""

    def __init__(self, notices: Notices, slugs: Callable[[], Collection[str]]) -> None:
        self._notices = notices
        self._slugs = slugs
        self._entries: dict[tuple[str, str], _Entry] = {}
        self._shown: tuple[RefusedPing, ...] | None = ()
        self._log = Allowance(LOG_BURST, 1 / LOG_EVERY_S)
        self._search = Allowance(_SEARCH_S, _SEARCH_SHARE)

    def take(self, refused: Refused, now: datetime) -> str:
        """Counts one; returns the slug that was probably meant, or ""."""
        name = clean(refused.name[: 4 * _NAME_LIMIT], _NAME_LIMIT)  # cleaning long text takes long
        entry = self._entries.get((name, refused.why))
        if entry is None:
            if len(self._entries) >= _KEPT:
                del self._entries[min(self._entries, key=lambda key: self._entries[key].worth)]
            near = self._nearest(name) if refused.why == UNKNOWN_CHECK else ""
            told = refused.why.startswith(NOT_CREATED)
            entry = _Entry(name, refused.why, 0, now, now, "", "", near, told)
            self._entries[name, refused.why] = entry
        entry.count += 1
        entry.last_at = now
        entry.remote_addr = clean(refused.remote_addr, _AGENT_LIMIT)
        entry.ua = clean(refused.ua, _AGENT_LIMIT)
        self._shown = None
        self._write_log(entry)
        self._tell()
        return entry.near

    def all(self) -> tuple[RefusedPing, ...]:
        """Those that resemble a check first, and then the newest; a bounded number."""
        if self._shown is None:
            first = sorted(self._entries.values(), key=lambda entry: entry.rank, reverse=True)
            self._shown = tuple(_view(entry) for entry in first[:SHOWN])
        return self._shown

    def forget(self, slugs: Collection[str]) -> None:
        """These checks are there now: what was refused for want of them no longer needs anybody."""
        for key in [key for key in self._entries if key[1] == UNKNOWN_CHECK and key[0] in slugs]:
            del self._entries[key]
        for entry in self._entries.values():
            if entry.near and entry.near not in slugs:
                entry.near = ""
        self._shown = None
        self._tell()

    def dismiss(self) -> None:
        """Somebody has read the notice: it comes again for other names."""
        for entry in self._entries.values():
            entry.told = True
        self._tell()

    def _nearest(self, name: str) -> str:
        if self._search.left <= 0:
            return ""
        began = time.perf_counter()
        near = nearest_slug(name, self._slugs())
        self._search.spend(time.perf_counter() - began)
        return near

    def _write_log(self, entry: _Entry) -> None:
        """Each name when it comes first, and then ever more rarely."""
        if entry.count.bit_count() != 1 or self._log.left < 1:
            return
        self._log.spend(1)
        logger.warning(
            'refused ping name="%s" why="%s" count=%d from=%s agent="%s"%s',
            entry.name,
            entry.why,
            entry.count,
            entry.remote_addr,
            entry.ua,
            f" did you mean {entry.near}?" if entry.near else "",
        )

    def _tell(self) -> None:
        untold = [entry for entry in self._entries.values() if not entry.told]
        if not untold:
            self._notices.take_away(NOTICE)
            return
        untold.sort(key=lambda entry: entry.rank, reverse=True)
        said = "; ".join(refused_words(_view(entry)) for entry in untold[:_NAMED])
        more = len(untold) - _NAMED
        others = f"; and {count_text(more, 'other name')}" if more > 0 else ""
        self._notices.put(
            NOTICE, "warning", f"pings are refused: {said}{others}. N shows all; Enter there makes a check"
        )


def nearest_slug(name: str, slugs: Collection[str]) -> str:
    """The slug that ``name`` most likely means, or ""."""
    wanted = name.lower().replace("_", "-").replace(" ", "-")
    for same in (name.lower(), wanted, wanted.replace("-", "_")):
        if same in slugs:
            return same
    near = [slug for slug in slugs if abs(len(slug) - len(name)) <= max(3, len(name) // 2)]
    if len(near) > _CANDIDATES:
        near = sorted(near, key=lambda slug: _unlike(slug, wanted))[:_CANDIDATES]
    return nearest(wanted, near)


def _unlike(slug: str, wanted: str) -> int:
    """How little the two ends of two names are alike: a typing mistake seldom touches both."""
    return (slug[:3] != wanted[:3]) + (slug[-3:] != wanted[-3:])


def _view(entry: _Entry) -> RefusedPing:
    return RefusedPing(
        name=entry.name,
        why=entry.why,
        count=entry.count,
        first_at=entry.first_at,
        last_at=entry.last_at,
        remote_addr=entry.remote_addr,
        ua=entry.ua,
        nearest=entry.near,
        creatable=entry.why.startswith((UNKNOWN_CHECK, NOT_CREATED)) and bool(NEW_SLUG.fullmatch(entry.name)),
    )

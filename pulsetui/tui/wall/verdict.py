"""What the wallboard says of all checks at once. Pure.

A wall that is green by mistake is worse than none, so green is what is left when nothing else is true: the
engine was heard of just now, it judges what has run out, somebody would be told, and every check that is
watched is up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from msgspec import Struct

from pulsetui.client.attention import Attention, attention_of, is_snoozed
from pulsetui.client.hooks import UNHEARD
from pulsetui.client.views import CheckView, EngineInfo
from pulsetui.core.state.status import Status
from pulsetui.core.text.phrases import full_stop, span_text
from pulsetui.tui.draw.status import status_now

MAX_SILENT = timedelta(seconds=45)
"""An engine elsewhere that is well says something every fifteen seconds."""
MAX_UNJUDGED = timedelta(seconds=60)
"""So long after an instant at which a check goes down the engine has surely looked at it, if it looks."""

Tone = Literal["alarm", "warn", "calm", "open", "well"]
"""What the wall looks like: somebody must come; something is not as it should be; what is wrong is known; not
everything is known; all is well."""


class Kind(StrEnum):
    """How one check stands, in the word that it is counted by; those that are wanted most come first."""

    DOWN = "down"
    UNJUDGED = "not judged"  # its deadline has passed, and the engine has not looked
    LATE = "late"
    UNWATCHED = "unwatched"
    ACKNOWLEDGED = "acknowledged"  # down, like the next two
    SILENCED = "down but snoozed"
    MAINTAINED = "down in maintenance"
    NEW = "no report yet"
    PAUSED = "paused"
    UP = "up"


_ORDER = tuple(Kind)
_QUIET = (Kind.PAUSED, Kind.UP)
"""What has no row of its own."""
KNOWN = (Kind.ACKNOWLEDGED, Kind.SILENCED, Kind.MAINTAINED)
"""Down, and somebody has said so, or said that nobody is to be told."""


class Standing(Struct, frozen=True):
    """A check that is not simply up, or is paused."""

    kind: Kind
    view: CheckView


class Sorted(Struct, frozen=True):
    """All checks by how they stand, true until ``until`` if no news comes before."""

    total: int
    counts: Mapping[Kind, int]
    snoozed: int  # whatever their status, as those in maintenance
    maintained: int
    silenced: int  # watched, and nobody is to be told of them now
    rows: tuple[Standing, ...]  # in the order in which they are shown
    oldest_unjudged: datetime | None  # when the first of what is not judged should have been
    until: datetime | None


class WallVerdict(Struct, frozen=True):
    """The one word for all, what the wall looks like, and what must be said besides."""

    words: str
    tone: Tone
    notes: tuple[str, ...] = ()  # unsafe text


def sort_out(views: Iterable[CheckView], now: datetime) -> Sorted:
    """Looks at each check once."""
    counts: Counter[Kind] = Counter()
    rows: list[Standing] = []
    snoozed = maintained = silenced = 0
    edges: list[datetime] = []
    unjudged: list[datetime] = []
    for view in views:
        kind = _kind(view, now)
        counts[kind] += 1
        is_quiet, is_maintained = is_snoozed(view, now), _is_maintained(view, now)
        snoozed += is_quiet
        maintained += is_maintained
        if kind is not Kind.PAUSED:
            silenced += is_quiet or is_maintained
        if kind is Kind.UNJUDGED:
            unjudged += (at for at in _judged_at(view) if at + MAX_UNJUDGED < now)
        if kind not in _QUIET:
            rows.append(Standing(kind, view))
        edges += (at for at in _edges(view) if at > now)
    rows.sort(key=_place)
    return Sorted(
        total=counts.total(),
        counts=counts,
        snoozed=snoozed,
        maintained=maintained,
        silenced=silenced,
        rows=tuple(rows),
        oldest_unjudged=min(unjudged, default=None),
        until=min(edges, default=None),
    )


def _kind(view: CheckView, now: datetime) -> Kind:
    if view.status is Status.PAUSED:
        return Kind.PAUSED
    if view.status is Status.DOWN:
        attention = attention_of(view, now)
        if attention is Attention.ACKNOWLEDGED:
            return Kind.ACKNOWLEDGED
        if attention is Attention.SNOOZED:
            return Kind.SILENCED
        return Kind.MAINTAINED if _is_maintained(view, now) else Kind.DOWN
    if view.unwatched:
        return Kind.UNWATCHED
    if any(at + MAX_UNJUDGED < now for at in _judged_at(view)):
        return Kind.UNJUDGED
    return {Status.LATE: Kind.LATE, Status.NEW: Kind.NEW, Status.UP: Kind.UP}[status_now(view, now)]


def _is_maintained(view: CheckView, now: datetime) -> bool:
    return view.maintained_until is not None and view.maintained_until > now


def _judged_at(view: CheckView) -> Iterator[datetime]:
    """The instants at which the engine is to look at a check that is not down."""
    if view.deadline is not None:
        yield view.deadline
    if view.started and view.run_bound is not None:
        yield view.run_bound


def _edges(view: CheckView) -> Iterator[datetime]:
    """Instants at which the clock alone makes the check stand otherwise."""
    for at in (view.next_ping, view.snoozed_until, view.maintained_until):
        if at is not None:
            yield at
    for at in _judged_at(view):
        yield at + MAX_UNJUDGED


def _place(standing: Standing) -> tuple[int, float, str]:
    """Of what is alike, the newest first: what has just gone down must not be the one for which there is no
    room."""
    view = standing.view
    return _ORDER.index(standing.kind), -view.since.timestamp(), view.slug


def judge(found: Sorted, info: EngineInfo, now: datetime, *, connected: bool) -> WallVerdict:
    """The first of these that is true is the word for all; every other is a note below it."""
    counts, silent = found.counts, now - info.now
    notes: list[str] = []
    said: list[tuple[str, Tone]] = []
    if not connected or silent > MAX_SILENT:
        said.append(("LOST", "alarm"))
        notes += _lost(info, silent, connected=connected)
    if counts[Kind.DOWN]:
        said.append((f"{counts[Kind.DOWN]} DOWN", "alarm"))
    if found.oldest_unjudged is not None:
        said.append(("STUCK", "alarm"))
        past = span_text((now - found.oldest_unjudged).total_seconds())
        notes.append(f"A deadline passed {past} ago, and PulseTUI has not judged it.")
    if faults := [notice.text for notice in info.notices if notice.level == "error"]:
        said.append(("FAULT", "warn"))
        notes += faults if connected else []  # the first of them is then why it is lost
    if deaf := _deaf(info):
        said.append(("UNHEARD", "warn"))
        notes.append(deaf)
    said += [
        (f"{counts[kind]} {word}", "warn")
        for kind, word in ((Kind.LATE, "LATE"), (Kind.UNWATCHED, "UNWATCHED"))
        if counts[kind]
    ]
    if known := sum(counts[kind] for kind in KNOWN):
        said.append((f"{known} DOWN", "calm"))
    if not said:
        said.append(_nothing_wrong(found, notes))
    words, tone = said[0]
    return WallVerdict(words, tone, tuple(notes))


def _nothing_wrong(found: Sorted, notes: list[str]) -> tuple[str, Tone]:
    up, paused = found.counts[Kind.UP], found.counts[Kind.PAUSED]
    if not found.total:
        return "NO CHECKS", "open"
    watched = found.total - paused
    if not watched:
        return "ALL PAUSED", "open"
    if up < watched:
        return f"{up}/{watched} OK", "open"
    words = f"ALL {up} OK" if not paused else f"{up} OK"
    if found.silenced == watched:
        notes.append("Nobody would be told of a failure now: all checks are snoozed or in maintenance.")
        return words, "open"
    return words, "well"


def _lost(info: EngineInfo, silent: timedelta, *, connected: bool) -> Iterator[str]:
    if connected:
        yield f"The engine has said nothing for {span_text(silent.total_seconds())}."
        return
    lost = next((notice.text for notice in info.notices if notice.level == "error"), "")
    yield full_stop(lost[:1].upper() + lost[1:]) if lost else "The engine cannot be reached."


def _deaf(info: EngineInfo) -> str:
    """Why nobody would be told of a failure, or of some. An engine that is older has no more than the notice;
    in that of level "info" it says so of a host without a screen, and here is one."""
    told = (one.text for one in info.notices if one.key == UNHEARD and one.level == "warning")
    return info.unheard or next(told, "")

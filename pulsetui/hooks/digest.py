"""Many alerts sent as one, so that a storm is read instead of dismissed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, tzinfo
from typing import Final

from msgspec import Struct

from pulsetui.client.alert import Alert, AlertEvent
from pulsetui.core.state.status import Reason
from pulsetui.core.text.phrases import count_text

# Of a storm each alert is asked about, and to look up the member of an Enum, or its hash, is slow.
_IS_DOWN: Final = AlertEvent.DOWN
_IS_UP: Final = AlertEvent.UP
_DIGESTIBLE: Final = (_IS_DOWN, _IS_UP, AlertEvent.ACKNOWLEDGED, AlertEvent.NOTE)
"""The others are a digest already, or wanted for themselves."""

_NAMES_IN_TITLE: Final = 3
_NAMES_IN_LINE: Final = 12
_TAGS: Final = 6
_ONE_INSTANT_S: Final = 60.0
"""What began within a minute began together."""

_SAYS: Final = {
    Reason.MISSED: ("is overdue", "are overdue"),
    Reason.FAILED: ("failed", "failed"),
    Reason.HUNG: ("hangs", "hang"),
    Reason.UNMET: ("did not do what is expected", "did not do what is expected"),
    Reason.TOO_SHORT: ("ended too soon", "ended too soon"),
    Reason.NOT_STARTED: ("did not start", "did not start"),
    Reason.NEVER: ("has never reported", "have never reported"),
    Reason.RAN_TWICE: ("ran twice", "ran twice"),
    Reason.SKIPPED: ("skips its runs", "skip their runs"),
    Reason.OVERLAP: ("overlaps its own run before", "overlap their own runs before"),
}
_DOWN: Final = ("is down", "are down")
_OTHERS: Final = {
    AlertEvent.UP: ("is up again", "are up again"),
    AlertEvent.ACKNOWLEDGED: ("was acknowledged", "were acknowledged"),
    AlertEvent.NOTE: ("has a note", "have notes"),
}


class _Group(Struct, frozen=True):
    """Checks of which the same is to be said."""

    says: tuple[str, str]  # of one, of many
    alerts: Sequence[Alert]

    @property
    def count(self) -> str:
        """``12 checks are overdue``"""
        return f"{count_text(len(self.alerts), 'check')} {self.says[len(self.alerts) != 1]}"


def is_digestible(alert: Alert) -> bool:
    """Whether a digest can stand for it. A drill wants to see each alert arrive."""
    return not alert.drill and alert.event in _DIGESTIBLE


def digest(alerts: Sequence[Alert], timezone: tzinfo = UTC) -> Alert:
    """One alert that stands for ``alerts`` (at least one, all digestible), oldest first.

    Of a check that went down and up only the last is counted. The title says how many are down and since
    when; the body names them by what is wrong, with what was acknowledged, recovered or noted after that.
    """
    last = _last(alerts)
    down = [alert for alert in last if alert.event is _IS_DOWN]
    by_reason = _by_reason(down)
    others = [
        _Group(says, found)
        for event, says in _OTHERS.items()
        if (found := [alert for alert in last if alert.event is event])
    ]
    groups = [*by_reason, *others]
    head = by_reason if len(by_reason) == 1 else [_Group(_DOWN, down)] if down else []
    counts = [f"{group.count}{_since(group.alerts, timezone) if down else ''}" for group in head]
    counts += [group.count for group in others]
    first = (head or others)[0]
    lines = [f"{group.count}: {_names(group.alerts, _NAMES_IN_LINE)}" for group in groups]
    return Alert(
        event=first.alerts[0].event,
        at=max(alert.at for alert in alerts),
        title=f"{', '.join(counts)}: {_names(first.alerts, _NAMES_IN_TITLE)}",
        body="\n".join([*lines, *_tags(down)]),
        status=first.alerts[0].status,
    )


def _last(alerts: Iterable[Alert]) -> list[Alert]:
    """Of each check what counts: down and up take each other's place."""
    turns: dict[str, Alert] = {}
    others: dict[tuple[str, str], Alert] = {}
    for alert in alerts:
        if alert.event is _IS_DOWN or alert.event is _IS_UP:
            turns[alert.slug] = alert
        else:
            others[alert.slug, alert.event.value] = alert
    return [*turns.values(), *others.values()]


def _by_reason(down: Iterable[Alert]) -> list[_Group]:
    """The largest group first."""
    found: dict[Reason | None, list[Alert]] = {}
    for alert in down:
        found.setdefault(alert.reason, []).append(alert)
    groups = [_Group(_SAYS.get(reason, _DOWN) if reason else _DOWN, some) for reason, some in found.items()]
    return sorted(groups, key=lambda group: -len(group.alerts))


def _since(down: Sequence[Alert], timezone: tzinfo) -> str:
    """Since when, if that is known and about the same for all; else since when the first of them is."""
    begins = [alert.since for alert in down if alert.since is not None]
    if len(begins) < len(down):
        return ""
    first, newest = min(begins), max(begins)
    local, latest = first.astimezone(timezone), max(alert.at for alert in down).astimezone(timezone)
    when = local.strftime("%H:%M %Z" if local.date() == latest.date() else "%a %Y-%m-%d %H:%M %Z")
    together = (newest - first).total_seconds() <= _ONE_INSTANT_S
    return f" since {when}" if together else f", the first since {when}"


def _names(alerts: Sequence[Alert], limit: int) -> str:
    names = [alert.name or alert.slug for alert in alerts[:limit]]
    shown = ", ".join(names)
    if len(alerts) <= limit:
        return shown
    return f"{shown} …" if limit == _NAMES_IN_TITLE else f"{shown} and {len(alerts) - limit} more"


def _tags(down: Sequence[Alert]) -> list[str]:
    """Where they are, if tags tell some of them from the others."""
    counts = Counter(tag for alert in down for tag in alert.tags)
    telling = [(tag, count) for tag, count in counts.most_common() if 1 < count < len(down)]
    if not telling:
        return []
    return [f"By tag: {', '.join(f'{tag} {count}' for tag, count in telling[:_TAGS])}"]

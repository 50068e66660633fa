"""Many alerts sent as one, so that a storm is read instead of dismissed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from pulsetui.client.alert import Alert, AlertEvent

DIGESTIBLE: Final = frozenset({AlertEvent.DOWN, AlertEvent.UP, AlertEvent.NOTE})
"""The others are a digest already, or wanted for themselves."""

_NAMES_IN_TITLE: Final = 3
_LINES: Final = 20


def digest(alerts: Sequence[Alert]) -> Alert:
    """One alert that stands for ``alerts`` (at least one, all DIGESTIBLE), oldest first.

    Of a check that went down and up only the last is counted; the body tells every title, newest last.
    """
    last = {alert.slug: alert for alert in alerts}
    down, up, notes = (
        [alert for alert in last.values() if alert.event is event]
        for event in (AlertEvent.DOWN, AlertEvent.UP, AlertEvent.NOTE)
    )
    parts = [
        _part(down, "is down", "are down"),
        _part(up, "is up again", "are up again"),
        _part(notes, "has a note", "have notes"),
    ]
    first = down or up or notes
    return Alert(
        event=first[0].event,
        at=_latest(alerts),
        title=f"{', '.join(part for part in parts if part)}: {_names(first)}",
        body="\n".join(_lines(alerts)),
        status=first[0].status,
    )


def _part(alerts: Sequence[Alert], one: str, many: str) -> str:
    if not alerts:
        return ""
    return f"1 check {one}" if len(alerts) == 1 else f"{len(alerts)} checks {many}"


def _names(alerts: Sequence[Alert]) -> str:
    names = [alert.name or alert.slug for alert in alerts]
    shown = ", ".join(names[:_NAMES_IN_TITLE])
    return f"{shown} …" if len(names) > _NAMES_IN_TITLE else shown


def _lines(alerts: Sequence[Alert]) -> list[str]:
    titles = [alert.title for alert in alerts]
    if len(titles) <= _LINES:
        return titles
    return [*titles[: _LINES - 1], f"… {len(titles) - _LINES + 1} more"]


def _latest(alerts: Sequence[Alert]) -> datetime:
    return max(alert.at for alert in alerts)

"""What a person answers to a question before something is done: chosen in a dialog, or typed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from pulsetui.core.state.snooze import Scope, Snooze

MAX_NOTE_LENGTH = 500


class Known(Struct, frozen=True):
    """What somebody who acknowledges says."""

    note: str
    any_reason: bool = False  # calm whatever else goes wrong, too


class SnoozeTarget(Struct, frozen=True):
    """What can be snoozed with one answer."""

    scope: Scope
    names: tuple[str, ...]  # slugs or tags; none for everything
    label: str

    def running(self, snoozes: Sequence[Snooze], now: datetime) -> list[Snooze]:
        """Its snoozes that are in force."""
        return [
            one
            for one in snoozes
            if one.scope == self.scope and one.until > now and (one.target in self.names or not self.names)
        ]


class SnoozeAnswer(Struct, frozen=True):
    """For how long; ``until`` None ends the snooze."""

    target: SnoozeTarget
    until: datetime | None
    note: str

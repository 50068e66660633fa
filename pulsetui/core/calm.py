"""A check of which nothing has to be known but its status and when that changes by itself.

Of a hundred thousand checks nearly all are so at any moment: they are not down, nothing runs, and nobody is
to be told of anything. A start need not read what else is remembered of them.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from pulsetui.core.state.check import Check
from pulsetui.core.state.draft import limits_of, signature
from pulsetui.core.state.operate import expects_as_defined
from pulsetui.core.state.state import CheckState, missed_at
from pulsetui.core.state.status import Status

_AWAITED = (Status.UP, Status.NEW)


class Calm(Struct, frozen=True, gc=False):
    """Where it stands until its deadline, unless something comes. ``status`` is UP, NEW or PAUSED."""

    status: Status
    due: datetime | None
    deadline: datetime | None

    def status_at(self, now: datetime) -> Status:
        """As it is shown: LATE from the due instant on."""
        is_late = self.status in _AWAITED and self.due is not None and now >= self.due
        return Status.LATE if is_late else self.status

    def wake(self, now: datetime) -> datetime | None:
        """When it must be looked at again, as ``next_wake`` has it."""
        if self.due is not None and self.due > now and self.status in _AWAITED:
            return self.due if self.deadline is None else min(self.due, self.deadline)
        return self.deadline


def calm_of(check: Check, state: CheckState) -> Calm | None:
    """What has to be known of it; None where it is more."""
    if (
        state.status is Status.DOWN
        or state.runs
        or state.incident is not None
        or state.unwatched
        or state.plans
        or state.flaps_until is not None
        or state.before_pause is not None
        or state.set_back_at is not None
        or state.unproven is not None
        or state.unprovable
        or state.last_metrics
        or state.schedule != signature(check)
        or state.limits != limits_of(check)
        or not expects_as_defined(check, state)
    ):
        return None
    missed = missed_at(check, state)
    return Calm(state.status, state.due, None if missed is None else missed[0])


def definition_of(check: Check) -> str:
    """What of its definition decides how long it stays calm: with another one it has to be looked at."""
    return f"{signature(check)}|{limits_of(check)}|{check.wait_for_first}"

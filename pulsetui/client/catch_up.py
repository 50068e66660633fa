"""Which slots of a check were missed, and what became of each: for whoever offers to make up for them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from pulsetui.client.views import CheckDetails
from pulsetui.core.state.status import Outcome

SlotState = Literal["missed", "running", "failed", "caught up"]


class MissedSlot(Struct, frozen=True):
    """A scheduled instant without a run, and what became of the newest run that was to make up for it."""

    at: datetime
    state: SlotState


def missed_slots(details: CheckDetails, since: datetime | None = None) -> tuple[MissedSlot, ...]:
    """Those of the open incident, without one of the newest that has any; or all since an instant. Oldest
    first."""
    with_missed = [one for one in details.incidents if one.missed]
    if since is None:
        found = set(with_missed[0].missed) if with_missed else set()
    else:
        found = {at for one in with_missed for at in one.missed if at >= since}
    return tuple(MissedSlot(at, slot_state(details, at)) for at in sorted(found))


def slot_state(details: CheckDetails, slot: datetime) -> SlotState:
    """What became of ``slot``, by the runs that were to make up for it."""
    if slot in (details.caught_up or ()):
        return "caught up"
    newest = next((run for run in details.runs if run.catch_up and run.slot == slot), None)
    if newest is None:
        return "missed"
    return "running" if newest.outcome is Outcome.RUNNING else "failed"

"""Whether a check asks for somebody (one that is down does, until somebody has acknowledged or snoozed it),
what is wrong with it, and who knows."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pulsetui.client.glance import Glance
from pulsetui.client.status_words import LAST_DEPLOY, ON_ITS_HOST
from pulsetui.client.views import CheckView, IncidentView
from pulsetui.core.state.status import Reason, Status
from pulsetui.core.text.phrases import count_text


class Attention(StrEnum):
    """What a check asks of people. All but the first are down."""

    NONE = "none"
    WANTED = "wanted"  # nobody has acknowledged or snoozed it
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "down but snoozed"  # and nobody has acknowledged it


def attention_of(view: Glance, now: datetime) -> Attention:
    """What the check asks for at ``now``; an acknowledgement says more than a snooze."""
    if view.status is not Status.DOWN:
        return Attention.NONE
    if view.acknowledged:
        return Attention.ACKNOWLEDGED
    return Attention.SNOOZED if is_snoozed(view, now) else Attention.WANTED


def is_snoozed(view: Glance, now: datetime) -> bool:
    """Whether it is to send no alerts yet, whatever its status."""
    return view.snoozed_until is not None and view.snoozed_until > now


def why_down(view: CheckView) -> str:
    """``missed 3 runs``, ``exit code 1``; "" while it is not down, and where nothing is known but its
    status."""
    if view.status is not Status.DOWN:
        return ""
    if view.reason is not Reason.MISSED or view.incident is None or not view.incident.missed_count:
        return view.detail
    told = view.detail.partition(ON_ITS_HOST)[2].partition(LAST_DEPLOY)[0].rstrip(". ")
    missed = f"missed {count_text(view.incident.missed_count, 'run')}"
    return f"{missed}: {told}" if told else missed


def known_by(incident: IncidentView | None) -> str:
    """``eva: disk is ordered``; "" while nobody has acknowledged it."""
    if incident is None or incident.acknowledged_at is None:
        return ""
    by, note = incident.acknowledged_by, incident.note
    if by and note:
        return f"{without_way(by)}: {note}"
    return note or (f"acknowledged by {by}" if by else "acknowledged")


def without_way(by: str) -> str:
    """``eva`` of ``eva via phone``: where a note stands beside it, the note needs the room more."""
    return by.rpartition(" via ")[0] or by

"""Whether a check asks for somebody: one that is down does, until somebody has acknowledged or snoozed it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pulsetui.client.views import CheckView
from pulsetui.core.state.status import Status


class Attention(StrEnum):
    """What a check asks of people. All but the first are down."""

    NONE = "none"
    WANTED = "wanted"  # nobody has acknowledged or snoozed it
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "down but snoozed"  # and nobody has acknowledged it


def attention_of(view: CheckView, now: datetime) -> Attention:
    """What the check asks for at ``now``; an acknowledgement says more than a snooze."""
    if view.status is not Status.DOWN:
        return Attention.NONE
    if view.acknowledged:
        return Attention.ACKNOWLEDGED
    return Attention.SNOOZED if is_snoozed(view, now) else Attention.WANTED


def is_snoozed(view: CheckView, now: datetime) -> bool:
    """Whether it is to send no alerts yet, whatever its status."""
    return view.snoozed_until is not None and view.snoozed_until > now

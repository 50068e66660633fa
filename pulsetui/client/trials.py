"""Tests of hooks and drills: messages that say that nothing is wrong, sent the way of real ones."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from pulsetui.client.views import DeliveryView

DRILL_WAIT_S = 600.0
"""How long somebody may take to acknowledge a drill, unless it says otherwise."""


class Trial(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A test or a drill, as it is kept."""

    key: str  # of its alerts: "drill-5f0c2a"
    kind: Literal["test", "drill"]
    begun_at: datetime
    hooks: tuple[str, ...]  # that are to tell it
    by: str = ""  # who began it; "" for the calendar
    slug: str = ""  # the check that a drill is about; "" for none
    ends_at: datetime | None = None  # until when a drill waits for somebody to acknowledge it
    acknowledged_at: datetime | None = None
    acknowledged_by: str = ""  # "ann via phone"
    ended_at: datetime | None = None  # nothing is sent or waited for any more

    @property
    def is_open_drill(self) -> bool:
        """Whether somebody may still acknowledge it."""
        return self.kind == "drill" and self.ended_at is None


class TrialView(Struct, frozen=True, kw_only=True):
    """A trial, and what became of its messages: the first word by each hook, then what came after it."""

    trial: Trial
    deliveries: tuple[DeliveryView, ...]

    def first(self, hook: str) -> DeliveryView | None:
        """The delivery of the first word by that hook."""
        return next((one for one in self.deliveries if one.hook == hook), None)

    def seconds_to(self, at: datetime) -> float:
        """How long after its beginning ``at`` was."""
        return (at - self.trial.begun_at).total_seconds()

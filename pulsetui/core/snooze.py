"""Snoozes: no alerts for a check, a tag or everything until an instant. Judging goes on meanwhile."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pulsetui.core.check import Check

Scope = Literal["check", "tag", "everything"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snooze:
    """``target`` is a slug or a tag; empty for everything. It ends at ``until``, exclusive."""

    scope: Scope
    target: str
    until: datetime
    by: str = ""
    note: str = ""

    def covers(self, check: Check) -> bool:
        """Whether the check is meant, whatever the time."""
        if self.scope == "check":
            return self.target == check.slug
        return self.scope == "everything" or self.target in check.tags


def snoozed_until(snoozes: Iterable[Snooze], check: Check, now: datetime) -> datetime | None:
    """When the last snooze over the check ends; None when nothing snoozes it now."""
    ends = [snooze.until for snooze in snoozes if snooze.until > now and snooze.covers(check)]
    return max(ends, default=None)

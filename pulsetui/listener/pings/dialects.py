"""The dialects that are understood. A new one is a module beside this one and a line here."""

from __future__ import annotations

from typing import Final

from pulsetui.listener.pings.dialect import MakeDialect
from pulsetui.listener.pings.healthchecks import Healthchecks
from pulsetui.listener.pings.quietpulse import QuietPulse

DIALECTS: Final[tuple[MakeDialect, ...]] = (
    Healthchecks,
    QuietPulse,  # after Healthchecks, whose uuids and keys are not slugs
)
"""Asked in this order, so that what could be two is the first: the one that can tell comes before the one
that takes anything."""

"""What the host tells of a run that did not come: asked for in the transaction of the flip."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from pulsetui.core.state.check import Check

Evidence = Callable[[Check, datetime, datetime | None, datetime], str]
"""Of a check, since the instant at which it was due; its last success, and now. "" where nothing is known.
Called on the writer thread: it must look nothing up."""


def no_evidence(check: Check, due: datetime, last_success: datetime | None, now: datetime) -> str:
    """Where the host is not looked at."""
    return ""

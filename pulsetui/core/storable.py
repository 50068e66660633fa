"""What can be kept: the one place that says which instants, spans and numbers PulseTUI takes in.

``datetime`` ends with the years 1 and 9999, SQLite with 64 bits, JSON with the finite numbers. A value near
such an end can be taken in, and break whoever adds a grace to it, shows it in another zone or reads it back,
for ever after. So every edge (API, command line, spool, pings, what the database gives back) asks here.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import isfinite

from pulsetui.errors import PulseError

EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LATEST = datetime(3000, 1, 1, tzinfo=UTC)
"""Further from the ends of the calendar than any zone, grace or schedule reaches."""

MAX_SPAN = timedelta(days=3660)
"""Ten years: longer than any schedule, short enough that no sum of instants overflows."""

MAX_INTEGER = 2**63 - 1
"""The largest of SQLite's."""

MAX_METRICS = 64
"""At most this many metrics of one ping are taken."""

MAX_METRIC_NAME_LENGTH = 100


class UnstorableError(PulseError):
    """The value cannot be kept. The message says what would do, without naming the field."""


def instant(at: datetime) -> datetime:
    """``at`` in UTC. Raises UnstorableError without a time zone, and outside of EARLIEST to LATEST."""
    if at.tzinfo is None:
        raise UnstorableError("has no time zone")
    # Aware values compare without being converted: a conversion overflows at the ends of the calendar.
    if not EARLIEST <= at < LATEST:
        raise UnstorableError(f"is not between the years {EARLIEST.year} and {LATEST.year - 1}")
    return at.astimezone(UTC)


def is_instant(at: datetime | None) -> bool:
    """Whether ``at`` is one that can be kept, or none at all."""
    return at is None or (at.tzinfo is not None and EARLIEST <= at < LATEST)


def instant_or_none(at: datetime | None) -> datetime | None:
    """``at``, or None where nothing could be added to it and so nothing can be expected."""
    return at if is_instant(at) else None


def span(seconds: float) -> timedelta:
    """A duration. Raises UnstorableError unless it is between nothing and ten years."""
    if not 0 <= seconds <= MAX_SPAN.total_seconds():  # NaN is not, either
        raise UnstorableError("is not between 0 seconds and ten years")
    return timedelta(seconds=seconds)


def integer(value: int) -> int:
    """Raises UnstorableError for more than 64 bits."""
    if not -MAX_INTEGER - 1 <= value <= MAX_INTEGER:
        raise UnstorableError("has more than 64 bits")
    return value


def number(value: float) -> float:
    """Raises UnstorableError unless it is finite."""
    if not isfinite(value):
        raise UnstorableError("is not a finite number")
    return value

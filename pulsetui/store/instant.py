"""Instants and spans as the database keeps them: whole microseconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pulsetui.core import storable

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


EARLIEST = (storable.EARLIEST - _EPOCH) // _MICROSECOND
LATEST = (storable.LATEST - _EPOCH) // _MICROSECOND
"""What ``stored`` gives for the ends of what can be kept."""


def stored(instant: datetime) -> int:
    """Microseconds since 1970 UTC."""
    return (instant - _EPOCH) // _MICROSECOND


def stored_or_none(instant: datetime | None) -> int | None:
    return None if instant is None else (instant - _EPOCH) // _MICROSECOND


def read(value: int) -> datetime:
    """The aware UTC datetime. Raises ValueError for one that we cannot have stored."""
    if EARLIEST <= value < LATEST:
        return _EPOCH + timedelta(microseconds=value)
    raise ValueError(f"{value} is not an instant that can be kept")


class Instants(dict[int, datetime]):
    """``read``, with one object for all that are the same: thousands of checks are due together."""

    def __missing__(self, value: int) -> datetime:
        found = self[value] = read(value)
        return found


def read_or_none(value: int | None) -> datetime | None:
    return None if value is None else read(value)

"""Readable instants for the tables of schedule tests."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def utc(text: str) -> datetime:
    """``2031-03-30 01:25`` read in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def local(text: str, zone: str, fold: int = 0) -> datetime:
    """A clock reading of a zone, as an instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


def shown(instant: datetime, zone: str) -> str:
    """An instant as the zone's clock shows it, with its offset: ``03-30 03:00+02:00``."""
    at = instant.astimezone(ZoneInfo(zone))
    return f"{at:%m-%d %H:%M}{at.isoformat()[19:25]}"

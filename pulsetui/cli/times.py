"""Dates and times on the command line."""

from __future__ import annotations

from datetime import datetime, tzinfo

from pulsetui.core import storable
from pulsetui.core.text.clean import clean
from pulsetui.errors import UsageError


def read_time(option: str, text: str, where: tzinfo) -> datetime:
    """The instant given with ``option`` in ISO 8601; without an offset it is in the zone ``where``."""
    try:
        at = datetime.fromisoformat(text)
        return storable.instant(at if at.tzinfo else at.replace(tzinfo=where))
    except storable.UnstorableError as error:
        raise UsageError(f'{option} "{clean(text, 60)}" {error}') from None
    except ValueError:
        raise UsageError(
            f'{option} "{clean(text, 60)}" is not a date or time; write it like 2026-11-21,'
            " 2026-11-21T02:00 or 2026-11-21T02:00+02:00"
        ) from None

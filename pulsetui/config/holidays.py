"""Public holidays out of a file: one date a line, or a calendar in the iCal format."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

MAX_BYTES = 1_000_000
MAX_DAYS_OF_EVENT = 60
"""An event that lasts longer is a season and not a holiday; only its first days count."""
_YEARS_AHEAD = 10
_LINE = r"(\d{4}-\d{2}-\d{2})\b.*"


class HolidaysError(Exception):
    """The file cannot be used; says why, and at which line."""


def read_holidays(path: Path, today: date) -> frozenset[date]:
    """The days in the file; of a calendar those from last year on. Raises HolidaysError."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise HolidaysError(f"cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise HolidaysError("is not text in UTF-8") from None
    if len(content) > MAX_BYTES:
        raise HolidaysError(f"is larger than {MAX_BYTES // 1_000_000} MB")
    found = frozenset(_events(content, today) if "BEGIN:VCALENDAR" in text else _lines(text))
    if not found:
        raise HolidaysError("holds no dates; write one a line, like 2026-12-25")
    return found


def _lines(text: str) -> Iterator[date]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = re.fullmatch(_LINE, line.strip())
        try:
            yield date.fromisoformat(match[1] if match else line.strip())
        except ValueError:
            raise HolidaysError(f"line {number} does not begin with a date like 2026-12-25") from None


def _events(content: bytes, today: date) -> Iterator[date]:
    """Days of the events from last year on, those that come again by a rule too."""
    try:
        from icalendar import Calendar
        from recurring_ical_events import of
    except ImportError:
        raise HolidaysError(
            "is a calendar, and reading those needs two packages more: pip install 'pulsetui[ical]'."
            " Or write one date a line"
        ) from None
    begin, end = date(today.year - 1, 1, 1), date(today.year + _YEARS_AHEAD, 1, 1)
    try:
        events = of(Calendar.from_ical(content)).between(begin, end)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise HolidaysError(f"is not a calendar that can be read: {error}") from None
    for event in events:
        first, last = _day(event.start), _day(event.end)
        if not isinstance(event.end, datetime) and last > first:
            last -= timedelta(days=1)  # iCal names the day after
        for day in range(min((last - first).days + 1, MAX_DAYS_OF_EVENT)):
            yield first + timedelta(days=day)


def _day(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment

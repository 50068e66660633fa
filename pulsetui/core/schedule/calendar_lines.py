"""The lines of an OnCalendar text: their shape, their zones, and words like ``daily``."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from pulsetui.core.schedule.calendar_fields import YEARS
from pulsetui.core.schedule.expression import quoted, refuse_strange_characters
from pulsetui.errors import ScheduleError

MAX_LINE_LENGTH = 250
MAX_LINES = 10

SPECIALS = {
    "minutely": "*-*-* *:*:00",
    "hourly": "*-*-* *:00:00",
    "daily": "*-*-* 00:00:00",
    "weekly": "Mon *-*-* 00:00:00",
    "monthly": "*-*-01 00:00:00",
    "quarterly": "*-01,04,07,10-01 00:00:00",
    **dict.fromkeys(("semiannually", "semi-annually", "biannually", "bi-annually"), "*-01,07-01 00:00:00"),
    **dict.fromkeys(("yearly", "annually", "anually"), "*-01-01 00:00:00"),
}
"""What systemd knows by name, in any case and with its own typing error."""
_WEEKDAY = re.compile(r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*(?:[,.-].*)?", re.ASCII | re.IGNORECASE)
_TIMESTAMP = re.compile(r"@ *([0-9]{1,12})", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class CalendarLine(Struct, frozen=True):
    """One expression: its text without a zone, and the zone it names, if any."""

    text: str
    zone: str | None

    @property
    def meant(self) -> str:
        """The text with a word like ``daily`` or a timestamp spelled out."""
        if match := _TIMESTAMP.fullmatch(self.text):
            seconds = int(match[1])
            at = _EPOCH + timedelta(seconds=min(seconds, 10**11))
            if at.year not in YEARS:
                message = f"{quoted(self.text)} is later than the year {YEARS[-1]}"
                raise ScheduleError(message, quotes=True, field="year")
            return f"{at:%Y-%m-%d %H:%M:%S}"
        return SPECIALS.get(self.text.lower(), self.text)


def split_lines(expression: str) -> tuple[CalendarLine, ...]:
    """The lines of an OnCalendar text, zones split off. Raises ScheduleError."""
    if len(expression) > (MAX_LINE_LENGTH + 1) * MAX_LINES:
        raise ScheduleError(f"the OnCalendar text has {len(expression)} characters: too many")
    lines = [line.strip(" \t\r") for line in expression.strip().split("\n")]
    if not lines[0]:
        raise ScheduleError("the OnCalendar expression is empty; write one like Mon..Fri 06:00")
    if len(lines) > MAX_LINES:
        raise ScheduleError(f"more than {MAX_LINES} OnCalendar lines")
    return tuple(_split_line(line) for line in lines if line)


def _split_line(line: str) -> CalendarLine:
    if len(line) > MAX_LINE_LENGTH:
        raise ScheduleError(f"an OnCalendar line has {len(line)} characters, more than {MAX_LINE_LENGTH}")
    refuse_strange_characters(line, "OnCalendar expression")
    words = line.split()
    named = len(words) > 1 and words[-1][0].isalpha() and ":" not in words[-1]
    # "Mon, Tue" ends in a weekday, not in a zone.
    if named and not _WEEKDAY.fullmatch(words[-1]):
        line, timezone = " ".join(words[:-1]), words[-1]
    else:
        line, timezone = " ".join(words), None
    if _TIMESTAMP.fullmatch(line):
        timezone = timezone or "UTC"
    return CalendarLine(line, "UTC" if timezone and timezone.upper() == "UTC" else timezone)

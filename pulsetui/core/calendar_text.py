"""The syntax gate of OnCalendar expressions: the parts of a line, and what systemd would refuse.

oncalendar turns components into values. It takes some steps that systemd refuses, and its zone handling
lets OSError out, so steps are judged and zones are split off here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from pulsetui.core.schedule_text import quoted, refuse_strange_characters
from pulsetui.errors import ScheduleError

LONGEST_LINE = 250
MOST_LINES = 10

SPECIALS = (
    *("minutely", "hourly", "daily", "weekly", "monthly"),
    *("quarterly", "semiannually", "yearly", "annually"),
)
RANGES = {
    "weekday": "Mon-Sun",
    "year": "1970-2199",
    "month": "1-12",
    "day": "1-31",
    "hour": "0-23",
    "minute": "0-59",
    "second": "0-59",
}
_LIMITS = {"month": (1, 12), "day": (1, 31), "hour": (0, 23), "minute": (0, 59), "second": (0, 59)}
WEEKDAYS = re.compile(r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*(?:[,.-].*)?", re.ASCII | re.IGNORECASE)
_STEP = re.compile(r"(?:(\d+)(?:\.\.(\d+))?|\*)/(\d+)", re.ASCII)
_PARTS = re.compile(
    r"(?P<weekday>[A-Za-z][A-Za-z,.\-]*)?\s*"
    r"(?:(?:(?P<year>[^-~:\s]+)-)?(?P<month>[^-~:\s]+)[-~](?P<day>[^-~:\s]+))?\s*"
    r"(?:(?P<hour>[^:\s]+):(?P<minute>[^:\s]+)(?::(?P<second>[^:\s]+))?)?",
    re.ASCII,
)


class CalendarLine(Struct, frozen=True):
    """One expression: its text without a zone, and the zone it names, if any."""

    text: str
    zone: str | None


def split_lines(expression: str) -> tuple[CalendarLine, ...]:
    """The lines of an OnCalendar text, zones split off. Raises ScheduleError."""
    if len(expression) > (LONGEST_LINE + 1) * MOST_LINES:
        raise ScheduleError(f"the OnCalendar text has {len(expression)} characters: too many")
    lines = [line.strip(" \t\r") for line in expression.strip().split("\n")]
    if not lines[0]:
        raise ScheduleError("the OnCalendar expression is empty; write one like Mon..Fri 06:00")
    if len(lines) > MOST_LINES:
        raise ScheduleError(f"more than {MOST_LINES} OnCalendar lines")
    return tuple(_split_line(line) for line in lines if line)


def _split_line(line: str) -> CalendarLine:
    if len(line) > LONGEST_LINE:
        raise ScheduleError(f"an OnCalendar line has {len(line)} characters, more than {LONGEST_LINE}")
    refuse_strange_characters(line, "OnCalendar expression")
    words = line.split()
    named = len(words) > 1 and words[-1][0].isalpha() and ":" not in words[-1]
    # "Mon, Tue" ends in a weekday, not in a zone.
    if named and not WEEKDAYS.fullmatch(words[-1]):
        line, timezone = " ".join(words[:-1]), words[-1]
    else:
        line, timezone = " ".join(words), None
    if ",," in line:
        # oncalendar overlooks commas behind a weekday, any number of them.
        raise ScheduleError(f"{quoted(line)} has an empty item: look for a comma too many")
    for name, text in components(line):
        _judge_steps(line, name, text)
    return CalendarLine(line, timezone)


def components(line: str) -> Iterator[tuple[str, str]]:
    """The named parts of a line, as far as its shape can be made out; none for ``daily`` and its like."""
    match = _PARTS.fullmatch(line)
    if match and line.lower() not in SPECIALS:
        yield from ((name, text) for name, text in match.groupdict().items() if text)


def _judge_steps(line: str, name: str, text: str) -> None:
    """Refuse what systemd refuses: a step that never comes to its first repetition."""
    if name not in _LIMITS or "~" in line:
        return
    low, high = _LIMITS[name]
    for item in text.split(","):
        match = _STEP.fullmatch(item)
        if not match:
            continue  # oncalendar says what is wrong
        start, end, step = int(match[1] or low), int(match[2] or high), int(match[3])
        if step and start + step > end:
            raise ScheduleError(
                f"{quoted(line)}: systemd refuses the {name} step {item:.20}: it has no second value",
                field=name,
                suggestion=line.replace(item, str(start), 1),
            )

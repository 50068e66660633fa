"""From text to a schedule, when the kind is known and when it is to be guessed."""

from __future__ import annotations

from pulsetui.core.schedule.duration import DurationError, parse_duration
from pulsetui.core.schedule.period import Every, is_row_of_numbers
from pulsetui.core.schedule.schedule import Schedule, ScheduleKind
from pulsetui.errors import ScheduleError

_CRON_FIELDS = 5


def parse_schedule(kind: ScheduleKind, expression: str | int, timezone: str = "UTC") -> Schedule:
    """A schedule of a known kind; a period is only shown in ``timezone``. Raises ScheduleError."""
    if kind == "every":
        return Every.parse(expression, timezone)
    if not isinstance(expression, str):
        raise ScheduleError(f"a {kind} expression is text, got {expression!r}")
    if kind == "cron":
        return _cron(expression, timezone)
    if kind == "calendar":
        return _calendar(expression, timezone)
    raise ScheduleError(f"no such kind of schedule: {kind!r}; write every, cron or calendar")


def guess_schedule(text: str, timezone: str = "UTC") -> Schedule:
    """The schedule that a person means: a period if it is one, cron if it looks like it, else OnCalendar.

    Raises ScheduleError, with cron's reason for what looks like cron.
    """
    if not is_row_of_numbers(text):
        try:
            parse_duration(text)
        except DurationError as error:
            if error.kind == "too_long":
                raise ScheduleError(str(error), quotes=True) from error
        else:
            return Every.parse(text, timezone)
    if _looks_like_cron(text):
        return _cron(text, timezone)
    try:
        return _calendar(text, timezone)
    except ScheduleError as error:
        if error.field is not None or error.suggestion is not None:
            raise
        raise ScheduleError(
            f"{error}. A schedule is a period (15m), a cron expression (0 2 * * *)"
            " or an OnCalendar expression (Mon..Fri 06:00)",
            quotes=True,
        ) from error


# A kind is imported with the first check that uses it.


def _cron(text: str, timezone: str) -> Schedule:
    from pulsetui.core.schedule.cron import Cron

    return Cron.parse(text, timezone)


def _calendar(text: str, timezone: str) -> Schedule:
    from pulsetui.core.schedule.calendar import Calendar

    return Calendar.parse(text, timezone)


def _looks_like_cron(text: str) -> bool:
    """Five words or ``@word``; another number of words if there is only what cron has."""
    words = text.split()
    if text.lstrip().startswith("@") or is_row_of_numbers(text):
        return True
    if any(mark in text for mark in (":", "..", "~")):
        return False
    return len(words) == _CRON_FIELDS or (len(words) > 2 and not words[0][0].isalpha())

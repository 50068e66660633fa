"""Schedules in plain English: the pieces of sentences that cron, calendar and period share.

Weekdays are numbered as cron does, 0 is Sunday; in a sentence the week begins on Monday.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

WEEKDAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
EVERY_HOUR = tuple(range(24))
EVERY_MINUTE = tuple(range(60))
_MAX_TIMES = 6
"""That many clock times are still listed one by one."""
_UNITS = (("week", 604800), ("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))


def listed(parts: Sequence[str], last: str = "and") -> str:
    """``a, b and c``."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def ordinal(number: int) -> str:
    """``1st``, ``22nd``, ``13th``."""
    teen = 10 <= number % 100 <= 20
    return f"{number}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def clock(hour: int, minute: int, second: int | Decimal = 0) -> str:
    """``02:00``, or ``02:00:30`` or ``02:00:00.5`` if there are seconds."""
    if not second:
        return f"{hour:02}:{minute:02}"
    whole = int(second)
    return f"{hour:02}:{minute:02}:{whole:02}" + (
        f"{second - whole}".removeprefix("0") if second != whole else ""
    )


def span_words(span: timedelta) -> str:
    """A span after ``every``: ``minute``, ``15 minutes``, ``1 hour 30 minutes``."""
    left = int(span.total_seconds())
    parts: list[tuple[int, str]] = []
    for name, size in _UNITS:
        count, left = divmod(left, size)
        if count:
            parts.append((count, name))
    if len(parts) == 1 and parts[0][0] == 1:
        return parts[0][1]
    return " ".join(f"{count} {name}{'s' if count > 1 else ''}" for count, name in parts)


def _runs(values: Iterable[int]) -> list[tuple[int, int]]:
    """Neighbouring values joined: 1 2 3 7 is (1, 3), (7, 7)."""
    runs: list[tuple[int, int]] = []
    for value in sorted(values):
        if runs and value == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], value)
        else:
            runs.append((value, value))
    return runs


def _joined(values: Iterable[int], names: Sequence[str] | None = None) -> list[str]:
    """Runs of three and more as ``a to b``, the rest one by one."""
    parts: list[str] = []
    for low, high in _runs(values):
        ends = [str(n) if names is None else names[n] for n in (low, high)]
        if low == high:
            parts.append(ends[0])
        elif high == low + 1:
            parts.extend(ends)
        else:
            parts.append(f"{ends[0]} to {ends[1]}")
    return parts


def _stride(values: Sequence[int]) -> int:
    """The distance between neighbours if all are the same, else 0."""
    steps = {b - a for a, b in pairwise(values)}
    return steps.pop() if len(steps) == 1 else 0


def numbers(values: Iterable[int]) -> str:
    """``0 and 30``, ``9 to 17``, ``0, 7, 14 … 56``."""
    ordered = sorted(values)
    if len(ordered) >= 5 and _stride(ordered) > 1:
        return f"{', '.join(map(str, ordered[:3]))} … {ordered[-1]}"
    return listed(_joined(ordered))


def weekday_names(values: Iterable[int]) -> list[str]:
    """``Monday to Friday``, ``Saturday``, ``Sunday``: Monday first."""
    return _joined(((day - 1) % 7 for day in values), (*WEEKDAYS[1:], WEEKDAYS[0]))


def month_names(values: Iterable[int]) -> str:
    """``January to March and July``."""
    return listed(_joined((month - 1 for month in values), MONTHS))


def _counted(word: str, values: Sequence[int]) -> str:
    return f"{word}{'s' if len(values) > 1 else ''} {numbers(values)}"


def _even_step(minutes: Sequence[int], *, stepped: bool) -> int:
    """The step of ``*/15``: minutes from 0 that divide the hour evenly, else 0.

    Two values are a step only if the text says so: ``*/30`` is, ``0,30`` is not.
    """
    step = _stride(minutes)
    even = step > 1 and minutes[0] == 0 and step * len(minutes) == 60
    return step if even and (stepped or len(minutes) > 2) else 0


def _of_hours(hours: Sequence[int], minutes: Sequence[int], what: str) -> str:
    """``what`` within some hours of the day: ``every minute from 03:00 to 03:59``."""
    stride = _stride(hours)
    if stride == 1 or len(hours) == 1:
        return f"{what} from {clock(hours[0], minutes[0])} to {clock(hours[-1], minutes[-1])}"
    return f"{what} of {_counted('hour', hours)}"


def time_words(
    hours: Sequence[int],
    minutes: Sequence[int],
    seconds: Sequence[int | Decimal] = (0,),
    *,
    stepped: bool = False,
) -> tuple[str, bool]:
    """When in the day, and whether that reads as clock times (so that ``every day`` can follow).

    All three are sorted. ``stepped`` says that the minute field is written with a step.
    """
    all_hours = tuple(hours) == EVERY_HOUR
    if len(hours) * len(minutes) * len(seconds) <= _MAX_TIMES:
        times = [clock(h, m, s) for h in hours for m in minutes for s in seconds]
        return f"at {listed(times)}", True
    if tuple(seconds) != (0,):
        return _time_words_with_seconds(hours, minutes, seconds), False
    step = _even_step(minutes, stepped=stepped)
    if tuple(minutes) == EVERY_MINUTE or step:
        often = f"every {step} minutes" if step else "every minute"
        return (often if all_hours else _of_hours(hours, minutes, often)), False
    if tuple(minutes) == (0,):
        if all_hours:
            return "every hour, on the hour", False
        stride = _stride(hours)
        if stride:
            often = "every hour" if stride == 1 else f"every {stride} hours"
            return f"{often} from {clock(hours[0], 0)} to {clock(hours[-1], 0)}", True
    of = "every hour" if all_hours else _counted("hour", hours)
    return f"at {_counted('minute', minutes)} of {of}", not all_hours


def _second_words(seconds: Sequence[int | Decimal]) -> str:
    whole = [second for second in seconds if isinstance(second, int)]
    if len(whole) == len(seconds):
        return _counted("second", whole)
    texts = [str(second) for second in seconds]
    if len(texts) > _MAX_TIMES:
        return f"seconds {', '.join(texts[:3])} … {texts[-1]}"
    return f"second{'s' if len(texts) > 1 else ''} {listed(texts)}"


def _time_words_with_seconds(
    hours: Sequence[int], minutes: Sequence[int], seconds: Sequence[int | Decimal]
) -> str:
    every_second, every_minute = tuple(seconds) == EVERY_MINUTE, tuple(minutes) == EVERY_MINUTE
    parts = ["every second" if every_second else f"at {_second_words(seconds)}"]
    if not (every_second and every_minute):
        parts.append("every minute" if every_minute else _counted("minute", minutes))
    if tuple(hours) != EVERY_HOUR:
        parts.append(_counted("hour", hours))
    elif not every_minute:
        parts.append("every hour")
    return " of ".join(parts)


def day_words(
    month_days: Sequence[str], weekdays: Sequence[str], months: Sequence[int], *, both: bool
) -> str:
    """Which days, to follow the time of day; empty if it is every day.

    ``month_days`` and ``weekdays`` are the alternatives of each field in words, none if it takes any day.
    ``both``: a day must be in both fields, else in either.
    """
    some_months = month_names(months) if len(months) < 12 else ""
    in_months = f" in {some_months}" if some_months else ""
    month_day = f"on {listed(month_days)} of {some_months or 'the month'}"
    if month_days and weekdays and both:
        return f"{month_day} if it is {listed(weekdays, 'or')}"
    if month_days and weekdays:
        any_of = f"on {listed(month_days)} of the month or on {listed(weekdays)}"
        return any_of + (f", in {some_months}" if some_months else "")
    if month_days:
        return month_day
    return (f"on {listed(weekdays)}" if weekdays else "") + in_months


def sentence(time: str, days: str, *, is_clock_time: bool, timezone: str) -> str:
    """The whole: time, days, zone."""
    if is_clock_time and (not days or days.startswith(" in ")):
        time += " every day"
    return f"{time} {days.strip()}".strip() + f" ({timezone})"

"""Cron, told a second time and as slowly as possible: minute by minute, from the text, without croniter.

It shares nothing with the product. Days, clock readings and clock changes are looked at one at a time.
"""

from __future__ import annotations

import calendar
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_MINUTE = timedelta(minutes=1)
_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))


def values(text: str, low: int, high: int) -> set[int]:
    """The plain numbers of a field."""
    found: set[int] = set()
    for item in text.split(","):
        if item.endswith(("L", "LW")) or "#" in item:
            continue
        span, _, step = item.partition("/")
        if span == "*":
            start, end = low, high
        elif "-" in span:
            start, end = (int(part) for part in span.split("-"))
        else:
            start = int(span)
            end = high if step else start
        found |= set(range(start, end + 1, int(step or 1)))
    return found


def day_matches(expression: str, day: datetime) -> bool:
    month_day, month, weekday = expression.split()[2:]
    if day.month not in values(month, *_RANGES[3]):
        return False
    length = calendar.monthrange(day.year, day.month)[1]
    cron_weekday = day.isoweekday() % 7
    in_month = day.day in values(month_day, *_RANGES[2])
    for item in month_day.split(","):
        in_month |= item == "L" and day.day == length
        if item == "LW":
            last = length
            while calendar.weekday(day.year, day.month, last) > 4:
                last -= 1
            in_month |= day.day == last
    in_week = cron_weekday in {value % 7 for value in values(weekday, *_RANGES[4])}
    for item in weekday.split(","):
        if item.endswith("L"):
            in_week |= cron_weekday == int(item[0]) % 7 and day.day > length - 7
        if "#" in item:
            wanted, which = (int(part) for part in item.split("#"))
            in_week |= cron_weekday == wanted % 7 and which == (day.day - 1) // 7 + 1
    if month_day.startswith("*") or weekday.startswith("*"):
        return in_month and in_week
    return in_month or in_week


def reading_matches(expression: str, wall: datetime) -> bool:
    minute, hour = expression.split()[:2]
    return (
        wall.minute in values(minute, *_RANGES[0])
        and wall.hour in values(hour, *_RANGES[1])
        and day_matches(expression, wall)
    )


def instants(expression: str, zone: ZoneInfo, after: datetime, until: datetime) -> list[datetime]:
    """All instants in ``(after, until]``; both are whole minutes.

    Each real minute shows its reading. Wildcard jobs want the reading. Fixed jobs want a reading that was not
    shown yet; if readings were jumped over since the minute before, those count now (under three hours).
    """
    minute, hour = expression.split()[:2]
    wildcard = minute.startswith("*") or hour.startswith("*")
    found = []
    # Begin early enough that every reading shown twice has been seen the first time.
    now = after - timedelta(hours=26)
    latest = now.astimezone(zone).replace(tzinfo=None)
    while now < until:
        now += _MINUTE
        wall = now.astimezone(zone).replace(tzinfo=None)
        if wildcard:
            due = reading_matches(expression, wall)
        else:
            due = wall > latest and reading_matches(expression, wall)
            jumped = (wall - latest) // _MINUTE - 1
            if 0 < jumped < 180:
                due |= any(
                    reading_matches(expression, latest + (step + 1) * _MINUTE) for step in range(jumped)
                )
        if wall > latest:
            latest = wall
        if due and now > after:
            found.append(now.astimezone(UTC))
    return found

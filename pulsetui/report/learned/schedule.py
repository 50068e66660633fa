"""The schedule that runs show by their times. Pure.

A schedule on the wall clock is only proposed where each of its instants had a run and each run an instant of
its own: whatever ran less regularly than that is not explained by it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, tzinfo
from itertools import pairwise
from statistics import median

from msgspec import Struct

from pulsetui.core.schedule.duration import format_duration
from pulsetui.core.schedule.parse import parse_schedule
from pulsetui.core.schedule.schedule import Schedule, ScheduleKind
from pulsetui.core.state.check import DEFAULT_EARLY
from pulsetui.core.text.phrases import duration_text
from pulsetui.report.learned.nice import near_span

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_CLOCK_FROM_S = 12 * _HOUR
"""What is that far apart and at the same time of day has a line in a crontab. More often than that, a period
says the same."""
_SPREAD_MIN = 3 * 60  # minutes between the earliest and the latest time of day
_OF_OWN = 0.9  # so many of the runs have an instant of their own: now and then somebody runs a job by hand
_EACH_WEEKDAY = 3  # times that a weekday must have been seen where not all are
_HOURS_FROM_S = 1.5 * _HOUR
"""From here on a line in a crontab names hours."""
_REST = 2.0  # so many times the usual distance: it rests at times, which a period does not say
_EVEN = 0.25  # of the usual distance: farther apart than that is no period
_TOO_SELDOM = 0.6  # so much of the period that is expected now: it runs far more often


class SeenSchedule(Struct, frozen=True, kw_only=True):
    """A schedule, and what it was seen by, in words."""

    kind: ScheduleKind
    expression: str
    seen: str


def found_schedule(
    now: Schedule, begins: Sequence[datetime], zone: tzinfo, *, knows_clock: bool
) -> SeenSchedule | None:
    """A schedule that explains when the runs began, if ``now`` does not; None where none does. One that names
    hours is none unless it is known to be by that clock: else the next clock change would refute it."""
    gaps = [(after - before).total_seconds() for before, after in pairwise(begins)]
    usual = median(gaps)
    if now.kind == "every":
        period = (now.next(begins[-1]) or begins[-1]) - begins[-1]
        if usual >= _CLOCK_FROM_S:
            return _on_the_clock(begins, usual, zone, now.timezone) if knows_clock else None
        return _period(gaps, usual) if usual < _TOO_SELDOM * period.total_seconds() else None
    if explains(now, begins):
        return None
    by_clock = (
        _on_the_clock(begins, usual, zone, now.timezone) if knows_clock or usual < _HOURS_FROM_S else None
    )
    return by_clock or _period(gaps, usual)


def explains(schedule: Schedule, begins: Sequence[datetime]) -> bool:
    """Whether each instant of a schedule on the wall clock had a run, and each run one of its own."""
    slots = [schedule.slot(at, DEFAULT_EARLY) for at in begins]
    known = set(slots)
    expected = schedule.between(slots[0], slots[-1], 2 * len(slots))
    return len(known) >= _OF_OWN * len(slots) and known.issuperset(expected)


def _on_the_clock(
    begins: Sequence[datetime], usual: float, zone: tzinfo, timezone: str
) -> SeenSchedule | None:
    local = [at.astimezone(zone) for at in begins]
    times = sorted(at.hour * 60 + at.minute for at in local)
    for expression in _expressions(local, usual):
        if explains(parse_schedule("cron", expression, timezone), begins):
            seen = f"always between {_time(times[0])} and {_time(times[-1])}"
            if usual < _CLOCK_FROM_S:
                seen = f"about every {duration_text(usual)}"
            elif times[0] == times[-1]:
                seen = f"always at {_time(times[0])}"
            return SeenSchedule(kind="cron", expression=expression, seen=seen)
    return None


def _expressions(local: Sequence[datetime], usual: float) -> Iterator[str]:
    """Lines of a crontab that may be behind it."""
    if usual >= _CLOCK_FROM_S:
        times = [at.hour * 60 + at.minute for at in local]
        days = _weekdays(local)
        if days and max(times) - min(times) <= _SPREAD_MIN:
            hour, minute = divmod(_first(times), 60)
            yield f"{minute} {hour} * * {days}"
        return
    minutes = [at.minute for at in local]
    step = round(usual / _MINUTE)
    if step < 60:
        if step and 60 % step == 0 and len({minute % step for minute in minutes}) == 1:
            yield f"{_stepped(minutes[0] % step, step, 59)} * * * *"
        return
    hours = round(usual / _HOUR)
    if 24 % hours == 0 and len({at.hour % hours for at in local}) == 1:
        yield f"{_first(minutes)} {_stepped(local[0].hour % hours, hours, 23)} * * *"


def _stepped(offset: int, step: int, last: int) -> str:
    if step == 1:
        return "*"
    return f"{offset}-{last}/{step}" if offset else f"*/{step}"


def _first(minutes: Sequence[int]) -> int:
    """The minute that stands in the crontab: the one at which all began, or a round one before the first."""
    first = min(minutes)
    return first if max(minutes) - first <= 1 else first - first % 5


def _weekdays(local: Sequence[datetime]) -> str:
    """As cron spells them; "" where too few have been seen."""
    seen = [at.isoweekday() % 7 for at in local]
    days = sorted(set(seen))
    if len(days) == 7:
        return "*"
    if min(seen.count(day) for day in days) < _EACH_WEEKDAY:
        return ""
    return "1-5" if days == [1, 2, 3, 4, 5] else ",".join(map(str, days))


def _period(gaps: Sequence[float], usual: float) -> SeenSchedule | None:
    even = [gap for gap in gaps if abs(gap - usual) <= _EVEN * usual]
    if usual < 1 or len(even) < _OF_OWN * len(gaps) or max(gaps) > _REST * usual:
        return None
    period = near_span(timedelta(seconds=usual))
    seen = f"{duration_text(min(even))} to {duration_text(max(even))} apart"
    return SeenSchedule(kind="every", expression=format_duration(period), seen=seen)


def _time(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"

"""Whether a job and its check agree on when it runs."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

from pulsetui.core.schedule.cron import Cron
from pulsetui.core.schedule.parse import parse_schedule
from pulsetui.core.schedule.schedule import Schedule
from pulsetui.crontab.findings import KnownCheck
from pulsetui.errors import ScheduleError

_COMPARED = 300
"""So many of the next instants must be the same: of a line for every quarter of an hour, three days."""
_HORIZON = timedelta(days=4 * 366)


def differs(schedule: Schedule, check: KnownCheck, now: datetime) -> bool:
    """Whether the check is due at other instants than those at which the job is started.

    A period only has to be as long, with the grace, as the gaps between the runs.
    """
    try:
        expected = parse_schedule(check.kind, check.schedule, check.tz)
    except ScheduleError:
        return False
    same_zone = expected.timezone == schedule.timezone
    if isinstance(expected, Cron) and isinstance(schedule, Cron) and same_zone:
        return [each.readings for each in expected.times.tables] != [
            each.readings for each in schedule.times.tables
        ]
    runs = schedule.between(now, now + _HORIZON, _COMPARED)
    if check.kind == "every":
        longest = max(((b - a).total_seconds() for a, b in pairwise(runs)), default=0.0)
        period = (expected.next(now) or now) - now
        return period.total_seconds() + check.grace < longest
    return list(runs) != list(expected.between(now, now + _HORIZON, _COMPARED))

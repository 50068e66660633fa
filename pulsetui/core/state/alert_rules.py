"""When somebody is told: at once or after a while, again or once, at which hours, of which reasons."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from pulsetui.core.schedule.zone import zone
from pulsetui.core.state.status import Reason

NO_TIME = timedelta(0)
_ONE_DAY = timedelta(days=1)
_MAX_DAYS = 800
"""Days that are searched for an hour at which somebody may be told: longer than any row of holidays."""


class Quiet(Struct, frozen=True):
    """Hours of each day, on the wall clock, at which nobody is told; past midnight if ``end`` is earlier."""

    begin: time
    end: time

    def over_at(self, local: datetime) -> datetime | None:
        """When the quiet hours that ``local`` lies in are over, on the same clock; None outside of them."""
        now = local.time()
        if self.begin < self.end:
            inside, day = self.begin <= now < self.end, local.date()
        else:
            inside = now >= self.begin or now < self.end
            day = local.date() + (_ONE_DAY if now >= self.begin else NO_TIME)
        return datetime.combine(day, self.end, local.tzinfo) if inside else None


class AlertRules(Struct, frozen=True, kw_only=True):
    """What is said of one hook, tag or check. None says nothing: whoever is more general decides."""

    after: timedelta | None = None  # how long it must have been down
    repeat: timedelta | None = None  # until somebody acknowledges it; no time: never
    reasons: frozenset[Reason] | None = None  # only of these
    recovery: bool | None = None  # whether it is told that it is up again
    quiet: tuple[Quiet, ...] | None = None
    days: frozenset[int] | None = None  # ISO weekdays, Monday is 1
    holidays: frozenset[date] | None = None  # days like those that are not in ``days``
    timezone: str | None = None  # of all these hours and days

    def over(self, general: AlertRules) -> AlertRules:
        """These, and where they say nothing what ``general`` says."""
        if self == NO_RULES:
            return general
        said: dict[str, Any] = {name: value for name, value in asdict(self).items() if value is not None}
        return AlertRules(**{**asdict(general), **said})

    def tells_of(self, reason: Reason) -> bool:
        return self.reasons is None or reason in self.reasons

    @property
    def tells_recovery(self) -> bool:
        return self.recovery is not False

    def allowed_at(self, at: datetime) -> datetime | None:
        """The first instant from ``at`` on at which somebody may be told; None when there is none."""
        if not (self.quiet or self.days or self.holidays):
            return at
        local = at.astimezone(zone(self.timezone or "UTC"))
        last = local.date() + timedelta(days=_MAX_DAYS)
        while local.date() < last:
            later = self._next_day(local) if self._is_off(local.date()) else self._quiet_end(local)
            if later is None:
                return local.astimezone(UTC)
            # Through the instant: the clocks may skip that time, and what they skip comes later.
            instant = max(later.astimezone(UTC), local.astimezone(UTC) + timedelta(seconds=1))
            local = instant.astimezone(local.tzinfo)
        return None

    def _is_off(self, day: date) -> bool:
        off = self.days is not None and day.isoweekday() not in self.days
        return off or (self.holidays is not None and day in self.holidays)

    @staticmethod
    def _next_day(local: datetime) -> datetime:
        return datetime.combine(local.date() + _ONE_DAY, time(), local.tzinfo)

    def _quiet_end(self, local: datetime) -> datetime | None:
        ends = [end for quiet in self.quiet or () if (end := quiet.over_at(local)) is not None]
        return max(ends, default=None)


NO_RULES = AlertRules()

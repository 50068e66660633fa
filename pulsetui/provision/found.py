"""A schedule that was found somewhere, and the check that is to be made of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from msgspec import Struct

from pulsetui.core.schedule.duration import format_duration
from pulsetui.core.schedule.schedule import Schedule, ScheduleKind
from pulsetui.core.slug import MAX_SLUG_LENGTH, slug_for

FROM_A_PING = "ping"
"""In the source of a check that a ping has made: nobody follows it yet, and nobody wrote it."""

_MIN_GRACE = timedelta(minutes=1)
_MAX_GRACE = timedelta(hours=1)
_SEEN_RUNS = 20


class FoundSchedule(Struct, frozen=True, kw_only=True):
    """What a source says of one job. ``key`` stays the same while the job does, whatever its times and its
    name."""

    key: str
    slug: str
    name: str
    kind: ScheduleKind
    schedule: str
    timezone: str
    grace: timedelta
    place: str  # where it stands, for people: "/etc/cron.d/backup:3"
    origin: str = ""  # who schedules it, the same each time: "shop/celery-beat"; "" where nothing follows it

    @property
    def source(self) -> Mapping[str, str]:
        """What its check remembers of it: who schedules it, and how it was written from there. So it can be
        told later who changed what."""
        written = {name: str(value) for name, value in self.fields().items()}
        return {"from": self.origin, "key": self.key, "slug": self.slug, **written}

    def fields(self) -> Mapping[str, object]:
        """The keys of the check's table in checks.toml."""
        named = {"name": self.name} if self.name != self.slug else {}
        zone = {} if self.kind == "every" else {"timezone": self.timezone}
        return {**named, self.kind: self.schedule, **zone, "grace": format_duration(self.grace)}


class SourceReading(Struct, frozen=True, kw_only=True):
    """What was found in one place where schedules stand."""

    origin: str
    schedules: Sequence[FoundSchedule] = ()
    unwatched: Sequence[str] = ()  # jobs that should have a check and cannot; each with the reason, unsafe
    left_out: Sequence[str] = ()  # jobs that need none: disabled, over, not to be watched; likewise
    notes: Sequence[str] = ()  # what a person should know of jobs that are well; unsafe text
    problem: str = ""  # why it could not be read to its end; what it lacks is then not gone

    @property
    def is_well(self) -> bool:
        """Whether it was read to its end, and everything there can be watched."""
        return not self.problem and not self.unwatched

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all stands there."""
        return not (self.schedules or self.unwatched or self.left_out)


def new_slug(name: str, taken: Collection[str]) -> str:
    """A slug for a job of that name that no other check has: ``sync_invoices`` is ``sync-invoices``."""
    plain = slug_for(name, MAX_SLUG_LENGTH - 4) or "job"
    if plain not in taken:
        return plain
    return next(slug for n in range(2, len(taken) + 3) if (slug := f"{plain}-{n}") not in taken)


def usual_grace(schedule: Schedule, now: datetime) -> timedelta:
    """A quarter of the shortest time between two runs, a minute at least and an hour at most."""
    runs = schedule.between(now, now + timedelta(days=400), _SEEN_RUNS)
    gaps = [b - a for a, b in pairwise(runs)]
    quarter = min(gaps, default=_MAX_GRACE * 4) / 4
    whole = timedelta(minutes=quarter // timedelta(minutes=1))
    return max(_MIN_GRACE, min(_MAX_GRACE, whole))

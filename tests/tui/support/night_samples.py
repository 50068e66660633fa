"""A shop's night for the timeline and the incidents: made by hand, the same at every run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from pulsetui.client.views import (
    CheckDetails,
    CheckView,
    IncidentEntry,
    IncidentView,
    Timeline,
    TimelineLane,
    TimelineRun,
)
from pulsetui.core.state.status import Outcome, Reason
from pulsetui.tui.app import PulseApp
from pulsetui.tui.draw.theme import _BASES, _FILLED, _INK
from tests.client.fake import FakeEngine
from tests.client.samples import NOW, household, incident
from tests.tui.support.screen_driver import snapshot

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
MIDNIGHT = NOW - 9.5 * HOUR  # of 10 March, UTC; Riga is two hours on


def runs(
    starts: Sequence[datetime], took: timedelta, outcome: Outcome = Outcome.SUCCESS
) -> tuple[TimelineRun, ...]:
    return tuple(
        TimelineRun(n=n, started_at=at, ended_at=at + took, outcome=outcome) for n, at in enumerate(starts, 1)
    )


def each(step: timedelta, since: datetime, until: datetime) -> list[datetime]:
    return [since + step * n for n in range(max((until - since) // step + 1, 0))]


def nightly(at: timedelta, took: timedelta, nights: range = range(-40, 1)) -> tuple[TimelineRun, ...]:
    return runs([MIDNIGHT + at + timedelta(days=n) for n in nights], took)


def coming(at: timedelta, nights: range = range(1, 12)) -> tuple[datetime, ...]:
    return tuple(MIDNIGHT + at + timedelta(days=n) for n in nights)


def lane(slug: str, past: tuple[TimelineRun, ...], **more: object) -> TimelineLane:
    made = TimelineLane(slug=slug, runs=past, missed=(), down=(), upcoming=())
    return replace(made, **more)


def lanes() -> dict[str, TimelineLane]:
    """One of every kind; at two in the night (UTC 00:00) many of them start together."""
    quarter = each(15 * MINUTE, NOW - timedelta(days=4) - 15 * MINUTE, NOW - 22 * MINUTE)
    orders = each(HOUR, NOW - timedelta(days=4) - 20 * MINUTE, NOW)
    three_nights = tuple(MIDNIGHT - timedelta(days=n) for n in (2, 1, 0))
    long_ago = NOW - timedelta(minutes=3, seconds=20)
    made = [
        lane("sync-invoices", nightly(0 * HOUR, 9 * MINUTE), upcoming=coming(0 * HOUR)),
        lane(
            "backup-db",
            nightly(0 * HOUR, 2 * HOUR, range(-40, -2)),
            missed=three_nights,
            down=((three_nights[0] + HOUR, None),),
            upcoming=coming(0 * HOUR),
        ),
        lane(
            "rotate-logs",
            nightly(0.2 * HOUR, 3 * MINUTE) + runs([NOW - 13 * MINUTE], MINUTE, Outcome.FAILED),
            down=((NOW - 12 * MINUTE, None),),
            upcoming=coming(0.2 * HOUR),
        ),
        lane(
            "import-prices",
            runs(quarter, 4 * MINUTE),
            upcoming=tuple(each(15 * MINUTE, NOW + 8 * MINUTE, NOW + 24 * HOUR)),
        ),
        lane(
            "thumbnails",
            (
                *runs(orders[:-1], 25 * MINUTE),
                TimelineRun(n=99, started_at=long_ago, ended_at=None, outcome=Outcome.RUNNING),
            ),
            upcoming=tuple(each(HOUR, NOW + 40 * MINUTE, NOW + 24 * HOUR)),
        ),
        lane("payroll-export", (), upcoming=(NOW + 3 * HOUR,)),
        lane("newsletter", nightly(-4 * HOUR, 22 * MINUTE, range(-40, 1))),
        lane(
            "sensor-poll",
            runs(each(HOUR, NOW - 90 * HOUR, NOW - 60 * HOUR), MINUTE),
            missed=tuple(each(HOUR, NOW - 56 * HOUR, NOW - HOUR))[::8],
            down=((NOW - 55 * HOUR, None),),
            upcoming=tuple(each(HOUR, NOW + 30 * MINUTE, NOW + 24 * HOUR)),
        ),
        lane("report-monday", runs([NOW - 26 * HOUR], 30 * MINUTE)),
        lane("certificates", nightly(4 * HOUR, MINUTE), upcoming=coming(4 * HOUR)),
        lane(
            "cache-warm",
            runs(each(10 * MINUTE, NOW - 40 * HOUR, NOW), timedelta(seconds=20)),
            upcoming=tuple(each(10 * MINUTE, NOW + MINUTE, NOW + 24 * HOUR)),
        ),
        lane(
            "search-index",
            nightly(0.1 * HOUR, 100 * MINUTE, range(-40, 0))
            + runs([MIDNIGHT + 0.1 * HOUR], 2 * HOUR + 40 * MINUTE, Outcome.UNMET)
            + (TimelineRun(n=98, started_at=NOW - 4 * HOUR, ended_at=None, outcome=Outcome.ORPHAN),),
            upcoming=coming(0.1 * HOUR),
        ),
    ]
    return {one.slug: one for one in made}


UNWATCHED = ((NOW - 15 * HOUR, NOW - 13.5 * HOUR, "not running"),)


def past_incidents() -> list[IncidentEntry]:
    """What is over: some known, some with many missed instants."""
    found = []
    for n, (slug, reason, began, lasted, missed, by, note) in enumerate(
        [
            ("search-index", Reason.UNMET, 2, 3, 0, "kim", "empty catalogue after the migration"),
            ("sync-invoices", Reason.MISSED, 5, 49, 2, "eva", "cron was commented out on Thursday"),
            ("thumbnails", Reason.HUNG, 9, 1, 0, "", ""),
            ("import-prices", Reason.FAILED, 12, 6, 24, "", ""),
            ("rotate-logs", Reason.NOT_STARTED, 30, 2, 1, "", ""),
        ],
        start=1,
    ):
        start = NOW - timedelta(days=began, hours=n)
        found.append(
            IncidentEntry(
                slug=slug,
                name=slug.replace("-", " ").capitalize(),
                incident=incident(
                    n=n,
                    reason=reason,
                    detail="expected records >= 1, got 0" if reason is Reason.UNMET else "",
                    started_at=start,
                    ended_at=start + timedelta(hours=lasted),
                    missed=tuple(start + timedelta(hours=k) for k in range(missed)),
                    missed_count=missed,
                    acknowledged_at=start + HOUR if by else None,
                    acknowledged_by=by,
                    note=note,
                ),
            )
        )
    return found


class SceneEngine(FakeEngine):
    """A fake engine whose lanes and past incidents are made by hand; ``asked`` records the questions."""

    def __init__(self, views: Sequence[CheckView], *, now: datetime = NOW) -> None:
        super().__init__(views, now=now)
        self.lanes = lanes()
        self.unwatched: tuple[tuple[datetime, datetime, str], ...] = UNWATCHED
        self.past = past_incidents()
        self.asked: list[tuple[tuple[str, ...], datetime, datetime]] = []

    def timeline(self, slugs: Sequence[str], since: datetime, until: datetime) -> Timeline:
        self._reach()
        self.asked.append((tuple(slugs), since, until))
        empty = {slug: lane(slug, ()) for slug in slugs if slug in self.views}
        found = tuple({**empty, **self.lanes}[slug] for slug in slugs if slug in self.views)
        return Timeline(since=since, until=until, lanes=found, unwatched=self.unwatched)

    def incidents(self, limit: int = 200) -> tuple[IncidentEntry, ...]:
        return (*super().incidents(limit), *self.past)

    def details(self, slug: str) -> CheckDetails:
        made = super().details(slug)
        own: list[IncidentView] = [one.incident for one in self.past if one.slug == slug]
        current = made.view.incident
        return replace(made, incidents=(*((current,) if current else ()), *own))


def busy_engine() -> SceneEngine:
    """The dozen checks of the household with the lanes above."""
    return SceneEngine(household())


def still(app: PulseApp) -> str:
    """``looks.look`` with every style named in one order, whatever was painted first."""
    app.style_set._made.clear()
    for base in (base for base in _BASES if base not in _FILLED):  # those are the wallboard's
        for name in _INK:
            app.style_set.get(name, base)
    return snapshot(app)

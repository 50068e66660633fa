"""What happened to a check since last night, and when it runs next. Pure: records in, few lines out.

What is wrong *now* is not among it: the views of the checks say that, and stay true while a page is read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Literal, Protocol

from pulsetui.client.status_words import outcome_word, run_word, word_for
from pulsetui.client.today import MAX_COMING, Coming, Happened
from pulsetui.client.views import CheckView
from pulsetui.core.schedule.parse import parse_schedule
from pulsetui.core.schedule.period import Every
from pulsetui.core.state.incident import Incident
from pulsetui.core.state.status import Outcome, Reason, Status
from pulsetui.core.text.phrases import count_text
from pulsetui.errors import ScheduleError

_ORDER = ("down", "failed", "odd", "unusual", "skipped")
_BAD = frozenset({Outcome.FAILED, Outcome.HUNG, Outcome.ORPHAN, Outcome.UNMET, Outcome.TOO_SHORT})


class Tally(Protocol):
    """Runs that ended alike, wherever they were counted."""

    @property
    def outcome(self) -> Outcome: ...

    @property
    def odd(self) -> Reason | None: ...

    @property
    def count(self) -> int: ...

    @property
    def last_at(self) -> datetime: ...

    @property
    def detail(self) -> str: ...


def in_order(happened: Iterable[Happened]) -> list[Happened]:
    """The worst kind first, then by time."""
    return sorted(happened, key=lambda one: (_ORDER.index(one.kind), one.at, one.slug))


def happened_to(
    view: CheckView, incidents: Sequence[Incident], tallies: Sequence[Tally], since: datetime
) -> Iterator[Happened]:
    """``incidents`` are those that had not ended before ``since``, newest first, the open one among them."""
    yield from _incidents(view, [one for one in incidents if one.ended_at is not None])
    for tally in tallies:
        if tally.outcome in _BAD and not _is_told(tally, incidents):
            yield _of_runs(view, "failed", outcome_word(tally.outcome), tally)
        elif tally.outcome is Outcome.SKIPPED:
            yield _of_runs(view, "skipped", outcome_word(tally.outcome), tally)
        if tally.odd is not None and not _is_told(tally, incidents):
            yield _of_runs(view, "odd", run_word(Outcome.SUCCESS, tally.odd), tally)
    if view.unusual and view.last_success is not None and view.last_success >= since:
        yield Happened(
            slug=view.slug,
            name=view.name,
            kind="unusual",
            word="unusual",
            count=1,
            at=view.last_success,
            until=None,
            text=view.unusual,
        )


def _of_runs(view: CheckView, kind: Literal["failed", "odd", "skipped"], word: str, tally: Tally) -> Happened:
    return Happened(
        slug=view.slug,
        name=view.name,
        kind=kind,
        word=word,
        count=tally.count,
        at=tally.last_at,
        until=None,
        text=tally.detail,
    )


def _is_told(tally: Tally, incidents: Iterable[Incident]) -> bool:
    """Whether an incident says so already, ended or open."""
    return any(
        one.since <= tally.last_at and (one.ended_at is None or tally.last_at <= one.ended_at)
        for one in incidents
    )


def _incidents(view: CheckView, ended: Iterable[Incident]) -> Iterator[Happened]:
    """Those that are over, of each reason one."""
    by_reason: dict[Reason, list[Incident]] = defaultdict(list)
    for one in ended:
        by_reason[one.reason].append(one)
    for reason, alike in by_reason.items():
        newest, oldest = alike[0], alike[-1]
        missed = sum(one.missed_count for one in alike)
        acknowledged = newest.acknowledgement
        known = f"acknowledged by {acknowledged.by}" if acknowledged is not None and acknowledged.by else ""
        why = f"missed {count_text(missed, 'run')}" if missed else newest.detail
        ending = f"closed by {newest.closed_by}" if newest.closed_by else ""
        yield Happened(
            slug=view.slug,
            name=view.name,
            kind="down",
            word=word_for(Status.DOWN, reason),
            count=len(alike),
            at=oldest.since,
            until=newest.ended_at,
            text="; ".join(filter(None, (why, known, ending))),
        )


def coming(view: CheckView, now: datetime, until: datetime) -> Coming | None:
    """When the check is to run until then; None where it is not, or is paused."""
    first = view.upcoming
    if first is None or not now <= first <= until or view.status is Status.PAUSED:
        return None
    return Coming(
        slug=view.slug,
        name=view.name,
        at=first,
        more=_runs_after(view, first, until),
        usual_duration=view.usual_duration,
    )


def _runs_after(view: CheckView, first: datetime, until: datetime) -> int:
    try:
        schedule = parse_schedule(view.schedule_kind, view.schedule, view.tz)
    except ScheduleError:  # a zone that this host no longer knows
        return 0
    if isinstance(schedule, Every):
        return min((until - first) // schedule.period, MAX_COMING)
    return len(schedule.between(first, until, MAX_COMING))


def evening_before(now: datetime) -> datetime:
    """Yesterday at 18:00 on the wall clock of ``now``: with what happened then, somebody begins the day."""
    return (now - timedelta(days=1)).replace(hour=18, minute=0, second=0, microsecond=0)


def end_of_day(now: datetime) -> datetime:
    """Midnight on the wall clock of ``now``; from 18:00 on noon of the next day: the night is what comes."""
    next_day = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return next_day if now.hour < 18 else next_day.replace(hour=12)

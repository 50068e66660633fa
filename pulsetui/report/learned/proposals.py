"""What could be expected of a check, by what its runs have been: proposals, each with its evidence. Pure.

Nothing is proposed that would have alarmed on any of the runs it was learned from, nor anything that is known
from too few; and nothing that would tell of a job later than it is told of now, but for a deadline that good
runs have missed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from pulsetui.client.views import CheckDetails, RunView
from pulsetui.core.schedule.duration import format_duration
from pulsetui.core.state.check import Check
from pulsetui.core.state.state import missed_at
from pulsetui.core.state.status import Reason
from pulsetui.core.text.phrases import count_text, duration_text, number_text, span_text
from pulsetui.report.learned.nice import number_below, span_above, span_below
from pulsetui.report.learned.observed import MIN_RUNS, Observed, check_of, lived_through, observed
from pulsetui.report.learned.proposal import Proposal, together
from pulsetui.report.learned.schedule import explains, found_schedule

_LEAST_GRACE, _MORE_GRACE = timedelta(minutes=1), timedelta(minutes=5)
"""However exactly it runs, a host may be busy for once: a tenth of the distance of two runs, at least the one
and at most the other."""
_LONG_ENOUGH = 3
_BY_THE_HOUR = timedelta(minutes=90)
"""What runs more often may have a line in a crontab that means every hour: it runs on when clocks change."""
_LONGER = timedelta(minutes=1)  # than the longest run, at least
_TIGHTER = 0.5  # a limit is worth a change when it is at most so much of the one there is
_LATE_RUNS = 1 / 3  # with more of them after the deadline it is another schedule, and no longer grace
_SHORTEST = timedelta(seconds=10)
_BAND = 4.0  # so many times the shortest run the longest may have taken
_COUNTED_FROM = 20.0  # a metric that was always more than this counts things
_WIDE = 10.0  # so many times its least a metric may usually be
_METRIC = re.compile(r"[A-Za-z_][\w.-]{0,63}", re.ASCII)
_NOT_FLOORED = re.compile(
    r"err|fail|warn|miss|reject|skip|retr|drop|lost|bad|invalid|dupl|conflict|orphan|stale|lag|queue|pending"
    r"|memory|cpu|load|duration|latency|seconds|elapsed|time|version|port|pid|_m?s$",
    re.IGNORECASE,
)
"""Metrics that may well fall: troubles, what waits, and what a run costs."""


def learned(details: CheckDetails, host_tz: str = "") -> tuple[Proposal, ...]:
    """What could be proposed now, for one and all: taken together they do not alarm either. ``host_tz`` is
    the zone of the engine's host where that is certain."""
    seen = observed(details, host_tz)
    check = check_of(seen, {}) if seen.runs else None
    if check is None:
        return ()
    now = lived_through(check, seen.runs)
    if now is None:  # whatever else there is to learn, it comes too early
        later = _times(seen, check) or _later_deadline(seen, check)
        return (later,) if later is not None else ()
    taken: dict[str, object] = {}
    found: list[Proposal] = []
    for proposal in _proposals(seen, check):
        fields = together(taken, proposal.fields)
        tried = check_of(seen, proposal.fields), check_of(seen, fields)
        if all(one is not None and _would_do(one, seen, missed_at(check, now)) for one in tried):
            taken = fields
            found.append(proposal)
    return tuple(found)


def _would_do(check: Check, seen: Observed, deadline: tuple[datetime, Reason] | None) -> bool:
    """Whether it alarms on none of the runs, and if no other came, no later than at the ``deadline``."""
    state = lived_through(check, seen.runs)
    if state is None:
        return False
    missed = missed_at(check, state)
    return deadline is None or (missed is not None and missed[0] <= deadline[0])


def why_nothing(details: CheckDetails) -> str:
    """Why nothing is proposed, in a sentence without a full stop."""
    if not observed(details).runs:
        return f"fewer than {MIN_RUNS} good runs are known since anything was wrong with it"
    return "it says all that its runs have shown, or they show nothing regular"


def _proposals(seen: Observed, check: Check) -> Iterator[Proposal]:
    times = _times(seen, check)
    if times is not None:
        yield times
    elif (tighter := _sooner_deadline(seen, check)) is not None:
        yield tighter
    yield from _durations(seen, check)
    yield from _floors(seen, check)


# --- when ---------------------------------------------------------------------------------------------


def _times(seen: Observed, check: Check) -> Proposal | None:
    """Another schedule, with the grace that it takes: that of another may be far too much, or too little."""
    knows_clock = seen.spans_clock_change or seen.same_clock
    found = found_schedule(check.schedule, seen.begins, seen.zone, knows_clock=knows_clock)
    if found is None or not _seen_long_enough(seen, check):
        return None
    fields: dict[str, object] = {kind: None for kind in ("every", "cron", "calendar") if kind in seen.fields}
    fields[found.kind] = found.expression
    changed = check_of(seen, fields)
    if changed is None:
        return None
    grace = _grace(seen, changed)
    if not check.grace * _TIGHTER < grace <= check.grace:
        fields["grace"] = format_duration(grace)
        changed = check_of(seen, fields)
    if changed is None or lived_through(changed, seen.runs) is None:
        return None
    evidence = f"{_runs_since(seen.runs, seen)}, {found.seen} ({seen.view.tz})"
    return Proposal(fields=fields, evidence=evidence)


def _lateness(runs: Sequence[RunView], check: Check) -> Sequence[timedelta]:
    """How long after they were due runs had ended. None is less than nothing."""
    late: list[timedelta] = []
    before: datetime | None = None
    for run in runs:
        if run.ended_at is None:
            continue
        if check.schedule.kind != "every":
            late.append(run.ended_at - check.schedule.slot(run.started_at or run.ended_at, check.early))
        elif before is not None:
            late.append(run.ended_at - (check.schedule.next(before) or run.ended_at))
        before = run.ended_at
    return [max(one, timedelta()) for one in late]


def _needed(seen: Observed, check: Check) -> Sequence[timedelta]:
    """What grace has to cover: how late runs were, and how long they took where nothing else bounds that."""
    took = (
        [timedelta(seconds=run.duration) for run in seen.good if run.duration is not None]
        if check.max_runtime is None
        else []
    )
    return [*_lateness(seen.runs, check), *took]


def _grace(seen: Observed, check: Check) -> timedelta:
    """Half as much again as the latest needed, three times what nearly all did: whichever is more."""
    needed = sorted(_needed(seen, check))
    usual = needed[(len(needed) - 1) * 19 // 20]
    least = min(max(seen.apart / 10, _LEAST_GRACE), _MORE_GRACE)
    return span_above(max(needed[-1] * 1.5, usual * 3, least) + _clock_change(seen, check))


def _clock_change(seen: Observed, check: Check) -> timedelta:
    """How much later a job comes when clocks have changed, as far as that has not been seen: a period ends by
    no clock, and a job elsewhere may have another one than the check."""
    if seen.spans_clock_change or seen.apart < _BY_THE_HOUR:
        return timedelta()
    is_known = check.schedule.kind != "every" and seen.same_clock
    return timedelta() if is_known else timedelta(hours=1)


def _seen_long_enough(seen: Observed, check: Check) -> bool:
    """Whether a silence as long as is tolerated now would have been seen, if the job makes such: at night, at
    weekends."""
    begin = seen.begins[0]
    period = (check.schedule.next(begin) or begin) - begin if check.schedule.kind == "every" else timedelta()
    return seen.span >= _LONG_ENOUGH * (period + check.grace)


def _sooner_deadline(seen: Observed, check: Check) -> Proposal | None:
    if not _seen_long_enough(seen, check):
        return None
    if check.schedule.kind != "every" and not explains(check.schedule, seen.begins):
        return None
    grace = _grace(seen, check)
    if grace > check.grace * _TIGHTER:
        return None
    latest = span_text(max(*_lateness(seen.runs, check), timedelta(seconds=1)).total_seconds())
    evidence = f"{_runs_since(seen.runs, seen)}, each done within {latest} of when it was due"
    return Proposal(fields={"grace": format_duration(grace)}, evidence=evidence)


def _later_deadline(seen: Observed, check: Check) -> Proposal | None:
    """Good runs came after the deadline: it is too early, unless that is most of them."""
    late = _lateness(seen.runs, check)
    after = [one for one in late if one > check.grace]
    if not after or len(after) > _LATE_RUNS * len(late):
        return None
    grace = _grace(seen, check)
    changed = check_of(seen, {"grace": format_duration(grace)})
    if grace > seen.apart or changed is None or lived_through(changed, seen.runs) is None:
        return None
    over = span_text((max(after) - check.grace).total_seconds())
    evidence = (
        f"{len(after)} of {_runs_since(seen.runs, seen)} ended well, but up to {over} after the deadline"
    )
    return Proposal(fields={"grace": format_duration(grace)}, evidence=evidence)


# --- how long -----------------------------------------------------------------------------------------


def _durations(seen: Observed, check: Check) -> Iterator[Proposal]:
    good = seen.good
    took = [timedelta(seconds=run.duration) for run in good if run.duration is not None]
    if len(took) < MIN_RUNS or len(took) < len(good):
        return
    shortest, longest = min(took), max(took)
    evidence = (
        f"{_runs_since(good, seen)} took {duration_text(shortest.total_seconds())}"
        f" to {duration_text(longest.total_seconds())}"
    )
    limit = span_above(max(longest * 3, longest + _LONGER))
    if limit <= (check.max_runtime or check.grace) * _TIGHTER:
        yield Proposal(fields={"max_runtime": format_duration(limit)}, evidence=evidence)
    floor = span_below(shortest / 2)
    if check.min_runtime is None and shortest >= _SHORTEST and longest <= _BAND * shortest and floor:
        yield Proposal(fields={"min_runtime": format_duration(floor)}, evidence=evidence)


# --- how much -----------------------------------------------------------------------------------------


def _floors(seen: Observed, check: Check) -> Iterator[Proposal]:
    """A least value for what each good run has reported, and none of them as nothing."""
    good = seen.good
    if len(good) < MIN_RUNS:
        return
    written = seen.fields.get("expect")
    before = [str(one) for one in written] if isinstance(written, list | tuple) else []
    known = {one.metric for one in check.expect}
    for name in good[-1].metrics:
        values = [run.metrics[name] for run in good if name in run.metrics]
        if name in known or _NOT_FLOORED.search(name) or not _METRIC.fullmatch(name):
            continue
        floor = _floor(values) if len(values) == len(good) else None
        if floor is not None:
            least, most = number_text(min(values)), number_text(max(values))
            span = f"always {least}" if least == most else f"{least} to {most}"
            yield Proposal(
                fields={"expect": [*before, f"{name} >= {floor:.15g}"]},
                evidence=f"{name} was {span} in {_runs_since(good, seen)}",
            )


def _floor(values: Sequence[float]) -> float | None:
    """Half of the least or below; of things that are few, one. None where a zero would be no surprise."""
    least, usual = min(values), sorted(values)[len(values) // 2]
    if least <= 0:
        return None
    are_counts = all(float(value).is_integer() for value in values)
    if are_counts and (least < _COUNTED_FROM or usual > _WIDE * least):
        return 1.0
    return None if usual > _WIDE * least else number_below(least / 2)


def _runs_since(runs: Sequence[RunView], seen: Observed) -> str:
    """``23 runs since Mon 2 Nov``."""
    counted = count_text(len(runs), "run")
    first = runs[0].started_at or runs[0].ended_at
    if first is None:
        return counted
    local = first.astimezone(seen.zone)
    return f"{counted} since {local:%a} {local.day} {local:%b}"

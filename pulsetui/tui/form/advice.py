"""What a careful person would say of a form before it is saved: allowed, but probably not meant.

Errors are the business of the validation. Every function here takes texts that may be half typed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct, field

from pulsetui.core.proof.expect import DURATION, Expectation, ExpectationError
from pulsetui.core.schedule.duration import DurationError, format_duration, parse_duration
from pulsetui.core.schedule.period import Every
from pulsetui.core.schedule.schedule import Schedule
from pulsetui.core.state.check import DEFAULT_EARLY, DEFAULT_GRACE
from pulsetui.core.text.phrases import duration_text, number_text

Level = Literal["error", "warning", "well", "info"]
_EXAMINED = 60  # instants: a schedule's shortest gap shows within so many


class Note(Struct, frozen=True):
    """One thing to know; ``text`` may hold what was typed."""

    level: Level
    text: str


class LastRun(Struct, frozen=True, kw_only=True):
    """What is known of the check that is edited; all empty for a new one."""

    metrics: Mapping[str, float] = field(default_factory=dict)
    duration: float | None = None  # seconds
    usual: float | None = None  # seconds
    known: bool = False


def schedule_notes(schedule: Schedule, texts: Mapping[str, str], last: LastRun, now: datetime) -> list[Note]:
    """Everything odd about the schedule with the limits around it. ``texts`` are the fields by key."""
    notes = [Note("warning", text) for text in schedule.warnings(now)]
    gap = shortest_gap(schedule, now)
    notes += _about_gap(schedule, texts, gap)
    notes += _about_runs(texts, last)
    return notes


def shortest_gap(schedule: Schedule, now: datetime) -> timedelta | None:
    """The shortest time between two of the next runs; None when there are no two."""
    if isinstance(schedule, Every):
        return schedule.period
    gaps = []
    before = schedule.next(now)
    for _ in range(_EXAMINED):
        following = None if before is None else schedule.next(before)
        if before is None or following is None:
            break
        gaps.append(following - before)
        before = following
    return min(gaps, default=None)


def expectation_notes(text: str, last: LastRun) -> list[Note]:
    """Each expectation judged by the last run: ``records >= 1: the last run had 312, holds``."""
    notes = []
    for item in filter(None, (part.strip() for part in text.split(","))):
        try:
            expectation = Expectation.parse(item)
        except ExpectationError:
            continue  # the field says what is wrong with it
        notes.append(_judged(expectation, last))
    return notes


def _judged(expectation: Expectation, last: LastRun) -> Note:
    said = expectation.text
    if not last.known:
        return Note("info", f"{said}: judged from the first run on")
    duration = None if last.duration is None else timedelta(seconds=last.duration)
    if expectation.metric == DURATION:
        value = "no start was received" if last.duration is None else f"took {duration_text(last.duration)}"
    elif expectation.metric in last.metrics:
        value = f"had {number_text(last.metrics[expectation.metric])}"
    else:
        value = f"reported no {expectation.metric}"
        others = ", ".join(last.metrics)
        value += f" (it reported {others})" if others else ""
    if expectation.failure(last.metrics, duration):
        return Note("warning", f"{said}: the last run {value}: it would fail")
    return Note("well", f"{said}: the last run {value}: it would pass")


def _about_gap(schedule: Schedule, texts: Mapping[str, str], gap: timedelta | None) -> Iterator[Note]:
    """The limits against the time between two runs."""
    early = _duration(texts, "early")
    if isinstance(schedule, Every):
        if early is not None:
            yield Note("info", "early has no effect here: a period counts from the last report")
    elif gap is not None:
        early = DEFAULT_EARLY if early is None else early
        if early > gap / 2:
            cut = format_duration(gap / 2)
            yield Note(
                "info",
                f"early is limited to {cut}, half the gap: any sooner, a report counts for the previous run",
            )
    if gap is None:
        return
    between = f"two runs are {format_duration(gap)} apart"
    grace = _duration(texts, "grace")
    if (grace or DEFAULT_GRACE) > gap:
        which = "grace" if grace is not None else "grace (1h when empty)"
        yield Note(
            "warning",
            f"{which} is longer than the gap, {between}: a missed run shows only after the next one is due",
        )
    longest = _duration(texts, "max_runtime")
    if longest is not None and longest > gap:
        yield Note("warning", f"a run may take longer than the gap, {between}: runs may overlap")
    soonest = _duration(texts, "min_interval")
    if soonest is not None and soonest >= gap:
        yield Note("warning", f"min interval is as long as the gap, {between}: good runs count as duplicates")


def _about_runs(texts: Mapping[str, str], last: LastRun) -> Iterator[Note]:
    """The limits against each other and against how long runs take."""
    grace = _duration(texts, "grace") or DEFAULT_GRACE
    start_grace = _duration(texts, "start_grace")
    if start_grace is not None and start_grace > grace:
        yield Note("info", "start grace is longer than grace: grace ends first")
    if last.usual is None:
        return
    usual = timedelta(seconds=last.usual)
    longest = _duration(texts, "max_runtime")
    if longest is not None and longest <= usual:
        yield Note("warning", f"runs usually take {duration_text(last.usual)}: most would count as hung")
    elif longest is None and grace <= usual:
        yield Note(
            "warning",
            f"without a max runtime, grace limits a run, and runs usually take {duration_text(last.usual)}: "
            "most would count as hung",
        )
    shortest = _duration(texts, "min_runtime")
    if shortest is not None and shortest >= usual:
        yield Note("warning", f"runs usually take {duration_text(last.usual)}: most would count as too short")


def _duration(texts: Mapping[str, str], key: str) -> timedelta | None:
    """What the field says; None while it says nothing that can be read."""
    text = texts.get(key, "").strip()
    if not text:
        return None
    try:
        return parse_duration(text)
    except DurationError:
        return None


def sorted_notes(notes: Sequence[Note]) -> list[Note]:
    """Errors first; each once."""
    order: Sequence[Level] = ("error", "warning", "well", "info")
    return sorted(dict.fromkeys(notes), key=lambda note: order.index(note.level))

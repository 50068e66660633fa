"""How a check stands, in the words of screens, commands and reports: a glyph, a word, a sentence.

Text that came from outside (a detail, a note) goes through untouched: whoever shows a line cleans it for the
place it goes to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, tzinfo
from types import MappingProxyType

from msgspec import Struct

from pulsetui.client.views import CheckView, IncidentView, RunView
from pulsetui.core.proof.verdict import WORDS, ProofOutcome
from pulsetui.core.state.status import Outcome, Reason, Status
from pulsetui.core.text.phrases import (
    ago_text,
    full_instant_text,
    instant_text,
    metrics_text,
    span_text,
    until_text,
)

RUNNING = "running"
"""The overlay: a run is going on, whatever the status."""

ACKNOWLEDGED = "acknowledged"
"""Stands for down once somebody has said "I know"."""

GLYPH: Mapping[str, str] = MappingProxyType(
    {
        Status.NEW: "○",
        Status.UP: "●",
        Status.LATE: "◐",
        Status.DOWN: "✖",
        Status.PAUSED: "‖",
        ACKNOWLEDGED: "◇",
        RUNNING: "▶",
    }
)
"""One narrow character for a status, for what is acknowledged and for the running overlay: shapes differ, so
colour only helps."""

GLYPH_ASCII: Mapping[str, str] = MappingProxyType(
    {
        Status.NEW: "o",
        Status.UP: "*",
        Status.LATE: "~",
        Status.DOWN: "X",
        Status.PAUSED: "=",
        ACKNOWLEDGED: "a",
        RUNNING: ">",
    }
)
"""The same for a terminal or an encoding without the others."""

_REASON_WORD: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.MISSED: "overdue",
        Reason.FAILED: "failed",
        Reason.HUNG: "hung",
        Reason.UNMET: "bad result",
        Reason.TOO_SHORT: "too short",
        Reason.NOT_STARTED: "not started",
        Reason.NEVER: "no report",
        Reason.RAN_TWICE: "ran twice",
        Reason.OVERLAP: "overlap",
        Reason.SKIPPED: "skipped",
    }
)
_LAST_GOOD = "last good run"


SAYS_DOWN = {
    Reason.MISSED: "is overdue",
    Reason.FAILED: "failed",
    Reason.HUNG: "hangs",
    Reason.UNMET: "did not do what is expected",
    Reason.TOO_SHORT: "ended too soon",
    Reason.NOT_STARTED: "did not start",
    Reason.NEVER: "has never reported",
    Reason.RAN_TWICE: "ran twice",
    Reason.SKIPPED: "skips its runs",
    Reason.OVERLAP: "overlaps its own run before",
}
"""What a check did that goes down, after its name: the title of an alert."""


def word_for(status: Status, reason: Reason | None) -> str:
    """The word on screen: the status, or what made a check go down: ``overdue``, ``failed``."""
    if status is Status.DOWN and reason is not None:
        return _REASON_WORD[reason]
    return str(status)


def outcome_word(outcome: Outcome) -> str:
    """The word for how a run ended: ``success``, ``bad result``, ``too short``."""
    return "bad result" if outcome is Outcome.UNMET else str(outcome).replace("_", " ")


def run_word(outcome: Outcome, oddity: Reason | None) -> str:
    """The same, where a good run may have been one too many: ``ran twice``, ``overlap``."""
    if outcome is Outcome.SUCCESS and oddity is not None:
        return _REASON_WORD[oddity]
    return outcome_word(outcome)


def last_proof(runs: Iterable[RunView]) -> str:
    """What was last seen of a run's work, of runs that are listed newest first; "" for nothing. Unsafe
    text."""
    return next((run.proof for run in runs if run.proof), "")


def is_unprovable(run: RunView) -> bool:
    """Whether somebody looked at its work, and could not tell."""
    return run.proof.startswith(WORDS[ProofOutcome.UNPROVABLE])


class _Clock(Struct, frozen=True):
    """How the sentence says its instants: as seen from ``now``, or in full and without distances."""

    now: datetime
    zone: tzinfo
    in_full: bool

    def at(self, instant: datetime) -> str:
        if self.in_full:
            return full_instant_text(instant, self.zone)
        return instant_text(instant, self.zone, self.now)

    def distant(self, instant: datetime, say: Callable[[datetime, datetime], str] = until_text) -> str:
        """The same, with how far off it is as ``say`` puts it: ``tomorrow 02:00 (in 17h)``."""
        return self.at(instant) if self.in_full else f"{self.at(instant)} ({say(instant, self.now)})"


def sentence(
    view: CheckView,
    now: datetime,
    zone: tzinfo,
    *,
    good_metrics: Mapping[str, float] | None = None,
    in_full: bool = False,
) -> str:
    """How the check stands, in one line without a full stop: ``Missed 3 runs since Sat 02:00; last good run
    Fri 02:04, 312 records``. Holds the detail and the note as they came: unsafe text.

    ``good_metrics`` is what the last good run reported, for those who know that run. ``in_full`` is for what
    is read later: every instant with its date and zone, nothing that is true today only.
    """
    clock = _Clock(now, zone, in_full)
    say = {
        Status.NEW: _new,
        Status.UP: _up,
        Status.LATE: _late,
        Status.DOWN: _down,
        Status.PAUSED: _paused,
    }[view.status]
    parts = say(view, clock)
    if good_metrics and view.last_success is not None:
        good = f"{_LAST_GOOD} {clock.at(view.last_success)}"
        parts = [f"{part}, {metrics_text(good_metrics)}" if part == good else part for part in parts]
    if view.unusual and view.status in (Status.UP, Status.LATE):
        parts.append(f"unusual: {view.unusual}")
    if view.noted:
        parts.append(view.noted)
    if view.skipped and view.reason is not Reason.SKIPPED:
        parts.append(view.skipped)
    if view.unprovable:
        parts.append(view.unprovable)
    if view.is_running:
        parts.append(_running(view, clock))
    if view.incident is not None and view.incident.acknowledged_at is not None:
        parts.append(_acknowledged(view.incident))
    return "; ".join(parts)


def _new(view: CheckView, clock: _Clock) -> list[str]:
    if view.unwatched:
        return _unwatched(view, clock)
    first = "Waiting for a success" if view.last_success else "No success yet"
    due = view.next_ping or view.first_due
    if due is None:
        return [first]
    if due <= clock.now:
        return [first, f"it should have come {clock.distant(due, ago_text)}"]
    return [first, f"due {clock.distant(due)}"]


def _up(view: CheckView, clock: _Clock) -> list[str]:
    if view.unwatched:
        return _unwatched(view, clock)
    return [
        f"Up since {clock.at(view.since)}",
        *_last_good(view, clock),
        *_due(view, clock),
    ]


def _unwatched(view: CheckView, clock: _Clock) -> list[str]:
    parts = ["Unwatched: its deadline passed while nobody was watching", *_last_good(view, clock)]
    if view.upcoming is not None:
        parts.append(f"judged again from {clock.at(view.upcoming)}")
    return parts


def _late(view: CheckView, clock: _Clock) -> list[str]:
    first = "Late"
    if view.next_ping is not None:
        late = span_text(max((clock.now - view.next_ping).total_seconds(), 0.0))
        by = "" if clock.in_full else f" by {late}"
        first = f"Late{by}: it was due {clock.at(view.next_ping)}"
    parts = [first]
    if view.deadline is not None:
        parts.append(f"overdue from {clock.distant(view.deadline)}")
    return [*parts, *_last_good(view, clock)]


ON_ITS_HOST = "On its host: "
"""Begins, at the end of a detail, what the host knows of a run that did not come."""


LAST_DEPLOY = "Last deploy: "
"""Begins, behind that, what new code the check had before it went down."""


def _down(view: CheckView, clock: _Clock) -> list[str]:
    since = clock.at(view.since)
    if view.reason is Reason.MISSED:
        missed = view.incident.missed_count if view.incident is not None else 0
        # While it is overdue, ``next_ping`` is the first instant that was missed.
        first_missed = clock.at(view.next_ping or view.since)
        if missed > 1:
            first = f"Missed {missed} runs since {first_missed}"
        else:
            first = f"Missed the run of {first_missed}" if missed else f"Overdue since {since}"
        rest, of_deploy, deploy = view.detail.partition(LAST_DEPLOY)
        _, of_host, told = rest.partition(ON_ITS_HOST)
        host = [f"{of_host.lower()}{told.removesuffix('. ' if deploy else '')}"] if told else []
        return [first, *_last_good(view, clock), *host, *([f"{of_deploy.lower()}{deploy}"] if deploy else [])]
    word = word_for(view.status, view.reason)
    if view.reason is Reason.NEVER and view.detail.startswith(word):
        return [view.detail[0].upper() + view.detail[1:]]  # since when, it says itself
    if view.incident is not None and view.incident.reason is not view.reason:
        # Down all the time, but what is wrong now is younger than that.
        first = f"Down since {since} ({word_for(view.status, view.incident.reason)}), now {word}"
    else:
        first = f"{word.capitalize()} since {since}"
    if view.detail:
        first += f": {view.detail}"
    return [first, *_last_good(view, clock)]


def _paused(view: CheckView, clock: _Clock) -> list[str]:
    ends = "until somebody resumes it" if view.manual_resume else "until somebody resumes it or it reports"
    return [f"Paused since {clock.at(view.since)}", ends, *_last_good(view, clock)]


def _last_good(view: CheckView, clock: _Clock) -> list[str]:
    if view.last_success is None:
        return ["no good run is known"]
    return [f"{_LAST_GOOD} {clock.at(view.last_success)}"]


def _due(view: CheckView, clock: _Clock) -> list[str]:
    if view.next_ping is None:
        return []
    return [f"due {clock.distant(view.next_ping)}"]


def _running(view: CheckView, clock: _Clock) -> str:
    said = f" ({view.progress})" if view.progress else ""
    began = view.going_since
    if began is None:
        return f"running{said}"
    word = "running" if view.started else "no end reported"
    if clock.in_full:
        return f"{word} since {clock.at(began)}{said}"
    return f"{word} for {span_text((clock.now - began).total_seconds())}{said}"


def _acknowledged(incident: IncidentView) -> str:
    by = f" by {incident.acknowledged_by}" if incident.acknowledged_by else ""
    note = f": {incident.note}" if incident.note else ""
    return f"acknowledged{by}{note}"

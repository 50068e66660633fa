"""A transition while it is being made: the private copy of the state and the rows collected so far."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from functools import lru_cache

from msgspec.structs import replace

from pulsetui.core.state import history
from pulsetui.core.state.check import Check
from pulsetui.core.state.incident import MISSED_LISTED, Acknowledgement, Flip, Incident
from pulsetui.core.state.run import Run
from pulsetui.core.state.state import CheckState
from pulsetui.core.state.status import Outcome, PingKind, Reason, Status
from pulsetui.core.state.transition import Transition

DURATIONS_KEPT = 15
"""How many recent durations make the usual one."""

MAX_OPEN_RUNS = 100
"""Starts that never end would be carried along by every ping for ever: of more, the oldest is given up."""

ORPHANS_KEPT = 10
"""At most this many runs that were given up are still known by their run ids."""


class TransitionBuilder:
    """Collects what one event does to one check."""

    __slots__ = ("_closed", "_flips", "_notes", "_runs", "check", "run", "state")

    def __init__(self, check: Check, state: CheckState) -> None:
        self.check = check
        self.state = state.copied()
        self.run: int | None = None
        self._flips: list[Flip] = []
        self._runs: dict[int, Run] = {}
        self._closed: list[Incident] = []
        self._notes: list[str] = []

    def finish(self, before: CheckState, kind: PingKind | None = None) -> Transition:
        """The transition. ``before`` tells whether the open incident changed."""
        incidents = self._closed
        if self.state.incident is not None and self.state.incident is not before.incident:
            incidents = [*incidents, self.state.incident]
        return Transition(
            state=self.state,
            kind=kind,
            run=self.run,
            flips=tuple(self._flips),
            runs=tuple(self._runs.values()),
            incidents=tuple(incidents),
            notes=tuple(self._notes),
        )

    # --- status -------------------------------------------------------------------------------------

    def go_down(
        self, at: datetime, reason: Reason, detail: str, failing_since: datetime | None = None
    ) -> None:
        """Down at ``at``; when it is down already only the reason shown is renewed.

        ``failing_since``: the first of several failures that together take it down.

        What an acknowledgement does not cover makes the incident loud again: it is a flip of its own.
        """
        state = self.state
        state.successes = 0
        if state.unproven is not None and state.unproven.recovers:
            state.unproven = replace(state.unproven, recovers=False)  # it came before this
        if state.status is not Status.DOWN:
            self._flip(at, Status.DOWN, reason, detail)
            state.incidents += 1
            # A report out of a spool may count as of now, and the next one as of before.
            earlier = failing_since if failing_since is not None and failing_since < at else None
            state.incident = Incident(
                n=state.incidents, reason=reason, started_at=at, detail=detail, failing_since=earlier
            )
        elif (known := self._known()) is not None and not known.covers(reason, state.reason):
            by = f" by {known.by}" if known.by else ""
            detail = f"{detail} (acknowledged{by} as {known.reason or state.reason} before)"
            assert state.incident is not None
            state.incident = replace(state.incident, acknowledgement=None)
            again = Flip(at=at, before=Status.DOWN, after=Status.DOWN, reason=reason, detail=detail)
            self._flips.append(again)
        state.reason, state.detail = reason, detail

    def _known(self) -> Acknowledgement | None:
        return None if self.state.incident is None else self.state.incident.acknowledgement

    def go(self, at: datetime, status: Status, *, closed_by: str = "") -> None:
        """To any other status; leaving DOWN ends the incident, by recovery or what ``closed_by`` says."""
        state = self.state
        if state.incident is not None:
            self._closed.append(replace(state.incident, ended_at=at, closed_by=closed_by))
            state.incident = None
        if state.status is not status:
            self._flip(at, status, None, "")
        state.reason, state.detail, state.successes = None, "", 0

    def _flip(self, at: datetime, after: Status, reason: Reason | None, detail: str) -> None:
        self._flips.append(Flip(at=at, before=self.state.status, after=after, reason=reason, detail=detail))
        self.state.status, self.state.since = after, at

    def note(self, text: str) -> None:
        """An overlap or a duplicate run. Told once until a run was neither: nobody reads the twentieth."""
        if not self.state.noted:
            self.tell(text)
        self.state.noted = text

    def tell(self, text: str) -> None:
        """Something that takes nothing down, and that somebody is to hear of."""
        self._notes.append(text)

    def forget_failures(self) -> None:
        """It was good, or is to begin anew: failures in a row are counted anew."""
        self.state.failures, self.state.failing_since = 0, None

    def forget_skips(self) -> None:
        """The job did something, or there is no telling what it did: skipped runs are counted anew."""
        state = self.state
        if state.skips:
            state.skips, state.skip_why, state.skips_tolerated_until = 0, "", None

    # --- runs ---------------------------------------------------------------------------------------

    def open_run(self, run: Run) -> None:
        """A run that goes on."""
        state = self.state
        state.runs = (*(other for other in state.runs if other.n != run.n), run)
        self._runs[run.n] = run
        self.run = run.n
        for oldest in state.runs[:-MAX_OPEN_RUNS]:
            self.orphan(oldest)

    def close_run(self, run: Run) -> None:
        """A run that will not change any more."""
        state = self.state
        hung_before = any(other.n == run.n and other.outcome is Outcome.HUNG for other in state.runs)
        if state.runs:
            state.runs = tuple(other for other in state.runs if other.n != run.n)
        if any(other.n == run.n for other in state.orphans):
            state.orphans = tuple(other for other in state.orphans if other.n != run.n)
            state.history = history.without_last(state.history, history.LETTERS[Outcome.ORPHAN])
        if state.pending == run.n:
            state.pending = None
        self._runs[run.n] = run
        if hung_before and run.outcome is Outcome.ORPHAN:
            return  # the history has it already, as hung
        if hung_before and state.history[-2:-1] == history.LETTERS[Outcome.HUNG]:
            state.history = state.history[:-2]
        state.history = history.append(state.history, history.letter_of(run), run.duration)

    def end_run(self, run: Run, again: Run | None = None) -> None:
        """The newest run that has ended; ``again``: as it was known before its end was told once more."""
        if again is None:
            self.close_run(run)
        else:
            self.revise_run(again, run)
        self.run = run.n
        self.state.last_run = None if run.rid is None else run

    def orphan(self, run: Run) -> None:
        """A start that never finished stays visible as such; should its end still be told, it is known."""
        orphan = replace(run, outcome=Outcome.ORPHAN, detail="started and never finished")
        self.close_run(orphan)
        if orphan.rid is not None:
            self.state.orphans = (*self.state.orphans, orphan)[-ORPHANS_KEPT:]

    def write_run(self, run: Run) -> None:
        """A run that is kept apart from those that are judged."""
        self._runs[run.n] = run

    def change_run(self, run: Run) -> None:
        """Something more is known of a run that stays open, in its place among the others."""
        self.state.runs = tuple(run if other.n == run.n else other for other in self.state.runs)
        self._runs[run.n] = run

    def revise_run(self, before: Run, after: Run) -> None:
        """Something has come to light about a run that was closed."""
        self._runs[after.n] = after
        old, new = history.letter_of(before), history.letter_of(after)
        if old != new:
            self.state.history = history.relabelled(self.state.history, old, new)

    def hang(self, run: Run, detail: str) -> None:
        """A run past its bound: it may still report, so it stays open."""
        state = self.state
        self.change_run(replace(run, outcome=Outcome.HUNG, detail=detail))
        state.history = history.append(state.history, history.LETTERS[Outcome.HUNG])

    def remember_duration(self, duration: timedelta) -> None:
        """A good run's duration joins those that make the usual one."""
        self.state.durations = (*self.state.durations, duration.total_seconds())[-DURATIONS_KEPT:]

    # --- scheduled instants -------------------------------------------------------------------------

    def miss(self, instant: datetime, letter: str = history.MISSED) -> None:
        """A scheduled instant without a run, listed with the open incident."""
        state = self.state
        state.history = history.append(state.history, letter)
        if state.incident is None or letter != history.MISSED:
            return
        incident = state.incident
        listed = incident.missed if len(incident.missed) >= MISSED_LISTED else (*incident.missed, instant)
        state.incident = replace(incident, missed=listed, missed_count=incident.missed_count + 1)

    def unmiss(self, instant: datetime) -> None:
        """The run of an instant that counted as missed came after all: it was late, not missed."""
        state = self.state
        listed = state.incident is not None and state.incident.missed[-1:] == (instant,)
        letter = state.history[-2:-1]
        if letter == history.UNWATCHED or (letter == history.MISSED and listed):
            state.history = state.history[:-2]
        if state.incident is not None and listed:
            state.incident = replace(
                state.incident,
                missed=state.incident.missed[:-1],
                missed_count=state.incident.missed_count - 1,
            )

    def account(self, slot: datetime) -> None:
        """``slot`` is settled; the next one after it is due."""
        self.state.slot = slot
        self.state.due = self.check.schedule.next(slot)
        if not self.state.schedule:
            self.state.schedule = signature(self.check)


def signature(check: Check) -> str:
    """Tells one schedule from another, also across restarts."""
    schedule = check.schedule
    # A period is the same in every zone: an edit of the zone forgives nothing that is late.
    timezone = "UTC" if schedule.kind == "every" else schedule.timezone
    return f"{schedule.kind} {schedule.expression} {timezone}"


def limits_of(check: Check) -> str:
    """Tells one set of tolerated spans from another, also across restarts; in seconds."""
    return _limits(check.grace, check.start_grace, check.max_runtime)


@lru_cache(maxsize=1024)
def _limits(*spans: timedelta | None) -> str:
    # One object for all checks with the same spans: there may be ten thousand.
    return sys.intern(" ".join("-" if span is None else f"{span.total_seconds():g}" for span in spans))

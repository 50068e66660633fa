"""The closed sets of words: status, reason, kind of ping, outcome of a run."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """What a check is. ``LATE`` follows from ``UP`` or ``NEW`` and the clock: never stored, never a flip."""

    NEW = "new"  # no success or fail since it was added or resumed
    UP = "up"
    LATE = "late"  # due has passed, still in grace
    DOWN = "down"
    PAUSED = "paused"


class Reason(StrEnum):
    """Why a check is down."""

    MISSED = "missed"  # past its deadline with no success: on screen "overdue"
    FAILED = "failed"  # the job said so
    HUNG = "hung"  # started and did not finish in time
    UNMET = "unmet"  # finished well, but an expectation does not hold
    TOO_SHORT = "too_short"  # finished sooner than it can have done its work
    NOT_STARTED = "not_started"  # no start within start_grace after due
    NEVER = "never"  # past its first deadline with no report at all since it was added or resumed
    RAN_TWICE = "ran_twice"  # a success within min_interval of the one before, where that is told as down
    OVERLAP = "overlap"  # a second run while one was going on, where that is told as down
    SKIPPED = "skipped"  # it runs on time and does nothing, again and again


SILENCE = frozenset({Reason.MISSED, Reason.NOT_STARTED, Reason.NEVER})
"""The reasons that say one thing: nothing was heard. Between them nothing new has come to light."""


class PingKind(StrEnum):
    """What one report says. ``IGN`` is recorded and has no effect."""

    SUCCESS = "success"
    START = "start"
    FAIL = "fail"
    SKIP = "skip"  # a run that did nothing, on purpose: its lock was held, there was nothing to do
    LOG = "log"
    IGN = "ign"


class Outcome(StrEnum):
    """How a run ended, or that it has not."""

    RUNNING = "running"
    SUCCESS = "success"
    FAILED = "failed"
    UNMET = "unmet"
    TOO_SHORT = "too_short"
    HUNG = "hung"  # past its bound, may still report
    SKIPPED = "skipped"  # did nothing, on purpose: neither good nor bad
    ORPHAN = "orphan"  # never finished: another run took its place

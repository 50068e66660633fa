"""Deploys: new code for some checks. While one goes on nobody is told of them; after it each has to show that
it works on the new release."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct

from pulsetui.core.state.check import Check
from pulsetui.core.state.snooze import Scope
from pulsetui.core.state.state import CheckState
from pulsetui.core.state.status import SILENCE, Outcome, Status

LEASE = timedelta(minutes=2)
"""So long after it was last heard of a deploy counts as over, and alerts come again: whatever ran it may have
been killed."""
MAX_DEPLOY = timedelta(hours=4)
"""No deploy keeps alerts back for longer."""

_RELEVANT = timedelta(days=7)
"""A deploy longer ago explains nothing of a check that has never had a good run."""

Proof = Literal["good", "failed", "missed", "running", "waiting", "paused"]
"""How a check stands on a release. ``failed`` and ``missed`` only until it has been good once."""


class Deploy(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One deploy. ``key`` was made up by whoever began it."""

    key: str
    release: str  # the label of the new code; clean
    begun_at: datetime
    heard_until: datetime  # without another sign of life it is over then
    targets: tuple[tuple[Scope, str], ...]  # scope and slug or tag, as of a snooze
    by: str = ""
    ended_at: datetime | None = None
    exit_status: int | None = None

    def covers(self, check: Check) -> bool:
        """Whether it brings new code for the check."""
        return any(
            scope == "everything" or (target == check.slug if scope == "check" else target in check.tags)
            for scope, target in self.targets
        )

    def released_at(self, now: datetime) -> datetime | None:
        """From when on the new code runs; None while the deploy goes on."""
        if self.ended_at is not None:
            return self.ended_at
        return self.heard_until if self.heard_until <= now else None


def proof_of(deploy: Deploy, state: CheckState, now: datetime) -> tuple[Proof, datetime | None]:
    """How a check stands on the release, and since when. Only regular runs count that began on it."""
    released = deploy.released_at(now)
    if state.status is Status.PAUSED:
        return "paused", None
    if released is None:
        return "waiting", None
    if _is_since(state.good_began, released, now):
        return "good", state.good_began
    if _is_since(state.bad_began, released, now):
        return "failed", state.bad_began
    hung = [run.started_at for run in state.runs if run.outcome is Outcome.HUNG and run.started_at]
    if hung and hung[-1] > released:
        return "failed", hung[-1]
    incident = state.incident
    if incident is not None and state.reason in SILENCE and incident.started_at > released:
        return "missed", incident.started_at
    began = [run.started_at for run in state.runs if run.outcome is Outcome.RUNNING and run.started_at]
    if began and began[-1] > released:
        return "running", began[-1]
    return "waiting", None


def _is_since(began: datetime | None, released: datetime, now: datetime) -> bool:
    """Not so by a clock that was ahead."""
    return began is not None and released < began <= now


def newest_before(
    deploys: tuple[Deploy, ...], check: Check, state: CheckState, at: datetime
) -> Deploy | None:
    """The newest deploy of the check that had begun by ``at``, if it can have to do with what happened then:
    nothing has been good since."""
    for deploy in reversed(deploys):
        if deploy.begun_at <= at and deploy.covers(check):
            over = deploy.released_at(at) or at
            good = state.good_began or state.last_success
            return deploy if (good is None and at - over < _RELEVANT) or (good and good <= over) else None
    return None

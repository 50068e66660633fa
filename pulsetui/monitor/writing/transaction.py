"""What one command sees and changes while its transaction is being made."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from msgspec import Struct

from pulsetui.client.alert import Alert
from pulsetui.core.alike import AlikeChecks
from pulsetui.core.calm import calm_of, definition_of
from pulsetui.core.deploy import Deploy
from pulsetui.core.state.alert_plan import postponed
from pulsetui.core.state.alerting import Alerting
from pulsetui.core.state.check import Check
from pulsetui.core.state.incident import Flip
from pulsetui.core.state.maintenance import maintained_until
from pulsetui.core.state.snooze import Snooze, snoozed_until
from pulsetui.core.state.state import CheckState
from pulsetui.core.state.status import Status
from pulsetui.core.state.transition import Transition
from pulsetui.monitor.writing.alert_text import noted
from pulsetui.monitor.writing.checks import NONE_CALM, Checks, TrackedCheck
from pulsetui.monitor.writing.deploy_evidence import with_deploy
from pulsetui.monitor.writing.telling import Telling
from pulsetui.store.calm_checks import CalmChecks
from pulsetui.store.database import Database
from pulsetui.store.rows import Changes, PingRow, StoredCheck

_T = TypeVar("_T")
Result_co = TypeVar("Result_co", covariant=True)

DEPLOYS_KNOWN = 50
"""So many of the newest are looked at."""

logger = logging.getLogger(__name__)


class Transaction:
    """One batch: a view of the checks with the batch's own changes on top, and the rows to commit."""

    def __init__(self, checks: Checks, database: Database, alerting: Alerting) -> None:
        self.checks = checks
        self.database = database
        self.changes = Changes()
        self.alerting = alerting
        self.telling = Telling(alerting, self.changes.outbox)
        self._states: dict[int, CheckState] = {}
        self._unsealed: dict[int, CheckState] = {}  # read in this batch, and not changed
        self._flips: list[tuple[str, Flip]] = []  # with the slug; logged once they are facts

    def state(self, tracked: TrackedCheck) -> CheckState:
        """The newest state, from earlier commands of this batch or the last commit."""
        found = self._states.get(tracked.id) or self._unsealed.get(tracked.id)
        if found is None:
            found = tracked.state
            if tracked.calm is not None:
                self._unsealed[tracked.id] = found
        return found

    @property
    def snoozes(self) -> Sequence[Snooze]:
        """The newest ones, likewise."""
        return self.checks.snoozes if self.changes.snoozes is None else self.changes.snoozes

    def set_snoozes(self, snoozes: Iterable[Snooze]) -> None:
        """These and no others, from the next command on."""
        self.changes.snoozes = tuple(snoozes)

    @property
    def deploys(self) -> tuple[Deploy, ...]:
        """The newest, oldest first, likewise."""
        if not self.changes.deploys:
            return self.checks.deploys
        known = {one.key: one for one in self.checks.deploys} | self.changes.deploys
        return tuple(known.values())[-DEPLOYS_KNOWN:]

    def set_deploy(self, deploy: Deploy) -> None:
        """Another one, or more of one that is known."""
        self.changes.deploys[deploy.key] = deploy

    def stored_checks(
        self, checks: Mapping[str, Check], slugs: Collection[str]
    ) -> tuple[Sequence[StoredCheck], CalmChecks]:
        """Every check that was ever defined and not purged, removed ones too, likewise. Where ``checks`` are
        many, those that are calm as these define them stand apart, except with such ``slugs``. Raises
        StoreError."""
        identities = self.changes.identities
        # One that was defined a moment ago is not in the database yet.
        calm = CalmChecks(checks) if isinstance(checks, AlikeChecks) and not identities else NONE_CALM
        stored = self.database.checks(calm, self._states.keys(), slugs)
        if identities:
            stored = list(({one.id: one for one in (*stored, *identities)}).values())
        return stored, calm

    def has_report(self, report: str) -> bool:
        """Whether the report of that id was taken, in this batch or before. Raises StoreError."""
        return report != "" and (report in self.changes.reports or self.database.has_report(report))

    def apply(
        self, tracked: TrackedCheck, transition: Transition, now: datetime, ping: PingRow | None = None
    ) -> None:
        """Takes in a transition with its ping, flips and alerts."""
        if transition.flips and self.deploys:
            transition = with_deploy(self.deploys, tracked.check, transition)
        check_id, changes = tracked.id, self.changes
        self._states[check_id] = transition.state
        changes.states[check_id] = transition.state
        if ping is not None:
            changes.pings.append((check_id, ping))
        for run in transition.runs:
            if run.started_at is not None or run.catch_up:
                changes.runs[check_id, run.n] = run
            elif ping is None or run is not ping.whole:  # it was written with its ping
                changes.revised[check_id, run.n] = run
        for incident in transition.incidents:
            changes.incidents[check_id, incident.n] = incident
        silent = self.is_silent(tracked, now) if transition.flips or transition.notes else False
        for note in transition.notes:
            if not silent:  # else it stands in the row
                self.telling.tell_note(tracked, noted(tracked, note, now), now)
        for flip in transition.flips:
            changes.flips.append((check_id, flip))
            self._flips.append((tracked.check.slug, flip))
            self.telling.take_flip(tracked, transition, flip, now, silent=silent)
            if flip.before is Status.DOWN and flip.after is not Status.DOWN:
                self._wait_for_children(tracked, now)

    def settle_alerts(self, tracked: TrackedCheck, now: datetime) -> None:
        """Tells what is due of the check, if this is a time to tell."""
        state = self.state(tracked)
        if (state.plans or state.flaps_until is not None) and not self.is_silent(tracked, now):
            after = self.telling.settle(tracked, state, now)
            if after is not None:
                self.replace_state(tracked, after)

    def replace_state(self, tracked: TrackedCheck, state: CheckState) -> None:
        """Another state without a flip, a run or a ping."""
        self._states[tracked.id] = self.changes.states[tracked.id] = state

    def seal(self, tracked: TrackedCheck) -> None:
        """Has a state that was not sealed for this version and definition written again, if it is calm: so
        that the next start need not read it."""
        state = self.state(tracked)
        if tracked.id not in self.changes.states and calm_of(tracked.check, state) is not None:
            self.changes.states[tracked.id] = state

    def is_silent(self, tracked: TrackedCheck, now: datetime) -> bool:
        """Whether nobody is to be told of the check now: it is snoozed, worked at, or waits for another."""
        check, windows = tracked.check, self.alerting.windows
        if self.snoozes and snoozed_until(self.snoozes, check, now) is not None:
            return True
        if windows and maintained_until(windows, check, now) is not None:
            return True
        return any(self.state(parent).status is Status.DOWN for parent in self.checks.parents_of(check))

    def _wait_for_children(self, parent: TrackedCheck, now: datetime) -> None:
        """It is down no more: what depends on it gets its grace to come up as well, before it is told of."""
        for child in self.checks.children_of(parent.check.slug):
            state = self.state(child)
            if state.plans and state.incident is not None:
                after = state.copied()
                after.plans = postponed(state.plans, now + child.check.grace)
                self.replace_state(child, after)

    def tell_all(self, alert: Alert, at: datetime) -> None:
        """What concerns no single check."""
        self.telling.tell_all(alert, at)

    def define(self, identities: Sequence[StoredCheck], checks: Checks) -> None:
        """Another set of checks, from the next command on. Ids are stable, so earlier changes stay true."""
        self.changes.identities += identities
        self.checks = checks

    def commit(self) -> frozenset[int]:
        """Writes everything in one transaction, then lets the checks carry it. Returns the ids that changed.

        Raises StoreError; nothing has changed then.
        """
        if self.changes:
            for check_id, state in self.changes.states.items():
                tracked = self.checks.get(check_id)
                if tracked is not None and (calm := calm_of(tracked.check, state)) is not None:
                    self.changes.calm[check_id] = calm, definition_of(tracked.check)
            self.database.write(self.changes)
        for slug, flip in self._flips:
            why = "" if flip.reason is None else f" reason={flip.reason}"
            logger.info("check=%s %s -> %s%s at=%s", slug, flip.before, flip.after, why, flip.at.isoformat())
        self.checks.snoozes, self.checks.deploys = self.snoozes, self.deploys
        for check_id, state in self._states.items():
            self.checks.replace(check_id, state)
        return frozenset(self._states)


class Command(Protocol[Result_co]):
    """One thing to do to the state. Runs on the writer thread; its result is answered after the commit."""

    def apply(self, transaction: Transaction, now: datetime) -> Result_co: ...


class Performer(Protocol):
    """Whoever has commands run: the engine."""

    async def perform(self, command: Command[_T]) -> _T:
        """Runs a command and waits for its commit. Raises what it, or the commit, raised."""


class Prompt(Struct, frozen=True):
    """A command whose answer a job waits for: it need not wait for a ``Patient`` one."""


class Patient(Struct, frozen=True):
    """A command that nobody waits for, and that may as well come after a ping that came after it."""


class Upkeep(Patient, frozen=True):
    """A command that takes no ping and judges nothing: where it cannot be written, nobody was refused."""

"""What one command sees and changes while its transaction is being made."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

import msgspec
from msgspec import Struct

from pulsetui.client.alert import Alert, AlertEvent
from pulsetui.core.state.incident import Flip
from pulsetui.core.state.snooze import Snooze, snoozed_until
from pulsetui.core.state.state import CheckState
from pulsetui.core.state.transition import Transition
from pulsetui.monitor.alert_text import alert_of, alert_of_note
from pulsetui.monitor.writing.checks import Checks, TrackedCheck
from pulsetui.store.database import Database
from pulsetui.store.rows import Changes, OutboxRow, PingRow, StoredCheck

_T = TypeVar("_T")
Result_co = TypeVar("Result_co", covariant=True)

logger = logging.getLogger(__name__)
_encode_alert = msgspec.json.Encoder().encode


class Transaction:
    """One batch: a view of the checks with the batch's own changes on top, and the rows to commit."""

    def __init__(self, checks: Checks, database: Database, hook_names: Callable[[], Sequence[str]]) -> None:
        self.checks = checks
        self.database = database
        self.changes = Changes()
        self.hook_names = hook_names
        self._states: dict[int, CheckState] = {}
        self._flips: list[tuple[str, Flip]] = []  # with the slug; logged once they are facts

    def state(self, tracked: TrackedCheck) -> CheckState:
        """The newest state, from earlier commands of this batch or the last commit."""
        return self._states.get(tracked.id, tracked.state)

    @property
    def snoozes(self) -> Sequence[Snooze]:
        """The newest ones, likewise."""
        return self.checks.snoozes if self.changes.snoozes is None else self.changes.snoozes

    def set_snoozes(self, snoozes: Iterable[Snooze]) -> None:
        """These and no others, from the next command on."""
        self.changes.snoozes = tuple(snoozes)

    def stored_checks(self) -> Sequence[StoredCheck]:
        """Every check that was ever defined and not purged, removed ones too, likewise. Raises StoreError."""
        stored = self.database.checks()
        if not self.changes.identities:
            return stored
        return list(({one.id: one for one in (*stored, *self.changes.identities)}).values())

    def has_report(self, report: str) -> bool:
        """Whether the report of that id was taken, in this batch or before. Raises StoreError."""
        return report != "" and (report in self.changes.reports or self.database.has_report(report))

    def apply(
        self, tracked: TrackedCheck, transition: Transition, now: datetime, ping: PingRow | None = None
    ) -> None:
        """Takes in a transition with its ping, flips and alerts."""
        check_id, changes = tracked.id, self.changes
        self._states[check_id] = transition.state
        changes.states[check_id] = transition.state
        if ping is not None:
            changes.pings.append((check_id, ping))
        for run in transition.runs:
            if ping is None or run is not ping.whole:
                changes.runs[check_id, run.n] = run
        for incident in transition.incidents:
            changes.incidents[check_id, incident.n] = incident
        for note in transition.notes:
            self._tell_unless_snoozed(alert_of_note(tracked.check, note, now), tracked, transition.state, now)
        for flip in transition.flips:
            changes.flips.append((check_id, flip))
            self._flips.append((tracked.check.slug, flip))
            if (alert := alert_of(tracked.check, transition, flip)) is not None:
                self._tell_unless_snoozed(alert, tracked, transition.state, now)

    def _tell_unless_snoozed(
        self, alert: Alert, tracked: TrackedCheck, state: CheckState, now: datetime
    ) -> None:
        """What goes down in a snooze is told at its end, if it still is; its recovery is told to nobody."""
        snoozed = snoozed_until(self.snoozes, tracked.check, now) is not None
        if alert.event is AlertEvent.DOWN and snoozed:
            state.untold = True
        elif alert.event is AlertEvent.NOTE and snoozed:
            pass  # it stands in the row
        elif alert.event is AlertEvent.UP and state.untold:
            state.untold = False
        else:
            self.tell(alert, alert.at, tracked)

    def tell(self, alert: Alert, created_at: datetime, tracked: TrackedCheck | None = None) -> None:
        """Puts an alert into the outbox, once for each hook that is to be told."""
        names = self.hook_names()
        if tracked is not None and tracked.check.hooks is not None:
            names = [name for name in names if name in tracked.check.hooks]
        text = _encode_alert(alert).decode()
        check_id = None if tracked is None else tracked.id
        self.changes.outbox += [
            OutboxRow(check_id=check_id, hook=name, alert=text, created_at=created_at) for name in names
        ]

    def define(self, identities: Sequence[StoredCheck], checks: Checks) -> None:
        """Another set of checks, from the next command on. Ids are stable, so earlier changes stay true."""
        self.changes.identities += identities
        self.checks = checks

    def commit(self) -> frozenset[int]:
        """Writes everything in one transaction, then lets the checks carry it. Returns the ids that changed.

        Raises StoreError; nothing has changed then.
        """
        if self.changes:
            self.database.write(self.changes)
        for slug, flip in self._flips:
            why = "" if flip.reason is None else f" reason={flip.reason}"
            logger.info("check=%s %s -> %s%s at=%s", slug, flip.before, flip.after, why, flip.at.isoformat())
        self.checks.snoozes = self.snoozes
        by_id = self.checks.by_id
        for check_id, state in self._states.items():
            tracked = by_id.get(check_id)
            if tracked is not None:
                by_id[check_id] = TrackedCheck(tracked.id, tracked.uuid, tracked.check, state)
        return frozenset(self._states)


class Command(Protocol[Result_co]):
    """One thing to do to the state. Runs on the writer thread; its result is answered after the commit."""

    def apply(self, transaction: Transaction, now: datetime) -> Result_co: ...


class Performer(Protocol):
    """Whoever has commands run: the engine."""

    async def perform(self, command: Command[_T]) -> _T:
        """Runs a command and waits for its commit. Raises what it, or the commit, raised."""


class Upkeep(Struct, frozen=True):
    """A command that takes no ping and judges nothing: where it cannot be written, nobody was refused."""

"""Nobody watched for a while, or the clock was set back: what that time may be judged by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from pulsetui.core.schedule.zone import zone
from pulsetui.core.state import operate
from pulsetui.core.state.status import PingKind
from pulsetui.errors import StoreError
from pulsetui.monitor.sink import IncomingPing
from pulsetui.monitor.writing.alert_text import unwatched_digest
from pulsetui.monitor.writing.checks import TrackedCheck
from pulsetui.monitor.writing.commands.judge import one_of_many
from pulsetui.monitor.writing.commands.receive import Receive, take_in, target
from pulsetui.monitor.writing.transaction import Command, Transaction


class TakeSpooled(Struct, frozen=True):
    """What jobs wrote down while nobody watched since ``since``: it counts, and judges nothing before it.

    Its result: places of arrivals that cannot be taken, and what they raise.
    """

    since: datetime
    arrivals: Sequence[IncomingPing]

    def apply(self, transaction: Transaction, now: datetime) -> Mapping[int, Exception]:
        broken: dict[int, Exception] = {}
        for place, arrival in enumerate(self.arrivals):
            try:
                self._take(transaction, arrival, now)
            except StoreError:
                raise
            except Exception as error:  # noqa: BLE001 - one report must not stop the others
                broken[place] = error
        return broken

    def _take(self, transaction: Transaction, arrival: IncomingPing, now: datetime) -> None:
        tracked = target(transaction.checks, arrival)
        if tracked is not None and not transaction.has_report(arrival.report):
            _skip_unwatched(transaction, tracked, self.since, min(arrival.at or now, now), now)
            take_in(transaction, tracked, transaction.state(tracked), arrival, now)


class CatchUp(Struct, frozen=True):
    """Nobody was watching in ``(since, until]``. Its result is the slugs whose deadlines passed unwatched.

    Nothing may be judged before it is committed: what ran out in the span would be.
    """

    since: datetime
    until: datetime
    why: str

    def apply(self, transaction: Transaction, now: datetime) -> Sequence[str]:
        return _catch_up(transaction, self.since, self.until, self.why, now)


def _catch_up(
    transaction: Transaction,
    since: datetime,
    until: datetime,
    why: str,
    now: datetime,
    reported: Mapping[int, Receive] | None = None,
) -> Sequence[str]:
    """``reported`` are the newest good reports that were refused in the span, by the id of their check."""
    unjudged: list[TrackedCheck] = []
    checks = transaction.checks
    judged = {one.id: one for one in checks.awake(since, until)}
    judged |= {one_id: one for one_id in reported or () if (one := checks.get(one_id)) is not None}
    for tracked in judged.values():
        before = transaction.state(tracked)
        with one_of_many(tracked):
            if reported and (refused := reported.get(tracked.id)) is not None:
                at = min(refused.arrival.at or refused.at, now)
                forgiven = operate.forgive(tracked.check, before, at, refused.arrival.rid)
                if forgiven.state != before:
                    transaction.apply(tracked, forgiven, now)
            _skip_unwatched(transaction, tracked, since, until, now)
        after = transaction.state(tracked)
        if after is not before and after.unwatched and after != before:
            unjudged.append(tracked)
    if unjudged:
        names = [tracked.check.name for tracked in unjudged]
        local = zone(transaction.alerting.timezone)
        transaction.tell_all(unwatched_digest(names, since, until, why, local), until)
    transaction.changes.unwatched.append((since, until, why))
    return [tracked.check.slug for tracked in unjudged]


class AfterRefusal(Struct, frozen=True):
    """Nothing could be written from ``since`` on, and pings were answered 503. What ran out in that time
    cannot be judged, nor can what a good report that was refused would have answered."""

    since: datetime
    reported: Mapping[str, Receive] = {}  # the newest good report that was refused, by the check's name

    def with_more(self, refused: Sequence[Command[object]]) -> AfterRefusal:
        """The same, with what more was refused."""
        good = {
            command.arrival.uuid or command.arrival.slug or "": command
            for command in refused
            if isinstance(command, Receive) and command.arrival.kind is PingKind.SUCCESS
        }
        return AfterRefusal(self.since, {**self.reported, **good}) if good else self

    def apply(self, transaction: Transaction, now: datetime) -> Sequence[str]:
        reported = {
            tracked.id: receive
            for receive in self.reported.values()
            if (tracked := target(transaction.checks, receive.arrival)) is not None
        }
        why = "PulseTUI could write nothing and refused pings"
        return _catch_up(transaction, self.since, now, why, now, reported)


class SetBack(Struct, frozen=True):
    """The clock was set back from ``before``."""

    before: datetime

    def apply(self, transaction: Transaction, now: datetime) -> None:
        for tracked in transaction.checks:
            with one_of_many(tracked):
                state = transaction.state(tracked)
                transition = operate.set_back(tracked.check, state, self.before, now)
                if transition.state != state:
                    transaction.apply(tracked, transition, now)


def _skip_unwatched(
    transaction: Transaction, tracked: TrackedCheck, since: datetime, until: datetime, now: datetime
) -> None:
    state = transaction.state(tracked)
    if not operate.is_touched(tracked.check, state, since, until):
        return
    transition = operate.skip_unwatched(tracked.check, state, since, until)
    if transition.state != state:
        transaction.apply(tracked, transition, now)

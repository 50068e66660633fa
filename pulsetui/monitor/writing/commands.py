"""The commands: everything that can change state, each one small and run by the writer thread."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from pulsetui.core.state import machine, operate
from pulsetui.core.state.check import Check
from pulsetui.core.state.incident import Acknowledgement
from pulsetui.core.state.ping import Ping
from pulsetui.core.state.snooze import Scope, Snooze, snoozed_until
from pulsetui.core.state.state import CheckState, new_state
from pulsetui.core.state.status import PingKind, Status
from pulsetui.core.state.transition import Transition
from pulsetui.core.text.clean import clean, decode, encoding_of
from pulsetui.errors import StoreError
from pulsetui.monitor.alert_text import still_down, unwatched_digest
from pulsetui.monitor.pings.sink import IncomingPing, Receipt
from pulsetui.monitor.writing.checks import Checks, TrackedCheck
from pulsetui.monitor.writing.identity import matched, removed, uuids
from pulsetui.monitor.writing.transaction import Command, Transaction
from pulsetui.store.rows import PingRow, StoredCheck

logger = logging.getLogger(__name__)

LAST_LINE_LIMIT = 200
"""Characters of a body's last line that are kept with the state."""


@contextlib.contextmanager
def one_of_many(tracked: TrackedCheck) -> Iterator[None]:
    """Whatever one check makes anything raise, the others go on; the evaluator will say so of that one."""
    try:
        yield
    except StoreError:
        raise
    except Exception:
        logger.exception("check=%s cannot be evaluated", tracked.check.slug)


class Receive(Struct, frozen=True):
    """A ping. Its result is a Receipt."""

    arrival: IncomingPing
    at: datetime  # when it was received

    def apply(self, transaction: Transaction, now: datetime) -> Receipt:
        tracked = _target(transaction.checks, self.arrival)
        if tracked is None:
            return Receipt.UNKNOWN
        if transaction.has_report(self.arrival.report):
            return Receipt.OK
        _receive(transaction, tracked, transaction.state(tracked), self.arrival, self.at)
        return Receipt.OK


class Advance(Struct, frozen=True):
    """Time has passed for these checks. Its result: slugs that cannot be evaluated and what they raise."""

    ids: Sequence[int]

    def apply(self, transaction: Transaction, now: datetime) -> Mapping[str, Exception]:
        broken: dict[str, Exception] = {}
        for check_id in self.ids:
            tracked = transaction.checks.by_id.get(check_id)
            if tracked is None:
                continue
            try:
                _judge(transaction, tracked, now)
            except Exception as error:  # noqa: BLE001 - one check must not stop the others
                broken[tracked.check.slug] = error
        return broken


def _judge(transaction: Transaction, tracked: TrackedCheck, now: datetime) -> CheckState:
    """What the time until ``now`` does to the check. Returns its state then."""
    before = transaction.state(tracked)
    transition = machine.advance(tracked.check, before, now)
    if transition.flips or transition.runs or transition.incidents or transition.state != before:
        transaction.apply(tracked, transition, now)
    return transaction.state(tracked)


class Operate(Struct, frozen=True):
    """Pause, resume, undo either, acknowledge or take an acknowledgement back. Its result is a sentence for
    each slug."""

    verb: str
    slugs: Sequence[str]
    acknowledgement: Acknowledgement | None = None  # without the reason, which each check has for itself
    by: str = ""  # who pauses

    def apply(self, transaction: Transaction, now: datetime) -> list[tuple[str, bool, str]]:
        return [(slug, *self._one(transaction, slug, now)) for slug in self.slugs]

    def _one(self, transaction: Transaction, slug: str, now: datetime) -> tuple[bool, str]:
        tracked = transaction.checks.find(slug)
        if tracked is None:
            return False, f"there is no check {slug}"
        check, state = tracked.check, _judge(transaction, tracked, now)
        if self.verb == "pause":
            if state.status is Status.PAUSED:
                return False, f"{check.name} is paused already"
            transaction.apply(tracked, operate.pause(check, state, now, self.by), now)
            return True, f"{check.name} is paused"
        if self.verb == "resume":
            if state.status is not Status.PAUSED:
                return False, f"{check.name} is not paused"
            transaction.apply(tracked, operate.resume(check, state, now), now)
            return True, f"{check.name} is resumed and watched again"
        if self.verb in _UNDOES:
            return _undo(transaction, tracked, self.verb, now)
        if state.incident is None:
            return False, f"{check.name} is not down: there is nothing to acknowledge"
        known = self.acknowledgement
        if known is not None:
            known = replace(known, reason=state.reason)
        transaction.apply(tracked, operate.acknowledge(check, state, known), now)
        did = "is acknowledged" if self.acknowledgement else "is no longer acknowledged"
        return True, f"{check.name} {did}"


_UNDOES = {"undo_pause": (Status.PAUSED, "pause"), "undo_resume": (Status.NEW, "resume")}
"""What is undone, and the status that it left behind."""


def _undo(transaction: Transaction, tracked: TrackedCheck, verb: str, now: datetime) -> tuple[bool, str]:
    """The state of before, judged up to now."""
    check, state = tracked.check, transaction.state(tracked)
    left_behind, what = _UNDOES[verb]
    before = operate.undo(check, state, now) if state.status is left_behind else None
    if before is None:
        why = "it has reported, or was not watched, since then"
        if state.status is not left_behind:
            why = f"it is {state.status} now"
        return False, f"the {what} of {check.name} cannot be undone: {why}"
    logger.info("check=%s %s undone, %s as before", check.slug, what, before.state.status)
    transaction.apply(tracked, before, now)
    transaction.apply(tracked, machine.advance(check, before.state, now), now)
    _tell_untold(transaction, tracked, now)
    return True, f"the {what} of {check.name} is undone"


def _tell_untold(transaction: Transaction, tracked: TrackedCheck, now: datetime) -> None:
    """What went down in a snooze that is over, and still is down, is told."""
    state = transaction.state(tracked)
    if state.untold and snoozed_until(transaction.checks.snoozes, tracked.check, now) is None:
        told = state.copied()
        told.untold = False
        transaction.apply(tracked, Transition(state=told), now)
        if state.status is Status.DOWN:
            transaction.tell(still_down(tracked.check, state), now, tracked)


class Define(Struct, frozen=True):
    """The configuration was read: which checks there are, and what they are. Renames keep their history."""

    checks: Mapping[str, Check]
    renames: Mapping[str, str]  # old slug → new slug
    restored: Collection[str] = ()  # slugs whose deletion is undone

    def apply(self, transaction: Transaction, now: datetime) -> None:
        all_stored = transaction.database.checks()
        known = matched(all_stored, self.checks, self.renames, self.restored)
        uuid_of = uuids(self.checks, known)
        next_id = max((stored.id for stored in all_stored), default=0) + 1
        identities: list[StoredCheck] = []
        tracked: list[TrackedCheck] = []
        back: dict[int, datetime] = {}  # removed once and there again: nobody watched them meanwhile
        for slug, check in self.checks.items():
            stored = known.get(slug)
            if stored is None:
                one = TrackedCheck(next_id, uuid_of[slug], check, new_state(now))
                next_id += 1
            else:
                current = transaction.checks.by_id.get(stored.id)
                state = transaction.state(current) if current is not None else stored.state
                if current is not None and current.check != check:
                    # What ran out before this edit ran out by the definition of that time.
                    state = _judged_or_as_it_is(transaction, current, now)
                one = TrackedCheck(stored.id, uuid_of[slug], check, state or _begun_again(stored, now))
                if stored.removed_at is not None:
                    back[one.id] = stored.removed_at
            if (
                stored is None
                or stored.mended
                or stored.removed_at is not None
                or (stored.slug, stored.uuid) != (slug, one.uuid)
            ):
                made = _identity(one, stored.created_at if stored is not None else now)
                identities.append(replace(made, mended=stored is not None and stored.mended))
            tracked.append(one)
        identities += removed(all_stored, {one.id for one in tracked}, self.checks.keys(), now)
        transaction.define(identities, Checks(tracked, self._snoozes(transaction)))
        for one in tracked:
            with one_of_many(one):
                if one.id in back:
                    self._settle(
                        transaction, one, operate.skip_unwatched(one.check, one.state, back[one.id], now), now
                    )
                self._settle(transaction, one, operate.redefine(one.check, transaction.state(one), now), now)

    def _snoozes(self, transaction: Transaction) -> list[Snooze]:
        """Snoozes follow a renamed check."""
        before = transaction.database.snoozes()
        after = [
            replace(one, target=self.renames[one.target])
            if one.scope == "check" and one.target in self.renames
            else one
            for one in before
        ]
        if after != before:
            transaction.database.write_snoozes(after)
        return after

    def _settle(
        self, transaction: Transaction, tracked: TrackedCheck, transition: Transition, now: datetime
    ) -> None:
        if transition.state != transaction.state(tracked):
            transaction.apply(tracked, transition, now)


def _begun_again(stored: StoredCheck, now: datetime) -> CheckState:
    """Of a check whose state cannot be read, nothing is known but the numbers that were given."""
    state = new_state(now)
    state.n_pings, state.incidents = stored.n_pings, stored.n_incidents
    return state


def _judged_or_as_it_is(transaction: Transaction, tracked: TrackedCheck, now: datetime) -> CheckState:
    try:
        return _judge(transaction, tracked, now)
    except Exception:
        logger.exception("check=%s cannot be evaluated", tracked.check.slug)
        return transaction.state(tracked)


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
        tracked = _target(transaction.checks, arrival)
        if tracked is not None and not transaction.has_report(arrival.report):
            _skip_unwatched(transaction, tracked, self.since, min(arrival.at or now, now), now)
            _receive(transaction, tracked, transaction.state(tracked), arrival, now)


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
    for tracked in transaction.checks.by_id.values():
        before = transaction.state(tracked)
        with one_of_many(tracked):
            if reported and (refused := reported.get(tracked.id)) is not None:
                at = min(refused.arrival.at or refused.at, now)
                forgiven = operate.forgive(tracked.check, before, at, refused.arrival.rid)
                if forgiven.state != before:
                    transaction.apply(tracked, forgiven, now)
            _skip_unwatched(transaction, tracked, since, until, now)
        if transaction.state(tracked).unwatched and transaction.state(tracked) != before:
            unjudged.append(tracked)
    if unjudged:
        names = [tracked.check.name for tracked in unjudged]
        transaction.tell(unwatched_digest(names, since, until, why), until)
    transaction.changes.unwatched.append((since, until, why))
    return [tracked.check.slug for tracked in unjudged]


class AfterRefusal(Struct, frozen=True):
    """Nothing could be written from ``since`` on, and pings were answered 503. What ran out in that time
    cannot be judged, nor can what a good report that was refused would have answered."""

    since: datetime
    reported: Mapping[str, Receive] = {}  # the newest good report that was refused, by the check's name

    def with_more(self, refused: Sequence[Command]) -> AfterRefusal:
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
            if (tracked := _target(transaction.checks, receive.arrival)) is not None
        }
        why = "PulseTUI could write nothing and refused pings"
        return _catch_up(transaction, self.since, now, why, now, reported)


class SetSnoozes(Struct, frozen=True):
    """Adds and ends snoozes. What went down in a snooze that is over, and still is down, is told now."""

    add: Sequence[Snooze] = ()
    end: Sequence[tuple[Scope, str]] = ()

    def apply(self, transaction: Transaction, now: datetime) -> None:
        gone = {*self.end, *((one.scope, one.target) for one in self.add)}
        kept = [
            one
            for one in transaction.checks.snoozes
            if (one.scope, one.target) not in gone and one.until > now
        ]
        snoozes = (*kept, *self.add)
        transaction.database.write_snoozes(snoozes)
        transaction.checks.snoozes = snoozes
        for tracked in transaction.checks.by_id.values():
            with one_of_many(tracked):
                _tell_untold(transaction, tracked, now)


class SetBack(Struct, frozen=True):
    """The clock was set back from ``before``."""

    before: datetime

    def apply(self, transaction: Transaction, now: datetime) -> None:
        for tracked in transaction.checks.by_id.values():
            with one_of_many(tracked):
                state = transaction.state(tracked)
                transition = operate.set_back(tracked.check, state, self.before, now)
                if transition.state != state:
                    transaction.apply(tracked, transition, now)


class Settled(Struct, frozen=True):
    """Does nothing: when it is answered, everything before it is."""

    def apply(self, transaction: Transaction, now: datetime) -> None:
        return None


def _skip_unwatched(
    transaction: Transaction, tracked: TrackedCheck, since: datetime, until: datetime, now: datetime
) -> None:
    state = transaction.state(tracked)
    if not operate.is_touched(tracked.check, state, since, until):
        return
    transition = operate.skip_unwatched(tracked.check, state, since, until)
    if transition.state != state:
        transaction.apply(tracked, transition, now)


def _identity(tracked: TrackedCheck, created_at: datetime) -> StoredCheck:
    return StoredCheck(
        id=tracked.id,
        slug=tracked.check.slug,
        uuid=tracked.uuid,
        created_at=created_at,
        removed_at=None,
        state=tracked.state,
    )


def _target(checks: Checks, arrival: IncomingPing) -> TrackedCheck | None:
    if arrival.uuid is not None:
        return checks.find_uuid(arrival.uuid)
    return checks.find(arrival.slug or "")


def _receive(
    transaction: Transaction, tracked: TrackedCheck, state: CheckState, arrival: IncomingPing, now: datetime
) -> None:
    check = tracked.check
    at = min(arrival.at or now, now)
    ping = Ping(
        kind=arrival.kind,
        at=at,
        rid=arrival.rid,
        exit_status=arrival.exit_status,
        metrics=arrival.metrics,
        unread=arrival.unread,
        duration=arrival.duration,
        spooled=arrival.at is not None,
        source=arrival.remote_addr if arrival.at is None else "",
    )
    try:
        transition = machine.receive(check, state, ping, now)
    except Exception:  # the ping was taken: it is kept even if it cannot be judged
        logger.exception("check=%s a ping cannot be judged", check.slug)
        kept = state.copied()
        kept.n_pings += 1
        transition = Transition(state=kept, kind=PingKind.IGN)
    if arrival.body and (line := _last_line(arrival.body, arrival.rest)):
        transition.state.last_line = line
    transaction.apply(tracked, transition, now, _ping_row(arrival, transition, at, now))
    if arrival.report:
        transaction.changes.reports[arrival.report] = now


def _ping_row(arrival: IncomingPing, transition: Transition, at: datetime, now: datetime) -> PingRow:
    n = transition.state.n_pings
    return PingRow(
        n=n,
        kind=transition.kind or arrival.kind,
        at=at,
        received_at=now,
        method=arrival.method,
        scheme=arrival.scheme,
        remote_addr=arrival.remote_addr,
        ua=arrival.ua,
        rid=None if arrival.rid is None else str(arrival.rid),
        exit_status=arrival.exit_status,
        run=transition.run,
        body=arrival.body,
        body_size=arrival.body_size,
        whole=next((run for run in transition.runs if run.n == n and run.started_at is None), None),
    )


def _last_line(body: bytes, rest: bytes) -> str:
    """Of a body whose end, if it was cut, is ``rest``."""
    encoding = encoding_of(body)
    end = rest or body
    cut = max(len(end) - 16 * LAST_LINE_LIMIT, 0)
    for line in reversed(decode(end[cut - cut % 4 :], encoding).splitlines()):
        if cleaned := clean(line, LAST_LINE_LIMIT).strip():
            return cleaned
    return ""

"""A ping comes in: the state machine has it, then the rows, in one transaction with its answer."""

from __future__ import annotations

import logging
from datetime import datetime

from pulsetui.core.state import machine
from pulsetui.core.state.ping import Ping
from pulsetui.core.state.state import CheckState
from pulsetui.core.state.status import PingKind
from pulsetui.core.state.transition import Transition
from pulsetui.core.text.clean import clean, decode, encoding_of
from pulsetui.monitor.sink import IncomingPing, Receipt
from pulsetui.monitor.writing.checks import Checks, TrackedCheck
from pulsetui.monitor.writing.transaction import Prompt, Transaction
from pulsetui.store.rows import PingRow

logger = logging.getLogger(__name__)

LAST_LINE_LIMIT = 200
"""Characters of a body's last line that are kept with the state."""


class Receive(Prompt, frozen=True):
    """A ping. Its result is a Receipt."""

    arrival: IncomingPing
    at: datetime  # when it was received

    def apply(self, transaction: Transaction, now: datetime) -> Receipt:
        tracked = target(transaction.checks, self.arrival)
        if tracked is None:
            return Receipt.UNKNOWN
        if transaction.has_report(self.arrival.report):
            return Receipt.OK
        take_in(transaction, tracked, transaction.state(tracked), self.arrival, self.at)
        return Receipt.OK


def target(checks: Checks, arrival: IncomingPing) -> TrackedCheck | None:
    return checks.named(arrival.uuid, arrival.slug)


def take_in(
    transaction: Transaction, tracked: TrackedCheck, state: CheckState, arrival: IncomingPing, now: datetime
) -> None:
    check = tracked.check
    if arrival.progress is not None:
        _note_progress(transaction, tracked, state, arrival, now)
        return
    at = min(arrival.at or now, now)
    line = _last_line(arrival.body, arrival.rest) if arrival.body else ""
    ping = Ping(
        kind=arrival.kind,
        at=at,
        rid=arrival.rid,
        exit_status=arrival.exit_status,
        metrics=arrival.metrics,
        unread=arrival.unread,
        why=line if arrival.kind in (PingKind.SKIP, PingKind.FAIL) else "",
        duration=arrival.duration,
        spooled=arrival.at is not None,
        source=arrival.remote_addr if arrival.at is None else "",
        catch_up=arrival.catch_up,
    )
    try:
        transition = machine.receive(check, state, ping, now)
    except Exception:  # the ping was taken: it is kept even if it cannot be judged
        logger.exception("check=%s a ping cannot be judged", check.slug)
        kept = state.copied()
        kept.n_pings += 1
        transition = Transition(state=kept, kind=PingKind.IGN)
    if line and not any(run.catch_up for run in transition.runs):
        transition.state.last_line = line
    transaction.apply(tracked, transition, now, _ping_row(arrival, transition, at, now))
    if arrival.report:
        transaction.changes.reports[arrival.report] = now


def _note_progress(
    transaction: Transaction, tracked: TrackedCheck, state: CheckState, arrival: IncomingPing, now: datetime
) -> None:
    """It comes every few seconds: kept as a ping, it would soon push out all that is known of the past."""
    line = _last_line(arrival.body, arrival.rest) if arrival.body else ""
    said = " ".join(part for part in (arrival.progress, line) if part)
    transition = machine.note_progress(tracked.check, state, arrival.rid, said)
    if said and not any(run.rid == arrival.rid for run in state.catch_ups if arrival.rid is not None):
        transition.state.last_line = said
    transaction.apply(tracked, transition, now)


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
        whole=next(
            (run for run in transition.runs if run.n == n and run.started_at is None and not run.catch_up),
            None,
        ),
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

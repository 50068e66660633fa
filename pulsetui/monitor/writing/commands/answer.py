"""What a person answers to an alert, wherever it reached them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from msgspec import Struct

from pulsetui.client.alert import Answer
from pulsetui.client.commands import Acknowledge
from pulsetui.core.schedule.zone import zone
from pulsetui.core.state.incident import Incident
from pulsetui.core.state.snooze import Snooze
from pulsetui.core.state.state import CheckState
from pulsetui.core.text.clean import clean
from pulsetui.monitor.writing.checks import TrackedCheck
from pulsetui.monitor.writing.commands.judge import judge
from pulsetui.monitor.writing.commands.operate import MAX_BY, Operate
from pulsetui.monitor.writing.commands.snoozes import SetSnoozes
from pulsetui.monitor.writing.transaction import Transaction

NOBODY = "somebody"
"""Who presses a button without a name."""
_MAX_NAME = 60


class AnswerAlert(Struct, frozen=True):
    """Does what the answer asks for, if the incident that its alert told of is still open: a message may be
    read long after. Its result is one line for whoever answered."""

    answer: Answer
    until: datetime  # when a snooze would end

    def apply(self, transaction: Transaction, now: datetime) -> str:
        uuid, _, number = self.answer.key.rpartition("-")
        tracked = transaction.checks.find_uuid(uuid)
        if tracked is None:
            return "This check is not watched any more; nothing was done"
        name = tracked.check.name
        state = judge(transaction, tracked, now)
        incident = state.incident
        if incident is None:
            return f"{name} is not down any more; nothing was done"
        if str(incident.n) != number:
            return f"{name} has recovered since, and is down again; nothing was done"
        if self.answer.verb == "acknowledge":
            return self._acknowledge(transaction, tracked, state, incident, now)
        return self._snooze(transaction, tracked, now)

    def _acknowledge(
        self,
        transaction: Transaction,
        tracked: TrackedCheck,
        state: CheckState,
        incident: Incident,
        now: datetime,
    ) -> str:
        name, known = tracked.check.name, incident.acknowledgement
        if known is not None and state.reason is not None and known.covers(state.reason, state.reason):
            return f"{name} was acknowledged already, by {known.by}"
        command = Acknowledge((tracked.check.slug,), by=self._by)
        [result] = Operate(command).apply(transaction, now)
        return f"{name} is acknowledged by {self._by}" if result.ok else result.message

    def _snooze(self, transaction: Transaction, tracked: TrackedCheck, now: datetime) -> str:
        slug, name, local = tracked.check.slug, tracked.check.name, zone(transaction.alerting.timezone)
        later = _longest(transaction.snoozes, slug)
        if later is not None and later.until >= self.until:
            return f"{name} is snoozed already, until {_clock(later.until, local)}, by {later.by}"
        snooze = Snooze(scope="check", target=slug, until=self.until, by=self._by)
        SetSnoozes(add=[snooze]).apply(transaction, now)
        return f"{name} is snoozed until {_clock(self.until, local)} by {self._by}"

    @property
    def _by(self) -> str:
        return answerer(self.answer)


def _clock(at: datetime, local: tzinfo) -> str:
    return at.astimezone(local).strftime("%H:%M %Z")


def answerer(answer: Answer) -> str:
    """Who answers, and by which way: ``ann via phone``."""
    who = clean(answer.by, _MAX_NAME) or NOBODY
    way = clean(answer.hook)
    return (f"{who} via {way}" if way else who)[:MAX_BY]


def _longest(snoozes: Sequence[Snooze], slug: str) -> Snooze | None:
    """The snooze of this check alone; one of a tag or of everything is another matter."""
    return next((one for one in snoozes if one.identity == ("check", slug, "")), None)

"""Time passes: what that does to checks."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from pulsetui.client.status_words import ON_ITS_HOST
from pulsetui.core.state import machine
from pulsetui.core.state.check import Check
from pulsetui.core.state.state import CheckState
from pulsetui.core.state.status import SILENCE, Status
from pulsetui.core.state.transition import Transition, with_detail
from pulsetui.errors import StoreError
from pulsetui.monitor.writing.checks import TrackedCheck
from pulsetui.monitor.writing.evidence import Evidence, no_evidence
from pulsetui.monitor.writing.transaction import Patient, Transaction

logger = logging.getLogger(__name__)


class one_of_many:  # noqa: N801 - reads as contextlib's own
    """Whatever one check makes anything raise, the others go on; the evaluator will say so of that one.

    Entered for each of a hundred thousand: a generator would cost several times as much.
    """

    __slots__ = ("_tracked",)

    def __init__(self, tracked: TrackedCheck) -> None:
        self._tracked = tracked

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> bool:
        if not isinstance(error, Exception) or isinstance(error, StoreError):
            return False
        logger.error("check=%s cannot be evaluated", self._tracked.check.slug, exc_info=error)
        return True


class Advance(Patient, frozen=True):
    """Time has passed for these checks. Its result: slugs that cannot be evaluated and what they raise."""

    ids: Sequence[int]
    evidence: Evidence = no_evidence  # what the host tells of a run that did not come

    def apply(self, transaction: Transaction, now: datetime) -> Mapping[str, Exception]:
        broken: dict[str, Exception] = {}
        for check_id in self.ids:
            tracked = transaction.checks.get(check_id)
            if tracked is None:
                continue
            try:
                judge(transaction, tracked, now, self.evidence)
            except Exception as error:  # noqa: BLE001 - one check must not stop the others
                broken[tracked.check.slug] = error
        return broken


def judge(
    transaction: Transaction, tracked: TrackedCheck, now: datetime, evidence: Evidence = no_evidence
) -> CheckState:
    """What the time until ``now`` does to the check. Returns its state then."""
    before = transaction.state(tracked)
    transition = with_evidence(tracked.check, machine.advance(tracked.check, before, now), evidence, now)
    if transition.flips or transition.runs or transition.incidents or transition.state != before:
        transaction.apply(tracked, transition, now)
    transaction.settle_alerts(tracked, now)
    return transaction.state(tracked)


def with_evidence(check: Check, transition: Transition, evidence: Evidence, now: datetime) -> Transition:
    """The transition with what the host tells in the words of each miss: of flip, incident and state."""
    flip = next((one for one in transition.flips if one.after is Status.DOWN and one.reason in SILENCE), None)
    incident = transition.state.incident
    if flip is None or incident is None:
        return transition
    due = incident.missed[0] if incident.missed else flip.at - check.grace
    try:
        told = evidence(check, due, transition.state.last_success, now)
    except Exception:
        logger.exception("check=%s: nothing can be said of its host", check.slug)
        return transition
    if not told:
        return transition
    return with_detail(transition, flip, f"{flip.detail}. {ON_ITS_HOST}{told}", incident)


class Settled(Struct, frozen=True):
    """Does nothing: when it is answered, everything before it is."""

    def apply(self, transaction: Transaction, now: datetime) -> None:
        return None


class Prove(Struct, frozen=True):
    """Shows that the writer works; with ``writes``, that the disk takes something, too."""

    writes: bool = True

    def apply(self, transaction: Transaction, now: datetime) -> None:
        if self.writes:
            transaction.changes.proof = now

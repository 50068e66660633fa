"""What a person does to checks: pause, resume, acknowledge, and each of them undone."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from pulsetui.core.state import machine, operate
from pulsetui.core.state.incident import Acknowledgement
from pulsetui.core.state.status import Status
from pulsetui.monitor.writing.checks import TrackedCheck
from pulsetui.monitor.writing.commands.judge import judge
from pulsetui.monitor.writing.commands.snoozes import tell_untold
from pulsetui.monitor.writing.transaction import Transaction

logger = logging.getLogger(__name__)


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
        check, state = tracked.check, judge(transaction, tracked, now)
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
    tell_untold(transaction, tracked, now)
    return True, f"the {what} of {check.name} is undone"

"""What a person does to checks: pause, resume, acknowledge, and each of them undone."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from pulsetui.client.commands import (
    Acknowledge,
    Operation,
    Pause,
    Resume,
    Unacknowledge,
    UndoPause,
    UndoResume,
)
from pulsetui.client.views import CommandResult
from pulsetui.core.state import machine, operate
from pulsetui.core.state.check import Check
from pulsetui.core.state.incident import Acknowledgement
from pulsetui.core.state.state import CheckState
from pulsetui.core.state.status import Status
from pulsetui.core.state.transition import Transition
from pulsetui.monitor.writing.commands.judge import judge
from pulsetui.monitor.writing.transaction import Transaction

logger = logging.getLogger(__name__)

MAX_BY = 100
MAX_NOTE = 1000
"""Characters that are kept of who did it, and of why."""


class Done(Struct, frozen=True):
    """What an operation does to a check, and how that is told."""

    transition: Transition
    message: str
    goes_back: bool = False  # to an earlier state: the time since then is to be judged


class Operate(Struct, frozen=True):
    """Does one operation to each of its checks."""

    command: Operation

    def apply(self, transaction: Transaction, now: datetime) -> list[CommandResult]:
        return [self._one(transaction, slug, now) for slug in self.command.slugs]

    def _one(self, transaction: Transaction, slug: str, now: datetime) -> CommandResult:
        tracked = transaction.checks.find(slug)
        if tracked is None:
            return CommandResult(slug=slug, ok=False, message=f"there is no check {slug}")
        check, state = tracked.check, judge(transaction, tracked, now)
        done = _OPERATIONS[type(self.command)](self.command, check, state, now)
        if isinstance(done, str):
            return CommandResult(slug=slug, ok=False, message=done)
        transaction.apply(tracked, done.transition, now)
        if done.goes_back:
            transaction.apply(tracked, machine.advance(check, done.transition.state, now), now)
            transaction.settle_alerts(tracked, now)
        if isinstance(self.command, Acknowledge | Unacknowledge):
            transaction.telling.take_acknowledgement(tracked, done.transition.state, now)
            transaction.settle_alerts(tracked, now)
        return CommandResult(slug=slug, ok=True, message=done.message)


def _pause(command: Pause, check: Check, state: CheckState, now: datetime) -> Done | str:
    if state.status is Status.PAUSED:
        return f"{check.name} is paused already"
    return Done(operate.pause(check, state, now, command.by[:MAX_BY]), f"{check.name} is paused")


def _resume(_: Resume, check: Check, state: CheckState, now: datetime) -> Done | str:
    if state.status is not Status.PAUSED:
        return f"{check.name} is not paused"
    return Done(operate.resume(check, state, now), f"{check.name} is resumed and watched again")


def _undo_pause(_: UndoPause, check: Check, state: CheckState, now: datetime) -> Done | str:
    return _undone("pause", Status.PAUSED, check, state, now)


def _undo_resume(_: UndoResume, check: Check, state: CheckState, now: datetime) -> Done | str:
    return _undone("resume", Status.NEW, check, state, now)


def _undone(what: str, left_behind: Status, check: Check, state: CheckState, now: datetime) -> Done | str:
    """The state before ``what``, which left the status ``left_behind``."""
    cannot = f"the {what} of {check.name} cannot be undone"
    if state.status is not left_behind:
        return f"{cannot}: it is {state.status} now"
    before = operate.undo(check, state, now)
    if before is None:
        return f"{cannot}: it has reported, or was not watched, since then"
    logger.info("check=%s %s undone, %s as before", check.slug, what, before.state.status)
    return Done(before, f"the {what} of {check.name} is undone", goes_back=True)


def _acknowledge(command: Acknowledge, check: Check, state: CheckState, now: datetime) -> Done | str:
    if state.incident is None:
        return _nothing_to_acknowledge(check)
    known = Acknowledgement(
        at=now,
        by=command.by[:MAX_BY],
        note=command.note[:MAX_NOTE],
        reason=state.reason,
        any_reason=command.any_reason,
    )
    return Done(operate.acknowledge(check, state, known), f"{check.name} is acknowledged")


def _unacknowledge(_: Unacknowledge, check: Check, state: CheckState, now: datetime) -> Done | str:
    if state.incident is None:
        return _nothing_to_acknowledge(check)
    return Done(operate.acknowledge(check, state, None), f"{check.name} is no longer acknowledged")


def _nothing_to_acknowledge(check: Check) -> str:
    return f"{check.name} is not down: there is nothing to acknowledge"


_OPERATIONS: Mapping[type[Operation], Callable[[Any, Check, CheckState, datetime], Done | str]] = {
    Pause: _pause,
    Resume: _resume,
    UndoPause: _undo_pause,
    UndoResume: _undo_resume,
    Acknowledge: _acknowledge,
    Unacknowledge: _unacknowledge,
}
"""What each does to one check, judged up to now: its transition, or why it cannot be done."""

"""Tests of hooks and drills begin, are acknowledged, and end. No state of a check changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from pulsetui.client.alert import Alert, AlertEvent
from pulsetui.client.trials import Trial
from pulsetui.core.schedule.duration import format_duration
from pulsetui.monitor.writing.transaction import Transaction, Upkeep
from pulsetui.store.rows import DeliveryHold

OVER = "the trial is over"
"""Why a message of it is not sent any more."""

_SECOND = timedelta(seconds=1)

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Trial).decode


def read_trial(text: str) -> Trial | None:
    """One as it was written; None when another version wrote what we cannot read."""
    try:
        return _decode(text)
    except msgspec.MsgspecError:
        return None


def find_trial(transaction: Transaction, key: str) -> Trial | None:
    """The newest state of it. Raises StoreError."""
    if (changed := transaction.changes.trials.get(key)) is not None:
        return read_trial(changed[1])
    text = transaction.database.trial(key)
    return None if text is None else read_trial(text)


def _put(transaction: Transaction, trial: Trial) -> None:
    transaction.changes.trials[trial.key] = (trial.begun_at, _encode(trial).decode())


class BeginTrial(Upkeep, frozen=True):
    """Its message goes into the outbox. Its result is whether it began: a key is used once."""

    trial: Trial
    alert: Alert

    def apply(self, transaction: Transaction, now: datetime) -> bool:
        if find_trial(transaction, self.trial.key) is not None:
            return False
        _put(transaction, self.trial)
        transaction.telling.tell(self.alert, now, self.trial.hooks)
        return True


class CloseTrial(Upkeep, frozen=True):
    """``told`` are the hooks that have told it, and tell of its end if it is a drill; ``waiting`` are rows of
    the outbox that are not sent any more. ``by`` is who knows of the drill; "" ends it unacknowledged. Its
    result is the trial as it is then; None when it is over already."""

    key: str
    told: Sequence[str]
    waiting: Sequence[int]
    by: str = ""

    def apply(self, transaction: Transaction, now: datetime) -> Trial | None:
        trial = find_trial(transaction, self.key)
        if trial is None or trial.ended_at is not None:
            return None
        ended = msgspec.structs.replace(
            trial,
            ended_at=now,
            acknowledged_at=now if self.by else None,
            acknowledged_by=self.by,
        )
        _put(transaction, ended)
        if self.waiting:
            transaction.changes.deliveries.append(
                DeliveryHold(ids=tuple(self.waiting), next_try_at=None, error=OVER)
            )
        if trial.kind == "drill" and self.told:
            transaction.telling.tell(drill_over(ended, now), now, self.told)
        return ended


def drill_over(trial: Trial, at: datetime) -> Alert:
    """The last word on a drill: whatever was opened for it may be closed."""
    span = format_duration((at - trial.begun_at) - (at - trial.begun_at) % _SECOND)
    who = f"{trial.acknowledged_by} acknowledged it after {span}" if trial.acknowledged_by else ""
    return Alert(
        event=AlertEvent.UP,
        at=at,
        title=f"DRILL: it is over{f' for {trial.slug}' if trial.slug else ''}",
        body=who or f"Nobody acknowledged it within {span}",
        slug=trial.slug,
        name=trial.slug,
        key=trial.key,
        since=trial.begun_at,
        down_for_s=(at - trial.begun_at).total_seconds(),
        acknowledged_by=trial.acknowledged_by,
        drill=True,
    )

"""The configuration was read: which checks there are from now on."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from pulsetui.core.state import operate
from pulsetui.core.state.alert_plan import acknowledged, adapted
from pulsetui.core.state.check import Check
from pulsetui.core.state.state import CheckState, new_state
from pulsetui.core.state.transition import Transition
from pulsetui.monitor.writing.checks import Checks, TrackedCheck
from pulsetui.monitor.writing.commands.judge import judge, one_of_many
from pulsetui.monitor.writing.identity import matched, removed, uuids
from pulsetui.monitor.writing.telling import adopted
from pulsetui.monitor.writing.transaction import Transaction
from pulsetui.store.rows import StoredCheck

logger = logging.getLogger(__name__)


class Define(Struct, frozen=True):
    """The configuration was read: which checks there are, and what they are. Renames keep their history."""

    checks: Mapping[str, Check]
    renames: Mapping[str, str]  # old slug → new slug
    restored: Collection[str] = ()  # slugs whose deletion is undone

    def apply(self, transaction: Transaction, now: datetime) -> None:
        moved = {*self.renames.keys(), *self.renames.values(), *self.restored}  # their history, too
        # What is calm, and means what it meant, goes on: nothing of it has to be looked at.
        all_stored, calm = transaction.stored_checks(self.checks, moved)
        checks = {slug: self.checks[slug] for slug in calm.others()} if calm else self.checks
        known = matched(all_stored, checks, self.renames, self.restored)
        uuid_of = uuids(checks, known)
        next_id = max(max((stored.id for stored in all_stored), default=0), max(calm.ids, default=0)) + 1
        identities: list[StoredCheck] = []
        tracked: list[TrackedCheck] = []
        back: dict[int, datetime] = {}  # removed once and there again: nobody watched them meanwhile
        for slug, check in checks.items():
            stored = known.get(slug)
            if stored is None:
                one = TrackedCheck(next_id, uuid_of[slug], check, new_state(now))
                next_id += 1
            else:
                one = TrackedCheck(stored.id, uuid_of[slug], check, _state(transaction, stored, check, now))
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
        self._rename_snoozed(transaction)
        transaction.define(identities, Checks(tracked, transaction.snoozes, transaction.deploys, calm))
        for one in tracked:
            with one_of_many(one):
                self._redefine(transaction, one, back.get(one.id), now)
                if calm.takes(one.check.slug):
                    transaction.seal(one)

    def _redefine(
        self, transaction: Transaction, one: TrackedCheck, removed: datetime | None, now: datetime
    ) -> None:
        """``removed``: nobody has watched it since then."""
        if removed is not None:
            unwatched = operate.skip_unwatched(one.check, one.state, removed, now)
            self._settle(transaction, one, unwatched, now)
        self._settle(transaction, one, operate.redefine(one.check, transaction.state(one), now), now)
        _adapt_alerts(transaction, one, now)

    def _rename_snoozed(self, transaction: Transaction) -> None:
        """Snoozes and deploys follow a renamed check."""
        before = transaction.snoozes
        after = [
            replace(one, target=self.renames[one.target])
            if one.scope == "check" and one.target in self.renames
            else one
            for one in before
        ]
        if after != list(before):
            transaction.set_snoozes(after)
        for deploy in transaction.deploys:
            targets = tuple(
                (scope, self.renames.get(target, target) if scope == "check" else target)
                for scope, target in deploy.targets
            )
            if targets != deploy.targets:
                transaction.set_deploy(replace(deploy, targets=targets))

    def _settle(
        self, transaction: Transaction, tracked: TrackedCheck, transition: Transition, now: datetime
    ) -> None:
        before = transaction.state(tracked)
        if transition.state is not before and transition.state != before:
            transaction.apply(tracked, transition, now)


def _adapt_alerts(transaction: Transaction, tracked: TrackedCheck, now: datetime) -> None:
    """Whoever is told of checks, and when, may be others by now."""
    state = transaction.state(tracked)
    incident = state.incident
    if incident is None:
        transaction.settle_alerts(tracked, now)  # it may have settled while nobody watched
        return
    rules = transaction.alerting.rules_of(tracked.check)
    after = adopted(state, rules)
    lately = state.reason or incident.reason
    plans = adapted(after.plans or (), rules, incident.reason, incident.started_at, lately)
    if incident.acknowledgement is not None:
        plans = acknowledged(plans)  # a hook that is new, too
    if plans != state.plans:
        if after is state:
            after = state.copied()
        after.plans = plans
        transaction.replace_state(tracked, after)
    transaction.settle_alerts(tracked, now)


def _state(transaction: Transaction, stored: StoredCheck, check: Check, now: datetime) -> CheckState:
    """Where a check that is not new stands."""
    current = transaction.checks.get(stored.id)
    if current is None:
        return stored.state or _begun_again(stored, now)
    if current.check == check:
        return transaction.state(current)
    # What ran out before this edit ran out by the definition of that time.
    return _judged_or_as_it_is(transaction, current, now)


def _begun_again(stored: StoredCheck, now: datetime) -> CheckState:
    """Of a check whose state cannot be read, nothing is known but the numbers that were given."""
    state = new_state(now)
    state.n_pings, state.incidents = stored.n_pings, stored.n_incidents
    return state


def _judged_or_as_it_is(transaction: Transaction, tracked: TrackedCheck, now: datetime) -> CheckState:
    try:
        return judge(transaction, tracked, now)
    except Exception:
        logger.exception("check=%s cannot be evaluated", tracked.check.slug)
        return transaction.state(tracked)


def _identity(tracked: TrackedCheck, created_at: datetime) -> StoredCheck:
    return StoredCheck(
        id=tracked.id,
        slug=tracked.check.slug,
        uuid=tracked.uuid,
        created_at=created_at,
        removed_at=None,
        state=tracked.state,
    )

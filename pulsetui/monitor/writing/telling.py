"""What of a batch is told, and to whom: plans become rows of the outbox, in the same transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

import msgspec

from pulsetui.client.alert import Alert
from pulsetui.core.state import alert_plan, flapping
from pulsetui.core.state.alert_plan import HookPlan, Rules
from pulsetui.core.state.alerting import Alerting
from pulsetui.core.state.incident import Flip, Incident
from pulsetui.core.state.state import CheckState
from pulsetui.core.state.status import Status
from pulsetui.core.state.transition import Transition
from pulsetui.monitor.writing import alert_text
from pulsetui.monitor.writing.checks import TrackedCheck
from pulsetui.store.rows import OutboxRow

_encode_alert = msgspec.json.Encoder().encode


class Telling:
    """Of one transaction. It changes only states that nobody else has seen yet."""

    def __init__(self, alerting: Alerting, outbox: list[OutboxRow]) -> None:
        self._alerting = alerting
        self._outbox = outbox

    def tell_all(self, alert: Alert, at: datetime) -> None:
        """What concerns no single check: by every hook and at any hour."""
        self._put(alert, None, at, dict.fromkeys(self._alerting.hooks, at))

    def tell(self, alert: Alert, at: datetime, hooks: Collection[str]) -> None:
        """What concerns no check that is watched: by these hooks, at any hour."""
        self._put(alert, None, at, dict.fromkeys(hooks, at))

    def tell_note(self, tracked: TrackedCheck, alert: Alert, at: datetime) -> None:
        """What takes nothing down: at the next hour at which somebody wants to hear of it."""
        rules = self._alerting.rules_of(tracked.check)
        self._put(alert, tracked, at, _from(rules, rules, at))

    def take_flip(
        self, tracked: TrackedCheck, transition: Transition, flip: Flip, now: datetime, *, silent: bool
    ) -> None:
        """The plan of the incident that it begins, worsens or ends; who is to be told now is told, unless
        ``silent``: nobody is to be told of this check now. An end is told to those who know of it."""
        state, rules = transition.state, self._alerting.rules_of(tracked.check)
        plans = state.plans or ()
        if flip.after is Status.DOWN:
            assert flip.reason is not None
            if flip.before is Status.DOWN:
                state.plans = alert_plan.worsened(plans, rules, flip.reason, flip.at)
            else:
                state.plans = alert_plan.begin(rules, flip.reason, flip.at, plans)
                self._turn(tracked, state, flip, rules, silent=silent)
            if not silent and state.flaps_until is None:
                self._tell_down(tracked, state, flip, _incident_of(transition, flip), now)
        elif flip.before is Status.DOWN and flip.after is Status.UP:
            self._turn(tracked, state, flip, rules, silent=silent)
            if state.flaps_until is None:
                self._tell_end(tracked, state, flip, _incident_of(transition, flip), now)
        elif flip.after is not Status.UP:  # nobody expects anything of it any more
            state.plans, state.turns, state.flaps_until = (), (), None

    def take_acknowledgement(self, tracked: TrackedCheck, state: CheckState, now: datetime) -> None:
        """Somebody knows, or nobody knows after all."""
        incident, plans = state.incident, state.plans or ()
        if incident is None:
            return
        known = incident.acknowledgement
        if known is None:
            rules = self._alerting.rules_of(tracked.check)
            state.plans = alert_plan.unacknowledged(plans, rules, incident.reason, incident.started_at, now)
            return
        state.plans = alert_plan.acknowledged(plans)
        passed_on = [hook for hook in alert_plan.hooks_told(plans) if hook in self._alerting.acknowledging]
        if passed_on:
            alert = alert_text.acknowledged(tracked, incident, known)
            self._put(alert, tracked, now, dict.fromkeys(passed_on, now))

    def settle(self, tracked: TrackedCheck, state: CheckState, now: datetime) -> CheckState | None:
        """Tells what is due: to be called when nothing keeps it back. The state then; None: as it was."""
        if state.flaps_until is not None and now < state.flaps_until:
            return None
        is_due = state.incident is not None and alert_plan.due(state.plans or (), now)
        if state.flaps_until is None and not is_due:
            return None
        after = state.copied()
        after.flaps_until = None
        if state.flaps_until is not None:
            after.turns = ()
        if state.incident is not None:
            self._tell_down(tracked, after, _flip_of(state), state.incident, now)
        else:
            flip = Flip(at=state.since, before=Status.DOWN, after=state.status)
            self._tell_end(tracked, after, flip, None, now)
        return after

    def _turn(
        self, tracked: TrackedCheck, state: CheckState, flip: Flip, rules: Rules, *, silent: bool
    ) -> None:
        flapped = state.flaps_until is not None
        state.turns, state.flaps_until = flapping.turned(
            state.turns, state.flaps_until, flip.at, silent=silent
        )
        if state.flaps_until is not None and not flapped:
            hooks = alert_plan.hooks_told(state.plans or ()) or list(rules)
            alert = alert_text.flapping(tracked, flip, state.turns)
            self._put(alert, tracked, flip.at, _from(rules, hooks, flip.at))

    def _tell_down(
        self, tracked: TrackedCheck, state: CheckState, flip: Flip, incident: Incident | None, now: datetime
    ) -> None:
        rules = self._alerting.rules_of(tracked.check)
        plans = alert_plan.at_an_hour(state.plans or (), rules, now)
        due = alert_plan.due(plans, now)
        for told in sorted({plan.told for plan in due}):
            hooks = [plan.hook for plan in due if plan.told == told]
            alert = alert_text.down(tracked, state, flip, incident, told, now)
            self._put(alert, tracked, now, dict.fromkeys(hooks, now))
        state.plans = alert_plan.told(plans, rules, [plan.hook for plan in due], now)

    def _tell_end(
        self, tracked: TrackedCheck, state: CheckState, flip: Flip, incident: Incident | None, now: datetime
    ) -> None:
        rules = self._alerting.rules_of(tracked.check)
        know = alert_plan.told_of_end(state.plans or (), rules)
        state.plans = ()
        if know:
            self._put(alert_text.up(tracked, flip, incident), tracked, now, _from(rules, know, now))

    def _put(
        self, alert: Alert, tracked: TrackedCheck | None, at: datetime, hooks: Mapping[str, datetime]
    ) -> None:
        """Into the outbox, for each hook from an instant on."""
        text = _encode_alert(alert).decode()
        check_id = None if tracked is None else tracked.id
        self._outbox.extend(
            OutboxRow(check_id=check_id, hook=hook, alert=text, created_at=at, not_before=begin)
            for hook, begin in hooks.items()
        )


def _incident_of(transition: Transition, flip: Flip) -> Incident | None:
    """The incident that a flip belongs to: a transition may hold several."""
    found = [
        incident
        for incident in transition.incidents
        if incident.started_at <= flip.at and (incident.ended_at is None or flip.at <= incident.ended_at)
    ]
    return found[-1] if found else transition.state.incident


def _flip_of(state: CheckState) -> Flip:
    """The one that took it down, as far as the state tells."""
    return Flip(at=state.since, before=Status.UP, after=Status.DOWN, reason=state.reason, detail=state.detail)


def _from(rules: Rules, hooks: Collection[str], at: datetime) -> dict[str, datetime]:
    """Each hook with when it may tell what happened ``at``; without those that never may."""
    allowed = {hook: rules[hook].allowed_at(at) for hook in hooks if hook in rules}
    return {hook: begin for hook, begin in allowed.items() if begin is not None}


def adopted(state: CheckState, rules: Rules) -> CheckState:
    """A state from before there were plans: whoever should have been told of its incident was, unless it
    began in a snooze."""
    if state.plans is not None or state.incident is None:
        return state
    after = state.copied()
    begun = alert_plan.begin(rules, state.incident.reason, state.incident.started_at)
    after.plans = begun if state.alert_pending else tuple(HookPlan(plan.hook, 1, None) for plan in begun)
    after.alert_pending = False
    if state.incident.acknowledgement is not None:
        after.plans = alert_plan.acknowledged(after.plans)
    return after

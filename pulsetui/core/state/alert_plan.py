"""Who has been told of an incident, and who is told next and when.

A plan belongs to the state of a check and is committed with it, so nothing can be told that did not happen,
and nothing that happened can be forgotten before it is told. Whether now is a time to tell at all (a snooze,
a window of maintenance, another check that this one depends on) is not known here: what is due then simply
stays due.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from pulsetui.core.state.alert_rules import AlertRules
from pulsetui.core.state.status import Reason

Rules = Mapping[str, AlertRules]
"""Of one check, by the name of each hook that is to be told."""


class HookPlan(Struct, frozen=True, omit_defaults=True, gc=False):
    """Of one hook in the open incident."""

    hook: str
    told: int = 0  # how often; the second time is the first reminder
    next_at: datetime | None = None  # when it is told next if nothing changes; None: not again
    told_at: datetime | None = None  # the last time; None also where that was not written down (0.1.0)
    moved: bool = False  # ``next_at`` is not what follows from the rules alone


Plans = tuple[HookPlan, ...]


def begin(rules: Rules, reason: Reason, at: datetime, before: Plans = ()) -> Plans:
    """An incident began at ``at``. ``before`` is the plan of the last one where its end was not told, since
    the check flaps: whoever was told of that one knows already."""
    told = {plan.hook: plan.told for plan in before}
    return tuple(HookPlan(hook, told.get(hook, 0), _first(rule, reason, at)) for hook, rule in rules.items())


def _first(rule: AlertRules, reason: Reason, at: datetime) -> datetime | None:
    if not rule.tells_of(reason):
        return None
    return rule.allowed_at(at if rule.after is None else at + rule.after)


def adapted(plans: Plans, rules: Rules, reason: Reason, since: datetime, lately: Reason) -> Plans:
    """The same under rules that may be others by now: a hook that is new is told of the incident too, one
    that is gone is told nothing more. What was told stays told; whoever would have been told by now under
    these rules is told now. The incident began for ``reason``, and goes on for ``lately``."""
    known = {plan.hook: plan for plan in plans}
    return tuple(
        _by(rule, known.get(hook, HookPlan(hook)), reason, since, lately) for hook, rule in rules.items()
    )


def _by(rule: AlertRules, plan: HookPlan, reason: Reason, since: datetime, lately: Reason) -> HookPlan:
    """The plan as ``rule`` wants it, whatever it was made by. The same rule changes nothing."""
    # Whoever was told, or is about to be, may have been so for what it became.
    for_lately = (plan.told or plan.moved) and rule.tells_of(lately)
    if not rule.tells_of(reason) and not for_lately:
        next_at = None
    elif plan.moved or (plan.told and plan.told_at is None):
        next_at = None if plan.next_at is None else rule.allowed_at(plan.next_at)
    elif plan.told_at is not None:
        next_at = _reminder(rule, plan.told_at)
    else:
        next_at = _first(rule, reason, since)
    return plan if next_at == plan.next_at else replace(plan, next_at=next_at)


def worsened(plans: Plans, rules: Rules, reason: Reason, at: datetime) -> Plans:
    """The open incident has another reason since ``at``: who was told of the first is told of it as well,
    and so is who wants to know of this one only."""

    def again(plan: HookPlan) -> HookPlan:
        rule = rules.get(plan.hook)
        if rule is None or not rule.tells_of(reason):
            return plan
        if plan.told:
            return replace(plan, next_at=rule.allowed_at(at), moved=True)
        if plan.next_at is not None:
            return plan
        return replace(plan, next_at=_first(rule, reason, at), moved=True)

    return tuple(again(plan) for plan in plans)


def due(plans: Plans, now: datetime) -> Sequence[HookPlan]:
    """Who is to be told now."""
    return [plan for plan in plans if plan.next_at is not None and plan.next_at <= now]


def at_an_hour(plans: Plans, rules: Rules, now: datetime) -> Plans:
    """What is due at an hour at which a hook tells nobody, since nobody looked sooner, is due when it may."""

    def moved(plan: HookPlan) -> HookPlan:
        rule = rules.get(plan.hook)
        if rule is None or plan.next_at is None or plan.next_at > now:
            return plan
        allowed = rule.allowed_at(now)
        return plan if allowed == now else replace(plan, next_at=allowed)

    return tuple(moved(plan) for plan in plans)


def told(plans: Plans, rules: Rules, hooks: Sequence[str], now: datetime) -> Plans:
    """These were told at ``now``: reminded later, if that is wanted."""

    def after(plan: HookPlan) -> HookPlan:
        if plan.hook not in hooks:
            return plan
        return HookPlan(plan.hook, plan.told + 1, _reminder(rules.get(plan.hook), now), now)

    return tuple(after(plan) for plan in plans)


def _reminder(rule: AlertRules | None, now: datetime) -> datetime | None:
    return rule.allowed_at(now + rule.repeat) if rule is not None and rule.repeat else None


def acknowledged(plans: Plans) -> Plans:
    """Somebody knows: nobody is told again, nor anybody else."""
    return tuple(replace(plan, next_at=None) for plan in plans)


def unacknowledged(plans: Plans, rules: Rules, reason: Reason, since: datetime, now: datetime) -> Plans:
    """Nobody knows after all, of what began at ``since``."""

    def again(plan: HookPlan) -> HookPlan:
        rule = rules.get(plan.hook)
        if rule is None or plan.next_at is not None:
            return plan
        if plan.told:
            return replace(plan, next_at=_reminder(rule, now), moved=True)
        return replace(plan, next_at=_first(rule, reason, since), moved=False)

    return tuple(again(plan) for plan in plans)


def postponed(plans: Plans, until: datetime) -> Plans:
    """What is due before ``until`` is due then."""
    return tuple(
        replace(plan, next_at=until, moved=True)
        if plan.next_at is not None and plan.next_at < until
        else plan
        for plan in plans
    )


def next_due(plans: Plans, now: datetime) -> datetime | None:
    """The earliest instant after ``now`` at which somebody is to be told."""
    return min(
        (plan.next_at for plan in plans if plan.next_at is not None and plan.next_at > now), default=None
    )


def hooks_told(plans: Plans) -> Sequence[str]:
    """Who knows of the incident."""
    return [plan.hook for plan in plans if plan.told]


def told_of_end(plans: Plans, rules: Rules) -> Sequence[str]:
    """Who knows of the incident and wants to hear of its end."""
    return [hook for hook in hooks_told(plans) if hook in rules and rules[hook].tells_recovery]

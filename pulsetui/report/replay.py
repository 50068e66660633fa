"""What today's rules would have told of what happened: nothing is sent, and nothing is asked but the past.

It walks through the flips and acknowledgements of the past with the functions by which the engine decides
(``core.state``), so that the two cannot disagree. Unlike the engine it does not know of snoozes of that time,
nor of an acknowledgement that a worse reason has undone: neither is kept. Notes (an overlap, a duplicate
run), which take nothing down, are left out.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct, field

from pulsetui.core.state import alert_plan, flapping
from pulsetui.core.state.alert_plan import Plans, Rules
from pulsetui.core.state.alerting import Alerting
from pulsetui.core.state.check import Check
from pulsetui.core.state.incident import Flip
from pulsetui.core.state.maintenance import maintained_until
from pulsetui.core.state.status import SILENCE, Reason, Status

_FAR = 100_000
"""Steps of one replay: what goes on for longer says that it was cut."""

_SILENCE, _LOOK, _FLIP, _ACKNOWLEDGED = range(4)
"""At one instant what has run out is judged first, then what is due is told, and then comes what arrives."""

What = Literal["down", "worse", "reminder", "up", "flaps", "acknowledged"]


class Past(Struct, frozen=True, kw_only=True):
    """What is known of one check."""

    check: Check  # as it is today
    flips: Sequence[Flip]  # oldest first
    acknowledged: Sequence[datetime] = ()


class WouldTell(Struct, frozen=True, kw_only=True):
    """One alert that would have gone out."""

    at: datetime  # not before: quiet hours may lie between what happened and this
    hook: str
    slug: str
    name: str
    what: What
    reason: Reason | None = None  # why it is down, or was
    reminder: int = 0  # 3 for the third


class Kept(Struct, frozen=True, kw_only=True):
    """An incident of which nobody was told when it began, and why."""

    at: datetime
    slug: str
    name: str
    why: str  # "maintenance", "depends on db"


class Replay(Struct, frozen=True, kw_only=True):
    """All of it, in the order of time."""

    told: Sequence[WouldTell]
    kept: Sequence[Kept]
    cut: bool = False  # there was too much of it


class _Now(Struct):
    """One check at the instant that the replay has reached."""

    check: Check
    rules: Rules
    is_down: bool = False
    reason: Reason | None = None  # the newest for which it was down
    plans: Plans = ()
    turns: tuple[datetime, ...] = ()
    flaps_until: datetime | None = None
    wakes: datetime | None = None
    parents: list[str] = field(default_factory=list)  # directly or through others
    children: list[str] = field(default_factory=list)


def replay(past: Iterable[Past], alerting: Alerting, since: datetime, until: datetime) -> Replay:
    """What would have been told from ``since`` up to ``until``. What began before is taken into account."""
    return _Walk(list(past), alerting, since, until).walk()


class _Walk:
    def __init__(self, past: Sequence[Past], alerting: Alerting, since: datetime, until: datetime) -> None:
        self._alerting, self._since, self._until = alerting, since, until
        self._told: list[WouldTell] = []
        self._kept: list[Kept] = []
        self._checks = {
            one.check.slug: _Now(check=one.check, rules=alerting.rules_of(one.check)) for one in past
        }
        for slug, now in self._checks.items():
            now.parents = self._parents_of(now.check)
            for parent in now.parents:
                self._checks[parent].children.append(slug)
        self._count = itertools.count()
        self._queue: list[tuple[datetime, int, int, str, Flip | None]] = []
        for one in past:
            for flip in one.flips:
                ran_out = flip.after is Status.DOWN and flip.reason in SILENCE
                self._push(flip.at, _SILENCE if ran_out else _FLIP, one.check.slug, flip)
            for at in one.acknowledged:
                self._push(at, _ACKNOWLEDGED, one.check.slug)

    def _parents_of(self, check: Check) -> list[str]:
        found: dict[str, None] = {}
        waiting = list(check.depends_on)
        while waiting:
            slug = waiting.pop()
            if slug in self._checks and slug not in found and slug != check.slug:
                found[slug] = None
                waiting += self._checks[slug].check.depends_on
        return list(found)

    def _push(self, at: datetime, rank: int, slug: str, flip: Flip | None = None) -> None:
        if at <= self._until:
            heapq.heappush(self._queue, (at, rank, next(self._count), slug, flip))

    def walk(self) -> Replay:
        steps = 0
        while self._queue and steps < _FAR:
            at, rank, _, slug, flip = heapq.heappop(self._queue)
            steps += 1
            now = self._checks[slug]
            if flip is not None:
                self._flip(now, flip)
            elif rank == _ACKNOWLEDGED:
                self._acknowledge(now, at)
            else:
                now.wakes = None
                self._settle(now, at)
            self._arm(now, at)
        told = sorted(self._told, key=lambda one: (one.at, one.hook, one.slug))
        shown = [one for one in told if self._since <= one.at <= self._until]
        kept = [one for one in self._kept if self._since <= one.at]
        return Replay(told=shown, kept=kept, cut=bool(self._queue))

    # What happens

    def _flip(self, now: _Now, flip: Flip) -> None:
        why = self._silent(now, flip.at)
        if flip.after is Status.DOWN:
            self._down(now, flip, why)
        elif flip.after is not Status.UP:  # paused: nobody expects anything of it any more
            now.plans, now.turns, now.flaps_until = (), (), None
        elif flip.before is Status.DOWN:
            self._turn(now, flip, why)
            if now.flaps_until is None:
                self._end(now, flip.at)
        if flip.before is Status.DOWN and flip.after is not Status.DOWN:
            now.is_down = False
            for child in now.children:
                self._wait(self._checks[child], flip.at)

    def _down(self, now: _Now, flip: Flip, why: str) -> None:
        assert flip.reason is not None
        now.reason = flip.reason
        if flip.before is Status.DOWN:
            now.plans = alert_plan.worsened(now.plans, now.rules, flip.reason, flip.at)
        else:
            now.plans = alert_plan.begin(now.rules, flip.reason, flip.at, now.plans)
            now.is_down = True
            self._turn(now, flip, why)
            if why:
                self._kept.append(Kept(at=flip.at, slug=now.check.slug, name=now.check.name, why=why))
        if not why and now.flaps_until is None:
            self._tell(now, flip.at, worse=flip.before is Status.DOWN)

    def _turn(self, now: _Now, flip: Flip, why: str) -> None:
        flapped = now.flaps_until is not None
        now.turns, now.flaps_until = flapping.turned(now.turns, now.flaps_until, flip.at, silent=bool(why))
        if now.flaps_until is not None and not flapped:
            hooks = alert_plan.hooks_told(now.plans) or list(now.rules)
            self._put(now, hooks, flip.at, "flaps")

    def _acknowledge(self, now: _Now, at: datetime) -> None:
        if not now.is_down:
            return
        passed_on = [
            hook for hook in alert_plan.hooks_told(now.plans) if hook in self._alerting.acknowledging
        ]
        now.plans = alert_plan.acknowledged(now.plans)
        for hook in passed_on:
            self._add(now, hook, at, "acknowledged")

    def _wait(self, child: _Now, at: datetime) -> None:
        if child.plans and child.is_down:
            child.plans = alert_plan.postponed(child.plans, at + child.check.grace)
        self._push(at, _LOOK, child.check.slug)

    # What is told

    def _silent(self, now: _Now, at: datetime) -> str:
        """Why nobody is to be told of it at that instant."""
        if maintained_until(self._alerting.windows, now.check, at) is not None:
            return "maintenance"
        down = [parent for parent in now.parents if self._checks[parent].is_down]
        return f"depends on {', '.join(down)}" if down else ""

    def _settle(self, now: _Now, at: datetime) -> None:
        if not (now.plans or now.flaps_until) or self._silent(now, at):
            return
        if now.flaps_until is not None:
            if at < now.flaps_until:
                return
            now.flaps_until, now.turns = None, ()
            if not now.is_down:
                self._end(now, at)
        if now.is_down:
            self._tell(now, at)

    def _tell(self, now: _Now, at: datetime, *, worse: bool = False) -> None:
        now.plans = alert_plan.at_an_hour(now.plans, now.rules, at)
        due = alert_plan.due(now.plans, at)
        for plan in due:
            what: What = "worse" if worse else "reminder" if plan.told else "down"
            self._add(now, plan.hook, at, what, plan.told)
        now.plans = alert_plan.told(now.plans, now.rules, [plan.hook for plan in due], at)

    def _end(self, now: _Now, at: datetime) -> None:
        know = alert_plan.told_of_end(now.plans, now.rules)
        now.plans = ()
        self._put(now, know, at, "up")

    def _put(self, now: _Now, hooks: Collection[str], at: datetime, what: What) -> None:
        """By each hook from when it may."""
        for hook in hooks:
            begin = now.rules[hook].allowed_at(at) if hook in now.rules else None
            if begin is not None:
                self._add(now, hook, begin, what)

    def _add(self, now: _Now, hook: str, at: datetime, what: What, reminder: int = 0) -> None:
        self._told.append(
            WouldTell(
                at=at,
                hook=hook,
                slug=now.check.slug,
                name=now.check.name,
                what=what,
                reason=now.reason,
                reminder=reminder,
            )
        )

    # When it is looked at next

    def _arm(self, now: _Now, at: datetime) -> None:
        wake = self._next_look(now, at)
        if wake is not None and wake != now.wakes:
            now.wakes = wake
            self._push(wake, _LOOK, now.check.slug)

    def _next_look(self, now: _Now, at: datetime) -> datetime | None:
        if now.flaps_until is not None and now.flaps_until > at:
            return now.flaps_until
        if now.flaps_until is not None or alert_plan.due(now.plans, at):
            # It is silent: until a window closes; a parent that comes up says so itself.
            return maintained_until(self._alerting.windows, now.check, at)
        return alert_plan.next_due(now.plans, at)


def by_hook(told: Sequence[WouldTell]) -> Mapping[str, Sequence[WouldTell]]:
    """The time line of each hook, in the order in which they first tell anything."""
    lines: dict[str, list[WouldTell]] = {}
    for one in told:
        lines.setdefault(one.hook, []).append(one)
    return lines

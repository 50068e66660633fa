"""Who is told next of an open incident, and what keeps that back, in words. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from pulsetui.client.views import CheckDetails, CheckView, DeliveryView
from pulsetui.core.text.phrases import count_text
from pulsetui.tui.draw.lines import Span

Say = Callable[[datetime | None], str]
"""An instant on the person's wall clock."""


def plan_texts(details: CheckDetails, view: CheckView, now: datetime, say: Say) -> list[Span]:
    """A sentence for each hook that is told again if nothing changes, or why nobody is told."""
    if why := kept_back(details, view, now, say):
        return [(f"nobody is told now: {why}", "accent")]
    texts: list[Span] = []
    for plan in details.plans:
        if plan.next_at is not None:
            when = "now" if plan.next_at <= now else say(plan.next_at)
            again = "told again" if plan.told else "told"
            unless = "" if view.acknowledged else " unless somebody acknowledges it"
            texts.append((f"{plan.hook} is {again} {when}{unless}", "text"))
    return texts


def kept_back(details: CheckDetails, view: CheckView, now: datetime, say: Say) -> str:
    """Why nobody is told now; "" when that is not so."""
    if view.snoozed_until is not None and view.snoozed_until > now:
        return f"snoozed until {say(view.snoozed_until)}"
    if details.maintained_until is not None and details.maintained_until > now:
        return f"maintenance until {say(details.maintained_until)}"
    if details.waits_for:
        are = "is" if len(details.waits_for) == 1 else "are"
        return f"it depends on {', '.join(details.waits_for)}, which {are} down"
    return ""


def told_text(told: Sequence[DeliveryView], now: datetime, say: Say) -> Span:
    """What became of the last alert by each hook, in one sentence; "" where none went out."""
    last = {one.hook: one for one in told}
    if not last:
        return "", "text"
    said = [f"{one.hook} {_became(one, now, say)}" for one in last.values()]
    failed = any(one.delivered_at is None and one.error for one in last.values())
    return f"Notified: {'; '.join(said)}.", "warning" if failed else "text"


def _became(one: DeliveryView, now: datetime, say: Say) -> str:
    what = f" (reminder {one.reminder})" if one.reminder else ""
    error = f": {one.error}" if one.error else ""
    if one.delivered_at is not None:
        return f"{say(one.delivered_at)}{what}"
    if one.next_try_at is None:
        return f"gave up after {count_text(one.tries, 'try', 'tries')}{error}"
    later = say(one.next_try_at) if one.next_try_at > now else "at once"
    if one.tries:
        return f"failed {count_text(one.tries, 'time')}, next try {later}{error}"
    return f"waits{error}" if error else f"is told {later}"

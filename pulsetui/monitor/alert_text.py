"""The words of an alert."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from msgspec.structs import replace

from pulsetui.client.alert import Alert, AlertEvent
from pulsetui.core.schedule.duration import format_duration
from pulsetui.core.schedule.zone import zone
from pulsetui.core.state.check import Check
from pulsetui.core.state.incident import Flip
from pulsetui.core.state.state import CheckState
from pulsetui.core.state.status import Reason, Status
from pulsetui.core.state.transition import Transition
from pulsetui.core.text.phrases import count_text

_SAYS = {
    Reason.MISSED: "is overdue",
    Reason.FAILED: "failed",
    Reason.HUNG: "hangs",
    Reason.UNMET: "did not do what is expected",
    Reason.TOO_SHORT: "ended too soon",
    Reason.NOT_STARTED: "did not start",
    Reason.NEVER: "has never reported",
    Reason.RAN_TWICE: "ran twice",
    Reason.OVERLAP: "overlaps its own run before",
}


def alert_of(check: Check, transition: Transition, flip: Flip) -> Alert | None:
    """What a flip tells, or None: only going down and coming back are told."""
    local = zone(check.schedule.timezone)
    if flip.after is Status.DOWN:
        assert flip.reason is not None
        still = ", and now " if flip.before is Status.DOWN else " "
        title = (
            f"{check.name}{' is still down' if flip.before is Status.DOWN else ''}{still}{_SAYS[flip.reason]}"
        )
        lines = [f"{flip.detail} ({_when(flip.at, local)})", f"Scheduled {check.schedule.describe()}"]
        if (success := transition.state.last_success) is not None:
            lines.append(f"Last success {_when(success, local)}")
        else:
            lines.append("It has never succeeded")
        if check.desc:
            lines.append(check.desc)
        return _alert(AlertEvent.DOWN, check, flip, title, lines)
    if flip.before is Status.DOWN and flip.after is Status.UP:
        ended = next((incident for incident in transition.incidents if incident.ended_at == flip.at), None)
        lines = []
        if ended is not None:
            lines.append(f"It was down for {format_duration(flip.at - ended.started_at)}")
            if count := ended.missed_count:
                lines.append(f"{count_text(count, 'scheduled run')} {'was' if count == 1 else 'were'} missed")
        return _alert(AlertEvent.UP, check, flip, f"{check.name} is up again", lines)
    return None


def refusing(trouble: str, at: datetime) -> Alert:
    """PulseTUI itself is in trouble: it takes no pings, so that it can judge nobody."""
    body = f"{trouble}\nWhat runs out meanwhile cannot be judged."
    return Alert(
        event=AlertEvent.UNWATCHED, at=at, title="PulseTUI refuses pings and watches nothing", body=body
    )


def alert_of_note(check: Check, note: str, at: datetime) -> Alert:
    """What an overlap or a duplicate run tells where it does not take the check down."""
    flip = Flip(at=at, before=Status.UP, after=Status.UP)
    lines = [f"{note} ({_when(at, zone(check.schedule.timezone))})"]
    return _alert(AlertEvent.NOTE, check, flip, f"{check.name} {note.partition(':')[0]}", lines)


def still_down(check: Check, state: CheckState) -> Alert:
    """What is told when a snooze ends over a check that went down in it."""
    flip = Flip(at=state.since, before=Status.UP, after=Status.DOWN, reason=state.reason, detail=state.detail)
    alert = alert_of(check, Transition(state=state), flip)
    assert alert is not None
    return replace(alert, body=f"{alert.body}\nIt went down while it was snoozed")


def unwatched_digest(names: Sequence[str], since: datetime, until: datetime, why: str) -> Alert:
    """One alert for all deadlines that nobody watched."""
    count = len(names)
    title = f"{count_text(count, 'check')} could not be judged"
    span = f"{_when(since)} to {_when(until)}"
    body = f"{why}: {span}. Deadlines passed in that time: {', '.join(names)}. Judged again when next due."
    return Alert(event=AlertEvent.UNWATCHED, at=until, title=title, body=body)


def _alert(event: AlertEvent, check: Check, flip: Flip, title: str, lines: Sequence[str]) -> Alert:
    return Alert(
        event=event,
        at=flip.at,
        title=title,
        body="\n".join(lines),
        slug=check.slug,
        name=check.name,
        status=flip.after,
        reason=flip.reason,
        tags=check.tags,
    )


def _when(instant: datetime, local: tzinfo | None = None) -> str:
    return instant.astimezone(local).strftime("%a %Y-%m-%d %H:%M %Z")

"""The words of an alert."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from msgspec.structs import replace

from pulsetui.client.alert import Alert, AlertEvent
from pulsetui.client.status_words import SAYS_DOWN
from pulsetui.core.schedule.duration import format_duration
from pulsetui.core.schedule.zone import zone
from pulsetui.core.state.check import Check
from pulsetui.core.state.incident import Acknowledgement, Flip, Incident
from pulsetui.core.state.maintenance import MaintenanceWindow
from pulsetui.core.state.state import CheckState
from pulsetui.core.state.status import Status
from pulsetui.core.text.phrases import count_text
from pulsetui.monitor.writing.checks import TrackedCheck

_MISSED_LISTED = 10
_WORTH_SAYING = timedelta(minutes=2)
"""For how long it has been down, beyond the time that telling takes."""

_ORDINALS = {1: "1st", 2: "2nd", 3: "3rd"}


def down(
    tracked: TrackedCheck, state: CheckState, flip: Flip, incident: Incident | None, told: int, now: datetime
) -> Alert:
    """A check is down by ``flip``. ``told`` is how often that was told already: then it is a reminder, or the
    incident has another reason now, which the flip says."""
    check, local = tracked.check, zone(tracked.check.schedule.timezone)
    assert flip.reason is not None
    since = flip.at if incident is None else incident.since
    if flip.before is Status.DOWN:
        title = f"{check.name} is still down, and now {SAYS_DOWN[flip.reason]}"
    elif told:
        title = f"{check.name} is still down, {_ordinal(told)} reminder: it {SAYS_DOWN[flip.reason]}"
    else:
        title = f"{check.name} {SAYS_DOWN[flip.reason]}"
    lines = [f"{flip.detail} ({_when(flip.at, local)})"]
    if now - since >= _WORTH_SAYING:
        first = incident.failing_since if incident is not None else None
        said = f", since the first failure in a row ({_when(first, local)})" if first is not None else ""
        lines.append(f"Down for {_rough(now - since)}{said}")
    lines.append(f"Scheduled {check.schedule.describe()}")
    if state.last_success is not None:
        lines.append(f"Last success {_when(state.last_success, local)}")
    else:
        lines.append("It has never succeeded")
    if incident is not None and incident.missed_count > 1:
        lines.append(_missed(incident))
    if state.last_line and state.last_line not in flip.detail:
        lines.append(f"It said last: {state.last_line}")
    if check.desc:
        lines.append(check.desc)
    lines += _whom_to_ask(check)
    alert = _alert(AlertEvent.DOWN, tracked, flip, title, lines, incident)
    return replace(alert, last_success=state.last_success, output=state.last_line, reminder=told)


def up(tracked: TrackedCheck, flip: Flip, incident: Incident | None) -> Alert:
    """It has recovered; ``incident`` is the one that ended, if it is known."""
    lines = []
    down_for_s = 0.0
    if incident is not None:
        down_for_s = (flip.at - incident.since).total_seconds()
        lines.append(f"It was down for {format_duration(flip.at - incident.since)}")
        if count := incident.missed_count:
            lines.append(f"{count_text(count, 'scheduled run')} {'was' if count == 1 else 'were'} missed")
        if (known := incident.acknowledgement) is not None:
            lines.append(f"Acknowledged by {known.by}{f': {known.note}' if known.note else ''}")
    title = f"{tracked.check.name} is up again"
    return replace(_alert(AlertEvent.UP, tracked, flip, title, lines, incident), down_for_s=down_for_s)


def flapping(tracked: TrackedCheck, flip: Flip, turns: Sequence[datetime]) -> Alert:
    """It goes down and comes up again and again."""
    title = f"{tracked.check.name} keeps going down and coming up"
    span = _rough(turns[-1] - turns[0])
    body = f"{len(turns)} changes in {span}. You hear of it again when it has settled."
    return _alert(AlertEvent.NOTE, tracked, flip, title, [body], None)


def acknowledged(tracked: TrackedCheck, incident: Incident, known: Acknowledgement) -> Alert:
    """Somebody knows."""
    flip = Flip(at=known.at, before=Status.DOWN, after=Status.DOWN, reason=incident.reason)
    title = f"{tracked.check.name} was acknowledged by {known.by}"
    lines = [known.note] if known.note else []
    return _alert(AlertEvent.ACKNOWLEDGED, tracked, flip, title, lines, incident)


def announcement(window: MaintenanceWindow, begin: datetime, at: datetime, local: tzinfo) -> Alert:
    """A window of maintenance opens soon."""
    what = ", ".join([*sorted(window.checks), *(f"#{tag}" for tag in sorted(window.tags))]) or "everything"
    span = f"{_when(begin, local)} for {format_duration(window.duration)}"
    title = f"Maintenance {window.name} begins {_when(begin, local)}"
    body = f"{span}: {what}. What is missed then is recorded, and nobody is told of it."
    return Alert(event=AlertEvent.NOTE, at=at, title=title, body=body)


def refusing(trouble: str, at: datetime) -> Alert:
    """PulseTUI itself is in trouble: it takes no pings, so that it can judge nobody."""
    body = f"{trouble}\nWhat runs out meanwhile cannot be judged."
    return Alert(
        event=AlertEvent.UNWATCHED, at=at, title="PulseTUI refuses pings and watches nothing", body=body
    )


def noted(tracked: TrackedCheck, note: str, at: datetime) -> Alert:
    """What an overlap or a duplicate run tells where it does not take the check down."""
    check = tracked.check
    flip = Flip(at=at, before=Status.UP, after=Status.UP)
    lines = [f"{note} ({_when(at, zone(check.schedule.timezone))})"]
    return _alert(AlertEvent.NOTE, tracked, flip, f"{check.name} {note.partition(':')[0]}", lines, None)


def unwatched_digest(
    names: Sequence[str], since: datetime, until: datetime, why: str, local: tzinfo
) -> Alert:
    """One alert for all deadlines that nobody watched."""
    count = len(names)
    title = f"{count_text(count, 'check')} could not be judged"
    span = f"{_when(since, local)} to {_when(until, local)}"
    body = f"{why}: {span}. Deadlines passed in that time: {', '.join(names)}. Judged again when next due."
    return Alert(event=AlertEvent.UNWATCHED, at=until, title=title, body=body)


def _alert(
    event: AlertEvent,
    tracked: TrackedCheck,
    flip: Flip,
    title: str,
    lines: Sequence[str],
    incident: Incident | None,
) -> Alert:
    check = tracked.check
    alert = Alert(
        event=event,
        at=flip.at,
        title=title,
        body="\n".join(lines),
        slug=check.slug,
        name=check.name,
        status=flip.after,
        reason=flip.reason,
        tags=check.tags,
        detail=flip.detail,
        owner=check.owner,
        runbook=check.runbook,
    )
    if incident is None:
        return alert
    known = incident.acknowledgement
    return replace(
        alert,
        key=f"{tracked.uuid}-{incident.n}",
        since=incident.since,
        missed=incident.missed[:_MISSED_LISTED],
        missed_count=incident.missed_count,
        acknowledged_by="" if known is None else known.by,
        note="" if known is None else known.note,
    )


def _rough(span: timedelta) -> str:
    """Nobody needs the seconds of a day."""
    whole = timedelta(minutes=1) if span >= timedelta(hours=1) else timedelta(seconds=1)
    return format_duration(span - span % whole)


def _missed(incident: Incident) -> str:
    return f"{count_text(incident.missed_count, 'scheduled run')} missed"


def _whom_to_ask(check: Check) -> list[str]:
    lines = []
    if check.owner:
        lines.append(f"Owner: {check.owner}")
    if check.runbook:
        lines.append(f"Runbook: {check.runbook}")
    return lines


def _ordinal(number: int) -> str:
    return _ORDINALS.get(number, f"{number}th") if number < 20 else f"{number}."


def _when(instant: datetime, local: tzinfo) -> str:
    return instant.astimezone(local).strftime("%a %Y-%m-%d %H:%M %Z")

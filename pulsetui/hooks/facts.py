"""An alert as plain, cleaned facts: what a program or a message template gets to see."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from pulsetui.client.alert import Alert
from pulsetui.core.schedule.duration import format_duration
from pulsetui.core.text.clean import clean, clean_lines
from pulsetui.hooks.hook import Links

MAX_BODY_LINES: Final = 100
MAX_BODY_COLUMNS: Final = 500
MAX_LINE_LENGTH: Final = 500
"""Bounds on what one alert may weigh: together well under the smallest limit on an argument (128 kB)."""
MAX_URL_LENGTH: Final = 2000
DRILL: Final = "DRILL"
"""How the title of an alert begins when nothing is wrong."""

FACTS: Final = {
    "event": "what happened: down, up, acknowledged, unwatched, note, test",
    "slug": "the check; empty when it is about many",
    "name": "the check's name",
    "status": "the check's status now",
    "reason": "why it is down: missed, failed, hung, …",
    "title": "all of it in one line",
    "body": "all of it in a few lines",
    "at": "when it happened",
    "tags": "the check's tags, with spaces between them",
    "key": "the same for all that is told of one incident, and of no other",
    "since": "when the incident began",
    "detail": "what is wrong, in words",
    "missed": "the scheduled instants without a report, the first few, with spaces between them",
    "missed_count": "how many there are",
    "last_success": "when it last succeeded",
    "output": "the last line of what the job said last",
    "owner": "whom to ask",
    "runbook": "where it says what to do",
    "reminder": "3 for the third reminder",
    "down_for": "how long it was down, when it is up again: 1h5m",
    "acknowledged_by": "who knows",
    "note": "what they said of it",
    "drill": "true when nothing is wrong and somebody tries whether alerts arrive",
    "acknowledge_url": "a link that acknowledges; empty without a public_url",
    "snooze_url": "a link that snoozes",
    "look_url": "a link to look at it",
}
"""Every fact by name, and what it says. Instants are ISO 8601 in UTC."""


def facts(alert: Alert, links: Links | None = None) -> dict[str, str]:
    """Every fact by name as text; what does not apply is empty. Only ``body`` has line breaks."""
    links = links or Links()
    return {
        "event": alert.event.value,
        "slug": _line(alert.slug),
        "name": _line(alert.name),
        "status": alert.status.value if alert.status else "",
        "reason": alert.reason.value if alert.reason else "",
        "title": title(alert),
        "body": "\n".join(clean_lines(alert.body, MAX_BODY_LINES, MAX_BODY_COLUMNS)),
        "at": _instant(alert.at),
        "tags": " ".join(tags(alert)),
        "key": _line(alert.key),
        "since": _instant(alert.since),
        "detail": _line(alert.detail),
        "missed": " ".join(map(_instant, alert.missed)),
        "missed_count": str(alert.missed_count or ""),
        "last_success": _instant(alert.last_success),
        "output": _line(alert.output),
        "owner": _line(alert.owner),
        "runbook": _line(alert.runbook),
        "reminder": str(alert.reminder or ""),
        "down_for": down_for(alert),
        "acknowledged_by": _line(alert.acknowledged_by),
        "note": _line(alert.note),
        "drill": "true" if alert.drill else "",
        "acknowledge_url": clean(links.acknowledge, MAX_URL_LENGTH),
        "snooze_url": clean(links.snooze, MAX_URL_LENGTH),
        "look_url": clean(links.look, MAX_URL_LENGTH),
    }


def document(alert: Alert, links: Links | None = None) -> dict[str, object]:
    """The facts for JSON: what are several is a list, what is a number a number."""
    return {
        **facts(alert, links),
        "tags": tags(alert),
        "missed": [_instant(instant) for instant in alert.missed],
        "missed_count": alert.missed_count,
        "reminder": alert.reminder,
        "down_for_s": alert.down_for_s,
        "drill": alert.drill,
    }


def title(alert: Alert) -> str:
    """One line that says what happened, and first of all whether it is only a drill."""
    words = clean(alert.title, MAX_LINE_LENGTH)
    if not alert.drill or words.upper().startswith(DRILL):
        return words
    return clean(f"{DRILL}: {words}", MAX_LINE_LENGTH)


def tags(alert: Alert) -> list[str]:
    """The tags, cleaned; one that holds a space keeps it."""
    return [tag for tag in map(_line, alert.tags) if tag]


def down_for(alert: Alert) -> str:
    """How long the incident lasted that has ended, in words; empty when none has, or it is not known."""
    return format_duration(timedelta(seconds=round(alert.down_for_s))) if alert.down_for_s else ""


def _line(text: str) -> str:
    return clean(text, MAX_LINE_LENGTH)


def _instant(instant: datetime | None) -> str:
    return "" if instant is None else instant.astimezone(UTC).isoformat(timespec="seconds")

"""What whoever reads an alert at night can do next, in lines for the end of a message."""

from __future__ import annotations

from pulsetui.client.alert import Alert, AlertEvent
from pulsetui.core.text.clean import clean
from pulsetui.hooks.facts import MAX_LINE_LENGTH, MAX_URL_LENGTH
from pulsetui.hooks.hook import Links


def is_open(alert: Alert) -> bool:
    """Whether it tells of an incident that can be acknowledged: of one check, or of a drill without any."""
    return alert.event is AlertEvent.DOWN and bool(alert.slug or alert.key)


def look_further(alert: Alert) -> str:
    """The command that shows more; empty where the alert is about no single check that is down."""
    return f"pulsetui show {_slug(alert)}" if is_open(alert) and alert.slug else ""


def next_steps(alert: Alert, links: Links, *, buttons: bool = False) -> list[str]:
    """How to look further, and how to acknowledge unless the message has ``buttons`` for that."""
    if not is_open(alert):
        return []
    lines = [f"Look further: {look_further(alert)}"] if alert.slug else []
    if buttons:
        return lines
    if links.acknowledge:
        lines.append(f"Acknowledge: {clean(links.acknowledge, MAX_URL_LENGTH)}")
    elif alert.slug:
        lines.append(f"Acknowledge: pulsetui ack {_slug(alert)}")
    if links.snooze:
        lines.append(f"Snooze 1 h: {clean(links.snooze, MAX_URL_LENGTH)}")
    return lines


def _slug(alert: Alert) -> str:
    return clean(alert.slug, MAX_LINE_LENGTH)

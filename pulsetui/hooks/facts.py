"""An alert as plain, cleaned facts: what a program or a message template gets to see."""

from __future__ import annotations

from datetime import UTC
from typing import Final

from pulsetui.client.alert import Alert
from pulsetui.core.text.clean import clean, clean_lines

MAX_BODY_LINES: Final = 100
MAX_BODY_COLUMNS: Final = 500
MAX_LINE_LENGTH: Final = 500
"""Bounds on what one alert may weigh: together well under the smallest limit on an argument (128 kB)."""

FACTS: Final = ("event", "slug", "name", "status", "reason", "title", "body", "at", "tags")


def facts(alert: Alert) -> dict[str, str]:
    """Every fact by name as text; what does not apply is empty. Only ``body`` has line breaks.

    ``at`` is ISO 8601 in UTC, ``tags`` are separated by spaces.
    """
    return {
        "event": alert.event.value,
        "slug": clean(alert.slug, MAX_LINE_LENGTH),
        "name": clean(alert.name, MAX_LINE_LENGTH),
        "status": alert.status.value if alert.status else "",
        "reason": alert.reason.value if alert.reason else "",
        "title": clean(alert.title, MAX_LINE_LENGTH),
        "body": "\n".join(clean_lines(alert.body, MAX_BODY_LINES, MAX_BODY_COLUMNS)),
        "at": alert.at.astimezone(UTC).isoformat(timespec="seconds"),
        "tags": " ".join(tags(alert)),
    }


def tags(alert: Alert) -> list[str]:
    """The tags, cleaned; one that holds a space keeps it."""
    return [tag for tag in (clean(tag, MAX_LINE_LENGTH) for tag in alert.tags) if tag]

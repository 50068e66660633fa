"""What messages to people have in common, whatever carries them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from pulsetui.client.alert import Alert, AlertEvent
from pulsetui.core.text.clean import ELLIPSIS, clean, clean_lines
from pulsetui.hooks.facts import MAX_URL_LENGTH, title
from pulsetui.hooks.hook import Links
from pulsetui.hooks.next_steps import is_open

MAX_LINES: Final = 40
"""Of a body that a person reads on a phone."""
_MAX_COLUMNS: Final = 300

_MENTION: Final = re.compile(r"(?<![\w.])@(?=\w)")
_LINK: Final = re.compile(r"\](?=\s*\()")
_GAP: Final = "\N{ZERO WIDTH SPACE}"
_FENCE: Final = re.compile(r"`(?=``)|(?<=`)`(?=`)|(?<=``)`")
_WEB: Final = re.compile(r"https?://[^\s<>|()\[\]\"'`\\]+")


class Tone(StrEnum):
    """How an alert is to look."""

    BAD = "bad"
    GOOD = "good"
    KNOWN = "known"  # bad, and somebody is on it
    NOTE = "note"
    PLAIN = "plain"


_TONES: Final = {
    AlertEvent.DOWN: Tone.BAD,
    AlertEvent.UP: Tone.GOOD,
    AlertEvent.ACKNOWLEDGED: Tone.KNOWN,
    AlertEvent.UNWATCHED: Tone.NOTE,
    AlertEvent.NOTE: Tone.NOTE,
    AlertEvent.TEST: Tone.PLAIN,
}

COLOURS: Final = {
    Tone.BAD: 0xD1342F,
    Tone.GOOD: 0x2E8B57,
    Tone.KNOWN: 0x3A74C4,
    Tone.NOTE: 0xE0A100,
    Tone.PLAIN: 0x808080,
}
"""RGB. The words say it as well."""


def tone_of(alert: Alert) -> Tone:
    """How an alert is to look."""
    return _TONES[alert.event]


def title_of(alert: Alert, limit: int) -> str:
    """One line, never empty: many services refuse an empty one."""
    return clean(title(alert), limit) or "PulseTUI"


def body_of(alert: Alert, limit: int, steps: Sequence[str] = ()) -> str:
    """A few lines of at most ``limit`` characters together, perhaps none, and under them what to do next,
    which is left out where it would take more than half of the room. The end of the rest is what is cut."""
    after = "\n".join(steps)
    after = f"\n{after}" if after and len(after) < limit // 2 else ""
    body = "\n".join(clean_lines(alert.body, MAX_LINES, _MAX_COLUMNS))
    room = limit - len(after)
    body = body if len(body) <= room else body[: room - 1].rstrip() + ELLIPSIS
    return f"{body}{after}".strip("\n")


def as_code(text: str) -> str:
    """A block in which chat programs take nothing for markup, a link or a mention; empty if there is no text.

    Their Markdown differs, and some cannot escape at all: this is what all of them show as it is.
    """
    return f"```\n{_without_fences(text)}\n```" if text else ""


def without_markup(line: str) -> str:
    """A line outside of such a block that calls nobody (``@all``) and hides no link or picture."""
    return _LINK.sub(f"]{_GAP}", _MENTION.sub(f"@{_GAP}", _without_fences(line)))


def _without_fences(text: str) -> str:
    return _FENCE.sub("'", text)


def ways_on(alert: Alert, links: Links) -> list[tuple[str, str]]:
    """(word, URL) for each thing to do next."""
    answers = [("Acknowledge", links.acknowledge), ("Snooze 1 h", links.snooze)] if is_open(alert) else []
    found = [*answers, ("Look", links.look), ("Runbook", alert.runbook)]
    return [(word, url) for word, url in found if len(url) <= MAX_URL_LENGTH and _WEB.fullmatch(url)]

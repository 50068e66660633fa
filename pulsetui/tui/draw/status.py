"""How the status of a check is shown: its word, its glyph, its style; and the signs of notices."""

from __future__ import annotations

from datetime import datetime

from pulsetui.client.glance import Glance
from pulsetui.client.status_words import ACKNOWLEDGED, GLYPH, GLYPH_ASCII, word_for
from pulsetui.client.views import CheckView
from pulsetui.core.state.status import Status
from pulsetui.tui.draw.lines import Span

NOTICE_SIGNS = {"info": ("i", "accent"), "warning": ("!", "warning"), "error": ("✖", "error")}
"""By the level of the notice: its sign and style."""


def status_now(view: Glance, now: datetime) -> Status:
    """The status at ``now``: up or new turns late by the clock alone, without any news from the engine."""
    if (
        view.status in (Status.UP, Status.NEW)
        and view.next_ping is not None
        and not view.unwatched
        and view.next_ping <= now
    ):
        return Status.LATE
    return view.status


def is_acknowledged(view: CheckView) -> bool:
    """Whether it is down and somebody has said "I know"."""
    return view.status is Status.DOWN and view.acknowledged


def status_style(view: CheckView, status: Status) -> str:
    """The style of a status."""
    if is_acknowledged(view):
        return "calm"
    if view.unwatched:
        return "muted"
    return str(status)


def status_word(view: CheckView, status: Status) -> Span:
    """The word and its style."""
    if view.unwatched and status is not Status.PAUSED:
        return "unwatched", "muted"
    return word_for(status, view.reason), status_style(view, status)


def status_glyph(view: CheckView, status: Status, *, ascii_only: bool = False) -> Span:
    """The one character for it and its style."""
    if view.unwatched and status is not Status.PAUSED:
        return "?", "muted"
    shown = ACKNOWLEDGED if is_acknowledged(view) else status
    return (GLYPH_ASCII if ascii_only else GLYPH)[shown], status_style(view, status)

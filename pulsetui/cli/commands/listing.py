"""``pulsetui list``: all checks, problems first."""

from __future__ import annotations

import argparse
from datetime import datetime
from typing import TYPE_CHECKING

from pulsetui.cli.connect import engine, unknown_tag
from pulsetui.cli.exit_codes import OK
from pulsetui.cli.output import json_text, out, paint, sorted_by_urgency, status_text, table, talk
from pulsetui.cli.zones import shown_zone
from pulsetui.client.status_words import word_for
from pulsetui.core.state.status import Reason, Status
from pulsetui.core.text.clean import clean
from pulsetui.core.text.phrases import ago_text, count_text, span_text, until_text
from pulsetui.errors import UsageError

if TYPE_CHECKING:
    from pulsetui.client.views import CheckView

_MAX_CELL_LENGTH = 60
_OVERLAYS = ("running", "unwatched", "acknowledged", "snoozed")
_WORDS = frozenset({*Status, *_OVERLAYS, *Reason, *(word_for(Status.DOWN, reason) for reason in Reason)})


def list_checks(options: argparse.Namespace) -> int:
    """Exit code 0 also when something is down: ``status`` is the one that judges."""
    _check_words(options.status or [])
    with engine(options) as client:
        now, where = client.now(), str(shown_zone(options, client.info()))
        every = list(client.checks().values())
    views = sorted_by_urgency([view for view in every if _wanted(view, options)])
    if options.json:
        out(json_text(views))
    elif views:
        head, *lines = table(_head(where), [_row(view, where, now) for view in views])
        out(head)
        for view, line in zip(views, lines, strict=True):
            out(paint(line, view.status) if view.status in (Status.DOWN, Status.LATE) else line)
    elif every:
        tags = {tag for view in every for tag in view.tags}
        strange = next((tag for tag in options.tag or [] if tag not in tags), None)
        talk(f"none of {count_text(len(every), 'check')} matches")
        if strange is not None:
            talk(unknown_tag(strange, tags))
    else:
        talk("no checks yet; add one with: pulsetui add backup --cron '0 2 * * *'")
    return OK


def _check_words(words: list[str]) -> None:
    for word in words:
        if word not in _WORDS:
            known = ", ".join((*Status, "overdue", *_OVERLAYS))
            raise UsageError(f'--status "{word}" is not a status; use one of: {known}')


def _wanted(view: CheckView, options: argparse.Namespace) -> bool:
    said = {str(view.status), word_for(view.status, view.reason), str(view.reason)}
    overlays = (view.is_running, view.unwatched, view.acknowledged, view.snoozed_until)
    said |= {word for word, holds in zip(_OVERLAYS, overlays, strict=True) if holds}
    if options.status and not said & set(options.status):
        return False
    return not options.tag or bool(set(view.tags) & set(options.tag))


def _head(where: str) -> tuple[str, ...]:
    """Names the zone once; a check with another one says so in its row."""
    return ("STATUS", "CHECK", "NAME", f"SCHEDULE ({clean(where)})", "LAST", "DUE")


def _row(view: CheckView, where: str, now: datetime) -> tuple[str, ...]:
    return (
        _status(view) + _snoozed(view, now),
        clean(view.slug),
        clean(view.name, _MAX_CELL_LENGTH),
        clean(view.schedule_words, _MAX_CELL_LENGTH).removesuffix(f" ({clean(where)})"),
        ago_text(view.last_ping, now) if view.last_ping else "never",
        _due(view, now),
    )


def _status(view: CheckView) -> str:
    """A check whose last deadline nobody watched is neither up nor down, as far as anybody knows."""
    if view.unwatched and view.status is not Status.PAUSED:
        return "? unwatched"
    known = " acknowledged" if view.acknowledged else ""
    return status_text(view) + known


def _snoozed(view: CheckView, now: datetime) -> str:
    until = view.snoozed_until
    return f" snoozed {span_text((until - now).total_seconds())}" if until and until > now else ""


def _due(view: CheckView, now: datetime) -> str:
    due = view.next_ping
    if view.status is Status.PAUSED:
        return "-"
    if due is None and view.first_due is None and view.upcoming is None:
        return "never again"
    if view.status is Status.NEW:
        due = due or view.first_due or view.upcoming
        return (
            f"expected {ago_text(due, now)}" if due and due <= now else until_text(due, now) if due else "-"
        )
    return until_text(due, now) if due else "-"

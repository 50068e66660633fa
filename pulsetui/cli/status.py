"""``pulsetui status``: one line for a prompt, a tmux status line or a monitoring system."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from pulsetui.cli.engine import engine
from pulsetui.cli.output import glyphs, json_text, out, sorted_by_urgency, talk
from pulsetui.core.phrases import RUNNING, count_text, word_for
from pulsetui.core.status import Status
from pulsetui.core.text import clean
from pulsetui.errors import EngineUnreachableError

if TYPE_CHECKING:
    from pulsetui.monitor.view import CheckView

WELL, NOT_WELL, UNREACHABLE = 0, 1, 3

_NAMED = 3
"""So many checks that are down are named; the others are counted."""


def status(options: argparse.Namespace) -> int:
    """0 all well, 1 something is down, 3 no engine answers."""
    try:
        with engine(options) as client:
            views = sorted_by_urgency(list(client.checks().values()))
    except EngineUnreachableError as error:
        return _unreachable(options.format, str(error))
    say: Mapping[str, Callable[[Sequence[CheckView]], str]] = {
        "text": text_line,
        "json": json_line,
        "tmux": tmux_line,
        "nagios": nagios_line,
    }
    out(say[options.format](views))
    return NOT_WELL if _down(views) else WELL


def text_line(views: Sequence[CheckView]) -> str:
    """``2 down, 1 late, 40 up: sync-invoices overdue, backup failed``."""
    if not views:
        return "no checks"
    counts = Counter(view.status for view in views)
    said = ", ".join(f"{counts[status]} {status}" for status in _ORDER if counts[status])
    troubled = [view for view in views if view.status in (Status.DOWN, Status.LATE)]
    return f"{said}: {_names(troubled)}" if troubled else said


def json_line(views: Sequence[CheckView]) -> str:
    """Counts and the checks that are down or late."""
    counts = Counter(view.status for view in views)
    down = _down(views)
    value = {
        "ok": not down,
        "checks": len(views),
        "counts": {str(status): counts[status] for status in Status},
        "running": sum(view.started for view in views),
        "acknowledged": sum(_acknowledged(view) for view in down),
        "down": [_brief(view) for view in down],
        "late": [_brief(view) for view in views if view.status is Status.LATE],
    }
    return json_text(value)


def tmux_line(views: Sequence[CheckView]) -> str:
    """A piece of a tmux status line: ``#[fg=red,bold]✖ backup +1#[default] #[fg=yellow]◐ 1#[default]``."""
    shown = glyphs()
    counts = Counter(view.status for view in views)
    down = _down(views)
    parts = []
    if down:
        more = f" +{len(down) - 1}" if len(down) > 1 else ""
        name = clean(down[0].name, 30).replace("#", "##")  # or tmux would obey what a name holds
        parts.append(f"#[fg=red,bold]{shown[Status.DOWN]} {name}{more}#[default]")
    if counts[Status.LATE]:
        parts.append(f"#[fg=yellow]{shown[Status.LATE]} {counts[Status.LATE]}#[default]")
    if counts[Status.UP] and not down:
        parts.append(f"#[fg=green]{shown[Status.UP]} {counts[Status.UP]}#[default]")
    running = sum(view.started for view in views)
    if running:
        parts.append(f"{shown[RUNNING]} {running}")
    return " ".join(parts) or f"{shown[Status.NEW]} {len(views)}"


def nagios_line(views: Sequence[CheckView]) -> str:
    """A plugin's line with performance data. The exit codes stay ours: 1 is down, 3 unreachable."""
    counts = Counter(view.status for view in views)
    data = " ".join(f"{status}={counts[status]}" for status in _ORDER)
    down = _down(views)
    if down:
        said = f"CRITICAL - {len(down)} of {count_text(len(views), 'check')} down: {_names(down)}"
    else:
        said = f"OK - {count_text(len(views), 'check')}, none down"
    return f"PULSETUI {said.replace('|', '/')} | {data}"


_ORDER = (Status.DOWN, Status.LATE, Status.NEW, Status.UP, Status.PAUSED)


def _down(views: Sequence[CheckView]) -> list[CheckView]:
    return [view for view in views if view.status is Status.DOWN]


def _acknowledged(view: CheckView) -> bool:
    return view.incident is not None and view.incident.acknowledged_at is not None


def _names(views: Sequence[CheckView]) -> str:
    named = [
        f"{clean(view.name, 40)} {word_for(view.status, view.reason)}"
        + (" (acknowledged)" if _acknowledged(view) else "")
        for view in views[:_NAMED]
    ]
    left = len(views) - len(named)
    return ", ".join(named) + (f" and {left} more" if left else "")


def _brief(view: CheckView) -> dict[str, object]:
    return {
        "slug": view.slug,
        "name": view.name,
        "reason": view.reason,
        "detail": view.detail,
        "since": view.since,
        "next_ping": view.next_ping,
        "acknowledged": _acknowledged(view),
    }


def _unreachable(form: str, why: str) -> int:
    """Whoever shows only standard output must see it there; text is for people and says it on stderr."""
    if form == "tmux":
        out("#[fg=red]? no engine#[default]")
    elif form == "nagios":
        out("PULSETUI UNKNOWN - no engine answers")
    elif form == "json":
        out(json_text({"ok": False, "error": why}))
    talk(f"pulsetui status: {clean(why)}")
    return UNREACHABLE

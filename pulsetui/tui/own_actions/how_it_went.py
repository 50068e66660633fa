"""How a run of an action stands, in a few words."""

from __future__ import annotations

import signal
from datetime import datetime

from pulsetui.core.text.phrases import duration_text
from pulsetui.tui.draw.lines import Line, Span, fit, plain
from pulsetui.tui.own_actions.beside import BesideRun


def code_words(code: int) -> str:
    """``exit code 2``, ``ended by SIGTERM``."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"ended by signal {-code}"


def state_of(run: BesideRun, now: datetime) -> list[Span]:
    """Glyph and words."""
    code, ended_at = run.code, run.ended_at
    if code is None or ended_at is None:
        took = duration_text((now - run.started_at).total_seconds())
        return [("▶ ", "running"), (f"{'stopping' if run.stop_asked else 'running'} {took}", "running")]
    took = duration_text((ended_at - run.started_at).total_seconds())
    if code == 0:
        return [("● ", "up"), (f"done in {took}", "up")]
    if run.stop_asked:
        return [("‖ ", "paused"), (f"stopped after {took}", "paused")]
    return [("✖ ", "down"), (f"{code_words(code)} after {took}", "down")]


def name_of_run(run: BesideRun) -> str:
    """``log billing``."""
    return plain(f"{run.action.name} {run.slug}".rstrip())


def run_line(run: BesideRun, width: int, now: datetime) -> Line:
    """One line of a list."""
    return tuple(
        fit([("    ", "text"), (name_of_run(run), "strong"), ("  ", "text"), *state_of(run, now)], width)
    )

"""The runs, newest first: when, how it ended, how long against the usual, what it reported, from where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from pulsetui.client.status_words import is_unprovable, run_word
from pulsetui.client.unusual import unusual_metrics
from pulsetui.client.views import CheckDetails, CheckView, RunView
from pulsetui.core.state.status import Outcome
from pulsetui.core.text.phrases import duration_text, number_text
from pulsetui.tui.details.pane import Drawn, PaneContext, RunKey, nothing, run_glyph
from pulsetui.tui.details.run_model import (
    against_usual,
    host_of,
    is_slow,
    pings_by_run,
    run_notes,
    usual_duration,
)
from pulsetui.tui.draw.lines import Line, Span, cut, pad, plain
from pulsetui.tui.draw.plot import Band

_AGAINST_FROM = 58  # cells: from this width the duration is compared with the usual
_SHORT_AGAINST_FROM = 47
_END_FROM = 72
_HOST_FROM = 112
_METRICS = 22
_STARTED, _ENDED = 17, 7
_TOOK = 9
_SECONDS = 3  # cells that ":07" adds to each
_SECONDS_FROM = 96  # narrower, the details need these cells
_SHORT_S = 60


def runs(details: CheckDetails, view: CheckView, context: PaneContext) -> Drawn:
    """Enter opens a run."""
    if not details.runs:
        return nothing("No runs yet.")
    usual = usual_duration(details)
    pings = pings_by_run(details) if context.width >= _HOST_FROM else {}
    seconds = context.width >= _SECONDS_FROM and _in_seconds(details.runs)
    lines = [_heading(context, seconds=seconds)]
    unusual = unusual_metrics(details.runs)
    lines += [
        run_line(
            run,
            context,
            usual,
            host_of(pings.get(run.n, [])),
            seconds=seconds,
            unusual=unusual.get(run.n, {}),
        )
        for run in details.runs
    ]
    return lines, [None, *(RunKey(run.n) for run in details.runs)]


def _in_seconds(runs: Sequence[RunView]) -> bool:
    """Whether minutes would not tell them apart: most end within one, or some begin in the same."""
    took = [run.duration for run in runs if run.duration is not None]
    if sum(each < _SHORT_S for each in took) * 2 > len(took):
        return True
    minutes = [at.replace(second=0, microsecond=0) for run in runs if (at := run.started_at or run.ended_at)]
    return len(set(minutes)) < len(minutes)


def _took_width(context: PaneContext) -> int:
    return (
        _TOOK if context.width >= _AGAINST_FROM else _TOOK - 1
    )  # else "30m 33s" would not fit into 40 cells


def _heading(context: PaneContext, *, seconds: bool) -> Line:
    more = _SECONDS if seconds else 0
    text = f"   {pad('Outcome', 11)}{pad('Started', _STARTED + more)}"
    if context.width >= _END_FROM:
        text += pad("Ended", _ENDED + more)
    text += pad("Took", _took_width(context), "right")
    if context.width >= _AGAINST_FROM:
        text += pad("vs usual", 9, "right")
    if context.width >= _END_FROM:
        text += "  Exit"
    return ((f"{text}  Details", "head"),)


def run_line(
    run: RunView,
    context: PaneContext,
    usual: Band | None,
    host: str = "",
    *,
    short: bool = False,
    seconds: bool = False,
    unusual: Mapping[str, float] = MappingProxyType({}),
) -> Line:
    """One run; ``short`` leaves out all but outcome, start and duration; ``seconds`` names its instants
    to the second. ``unusual`` has what is usual for those of its metrics that are far from it."""
    glyph, style = run_glyph(run, context)
    lasted = _lasted(run, context.now)
    slow = lasted is not None and is_slow(lasted, usual)
    more = _SECONDS if seconds else 0
    began = context.instant(run.started_at or run.ended_at, seconds=seconds)
    spans: list[Span] = [
        (f" {glyph} ", style),
        (pad("catch-up" if _made_up(run) else run_word(run.outcome, run.oddity), 11), style),
        (pad(began, _STARTED + more), "text"),
    ]
    if context.width >= _END_FROM and not short:
        spans.append((pad(_end(run, context, seconds=seconds), _ENDED + more), "muted"))
    took = "" if lasted is None else duration_text(lasted)
    spans.append(
        (pad(took, _TOOK if short else _took_width(context), "right"), "warning" if slow else "text")
    )
    if context.width >= (_SHORT_AGAINST_FROM if short else _AGAINST_FROM):
        room = 7 if short else 9
        spans.append((pad(against_usual(lasted, usual), room, "right"), "warning" if slow else "muted"))
    if short:
        return tuple(spans)
    if context.width >= _END_FROM:
        exit_text = "" if run.exit_status is None else str(run.exit_status)
        spans.append((pad(exit_text, 6, "right"), "down" if run.exit_status else "muted"))
    spans.append(("  ", "text"))
    return (*spans, *_told(run, context, style, host, unusual))


def _told(
    run: RunView, context: PaneContext, style: str, host: str, unusual: Mapping[str, float]
) -> list[Span]:
    usual_ones = {name: value for name, value in run.metrics.items() if name not in unusual}
    metrics = plain("  ".join(f"{name}={number_text(value)}" for name, value in usual_ones.items()))
    notes = plain("; ".join([*run_notes(run), *([run.proof] if is_unprovable(run) else [])]))
    told: list[Span] = [
        (_unusual(name, run.metrics[name], usual, context) + "  ", "warning")
        for name, usual in unusual.items()
    ]
    if notes:
        if metrics:
            told.append((cut(metrics, _METRICS) + "  ", "muted"))
        warns = run.outcome is Outcome.SUCCESS and not run.catch_up
        told.append((notes + "  ", "warning" if warns else style))
    elif metrics:
        told.append((pad(metrics, _METRICS) + "  " if host else metrics, "text"))
    if host:
        told.append((plain(host), "muted"))
    return told


def _unusual(name: str, value: float, usual: float, context: PaneContext) -> str:
    """``orders=0 ↓ usual 1377``."""
    ways = ("below", "above") if context.ascii_only else ("↓", "↑")
    return f"{plain(name)}={number_text(value)} {ways[value > usual]} usual {number_text(usual)}"


def _made_up(run: RunView) -> bool:
    """Whether it made up for a missed slot, and ended well."""
    return run.catch_up and run.outcome is Outcome.SUCCESS


def _lasted(run: RunView, now: datetime) -> float | None:
    """How long it took, or has been going on."""
    if run.duration is None and run.outcome is Outcome.RUNNING and run.started_at is not None:
        return max((now - run.started_at).total_seconds(), 0.0)
    return run.duration


def _end(run: RunView, context: PaneContext, *, seconds: bool) -> str:
    """The time of day it ended; days later counts them."""
    if run.ended_at is None or run.started_at is None:
        return ""
    start, end = run.started_at.astimezone(context.zone), run.ended_at.astimezone(context.zone)
    days = (end.date() - start.date()).days
    clock = f"{end:%H:%M:%S}" if seconds else f"{end:%H:%M}"
    return clock + (f"+{days}" if days else "")

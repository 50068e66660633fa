"""The head of the details: name and status, how long until due or late by, and the run that is going on."""

from __future__ import annotations

from datetime import datetime, tzinfo

from rich.cells import cell_len

from pulsetui.client.views import CheckView
from pulsetui.core.state.status import SILENCE, Status
from pulsetui.core.text.phrases import duration_text, instant_text, span_text, until_text
from pulsetui.tui.draw.distances import far_off, lasting
from pulsetui.tui.draw.lines import Line, Span, fit, name_of, plain, width_of
from pulsetui.tui.draw.status import status_glyph, status_now, status_word

_BAR = 16
_BAR_FROM = 72  # cells: a narrower line has the numbers only
_OVER = 1.1  # so many times the usual is longer than usual


def title_line(view: CheckView, now: datetime, width: int, *, ascii_only: bool = False) -> Line:
    """Glyph, name, status, slug and tags on the left; on the right when it is due. Never cuts the right."""
    status = status_now(view, now)
    glyph, style = status_glyph(view, status, ascii_only=ascii_only)
    word, _ = status_word(view, status)
    left: list[Span] = [(f" {glyph} ", style), (name_of(view), "strong"), (f"  {word}", style)]
    right = due_spans(view, now, status)
    room = width - width_of(right)
    if room < width // 2:
        right, room = [], width
    slug = view.slug if name_of(view) != view.slug else ""
    for text, ink in ((slug, "muted"), (" ".join(plain(tag) for tag in view.tags), "accent")):
        # A slug is there to be typed: half of one is of no use.
        if text and width_of(left) + cell_len(text) + 2 <= room:
            left.append((f"  {text}", ink))
    return (*fit(left, room), *right)


def due_spans(view: CheckView, now: datetime, status: Status) -> list[Span]:
    """How long until it is due, by how much it is late, or for how long it has been down; nothing while that
    says nothing."""
    if status is Status.DOWN and view.reason not in SILENCE:
        return [(f"  down for {lasting(view.since, now)} ", "down")]
    due = view.next_ping or view.first_due
    if due is None or status is Status.PAUSED or view.unwatched:
        return []
    text = far_off(due, now)
    if due > now or text == "now":
        return [(f"  due {text} ", "text")]
    if status is Status.DOWN:
        return [(f"  overdue by {lasting(due, now)} ", "down")]
    return [(f"  {text} ", "late")]


def progress_line(
    view: CheckView, now: datetime, zone: tzinfo, width: int, *, ascii_only: bool = False
) -> Line:
    """``▶ running 2m 10s of usual 2m 55s``, with a bar where there is room; empty when nothing runs."""
    if not view.started or view.started_at is None:
        return ()
    gone = max((now - view.started_at).total_seconds(), 0.0)
    usual = view.usual_duration
    glyph = ">" if ascii_only else "▶"
    others = f", {view.running} runs at once" if view.running > 1 else ""
    spans: list[Span] = [(f" {glyph} running {span_text(gone)}", "running")]
    if usual is not None and usual > 0:
        if gone <= usual * _OVER:
            spans.append((f" of the usual {duration_text(usual)}", "text"))
        else:
            spans.append((f", {span_text(gone - usual)} longer than usual ({duration_text(usual)})", "late"))
        if width >= _BAR_FROM:
            spans += [("  ", "text"), *_bar(gone / usual, ascii_only=ascii_only)]
    spans.append((others, "late"))
    if view.run_bound is not None:
        when = instant_text(view.run_bound, zone, now)
        spans.append((f"  hung from {when} ({until_text(view.run_bound, now)})", "muted"))
    return tuple(fit(spans, width))


def _bar(part: float, *, ascii_only: bool) -> list[Span]:
    filled = int(min(part, 1.0) * _BAR)
    full, rest = ("#", ".") if ascii_only else ("━", "─")
    percent = f" {part:.0%}" if part < 9.995 else " >999%"
    style = "running" if part <= _OVER else "late"
    return [(full * filled, style), (rest * (_BAR - filled), "border"), (percent, "muted")]

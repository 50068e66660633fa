"""The line on top: how many are in which status, what comes next, where the listener is, and is it there."""

from __future__ import annotations

from datetime import datetime

from pulsetui.core.phrases import GLYPH, GLYPH_ASCII, RUNNING, until_text
from pulsetui.core.status import Status
from pulsetui.monitor.view import EngineInfo
from pulsetui.tui.lines import Line, Span, cut, fit, plain, width_of
from pulsetui.tui.paint import OneLine
from pulsetui.tui.table_model import TableModel


class Summary(OneLine):
    """See the module; ``summary_line`` makes what it shows."""


def summary_line(
    model: TableModel,
    info: EngineInfo,
    now: datetime,
    width: int,
    *,
    connected: bool,
    ascii_only: bool = False,
) -> Line:
    """What is most important stands left and is cut last; the rest is left out where there is no room."""
    left = [(" ", "text"), *_counts(model, ascii_only=ascii_only)]
    right: list[list[Span]] = []
    if not connected:
        right.append([("connection lost", "error")])
    elif info.address:
        right.append([("on ", "muted"), (plain(info.address), "text")])
    following = _next(model, now)
    if following:
        right.insert(0, following)
    if model.filter.text:
        right.insert(0, [(f"{len(model)} of {model.total} shown", "accent")])
    tail: list[Span] = []
    for part in right:
        candidate = [*tail, ("   ", "text"), *part] if tail else part
        if width_of(left) + width_of(candidate) + 4 <= width:
            tail = candidate
    room = width - width_of(tail) - 1
    return tuple([*fit(left, max(room, 0)), *tail, (" ", "text")]) if tail else tuple(fit(left, width))


def _counts(model: TableModel, *, ascii_only: bool) -> list[Span]:
    glyphs = GLYPH_ASCII if ascii_only else GLYPH
    counts = model.counts
    known = counts["acknowledged"]
    loud = counts[Status.DOWN] - known
    spans: list[Span] = []
    if loud:
        spans += [(f" {glyphs[Status.DOWN]} {loud} down ", "chip-down"), ("  ", "text")]
    if known:
        spans += [(f"{glyphs[Status.DOWN]} {known} acknowledged", "calm"), ("  ", "text")]
    for status in (Status.LATE, Status.UP, Status.NEW, Status.PAUSED):
        count = counts[status]
        if count or (status is Status.UP and not spans):
            spans += [(f"{glyphs[status]} {count} {status}", str(status)), ("  ", "text")]
    if counts["running"]:
        spans += [(f"{glyphs[RUNNING]} {counts['running']} running", "running"), ("  ", "text")]
    if counts["unwatched"]:
        spans += [(f"? {counts['unwatched']} unwatched", "muted"), ("  ", "text")]
    return spans


def _next(model: TableModel, now: datetime) -> list[Span]:
    following = model.next_deadline()
    if following is None:
        return []
    at, slug = following
    name = plain(model.rows[slug].view.name)
    return [("deadline ", "muted"), (cut(name, 24), "text"), (f" {until_text(at, now)}", "text")]

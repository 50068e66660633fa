"""The lines on top: how many are in which status; what comes next, where the listener is, is it there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pulsetui.core.phrases import GLYPH, GLYPH_ASCII, RUNNING, until_text
from pulsetui.core.status import Status
from pulsetui.monitor.view import EngineInfo
from pulsetui.tui.lines import Line, Span, cut, fit, name_of, plain, width_of
from pulsetui.tui.paint import OneLine
from pulsetui.tui.table_model import TableModel


class Summary(OneLine):
    """See the module; ``summary_line`` makes what it shows."""


Fact = list[Span]


def summary_line(model: TableModel, facts: Sequence[Fact], width: int, *, ascii_only: bool = False) -> Line:
    """The counts, and at the right end as many of ``facts`` as fit; what is not there was not important."""
    left: list[Span] = [(" ", "text")]
    for count in _counts(model, ascii_only=ascii_only):
        if width_of(left) + width_of(count) > width:
            break  # a number is never cut in two
        left += [*count, ("  ", "text")]
    if model.total:
        total = f"{model.total} check{'' if model.total == 1 else 's'} "
        facts = [*facts, [(total.rstrip(), "muted")]]
    tail: list[Span] = []
    for fact in facts:
        candidate = [*tail, ("   ", "text"), *fact] if tail else fact
        if width_of(left) + width_of(candidate) + 3 <= width:
            tail = candidate
    room = width - width_of(tail) - 1
    return (*fit(left, max(room, 0)), *tail, (" ", "text")) if tail else tuple(fit(left, width))


def facts_line(facts: Sequence[Fact], width: int) -> Line:
    """The facts in a line of their own, the first left and the others right."""
    if not facts:
        return tuple(fit([], width))
    line: list[Span] = [(" ", "text"), *facts[0]]
    for fact in facts[1:]:
        candidate = [*line, ("  ·  ", "border"), *fact]
        if width_of(candidate) + 1 <= width:
            line = candidate
    return tuple(fit(line, width))


def facts_of(model: TableModel, info: EngineInfo, now: datetime, *, connected: bool) -> list[Fact]:
    """The connection when it is lost, what the filter shows, the next deadline, the listener."""
    facts: list[Fact] = []
    if not connected:
        facts.append([("connection lost: these are the last values known", "error")])
    if model.filter.text:
        facts.append([(f"{len(model)} of {model.total} shown", "accent")])
    following = _next(model, now)
    if following:
        facts.append(following)
    if info.address:
        facts.append([("listening on ", "muted"), (plain(info.address), "text")])
    else:
        facts.append([("no listener", "warning")])
    refused = sum(info.rejected.values())
    if refused:
        facts.append([(f"{refused} refused", "warning")])
    return facts


def _counts(model: TableModel, *, ascii_only: bool) -> list[Fact]:
    """Glyph, number and word of each status that there is, the worst first."""
    glyphs = GLYPH_ASCII if ascii_only else GLYPH
    counts = model.counts
    known = counts["acknowledged"]
    loud = counts[Status.DOWN] - known
    found: list[Fact] = []
    if loud:
        found.append([(f" {glyphs[Status.DOWN]} {loud} down ", "chip-down")])
    if counts[Status.LATE]:
        found.append([(f"{glyphs[Status.LATE]} {counts[Status.LATE]} late", "late")])
    if counts[Status.UP] or not model.total:
        found.append([(f"{glyphs[Status.UP]} {counts[Status.UP]} up", "up")])
    if known:
        found.append([(f"{glyphs[Status.DOWN]} {known} acknowledged", "calm")])
    found += [
        [(f"{glyphs[status]} {counts[status]} {status}", str(status))]
        for status in (Status.NEW, Status.PAUSED)
        if counts[status]
    ]
    if counts["running"]:
        found.append([(f"{glyphs[RUNNING]} {counts['running']} running", "running")])
    if counts["unwatched"]:
        found.append([(f"? {counts['unwatched']} unwatched", "muted")])
    return found


def _next(model: TableModel, now: datetime) -> list[Span]:
    following = model.next_deadline()
    if following is None:
        return []
    at, slug = following
    name = name_of(model.rows[slug].view)
    return [("next deadline ", "muted"), (cut(name, 24), "text"), (f" {until_text(at, now)}", "text")]

"""The line above the rows of a tag: how many there are and how they stand."""

from __future__ import annotations

from pulsetui.client.attention import Attention
from pulsetui.client.status_words import ACKNOWLEDGED, GLYPH, GLYPH_ASCII, RUNNING
from pulsetui.core.state.status import Status
from pulsetui.core.text.phrases import count_text
from pulsetui.tui.draw.lines import Line, Span, cut, fit, plain, width_of
from pulsetui.tui.table.model import Heading
from pulsetui.tui.table.row import SNOOZED, UNWATCHED

UNTAGGED = "without a tag"
_MIN_NAME = 8

_COUNTED = (  # facet, its glyph, word, style: the worst first
    (Attention.WANTED, Status.DOWN, "down", "down"),
    (Status.LATE, Status.LATE, "late", "late"),
    (Attention.ACKNOWLEDGED, ACKNOWLEDGED, "acknowledged", "calm"),
    (Attention.SNOOZED, Status.DOWN, "snoozed", "calm"),
    (UNWATCHED, "", "unwatched", "muted"),
    (Status.UP, Status.UP, "up", "up"),
    (Status.NEW, Status.NEW, "new", "new"),
    (Status.PAUSED, Status.PAUSED, "paused", "paused"),
    (RUNNING, RUNNING, "running", "running"),
    (SNOOZED, "z", "snoozed", "accent"),
)


def heading_line(heading: Heading, width: int, *, cursor: bool, ascii_only: bool = False) -> Line:
    """In exactly ``width`` cells: mark, fold sign, worst status, tag, and as many counts as fit."""
    fold = ("+" if ascii_only else "▸") if heading.folded else ("-" if ascii_only else "▾")
    pointer = (">" if ascii_only else "▌") if cursor else " "
    # The sign of a row when every row below has it; how many have it is said in any case.
    mark = ("+" if ascii_only else "◆") if heading.marked == heading.total > 0 else " "
    counts = _counts(heading, ascii_only=ascii_only)
    worst: Span = (counts[0][0][0], counts[0][1]) if counts else (" ", "text")
    total = f"{count_text(heading.total, 'check')} "
    line: list[Span] = [
        (pointer, "accent"),
        (mark, "accent"),
        (fold, "accent"),
        (" ", "text"),
        worst,
        (" ", "text"),
    ]
    room = width - width_of(line) - len(total) - 1
    name = cut(plain(heading.tag) or UNTAGGED, max(room, _MIN_NAME))
    line.append((name, "strong" if heading.tag else "muted"))
    room -= width_of([(name, "")])
    for text, style in (*((f"{heading.marked} marked", "accent"),) * bool(heading.marked), *counts):
        if len(text) + 3 <= room:
            line += [("   " if line[-1][0] == name else "  ", "text"), (text, style)]
            room -= len(text) + 3
    return (*fit(line, max(width - len(total), 0)), *fit([(total, "muted")], min(len(total), width)))


def heading_base(heading: Heading, *, cursor: bool) -> str:
    """A folded group with a check that wants attention stands on the alarm ground, as the row in it would."""
    if heading.folded and heading.counts[Attention.WANTED]:
        return "alarm-cursor" if cursor else "alarm"
    return "cursor" if cursor else "surface"


def _counts(heading: Heading, *, ascii_only: bool) -> list[Span]:
    glyphs = GLYPH_ASCII if ascii_only else GLYPH
    return [
        (f"{glyphs.get(glyph, glyph or '?')} {heading.counts[facet]} {word}", style)
        for facet, glyph, word, style in _COUNTED
        # That all who are snoozed are down is said already.
        if heading.counts[facet]
        and not (facet == SNOOZED and heading.counts[SNOOZED] == heading.counts[Attention.SNOOZED])
    ]

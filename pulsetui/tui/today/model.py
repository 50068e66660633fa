"""The page for the morning as lines. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from pulsetui.client.today import Today
from pulsetui.core.text.phrases import instant_text
from pulsetui.report.today_page import Page, PageRow, PageSection, Tone
from pulsetui.tui.draw.lines import Line, Span, fit, pad, width_of, wrap
from pulsetui.tui.draw.list_columns import ListContext

_NARROW = 70
"""On fewer cells what there is to say of a row stands in a line below it."""
_NAME, _WORD, _WHEN = 28, 26, 22
"""Cells of the columns at most."""
_MARKS: Mapping[Tone, tuple[str, str]] = {
    "down": ("✖", "X"),
    "calm": ("◇", "a"),
    "late": ("◐", "~"),
    "muted": ("·", "."),
    "up": ("●", "*"),
    "text": ("·", "."),
}


class PageKey(Struct, frozen=True):
    """Names a row of the page."""

    section: int
    row: int
    slug: str


def page_title(shown: Page | None, width: int, context: ListContext, *, connected: bool) -> Line:
    """Which day it is, and how much is wrong."""
    day = f"{context.now.astimezone(context.zone):%a %d %b %H:%M}"
    spans: list[Span] = [(" Today", "title"), (f"  {day}", "text")]
    if not connected:
        spans.append(("  connection lost: this was so when it was lost", "error"))
    elif shown is not None and shown.wrong:
        spans += [("  ", "text"), (f" {len(shown.wrong)} wrong ", "chip-down")]
    return tuple(fit(spans, width))


def page_header(today: Today | None, width: int, context: ListContext) -> Line:
    """From when to when it tells."""
    if today is None:
        return tuple(fit([], width))
    since, until = (instant_text(at, context.zone, context.now) for at in (today.since, today.until))
    return tuple(fit([(f" from {since} until {until}", "head")], width, fill="head"))


def page_lines(shown: Page, width: int, context: ListContext) -> tuple[list[Line], list[object]]:
    """Lines of exactly ``width`` cells, with the keys of the rows."""
    lines: list[Line] = []
    keys: list[object] = []
    for at, section in enumerate(shown.sections):
        if lines:
            lines.append(())
            keys.append(None)
        head: list[Span] = [(f" {section.title}", "title")]
        if section.said:
            head.append((f"  {section.said}", "up" if section.said == "Nothing." else "muted"))
        lines.append(tuple(fit(head, width)))
        keys.append(None)
        sizes = _sizes(section)
        for n, row in enumerate(section.rows):
            first, *more = _row_lines(row, sizes, width, context)
            lines += [first, *more]
            keys += [PageKey(at, n, row.slug), *([None] * len(more))]
    return lines, keys


def _sizes(section: PageSection) -> tuple[int, int, int]:
    """Cells of name, word and when: no more than the longest of the section takes."""

    def widest(texts: list[str], most: int) -> int:
        return min(max((width_of([(text, "")]) for text in texts), default=0), most)

    return (
        widest([row.name for row in section.rows], _NAME),
        widest([row.word for row in section.rows], _WORD),
        widest([row.when for row in section.rows], _WHEN),
    )


def _row_lines(row: PageRow, sizes: tuple[int, int, int], width: int, context: ListContext) -> list[Line]:
    glyph, letter = _MARKS[row.tone]
    mark: list[Span] = [(" ", "text"), (letter if context.ascii_only else glyph, row.tone), (" ", "text")]
    name, word, when = sizes
    if width >= _NARROW:
        cells: list[Span] = [
            (pad(row.name, name), _name_style(row)),
            (f"  {pad(row.word, word)}" if word else "", row.tone),
            (f"  {pad(row.when, when)}" if when else "", "muted"),
            (f"  {row.text}" if row.text else "", "text"),
        ]
        return [tuple(fit([*mark, *cells], width))]
    said = "  ".join(filter(None, (row.when, row.text)))
    room = max(width - 3 - len(row.word) - 1, 1)
    first = [*mark, (pad(row.name, room), _name_style(row)), (f" {row.word}", row.tone)]
    if not said:
        return [tuple(fit(first, width))]
    return [tuple(fit(first, width)), tuple(fit([("   ", "text"), (said, "muted")], width))]


def _name_style(row: PageRow) -> str:
    return "strong" if row.tone == "down" else "text"


def row_story(row: PageRow, width: int) -> list[Line]:
    """A row in full, for the panel under the list."""
    head: list[Span] = [(f" {row.name}", "strong"), (f"  {row.slug}", "accent")]
    facts: list[Span] = [("  ".join(filter(None, (row.word, row.when))), row.tone), (row.text, "text")]
    pieces = [
        ((f"   {piece}", style),) for text, style in facts if text for piece in wrap(text, max(width - 4, 10))
    ]
    return [tuple(fit(head, width)), *pieces]

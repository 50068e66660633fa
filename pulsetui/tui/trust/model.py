"""Trust as lines: the checks below one another, the days beside one another, the worst of each day. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from msgspec import Struct
from msgspec.structs import asdict

from pulsetui.client.trust import Counts, TrustDay, TrustRow, summed_up
from pulsetui.core.text.phrases import count_text, instant_text
from pulsetui.tui.draw.lines import Line, Span, fit, plain, wrap
from pulsetui.tui.draw.list_columns import LEAD, ListColumn, ListContext, entry_cells, titles

_NAME_LEAST = 14
_PERCENT_FROM = 100
"""Cells of the screen from which each day has its percent beside its mark, where all days have room."""
_WIDE_DAY, _NARROW_DAY = 6, 1
_ONE_DAY = timedelta(days=1)


class TrustMark(Struct, frozen=True):
    """How one kind of outcome is shown, told apart without colour."""

    kind: str  # the field of ``Counts``
    glyph: str
    letter: str  # where nothing but ASCII is drawn
    style: str
    word: str


MARKS: tuple[TrustMark, ...] = (  # worst first
    TrustMark("missed", "○", "o", "down", "missed"),
    TrustMark("failed", "✖", "x", "down", "failed"),
    TrustMark("zero_work", "≠", "!", "down", "zero work"),
    TrustMark("late", "◐", "~", "late", "late"),
    TrustMark("twice", "⇉", "2", "late", "twice"),
    TrustMark("not_watched", "?", "?", "muted", "not watched"),
    TrustMark("unknown", "–", "-", "muted", "unknown"),
    TrustMark("skipped", "»", "/", "muted", "skipped"),
    TrustMark("good", "●", "*", "up", "good"),
)
_TOTALS: tuple[tuple[str, str], ...] = (  # those that find room, in this order of worth
    ("MISSED", "missed"),
    ("FAILED", "failed"),
    ("ZERO", "zero_work"),
    ("LATE", "late"),
    ("TWICE", "twice"),
    ("UNWATCHED", "not_watched"),
    ("GOOD", "good"),
    ("SKIPPED", "skipped"),
    ("UNKNOWN", "unknown"),
)
_STYLES: Mapping[str, str] = {mark.kind: mark.style for mark in MARKS}


class TrustKey(Struct, frozen=True):
    """Names a check of the list."""

    slug: str


class TrustEntry(Struct, frozen=True, kw_only=True):
    """A check with what is asked of it at each drawing."""

    row: TrustRow
    total: Counts
    by_day: Mapping[date, Counts]


def entry_of(row: TrustRow) -> TrustEntry:
    return TrustEntry(row=row, total=row.total, by_day={one.day: one.counts for one in row.days})


Drawn = dict[str, tuple[TrustEntry, Line]]
"""Lines by slug: of thousands only a few are new at each drawing."""


def worst(counts: Counts) -> TrustMark | None:
    """The mark of the worst that there was; None without anything."""
    found = asdict(counts)
    return next((mark for mark in MARKS if found[mark.kind]), None)


def days_shown(entries: Iterable[TrustEntry], first: date, last: date) -> Sequence[date]:
    """``first`` to ``last``, the person's own, and what checks on other clocks have besides."""
    known = [day for entry in entries for day in entry.by_day]
    begin, end = min([first, *known]), max([last, *known])
    return [begin + n * _ONE_DAY for n in range((end - begin).days + 1)]


def in_order(entries: Iterable[TrustEntry]) -> Sequence[TrustEntry]:
    """The least reliable first; those of which nothing can be judged last, else as they were."""
    return sorted(entries, key=lambda one: 101 if one.total.reliable is None else one.total.reliable)


def trust_title(entries: Iterable[TrustEntry], days: int, left: int, others: int, width: int) -> Line:
    """How it is with all of them together; ``left`` are still to be counted, ``others`` the table's filter
    hides."""
    total = summed_up(entry.total for entry in entries)
    spans: list[Span] = [(" Trust", "title"), (f"  {count_text(days, 'day')}", "text")]
    if others:  # what is not here may be worse
        spans.append((f"  without {count_text(others, 'other check')}", "accent"))
    if left:
        spans.append((f"  counting, {count_text(left, 'check')} to go …", "accent"))
    if total.expected:
        spans.append((f"  {_percent(total)} good of {total.expected} expected", "text"))
    if total.missed:
        spans += [("  ", "text"), (f" {total.missed} missed ", "chip-down")]
    if bad := total.failed + total.zero_work:
        spans.append((f"  {bad} failed", "down"))
    return tuple(fit(spans, width))


def trust_header(days: Sequence[date], width: int) -> Line:
    """The titles of the columns."""
    return titles(_columns(days, width), width)


def trust_lines(
    entries: Iterable[TrustEntry], days: Sequence[date], width: int, context: ListContext, drawn: Drawn
) -> tuple[list[Line], list[object]]:
    """One line of exactly ``width`` cells for each check, with their keys. ``drawn`` is what was drawn for
    the same days, width and context before."""
    columns, ordered = _columns(days, width), in_order(entries)
    for entry in ordered:
        slug = entry.row.slug
        if slug not in drawn or drawn[slug][0] is not entry:
            glyph = _glyph(worst(entry.total), context)
            drawn[slug] = entry, entry_cells(columns, glyph, entry, width, context)
    slugs = [entry.row.slug for entry in ordered]
    return [drawn[slug][1] for slug in slugs], [TrustKey(slug) for slug in slugs]


def _columns(days: Sequence[date], width: int) -> Sequence[ListColumn[TrustEntry, ListContext]]:
    """The name, what is reliable, the days, and as many totals as then have room."""
    room = width - LEAD - _NAME_LEAST - len(" 100 %") - len(" ")  # at the edge
    is_wide = width >= _PERCENT_FROM and room >= len(days) * (_WIDE_DAY + 1)
    size = _WIDE_DAY if is_wide else _NARROW_DAY
    if not is_wide:  # the newest, where there are too many
        days = days[-max(room // (size + 1), 1) :]
    room -= len(days) * (size + 1)
    columns = [
        ListColumn("CHECK", 0, 0, _name),
        ListColumn("%", 0, 5, _reliable, "right"),
        *(_day_column(day, size, is_wide=is_wide) for day in days),
    ]
    for title, kind in _TOTALS:
        if room < len(title) + 1:
            break
        room -= len(title) + 1
        columns.append(_total_column(title, kind))
    return columns


def _name(entry: TrustEntry, _: ListContext) -> Span:
    return plain(entry.row.name) or plain(entry.row.slug), "text"


def _reliable(entry: TrustEntry, _: ListContext) -> Span:
    reliable = entry.total.reliable
    style = "muted" if reliable is None else "strong" if reliable < 100 else "up"
    return _percent(entry.total), style


def _percent(counts: Counts) -> str:
    return "–" if counts.reliable is None else f"{counts.reliable}%"


def _day_column(day: date, size: int, *, is_wide: bool) -> ListColumn[TrustEntry, ListContext]:
    def cell(entry: TrustEntry, context: ListContext) -> Span:
        counts = entry.by_day.get(day)
        if counts is None:
            return "", "text"
        glyph, style = _glyph(worst(counts), context)
        return (f"{glyph} {_percent(counts)}" if is_wide else glyph), style

    return ListColumn(f"{day:%a %d}" if is_wide else f"{day:%a}"[0], 0, size, cell)


def _total_column(title: str, kind: str) -> ListColumn[TrustEntry, ListContext]:
    def cell(entry: TrustEntry, _: ListContext) -> Span:
        count = int(getattr(entry.total, kind))
        return (str(count), _STYLES[kind]) if count else ("–", "muted")

    return ListColumn(title, 0, len(title), cell, "right")


def _glyph(mark: TrustMark | None, context: ListContext) -> Span:
    if mark is None:
        return " ", "text"
    return (mark.letter if context.ascii_only else mark.glyph), mark.style


def trust_story(entry: TrustEntry, width: int, context: ListContext, room: int) -> list[Line]:
    """All counts of the check, and the newest days that were not good, in at most ``room`` lines."""
    row = entry.row
    slug = plain(row.slug)
    head: list[Span] = [(" ", "text"), (plain(row.name) or slug, "strong"), (f"  {slug}", "accent")]
    facts: list[Span] = [(_in_words(entry.total), "text")]
    if row.known_from is not None:
        since = instant_text(row.known_from, context.zone, context.now)
        facts.append((f"What was before {since} is no longer known", "muted"))
    bad = [one for one in reversed(row.days) if (mark := worst(one.counts)) and mark.kind != "good"]
    lines = [tuple(fit(head, width))]
    for text, style in facts:
        lines += [((f"   {piece}", style),) for piece in wrap(text, max(width - 4, 10))]
    if not bad:
        return lines
    left = room - len(lines)
    shown = bad if len(bad) <= left else bad[: max(left - 1, 0)]
    lines += [_day_line(one, width, context) for one in shown]
    if len(shown) < len(bad):
        lines.append(((f"   … and {count_text(len(bad) - len(shown), 'other day')}", "muted"),))
    return lines


def _day_line(one: TrustDay, width: int, context: ListContext) -> Line:
    glyph = _glyph(worst(one.counts), context)
    text = f" {one.day:%a %d %b}  {_percent(one.counts):>4}  {_in_words(one.counts)}"
    return tuple(fit([("   ", "text"), glyph, (text, "text")], width))


def _in_words(counts: Counts) -> str:
    """``12 expected: 2 missed, 10 good``."""
    found = asdict(counts)
    parts = [f"{found[mark.kind]} {mark.word}" for mark in MARKS if found[mark.kind]]
    return f"{counts.expected} expected: {', '.join(parts)}" if parts else "Nothing was expected"

"""The list of incidents of all checks as lines: what was down, since when, until when, who knew. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo

from msgspec import Struct

from pulsetui.client.attention import without_way
from pulsetui.client.status_words import ACKNOWLEDGED, GLYPH, GLYPH_ASCII, word_for
from pulsetui.client.views import IncidentEntry, IncidentView
from pulsetui.core.state.status import Status
from pulsetui.core.text.phrases import count_text, instant_text, span_text
from pulsetui.report.report import incident_id
from pulsetui.tui.draw.distances import lasting
from pulsetui.tui.draw.lines import Line, Span, cut, fit, plain, wrap
from pulsetui.tui.draw.list_columns import ListColumn, entry_cells, titles

_MISSED_SHOWN = 40


class EntryKey(Struct, frozen=True):
    """Names one incident of the list."""

    slug: str
    n: int


class EntryContext(Struct, frozen=True, kw_only=True):
    """What a line may know besides its incident."""

    now: datetime
    zone: tzinfo  # of the person
    ascii_only: bool = False


def _name(entry: IncidentEntry, _: EntryContext) -> Span:
    open_and_loud = entry.incident.ended_at is None and entry.incident.acknowledged_at is None
    return plain(entry.name) or entry.slug, "strong" if open_and_loud else "text"


def _reason(entry: IncidentEntry, _: EntryContext) -> Span:
    return word_for(Status.DOWN, entry.incident.reason), style_of(entry.incident)


def _since(entry: IncidentEntry, context: EntryContext) -> Span:
    return instant_text(entry.incident.started_at, context.zone, context.now), "text"


def _until(entry: IncidentEntry, context: EntryContext) -> Span:
    ended = entry.incident.ended_at
    if ended is None:
        return "still open", style_of(entry.incident)
    return instant_text(ended, context.zone, context.now), "muted"


def _lasted(entry: IncidentEntry, context: EntryContext) -> Span:
    style = style_of(entry.incident) if entry.incident.ended_at is None else "muted"
    return _lasted_text(entry.incident, context.now), style


def _lasted_text(incident: IncidentView, now: datetime) -> str:
    if incident.ended_at is None:
        return lasting(min(incident.started_at, now), now)
    return span_text(lasted_s(incident, now))


def _missed(entry: IncidentEntry, _: EntryContext) -> Span:
    count = entry.incident.missed_count
    return (str(count), "text") if count else ("–", "muted")


def _known(entry: IncidentEntry, _: EntryContext) -> Span:
    incident = entry.incident
    if incident.acknowledged_at is None:
        return ("nobody yet", "down") if incident.ended_at is None else ("nobody", "muted")
    by = incident.acknowledged_by or "somebody"
    return plain(f"{without_way(by)}: {incident.note}" if incident.note else by), "accent"


def _id(entry: IncidentEntry, _: EntryContext) -> Span:
    return incident_id(entry.slug, entry.incident.n), "muted"


_COLUMNS: tuple[ListColumn[IncidentEntry, EntryContext], ...] = (
    ListColumn("CHECK", 0, 0, _name),
    ListColumn("REASON", 56, 11, _reason),
    ListColumn("SINCE", 70, 16, _since),
    ListColumn("UNTIL", 100, 16, _until),
    ListColumn("FOR", 0, 8, _lasted, "right"),
    ListColumn("MISSED", 0, 6, _missed, "right"),
    ListColumn("ACK BY, NOTE", 78, 0, _known),
    ListColumn("ID", 140, 26, _id),
)


def header(width: int) -> Line:
    """The titles of the columns."""
    return titles(_COLUMNS, width)


def entry_line(entry: IncidentEntry, width: int, context: EntryContext) -> Line:
    """One incident in exactly ``width`` cells."""
    glyph = glyph_of(entry.incident, ascii_only=context.ascii_only)
    return entry_cells(_COLUMNS, glyph, entry, width, context)


def glyph_of(incident: IncidentView, *, ascii_only: bool = False) -> Span:
    """Open, open and known, or over: told apart without colour."""
    glyphs = GLYPH_ASCII if ascii_only else GLYPH
    if incident.ended_at is not None:
        return ("." if ascii_only else "·"), "muted"
    if incident.acknowledged_at is not None:
        return glyphs[ACKNOWLEDGED], "calm"
    return glyphs[Status.DOWN], "down"


def style_of(incident: IncidentView) -> str:
    if incident.ended_at is not None:
        return "muted"
    return "calm" if incident.acknowledged_at is not None else "down"


def lasted_s(incident: IncidentView, now: datetime) -> float:
    """Seconds; of an open one until now."""
    return max(((incident.ended_at or now) - incident.started_at).total_seconds(), 0.0)


def grouped(
    entries: Sequence[IncidentEntry], width: int, context: EntryContext
) -> tuple[list[Line], list[EntryKey | None]]:
    """The lines and their keys: open ones first under a title of their own, then what is over."""
    open_ones = [entry for entry in entries if entry.incident.ended_at is None]
    over = [entry for entry in entries if entry.incident.ended_at is not None]
    open_ones.sort(key=lambda entry: entry.incident.acknowledged_at is not None)
    lines: list[Line] = []
    keys: list[EntryKey | None] = []
    for title, group in ((f"Open: {len(open_ones)}", open_ones), (f"Resolved: {len(over)}", over)):
        if not group:
            continue
        lines.append(((f" {title}", "title"),))
        keys.append(None)
        for entry in group:
            lines.append(entry_line(entry, width, context))
            keys.append(EntryKey(entry.slug, entry.incident.n))
    return lines, keys


def matching(entries: Iterable[IncidentEntry], text: str) -> list[IncidentEntry]:
    """Those in which every word is found; a minus in front turns a word round."""
    words = text.casefold().split()
    return [entry for entry in entries if all(_matches(entry, word) for word in words)]


def _matches(entry: IncidentEntry, word: str) -> bool:
    incident = entry.incident
    wanted = not (word.startswith("-") and len(word) > 1)
    state = "resolved over" if incident.ended_at is not None else "open"
    known = "acknowledged" if incident.acknowledged_at is not None else ""
    texts = (
        *(entry.name, entry.slug, incident_id(entry.slug, incident.n)),
        *(word_for(Status.DOWN, incident.reason), incident.reason, incident.detail),
        *(incident.acknowledged_by, incident.note, state, known),
    )
    return any((word if wanted else word[1:]) in text.casefold() for text in texts) is wanted


def story(entry: IncidentEntry, width: int, context: EntryContext, more: Sequence[Span] = ()) -> list[Line]:
    """The incident in full, for the panel under the list; ``more`` are sentences on who was told of it."""
    incident, now = entry.incident, context.now
    lasted = _lasted_text(incident, now)
    since = instant_text(incident.started_at, context.zone, now)
    if incident.ended_at is None:
        when = f"since {since}, open for {lasted}"
    else:
        when = f"from {since} until {instant_text(incident.ended_at, context.zone, now)}, {lasted}"
    word = word_for(Status.DOWN, incident.reason)
    id_text = incident_id(entry.slug, incident.n)
    lines: list[Line] = [
        tuple(
            fit(
                [
                    (" ", "text"),
                    glyph_of(incident, ascii_only=context.ascii_only),
                    (f" {cut(plain(entry.name) or entry.slug, 40)}  ", "strong"),
                    (f"{word} {when}", "text"),
                    (f"   {id_text}", "muted"),
                ],
                width,
            )
        )
    ]
    facts: list[tuple[str, str]] = []
    if incident.detail:
        facts.append((incident.detail, "text"))
    if incident.closed_by:
        facts.append((f"Closed by {incident.closed_by}: it did not recover.", "muted"))
    facts.append(_knowledge(incident, context))
    facts += more
    if incident.missed_count:
        facts.append((_missed_text(incident, context), "text"))
    for text, style in facts:
        lines += [((f"   {piece}", style),) for piece in wrap(plain(text), max(width - 4, 2))]
    return lines


def _knowledge(incident: IncidentView, context: EntryContext) -> Span:
    if incident.acknowledged_at is None:
        if incident.ended_at is None:
            return "Not acknowledged yet: press a.", "down"
        return "Nobody acknowledged it.", "muted"
    by = f" by {incident.acknowledged_by}" if incident.acknowledged_by else ""
    note = f": {incident.note}" if incident.note else ""
    return (
        f"Acknowledged{by} {instant_text(incident.acknowledged_at, context.zone, context.now)}{note}",
        "accent",
    )


def _missed_text(incident: IncidentView, context: EntryContext) -> str:
    count = incident.missed_count
    listed = incident.missed[-_MISSED_SHOWN:]
    times = ", ".join(instant_text(at, context.zone, context.now) for at in listed)
    head = f"Missed {count_text(count, 'run')}"
    if not times:
        return f"{head}."
    before = f", and {count - len(listed)} earlier" if count > len(listed) else ""
    return f"{head}: {times}{before}"

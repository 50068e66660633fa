"""What stands beside the form: the schedule in words, its next instants on both clocks, and advice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo

from pulsetui.client.views import SchedulePreview
from pulsetui.core.schedule.zone import zone as zone_named
from pulsetui.core.text.phrases import instants_text, one_unit, until_text
from pulsetui.errors import ScheduleError
from pulsetui.tui.draw.lines import Line, Span, pad, plain, wrap, wrapped
from pulsetui.tui.form.advice import Level, Note
from pulsetui.tui.form.suggest import Suggestion

_SIGNS: Mapping[Level, Span] = {
    "error": ("✖", "error"),
    "warning": ("!", "warning"),
    "well": ("●", "up"),
    "info": ("·", "muted"),
}
_WHEN = 18


def preview_lines(
    preview: SchedulePreview | None,
    suggestion: Suggestion | None,
    notes: Sequence[Note],
    expected: Sequence[Note],
    *,
    now: datetime,
    viewer_zone: tzinfo,
    is_period: bool,
    width: int,
    not_saved: str = "",  # why
) -> list[Line]:
    """All of it, top down in the order in which it matters."""
    loud = [note for note in notes if note.level in {"error", "warning"}]
    lines = wrapped(not_saved, width, "error", " ") if not_saved else []
    lines += _schedule(preview, suggestion, width)
    lines += _notes(loud, width)
    if preview is not None:
        lines += _upcoming(preview, now, viewer_zone, width, is_period=is_period)
    if expected:
        lines += [(), ((" Expectations", "title"),), *_notes(expected, width)]
    quiet = [note for note in notes if note not in loud]
    return [*lines, *([()] if quiet else []), *_notes(quiet, width)]


def _schedule(preview: SchedulePreview | None, suggestion: Suggestion | None, width: int) -> list[Line]:
    if preview is not None:
        return [((f" {text}", "strong"),) for text in wrap(plain(preview.words), width - 1)]
    if suggestion is not None:
        said = f"{suggestion.kind} {suggestion.expression}"
        return [
            ((" Did you mean", "title"),),
            *(((f" {text}", "strong"),) for text in wrap(plain(said), width - 1)),
            *(((f" {text}", "text"),) for text in wrap(plain(suggestion.words), width - 1)),
            ((" ctrl+t", "key"), (" applies it", "muted")),
        ]
    return [
        ((" Preview", "title"),),
        *(
            ((f" {text}", "muted"),)
            for text in wrap("The next runs appear here once the schedule is valid.", width - 1)
        ),
    ]


def _upcoming(
    preview: SchedulePreview, now: datetime, mine: tzinfo, width: int, *, is_period: bool
) -> list[Line]:
    if not preview.upcoming:
        return []
    theirs = mine if is_period else _zone(preview.tz)
    there, here = (instants_text(preview.upcoming, zone, now) for zone in (theirs, mine))
    until = [until_text(at, now) for at in preview.upcoming]
    differs = there != here
    room = width - _WHEN * (2 if differs else 1) - 1
    if max(map(len, until)) > room:
        until = [one_unit(text) for text in until]
    head = "if it reports now, due" if is_period else plain(preview.tz)
    lines: list[Line] = []
    if differs or is_period:
        lines.append(
            (
                (f" {pad(head, max(_WHEN - 1, len(head)))} ", "muted"),
                (plain(str(mine)) if differs else "", "muted"),
            )
        )
    for their_text, my_text, distance in zip(there, here, until, strict=True):
        spans: list[Span] = [(f" {pad(their_text, _WHEN)}", "text")]
        if differs:
            spans.append((pad(my_text, _WHEN), "accent"))
        spans.append((distance if len(distance) <= room else "", "muted"))
        lines.append(tuple(spans))
    return lines


def _notes(notes: Sequence[Note], width: int) -> list[Line]:
    lines: list[Line] = []
    for note in notes:
        sign, style = _SIGNS[note.level]
        for at, text in enumerate(wrap(plain(note.text), max(width - 3, 10))):
            ink = "muted" if note.level == "info" else "text"
            lines.append(((f" {sign if at == 0 else ' '} ", style), (text, ink)))
    return lines


def _zone(name: str) -> tzinfo:
    try:
        return zone_named(name)
    except ScheduleError:
        return zone_named("UTC")

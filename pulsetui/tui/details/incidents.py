"""The incidents, newest first: every missed instant, who knew, and what each hook did about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pulsetui.client.catch_up import missed_slots
from pulsetui.client.status_words import word_for
from pulsetui.client.views import CheckDetails, CheckView, DeliveryView, IncidentView
from pulsetui.core.state.status import Status
from pulsetui.core.text.phrases import count_text, span_text
from pulsetui.core.text.slot_command import slot_command
from pulsetui.tui.details.deliveries import delivery_line
from pulsetui.tui.details.pane import Drawn, PaneContext, clock_lines, nothing, on_clocks
from pulsetui.tui.details.plan import plan_texts
from pulsetui.tui.draw.clocks import check_clock
from pulsetui.tui.draw.distances import ago, lasting
from pulsetui.tui.draw.lines import Line, Span, plain, wrap

_MAX_LINES = 4000
_INDENT = 7
_MAX_COMMANDS = 10


def incidents(details: CheckDetails, view: CheckView, context: PaneContext) -> Drawn:
    """All of them, up to a bound that keeps the pane quick."""
    if not details.incidents:
        return nothing("This check has never been down.")
    lines: list[Line] = []
    for at, incident in enumerate(details.incidents):
        if lines:
            lines.append(())
        lines += _incident(incident, deliveries_of(incident, details.deliveries), view, context)
        if incident.missed and incident is next((one for one in details.incidents if one.missed), None):
            lines += _make_up(details, view, context)
        if incident.ended_at is None:
            for text, style in plan_texts(details, view, context.now, context.instant):
                lines += _text(text, style, context)
        rest = len(details.incidents) - at - 1
        if len(lines) > _MAX_LINES and rest:
            lines += [(), ((f" and {rest} older; pulsetui report {view.slug} lists them all", "muted"),)]
            break
    return lines, []


def deliveries_of(incident: IncidentView, deliveries: Sequence[DeliveryView]) -> list[DeliveryView]:
    """What was told of it, oldest first: its flip to down, reminders, its flip back to up."""
    return [one for one in reversed(deliveries) if _belongs(one, incident)]


def _belongs(delivery: DeliveryView, incident: IncidentView) -> bool:
    if delivery.flip_at == incident.started_at:
        # An incident can begin at the instant at which the one before ended.
        return delivery.event != "up"
    if incident.ended_at is not None and delivery.flip_at == incident.ended_at:
        return delivery.event == "up"
    return incident.started_at < delivery.flip_at and (
        incident.ended_at is None or delivery.flip_at < incident.ended_at
    )


def _incident(
    incident: IncidentView, told: Sequence[DeliveryView], view: CheckView, context: PaneContext
) -> list[Line]:
    lines = [_head(incident, context)]
    if incident.detail:
        lines += _text(incident.detail, "text", context)
    if incident.closed_by:
        lines += _text(f"closed by {incident.closed_by}: it did not recover", "muted", context)
    if incident.acknowledged_at is not None:
        by = f" by {incident.acknowledged_by}" if incident.acknowledged_by else ""
        note = f": {incident.note}" if incident.note else ""
        lines += _text(
            f"acknowledged{by} {context.instant(incident.acknowledged_at)}{note}", "accent", context
        )
    elif incident.ended_at is None:
        lines += _text("not acknowledged yet (press a)", "muted", context)
    lines += _missed(incident, view, context)
    if told:
        lines += _text("notified:", "muted", context)
        lines += [delivery_line(one, context, indent=_INDENT) for one in told]
    return lines


def _head(incident: IncidentView, context: PaneContext) -> Line:
    word = word_for(Status.DOWN, incident.reason)
    ended = incident.ended_at
    open_glyph, closed_glyph = ("X", "*") if context.ascii_only else ("✖", "●")
    if ended is None:
        head: Span = (f" {open_glyph} {word} ", "down")
        lasted = f"open for {lasting(incident.started_at, context.now)}"
    else:
        head = (f" {closed_glyph} {word} ", "calm")
        length = span_text((ended - incident.started_at).total_seconds())
        lasted = f"until {context.instant(ended)}, {length}"
    since = f" from {context.instant(incident.started_at)} {lasted}"
    return (f" {incident.n:>3} ", "muted"), head, (since, "text")


def _missed(incident: IncidentView, view: CheckView, context: PaneContext) -> list[Line]:
    """Every listed instant, on the person's clock and the check's; what is past the list is counted."""
    count = incident.missed_count
    if not count:
        return []
    head: Span = (f"{' ' * _INDENT}missed {count_text(count, 'run')}:", "muted")
    lines = missed_lines([head], incident.missed, view, context, indent=_INDENT + 2)
    unlisted = count - len(incident.missed)
    if unlisted > 0:
        lines += _text(f"  and {unlisted} later ones", "muted", context)
    return lines


def _make_up(details: CheckDetails, view: CheckView, context: PaneContext) -> list[Line]:
    """The commands that make up for what was missed, ready to copy: those that are still to be run."""
    template = details.fields.get("command")
    slots = missed_slots(details)
    left = [slot.at for slot in slots if slot.state != "caught up"]
    if details.caught_up is None or not slots:
        return []
    if not left:
        return _text("all of them were caught up", "muted", context)
    lines: list[Line] = []
    if len(left) < len(slots):
        lines += _text(f"{len(slots) - len(left)} of them caught up", "muted", context)
    lines += _text(f"to make up for them: pulsetui catch-up {view.slug} --run", "muted", context)
    if isinstance(template, str):
        clock = check_clock(view, context.zone)
        for at in left[:_MAX_COMMANDS]:
            lines += _text(f"  {slot_command(template, at.astimezone(clock), view.slug)}", "accent", context)
        if len(left) > _MAX_COMMANDS:
            lines += _text(f"  and {len(left) - _MAX_COMMANDS} more", "muted", context)
    return lines


def missed_lines(
    title: Sequence[Span], missed: Sequence[datetime], view: CheckView, context: PaneContext, *, indent: int
) -> list[Line]:
    """Missed instants under a title."""
    rows = on_clocks(missed, [ago(at, context.now) for at in missed], view, context)
    lead = " " * indent + ("- " if context.ascii_only else "· ")
    return clock_lines(title, rows, view, context.width, (lead, "down"))


def _text(text: str, style: str, context: PaneContext) -> list[Line]:
    pieces = wrap(plain(text.strip()), max(context.width - _INDENT - 1, 12))
    indent = " " * (_INDENT + len(text) - len(text.lstrip(" ")))
    return [((indent, "text"), (piece, style)) for piece in pieces]

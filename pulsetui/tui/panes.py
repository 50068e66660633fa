"""The panes of the details screen as pure functions: details in, lines out.

Lists are bounded by the engine; each line is cut to its cells by the widget that draws it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from pulsetui.core.phrases import ago_text, duration_text, instant_text, span_text, until_text, word_for
from pulsetui.core.status import Outcome, PingKind, Status
from pulsetui.core.zone import zone as zone_named
from pulsetui.errors import ScheduleError
from pulsetui.monitor.view import (
    CheckDetails,
    CheckView,
    DeliveryView,
    EngineInfo,
    IncidentView,
    PingView,
    RunView,
)
from pulsetui.tui.lines import Line, Span, cut, fit, pad, plain, wrap
from pulsetui.tui.widgets.heartbeat_bar import bar, caption

_LABEL = 15
_WIDE = 100  # from this width the next due instants stand beside the facts
_MISSED_SHOWN = 60
_SIDE_MISSED = 5

Drawn = tuple[list[Line], list[object]]
"""The lines, and for each the key that Enter opens, or None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaneContext:
    """What a pane may know besides the details."""

    now: datetime
    width: int
    zone: tzinfo  # of the person
    info: EngineInfo
    ascii_only: bool = False


@dataclass(frozen=True, slots=True)
class PingKey:
    """Opens the body of a ping."""

    n: int


Draw = Callable[[CheckDetails, CheckView, PaneContext], Drawn]


@dataclass(frozen=True, slots=True)
class Pane:
    """One tab."""

    title: str
    draw: Draw
    count: Callable[[CheckDetails], int | None]


# Overview


def overview(details: CheckDetails, view: CheckView, context: PaneContext) -> Drawn:
    """The facts, and the next due instants in the check's zone and the person's."""
    wide = context.width >= _WIDE
    side = _side(details, view, context, rooms=12 if wide else 0)
    facts_width = context.width * 3 // 5 if wide else context.width
    lines = _facts(details, view, context, facts_width)
    if wide:
        rows = max(len(lines), len(side))
        lines += [()] * (rows - len(lines))
        side += [()] * (rows - len(side))
        lines = [(*fit(left, facts_width), *right) for left, right in zip(lines, side, strict=True)]
    else:
        lines += [(), *side]
    return lines, []


def _facts(details: CheckDetails, view: CheckView, context: PaneContext, width: int) -> list[Line]:
    lines: list[Line] = [()] if context.width >= _WIDE else []
    room = max(width - _LABEL - 4, 12)
    if view.history:
        drawn = bar(view.history, min(room, len(view.history) // 2), ascii_only=context.ascii_only)
        lines.append(((" ", "text"), (pad("Recent runs", _LABEL), "muted"), *drawn))
    for label, text, style in (*_plan(details, view, context), *_past(details, view, context)):
        for at, piece in enumerate(wrap(plain(text), room)):
            lines.append(((" ", "text"), (pad("" if at else label, _LABEL), "muted"), (piece, style)))
    return lines


Fact = tuple[str, str, str]
"""A label, unsafe text, a style."""


def _plan(details: CheckDetails, view: CheckView, context: PaneContext) -> Iterator[Fact]:
    """What is asked of the check."""
    if view.history:
        yield "", caption(view.history), "muted"
    if view.desc:
        yield "About", view.desc, "text"
    yield "Schedule", f"{view.schedule_words}  ({view.schedule_kind} {view.schedule})", "text"
    for warning in details.schedule_warnings:
        yield "", f"! {warning}", "warning"
    if view.schedule_kind != "every":
        yield "Zone", view.tz, "text"
    yield "Grace", span_text(view.grace), "text"
    if view.max_runtime is not None:
        yield "Longest run", span_text(view.max_runtime), "text"
    expect = details.fields.get("expect")
    if isinstance(expect, list | tuple) and expect:
        yield "Expects", ", ".join(str(item) for item in expect), "text"
    yield "Tells", ", ".join(view.hooks) or "nobody: no hook is configured", "text"
    if context.info.base_url:
        yield "Ping URL", f"{context.info.base_url}{view.slug}", "accent"


def _past(details: CheckDetails, view: CheckView, context: PaneContext) -> Iterator[Fact]:
    """What came of it."""
    now = context.now
    if view.deadline is not None:
        yield "Deadline", f"{_instant(view.deadline, context)}, {until_text(view.deadline, now)}", "text"
    if view.started_at is not None:
        bound = f", hung from {_instant(view.run_bound, context)}" if view.run_bound else ""
        yield "Running", f"since {_instant(view.started_at, context)}{bound}", "running"
    if view.last_ping is not None:
        kind = "failure" if view.last_kind is PingKind.FAIL else "success"
        yield (
            "Last ping",
            f"{ago_text(view.last_ping, now)}, {kind}, {_instant(view.last_ping, context)}",
            "text",
        )
    if view.last_duration is not None:
        usual = f", usually {duration_text(view.usual_duration)}" if view.usual_duration is not None else ""
        yield "Took", f"{duration_text(view.last_duration)}{usual}", "text"
    if view.last_metrics:
        yield "Metrics", "  ".join(f"{name} = {value:g}" for name, value in view.last_metrics.items()), "text"
    if view.last_line:
        yield "Last output", view.last_line, "text"
    yield "Known since", f"{_instant(view.created_at, context)}, {view.n_pings} pings", "muted"


def _side(details: CheckDetails, view: CheckView, context: PaneContext, *, rooms: int) -> list[Line]:
    """What was missed, what is due next, and where there is room the latest runs."""
    lines: list[Line] = [()] if rooms else []
    incident = view.incident
    if incident is not None and incident.missed:
        count = incident.missed_count
        lines.append((("Missed", "title"), (f"  {count} run{'' if count == 1 else 's'}", "down")))
        lines += [
            (("· ", "down"), (pad(_instant(at, context), 17), "text"), (ago_text(at, context.now), "muted"))
            for at in reversed(incident.missed[-_SIDE_MISSED:])
        ]
        if count > _SIDE_MISSED:
            lines.append(((f"  and {count - _SIDE_MISSED} before these", "muted"),))
        lines.append(())
    lines += _due_lines(details, view, context)
    if rooms and details.runs:
        lines += [(), (("Latest runs", "title"),)]
        lines += [_run_line(run, context)[:-1] for run in details.runs[:rooms]]
    return lines


def _due_lines(details: CheckDetails, view: CheckView, context: PaneContext) -> list[Line]:
    if not details.due_next:
        return [(("Never due again.", "muted"),)]
    # A period has no wall clock of its own.
    period = view.schedule_kind == "every"
    theirs = context.zone if period else _zone_of(view, context)
    about = "if it reports now" if period else plain(view.tz)
    lines: list[Line] = [(("Next due", "title"), (f"  {about}", "muted"))]
    for due in details.due_next:
        there = instant_text(due, theirs, context.now)
        here = instant_text(due, context.zone, context.now)
        mine = f" {here} here" if here != there else ""
        lines.append(
            ((pad(there, 17), "text"), (pad(until_text(due, context.now), 11), "muted"), (mine, "muted"))
        )
    return lines


# Lists


def runs(details: CheckDetails, view: CheckView, context: PaneContext) -> Drawn:
    """Newest first: when, how it ended, how long, what it reported."""
    if not details.runs:
        return _nothing("No run is known yet.")
    return [_run_line(run, context) for run in details.runs], []


_OUTCOMES = {
    Outcome.RUNNING: ("▶", "running"),
    Outcome.SUCCESS: ("●", "up"),
    Outcome.HUNG: ("◌", "late"),
    Outcome.ORPHAN: ("◌", "late"),
}


def _run_line(run: RunView, context: PaneContext) -> Line:
    glyph, style = _OUTCOMES.get(run.outcome, ("✖", "down"))
    at = run.started_at or run.ended_at
    spans: list[Span] = [
        (f" {glyph} ", style),
        (pad(str(run.outcome).replace("_", " "), 10), style),
        (pad(_instant(at, context), 17), "text"),
        (pad(duration_text(run.duration) if run.duration is not None else "", 9, "right"), "text"),
        ("  ", "text"),
    ]
    notes = [run.detail] if run.detail else []
    if run.exit_status and not run.detail:
        notes.append(f"exit status {run.exit_status}")
    if run.overlaps is not None:
        notes.append("overlapped the run before")
    if run.duplicate:
        notes.append("duplicate run")
    if notes:
        spans.append((plain("; ".join(notes)) + "  ", "warning" if run.outcome is Outcome.SUCCESS else style))
    spans.append((plain("  ".join(f"{name}={value:g}" for name, value in run.metrics.items())), "muted"))
    return tuple(spans)


def pings(details: CheckDetails, view: CheckView, context: PaneContext) -> Drawn:
    """Newest first; Enter opens the body."""
    if not details.pings:
        return _nothing("No ping yet.")
    return [_ping_line(ping, context) for ping in details.pings], [PingKey(ping.n) for ping in details.pings]


_KINDS = {
    PingKind.SUCCESS: ("●", "up"),
    PingKind.START: ("▶", "running"),
    PingKind.FAIL: ("✖", "down"),
    PingKind.LOG: ("·", "muted"),
    PingKind.IGN: ("·", "muted"),
}


def _ping_line(ping: PingView, context: PaneContext) -> Line:
    glyph, style = _KINDS[ping.kind]
    spans: list[Span] = [
        (f" {glyph} ", style),
        (pad(f"{ping.n}", 6, "right"), "muted"),
        (f" {pad(str(ping.kind), 8)}", style),
        (pad(_instant(ping.at, context), 17), "text"),
    ]
    delay = (ping.received_at - ping.at).total_seconds()
    if delay >= 2:
        spans.append((f"spooled, {span_text(delay)} later  ", "warning"))
    if ping.exit_status:
        spans.append((f"exit {ping.exit_status}  ", "down"))
    if ping.body_size:
        spans += [(cut(plain(ping.body_start), 60), "text"), (f"  {_bytes(ping.body_size)}  ", "muted")]
    spans.append((plain(f"{ping.method} {ping.remote_addr} {ping.ua}"), "muted"))
    return tuple(spans)


def incidents(details: CheckDetails, view: CheckView, context: PaneContext) -> Drawn:
    """Newest first, with the instants that were missed and who knew."""
    if not details.incidents:
        return _nothing("It has never been down.")
    lines: list[Line] = []
    for incident in details.incidents:
        if lines:
            lines.append(())
        lines += _incident_lines(incident, context)
    return lines, []


def _incident_lines(incident: IncidentView, context: PaneContext) -> list[Line]:
    word = word_for(Status.DOWN, incident.reason)
    ended = incident.ended_at
    if ended is None:
        lasted = f"open for {span_text((context.now - incident.started_at).total_seconds())}"
        head: Span = (f" ✖ {word} ", "down")
    else:
        lasted = (
            f"until {_instant(ended, context)}, {span_text((ended - incident.started_at).total_seconds())}"
        )
        head = (f" ● {word} ", "calm")
    lines: list[Line] = [
        (
            (f" {incident.n:>3} ", "muted"),
            head,
            (f" from {_instant(incident.started_at, context)} {lasted}", "text"),
        )
    ]
    if incident.detail:
        lines.append((("       ", "text"), (plain(incident.detail), "text")))
    if incident.acknowledged_at is not None:
        by = f" by {incident.acknowledged_by}" if incident.acknowledged_by else ""
        note = f": {incident.note}" if incident.note else ""
        text = f"acknowledged{by} {_instant(incident.acknowledged_at, context)}{note}"
        lines.append((("       ", "text"), (plain(text), "accent")))
    if incident.missed_count:
        runs_word = "run" if incident.missed_count == 1 else "runs"
        lines.append((("       ", "text"), (f"missed {incident.missed_count} {runs_word}:", "muted")))
        lines += [
            (("         ", "text"), ("· ", "down"), (_instant(at, context), "text"))
            for at in incident.missed[-_MISSED_SHOWN:]
        ]
        unlisted = incident.missed_count - min(len(incident.missed), _MISSED_SHOWN)
        if unlisted > 0:
            lines.append((("         ", "text"), (f"and {unlisted} before these", "muted")))
    return lines


def deliveries(details: CheckDetails, view: CheckView, context: PaneContext) -> Drawn:
    """What the hooks did, newest first."""
    if not details.deliveries:
        return _nothing("Nobody has been told anything of this check.")
    return [_delivery_line(delivery, context) for delivery in details.deliveries], []


def _delivery_line(delivery: DeliveryView, context: PaneContext) -> Line:
    tries = f"{delivery.tries} {'try' if delivery.tries == 1 else 'tries'}"
    if delivery.delivered_at is not None:
        glyph, style, text = "●", "up", f"told {_instant(delivery.delivered_at, context)}"
    elif delivery.next_try_at is not None:
        glyph, style = "◐", "late"
        text = f"{tries}, again {until_text(delivery.next_try_at, context.now)}"
    else:
        glyph, style, text = "✖", "down", f"given up after {tries}"
    return (
        (f" {glyph} ", style),
        (pad(plain(delivery.hook), 16), "text"),
        (pad(delivery.event, 10), "text"),
        (pad(_instant(delivery.flip_at, context), 17), "muted"),
        (text, style),
        (f"  {plain(delivery.error)}" if delivery.error else "", "muted"),
    )


PANES: Sequence[Pane] = (
    Pane("Overview", overview, lambda _: None),
    Pane("Runs", runs, lambda details: len(details.runs)),
    Pane("Pings", pings, lambda details: details.view.n_pings),
    Pane("Incidents", incidents, lambda details: len(details.incidents)),
    Pane("Deliveries", deliveries, lambda details: len(details.deliveries)),
)


def _nothing(text: str) -> Drawn:
    return [(), ((f"  {text}", "muted"),)], []


def _instant(at: datetime | None, context: PaneContext) -> str:
    return "" if at is None else instant_text(at, context.zone, context.now)


def _zone_of(view: CheckView, context: PaneContext) -> tzinfo:
    try:
        return zone_named(view.tz)
    except ScheduleError:
        return context.zone  # an engine elsewhere may know zones that this host does not


def _bytes(size: int) -> str:
    return f"{size} B" if size < 1000 else f"{size / 1000:.1f} kB"

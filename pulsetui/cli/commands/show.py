"""``pulsetui show SLUG``: everything about one check, to be read."""

from __future__ import annotations

import argparse
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from pulsetui.cli.connect import engine, require_check
from pulsetui.cli.exit_codes import OK
from pulsetui.cli.output import json_text, out, paint, status_text
from pulsetui.cli.zones import shown_zone
from pulsetui.client.status_words import last_proof, run_word, sentence, word_for
from pulsetui.core.slug import check_slug
from pulsetui.core.state.status import Status
from pulsetui.core.text.clean import clean
from pulsetui.core.text.phrases import duration_text, instant_text, span_text, until_text

if TYPE_CHECKING:
    from pulsetui.client.views import CheckDetails, CheckView, EngineInfo, IncidentView, RunView

_RUNS_SHOWN = 10
_INCIDENTS_SHOWN = 5
_MISSED_SHOWN = 20
_LABEL_WIDTH = 10


def show(options: argparse.Namespace) -> int:
    """Exit code 1 when there is no such check."""
    slug = check_slug(options.slug)
    with engine(options) as client:
        require_check(slug, client)
        details, info, now = client.details(slug), client.info(), client.now()
    where = shown_zone(options, info)
    if options.json:
        out(json_text(details))
        return OK
    for line in page(details, info, now, where):
        out(line)
    return OK


def page(details: CheckDetails, info: EngineInfo, now: datetime, where: tzinfo) -> list[str]:
    """The lines of the page, all times in the zone ``where``; every text from outside is cleaned."""
    view = details.view
    title = f"{status_text(view)}  {clean(view.name)}"
    if view.name != view.slug:
        title += f" ({view.slug})"
    lines = [paint(title, view.status), clean(sentence(view, now, where)), ""]
    lines += [f"{label:<{_LABEL_WIDTH}} {text}" for label, text in _facts(details, info, now, where) if text]
    if details.runs:
        lines += ["", "Runs", *(_run(run, where, now) for run in details.runs[:_RUNS_SHOWN])]
    if details.incidents:
        lines += ["", "Incidents"]
        for incident in details.incidents[:_INCIDENTS_SHOWN]:
            lines += _incident(incident, where, now)
    return lines


def _facts(details: CheckDetails, info: EngineInfo, now: datetime, where: tzinfo) -> list[tuple[str, str]]:
    view = details.view
    due = ", ".join(instant_text(instant, where, now) for instant in details.due_next[:5])
    limits = f"; a run may take {span_text(view.max_runtime)}" if view.max_runtime else ""
    return [
        ("Snoozed", _snoozed(view, now, where)),
        ("About", clean(view.desc)),
        ("Schedule", f"{clean(view.schedule_words)}; grace {span_text(view.grace)}{limits}"),
        ("Source", clean(details.source)),
        *(("Warning", clean(warning)) for warning in details.schedule_warnings),
        ("Next due", due if view.status is not Status.PAUSED else ""),
        ("Duration", _durations(view)),
        ("Proof", clean(last_proof(details.runs), 400)),
        ("Tags", clean(", ".join(view.tags))),
        ("Hooks", clean(", ".join(view.hooks))),
        (
            "Pings",
            f"{view.n_pings}, to {clean(info.ping_url(view.slug, view.uuid))}"
            if info.base_url
            else f"{view.n_pings}",
        ),
        ("Last line", clean(view.last_line, 200)),
        ("Times", f"in {clean(str(where))}"),
    ]


def _snoozed(view: CheckView, now: datetime, where: tzinfo) -> str:
    until = view.snoozed_until
    if until is None or until <= now:
        return ""
    return f"no alerts until {instant_text(until, where, now)} ({until_text(until, now)})"


def _durations(view: CheckView) -> str:
    if view.last_duration is None:
        return ""
    usual = f", usually {duration_text(view.usual_duration)}" if view.usual_duration is not None else ""
    return f"last {duration_text(view.last_duration)}{usual}"


def _run(run: RunView, where: tzinfo, now: datetime) -> str:
    at = run.started_at or run.ended_at
    word = run_word(run.outcome, run.oddity)
    parts = [
        f"  {instant_text(at, where, now) if at else '-':<16}",
        f"{word:<10}",
        f"{duration_text(run.duration) if run.duration is not None else '-':>7}",
        " ".join(f"{clean(name, 64)}={value:g}" for name, value in run.metrics.items()),
        f"exit code {run.exit_status}" if run.exit_status and not run.detail else "",
        "overlap" if run.overlaps is not None and word != "overlap" else "",
        "duplicate" if run.duplicate and word != "ran twice" else "",
        clean(run.detail, 200),
        clean(run.proof, 200) if not run.detail else "",
    ]
    return "  ".join(part for part in parts if part)


def _incident(incident: IncidentView, where: tzinfo, now: datetime) -> list[str]:
    ended = instant_text(incident.ended_at, where, now) if incident.ended_at else "now"
    length = span_text(((incident.ended_at or now) - incident.started_at).total_seconds())
    word = word_for(Status.DOWN, incident.reason)
    head = f"  #{incident.n} {word}  {instant_text(incident.started_at, where, now)} to {ended} ({length})"
    lines = [head]
    if incident.detail:
        lines.append(f"     {clean(incident.detail, 400)}")
    if incident.missed_count:
        shown = [instant_text(instant, where, now) for instant in incident.missed[:_MISSED_SHOWN]]
        left = incident.missed_count - len(shown)
        more = f" and {left} more" if left > 0 else ""
        lines.append(f"     missed {incident.missed_count}: {', '.join(shown)}{more}")
    if incident.closed_by:
        lines.append(f"     closed by {clean(incident.closed_by)}: it did not recover")
    if incident.acknowledged_at is not None:
        note = f": {clean(incident.note, 400)}" if incident.note else ""
        by = f" by {clean(incident.acknowledged_by)}" if incident.acknowledged_by else ""
        lines.append(f"     acknowledged {instant_text(incident.acknowledged_at, where, now)}{by}{note}")
    return lines

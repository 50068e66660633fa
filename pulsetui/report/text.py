"""A report as Markdown for people, JSON for programs, CSV for spreadsheets.

Names, notes and details come from outside: in Markdown they are escaped so that nothing of them is markup, in
CSV a cell that a spreadsheet would calculate is made text.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

import msgspec

from pulsetui.client.status_words import outcome_word, word_for
from pulsetui.core.schedule.english import listed
from pulsetui.core.state.status import Outcome, Status
from pulsetui.core.text.phrases import count_text, duration_text, span_text
from pulsetui.report.report import Instant, Report, ReportedIncident, ReportedRun

CSV_FIELDS = (
    *("record", "check", "id", "state"),
    *("since_utc", "since_local", "until_utc", "until_local", "duration_s", "slot_utc", "slot_local"),
    *("exit_status", "metrics", "missed_count"),
    *("acknowledged_at_utc", "acknowledged_by", "note", "detail", "closed_by", "proof"),
)
"""The header of the CSV form. ``record`` is check, incident, missed, run or unwatched."""

_MARKUP = re.compile(r"([\\`*_\[\]<>|~&$])|(?<=:)(?=//)|(?<=www)(?=\.)|(?=@)")
"""Every character that means something by itself inside a line, and the places where a bare address begins.
Number signs, digits and dashes mean something at the start of a line only, where no text from outside ever
stands; round brackets only after square ones."""
_CALCULATED = tuple("=+-@\t\r|%")
"""A cell that begins so is a formula, or a command, to some spreadsheet."""


def to_json(report: Report) -> str:
    """The fields of ``report.Report``; instants as ``{"local": …, "utc": …}``."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2).decode() + "\n"


# CSV


def to_csv(report: Report) -> str:
    """One line for each fact, oldest first within its kind; see ``CSV_FIELDS``."""
    text = io.StringIO()
    writer = csv.DictWriter(text, CSV_FIELDS, restval="", lineterminator="\r\n")
    writer.writeheader()
    slug = report.check.slug
    writer.writerow(
        _row("check", slug, slug, str(report.status), report.check.created_at, None, detail=report.sentence)
    )
    for incident in reversed(report.incidents):
        writer.writerow(_csv_incident(slug, incident))
        for missed in incident.missed:
            row = _row("missed", slug, incident.id, "missed", missed, None)
            writer.writerow({**row, "slot_utc": missed.utc, "slot_local": missed.local})
    writer.writerows(_csv_run(slug, run) for run in reversed(report.runs))
    writer.writerows(
        _row("unwatched", slug, slug, "unwatched", span.since, span.until, detail=span.why)
        for span in reversed(report.unwatched)
    )
    return text.getvalue()


def _csv_incident(slug: str, incident: ReportedIncident) -> dict[str, object]:
    return {
        **_row("incident", slug, incident.id, str(incident.reason), incident.started_at, incident.ended_at),
        "duration_s": f"{incident.duration:.0f}",
        "missed_count": incident.missed_count,
        "acknowledged_at_utc": incident.acknowledged_at.utc if incident.acknowledged_at else "",
        "acknowledged_by": harmless(incident.acknowledged_by),
        "note": harmless(incident.note),
        "detail": harmless(incident.detail),
        "closed_by": harmless(incident.closed_by),
    }


def _csv_run(slug: str, run: ReportedRun) -> dict[str, object]:
    return {
        **_row("run", slug, str(run.n), str(run.outcome), run.started_at, run.ended_at, detail=run.detail),
        "proof": harmless(run.proof),
        "duration_s": "" if run.duration is None else f"{run.duration:.3f}",
        "slot_utc": run.slot.utc if run.slot else "",
        "slot_local": run.slot.local if run.slot else "",
        "exit_status": "" if run.exit_status is None else run.exit_status,
        "metrics": harmless(_metrics(run)),
    }


def _row(
    record: str, slug: str, known_as: str, state: str, since: Instant | None, until: Instant | None, *,
    detail: str = "",
) -> dict[str, object]:  # fmt: skip
    return {
        "record": record,
        "check": slug,
        "id": known_as,
        "state": state,
        "since_utc": since.utc if since else "",
        "since_local": since.local if since else "",
        "until_utc": until.utc if until else "",
        "until_local": until.local if until else "",
        "detail": harmless(detail),
    }


def harmless(text: str) -> str:
    """``text`` as a cell that every spreadsheet shows and none calculates."""
    return f"'{text}" if text.startswith(_CALCULATED) else text


# Markdown


def to_markdown(report: Report) -> str:
    """Reads well as it is and in whatever draws Markdown."""
    lines = [*_head(report), *_about(report)]
    for incident in report.incidents:
        lines += _incident(incident, report.tz)
    if not report.incidents:
        lines += ["## Incidents", "", "None in this time." if report.since or report.until else "None.", ""]
    lines += _runs(report)
    if report.unwatched:
        lines += ["## Not watched", "", "Nothing in these spans could be judged.", ""]
        lines += [
            f"- {_when(one.since)} to {_when(one.until)}: {escaped(one.why)}" for one in report.unwatched
        ]
        lines.append("")
    lines += [f"Made {_when(report.made_at)} by PulseTUI.", ""]
    return "\n".join(lines)


def _head(report: Report) -> list[str]:
    check = report.check
    title = f"Incident {escaped(report.incident)}" if report.incident else "Report"
    lines = [f"# {title}: {escaped(check.name)}", "", f"**{escaped(report.sentence)}.**", ""]
    if not report.incident and (report.since or report.until):
        since = f"from {_when(report.since)}" if report.since else "from the beginning"
        until = f"until {_when(report.until)}" if report.until else "until now"
        lines += [f"This report looks {since} {until}.", ""]
    return lines


def _about(report: Report) -> list[str]:
    check = report.check
    facts = [
        ("Check", f"{escaped(check.slug)} ({check.uuid})"),
        ("About", escaped(check.desc)),
        ("Schedule", f"{escaped(check.schedule_words)} ({check.schedule_kind}: {escaped(check.schedule)})"),
        ("Zone", f"{escaped(report.tz)}; every time below is given in it and in UTC"),
        ("Grace", span_text(check.grace)),
        ("Longest run", span_text(check.max_runtime) if check.max_runtime is not None else ""),
        ("Expects", escaped(", ".join(check.expect))),
        ("Proves", escaped("; ".join(check.prove))),
        ("Tags", escaped(", ".join(check.tags))),
        ("Tells", escaped(", ".join(check.hooks)) or "nobody"),
    ]
    return [*table(("", ""), [fact for fact in facts if fact[1]]), ""]


def _incident(incident: ReportedIncident, tz: str) -> list[str]:
    word = word_for(Status.DOWN, incident.reason)
    if incident.ended_at is None:
        until = f"still open, for {span_text(incident.duration)}"
    else:
        until = f"{_when(incident.ended_at)}, after {span_text(incident.duration)}"
        if incident.closed_by:
            until += f", closed by {escaped(incident.closed_by)}: it did not recover"
    facts = [
        ("Reason", word + (f": {escaped(incident.detail)}" if incident.detail else "")),
        ("Since", _when(incident.started_at)),
        ("Until", until),
        ("Acknowledged", _acknowledged(incident)),
    ]
    lines = [f"## Incident {escaped(incident.id)}: {word}", "", *table(("", ""), facts), ""]
    if incident.missed_count:
        lines += [*_missed(incident, tz), ""]
    return lines


def _acknowledged(incident: ReportedIncident) -> str:
    if incident.acknowledged_at is None:
        return "by nobody"
    by = f"by {escaped(incident.acknowledged_by)} " if incident.acknowledged_by else ""
    note = f": {escaped(incident.note)}" if incident.note else ""
    return f"{by}{_when(incident.acknowledged_at)}{note}"


def _missed(incident: ReportedIncident, tz: str) -> list[str]:
    count = incident.missed_count
    runs = f"{count_text(count, 'scheduled run')} never happened"
    if not incident.missed:
        return [f"{runs}."]
    lines = [f"{runs}:", "", *table((f"Due ({escaped(tz)})", "Due (UTC)"), map(_both, incident.missed))]
    unlisted = count - len(incident.missed)
    are = "is" if unlisted == 1 else "are"
    return [*lines, "", f"{unlisted} more {are} counted but not listed."] if unlisted > 0 else lines


def _runs(report: Report) -> list[str]:
    if not report.runs:
        return ["## Runs", "", "No run is known.", ""]
    head = ("Started", "Ended (UTC)", "Outcome", "Took", "Exit", "Metrics", "Remarks")
    counts = {outcome: sum(run.outcome is outcome for run in report.runs) for outcome in Outcome}
    said = listed([f"{count} {outcome_word(what)}" for what, count in counts.items() if count])
    return [
        *("## Runs", "", f"{len(report.runs)} known: {said}. Newest first.", ""),
        *table(head, (_run_cells(run) for run in report.runs)),
        "",
    ]


def _run_cells(run: ReportedRun) -> tuple[str, ...]:
    remarks = [escaped(text) for text in (run.detail or run.proof,) if text]
    if run.overlaps is not None:
        remarks.append(f"overlapped run {run.overlaps}")
    if run.duplicate:
        remarks.append("duplicate run")
    return (
        _local(run.started_at) if run.started_at else "not reported",
        _utc(run.ended_at) if run.ended_at else "",
        outcome_word(run.outcome),
        duration_text(run.duration) if run.duration is not None else "",
        "" if run.exit_status is None else str(run.exit_status),
        escaped(_metrics(run)),
        "; ".join(remarks),
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a Markdown table. What comes from outside must be escaped in ``rows``."""
    return [
        f"| {' | '.join(head)} |",
        f"|{'---|' * len(head)}",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]


def escaped(text: str) -> str:
    """``text`` so that Markdown shows it as it is. It must be one cleaned line."""
    return _MARKUP.sub(lambda found: f"\\{found.group()}" if found.group() else "\u200b", text)


def _both(at: Instant) -> tuple[str, str]:
    return _local(at), _utc(at)


def _when(at: Instant) -> str:
    return f"{_local(at)} ({_utc(at)} UTC)"


def _local(at: Instant) -> str:
    """With the offset, so that the hour that comes twice is told apart."""
    local = datetime.fromisoformat(at.local)
    return f"{local:%a %Y-%m-%d %H:%M:%S} {local:%z}"


def _utc(at: Instant) -> str:
    return f"{datetime.fromisoformat(at.utc):%Y-%m-%d %H:%M:%S}"


def _metrics(run: ReportedRun) -> str:
    return " ".join(f"{name}={value:g}" for name, value in run.metrics.items())


FORMATS: Mapping[str, Callable[[Report], str]] = MappingProxyType(
    {"md": to_markdown, "json": to_json, "csv": to_csv}
)

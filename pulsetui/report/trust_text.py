"""How far checks can be trusted, as Markdown for people, JSON for programs, CSV for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from types import MappingProxyType

import msgspec
from msgspec.structs import asdict

from pulsetui.client.trust import Counts, TrustRow
from pulsetui.core.text.phrases import full_instant_text
from pulsetui.report.report import instant, zone_of_name
from pulsetui.report.text import escaped, harmless, table
from pulsetui.report.trust import FORMAT, Trust

_COUNTED = ("good", "failed", "late", "missed", "zero_work", "skipped", "not_watched", "unknown", "twice")
CSV_HEADER = ("check", "name", "day", "tz", "expected", *_COUNTED, "reliable_percent")
"""One line for each check and day."""

MAX_DAYS_ACROSS = 10
"""More days are no columns in Markdown: JSON and CSV have them all."""


def trust_json(made: Trust) -> str:
    """Instants as in the report of one check; percents rounded down, null where nothing could be judged."""
    document = {
        "format": FORMAT,
        "made_at": made.made_at,
        "since": made.since,
        "checks": [_check(row) for row in made.rows],
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def _check(row: TrustRow) -> dict[str, object]:
    known = None if row.known_from is None else instant(row.known_from, zone_of_name(row.tz))
    return {
        "check": row.slug,
        "name": row.name,
        "tz": row.tz,
        "known_from": known,
        **_numbers(row.total),
        "days": [{"day": one.day, **_numbers(one.counts)} for one in row.days],
    }


def _numbers(counts: Counts) -> dict[str, object]:
    return {"expected": counts.expected, **asdict(counts), "reliable_percent": counts.reliable}


def trust_csv(made: Trust) -> str:
    """See ``CSV_HEADER``."""
    text = io.StringIO()
    writer = csv.DictWriter(text, CSV_HEADER, restval="", lineterminator="\r\n")
    writer.writeheader()
    for row in made.rows:
        named = {"check": row.slug, "name": harmless(row.name), "tz": harmless(row.tz)}
        writer.writerows({**named, "day": one.day, **_numbers(one.counts)} for one in row.days)
    return text.getvalue()


def trust_markdown(made: Trust) -> str:
    """One table, a row for each check, and below it what is not known."""
    days = sorted({one.day for row in made.rows for one in row.days})
    across = days if len(days) <= MAX_DAYS_ACROSS else []
    words = ("Check", "Reliable", "Expected", "Good", "Failed", "Late", "Missed", "Zero work", "Skipped")
    head = (*words, "Not watched", "Unknown", "Twice", *(f"{day:%a %d %b}" for day in across))
    lines = ["# Trust", "", f"From {made.since.utc} until {made.made_at.utc}.", ""]
    lines += [*table(head, (_cells(row, across) for row in made.rows)), ""]
    if len(across) < len(days):
        lines += [f"The {len(days)} days one by one are in the JSON and CSV forms.", ""]
    notes = [note for row in made.rows for note in _notes(row)]
    if notes:
        lines += ["## Not counted", "", *(f"- {note}" for note in notes), ""]
    return "\n".join(lines)


def _cells(row: TrustRow, across: Sequence[date]) -> Sequence[str]:
    total = row.total
    by_day = {one.day: one.counts for one in row.days}
    counts = [total.expected, *(value for value in asdict(total).values())]
    return (
        escaped(row.slug),
        _percent(total),
        *map(str, counts),
        *(_percent(by_day[day]) if day in by_day else "" for day in across),
    )


def _percent(counts: Counts) -> str:
    return "not known" if counts.reliable is None else f"{counts.reliable} %"


def _notes(row: TrustRow) -> list[str]:
    if row.known_from is None:
        return []
    since = full_instant_text(row.known_from, zone_of_name(row.tz))
    return [f"{escaped(row.slug)}: what was before {since} is no longer known."]


TRUST_FORMATS: Mapping[str, Callable[[Trust], str]] = MappingProxyType(
    {"md": trust_markdown, "json": trust_json, "csv": trust_csv}
)

"""The fields of the edit form: what they are called, what they hold, what their texts mean in the file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from pulsetui.core.schedule.schedule import ScheduleKind

FieldKind = Literal["text", "list", "one a line", "one or more", "dates", "count", "flag", "lines", "pairs"]
LISTS: frozenset[FieldKind] = frozenset({"list", "one or more", "dates"})
"""Items with commas between them."""
Fold = Literal["alerts", "more"]
KINDS: tuple[ScheduleKind, ...] = ("every", "cron", "calendar")
SCHEDULE = "schedule"
NONE = "none"
"""How an empty list of hooks is written: no text at all means all hooks."""
RULES = "alerts."
"""Begins the keys of the fields that hold a rule of alerts."""
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class FieldSpec(Struct, frozen=True, kw_only=True):
    """One line of the form. ``key`` is the key of the table, or "slug"."""

    key: str
    label: str
    hint: str  # stands in the empty field
    kind: FieldKind = "text"
    fold: Fold | None = None  # the part of the form that is shown only on demand


FIELDS: tuple[FieldSpec, ...] = (
    FieldSpec(key="name", label="Name", hint="Sync invoices (the slug if empty)"),
    FieldSpec(key="slug", label="Slug", hint="sync-invoices: names it in URLs and in checks.toml"),
    FieldSpec(key=SCHEDULE, label="Expression", hint=""),
    FieldSpec(key="grace", label="Grace", hint="1h: how long after due is tolerated"),
    FieldSpec(key="timezone", label="Time zone", hint="Europe/Riga (the default zone if empty)"),
    FieldSpec(key="max_runtime", label="Max runtime", hint="20m: longer counts as hung"),
    FieldSpec(key="expect", label="Expect", hint="records >= 1, duration < 20m", kind="list"),
    FieldSpec(key="tags", label="Tags", hint="billing, nightly", kind="list"),
    FieldSpec(key="hooks", label="Hooks", hint="all of them; names, or none", kind="list"),
    FieldSpec(key="desc", label="Description", hint="What it does, what to do when it is down", kind="lines"),
    FieldSpec(key="owner", label="Owner", hint="Ilze: whom each message names", fold="alerts"),
    FieldSpec(
        key="runbook", label="Runbook", hint="https://wiki.example.org/db, in each message", fold="alerts"
    ),
    FieldSpec(
        key="depends_on",
        label="Depends on",
        hint="db: while that is down, nobody is told of this one",
        kind="list",
        fold="alerts",
    ),
    FieldSpec(key="alerts.after", label="After", hint="10m: how long it must have been down", fold="alerts"),
    FieldSpec(
        key="alerts.repeat", label="Repeat", hint="2h: reminds until somebody acknowledges", fold="alerts"
    ),
    FieldSpec(
        key="alerts.reasons", label="Reasons", hint="missed, hung: only of these", kind="list", fold="alerts"
    ),
    FieldSpec(
        key="alerts.recovery",
        label="Recovery",
        hint="no: the end of it is not told",
        kind="flag",
        fold="alerts",
    ),
    FieldSpec(
        key="alerts.quiet",
        label="Quiet",
        hint="22:00-07:00: hours at which nobody is told",
        kind="one or more",
        fold="alerts",
    ),
    FieldSpec(key="alerts.days", label="Days", hint="mon-fri: only on these", fold="alerts"),
    FieldSpec(
        key="alerts.holidays",
        label="Holidays",
        hint="2026-12-25, 2026-12-26, or the name of a file",
        kind="dates",
        fold="alerts",
    ),
    FieldSpec(
        key="alerts.timezone",
        label="Hours in",
        hint="Europe/Riga: the zone of these hours and days",
        fold="alerts",
    ),
    FieldSpec(
        key="start_grace", label="Start grace", hint="15m: how long after due a start may take", fold="more"
    ),
    FieldSpec(key="min_runtime", label="Min runtime", hint="5s: shorter means no work was done", fold="more"),
    FieldSpec(key="min_interval", label="Min interval", hint="10m: sooner is a duplicate run", fold="more"),
    FieldSpec(key="early", label="Early", hint="60s: a report this early still counts", fold="more"),
    FieldSpec(key="on_overlap", label="On overlap", hint='"note" or "down"', fold="more"),
    FieldSpec(key="on_duplicate", label="On duplicate", hint='"note" or "down"', fold="more"),
    FieldSpec(
        key="failures_before_down",
        label="Failures",
        hint="1: this many in a row make it down",
        kind="count",
        fold="more",
    ),
    FieldSpec(
        key="skips_before_down",
        label="Skips",
        hint="2: this many skipped runs in a row make it down",
        kind="count",
        fold="more",
    ),
    FieldSpec(
        key="successes_before_up",
        label="Successes",
        hint="1: this many in a row make it up again",
        kind="count",
        fold="more",
    ),
    FieldSpec(
        key="wait_for_first",
        label="Wait for first",
        hint="yes: nothing is expected before its first report",
        kind="flag",
        fold="more",
    ),
    FieldSpec(
        key="manual_resume",
        label="Manual resume",
        hint="yes: only a person resumes it",
        kind="flag",
        fold="more",
    ),
    FieldSpec(key="keep_pings", label="Keep pings", hint="1000", kind="count", fold="more"),
    FieldSpec(
        key="metrics",
        label="Metrics",
        hint="records = (\\d+) records  (one a line)",
        kind="pairs",
        fold="more",
    ),
    FieldSpec(
        key="prove",
        label="Prove",
        hint="file:/backup/shop.dump newer 26h, size >= 80% of usual  (one a line)",
        kind="one a line",
        fold="more",
    ),
    FieldSpec(key="uuid", label="UUID", hint="generated if empty", fold="more"),
)
FOLDS: Mapping[Fold, str] = {
    "alerts": "who is told and when, what it depends on",
    "more": "limits, overlaps, metrics, proof, uuid",
}
"""The parts that are shown only on demand, in order, and what is in them."""
SPECS: Mapping[str, FieldSpec] = {spec.key: spec for spec in FIELDS}
HINTS: Mapping[ScheduleKind, str] = {
    "every": "15m, 1h30m, 2d: time since the last report",
    "cron": "0 2 * * *: minute hour day month weekday",
    "calendar": "Mon..Fri 06:00: as in a systemd timer",
}


def field_of(key: str) -> str:
    """The field of the form where a problem with ``key`` is shown."""
    if key in KINDS or key == SCHEDULE:
        return SCHEDULE
    if key.startswith(RULES):
        key = rule_field(key.rpartition(".")[2])
    return key if key in SPECS else "slug"


def rule_field(rule: str) -> str:
    """The field of a rule of alerts, or that of the first where there is none."""
    return f"{RULES}{rule}" if f"{RULES}{rule}" in SPECS else f"{RULES}after"


def items_of(text: str) -> list[str]:
    """What stands in a field that holds a list."""
    return [item.strip() for item in text.split(",") if item.strip()]


def lines_of(text: str) -> list[str]:
    """What stands in a field that holds one item a line."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def as_text(spec: FieldSpec, value: object) -> str:
    """A value of the file as it stands in its field."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if spec.kind == "one a line" and isinstance(value, list | tuple):
        return "\n".join(str(item) for item in value)
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value) if value else (NONE if spec.key == "hooks" else "")
    if spec.kind == "pairs" and isinstance(value, Mapping):
        return "\n".join(f"{name} = {pattern}" for name, pattern in value.items())
    return str(value)


def as_value(spec: FieldSpec, text: str) -> object:
    """What a field's text means in the file. What cannot be read stays text and fails the validation."""
    text = text.strip()
    if spec.kind == "one a line":
        return lines_of(text)
    if spec.kind in LISTS:
        if spec.key == "hooks" and text.casefold() == NONE:
            return []
        items = items_of(text)
        if spec.kind == "dates" and not all(map(_DATE.fullmatch, items)):
            return text  # the name of a file
        return items[0] if spec.kind == "one or more" and len(items) == 1 else items
    if spec.kind == "count" and text.isascii() and text.isdigit():
        return int(text)
    if spec.kind == "flag" and text.casefold() in {"yes", "true", "no", "false"}:
        return text.casefold() in {"yes", "true"}
    if spec.kind == "pairs":
        pairs = (line.partition("=") for line in text.splitlines() if line.strip())
        return {name.strip(): pattern.strip() for name, _, pattern in pairs}
    return text

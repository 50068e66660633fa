"""The edit form without a screen: texts in, the keys of a check's table out, and what is wrong with them.

A field that was not touched keeps the value that the file has, spelled as it is there; an emptied one takes
its key out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from datetime import datetime
from itertools import count
from typing import Literal

from msgspec import Struct

from pulsetui.client.views import FieldProblem, SchedulePreview
from pulsetui.config.check_fields import validate_check
from pulsetui.config.problem import ConfigProblems, Problem
from pulsetui.core.schedule.parse import parse_schedule
from pulsetui.core.schedule.schedule import Schedule, ScheduleKind
from pulsetui.errors import ScheduleError

FieldKind = Literal["text", "list", "count", "flag", "lines", "pairs"]
KINDS: tuple[ScheduleKind, ...] = ("every", "cron", "calendar")
SCHEDULE = "schedule"
NONE = "none"
"""How an empty list of hooks is written: no text at all means all hooks."""
_PREVIEWED = 5
_MAX_SLUG_LETTERS = 90  # letters, so that a number still fits behind it


class FieldSpec(Struct, frozen=True, kw_only=True):
    """One line of the form. ``key`` is the key of the table, or "slug"."""

    key: str
    label: str
    hint: str  # stands in the empty field
    kind: FieldKind = "text"
    more: bool = False  # shown only on demand


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
    FieldSpec(
        key="start_grace", label="Start grace", hint="15m: how long after due a start may take", more=True
    ),
    FieldSpec(key="min_runtime", label="Min runtime", hint="5s: shorter means no work was done", more=True),
    FieldSpec(key="min_interval", label="Min interval", hint="10m: sooner is a duplicate run", more=True),
    FieldSpec(key="early", label="Early", hint="60s: a report this early still counts", more=True),
    FieldSpec(key="on_overlap", label="On overlap", hint='"note" or "down"', more=True),
    FieldSpec(key="on_duplicate", label="On duplicate", hint='"note" or "down"', more=True),
    FieldSpec(
        key="failures_before_down",
        label="Failures",
        hint="1: this many in a row make it down",
        kind="count",
        more=True,
    ),
    FieldSpec(
        key="skips_before_down",
        label="Skips",
        hint="2: this many skipped runs in a row make it down",
        kind="count",
        more=True,
    ),
    FieldSpec(
        key="successes_before_up",
        label="Successes",
        hint="1: this many in a row make it up again",
        kind="count",
        more=True,
    ),
    FieldSpec(
        key="wait_for_first",
        label="Wait for first",
        hint="yes: nothing is expected before its first report",
        kind="flag",
        more=True,
    ),
    FieldSpec(
        key="manual_resume",
        label="Manual resume",
        hint="yes: only a person resumes it",
        kind="flag",
        more=True,
    ),
    FieldSpec(key="keep_pings", label="Keep pings", hint="1000", kind="count", more=True),
    FieldSpec(
        key="metrics", label="Metrics", hint="records = (\\d+) records  (one a line)", kind="pairs", more=True
    ),
    FieldSpec(key="uuid", label="UUID", hint="generated if empty", more=True),
)
SPECS: Mapping[str, FieldSpec] = {spec.key: spec for spec in FIELDS}
HINTS: Mapping[ScheduleKind, str] = {
    "every": "15m, 1h30m, 2d: time since the last report",
    "cron": "0 2 * * *: minute hour day month weekday",
    "calendar": "Mon..Fri 06:00: as in a systemd timer",
}


class FormModel:
    """What has been typed so far."""

    def __init__(self, slug: str | None, original: Mapping[str, object]) -> None:
        """``slug`` None is a new check; ``original`` are the keys of its table as written."""
        self.slug = slug
        self.original = dict(original)
        self.kind: ScheduleKind = next((kind for kind in KINDS if kind in original), "cron")
        # Each kind keeps its own text, so that switching back loses nothing.
        self.expressions: dict[ScheduleKind, str] = {kind: str(original.get(kind, "")) for kind in KINDS}
        self.texts: dict[str, str] = {
            spec.key: as_text(spec, original.get(spec.key)) for spec in FIELDS if spec.key != SCHEDULE
        }
        self.texts["slug"] = slug or ""
        self._first = dict(self.texts)
        self._proposed = ""

    def text(self, key: str) -> str:
        """What stands in the field."""
        return self.expressions[self.kind] if key == SCHEDULE else self.texts[key]

    def items(self, key: str) -> list[str]:
        """What stands in a field that holds a list."""
        return [item.strip() for item in self.text(key).split(",") if item.strip()]

    def propose_slug(self, taken: Collection[str]) -> bool:
        """Makes the slug of a new check from its name, until a person writes another one. Whether it is
        another now."""
        if self.slug is not None or self.texts["slug"] not in {"", self._proposed}:
            return False
        self._proposed = slug_for(self.texts["name"], taken)
        changed = self.texts["slug"] != self._proposed
        self.texts["slug"] = self._proposed
        return changed

    def set_text(self, key: str, text: str) -> None:
        if key == SCHEDULE:
            self.expressions[self.kind] = text
        else:
            self.texts[key] = text

    @property
    def new_slug(self) -> str:
        return self.texts["slug"].strip()

    @property
    def changed(self) -> bool:
        """Whether leaving now would lose something."""
        if self.slug is None:
            return any(self.texts.values()) or any(self.expressions.values())
        return bool(self.changes()) or self.new_slug != self.slug

    def fields(self) -> dict[str, object]:
        """The whole table as it would be written."""
        found: dict[str, object] = {}
        for spec in FIELDS:
            if spec.key == "slug":
                continue
            if spec.key == SCHEDULE:
                expression = self.expressions[self.kind].strip()
                if expression:
                    untouched = expression == str(self.original.get(self.kind, ""))
                    found[self.kind] = self.original[self.kind] if untouched else expression
                continue
            text = self.texts[spec.key]
            if spec.key == "name" and self.slug is None and text.strip() == self.new_slug:
                continue  # the slug is the name of a check without one
            if spec.key in self.original and text == self._first[spec.key]:
                found[spec.key] = self.original[spec.key]
            elif text.strip():
                found[spec.key] = as_value(spec, text)
        # Keys that this form does not know are nobody's to drop.
        known = {spec.key for spec in FIELDS} | set(KINDS)
        found.update({key: value for key, value in self.original.items() if key not in known})
        return found

    def changes(self) -> dict[str, object | None]:
        """The keys that differ from the file; None takes one out."""
        fields = self.fields()
        changed: dict[str, object | None] = {
            key: value
            for key, value in fields.items()
            if key not in self.original or self.original[key] != value
        }
        changed.update({key: None for key in self.original if key not in fields})
        return changed

    def problems(self, *, default_timezone: str, hook_names: Collection[str]) -> list[FieldProblem]:
        """What is wrong with it now; the field of a schedule's problem is ``schedule``."""
        try:
            validate_check(
                self.new_slug,
                self.fields(),
                default_timezone=default_timezone,
                hook_names=hook_names,
                is_new=self.new_slug != self.slug,
            )
        except ConfigProblems as error:
            return [self._problem(problem) for problem in error.problems]
        return []

    def _problem(self, problem: Problem) -> FieldProblem:
        """A problem in the words of a form: those of the file speak of keys and values."""
        field = field_of(problem.field)
        if field == "slug" and not self.new_slug:
            return FieldProblem(field="name", message="A name is required")
        if field == SCHEDULE and not self.text(SCHEDULE).strip():
            example = HINTS[self.kind].partition(":")[0].partition(", ")[0]
            return FieldProblem(
                field=field, message="An expression is required", suggestion=f"Write one like {example}"
            )
        return FieldProblem(
            field=field,
            message=_sentence(problem.message, problem.value),
            suggestion=problem.suggestion,
            better=problem.better,
        )

    def proposal(self, problem: FieldProblem) -> str:
        """The text that a problem proposes for its field; "" for none, and where it would replace more
        than the part that is wrong."""
        if SPECS[problem.field].kind != "text" and len(self.items(problem.field)) > 1:
            return ""
        return problem.better

    def zone(self, default_timezone: str) -> str:
        """The name of the time zone, as typed."""
        return self.texts["timezone"].strip() or default_timezone

    def schedule(self, default_timezone: str) -> Schedule | None:
        """The schedule that is typed; None while it cannot be read."""
        expression = self.expressions[self.kind].strip()
        if not expression:
            return None
        try:
            return parse_schedule(self.kind, expression, self.zone(default_timezone))
        except ScheduleError:
            return None

    def preview(self, now: datetime, *, default_timezone: str) -> SchedulePreview | None:
        """The schedule in words and its next instants; None while it cannot be read. What to know of it
        besides is ``form_advice``'s to say."""
        schedule = self.schedule(default_timezone)
        if schedule is None:
            return None
        try:
            upcoming: list[datetime] = []
            while len(upcoming) < _PREVIEWED:
                following = schedule.next(upcoming[-1] if upcoming else now)
                if following is None:
                    break
                upcoming.append(following)
            return SchedulePreview(
                words=schedule.describe(),
                upcoming=tuple(upcoming),
                tz=schedule.timezone,
            )
        except ScheduleError:
            return None


def slug_for(name: str, taken: Collection[str]) -> str:
    """A slug that a name may have and no other check has; "" for a name without a usable letter."""
    letters = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    base = re.sub(r"[^a-z0-9_]+", "-", letters).strip("-_")[:_MAX_SLUG_LETTERS].rstrip("-")
    numbered = (f"{base}-{n}" for n in count(2))
    return base if not base or base not in taken else next(slug for slug in numbered if slug not in taken)


def field_of(key: str) -> str:
    """The field of the form where a problem with ``key`` is shown."""
    if key in KINDS or key == SCHEDULE:
        return SCHEDULE
    return key if key in SPECS else "slug"


def as_text(spec: FieldSpec, value: object) -> str:
    """A value of the file as it stands in its field."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if spec.kind == "list" and isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value) if value else (NONE if spec.key == "hooks" else "")
    if spec.kind == "pairs" and isinstance(value, Mapping):
        return "\n".join(f"{name} = {pattern}" for name, pattern in value.items())
    return str(value)


def as_value(spec: FieldSpec, text: str) -> object:
    """What a field's text means in the file. What cannot be read stays text and fails the validation."""
    text = text.strip()
    if spec.kind == "list":
        if spec.key == "hooks" and text.casefold() == NONE:
            return []
        return [item.strip() for item in text.split(",") if item.strip()]
    if spec.kind == "count" and text.isascii() and text.isdigit():
        return int(text)
    if spec.kind == "flag" and text.casefold() in {"yes", "true", "no", "false"}:
        return text.casefold() in {"yes", "true"}
    if spec.kind == "pairs":
        pairs = (line.partition("=") for line in text.splitlines() if line.strip())
        return {name.strip(): pattern.strip() for name, _, pattern in pairs}
    return text


def _sentence(message: str, value: str) -> str:
    return f"{value}: {message}" if value else message

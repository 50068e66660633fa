"""The edit form without a screen: texts in, the keys of a check's table out, and what is wrong with them.

A field that was not touched keeps the value that the file has, spelled as it is there; an emptied one takes
its key out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from itertools import count

from pulsetui.client.views import FieldProblem, SchedulePreview
from pulsetui.config.bare_span import BareSpan, bare_flaw, bare_spans_of_check
from pulsetui.config.check_fields import validate_check
from pulsetui.config.flaws import no_such_check
from pulsetui.config.problem import ConfigProblems, Problem
from pulsetui.core.schedule.parse import parse_schedule
from pulsetui.core.schedule.schedule import Schedule, ScheduleKind
from pulsetui.errors import ScheduleError
from pulsetui.tui.form.rules import RuleTexts, without_files
from pulsetui.tui.form.specs import (
    FIELDS,
    HINTS,
    KINDS,
    RULES,
    SCHEDULE,
    SPECS,
    as_text,
    as_value,
    field_of,
    items_of,
)

_PREVIEWED = 5
_MAX_SLUG_LETTERS = 90  # letters, so that a number still fits behind it


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
            spec.key: as_text(spec, original.get(spec.key))
            for spec in FIELDS
            if spec.key != SCHEDULE and not spec.key.startswith(RULES)
        }
        self.rules = RuleTexts(original.get("alerts"))
        self.texts["slug"] = slug or ""
        self._first = dict(self.texts)
        self._proposed = ""

    def text(self, key: str) -> str:
        """What stands in the field."""
        if key.startswith(RULES):
            return self.rules.text(key)
        return self.expressions[self.kind] if key == SCHEDULE else self.texts[key]

    def items(self, key: str) -> list[str]:
        """What stands in a field that holds a list."""
        return items_of(self.text(key))

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
        if key.startswith(RULES):
            self.rules.set_text(key, text)
        elif key == SCHEDULE:
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
            return any((*self.texts.values(), *self.expressions.values(), self.rules.table()))
        return bool(self.changes()) or self.new_slug != self.slug

    def fields(self) -> dict[str, object]:
        """The whole table as it would be written."""
        found: dict[str, object] = {}
        for spec in FIELDS:
            if spec.key == "slug" or spec.key.startswith(RULES):
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
        if rules := self.rules.table():
            found["alerts"] = rules
        # Keys that this form does not know are nobody's to drop.
        known = {spec.key for spec in FIELDS} | set(KINDS) | {"alerts"}
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

    def problems(
        self, *, default_timezone: str, hook_names: Collection[str], slugs: Collection[str] = ()
    ) -> list[FieldProblem]:
        """What is wrong with it now; the field of a schedule's problem is ``schedule``. ``slugs`` are of all
        checks. Circles of checks that depend on each other, and files, are the engine's to judge."""
        wrong = [
            self._problem(bare_flaw(one.number).problem(field=one.key)) for one in self._typed_bare_spans()
        ]
        wrong += [
            self._problem(no_such_check(slug, slugs).problem(field="depends_on"))
            for slug in self.items("depends_on")
            if slug not in slugs
        ]
        try:
            validate_check(
                self.new_slug,
                without_files(self.fields()),
                default_timezone=default_timezone,
                hook_names=hook_names,
                is_new=self.new_slug != self.slug,
            )
        except ConfigProblems as error:
            return [*map(self._problem, error.problems), *wrong]
        return wrong

    def _typed_bare_spans(self) -> Iterator[BareSpan]:
        """Those that are not what the file has: there a bare number stays what it is."""
        written = set(bare_spans_of_check("", self.original))
        return (one for one in bare_spans_of_check("", self.fields()) if one not in written)

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
            message=self.rules.whose(problem.field) + _sentence(problem.message, problem.value),
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


def _sentence(message: str, value: str) -> str:
    return f"{value}: {message}" if value else message

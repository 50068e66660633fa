"""What to do with the checks so that there is one for each schedule that was found. Pure: it only says.

A schedule that changed where it stands changes in its check, and a job that was renamed there takes its check
along. What a person has changed in checks.toml stays, and so does a check that a person has written. Nothing
is removed unless that is asked for; and nothing that would then be missed by nobody: a check that is down,
or all checks of a place in which nothing stands any more, as after ``crontab -r``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Literal

from msgspec import Struct, field
from msgspec.structs import replace

from pulsetui.core.slug import check_slug
from pulsetui.errors import ScheduleError, UsageError
from pulsetui.provision.compare import flaw_in, merged, schedule_in, schedules_differ, source_of
from pulsetui.provision.found import FROM_A_PING, FoundSchedule, SourceReading

Verdict = Literal["add", "change", "rename", "same", "keep", "gone", "refuse"]
"""What becomes of a check: ``keep`` is one that differs by a person's will, ``gone`` one whose schedule is
nowhere to be found any more, ``refuse`` what a person has to decide."""

Tables = Mapping[str, Mapping[str, object]]
"""The checks there are: their tables by slug, as written in checks.toml."""


class PlanStep(Struct, frozen=True, kw_only=True):
    """One check, and what becomes of it. Texts are unsafe until cleaned."""

    verdict: Verdict
    slug: str
    new_slug: str | None = None
    changes: Mapping[str, object] = field(default_factory=dict)  # keys of its table; None takes one out
    why: str = ""
    place: str = ""  # where its schedule was found


class Plan(Struct, frozen=True):
    """All of it, in the order in which the schedules were found; what is gone comes last."""

    steps: tuple[PlanStep, ...]

    def of(self, *verdicts: Verdict) -> list[PlanStep]:
        """The steps with one of these verdicts."""
        return [step for step in self.steps if step.verdict in verdicts]

    def to_do(self, *, prune: bool) -> list[PlanStep]:
        """The steps that change checks.toml."""
        return self.of("add", "change", "rename", *(["gone"] if prune else ()))

    @property
    def is_equal(self) -> bool:
        """Whether the checks are as they were found, or as a person wants them."""
        return not self.of("add", "change", "rename", "gone", "refuse")


def plan(readings: Sequence[SourceReading], tables: Tables, *, zone: str, down: Collection[str] = ()) -> Plan:
    """What to do with the checks of ``tables``. ``zone`` is that of checks which name none, ``down`` are
    those that are down and that nobody has acknowledged."""
    return _Planner(readings, tables, zone, down).plan()


class _Planner:
    def __init__(
        self, readings: Sequence[SourceReading], tables: Tables, zone: str, down: Collection[str]
    ) -> None:
        self._found = [one for each in readings for one in each.schedules]
        self._read = {each.origin for each in readings if not each.problem}
        self._empty = {each.origin for each in readings if each.is_empty and not each.problem}
        self._tables = tables
        self._zone = zone
        self._down = down
        self._keys = {(one.origin, one.key) for one in self._found}
        self._owned: dict[tuple[str, str], str] = {}
        for slug, table in tables.items():
            source = source_of(table)
            # A table that was copied has the source of the other: the one with the slug from there is it.
            if source and (_id(source) not in self._owned or source.get("slug") == slug):
                self._owned[_id(source)] = slug
        self._taken: dict[str, str] = {}  # slug → where the schedule stands that has it

    def plan(self) -> Plan:
        steps = [self._step(one) for one in self._found]
        kept = {step.slug for step in steps}
        for slug, table in self._tables.items():
            source = source_of(table)
            if source and source["from"] in self._read and slug not in kept and _id(source) not in self._keys:
                steps.append(self._gone(slug, table, source))
        return Plan(tuple(steps))

    def _step(self, one: FoundSchedule) -> PlanStep:
        slug = self._owned.get((one.origin, one.key))
        if reason := _flaw(one):
            return PlanStep(verdict="refuse", slug=slug or one.slug, why=reason, place=one.place)
        step = self._of_new(one) if slug is None else self._of_known(one, slug)
        name = step.new_slug or step.slug
        if step.verdict != "refuse":
            if name in self._taken:
                return _two_jobs(one, name, self._taken[name])
            self._taken[name] = one.place
        return step

    def _of_new(self, one: FoundSchedule) -> PlanStep:
        table = self._tables.get(one.slug)
        if table is None:
            changes = {**one.fields(), "source": one.source}
            why = str(schedule_in(changes, self._zone))
            return PlanStep(verdict="add", slug=one.slug, changes=changes, why=why, place=one.place)
        source = source_of(table)
        if not source:
            return self._of_a_person(one, table)
        if source["from"] == FROM_A_PING:
            return self._followed(one, one.slug, "made by its first report")
        is_same_project = source["from"].partition("/")[0] == one.origin.partition("/")[0]
        if not is_same_project or source["from"] not in self._read or _id(source) in self._keys:
            step = _two_jobs(one, one.slug, f"{source['key']} in {source['from']}")
            return replace(step, why=f"{step.why}. If that one moved here: pulsetui edit {one.slug} source=")
        return self._followed(one, one.slug, f"moved here from {source['from']}")

    def _of_a_person(self, one: FoundSchedule, table: Mapping[str, object]) -> PlanStep:
        if not schedules_differ(table, one.fields(), self._zone):
            why = "is written as it was found; it follows from now on"
            return PlanStep(
                verdict="change", slug=one.slug, changes={"source": one.source}, why=why, place=one.place
            )
        why = f"a person wrote it with {schedule_in(table, self._zone)};"
        why += f" found is {schedule_in(one.fields(), self._zone)}"
        return PlanStep(verdict="keep", slug=one.slug, why=why, place=one.place)

    def _of_known(self, one: FoundSchedule, slug: str) -> PlanStep:
        remembered = source_of(self._tables[slug]).get("slug", slug)
        if one.slug == slug:
            return self._followed(one, slug)
        if slug != remembered:
            return self._followed(one, slug, f"a person renamed it, but its job reports to {one.slug}")
        if one.slug in self._tables:
            return _two_jobs(one, one.slug, "another job, or of a person")
        return self._followed(one, slug, f"renamed to {one.slug}", new_slug=one.slug)

    def _followed(
        self, one: FoundSchedule, slug: str, note: str = "", new_slug: str | None = None
    ) -> PlanStep:
        """The check gets what was found, but for what a person gave it."""
        found = merged(self._tables[slug], one, self._zone, new_slug or slug)
        verdict: Verdict = "same"
        if new_slug:
            verdict = "rename"
        elif found.changes:
            verdict = "change"
        elif found.by_a_person or note:
            verdict = "keep"
        why = "; ".join(filter(None, (note, *found.followed, *found.by_a_person)))
        return PlanStep(
            verdict=verdict,
            slug=slug,
            new_slug=new_slug,
            changes=found.changes,
            why=why or ("as found" if verdict == "same" else "what it remembers of its source"),
            place=one.place,
        )

    def _gone(self, slug: str, table: Mapping[str, object], source: Mapping[str, str]) -> PlanStep:
        origin = source["from"]
        if self._owned[_id(source)] != slug:
            why = f"has the source of {self._owned[_id(source)]}: take it out of the copy"
            return PlanStep(verdict="refuse", slug=slug, why=why)
        why = f"{source['key']} is scheduled no more in {origin}"
        if origin in self._empty:
            why = f"nothing at all stands in {origin} any more. If that is meant: pulsetui remove {slug}"
            return PlanStep(verdict="refuse", slug=slug, why=why)
        if slug in self._down:
            why += f", and it is down: acknowledge that first, with: pulsetui ack {slug}"
            return PlanStep(verdict="refuse", slug=slug, why=why)
        edited = merged(table, None, self._zone, slug).by_a_person
        if edited or source.get("slug", slug) != slug:
            why += f", but a person has edited it. If it is not needed: pulsetui remove {slug}"
            return PlanStep(verdict="keep", slug=slug, why=why)
        return PlanStep(verdict="gone", slug=slug, why=why)


def _id(source: Mapping[str, str]) -> tuple[str, str]:
    return source["from"], source["key"]


def _flaw(one: FoundSchedule) -> str:
    """Why no check can be made of it; "" when one can."""
    try:
        check_slug(one.slug)
        flaw_in(one)
    except (UsageError, ScheduleError) as error:
        return str(error)
    return ""


def _two_jobs(one: FoundSchedule, slug: str, other: str) -> PlanStep:
    why = f"{slug} is the check of {other} already; with two jobs in one check a missing one would not show"
    return PlanStep(verdict="refuse", slug=slug, why=why, place=one.place)

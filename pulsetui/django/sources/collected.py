"""What the readers have in common: the project they read for, and how a job becomes a check's schedule."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from pulsetui.core.schedule.duration import DurationError, parse_duration
from pulsetui.core.schedule.parse import parse_schedule
from pulsetui.django.options import Options
from pulsetui.errors import ScheduleError
from pulsetui.provision.compare import KINDS
from pulsetui.provision.found import FoundSchedule, SourceReading, usual_grace


class Project(Struct, frozen=True, kw_only=True):
    """The Django project that schedules are read for."""

    name: str  # tells its checks from those of other projects at the same engine
    package: str  # the one that its settings are in
    root: Path  # where its manage.py is
    options: Options
    now: datetime
    zone: str  # of schedules that name none
    crontabs: tuple[str, ...] = ()  # files to read instead of this host's

    def origin(self, place: str) -> str:
        """What a check's source says of one of the project's places."""
        return f"{self.name}/{place}"


class Collected:
    """Collects what one place holds."""

    def __init__(self, project: Project, place: str) -> None:
        self._project = project
        self._origin = project.origin(place)
        self._found: list[FoundSchedule] = []
        self._left_out: list[str] = []
        self._unwatched: list[str] = []
        self._notes: list[str] = []
        self._keys: dict[str, int] = {}

    def add(self, *, key: str, slug: str, name: str, keys: Mapping[str, str], place: str) -> None:
        """One job. ``keys`` are those of a check: a kind of schedule, and maybe ``timezone`` and ``grace``.

        A job that will never be due again is left out, and one whose times no check can have."""
        kind = next((kind for kind in KINDS if kind in keys), None)
        if kind is None:
            self.cannot_watch(name, "its times are of a kind that no check can have")
            return
        zone = keys.get("timezone", self._project.zone)
        try:
            schedule = parse_schedule(kind, keys[kind], zone)
            given = keys.get("grace")
            grace = parse_duration(given) if given else usual_grace(schedule, self._project.now)
        except (ScheduleError, DurationError) as error:
            self.cannot_watch(name, str(error))
            return
        if why := schedule.over(self._project.now):
            self.leave_out(name, f'"{keys[kind]}": {why}')
            return
        nth = self._keys[key] = self._keys.get(key, 0) + 1
        self._found.append(
            FoundSchedule(
                key=key if nth == 1 else f"{key}#{nth}",
                slug=slug,
                name=name,
                kind=kind,
                schedule=schedule.expression,
                timezone=zone,
                grace=grace,
                place=place,
                origin=self._origin,
            )
        )

    def leave_out(self, name: str, why: str) -> None:
        """A job that needs no check: it does not run, or is not to be watched."""
        self._left_out.append(f"{name}: {why}")

    def note(self, text: str) -> None:
        """What a person should know of a job, though it can be watched."""
        self._notes.append(text)

    def cannot_watch(self, name: str, why: str) -> None:
        """A job that should have a check, and cannot as it stands."""
        self._unwatched.append(f"{name}: {why}")

    def reading(self, problem: str = "") -> SourceReading:
        """All of it; ``problem`` says why there may be more."""
        return SourceReading(
            origin=self._origin,
            schedules=self._found,
            unwatched=self._unwatched,
            left_out=self._left_out,
            notes=self._notes,
            problem=problem,
        )

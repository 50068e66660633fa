"""The checks that are there, and how they are changed: through the engine that runs, or in checks.toml.

An engine is asked first: it judges an edit as it does its own, says at once what is wrong, and may be on
another host. The file is for when none runs.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol

from pulsetui.client.client import EngineClient, add_check, edit_check, remove_check
from pulsetui.client.views import CheckView, CommandResult
from pulsetui.config.file.edit import ConfigFile
from pulsetui.core.state.status import Status
from pulsetui.errors import PulseError
from pulsetui.provision.plan import PlanStep, Tables


class RefusedError(PulseError):
    """The engine did not do what it was asked to; the message says why."""


class CheckDefinitions(Protocol):
    """All checks of one engine or file. Methods raise PulseError."""

    @property
    def place(self) -> str:
        """Where they are, for people."""

    @property
    def zone(self) -> str:
        """The zone of checks that name none."""

    def slugs(self) -> Collection[str]:
        """Which there are."""

    def tables(self) -> Tables:
        """Their tables as written."""

    def down(self) -> Collection[str]:
        """Those that are down and that nobody has acknowledged; empty where that is not known."""

    def add(self, slug: str, fields: Mapping[str, object]) -> None:
        """One more check."""

    def edit(self, slug: str, changes: Mapping[str, object], new_slug: str | None = None) -> None:
        """Changes keys of a check; None takes one out."""

    def remove(self, slug: str) -> None:
        """Takes a check out."""


class ChecksOfEngine:
    """Those of an engine that runs."""

    def __init__(self, client: EngineClient, url: str) -> None:
        self._client = client
        self.place = f"the engine at {url}"

    @property
    def zone(self) -> str:
        return self._client.info().timezone

    def slugs(self) -> Collection[str]:
        return self._client.checks().keys()

    def tables(self) -> Tables:
        return {slug: self._client.details(slug).fields for slug in self._client.checks()}

    def down(self) -> Collection[str]:
        return {slug for slug, view in self._client.checks().items() if _is_open(view)}

    def add(self, slug: str, fields: Mapping[str, object]) -> None:
        _require(add_check(self._client, slug, fields))

    def edit(self, slug: str, changes: Mapping[str, object], new_slug: str | None = None) -> None:
        _require(edit_check(self._client, slug, changes, new_slug))

    def remove(self, slug: str) -> None:
        _require(remove_check(self._client, slug))


class ChecksInFile:
    """Those of a checks.toml, which is made with the first one."""

    def __init__(self, file: ConfigFile) -> None:
        self._file = file
        self.place = str(file.path)

    @property
    def zone(self) -> str:
        return self._file.load().config.timezone if self._file.path.exists() else "UTC"

    def slugs(self) -> Collection[str]:
        return self.tables().keys()

    def tables(self) -> Tables:
        return self._file.load().config.fields if self._file.path.exists() else {}

    def down(self) -> Collection[str]:
        return ()

    def add(self, slug: str, fields: Mapping[str, object]) -> None:
        self._file.add_check(slug, fields)

    def edit(self, slug: str, changes: Mapping[str, object], new_slug: str | None = None) -> None:
        self._file.edit_check(slug, changes, new_slug)

    def remove(self, slug: str) -> None:
        self._file.remove_check(slug)


def carry_out(step: PlanStep, checks: CheckDefinitions) -> None:
    """Does it. Raises PulseError where it is refused."""
    if step.verdict == "add":
        checks.add(step.slug, step.changes)
    elif step.verdict in ("change", "rename"):
        checks.edit(step.slug, step.changes, step.new_slug)
    elif step.verdict == "gone":
        checks.remove(step.slug)


def _is_open(view: CheckView) -> bool:
    return view.status is Status.DOWN and not view.acknowledged


def _require(result: CommandResult) -> None:
    """Raises RefusedError for what was not done."""
    if not result.ok:
        problems = [f"{one.field}: {one.message} {one.suggestion}".strip() for one in result.problems]
        raise RefusedError("; ".join(problems) or result.message)

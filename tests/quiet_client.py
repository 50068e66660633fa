"""What an engine client answers when nothing happened; fakes say only what their tests are about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from pulsetui.client.views import CommandResult, IncidentEntry, LogLine, Timeline
from pulsetui.core.state.snooze import Scope


class QuietClient:
    """The part of ``client.client.EngineClient`` that most tests do not look at."""

    def incidents(self, limit: int = 200) -> tuple[IncidentEntry, ...]:
        return ()

    def timeline(self, slugs: Sequence[str], since: datetime, until: datetime) -> Timeline:
        return Timeline(since=since, until=until, lanes=(), unwatched=())

    def log(self, limit: int = 500) -> tuple[LogLine, ...]:
        return ()

    def undo_pause(self, slugs: Sequence[str]) -> list[CommandResult]:
        return [CommandResult(slug=slug, ok=True, message="undone") for slug in slugs]

    def undo_remove(self, slug: str, fields: Mapping[str, object]) -> CommandResult:
        return CommandResult(slug=slug, ok=True, message="undone")

    def undo_resume(self, slugs: Sequence[str]) -> list[CommandResult]:
        return [CommandResult(slug=slug, ok=True, message="undone") for slug in slugs]

    def snooze(
        self, scope: Scope, targets: Sequence[str], *, until: datetime, by: str, note: str = ""
    ) -> list[CommandResult]:
        return [CommandResult(slug=target, ok=True, message=f"{target} is snoozed") for target in targets]

    def unsnooze(self, scope: Scope, targets: Sequence[str]) -> list[CommandResult]:
        return [CommandResult(slug=one, ok=True, message=f"{one} is no longer snoozed") for one in targets]

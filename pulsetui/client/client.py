"""The one protocol through which a screen or a script sees an engine.

Two implementations: ``monitor.local`` (the engine in this process) and ``attach.remote`` (over HTTP). The
table is therefore the same embedded and attached.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from pulsetui.client.alert import OnAlert
from pulsetui.client.views import (
    CheckDetails,
    CheckView,
    CommandResult,
    EngineInfo,
    IncidentEntry,
    LogLine,
    Timeline,
)
from pulsetui.core.state.snooze import Scope

OnChange = Callable[[frozenset[str]], None]
"""Called from another thread with the slugs whose view changed, appeared or went away. An empty set means
that ``info()`` changed (a notice, the connection). It must return at once and must not call the client."""


class EngineClient(Protocol):
    """A view of one engine. ``checks``, ``info`` and ``now`` never block and may be called from any thread;
    everything else may take up to its timeout and belongs off the screen's event loop.

    What blocks raises EngineUnreachableError when the engine is gone, UnknownCheckError for a slug that is
    not there. Commands answer with one CommandResult for each slug instead of raising.
    """

    @property
    def connected(self) -> bool:
        """False while the engine cannot be reached: the views are the last ones known."""

    def now(self) -> datetime:
        """The engine's clock, UTC."""

    def checks(self) -> Mapping[str, CheckView]:
        """All checks by slug, in the order of the configuration. The mapping is never mutated."""

    def info(self) -> EngineInfo: ...

    def subscribe(self, on_change: OnChange) -> Callable[[], None]:
        """Calls ``on_change`` after every change until the returned function is called."""

    def subscribe_alerts(self, on_alert: OnAlert) -> Callable[[], None]:
        """Calls ``on_alert`` for what the ``terminal`` hook tells, until the returned function is called."""

    def details(self, slug: str) -> CheckDetails: ...

    def ping_body(self, slug: str, n: int) -> bytes:
        """The kept body of ping number ``n``; empty when it had none."""

    def incidents(self, limit: int = 200) -> tuple[IncidentEntry, ...]:
        """Incidents of all checks: open ones first, then the newest."""

    def timeline(self, slugs: Sequence[str], since: datetime, until: datetime) -> Timeline:
        """What these checks did and will do. Unknown slugs are left out."""

    def log(self, limit: int = 500) -> tuple[LogLine, ...]:
        """The last lines of the engine's log, oldest first."""

    def pause(self, slugs: Sequence[str], *, by: str = "") -> list[CommandResult]:
        """``by`` is written into the incident that the pause ends."""

    def resume(self, slugs: Sequence[str]) -> list[CommandResult]: ...

    def undo_pause(self, slugs: Sequence[str]) -> list[CommandResult]:
        """As if they had not been paused: status, incident and due of before, judged up to now. Refused for
        one that has reported since, or is not paused any more."""

    def undo_resume(self, slugs: Sequence[str]) -> list[CommandResult]:
        """As if they had not been resumed; refused likewise."""

    def acknowledge(
        self, slugs: Sequence[str], *, by: str, note: str = "", any_reason: bool = False
    ) -> list[CommandResult]:
        """Calms the open incidents until they recover, or get a reason that was not acknowledged."""

    def unacknowledge(self, slugs: Sequence[str]) -> list[CommandResult]: ...

    def snooze(
        self, scope: Scope, targets: Sequence[str], *, until: datetime, by: str, note: str = ""
    ) -> list[CommandResult]:
        """No alerts until ``until`` for checks or tags; ``everything`` takes no targets. Replaces the
        snooze that a target had. Results carry the target in ``slug``."""

    def unsnooze(self, scope: Scope, targets: Sequence[str]) -> list[CommandResult]:
        """Ends snoozes now; what went down meanwhile and still is will be told."""

    def add(self, slug: str, fields: Mapping[str, object]) -> CommandResult:
        """Adds a check to checks.toml. ``fields`` are the keys of its table, spelled as in the file."""

    def edit(
        self, slug: str, fields: Mapping[str, object | None], *, new_slug: str | None = None
    ) -> CommandResult:
        """Changes keys of a check's table in place; ``None`` takes a key out."""

    def remove(self, slug: str) -> CommandResult: ...

    def undo_remove(self, slug: str, fields: Mapping[str, object]) -> CommandResult:
        """Puts the table of a removed check back where it was, with its comments. Where the file has changed
        too much for that it is added with ``fields`` at the end, and the message says so."""

    def dismiss(self, key: str) -> None:
        """Takes away a notice that has been read."""

    def close(self) -> None: ...

"""The one protocol through which a screen or a script sees an engine.

Two implementations: ``monitor.local`` (the engine in this process) and ``attach.remote`` (over HTTP). The
table is therefore the same embedded and attached.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from pulsetui.client.alert import OnAlert
from pulsetui.client.commands import AddCheck, AnyCommand, Definition, EditCheck, RemoveCheck
from pulsetui.client.deploys import DeployView
from pulsetui.client.host import HostView
from pulsetui.client.today import Today
from pulsetui.client.trials import TrialView
from pulsetui.client.trust import TrustRow
from pulsetui.client.views import (
    CheckDetails,
    CheckView,
    CommandResult,
    EngineInfo,
    IncidentEntry,
    LogLine,
    Timeline,
)
from pulsetui.errors import EngineError

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

    def trials(self, limit: int = 20) -> tuple[TrialView, ...]:
        """Tests of hooks and drills, the newest first."""

    def deploys(self, limit: int = 20) -> tuple[DeployView, ...]:
        """The newest deploys, and how each job stands on its release."""

    def host(self) -> HostView:
        """The jobs of the engine's host, as it saw them last."""

    def timeline(self, slugs: Sequence[str], since: datetime, until: datetime) -> Timeline:
        """What these checks did and will do. Unknown slugs are left out."""

    def trust(self, slugs: Sequence[str], since: datetime) -> tuple[TrustRow, ...]:
        """What was expected of these checks since then, and what became of it: ``MAX_ASKED`` at a time at
        most, else CommandError. Unknown slugs are left out."""

    def today(self, since: datetime, until: datetime) -> Today:
        """What happened since then, and what is to come until then."""

    def log(self, limit: int = 500) -> tuple[LogLine, ...]:
        """The last lines of the engine's log, oldest first."""

    def do(self, command: AnyCommand) -> list[CommandResult]:
        """Does what ``command`` says (``client.commands``). Without a target nothing is done."""

    def close(self) -> None: ...


def do_one(client: EngineClient, command: Definition) -> CommandResult:
    """The one result of a command that is about one check. Raises EngineError when there are others."""
    results = client.do(command)
    if len(results) != 1:
        raise EngineError(f"the engine answered {len(results)} results to one command")
    return results[0]


def add_check(client: EngineClient, slug: str, fields: Mapping[str, object]) -> CommandResult:
    """Adds one check; ``fields`` are the keys of its table."""
    return do_one(client, AddCheck((slug,), fields))


def edit_check(
    client: EngineClient, slug: str, fields: Mapping[str, object], new_slug: str | None = None
) -> CommandResult:
    """Changes keys of one check; None takes a key out."""
    return do_one(client, EditCheck((slug,), fields, new_slug=new_slug))


def remove_check(client: EngineClient, slug: str) -> CommandResult:
    """Takes one check out."""
    return do_one(client, RemoveCheck((slug,)))

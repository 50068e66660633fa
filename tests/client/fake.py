"""An engine that exists only for the screen: views made by hand, a clock that moves when told.

``python -m tests.client.fake`` shows the real screen over it, for looking.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from pulsetui.client.alert import Alert, OnAlert
from pulsetui.client.client import OnChange
from pulsetui.client.views import (
    CheckDetails,
    CheckView,
    CommandResult,
    EngineInfo,
    FieldProblem,
    IncidentEntry,
    LogLine,
    Notice,
    RefusedPing,
    SnoozeView,
    Timeline,
    TimelineLane,
    TimelineRun,
)
from pulsetui.core.state.snooze import Scope
from pulsetui.core.state.status import Status
from pulsetui.errors import EngineUnreachableError, UnknownCheckError
from tests.client.samples import HOUR, NOW, crowd, details_of, household, new


class FakeEngine:
    """Implements ``EngineClient``. ``commands`` records what the screen asked for."""

    def __init__(
        self, views: Sequence[CheckView] = (), *, now: datetime = NOW, real_time: bool = False
    ) -> None:
        self.connected = True
        self.commands: list[tuple[Any, ...]] = []
        self.acknowledged: list[tuple[str, str, bool]] = []  # slug, note, any reason
        self.gone = False  # every blocking call then raises EngineUnreachableError
        self.refuse: str = ""  # commands then answer that they could not
        self.problems: tuple[FieldProblem, ...] = ()
        self.details_by_slug: dict[str, CheckDetails] = {}
        self.bodies: dict[tuple[str, int], bytes] = {}
        self.notices: tuple[Notice, ...] = ()
        self.dismissed: list[str] = []
        self.log_lines: tuple[LogLine, ...] = ()
        self.snoozes: tuple[SnoozeView, ...] = ()
        self.rejected: dict[str, int] = {}
        self.refused: tuple[RefusedPing, ...] = ()
        self.pings = 1234
        self.closed = False
        self._before: dict[str, CheckView] = {}  # as they were before they were paused or resumed
        self._real = datetime.now(UTC) if real_time else None
        self._now = now
        self._checks = {v.slug: v for v in views}
        self._listeners: list[OnChange] = []
        self._alerted: list[OnAlert] = []

    # The clock and what happens by itself

    def now(self) -> datetime:
        return self._now if self._real is None else self._now + (datetime.now(UTC) - self._real)

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)

    def put(self, *views: CheckView) -> None:
        """The engine has new views: told from another thread, as the real one does."""
        self._checks = {**self._checks, **{v.slug: v for v in views}}
        self.tell(*(v.slug for v in views))

    def take_away(self, slug: str) -> None:
        self._checks = {key: value for key, value in self._checks.items() if key != slug}
        self.tell(slug)

    def tell(self, *slugs: str) -> None:
        changed = frozenset(slugs)
        thread = threading.Thread(target=lambda: [listener(changed) for listener in list(self._listeners)])
        thread.start()
        thread.join()

    def alert(self, alert: Alert) -> None:
        thread = threading.Thread(target=lambda: [listener(alert) for listener in list(self._alerted)])
        thread.start()
        thread.join()

    # EngineClient

    def checks(self) -> Mapping[str, CheckView]:
        return self._checks

    def info(self) -> EngineInfo:
        return EngineInfo(
            version="0.1.0",
            pid=4711,
            started_at=NOW - 5 * HOUR,
            now=self.now(),
            address="127.0.0.1:8787",
            base_url="http://127.0.0.1:8787/ping/",
            config_path="/home/eva/.config/pulsetui/checks.toml",
            state_dir="/home/eva/.local/state/pulsetui",
            timezone="Europe/Riga",
            hook_names=("desktop", "ops-mail"),
            pings=self.pings,
            rejected=dict(self.rejected),
            refused=self.refused,
            notices=self.notices,
            snoozes=self.snoozes,
        )

    def subscribe(self, on_change: OnChange) -> Callable[[], None]:
        self._listeners.append(on_change)
        return lambda: self._listeners.remove(on_change)

    def subscribe_alerts(self, on_alert: OnAlert) -> Callable[[], None]:
        self._alerted.append(on_alert)
        return lambda: self._alerted.remove(on_alert)

    def details(self, slug: str) -> CheckDetails:
        self._reach()
        known = self._checks.get(slug)
        if known is None:
            raise UnknownCheckError(f'no check "{slug}"')
        made = self.details_by_slug.get(slug) or details_of(known)
        return replace(made, view=known)

    def ping_body(self, slug: str, n: int) -> bytes:
        self._reach()
        return self.bodies.get((slug, n), b"")

    def pause(self, slugs: Sequence[str], *, by: str = "") -> list[CommandResult]:
        self._keep(slugs)
        return self._each(
            "pause", slugs, lambda v: replace(v, status=Status.PAUSED, reason=None, incident=None)
        )

    def resume(self, slugs: Sequence[str]) -> list[CommandResult]:
        self._keep(slugs)
        return self._each("resume", slugs, lambda v: replace(v, status=Status.NEW))

    def undo_pause(self, slugs: Sequence[str]) -> list[CommandResult]:
        return self._each("undo_pause", slugs, lambda v: self._before[v.slug])

    def undo_resume(self, slugs: Sequence[str]) -> list[CommandResult]:
        return self._each("undo_resume", slugs, lambda v: self._before[v.slug])

    def acknowledge(
        self, slugs: Sequence[str], *, by: str, note: str = "", any_reason: bool = False
    ) -> list[CommandResult]:
        def known(v: CheckView) -> CheckView:
            assert v.incident is not None
            return replace(
                v, incident=replace(v.incident, acknowledged_at=self.now(), acknowledged_by=by, note=note)
            )

        self.acknowledged += [(slug, note, any_reason) for slug in slugs]
        return self._each("acknowledge", slugs, known, note)

    def unacknowledge(self, slugs: Sequence[str]) -> list[CommandResult]:
        def unknown(v: CheckView) -> CheckView:
            assert v.incident is not None
            return replace(v, incident=replace(v.incident, acknowledged_at=None, acknowledged_by="", note=""))

        return self._each("unacknowledge", slugs, unknown)

    def incidents(self, limit: int = 200) -> tuple[IncidentEntry, ...]:
        self._reach()
        entries = [
            IncidentEntry(slug=v.slug, name=v.name, incident=v.incident)
            for v in self._checks.values()
            if v.incident is not None
        ]
        return tuple(entries[:limit])

    def timeline(self, slugs: Sequence[str], since: datetime, until: datetime) -> Timeline:
        self._reach()
        lanes = []
        for slug in slugs:
            v = self._checks.get(slug)
            if v is None:
                continue
            runs = tuple(
                TimelineRun(n=r.n, started_at=r.started_at, ended_at=r.ended_at, outcome=r.outcome)
                for r in reversed(details_of(v).runs)
                if r.started_at is not None and since <= r.started_at <= until
            )
            missed = v.incident.missed if v.incident is not None else ()
            down = ((v.incident.started_at, v.incident.ended_at),) if v.incident is not None else ()
            upcoming = (v.upcoming,) if v.upcoming is not None else ()
            lanes.append(TimelineLane(slug=slug, runs=runs, missed=missed, down=down, upcoming=upcoming))
        return Timeline(since=since, until=until, lanes=tuple(lanes), unwatched=())

    def log(self, limit: int = 500) -> tuple[LogLine, ...]:
        self._reach()
        return self.log_lines[-limit:]

    def snooze(
        self, scope: Scope, targets: Sequence[str], *, until: datetime, by: str, note: str = ""
    ) -> list[CommandResult]:
        return self._snoozed("snooze", scope, targets, until, by, note)

    def unsnooze(self, scope: Scope, targets: Sequence[str]) -> list[CommandResult]:
        return self._snoozed("unsnooze", scope, targets, None)

    def add(self, slug: str, fields: Mapping[str, object]) -> CommandResult:
        self._reach()
        self.commands.append(("add", slug, dict(fields)))
        if self.refuse:
            return CommandResult(slug=slug, ok=False, message=self.refuse, problems=self.problems)
        self.put(new(slug, name=str(fields.get("name", slug))))
        return CommandResult(slug=slug, ok=True, message="added")

    def edit(
        self, slug: str, fields: Mapping[str, object | None], *, new_slug: str | None = None
    ) -> CommandResult:
        self._reach()
        self.commands.append(("edit", slug, dict(fields), new_slug))
        if self.refuse:
            return CommandResult(slug=slug, ok=False, message=self.refuse, problems=self.problems)
        return CommandResult(slug=new_slug or slug, ok=True, message="changed")

    def remove(self, slug: str) -> CommandResult:
        self._reach()
        self.commands.append(("remove", slug))
        if self.refuse:
            return CommandResult(slug=slug, ok=False, message=self.refuse)
        self.take_away(slug)
        return CommandResult(slug=slug, ok=True, message="removed")

    def undo_remove(self, slug: str, fields: Mapping[str, object]) -> CommandResult:
        self._reach()
        self.commands.append(("undo_remove", slug, dict(fields)))
        self.put(new(slug, name=str(fields.get("name", slug))))
        return CommandResult(slug=slug, ok=True, message=f"{slug} is back in its place")

    def dismiss(self, key: str) -> None:
        self.dismissed.append(key)
        self.notices = tuple(notice for notice in self.notices if notice.key != key)
        self.tell()

    def close(self) -> None:
        self.closed = True

    # Inside

    def _reach(self) -> None:
        if self.gone:
            raise EngineUnreachableError("no engine answers at http://127.0.0.1:8787")

    def _keep(self, slugs: Sequence[str]) -> None:
        self._before |= {slug: self._checks[slug] for slug in slugs}

    def _snoozed(
        self,
        verb: str,
        scope: Scope,
        targets: Sequence[str],
        until: datetime | None,
        by: str = "",
        note: str = "",
    ) -> list[CommandResult]:
        self._reach()
        self.commands.append((verb, str(scope), tuple(targets), until))
        names = [""] if scope == "everything" else list(targets)
        if self.refuse:
            return [CommandResult(slug=name, ok=False, message=self.refuse) for name in names]
        kept = [one for one in self.snoozes if one.scope != scope or one.target not in names]
        if until is not None:
            kept += [SnoozeView(scope=scope, target=name, until=until, by=by, note=note) for name in names]
        self.snoozes = tuple(kept)
        self.put(*(replace(v, snoozed_until=self._snoozed_until(v)) for v in self._checks.values()))
        return [CommandResult(slug=name, ok=True, message="done") for name in names]

    def _snoozed_until(self, v: CheckView) -> datetime | None:
        ends = [
            one.until
            for one in self.snoozes
            if one.scope == "everything" or one.target == (v.slug if one.scope == "check" else one.target)
            if one.scope != "tag" or one.target in v.tags
        ]
        return max(ends, default=None)

    def _each(
        self, verb: str, slugs: Sequence[str], change: Callable[[CheckView], CheckView], *more: object
    ) -> list[CommandResult]:
        self._reach()
        self.commands.append((verb, tuple(slugs), *more))
        if self.refuse:
            return [CommandResult(slug=slug, ok=False, message=self.refuse) for slug in slugs]
        self.put(*(change(self._checks[slug]) for slug in slugs))
        return [CommandResult(slug=slug, ok=True, message="done") for slug in slugs]


def main() -> None:
    """Shows the screen over a fake engine: ``python -m tests.client.fake [COUNT]``."""
    import os
    import sys
    from zoneinfo import ZoneInfo

    from pulsetui.tui.app import PulseApp

    count = int(sys.argv[1]) if len(sys.argv) > 1 else -1
    views = household() if count < 0 else crowd(count)
    engine = FakeEngine(views, real_time=True)
    if os.environ.get("FAKE_NOTICE"):
        engine.notices = (Notice(key="config", level="error", text=os.environ["FAKE_NOTICE"]),)
    PulseApp(engine, viewer_zone=ZoneInfo("Europe/Riga")).run()


if __name__ == "__main__":
    main()

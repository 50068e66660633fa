"""The engine in this process, as a screen sees it."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace

from pulsetui.client.alert import Alert, OnAlert
from pulsetui.client.client import OnChange
from pulsetui.client.observers import Observers
from pulsetui.client.views import (
    CheckDetails,
    CheckView,
    CommandResult,
    EngineInfo,
    FieldProblem,
    IncidentEntry,
    LogLine,
    SnoozeView,
    Timeline,
)
from pulsetui.config.file.edit import ConfigFile
from pulsetui.config.model import Config, format_address, is_loopback
from pulsetui.config.problem import ConfigProblems
from pulsetui.core import storable
from pulsetui.core.state.incident import Acknowledgement
from pulsetui.core.state.snooze import Scope, Snooze, checked_end
from pulsetui.errors import PulseError, UnknownCheckError
from pulsetui.monitor.describe import check_details, check_view, incident_view, timeline
from pulsetui.monitor.engine import Engine
from pulsetui.monitor.logfile import last_lines
from pulsetui.monitor.writing.checks import TrackedCheck
from pulsetui.monitor.writing.commands import Operate, SetSnoozes
from pulsetui.version import __version__

logger = logging.getLogger(__name__)


class LocalEngine:
    """Implements ``client.client.EngineClient``. Views are made when somebody asks, once for each change."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._views: dict[str, CheckView] = {}
        self._dirty: set[str] = set()
        self._all_dirty = True
        self._on_change: Observers[[frozenset[str]]] = Observers()
        self._on_alert: Observers[[Alert]] = Observers()
        self.address = ""  # host:port of the listener
        self._by_key = False  # slugs need a ping key: others than this host can reach the listener
        self.reachable_url = ""  # at which a process on this host finds the listener
        self._host_tz = self._system_tz = ""  # the zones of this host, once they are known
        self.on_attached: Observers[[]] = Observers()  # somebody listens to alerts now
        engine.on_changed.subscribe(self._changed)

    def listening(self, host: str, port: int) -> None:
        """The listener has its address."""
        self.address = format_address(host, port)
        shown = format_address("127.0.0.1", port) if host in ("0.0.0.0", "::") else self.address  # noqa: S104
        self._by_key = not is_loopback(host)
        self.reachable_url = f"http://{shown}"

    def know_host(self, host_tz: str, system_tz: str) -> None:
        """The zones of this host (see EngineInfo) are known. Called on the engine's loop."""
        self._host_tz, self._system_tz = host_tz, system_tz
        self._changed(frozenset())

    @property
    def local_ping_url(self) -> str:
        """What ``pulsetui ping`` on this host puts before a slug; empty where the bare slug will do."""
        return f"{self.reachable_url}/ping/{self._engine.local_ping_key}" if self._by_key else ""

    # --- reading ------------------------------------------------------------------------------------

    @property
    def connected(self) -> bool:
        return True

    def now(self) -> datetime:
        return self._engine.clock.now()

    def checks(self) -> Mapping[str, CheckView]:
        with self._lock:
            if not (self._all_dirty or self._dirty):
                return self._views
            all_dirty, dirty = self._all_dirty, self._dirty
            self._all_dirty, self._dirty = False, set()
            checks, now = self._engine.checks, self.now()
            hook_names = tuple(self._engine.config.hooks)
            if all_dirty:
                views, wanted = {}, list(checks.by_id.values())
            else:
                views = dict(self._views)
                wanted = [tracked for slug in dirty if (tracked := checks.find(slug)) is not None]
            for tracked in wanted:
                try:
                    views[tracked.check.slug] = check_view(tracked, hook_names, checks.snoozes, now)
                except Exception:  # one check must not hide the others; the evaluator tells of it
                    logger.exception("check=%s cannot be shown", tracked.check.slug)
            self._views = views
            return self._views

    def info(self) -> EngineInfo:
        engine = self._engine
        return EngineInfo(
            version=__version__,
            pid=os.getpid(),
            started_at=engine.started_at,
            now=self.now(),
            address=self.address,
            base_url=f"{self.reachable_url}/ping/" if self.reachable_url else "",
            config_path=str(engine.config_path),
            state_dir=str(engine.state_dir),
            timezone=engine.config.timezone,
            hook_names=tuple(engine.config.hooks),
            pings=engine.door.pings,
            rejected=dict(engine.door.rejected),
            refused=engine.door.refusals.all(),
            notices=engine.notices.all(),
            snoozes=tuple(
                SnoozeView(scope=one.scope, target=one.target, until=one.until, by=one.by, note=one.note)
                for one in engine.checks.snoozes
            ),
            keys=dict(engine.config.keys),
            ping_key=engine.config.listener.ping_key if self._by_key else "",
            host_tz=self._host_tz,
            system_tz=self._system_tz,
        )

    def details(self, slug: str) -> CheckDetails:
        tracked = self._tracked(slug)
        fields = self._engine.config.fields.get(slug, {})
        return check_details(tracked, self.checks()[slug], fields, self._engine.queries, self.now())

    def ping_body(self, slug: str, n: int) -> bytes:
        return self._engine.queries.body(self._tracked(slug).id, n)

    def incidents(self, limit: int = 200) -> tuple[IncidentEntry, ...]:
        by_id = self._engine.checks.by_id
        return tuple(
            IncidentEntry(
                slug=by_id[check_id].check.slug,
                name=by_id[check_id].check.name,
                incident=incident_view(incident),
            )
            for check_id, incident in self._engine.queries.all_incidents(limit)
            if check_id in by_id
        )

    def timeline(self, slugs: Sequence[str], since: datetime, until: datetime) -> Timeline:
        tracked = [one for slug in slugs if (one := self._engine.checks.find(slug)) is not None]
        return timeline(tracked, self._engine.queries, since, until, self.now())

    def log(self, limit: int = 500) -> tuple[LogLine, ...]:
        lines = last_lines(self._engine.state_dir, limit)
        return tuple(replace(line, text=self._engine.masked(line.text)) for line in lines)

    def _tracked(self, slug: str) -> TrackedCheck:
        tracked = self._engine.checks.find(slug)
        if tracked is None:
            raise UnknownCheckError(f"there is no check {slug}")
        return tracked

    # --- being told ---------------------------------------------------------------------------------

    def subscribe(self, on_change: OnChange) -> Callable[[], None]:
        return self._on_change.subscribe(on_change)

    def subscribe_alerts(self, on_alert: OnAlert) -> Callable[[], None]:
        leave = self._on_alert.subscribe(on_alert)
        self.on_attached()
        return leave

    def publish(self, alert: Alert) -> int:
        """Hands an alert to every attached screen; returns how many there were."""
        attached = len(self._on_alert)
        self._on_alert(alert)
        return attached

    def _changed(self, slugs: frozenset[str] | None) -> None:
        with self._lock:
            if slugs is None:
                slugs = frozenset(self._views) | frozenset(self._engine.checks.slugs())
                self._all_dirty = True
            else:
                self._dirty |= slugs
        self._on_change(slugs)

    # --- commands -----------------------------------------------------------------------------------

    def pause(self, slugs: Sequence[str], *, by: str = "") -> list[CommandResult]:
        return self._operate(Operate("pause", slugs, by=by[:100]))

    def resume(self, slugs: Sequence[str]) -> list[CommandResult]:
        return self._operate(Operate("resume", slugs))

    def undo_pause(self, slugs: Sequence[str]) -> list[CommandResult]:
        return self._operate(Operate("undo_pause", slugs))

    def undo_resume(self, slugs: Sequence[str]) -> list[CommandResult]:
        return self._operate(Operate("undo_resume", slugs))

    def acknowledge(
        self, slugs: Sequence[str], *, by: str, note: str = "", any_reason: bool = False
    ) -> list[CommandResult]:
        acknowledgement = Acknowledgement(at=self.now(), by=by[:100], note=note[:1000], any_reason=any_reason)
        return self._operate(Operate("acknowledge", slugs, acknowledgement))

    def unacknowledge(self, slugs: Sequence[str]) -> list[CommandResult]:
        return self._operate(Operate("unacknowledge", slugs))

    def _operate(self, command: Operate) -> list[CommandResult]:
        try:
            results = self._engine.call(lambda: self._engine.perform(command))
        except PulseError as error:
            return [CommandResult(slug=slug, ok=False, message=str(error)) for slug in command.slugs]
        assert isinstance(results, list)
        return [CommandResult(slug=slug, ok=ok, message=message) for slug, ok, message in results]

    def snooze(
        self, scope: Scope, targets: Sequence[str], *, until: datetime, by: str, note: str = ""
    ) -> list[CommandResult]:
        try:
            checked_end(storable.instant(until), f"{until:%Y-%m-%d %H:%M %Z}", self.now())
        except PulseError as error:
            return [CommandResult(slug=one, ok=False, message=str(error)) for one in targets or ("",)]
        return self._set_snoozes(
            scope, targets, Snooze(scope=scope, target="", until=until, by=by[:100], note=note[:1000])
        )

    def unsnooze(self, scope: Scope, targets: Sequence[str]) -> list[CommandResult]:
        return self._set_snoozes(scope, targets, None)

    def _set_snoozes(self, scope: Scope, targets: Sequence[str], like: Snooze | None) -> list[CommandResult]:
        """Snoozes every target as ``like``, or ends its snooze."""
        targets = [""] if scope == "everything" else targets
        good, results = [], []
        for target in targets:
            if trouble := self._snooze_trouble(scope, target, like):
                results.append(CommandResult(slug=target, ok=False, message=trouble))
            else:
                good.append(target)
        if like is None:
            command = SetSnoozes(end=[(scope, target) for target in good])
        else:
            command = SetSnoozes(add=[replace(like, target=target) for target in good])
        try:
            self._engine.call(lambda: self._engine.set_snoozes(command))
        except PulseError as error:
            return [CommandResult(slug=target, ok=False, message=str(error)) for target in targets]
        did = "is no longer snoozed" if like is None else "is snoozed"
        return results + [
            CommandResult(slug=target, ok=True, message=f"{target or 'everything'} {did}") for target in good
        ]

    def _snooze_trouble(self, scope: Scope, target: str, like: Snooze | None) -> str:
        checks = self._engine.checks
        if like is None:
            if any((one.scope, one.target) == (scope, target) for one in checks.snoozes):
                return ""
            return f"{target or 'everything'} is not snoozed"
        if scope == "check" and checks.find(target) is None:
            return f"there is no check {target}"
        if scope == "tag" and not any(target in one.check.tags for one in checks.by_id.values()):
            return f"no check has the tag {target}"
        return ""

    def add(self, slug: str, fields: Mapping[str, object]) -> CommandResult:
        return self._add(slug, fields)

    def _add(self, slug: str, fields: Mapping[str, object], restored: Collection[str] = ()) -> CommandResult:
        edit = self._edit
        return edit(slug, lambda file: file.add_check(slug, fields), f"{slug} is added", restored=restored)

    def edit(
        self, slug: str, fields: Mapping[str, object | None], *, new_slug: str | None = None
    ) -> CommandResult:
        renames = {slug: new_slug} if new_slug and new_slug != slug else {}
        before = self._engine.config.fields.get(slug)
        result = self._edit(
            slug,
            lambda file: file.edit_check(slug, fields, new_slug=new_slug if renames else None),
            f"{new_slug or slug} is changed",
            renames,
        )
        if result.ok and not renames and self._engine.config.fields.get(slug) == before:
            return replace(result, message=f"nothing to change: {slug} is like that already")
        return result

    def remove(self, slug: str) -> CommandResult:
        return self._edit(slug, lambda file: file.remove_check(slug), f"{slug} is deleted")

    def undo_remove(self, slug: str, fields: Mapping[str, object]) -> CommandResult:
        restored = self._edit(
            slug, lambda file: file.restore_check(slug), f"{slug} is back in its place", restored=(slug,)
        )
        if restored.ok or restored.problems:
            return restored
        added = self._add(slug, fields, (slug,))
        if not added.ok:
            return added
        end = f"{slug} is at the end of {self._engine.config_path.name} now, without its comments"
        return replace(added, message=f"{end}: the file has changed where it was")

    def _edit(
        self,
        slug: str,
        edit: Callable[[ConfigFile], Config],
        message: str,
        renames: Mapping[str, str] | None = None,
        restored: Collection[str] = (),
    ) -> CommandResult:
        try:
            self._engine.call(lambda: self._engine.edit_config(edit, renames, restored))
        except ConfigProblems as error:
            return self._refused(slug, error, {slug, *(renames or {}).values()})
        except PulseError as error:
            return CommandResult(slug=slug, ok=False, message=str(error))
        check = self._engine.config.checks.get((renames or {}).get(slug, slug))
        warnings = tuple(check.schedule.warnings(self.now())) if check is not None else ()
        return CommandResult(slug=slug, ok=True, message=message, warnings=warnings)

    def _refused(self, slug: str, error: ConfigProblems, submitted: Collection[str]) -> CommandResult:
        """Only problems of the submitted check belong to its fields: the file may have others."""
        tables = {f"checks.{name}" for name in submitted}
        problems = tuple(
            FieldProblem(field=one.field, message=one.message, suggestion=one.suggestion or "")
            for one in error.problems
            if one.where in tables
        )
        message = str(error)
        if not problems:
            path = self._engine.config_path
            others = message.replace(str(path), path.name).replace("\n", " ")
            message = f"{path.name} has other mistakes: {others}"
        return CommandResult(slug=slug, ok=False, message=message, problems=problems)

    def dismiss(self, key: str) -> None:
        async def take_away() -> None:
            self._engine.door.dismiss(key)

        self._engine.call(take_away)

    def close(self) -> None:
        """Nothing to let go of: the engine is stopped by whoever started it."""

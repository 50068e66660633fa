"""The engine in this process, as a screen sees it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace

from pulsetui.client.alert import Alert, OnAlert
from pulsetui.client.client import OnChange
from pulsetui.client.commands import AnyCommand
from pulsetui.client.deploys import DeployView
from pulsetui.client.glance import Views
from pulsetui.client.hook_words import rules_text
from pulsetui.client.hooks import HookState, WatchdogState
from pulsetui.client.host import NOT_LOOKED_AT, HostView
from pulsetui.client.observers import Observers
from pulsetui.client.today import Today
from pulsetui.client.trials import TrialView
from pulsetui.client.trust import TrustRow, check_asked
from pulsetui.client.views import (
    CheckDetails,
    CommandResult,
    EngineInfo,
    IncidentEntry,
    LogLine,
    Timeline,
)
from pulsetui.config.model import format_address, is_loopback
from pulsetui.core.state.alert_rules import NO_RULES
from pulsetui.core.state.maintenance import maintained_until
from pulsetui.core.state.status import Status
from pulsetui.errors import UnknownCheckError
from pulsetui.monitor.deploys import deploy_views, deploys_between, release_of
from pulsetui.monitor.describe import check_details, incident_view, timeline
from pulsetui.monitor.engine import Engine
from pulsetui.monitor.logfile import last_lines
from pulsetui.monitor.requests import run_command
from pulsetui.monitor.trials import trial_views
from pulsetui.monitor.views.entries import ChecksOfMoment
from pulsetui.monitor.views.moment import ViewMoment
from pulsetui.monitor.writing.checks import TrackedCheck
from pulsetui.version import __version__


class LocalEngine:
    """Implements ``client.client.EngineClient``. Views are made when somebody looks at them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._entries = ChecksOfMoment(ViewMoment(engine), engine.checks)
        self._views = Views(self._entries)
        self._dirty: set[str] = set()
        self._all_dirty = True
        self._on_change: Observers[[frozenset[str]]] = Observers()
        self._on_alert: Observers[[Alert]] = Observers()
        self.address = ""  # host:port of the listener
        self._by_key = False  # slugs need a ping key: others than this host can reach the listener
        self.reachable_url = ""  # at which a process on this host finds the listener
        self._host: Callable[[], HostView] = lambda: NOT_LOOKED_AT
        self._host_tz = self._system_tz = ""  # the zones of this host, once they are known
        self._hook_states: Callable[[], Mapping[str, HookState]] = dict
        self._watchdogs: Callable[[], tuple[WatchdogState, ...]] = tuple
        self._unheard: Callable[[], str] = str
        self.on_attached: Observers[[]] = Observers()  # somebody listens to alerts now
        self.on_detached: Observers[[]] = Observers()  # one of them does no longer
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

    def know_hooks(self, states: Callable[[], Mapping[str, HookState]]) -> None:
        """Who tells how each hook is doing, from any thread."""
        self._hook_states = states
        self.hooks_changed()

    def know_watchdogs(self, states: Callable[[], tuple[WatchdogState, ...]]) -> None:
        """Who tells how each watchdog is doing, from any thread."""
        self._watchdogs = states

    def know_unheard(self, why: Callable[[], str]) -> None:
        """Who tells, from any thread, why nobody would be told of a failure; "" while somebody would be."""
        self._unheard = why

    def hooks_changed(self) -> None:
        """To one of the hooks something happened."""
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

    def checks(self) -> Views:
        with self._lock:
            if not (self._all_dirty or self._dirty):
                return self._views
            all_dirty, dirty = self._all_dirty, self._dirty
            self._all_dirty, self._dirty = False, set()
            checks, moment = self._engine.checks, ViewMoment(self._engine)
            if all_dirty:
                self._entries = ChecksOfMoment(moment, checks)
            else:
                self._entries = self._entries.after(moment, filter(None, map(checks.find, dirty)))
            self._views = Views(self._entries)
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
            hooks=self._hooks(),
            pings=engine.door.pings,
            rejected=dict(engine.door.rejected),
            refused=engine.door.refusals.all(),
            notices=engine.notices.all(),
            watchdogs=tuple(
                replace(one, error=engine.masked(one.error), silent=engine.masked(one.silent))
                for one in self._watchdogs()
            ),
            snoozes=tuple(engine.checks.snoozes),
            keys=dict(engine.config.keys),
            ping_key=engine.config.listener.ping_key if self._by_key else "",
            host_tz=self._host_tz,
            unheard=self._engine.masked(self._unheard()),
            system_tz=self._system_tz,
        )

    def _hooks(self) -> tuple[HookState, ...]:
        states, masked = self._hook_states(), self._engine.masked
        rules = self._engine.config.alerting.hooks
        found = (
            (states.get(name) or HookState(name=name, type=hook.type), hook.type)
            for name, hook in self._engine.config.hooks.items()
        )
        return tuple(
            replace(
                state,
                type=type_,
                rules=rules_text(said) if (said := rules.get(state.name, NO_RULES)) != NO_RULES else "",
                error=masked(state.error),
                answers_error=masked(state.answers_error),
            )
            for state, type_ in found
        )

    def details(self, slug: str) -> CheckDetails:
        tracked = self._tracked(slug)
        fields = self._engine.config.fields.get(slug, {})
        now, checks = self.now(), self._engine.checks
        details = check_details(tracked, self.checks()[slug], fields, self._engine.queries, now)
        parents = checks.parents_of(tracked.check)
        windows = self._engine.config.alerting.windows
        return replace(
            details,
            deliveries=tuple(
                replace(one, error=self._engine.masked(one.error)) if one.error else one
                for one in details.deliveries
            ),
            maintained_until=maintained_until(windows, tracked.check, now),
            deploy=release_of(tracked, checks.deploys, now),
            waits_for=tuple(one.check.slug for one in parents if one.state.status is Status.DOWN),
        )

    def ping_body(self, slug: str, n: int) -> bytes:
        return self._engine.queries.body(self._tracked(slug).id, n)

    def incidents(self, limit: int = 200) -> tuple[IncidentEntry, ...]:
        return tuple(
            IncidentEntry(slug=one.check.slug, name=one.check.name, incident=incident_view(incident))
            for check_id, incident in self._engine.queries.all_incidents(limit)
            if (one := self._engine.checks.get(check_id)) is not None
        )

    def trials(self, limit: int = 20) -> tuple[TrialView, ...]:
        return trial_views(self._engine.queries, limit, self._engine.masked)

    def deploys(self, limit: int = 20) -> tuple[DeployView, ...]:
        return deploy_views(self._engine.checks, self.now(), limit)

    def host(self) -> HostView:
        return self._host()

    def know_host_jobs(self, host: Callable[[], HostView]) -> None:
        """Who looks at this host."""
        self._host = host

    def timeline(self, slugs: Sequence[str], since: datetime, until: datetime) -> Timeline:
        tracked = [one for slug in slugs if (one := self._engine.checks.find(slug)) is not None]
        windows = self._engine.config.alerting.windows
        now, deploys = self.now(), self._engine.checks.deploys
        made = timeline(tracked, self._engine.queries, since, until, now, windows)
        lanes = zip(tracked, made.lanes, strict=True)
        return replace(
            made,
            lanes=tuple(
                replace(lane, deploys=deploys_between(deploys, one, since, until, now)) for one, lane in lanes
            ),
        )

    def trust(self, slugs: Sequence[str], since: datetime) -> tuple[TrustRow, ...]:
        from pulsetui.monitor.trust import trust_rows  # it is asked for now and then

        check_asked(slugs)
        views, known = self.checks(), map(self._engine.checks.find, slugs)
        checks = [
            (one, views[one.check.slug]) for one in known if one is not None and one.check.slug in views
        ]
        return trust_rows(checks, self._engine.queries, since, self.now())

    def today(self, since: datetime, until: datetime) -> Today:
        from pulsetui.monitor.today import today, untold  # once a morning

        engine, views = self._engine, self.checks()
        tracked = [(one, view) for one in engine.checks if (view := views.get(one.check.slug))]
        lost = {
            hook: (count, engine.masked(why))
            for hook, (count, why) in engine.queries.deliveries_lost(since).items()
        }
        held = untold(self._hooks(), lost)
        now, deploys = self.now(), self.deploys()
        return today(tracked, engine.queries, deploys, held, since=since, now=now, until=until)

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

        def detach() -> None:
            leave()
            self.on_detached()

        return detach

    def screens(self) -> int:
        """How many there are that an alert would be shown on."""
        return len(self._on_alert)

    def publish(self, alert: Alert) -> int:
        """Hands an alert to every attached screen; returns how many there were."""
        attached = len(self._on_alert)
        self._on_alert(alert)
        return attached

    def _changed(self, slugs: frozenset[str] | None) -> None:
        with self._lock:
            if slugs is None:
                self._all_dirty = True
                slugs = frozenset()
                if len(self._on_change):  # there may be a hundred thousand
                    slugs = frozenset(self._views) | frozenset(self._engine.checks.slugs())
            else:
                self._dirty |= slugs
        self._on_change(slugs)

    # --- commands -----------------------------------------------------------------------------------

    def do(self, command: AnyCommand) -> list[CommandResult]:
        return run_command(self._engine, command)

    def close(self) -> None:
        """Nothing to let go of: the engine is stopped by whoever started it."""

"""What an attached screen knows of its engine: the last views, kept current by events."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from msgspec.structs import replace

from pulsetui.client.alert import Alert, OnAlert
from pulsetui.client.client import OnChange
from pulsetui.client.observers import Observers
from pulsetui.client.views import CheckView, EngineInfo, Notice
from pulsetui.client.wire import Change, Snapshot

_log = logging.getLogger(__name__)

CONNECTION_NOTICE = "connection"

_EARLY_ALERTS = 100
"""Alerts kept while nobody listens; the engine sends what waited for a screen as soon as one connects."""

_NO_CHANGE: frozenset[str] = frozenset()


class Mirror:
    """Written by one thread, read by any. Values are replaced whole, never changed."""

    def __init__(self, url: str) -> None:
        self._lock = threading.Lock()
        self._on_change: Observers[[frozenset[str]]] = Observers()
        self._on_alert: Observers[[Alert]] = Observers()
        self._early: deque[Alert] = deque(maxlen=_EARLY_ALERTS)
        now = datetime.now(UTC)
        self._offset = timedelta(0)
        self.checks: Mapping[str, CheckView] = MappingProxyType({})
        self.info = EngineInfo(
            version="",
            pid=0,
            started_at=now,
            now=now,
            address="",
            base_url=f"{url}/ping/",
            config_path="",
            state_dir="",
            timezone="UTC",
            notices=(Notice(key=CONNECTION_NOTICE, level="info", text=f"waiting for the engine at {url}"),),
        )
        self.connected = False

    def now(self) -> datetime:
        """The engine's clock, as far as its last message tells."""
        return datetime.now(UTC) + self._offset

    # -- what arrives ----------------------------------------------------------------------------------

    def take_snapshot(self, snapshot: Snapshot) -> None:
        """Replaces everything and says which slugs are different."""
        before = self.checks
        after = {view.slug: view for view in snapshot.checks}
        different = {slug for slug, view in after.items() if before.get(slug) != view}
        different |= before.keys() - after.keys()
        self.checks = MappingProxyType(after)
        self._take_info(snapshot.info)
        self._on_change(frozenset(different))
        if different:
            self._on_change(_NO_CHANGE)  # the connection is news even when checks are

    def take_change(self, change: Change) -> None:
        """Applies what became different."""
        checks = dict(self.checks)
        for slug in change.removed:
            checks.pop(slug, None)
        for view in change.changed:
            checks[view.slug] = view
        if change.order is not None:
            checks = {slug: checks[slug] for slug in change.order if slug in checks}
        notices = self.info.notices
        self.checks = MappingProxyType(checks)
        self._take_info(change.info)
        slugs = frozenset(change.removed).union(view.slug for view in change.changed)
        self._on_change(slugs)
        if slugs and notices != change.info.notices:
            self._on_change(_NO_CHANGE)

    def heard(self) -> None:
        """The engine has shown a sign of life: what is known of it was still so."""
        if self.connected:
            self.info = replace(self.info, now=self.now())

    def take_alert(self, alert: Alert) -> None:
        """Passes an alert on, or keeps it for the screen that is still being started."""
        with self._lock:
            if not len(self._on_alert):
                self._early.append(alert)
                return
        self._on_alert(alert)

    def lost(self, text: str) -> None:
        """The connection is gone. The views stay as they were, with a notice that says so."""
        notice = Notice(key=CONNECTION_NOTICE, level="error", text=text)
        others = tuple(n for n in self.info.notices if n.key != CONNECTION_NOTICE)
        self.connected = False
        self.info = replace(self.info, notices=(notice, *others))
        self._on_change(_NO_CHANGE)

    def _take_info(self, info: EngineInfo) -> None:
        self._offset = info.now - datetime.now(UTC)
        self.info = info
        self.connected = True

    # -- who listens -----------------------------------------------------------------------------------

    def subscribe(self, on_change: OnChange) -> Callable[[], None]:
        """As EngineClient.subscribe."""
        return self._on_change.subscribe(on_change)

    def subscribe_alerts(self, on_alert: OnAlert) -> Callable[[], None]:
        """As EngineClient.subscribe_alerts. What came before anybody listened comes at once."""
        with self._lock:
            leave = self._on_alert.subscribe(on_alert)
            early = list(self._early)
            self._early.clear()
        for alert in early:
            on_alert(alert)
        return leave

"""The event stream of one attached client: a snapshot, then batches of what changed.

Changes are gathered as slugs, not as values: however slow the client, what waits for it is bounded by the
number of checks, and it always gets the newest view.
"""

from __future__ import annotations

import threading
from asyncio import AbstractEventLoop, TimerHandle
from collections import deque

from pulsetui.client import wire
from pulsetui.client.alert import Alert
from pulsetui.client.client import EngineClient
from pulsetui.listener.http.stream import Stream

BATCH_S = 0.1
"""At most one batch of changes in this time."""

_ALERTS_KEPT = 100  # for a client that is behind; older ones are on its screen as flips anyway


class Feed:
    """Writes one client's events. Made on the loop; hears of changes from any thread."""

    def __init__(self, client: EngineClient, loop: AbstractEventLoop, stream: Stream) -> None:
        self._client = client
        self._loop = loop
        self._stream = stream
        self._lock = threading.Lock()
        self._dirty: set[str] = set()
        self._alerts: deque[Alert] = deque(maxlen=_ALERTS_KEPT)
        self._woken = False  # a flush is scheduled, or will be when the stream is ready
        self._order: tuple[str, ...] = ()
        self._sent_at = 0.0
        self._timer: TimerHandle | None = None
        self._closed = False
        stream.on_ready = self._flush_soon
        stream.on_close = self._close
        # Before the snapshot, so that no change falls between the two.
        self._leave = (client.subscribe(self._changed), client.subscribe_alerts(self._alerted))
        self._heartbeat = loop.call_later(wire.HEARTBEAT_S, self._beat)

    def start(self) -> None:
        """Sends the snapshot."""
        checks = self._client.checks()
        self._order = tuple(checks)
        self._sent_at = self._loop.time()
        snapshot = wire.Snapshot(info=self._client.info(), checks=tuple(checks.values()))
        self._stream.write(wire.event("snapshot", snapshot))

    # -- from any thread -------------------------------------------------------------------------------

    def _changed(self, slugs: frozenset[str]) -> None:
        with self._lock:
            self._dirty |= slugs
        self._wake()

    def _alerted(self, alert: Alert) -> None:
        with self._lock:
            self._alerts.append(alert)
        self._wake()

    def _wake(self) -> None:
        with self._lock:
            if self._woken or self._closed:
                return
            self._woken = True
        try:
            self._loop.call_soon_threadsafe(self._flush_soon)
        except RuntimeError:
            pass  # the loop has just ended

    # -- on the loop -----------------------------------------------------------------------------------

    def _flush_soon(self) -> None:
        if self._timer is None and self._woken and not self._closed:
            wait = self._sent_at + BATCH_S - self._loop.time()
            self._timer = self._loop.call_later(max(wait, 0.0), self._flush)

    def _flush(self) -> None:
        self._timer = None
        if self._closed or not self._stream.ready:
            return  # on_ready comes back here
        with self._lock:
            self._woken = False
            dirty, self._dirty = self._dirty, set()
            alerts = list(self._alerts)
            self._alerts.clear()
        checks = self._client.checks()
        order = tuple(checks)
        change = wire.Change(
            info=self._client.info(),
            changed=tuple(view for slug in dirty if (view := checks.get(slug)) is not None),
            removed=tuple(slug for slug in dirty if slug not in checks),
            order=order if order != self._order else None,
        )
        self._order = order
        self._sent_at = self._loop.time()
        events = [wire.event("change", change), *(wire.event("alert", alert) for alert in alerts)]
        self._stream.write(b"".join(events))

    def _beat(self) -> None:
        self._heartbeat = self._loop.call_later(wire.HEARTBEAT_S, self._beat)
        if self._stream.ready:
            self._stream.write(b": still here\n\n")

    def _close(self) -> None:
        with self._lock:
            self._closed = True
        self._heartbeat.cancel()
        if self._timer is not None:
            self._timer.cancel()
        for leave in self._leave:
            leave()

"""An engine in another process or on another host, seen through its HTTP API."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

import msgspec

from pulsetui.attach.follow import Follower
from pulsetui.attach.mirror import CONNECTION_NOTICE, Mirror
from pulsetui.attach.transport import Transport
from pulsetui.client import wire
from pulsetui.client.alert import OnAlert
from pulsetui.client.client import OnChange
from pulsetui.client.commands import AnyCommand, Dismiss, answer_at_once
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
from pulsetui.errors import EngineError, UnknownCheckError

_T = TypeVar("_T")


class RemoteEngine:
    """EngineClient over HTTP.

    Made with ``connect`` when the engine must answer now, or directly and then ``start``ed when it may come
    later: until then ``connected`` is False and a notice says so.
    """

    def __init__(self, base_url: str, api_key: str, *, timeout_s: float = 10.0) -> None:
        self._transport = Transport(base_url, api_key, timeout_s=timeout_s)
        self._mirror = Mirror(self._transport.url)
        self._follower: Follower | None = None

    @classmethod
    def connect(
        cls, base_url: str, api_key: str, *, live: bool = True, timeout_s: float = 10.0
    ) -> RemoteEngine:
        """An engine that has answered. Raises EngineUnreachableError, or EngineError for a wrong key.

        Not ``live``, it shows the one snapshot taken here and starts no thread: for a single command.
        """
        engine = cls(base_url, api_key, timeout_s=timeout_s)
        try:
            if live:
                engine.incidents(limit=1)  # the stream may be silent for longer than a person waits
                engine.start(begun=True)
            else:
                engine.refresh()
        except BaseException:
            engine.close()
            raise
        return engine

    def start(self, *, begun: bool = False) -> None:
        """Follows the engine's events from now on, through every loss of connection. ``begun``: its first
        answer is waited for here. Raises EngineError then, as ``connect``."""
        if self._follower is not None:
            return
        self._follower = follower = Follower(self._transport, self._mirror)
        if begun:
            follower.begin()
        follower.start()

    def refresh(self) -> None:
        """Takes a snapshot now. Blocks."""
        self._mirror.take_snapshot(self._read(wire.decode_snapshot, self._transport.get("snapshot")))

    @property
    def url(self) -> str:
        """Where the engine is."""
        return self._transport.url

    @property
    def connected(self) -> bool:
        return self._mirror.connected

    def now(self) -> datetime:
        return self._mirror.now()

    def checks(self) -> Mapping[str, CheckView]:
        return self._mirror.checks

    def info(self) -> EngineInfo:
        return self._mirror.info

    def subscribe(self, on_change: OnChange) -> Callable[[], None]:
        return self._mirror.subscribe(on_change)

    def subscribe_alerts(self, on_alert: OnAlert) -> Callable[[], None]:
        return self._mirror.subscribe_alerts(on_alert)

    def details(self, slug: str) -> CheckDetails:
        return self._read(wire.decode_details, self._transport.get("checks", slug))

    def ping_body(self, slug: str, n: int) -> bytes:
        return self._transport.get("checks", slug, "pings", str(n), "body")

    def incidents(self, limit: int = 200) -> tuple[IncidentEntry, ...]:
        return self._read(wire.decode_incidents, self._transport.get("incidents", limit=str(limit)))

    def trials(self, limit: int = 20) -> tuple[TrialView, ...]:
        return self._read(wire.decode_trials, self._transport.get("trials", limit=str(limit)))

    def deploys(self, limit: int = 20) -> tuple[DeployView, ...]:
        return self._read(wire.decode_deploys, self._transport.get("deploys", limit=str(limit)))

    def host(self) -> HostView:
        return self._read(wire.decode_host, self._transport.get("host"))

    def timeline(self, slugs: Sequence[str], since: datetime, until: datetime) -> Timeline:
        span = {"since": since.isoformat(), "until": until.isoformat()}
        return self._read(
            wire.decode_timeline, self._transport.get("timeline", slugs=",".join(slugs), **span)
        )

    def trust(self, slugs: Sequence[str], since: datetime) -> tuple[TrustRow, ...]:
        asked = {"slugs": ",".join(slugs), "since": since.isoformat()}
        return self._read(wire.decode_trust, self._counted("trust", **asked))

    def today(self, since: datetime, until: datetime) -> Today:
        span = {"since": since.isoformat(), "until": until.isoformat()}
        return self._read(wire.decode_today, self._counted("today", **span))

    def log(self, limit: int = 500) -> tuple[LogLine, ...]:
        return self._read(wire.decode_log, self._transport.get("log", limit=str(limit)))

    def do(self, command: AnyCommand) -> list[CommandResult]:
        if isinstance(command, Dismiss) and command.key == CONNECTION_NOTICE:
            return []  # that one is ours, and true until the connection is back
        if (answer := answer_at_once(command)) is not None:
            return answer
        return self._read(wire.decode_results, self._transport.post("commands", wire.encode(command)))

    def close(self) -> None:
        if self._follower is not None:
            self._follower.stop()
        self._transport.close()

    def _counted(self, what: str, **asked: str) -> bytes:
        """The answer to a question that engines before this one did not know."""
        try:
            return self._transport.get(what, **asked)
        except UnknownCheckError:  # of checks nobody complains: the whole question is not known there
            raise EngineError(
                f"the engine at {self.url} is older than this program and cannot count that: update it"
            ) from None

    def _read(self, decode: Callable[[bytes], _T], data: bytes) -> _T:
        try:
            return decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise self._transport.strange(error) from error

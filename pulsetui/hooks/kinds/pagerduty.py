"""Opens, acknowledges and resolves incidents in PagerDuty (Events API v2)."""

from __future__ import annotations

import re
import socket
from collections.abc import Collection
from typing import Final

from msgspec import Struct, field

from pulsetui.client.alert import Alert, AlertEvent
from pulsetui.hooks.facts import document
from pulsetui.hooks.hook import Hook, HookContext, HookKind, Links, LinksFor, Options, always
from pulsetui.hooks.http import HttpHook, HttpOptions, http_options, json_call, secrets_in
from pulsetui.hooks.message import title_of, ways_on
from pulsetui.hooks.options import OptionError, OptionReader, line, one_of, parsed, validator
from pulsetui.hooks.urls import below, web_url

_API: Final = "https://events.pagerduty.com"
_ROUTING_KEY: Final = re.compile(r"[A-Za-z0-9]{32}")
_SEVERITIES: Final = ("critical", "error", "warning", "info")
_MAX_SUMMARY: Final = 1024
_MAX_KEY: Final = 255
_ACTIONS: Final = {AlertEvent.UP: "resolve", AlertEvent.ACKNOWLEDGED: "acknowledge"}


class PagerDutyOptions(Struct, frozen=True, kw_only=True):
    """``[hooks.NAME]`` with ``type = "pagerduty"``."""

    routing_key: str  # of an integration "Events API v2"
    severity: str = "critical"  # of what is down
    source: str = ""  # where the jobs run; empty: this host
    api_url: str = _API
    http: HttpOptions = field(default_factory=HttpOptions)


class PagerDutyHook(HttpHook):
    """One event for each alert, all of one incident under one key. No digests: what stands for many checks
    could not be resolved when one of them recovers."""

    acknowledges = True

    def __init__(self, options: PagerDutyOptions, links: LinksFor, secrets: Collection[str]) -> None:
        super().__init__(options.http, secrets)
        self._options = options
        self._links = links

    async def send(self, alert: Alert) -> None:
        if alert.event is AlertEvent.NOTE:
            await self._post("v2/change/enqueue", self._change(alert))
            return
        await self._post("v2/enqueue", self._event(alert))

    async def _post(self, path: str, event: dict[str, object]) -> None:
        await self.http.send(json_call(below(self._options.api_url, path), event))

    def _event(self, alert: Alert) -> dict[str, object]:
        links = self._links(alert)
        action = _ACTIONS.get(alert.event, "trigger")
        event: dict[str, object] = {
            "routing_key": self._options.routing_key,
            "event_action": action,
            "dedup_key": _dedup_key(alert),
        }
        if action != "trigger":
            return event
        payload = {**self._payload(alert, links), "severity": self._severity(alert)}
        if alert.slug:
            payload |= {"component": alert.slug}
        if alert.reason:
            payload |= {"class": alert.reason.value}
        ways = [{"href": url, "text": word} for word, url in ways_on(alert, links)]
        return {**event, "client": "PulseTUI", "payload": payload, "links": ways}

    def _change(self, alert: Alert) -> dict[str, object]:
        """What nobody is to be called for, and still to be seen beside the incidents."""
        links = self._links(alert)
        return {"routing_key": self._options.routing_key, "payload": self._payload(alert, links)}

    def _payload(self, alert: Alert, links: Links) -> dict[str, object]:
        return {
            "summary": title_of(alert, _MAX_SUMMARY),
            "source": self._options.source or socket.gethostname() or "PulseTUI",
            "timestamp": alert.at.isoformat(),
            "custom_details": {name: value for name, value in document(alert, links).items() if value},
        }

    def _severity(self, alert: Alert) -> str:
        if alert.event is AlertEvent.UNWATCHED:
            return "warning"
        return "info" if alert.event is AlertEvent.TEST or alert.drill else self._options.severity


def _dedup_key(alert: Alert) -> str:
    """The incident's. Without one the check's, so that what opens something can close it; else the event's,
    so that at most one of its kind is open."""
    return (alert.key or f"pulsetui-{alert.slug or alert.event}")[:_MAX_KEY]


def _routing_key(value: object) -> str:
    key = line(value)
    if not _ROUTING_KEY.fullmatch(key):
        raise OptionError('must be 32 letters and digits: the key of an integration "Events API v2"')
    return key


def _read(reader: OptionReader) -> PagerDutyOptions:
    return PagerDutyOptions(
        routing_key=reader.require_secret("routing_key", _routing_key, "", 'routing_key = "…"'),
        severity=reader.take("severity", one_of(*_SEVERITIES), "critical"),
        source=reader.take("source", line, ""),
        api_url=reader.take("api_url", web_url, _API),
        http=http_options(reader),
    )


def _build(options: Options, context: HookContext) -> Hook:
    return PagerDutyHook(parsed(_read, options), context.links, secrets_in(options))


KIND: Final = HookKind(type="pagerduty", options=validator(_read), build=_build, acknowledges=always)

"""Hands alerts to a Prometheus Alertmanager, which groups, routes and silences them (API v2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final

from msgspec import Struct, field

from pulsetui.client.alert import Alert, AlertEvent
from pulsetui.config.problem import quoted
from pulsetui.hooks.facts import facts
from pulsetui.hooks.hook import Hook, HookContext, HookKind, LinksFor, Options
from pulsetui.hooks.http import HttpHook, HttpOptions, http_options, json_call, secrets_in
from pulsetui.hooks.options import OptionError, OptionReader, line, parsed, validator
from pulsetui.hooks.template import filled, filled_header, header_table, template
from pulsetui.hooks.urls import below, web_url

_LABEL: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_RESERVED: Final = frozenset({"check", "event", "drill"})
_HOLD_S: Final = 30 * 24 * 3600.0
"""Without a time to end, Alertmanager takes an alert for resolved after its ``resolve_timeout`` of five
minutes, unless it is posted again and again. We post once, and again when it is over: until then it must not
end by itself, or somebody reads "resolved" of what is still down."""
_PASSING: Final = timedelta(hours=1)
"""How long a note fires, which nothing ends."""
_ANNOTATIONS: Final = {"title": "summary", "body": "description"}  # as everybody's templates call them
_NOT_ANNOTATED: Final = frozenset({"slug", "at", "event"})
_NO_LABELS: Final[Mapping[str, str]] = MappingProxyType({})


class AlertmanagerOptions(Struct, frozen=True, kw_only=True):
    """``[hooks.NAME]`` with ``type = "alertmanager"``."""

    url: str  # of the server
    headers: Mapping[str, str] = field(default_factory=lambda: _NO_LABELS)
    labels: Mapping[str, str] = field(default_factory=lambda: _NO_LABELS)  # may have placeholders
    hold_s: float = _HOLD_S  # after which it ends by itself, should nobody tell that it is over
    http: HttpOptions = field(default_factory=HttpOptions)


class AlertmanagerHook(HttpHook):
    """One alert for each check: firing until it is posted as ended. No digests: Alertmanager groups."""

    def __init__(
        self,
        options: AlertmanagerOptions,
        links: LinksFor,
        secrets: Collection[str],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__(options.http, secrets)
        self._options = options
        self._links = links
        self._now = now

    async def send(self, alert: Alert) -> None:
        url, known = below(self._options.url, "api/v2/alerts"), facts(alert)
        headers = {name: filled_header(words, known) for name, words in self._options.headers.items()}
        await self.http.send(json_call(url, [self._alert(alert)], headers=headers))

    def _alert(self, alert: Alert) -> dict[str, object]:
        links = self._links(alert)
        known = facts(alert, links)
        begin, end = self._span(alert)
        posted: dict[str, object] = {
            "labels": self._labels(alert, known),
            "annotations": {
                _ANNOTATIONS.get(name, name): fact
                for name, fact in known.items()
                if fact and name not in _NOT_ANNOTATED
            },
            "startsAt": begin.isoformat(),
            "endsAt": end.isoformat(),
        }
        return {**posted, "generatorURL": links.look} if links.look else posted

    def _labels(self, alert: Alert, known: Mapping[str, str]) -> dict[str, str]:
        """By which Alertmanager knows an alert again: nothing that changes while a check is down."""
        is_bad = alert.event in (AlertEvent.DOWN, AlertEvent.UP)
        labels = {
            "alertname": "PulseTUI",
            "severity": "critical" if is_bad else "info",
            **{name: filled(words, known, str) for name, words in self._options.labels.items()},
            "check": known["slug"],
            "event": AlertEvent.DOWN.value if is_bad else alert.event.value,
            "drill": known["drill"],  # or the end of a drill would end what is really down
        }
        return {name: text for name, text in labels.items() if text}

    def _span(self, alert: Alert) -> tuple[datetime, datetime]:
        begin, now = alert.since or alert.at, self._now()
        if alert.event is AlertEvent.UP:
            return begin, max(begin, min(alert.at, now))
        span = timedelta(seconds=self._options.hold_s) if alert.event is AlertEvent.DOWN else _PASSING
        return begin, max(begin, now) + span


def _labels(value: object) -> Mapping[str, str]:
    if not isinstance(value, Mapping):
        raise OptionError('must be a table of texts, like labels = { team = "ops" }')
    for name, words in value.items():
        if not _LABEL.fullmatch(name):
            raise OptionError(f"has {quoted(name)}, which cannot name a label: letters, digits and _ can")
        if name in _RESERVED:
            raise OptionError(f"has {name}, by which alerts are told apart; choose another name")
        try:
            template(line(words))
        except OptionError as error:
            raise OptionError(f"{name} {error}") from error
    return MappingProxyType(dict(value))


def _read(reader: OptionReader) -> AlertmanagerOptions:
    return AlertmanagerOptions(
        url=reader.require_secret("url", web_url, "", 'url = "http://alertmanager:9093"'),
        headers=reader.secret("headers", header_table, _NO_LABELS),
        labels=reader.take("labels", _labels, _NO_LABELS),
        hold_s=reader.span("hold", _HOLD_S),
        http=http_options(reader),
    )


def _build(options: Options, context: HookContext) -> Hook:
    return AlertmanagerHook(parsed(_read, options), context.links, secrets_in(options))


KIND: Final = HookKind(type="alertmanager", options=validator(_read), build=_build)

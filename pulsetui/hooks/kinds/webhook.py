"""Notifies any HTTP server, with a request of the user's own design."""

from __future__ import annotations

import hashlib
import hmac
import json
import math
import time
from collections.abc import Callable, Collection, Container, Mapping
from types import MappingProxyType
from typing import Final

from msgspec import Struct, field

from pulsetui.client.alert import Alert
from pulsetui.config.address import MAX_URL
from pulsetui.config.problem import quoted
from pulsetui.errors import HookError
from pulsetui.hooks.facts import document, facts
from pulsetui.hooks.hook import Hook, HookContext, HookKind, LinksFor, Options
from pulsetui.hooks.http import (
    SUCCESS,
    HttpCall,
    HttpHook,
    HttpOptions,
    content_type_of,
    form_call,
    http_options,
    json_call,
    secrets_in,
    with_type,
)
from pulsetui.hooks.options import OptionError, OptionReader, boolean, line, one_of, parsed, validator
from pulsetui.hooks.template import (
    filled,
    filled_body,
    filled_document,
    filled_header,
    filled_url,
    header_table,
    template,
    url_template,
)
from pulsetui.hooks.urls import web_url

SIGNATURE: Final = "X-PulseTUI-Signature"
TIMESTAMP: Final = "X-PulseTUI-Timestamp"

_METHODS: Final = ("POST", "PUT", "PATCH", "GET", "DELETE")
_WITHOUT_BODY: Final = ("GET", "DELETE")
_EXAMPLE: Final = 'url = "https://example.org/hook"'
_MAX_FILLED_URL: Final = 4 * MAX_URL
_BODIES: Final = ("json", "form", "body")
_NOTHING: Final[Mapping[str, object]] = MappingProxyType({})
_NO_TEXTS: Final[Mapping[str, str]] = MappingProxyType({})


class WebhookOptions(Struct, frozen=True, kw_only=True):
    """``[hooks.NAME]`` with ``type = "webhook"``. All texts but ``secret`` may have placeholders."""

    url: str
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=lambda: _NO_TEXTS)
    json: Mapping[str, object] | None = None
    form: Mapping[str, str] | None = None
    body: str | None = None  # escaped as the header Content-Type says
    secret: str = ""  # signs each request
    digest: bool = False  # for a webhook that ends at a person; a program wants each alert
    success: Container[int] = SUCCESS  # answers by which an alert counts as delivered
    http: HttpOptions = field(default_factory=HttpOptions)


class WebhookHook(HttpHook):
    """One request for each alert."""

    def __init__(
        self,
        options: WebhookOptions,
        links: LinksFor,
        secrets: Collection[str],
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(options.http, secrets)
        self._options = options
        self._links = links
        self._clock = clock
        self.digest = options.digest

    async def send(self, alert: Alert) -> None:
        call = self._call(alert)
        if len(call.url) > _MAX_FILLED_URL:
            raise HookError(f"the URL is longer than {_MAX_FILLED_URL} characters", permanent=True)
        await self.http.send(self._signed(call), success=self._options.success)

    def _call(self, alert: Alert) -> HttpCall:
        options, links = self._options, self._links(alert)
        known = facts(alert, links)
        url = filled_url(options.url, known)
        headers = {name: filled_header(words, known) for name, words in options.headers.items()}
        if options.form is not None:
            form = {name: filled(words, known, str) for name, words in options.form.items()}
            return form_call(url, form, method=options.method, headers=headers)
        if options.json is not None:
            return json_call(
                url, filled_document(options.json, known), method=options.method, headers=headers
            )
        if options.body is not None:
            typed = with_type("text/plain; charset=utf-8", headers)
            content = filled_body(options.body, known, content_type_of(typed))
            return HttpCall(
                url=url, method=options.method, headers=typed, content=content.encode("utf-8", "replace")
            )
        if options.method in _WITHOUT_BODY:
            return HttpCall(url=url, method=options.method, headers=headers)
        return json_call(url, document(alert, links), method=options.method, headers=headers)

    def _signed(self, call: HttpCall) -> HttpCall:
        """With the time in what is signed, so that a request that somebody kept is of no use later."""
        if not self._options.secret:
            return call
        timestamp = str(int(self._clock()))
        mac = hmac.new(
            self._options.secret.encode(), timestamp.encode() + b"." + call.content, hashlib.sha256
        )
        signed = {**call.headers, TIMESTAMP: timestamp, SIGNATURE: f"sha256={mac.hexdigest()}"}
        return HttpCall(url=call.url, method=call.method, headers=signed, content=call.content)


def _read(reader: OptionReader) -> WebhookOptions:
    options = WebhookOptions(
        url=reader.require_secret("url", url_template(web_url), "http://localhost", _EXAMPLE),
        method=reader.take("method", one_of(*_METHODS), "POST"),
        headers=reader.secret("headers", header_table, _NO_TEXTS),
        json=reader.take("json", _document, None),
        form=reader.take("form", _form, None),
        body=reader.take("body", template, None),
        secret=reader.secret("secret", line, ""),
        digest=reader.take("digest", boolean, False),  # noqa: FBT003
        success=reader.take("success", _statuses, SUCCESS),
        http=http_options(reader),
    )
    written = [name for name in _BODIES if getattr(options, name) is not None]
    for name in written[1:]:
        reader.report(name, f"cannot stand beside {written[0]}: a request has one body")
    return options


def _document(value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise OptionError('must be a table, like json = { text = "{title}" }')
    _check_document(value)
    return value


def _check_document(value: object) -> None:
    if isinstance(value, str):
        template(value)
    elif isinstance(value, Mapping | list | tuple):
        for item in value.values() if isinstance(value, Mapping) else value:
            _check_document(item)
    elif isinstance(value, float) and not math.isfinite(value):
        raise OptionError(f"has {quoted(value)}, which JSON does not have")
    elif not isinstance(value, bool | int | float):
        raise OptionError(f"has {quoted(value)}, which JSON does not have; write it in quotes")


def _form(value: object) -> Mapping[str, str]:
    if not isinstance(value, Mapping):
        raise OptionError('must be a table, like form = { text = "{title}" }')
    fields: dict[str, str] = {}
    for name, item in value.items():
        if isinstance(item, bool) or not isinstance(item, str | int | float):
            raise OptionError(f"{name} must be text; write it in quotes")
        fields[name] = template(item) if isinstance(item, str) else json.dumps(item)
    return MappingProxyType(fields)


def _statuses(value: object) -> Container[int]:
    statuses = value if isinstance(value, list | tuple) else [value]
    for status in statuses:
        if isinstance(status, bool) or not isinstance(status, int) or not 200 <= status <= 599:
            raise OptionError(f"must be a list of statuses like [200, 204], got {quoted(status)}")
    if not statuses:
        raise OptionError("must name at least one status, like [200, 204]")
    return frozenset(statuses)


def _build(options: Options, context: HookContext) -> Hook:
    return WebhookHook(parsed(_read, options), context.links, secrets_in(options))


KIND: Final = HookKind(type="webhook", options=validator(_read), build=_build)

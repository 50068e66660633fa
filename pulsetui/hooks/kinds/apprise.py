"""Notifies through whatever Apprise knows: some 150 services, each by a URL of its own.

Apprise is an extra (``pip install "pulsetui[apprise]"``), and not asynchronous: it runs in a thread.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection
from functools import partial
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from pulsetui.client.alert import Alert
from pulsetui.config.secret import masked
from pulsetui.core.text.clean import clean
from pulsetui.errors import HookError
from pulsetui.hooks.hook import Hook, HookContext, HookKind, LinksFor, Options
from pulsetui.hooks.http import secrets_in
from pulsetui.hooks.http_errors import MAX_EXCERPT
from pulsetui.hooks.in_thread import OneThread
from pulsetui.hooks.message import Tone, body_of, title_of, tone_of
from pulsetui.hooks.next_steps import next_steps
from pulsetui.hooks.options import OptionError, OptionReader, line, parsed, validator

if TYPE_CHECKING:
    import apprise

_TIMEOUT_S: Final = 30.0
_MARGIN_S: Final = 5.0
"""By which each waits longer than what it waits for, so that the better message wins."""
_MAX_TITLE: Final = 250
_MAX_BODY: Final = 4000
_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://.+")
_MISSING: Final = 'Apprise is not installed where PulseTUI is: pip install "pulsetui[apprise]"'
_TYPES: Final = {Tone.BAD: "failure", Tone.GOOD: "success", Tone.NOTE: "warning"}


class AppriseOptions(Struct, frozen=True, kw_only=True):
    """``[hooks.NAME]`` with ``type = "apprise"``."""

    url: str
    timeout_s: float = _TIMEOUT_S


class AppriseHook(Hook):
    """One notification for each alert."""

    digest = True

    def __init__(self, options: AppriseOptions, links: LinksFor, secrets: Collection[str]) -> None:
        self._options = options
        self._links = links
        self._secrets = secrets
        self._thread = OneThread("apprise")
        self.timeout_s = options.timeout_s + 2 * _MARGIN_S

    async def send(self, alert: Alert) -> None:
        title = title_of(alert, _MAX_TITLE)
        body = body_of(alert, _MAX_BODY, next_steps(alert, self._links(alert))) or title
        work = partial(_notify, self._options, title, body, _TYPES.get(tone_of(alert), "info"))
        failed = await self._thread.run(work, self._options.timeout_s + _MARGIN_S, _let_it_end)
        if failed is not None:
            raise HookError(masked(failed, self._secrets))


def _let_it_end() -> None:
    """Nothing ends Apprise from outside; it ends by the timeout that it was given."""


def _notify(options: AppriseOptions, title: str, body: str, kind: str) -> str | None:
    """Why it failed, with secrets in it; None if it was sent."""
    try:
        import apprise
    except ImportError:
        return _MISSING
    logging.getLogger("apprise").propagate = False  # it quotes what the other side answers
    try:
        sender = apprise.Apprise(asset=_asset(options))
        if not sender.add(options.url):
            return "Apprise does not understand the url: either the service before :// or what follows"
        result = sender.notify(
            title=title,
            body=body,
            notify_type=apprise.NotifyType(kind),
            body_format=apprise.NotifyFormat.TEXT,
            timeout=options.timeout_s,
        )
        return None if result else _why(result)
    except Exception as error:  # noqa: BLE001 - any of its plugins may raise anything
        return f"Apprise failed: {type(error).__name__}: {clean(str(error), MAX_EXCERPT)}"


def _asset(options: AppriseOptions) -> apprise.AppriseAsset:
    import apprise

    return apprise.AppriseAsset(
        app_id="PulseTUI",
        app_desc="PulseTUI",
        http_redirects=False,  # the secrets of the URL would go along
        interpret_emojis=False,
        interpret_escapes=False,
        service_timeout=options.timeout_s,
    )


def _why(result: apprise.AppriseResult) -> str:
    said = [
        clean(entry.message, MAX_EXCERPT) for entry in result.logs() if entry.level in ("WARNING", "ERROR")
    ]
    if result.status is result.status.TIMEOUT:
        said.append("it took too long")
    return f"Apprise could not send it: {said[-1]}" if said else "Apprise could not send it"


def _service(value: object) -> str:
    url = line(value)
    if not _URL.fullmatch(url):
        raise OptionError("must be a URL of Apprise, which begins with a service, like mailto:// or tgram://")
    return url


def _read(reader: OptionReader) -> AppriseOptions:
    return AppriseOptions(
        url=reader.require_secret("url", _service, "", 'url = "service://…", as Apprise documents it'),
        timeout_s=reader.span("timeout", _TIMEOUT_S),
    )


def _build(options: Options, context: HookContext) -> Hook:
    return AppriseHook(parsed(_read, options), context.links, secrets_in(options))


KIND: Final = HookKind(type="apprise", options=validator(_read), build=_build)

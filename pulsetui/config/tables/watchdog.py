"""``[watchdog.NAME]``: somebody elsewhere who is to hear that PulseTUI itself is alive."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final, Literal, cast

from msgspec import Struct

from pulsetui.config import values
from pulsetui.config.address import url_flaw
from pulsetui.config.flaws import FieldFlaw, unknown_key
from pulsetui.config.values import Flaw, FlawedError

WATCHDOG: Final = ("url", "fail_url", "every", "timeout", "method")
WATCHDOG_SECRETS: Final = frozenset({"url", "fail_url"})
"""Whoever knows them can say that we are alive when we are not."""

Method = Literal["GET", "POST"]
_METHODS: Final = ("GET", "POST")
_MAX_EVERY: Final = timedelta(days=1)
_MAX_TIMEOUT: Final = timedelta(minutes=1)
_MIN_SPAN: Final = timedelta(seconds=1)


class WatchdogConfig(Struct, frozen=True, kw_only=True):
    """Where to say that all is well, and how often."""

    name: str
    url: str
    fail_url: str = ""  # asked instead while something is wrong; ``{reason}`` in it says what
    every: timedelta = timedelta(minutes=1)
    timeout: timedelta = timedelta(seconds=10)
    method: Method = "GET"  # with POST the reason is the body


def read_watchdog(name: str, table: Mapping[str, Any]) -> tuple[WatchdogConfig | None, list[FieldFlaw]]:
    """The watchdog, or None and everything that is wrong with it. Its secrets are already read from where
    they are kept: what is said of them does not quote them."""
    flaws: list[FieldFlaw] = [(key, unknown_key(key, WATCHDOG)) for key in table if key not in WATCHDOG]
    found: dict[str, Any] = {}
    parsers: Mapping[str, Callable[[object], object]] = {
        "url": _url,
        "fail_url": _url,
        "every": _span(_MAX_EVERY, "a day"),
        "timeout": _span(_MAX_TIMEOUT, "a minute"),
        "method": _method,
    }
    for key, parse in parsers.items():
        if key in table:
            try:
                found[key] = parse(table[key])
            except FlawedError as error:
                flaws += [(key, flaw) for flaw in error.flaws]
    if "url" not in table:
        form = 'Write url = "https://…", the address that another monitor gives for a ping.'
        flaws.append(("url", Flaw("is missing", suggestion=form)))
    return (None, flaws) if flaws else (WatchdogConfig(name=name, **found), [])


def _url(value: object) -> str:
    if (flaw := url_flaw(value)) is not None:
        raise FlawedError(Flaw(flaw))
    return cast("str", value)


def _span(most: timedelta, words: str) -> Callable[[object], timedelta]:
    def parse(value: object) -> timedelta:
        span = values.duration(value)
        if not _MIN_SPAN <= span <= most:
            raise FlawedError(Flaw(f"must be from 1s to {words}", value))
        return span

    return parse


def _method(value: object) -> str:
    if value not in _METHODS:
        near = value.upper() if isinstance(value, str) and value.upper() in _METHODS else "GET"
        raise FlawedError(values.better_flaw('must be "GET" or "POST"', value, near))
    return str(value)

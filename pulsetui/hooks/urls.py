"""URLs in the options of hooks: judged without being quoted, since most of them are secrets."""

from __future__ import annotations

from typing import Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit, urlunsplit

from pulsetui.config.address import url_flaw
from pulsetui.core.text.clean import clean
from pulsetui.hooks.options import OptionError

_MAX_PLACE: Final = 100
_WORTH_HIDING: Final = 16
"""Characters of one segment of a path; keys are longer, and words like "alerts" are not to be hidden."""


def web_url(value: object) -> str:
    """A URL with a host, for http or https."""
    if (flaw := url_flaw(value)) is not None:
        raise OptionError(flaw)
    return str(value)


def place_of(url: str) -> str:
    """What may be said of where a URL points: host, and port where there is one."""
    parts = _split(url)
    if parts is None or not parts.hostname:
        return "the URL"
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return clean(f"{host}:{parts.port}" if parts.port else host, _MAX_PLACE)


def secret_parts(url: str) -> frozenset[str]:
    """What of a URL must not be shown: user and password, path and query, and what in them may be a key."""
    parts = _split(url)
    if parts is None:
        return frozenset({url})
    found = {url, parts.password, parts.query, unquote(parts.query)}
    found |= {parts.username, f"{parts.username}:{parts.password}"} if parts.password else {parts.username}
    found |= {value for _, value in parse_qsl(parts.query)}
    segments = parts.path.split("/")
    found |= {
        part for segment in segments for part in (segment, unquote(segment)) if len(part) >= _WORTH_HIDING
    }
    if len(parts.path) >= _WORTH_HIDING:
        found |= {parts.path, unquote(parts.path), parts.path.strip("/")}
    return frozenset(part for part in found if part)


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def below(base: str, path: str) -> str:
    """The URL of ``path`` under that of a server, which may itself stand below another path."""
    parts = urlsplit(base)
    return urlunsplit((parts.scheme, parts.netloc, f"{parts.path.rstrip('/')}/{path}", parts.query, ""))

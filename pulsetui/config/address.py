"""Addresses as people write them: ``host:port`` of the listener, and URLs."""

from __future__ import annotations

import ipaddress
import re
from typing import Final
from urllib.parse import urlsplit

from pulsetui.config.problem import quoted
from pulsetui.errors import ConfigError

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8787

MAX_URL: Final = 2000
"""Characters; what is longer is refused by many servers."""

_HOST = re.compile(
    r"(?=.{1,253}\Z)[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62})(?:\.[A-Za-z0-9_][A-Za-z0-9_-]{0,62})*\.?"
)
_HOW = "Write it like 127.0.0.1:8787, [::1]:8787 or 0.0.0.0:8787; port 0 takes a free one."


def parse_address(text: str) -> tuple[str, int]:
    """Host (an IPv6 address without its brackets) and port, which may be 0.

    A host that is left out (``:8787``, ``8787``) is 127.0.0.1: listening on all addresses has to be said.
    Raises ConfigError with a message that shows the forms.
    """
    address = text.strip()
    host, colon, port = address.rpartition(":")
    if not colon and not port.isdigit():
        raise ConfigError(f"{quoted(text)} has no port. {_HOW}")
    if host.startswith("[") and host.endswith("]"):
        host = _ipv6(host[1:-1], text)
    elif ":" in host:
        raise ConfigError(f"{quoted(text)}: an IPv6 address needs brackets. {_HOW}")
    elif host and not _HOST.fullmatch(host):
        raise ConfigError(f"{quoted(text)}: {quoted(host)} is not a host. {_HOW}")
    elif re.fullmatch(r"[0-9.]+", host):
        _ipv4(host, text)
    if not (port.isascii() and port.isdigit() and len(port) <= 5 and int(port) <= 65535):
        raise ConfigError(f"{quoted(text)}: the port must be 0-65535, got {quoted(port)}. {_HOW}")
    return host or DEFAULT_HOST, int(port)


def is_host(name: str) -> bool:
    """Whether it looks like the name or IPv4 address of a host."""
    return _HOST.fullmatch(name) is not None


def format_address(host: str, port: int) -> str:
    """The text that ``parse_address`` reads back: ``[::1]:8787``."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a listener on ``host``."""
    if host.rstrip(".").lower() == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def _ipv6(host: str, text: str) -> str:
    try:
        ipaddress.IPv6Address(host)
    except ValueError:
        raise ConfigError(f"{quoted(text)}: {quoted(host)} is not an IPv6 address. {_HOW}") from None
    return host


def _ipv4(host: str, text: str) -> None:
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        raise ConfigError(f"{quoted(text)}: {quoted(host)} is not an IPv4 address. {_HOW}") from None


def url_flaw(value: object) -> str | None:
    """Why ``value`` is no URL with a host, for http or https; None if it is one. It is never quoted: most are
    secrets."""
    if not isinstance(value, str):
        return 'must be a URL in quotes, like "https://example.org/hook"'
    if not value.strip():
        return "must not be empty; write the whole URL, like https://example.org/hook"
    if len(value) > MAX_URL:
        return f"is longer than {MAX_URL} characters"
    if any(character.isspace() or not character.isprintable() for character in value):
        return "has a blank or a control character in it; write it as %20 and so on"
    try:
        parts = urlsplit(value)
        _ = parts.port  # raises for one that cannot be
    except ValueError:
        return "is not a valid URL: look at its host and port"
    if parts.scheme not in ("http", "https"):
        return "must begin with https:// or http://"
    if not parts.hostname:
        return "names no host; write it like https://example.org/hook"
    if "\\" in value or "@" in parts.hostname:
        return "is not a valid URL: look at its host"
    return None

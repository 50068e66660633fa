"""Whether a request goes through a proxy that the environment names, and which variable names it.

Decided here rather than by the HTTP library, for two reasons: a proxy of no concern must not keep anybody
from an engine because it cannot be used; and when one is in the way, the person hears the variable's name.
"""

from __future__ import annotations

import os
import socket
from ipaddress import IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from msgspec import Struct

_OWN_NAMES = frozenset({"localhost", "localhost.localdomain", "ip6-localhost", "ip6-loopback"})


class Proxy(Struct, frozen=True):
    """A proxy from the environment."""

    variable: str  # as it is spelled there; "the system's settings" where the platform has some
    url: str  # may hold a password

    @property
    def shown(self) -> str:
        """The address without a name and password."""
        scheme, found, rest = self.url.partition("://")
        return f"{scheme if found else 'http'}://{(rest if found else self.url).rpartition('@')[2]}"


def proxy_for(url: str) -> Proxy | None:
    """The proxy for an engine's address; None where the way is direct, as it always is to this host."""
    from urllib.request import getproxies, proxy_bypass

    parts = urlsplit(url)
    host = parts.hostname or ""
    if is_this_host(host):
        return None
    known = getproxies()
    for scheme in (parts.scheme, "all"):
        if named := known.get(scheme):
            bypassed = proxy_bypass(parts.netloc.rpartition("@")[2], known)
            return (
                None
                if bypassed or _is_in_network(host, known.get("no", ""))
                else Proxy(_variable(scheme), _with_scheme(named))
            )
    return None


def _is_in_network(host: str, no_proxy: str) -> bool:
    """Whether an address is in one of the networks of ``NO_PROXY`` (``10.0.0.0/8``), as curl reads it."""
    try:
        address = ip_address(host)
    except ValueError:
        return False
    for entry in no_proxy.split(","):
        try:
            if "/" in entry and address in ip_network(entry.strip(), strict=False):
                return True
        except ValueError:
            continue
    return False


def is_this_host(host: str) -> bool:
    """Whether a name or address means the loopback interface, however it is written."""
    name = host.rstrip(".").lower()
    if name in _OWN_NAMES or name.endswith(".localhost"):
        return True
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        try:
            address = ip_address(socket.inet_aton(host))  # 127.1, 0x7f000001, 2130706433, 0
        except (OSError, UnicodeError):
            return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return address.is_loopback or address.is_unspecified  # who connects to 0.0.0.0 reaches himself


def _with_scheme(named: str) -> str:
    return named if "://" in named else f"http://{named}"


def _variable(scheme: str) -> str:
    for variable in (f"{scheme}_proxy", f"{scheme}_proxy".upper()):
        if os.environ.get(variable):
            return variable
    return next(
        (name for name in os.environ if name.lower() == f"{scheme}_proxy" and os.environ[name]),
        "the system's settings",
    )

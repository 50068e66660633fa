"""Who sent a request, past a proxy on this host."""

from __future__ import annotations

import re
from ipaddress import IPv6Address, ip_address

from pulsetui.listener.http.message import Request

MAX_UA_LENGTH = 200
"""Characters of a user agent that are kept."""

_IPV4_PORT = re.compile(r"(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}", re.ASCII)
_SCHEMES = {b"http": "http", b"https": "https"}


def _is_this_host(address: str) -> bool:
    """Whether the address is this host's own."""
    return address == "::1" or address.startswith("127.")


def remote(request: Request) -> tuple[str, str]:
    """Address and scheme of the client. A proxy is believed only when it runs on this host."""
    headers = request.headers
    address, scheme = request.peer, "http"
    if _is_this_host(address):
        if (forwarded := headers.get(b"x-forwarded-for")) is not None:
            address = _first_address(forwarded) or address
        if (proto := headers.get(b"x-forwarded-proto")) is not None:
            scheme = _SCHEMES.get(proto.lower(), scheme)
    return address, scheme


def _first_address(forwarded: bytes) -> str:
    first = forwarded.partition(b",")[0].strip().decode("latin-1")
    if with_port := _IPV4_PORT.fullmatch(first):
        first = with_port[1]
    try:
        address = ip_address(first.strip("[]"))
    except ValueError:
        return ""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return f"::ffff:{address.ipv4_mapped}"  # Python's own spelling of these varies
    return str(address)


def user_agent(request: Request) -> str:
    """What the client calls itself: unsafe text."""
    agent = request.headers.get(b"user-agent", b"")
    try:
        return agent.decode()[:MAX_UA_LENGTH]
    except UnicodeDecodeError:
        return agent.decode("latin-1")[:MAX_UA_LENGTH]

"""Requests that a web page makes, on purpose or not, in a browser on this host.

Any page may have a browser send a request to a loopback address. It must not create or change anything, nor
ping a slug, which is no secret. A page can also give its own name this host's address (DNS rebinding) and is
then of the same origin as the listener: its requests name a host that is not ours.

Programs other than browsers send none of the fields looked at here, and are not held up.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Sequence
from ipaddress import ip_address

from pulsetui.core.text.clean import clean
from pulsetui.listener.http.message import Request, Response

OTHER_SITE = "page of another site"
OTHER_HOST = "unknown host"

_SAME = (b"same-origin", b"none")  # none: typed into the address bar, or a bookmark
_ORIGIN = re.compile(rb"[a-z][a-z0-9+.-]*://([^/?#]*).*", re.IGNORECASE | re.DOTALL)
_BROWSER = b"Mozilla/"

PREFLIGHT = Response(
    204,
    b"",
    (
        ("Access-Control-Allow-Origin", "*"),
        ("Access-Control-Allow-Methods", "GET, HEAD, POST"),
        ("Access-Control-Max-Age", "600"),
    ),
)
"""The answer to a browser that asks whether a page may ping: what it asks is not yet a ping."""


def is_preflight(request: Request) -> bool:
    """Whether a browser asks what a page may send (CORS)."""
    headers = request.headers
    return request.method == "OPTIONS" and (
        b"access-control-request-method" in headers or b"origin" in headers or b"sec-fetch-mode" in headers
    )


class Guard:
    """What the listener lets web pages do. ``hosts`` gives the names that it has beside the usual ones.

    Where others than this host can reach the listener, nothing works without a key or a uuid, which no page
    has, and it may have any name: there the name is not looked at.
    """

    def __init__(self, hosts: Callable[[], Sequence[str]], *, loopback: bool) -> None:
        self._hosts = hosts
        self._loopback = loopback

    def against_change(self, request: Request) -> str:
        """Why this request may not create or change anything; "" when it may."""
        if _of_another_site(request):
            return OTHER_SITE
        return "" if self._is_own(_host(request)) else OTHER_HOST

    def against_slug(self, request: Request) -> str:
        """Why this request may not ping by slug alone; "" when it may. A name is a matter for browsers only:
        scripts may call this host as they like."""
        headers = request.headers
        if (
            b"sec-fetch-site" not in headers
            and b"origin" not in headers
            and b"referer" not in headers
            and not headers.get(b"user-agent", b"").startswith(_BROWSER)
        ):
            return ""  # nearly all: cron with curl
        return self.against_change(request)

    def _is_own(self, host: bytes) -> bool:
        if not self._loopback or not host:
            return True  # no browser leaves the field out
        name = _without_port(host).decode("latin-1").lower().rstrip(".")
        if name == "localhost" or name.endswith(".localhost"):
            return True
        try:
            ip_address(name.strip("[]"))
        except ValueError:
            own = socket.gethostname().lower()
            return name in (own, f"{own}.local") or name in (other.lower() for other in self._hosts())
        return True  # an address is not looked up, so it cannot have been given another meaning


def refusal(why: str, request: Request) -> str:
    """What the sender is told."""
    if why == OTHER_SITE:
        return "refused: a page of another site may not do this"
    name = clean(_host(request).decode("latin-1"), 100)
    return (
        f'refused: this listener does not know itself as "{name}"; if that is its name, add it to hosts in'
        " [listener] of checks.toml"
    )


def _of_another_site(request: Request) -> bool:
    headers = request.headers
    site = headers.get(b"sec-fetch-site")
    if site is not None:
        return site not in _SAME
    origin = headers.get(b"origin", headers.get(b"referer"))
    if origin is None:
        return False
    match = _ORIGIN.fullmatch(origin)  # no match: "null", a page that does not say whose it is
    return match is None or match[1].lower() != _host(request).lower()


def _host(request: Request) -> bytes:
    return request.headers.get(b"host", b"")


def _without_port(host: bytes) -> bytes:
    name, colon, port = host.rpartition(b":")
    return name if colon and (port.isdigit() or not port) else host

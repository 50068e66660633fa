"""``/a/<token>``: the pages behind the links in alerts.

Opening one never does anything: scanners of mails and previews of chats open every link. It shows a page with a
button, and only what the button sends (POST) counts. The pages have no scripts and load nothing, and nobody who
is linked to from them learns their address.
"""  # noqa: E501 - a sentence

from __future__ import annotations

import asyncio
import hashlib
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Sequence
from html import escape
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

from pulsetui.errors import PulseError
from pulsetui.listener.http.message import Request, Respond, Response

if TYPE_CHECKING:
    from pulsetui.monitor.answering.links import LinkClaim, LinkDesk, LinkState

MAX_A_MINUTE: Final = 60
"""Requests of one address; behind a proxy, of all."""
_MAX_ADDRESSES: Final = 10_000
_MAX_NAME: Final = 60
_STYLE: Final = (
    "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:3rem auto;padding:0 1rem;"
    "color-scheme:light dark}button,input{font:inherit;padding:.5rem 1rem}"
)
_POLICY: Final = (
    "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; style-src "
    f"'sha256-{b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}'"
)
_HEADERS: Final = (
    ("Content-Security-Policy", _POLICY),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Robots-Tag", "noindex"),
    ("Cache-Control", "no-store"),
)
_WORDS: Final = {"acknowledge": "Acknowledge", "snooze": "Snooze for 1 h"}


class LinkPages:
    """``route`` is a ``pings.routes.Route``. Runs on one loop."""

    def __init__(self, desk: LinkDesk, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._desk = desk
        self._monotonic = monotonic
        self._minute = 0
        self._asked: Counter[str] = Counter()
        self._working: set[asyncio.Task[None]] = set()

    def route(self, request: Request, respond: Respond, segments: Sequence[str]) -> None:
        """Shows what a link would do, or does it."""
        if self._too_often(request.peer):
            respond(_page(429, "Too many requests", "Try again in a minute.", ("Retry-After", "60")))
            return
        state = self._desk.look(segments[0]) if len(segments) == 1 else None
        if state is None:
            respond(_page(404, "Not a valid link", "Was all of it copied? Nothing was done."))
        elif (over := _over(state)) is not None:
            respond(over)
        elif request.method in ("GET", "HEAD"):
            respond(_question(state))
        elif request.method == "POST":
            task = asyncio.get_running_loop().create_task(self._use(state.claim, _name(request), respond))
            self._working.add(task)
            task.add_done_callback(self._working.discard)
        else:
            respond(_page(405, "Not possible", "Open the link in a browser.", ("Allow", "GET, HEAD, POST")))

    async def _use(self, claim: LinkClaim, by: str, respond: Respond) -> None:
        try:
            said = await self._desk.use(claim, by)
        except PulseError:  # the log says why; this page is for anybody who has the link
            respond(_page(503, "Nothing was done", "It could not be written. Go back, and try again."))
            return
        respond(_used("") if said is None else _page(200, "Answered", said))

    def _too_often(self, peer: str) -> bool:
        minute = int(self._monotonic() // 60)
        if minute != self._minute or len(self._asked) > _MAX_ADDRESSES:
            self._minute = minute
            self._asked.clear()
        self._asked[peer] += 1
        return self._asked[peer] > MAX_A_MINUTE


def _over(state: LinkState) -> Response | None:
    """The answer to a link that is good for nothing any more."""
    if state.used_at is not None:
        return _used(f" at {state.used_at:%Y-%m-%d %H:%M} UTC")
    if state.expired:
        when = f"{state.claim.until:%Y-%m-%d %H:%M} UTC"
        return _page(410, "Expired", f"This link was good until {when}. Nothing was done.")
    if not state.name:
        return _page(410, "Gone", "This check is not watched any more. Nothing was done.")
    return None


def _used(when: str) -> Response:
    return _page(410, "Used already", f"This link was used already{when}; it works once. Nothing was done.")


def _question(state: LinkState) -> Response:
    verb, name = _WORDS[state.claim.verb], escape(state.name)
    form = (
        f'<form method="post"><p><label>Your name (others see it)<br><input name="by" maxlength="{_MAX_NAME}"'
        f' autocomplete="name"></label></p><p><button>{verb}</button></p></form>'
    )
    return _html(200, f"{verb}: {state.name}", f"<h1>{name}</h1>{form}")


def _page(status: int, title: str, text: str, *headers: tuple[str, str]) -> Response:
    return _html(status, title, f"<h1>{escape(title)}</h1><p>{escape(text)}</p>", *headers)


def _html(status: int, title: str, body: str, *headers: tuple[str, str]) -> Response:
    page = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)} - PulseTUI</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style>'
        f"<body>{body}</body></html>"
    )
    content = page.encode("utf-8", "replace")
    return Response(status, content, (*_HEADERS, *headers), content_type="text/html; charset=utf-8")


def _name(request: Request) -> str:
    try:
        fields = dict(parse_qsl(request.body.decode("utf-8", "replace"), max_num_fields=10))
    except ValueError:
        return ""
    return fields.get("by", "")[:_MAX_NAME]

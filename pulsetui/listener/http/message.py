"""A request as handlers see it, and the answer they give.

Plain slotted classes, not dataclasses: one of each is made for every ping.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote

if TYPE_CHECKING:
    from pulsetui.listener.http.stream import Stream

TEXT = "text/plain; charset=utf-8"
JSON = "application/json"

Query = Mapping[str, Sequence[str]]


class Request:
    """One whole request.

    ``target`` is what stood between the first and the last space of the request line; ``path`` is its part
    before the query, undecoded. ``headers`` has lower-case names; of a repeated one the last counts.
    ``body`` is the kept beginning of the body, ``rest`` the end of what followed it, ``body_size`` how long
    all of it was. ``peer`` is the address of the other end of the connection, which may be a proxy.
    ``keep_alive``: its client may send another request over the same connection.
    """

    __slots__ = (
        "_query",
        "body",
        "body_size",
        "headers",
        "keep_alive",
        "method",
        "path",
        "peer",
        "query_string",
        "rest",
        "target",
    )

    def __init__(
        self,
        method: str,
        target: bytes,
        headers: Mapping[bytes, bytes],
        body: bytes,
        body_size: int,
        peer: str,
        keep_alive: bool,
        rest: bytes = b"",
    ) -> None:
        path, _, self.query_string = target.partition(b"?")
        self.method = method
        self.target = target
        self.path = path.decode("latin-1")
        self.headers = headers
        self.body = body
        self.body_size = body_size
        self.rest = rest
        self.peer = peer
        self.keep_alive = keep_alive
        self._query: Query | None = None

    @property
    def query(self) -> Query:
        """The decoded query: every name with all its values in order, empty ones too."""
        if self._query is None:
            query: dict[str, list[str]] = {}
            if self.query_string:
                text = self.query_string.partition(b"#")[0].decode("utf-8", "replace")
                for name, value in parse_qsl(text, keep_blank_values=True, errors="replace"):
                    query.setdefault(name, []).append(value)
            self._query = query
        return self._query

    def first(self, name: str) -> str | None:
        """The first value of a query name; None when it is absent."""
        values = self.query.get(name) if self.query_string else None
        return values[0] if values else None

    def last(self, name: str) -> str | None:
        """The last value of a query name, as Healthchecks reads one that is repeated."""
        values = self.query.get(name) if self.query_string else None
        return values[-1] if values else None

    def segments(self) -> list[str]:
        """The decoded path split at its slashes: ``["ping", "sync-invoices"]``; ``[""]`` for the root."""
        segments = self.path[1:].split("/")
        if "%" not in self.path:
            return segments
        return [unquote(segment, errors="replace") for segment in segments]


class Response:
    """An answer. Immutable once sent, so the usual ones are made once and their bytes are kept.

    With ``stream`` the answer has no end: after the headers the function is called with a Stream to write to.
    """

    __slots__ = ("_close", "_keep", "body", "headers", "status", "stream")

    def __init__(
        self,
        status: int,
        body: bytes = b"",
        headers: Sequence[tuple[str, str]] = (),
        *,
        content_type: str = TEXT,
        stream: Callable[[Stream], None] | None = None,
    ) -> None:
        self.status = status
        self.body = body
        self.headers = (("Content-Type", content_type), *headers)
        self.stream = stream
        self._keep: bytes | None = None
        self._close: bytes | None = None

    def wire(self, *, keep_alive: bool, head_only: bool) -> bytes:
        """The bytes to send; without the body (but with its length) in answer to HEAD."""
        if keep_alive:
            wire = self._keep
            if wire is None:
                wire = self._keep = self._build("")
        else:
            wire = self._close
            if wire is None:
                wire = self._close = self._build("Connection: close\r\n")
        if head_only and self.body:
            return wire[: -len(self.body)]
        return wire

    def _build(self, connection: str) -> bytes:
        phrase = HTTPStatus(self.status).phrase
        lines = "".join(f"{name}: {value}\r\n" for name, value in self.headers)
        if self.stream is None and self.status != HTTPStatus.NO_CONTENT:
            lines += f"Content-Length: {len(self.body)}\r\n"
        head = f"HTTP/1.1 {self.status} {phrase}\r\n{lines}{connection}\r\n"
        return head.encode("latin-1") + self.body


Respond = Callable[[Response], None]
"""Answers a request: at once or later, exactly once, on the loop. Does nothing when the client has gone."""

Handler = Callable[[Request, Respond], None]

"""Reading requests without a socket: whatever comes, however it is cut, and held against h11."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import h11
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.listener.http.heads import Heads
from pulsetui.listener.http.limits import Limits
from pulsetui.listener.http.message import Request
from pulsetui.listener.http.reader import RequestReader, Unreadable

KEPT = 1000
LIMITS = Limits(head=2000, head_lines=20, body=5000)


@dataclass(frozen=True)
class Seen:
    """One request, as far as two readers must see the same in it."""

    method: bytes
    target: bytes
    headers: dict[bytes, bytes]
    body: bytes
    keep_alive: bool


def read(pieces: Sequence[bytes]) -> tuple[list[Seen], str]:
    """Our reading, up to the first request after which the connection closes; "" or why that was not to be
    read."""
    reader = RequestReader(Heads(KEPT), LIMITS, "127.0.0.1")
    seen: list[Seen] = []
    for piece in filter(None, pieces):
        event = reader.feed(piece)
        while event is not None:
            if isinstance(event, Unreadable):
                return seen, event.why
            assert event.body_size >= len(event.body)
            seen.append(_seen(event))
            if not event.keep_alive:
                return seen, ""
            event = reader.feed(b"") if reader.has_more else None
    return seen, ""


def _seen(request: Request) -> Seen:
    return Seen(
        request.method.encode(), request.target, dict(request.headers), request.body, request.keep_alive
    )


def read_by_h11(data: bytes) -> tuple[list[Seen], bool]:
    """The same by h11; False when it refused something."""
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=LIMITS.head)
    connection.receive_data(data)
    seen: list[Seen] = []
    try:
        while True:
            request = connection.next_event()
            if not isinstance(request, h11.Request):
                return seen, True
            body = b""
            while isinstance(event := connection.next_event(), h11.Data):
                body += event.data
            if not isinstance(event, h11.EndOfMessage):
                return seen, True
            keep_alive = connection.their_state is not h11.MUST_CLOSE
            headers = {bytes(name): bytes(value) for name, value in request.headers}
            seen.append(Seen(bytes(request.method), bytes(request.target), headers, body, keep_alive))
            if not keep_alive:
                return seen, True
            connection.send(h11.Response(status_code=200, headers=[("Content-Length", "0")]))
            connection.send(h11.EndOfMessage())
            connection.start_next_cycle()
    except h11.RemoteProtocolError:
        return seen, False


TOKEN = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcxyz0189!#$%&'*+-.^_`|~", min_size=1, max_size=12)
VALUE = st.lists(st.binary(max_size=8), max_size=3).map(
    lambda words: b" ".join(bytes(c if c > 0x20 and c != 0x7F else 0x61 for c in word) for word in words)
)
TARGET = st.text("abcXYZ019/?&=%~.-_:", max_size=30).map(lambda text: f"/{text}".encode())
_RESERVED = (
    "content-length",
    "transfer-encoding",
    "connection",
    "host",
    "expect",
    "upgrade",
    "proxy-connection",
)
HEADER = st.tuples(TOKEN.filter(lambda name: name.lower() not in _RESERVED).map(str.encode), VALUE)


@st.composite
def chunked(draw: st.DrawFn, body: bytes) -> bytes:
    """The body in chunks, with extensions and trailers here and there."""
    parts = []
    while body:
        size = draw(st.integers(1, len(body)))
        extension = draw(st.sampled_from([b"", b"", b";a", b";a=1", b';a="x"']))
        digits = f"{'0' * draw(st.integers(0, 2))}{size:{draw(st.sampled_from('xX'))}}".encode()
        parts.append(digits + extension + b"\r\n" + body[:size] + b"\r\n")
        body = body[size:]
    trailers = draw(st.lists(st.sampled_from([b"X: 1\r\n", b"Checksum: \r\n"]), max_size=2))
    return b"".join((*parts, b"0\r\n", *trailers, b"\r\n"))


@st.composite
def requests(draw: st.DrawFn) -> tuple[bytes, Seen]:
    """A request that every reader takes, as bytes and as what they mean."""
    minor = draw(st.sampled_from([b"1", b"1", b"1", b"0"]))
    method = draw(st.sampled_from(["GET", "POST", "HEAD", "PUT"]) | TOKEN).encode()
    target = draw(TARGET)
    headers = [(b"Host", b"localhost:8787"), *draw(st.lists(HEADER, max_size=5))]
    close = draw(st.sampled_from([b"", b"", b"close", b"Close", b"keep-alive"]))
    if close:
        headers.append((b"Connection", close))
    body = b""
    sent = b""
    kind = draw(st.sampled_from(["none", "length", "chunked"]))
    if kind != "none":
        body = draw(st.binary(max_size=300))
    if kind == "length":
        headers.append((b"Content-Length", str(len(body)).encode()))
        sent = body
    elif kind == "chunked" and minor == b"1":
        headers.append((b"transfer-encoding", b"chunked"))
        sent = draw(chunked(body))
    else:
        body = b""
    lines = b"".join(name + b": " + value + b"\r\n" for name, value in headers)
    data = method + b" " + target + b" HTTP/1." + minor + b"\r\n" + lines + b"\r\n" + sent
    known = {name.lower(): value.strip(b" \t") for name, value in headers}
    return data, Seen(method, target, known, body, minor == b"1" and close.lower() != b"close")


@st.composite
def cut(draw: st.DrawFn, data: bytes) -> list[bytes]:
    """The data in pieces."""
    places = sorted(draw(st.lists(st.integers(0, len(data)), max_size=8)))
    return [data[a:b] for a, b in zip([0, *places], [*places, len(data)], strict=True)]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A few requests with a few bytes other than they should be."""
    data = b"".join(one for one, _ in draw(st.lists(requests(), min_size=1, max_size=3)))
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(data)))
        gone = draw(st.integers(0, 3))
        new = draw(
            st.sampled_from([b"", b" ", b"\r", b"\n", b"\r\n", b"\r\n\r\n", b":", b"0", b"\t", b",", b"\0"])
        )
        data = data[:at] + (new or draw(st.binary(max_size=3))) + data[at + gone :]
    return data


@given(st.lists(requests(), min_size=1, max_size=4), st.data())
def test_what_is_right_is_read_as_it_is_meant_however_it_is_cut(
    sent: list[tuple[bytes, Seen]], data: st.DataObject
) -> None:
    whole = b"".join(one for one, _ in sent)
    meant = [seen for _, seen in sent]
    last = next((n for n, seen in enumerate(meant) if not seen.keep_alive), len(meant) - 1)

    assert read(data.draw(cut(whole))) == (meant[: last + 1], "")
    assert read_by_h11(whole) == (meant[: last + 1], True)


@given(damaged())
def test_two_readers_never_see_different_requests_in_the_same_bytes(data: bytes) -> None:
    """Either may be stricter than the other; what both take, they must take alike."""
    ours, _why = read([data])
    theirs, _right = read_by_h11(data)

    for one, other in zip(ours, theirs, strict=False):
        # Closing where that is not certain costs a connection, and nothing else.
        assert replace(one, keep_alive=False) == replace(other, keep_alive=False)


@given(damaged() | st.binary(max_size=200), st.data())
def test_the_pieces_in_which_bytes_come_make_no_difference(sent: bytes, data: st.DataObject) -> None:
    assert read(data.draw(cut(sent))) == read([sent])

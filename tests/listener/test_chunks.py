"""Chunked bodies: what is in them, and where they end."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.listener.http.chunks import ChunkError, Chunks, ChunkTooLongError


def fed(data: bytes, *cuts: int) -> tuple[bytes, bytes | None]:
    """The body and what follows it, when the data comes in pieces."""
    body: list[bytes] = []
    chunks = Chunks()
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    for start, end in pairwise(places):
        rest = chunks.feed(data[start:end], body.append)
        if rest is not None:
            return b"".join(body), rest + data[end:]
    return b"".join(body), None


@given(
    pieces=st.lists(st.binary(min_size=1, max_size=40), max_size=5),
    following=st.binary(max_size=30),
    cuts=st.lists(st.integers(0, 400), max_size=8),
    trailer=st.sampled_from([b"", b"A: b\r\n", b"X-Sum: 5;q\r\nB:\r\n"]),
)
def test_body_and_what_follows_are_told_apart_wherever_the_reads_end(
    pieces: list[bytes], following: bytes, cuts: list[int], trailer: bytes
) -> None:
    coded = b"".join(b"%x;ext=1\r\n%s\r\n" % (len(piece), piece) for piece in pieces)

    body, rest = fed(coded + b"0\r\n" + trailer + b"\r\n" + following, *cuts)

    assert (body, rest) == (b"".join(pieces), following)


@pytest.mark.parametrize(
    "data",
    [b"nothex\r\n", b"\r\n", b"-1\r\n", b"0x5\r\n", b"5 \r\nhello", b"5\nhello\n", b"2\r\nhello\r\n",
     b"1\r\na\n", b"f" * 16 + b"\r\n", b"0\r\nnonsense\r\n\r\n", b"1;\x00\r\na", b"0\r\n : x\r\n\r\n",
     "٣\r\n".encode()],
)  # fmt: skip
def test_what_is_not_chunked_is_refused(data: bytes) -> None:
    with pytest.raises(ChunkError):
        fed(data)


@pytest.mark.parametrize("data", [b"1;" + b"x" * 20_000, b"0\r\n" + b"A: b\r\n" * 5_000])
def test_lines_without_end_are_refused(data: bytes) -> None:
    with pytest.raises(ChunkTooLongError):
        fed(data)


@given(st.binary(max_size=200), st.lists(st.integers(0, 200), max_size=5))
def test_no_bytes_do_harm(data: bytes, cuts: list[int]) -> None:
    try:
        body, _rest = fed(data, *cuts)
    except ChunkError:
        return
    assert len(body) <= len(data)

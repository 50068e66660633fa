"""Server-sent events are the same however their bytes come."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pulsetui.attach.sse import EventReader

STREAM = (
    b': hello\n\nevent: snapshot\ndata: {"a":1}\n\n: still here\n\n'
    b"data:x\ndata: y\n\nevent: change\ndata: {}\n\n"
)
EVENTS = [("snapshot", b'{"a":1}'), ("message", b"x\ny"), ("change", b"{}")]


@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_events_are_the_same_however_the_bytes_are_cut(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(STREAM)]
    reader = EventReader()

    events = [event for a, b in pairwise(edges) for event in reader.feed(STREAM[a:b])]

    assert events == EVENTS


def test_unfinished_event_is_not_given() -> None:
    assert list(EventReader().feed(b"event: change\ndata: {}\n")) == []


@given(st.lists(st.binary(max_size=50)))
def test_no_bytes_harm_the_reader(pieces: list[bytes]) -> None:
    reader = EventReader()
    for piece in pieces:
        list(reader.feed(piece))

"""What a job says of itself in its output, however the output is cut into chunks."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.job.wrapper.heard import MAX_LINE, MAX_METRICS, Heard, MarkedLines

OUTPUT = b"""\
noise PULSETUI_METRIC no=1
PULSETUI_METRIC records=312
 PULSETUI_METRIC no=2
PULSETUI_
PULSETUI_METRIC a=1 b=1,234.5
PULSETUI_METRIC free=12,5 GB
PULSETUI_METRIC 7up=1
PULSETUI_METRICS no=3
PULSETUI_METRIC records=313
PULSETUI_METRIC last=5"""


@given(st.lists(st.integers(0, len(OUTPUT)), max_size=30))
def test_marked_lines_are_found_wherever_chunks_end(cuts: list[int]) -> None:
    heard = Heard()
    edges = sorted({0, len(OUTPUT), *cuts})
    for start, end in itertools.pairwise(edges):
        heard.add(1, OUTPUT[start:end])
    heard.close()
    assert heard.metrics == {"a": 1.0, "b": 1234.5, "records": 313.0, "last": 5.0}
    assert heard.unread == {"free": "12,5 GB"}


@given(
    st.lists(st.sampled_from([b"PULSETUI_", b"x", b"\n", b"METRIC a=1", b" ", b"\xff", b"PULS"]), max_size=60)
)
def test_chunks_make_no_difference(parts: list[bytes]) -> None:
    whole: list[bytes] = []
    cut: list[bytes] = []
    one, other = MarkedLines(whole.append), MarkedLines(cut.append)
    one.add(b"".join(parts))
    for part in parts:
        other.add(part)
    one.close()
    other.close()
    assert whole == cut
    lines = b"".join(parts).split(b"\n")
    assert whole == [line for line in lines if line.startswith(b"PULSETUI_")]


def test_the_streams_are_apart() -> None:
    heard = Heard()
    heard.add(1, b"PULSETUI_MET")
    heard.add(2, b"PULSETUI_METRIC err=2\n")
    heard.add(1, b"RIC out=1\n")
    assert heard.metrics == {"out": 1.0, "err": 2.0}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("40 page 3", (40.0, b"page 3")),
        ("40% page 3", (40.0, b"page 3")),
        ("99.5", (99.5, b"")),
        ("page 3 of 9", (None, b"page 3 of 9")),
        ("140 pages", (None, b"140 pages")),
        ("-1", (None, b"-1")),
        ("", (None, b"")),
        ("nan of it", (None, b"nan of it")),
    ],
)
def test_progress_is_percent_and_words(line: str, said: tuple[float | None, bytes]) -> None:
    heard = Heard()
    heard.add(1, f"PULSETUI_PROGRESS {line}\nmore output\n".encode())
    assert heard.how_far() == said


def test_without_a_word_of_its_own_the_last_output_is_how_far_it_is() -> None:
    heard = Heard()
    heard.add(1, b"x" * 5000 + b"\nreading page 3\n")
    assert heard.how_far()[1].endswith(b"reading page 3\n")
    assert len(heard.how_far()[1]) <= MAX_LINE


def test_what_is_kept_is_bounded() -> None:
    heard = Heard()
    for n in range(500):
        heard.add(1, b"PULSETUI_METRIC n%d=%d\n" % (n, n))
    heard.add(1, b"PULSETUI_METRIC n1=7\n")
    assert len(heard.metrics) == MAX_METRICS
    assert heard.metrics["n1"] == 7
    for _ in range(100):
        heard.add(2, b"PULSETUI_METRIC " + b"9" * 5000)
    heard.add(2, b"\nPULSETUI_METRIC m=1\n")
    assert "m" not in heard.metrics
    assert heard.unread == {}

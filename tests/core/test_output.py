"""What is kept of an output."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.core.text.output import KEPT, SEARCHED, Output, shortened
from pulsetui.job.report import MAX_BODY
from pulsetui.monitor import sink as intake


def test_all_that_keep_bodies_keep_as_much() -> None:
    assert MAX_BODY == KEPT == intake.MAX_BODY == 100_000


@given(
    st.lists(st.binary(max_size=40), max_size=20),
    st.integers(min_value=1, max_value=60),
    st.integers(min_value=0, max_value=60),
)
def test_head_and_rest_are_the_two_ends(chunks: list[bytes], kept: int, searched: int) -> None:
    whole, output = b"".join(chunks), Output(kept=kept, searched=searched)
    for chunk in chunks:
        output.add(chunk)

    later = whole[kept:]
    assert output.size == len(whole)
    assert output.head == whole[:kept]
    assert output.rest == (later[-searched:] if searched else b"")
    assert output.skipped == len(later) - len(output.rest)


@pytest.mark.parametrize("size", [0, 5, KEPT, KEPT + 5, 2 * KEPT, 40 * KEPT])
def test_its_end_is_the_end(size: int) -> None:
    whole = bytes(range(256)) * (size // 256) + bytes(size % 256)

    assert Output(whole).end == whole[-KEPT:]


@pytest.mark.parametrize("size", [0, 5, KEPT, KEPT + SEARCHED, KEPT + SEARCHED + 1, 5_000_000])
def test_joined_it_says_what_was_left_out_and_a_second_one_loses_nothing_of_it(size: int) -> None:
    whole = b"x" * size
    joined = Output(whole).joined()

    if size <= KEPT + SEARCHED:
        assert joined == whole
    else:
        assert b"\n[... " in joined
        said = int(joined.partition(b"[... ")[2].split()[0])
        assert joined.count(b"x") + said == size
    assert Output(joined).skipped == 0


def test_joined_no_half_number_looks_whole() -> None:
    joined = Output(b"x" * (KEPT - 3) + b"123456" + b"7" * 5_000_000).joined()

    assert b"1" not in joined.partition(b"\n")[0]
    assert joined.endswith(b" ...]\n")


@pytest.mark.parametrize(("keeps_end", "value"), [(False, b"x" * (KEPT - 5)), (True, b"x" * (KEPT - 5))])
def test_shortened_no_half_number_looks_whole(keeps_end: bool, value: bytes) -> None:
    whole = b"x" * (KEPT - 5) + b"12345,678.90" + b"x" * (KEPT - 5)

    assert shortened(whole, keeps_end=keeps_end) == value
    assert shortened(b"12", keeps_end=keeps_end) == b"12"


def test_an_endless_output_takes_no_more_memory() -> None:
    output = Output()
    for _ in range(1000):
        output.add(b"x" * 65_536)

    assert len(output._head) + len(output._later) < 2_000_000

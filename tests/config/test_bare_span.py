"""A span without a unit is one that the parser of spans reads as that many seconds, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.config.bare_span import SPAN_KEYS, is_bare, said_with_unit
from pulsetui.config.check_fields import FIELDS
from pulsetui.config.reference.check import CHECK
from pulsetui.core.schedule.duration import parse_duration

YEAR_S = 365 * 86400


@given(st.integers(min_value=1, max_value=YEAR_S))
def test_what_is_said_instead_means_the_same(number: int) -> None:
    for value in (number, str(number), f" {number} "):
        assert is_bare(value)
        assert parse_duration(said_with_unit(value)) == timedelta(seconds=number)
    assert not is_bare(said_with_unit(number))


@pytest.mark.parametrize("value", [0, "0", "", "1h", "5s", True, None, 1.5, [30], -5, "-5", "٣", "9" * 5000])
def test_all_else_is_none(value: object) -> None:
    assert not is_bare(value)


def test_the_keys_are_those_that_take_a_span() -> None:
    assert set(SPAN_KEYS) == {key.name for key in CHECK.keys if key.takes.startswith("a span")}
    assert set(SPAN_KEYS) < set(FIELDS)

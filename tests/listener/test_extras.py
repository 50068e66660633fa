from __future__ import annotations

import math
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.listener import extras


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("93", 93.0),
        ("1.5", 1.5),
        ("0", 0.0),
        ("250ms", 0.25),
        ("1m33s", 93.0),
        ("1h", 3600.0),
        ("1.5h", 5400.0),
        ("2us", 2e-6),
        ("-1", None),
        ("", None),
        ("1d", None),
        ("nan", None),
        ("inf", None),
        ("1e99", None),
        ("5 apples", None),
        ("9" * 60, None),
    ],
)
def test_duration_is_seconds_or_a_go_duration(text: str, seconds: float | None) -> None:
    rejected: list[str] = []

    found = extras.duration({"duration": [text]}, rejected.append)

    assert found == (None if seconds is None else timedelta(seconds=seconds))
    assert rejected == ([] if seconds is not None else ["bad duration"])


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_finite_number_is_read_as_python_writes_it(value: float) -> None:
    assert extras.number(repr(value)) == value


@given(st.text(max_size=80))
def test_a_number_is_finite_whatever_the_text(text: str) -> None:
    value = extras.number(text)

    assert value is None or math.isfinite(value)


@given(st.lists(st.text(max_size=80), max_size=100))
def test_metrics_are_bounded_and_the_reasons_for_refusal_are_fixed(texts: list[str]) -> None:
    rejected: list[str] = []

    found = extras.metrics({"metric": texts}, rejected.append)

    assert len(found) <= extras.METRICS_LIMIT
    assert set(rejected) <= {"bad metric"}


def test_metrics_beyond_the_limit_are_counted() -> None:
    rejected: list[str] = []

    found = extras.metrics({"metric": [f"m{n}:1" for n in range(70)]}, rejected.append)

    assert (len(found), len(rejected)) == (64, 6)

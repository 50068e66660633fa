"""What a ping says beside its kind: durations and metrics."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.listener.pings import extras


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


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("free:20", 20.0),
        ("free:1,234.5", 1234.5),
        ("free=7", 7.0),
        ("free:\x1b[32m42\x1b[0m", 42.0),
        ("free: 42\u00a0", 42.0),
        ("free:4\x002", 42.0),
    ],
)
def test_a_metric_is_read_as_everywhere(text: str, value: float) -> None:
    assert extras.metrics({"metric": [text]}, print) == ({"free": value}, {})


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("free:12,5", "12,5 is not a number"),
        ("free:12,5 GB", "12,5 GB is not a number"),
        ("free:nan", "nan is not a number"),
        ("free", "it came without a value"),
        ("free:", "it came without a value"),
        ("free: ", "it came without a value"),
        ("free:" + "9" * 200, "9" * 39 + "… is not a number"),
    ],
)
def test_a_metric_that_cannot_be_read_says_why(text: str, why: str) -> None:
    rejected: list[str] = []

    assert extras.metrics({"metric": [text]}, rejected.append) == ({}, {"free": why})
    assert rejected == ["bad metric"]


def test_of_a_repeated_name_the_last_counts_also_when_it_is_no_number() -> None:
    assert extras.metrics({"metric": ["a:1", "a:x"]}, print) == ({}, {"a": "x is not a number"})
    assert extras.metrics({"metric": ["a:x", "a:1"]}, print) == ({"a": 1.0}, {})


@given(st.lists(st.text(max_size=80), max_size=100))
def test_metrics_are_bounded_and_the_reasons_for_refusal_are_fixed(texts: list[str]) -> None:
    rejected: list[str] = []

    found, unread = extras.metrics({"metric": texts}, rejected.append)

    assert len(found) + len(unread) <= extras.MAX_METRICS
    assert set(rejected) <= {"bad metric"}


def test_metrics_beyond_the_limit_are_counted() -> None:
    rejected: list[str] = []

    found, _unread = extras.metrics({"metric": [f"m{n}:1" for n in range(70)]}, rejected.append)

    assert (len(found), len(rejected)) == (64, 6)

"""One figure, one rounding: how far off an instant is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.tui.draw.distances import ago, far_off, in_minutes, lasting
from tests.client.samples import NOW


@pytest.mark.parametrize(
    ("seconds", "always", "once_a_minute"),
    [
        (45, "in 45s", "in <1m"),
        (60, "in 1m", "in 1m"),
        (330, "in 5m 30s", "in 5m"),
        (630, "in 10m", "in 10m"),
        (3599, "in 59m", "in 59m"),
        (4725, "in 1h 18m", "in 1h 18m"),
        (90000, "in 1d 1h", "in 1d 1h"),
    ],
)
def test_a_distance_has_the_same_minutes_wherever_it_stands(
    seconds: int, always: str, once_a_minute: str
) -> None:
    at = NOW + timedelta(seconds=seconds)

    assert far_off(at, NOW) == always
    assert in_minutes(at, NOW) == once_a_minute


@given(st.integers(600, 10**8))
def test_from_ten_minutes_on_no_text_counts_seconds(seconds: int) -> None:
    away = timedelta(seconds=seconds)

    assert far_off(NOW + away, NOW) == in_minutes(NOW + away, NOW)
    assert ago(NOW - away, NOW) == f"{lasting(NOW - away, NOW)} ago"
    assert not any(word.endswith("s") for word in lasting(NOW - away, NOW).split())

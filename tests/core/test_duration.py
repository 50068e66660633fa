"""Durations: what is too long is said to be, however it is spelled."""

from __future__ import annotations

import pytest

from pulsetui.core.schedule.duration import DurationError, parse_duration
from pulsetui.core.schedule.parse import guess_schedule
from pulsetui.errors import ScheduleError


@pytest.mark.parametrize("digits", [10, 20, 400, 5000])
@pytest.mark.parametrize("unit", ["", "s", "m", "h", "d", "w", "w1h"])
def test_a_number_of_any_size_is_longer_than_ten_years(digits: int, unit: str) -> None:
    for text in ("9" * digits + unit, "1h" + "9" * digits + "m" if unit == "m" else "9" * digits + unit):
        with pytest.raises(DurationError, match="is longer than ten years") as caught:
            parse_duration(text)
        assert len(str(caught.value)) < 100
        with pytest.raises(ScheduleError, match="is longer than ten years"):
            guess_schedule(text)


def test_whole_seconds_of_any_size_too() -> None:
    for seconds in (10**9, 10**30, 10**6000, -(10**6000)):
        with pytest.raises(DurationError, match="is longer than ten years"):
            parse_duration(seconds)


@pytest.mark.parametrize(("text", "seconds"), [("0" * 50 + "90", 90), ("0" * 50 + "15m", 900), ("00h1s", 1)])
def test_leading_zeros_count_for_nothing(text: str, seconds: int) -> None:
    assert parse_duration(text).total_seconds() == seconds

"""Instants as integers, and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.core import storable
from pulsetui.store.instant import EARLIEST, LATEST, read, read_or_none, stored, stored_or_none

zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
storable_instants = st.integers(EARLIEST, LATEST - 1)


@given(storable_instants)
def test_whatever_can_be_stored_comes_back_the_same(value: int) -> None:
    assert stored(read(value)) == value
    assert read(value).tzinfo is UTC


@given(storable_instants, storable_instants)
def test_their_order_is_that_of_time(one: int, other: int) -> None:
    assert (one < other) == (read(one) < read(other))


@given(st.datetimes(datetime(1980, 1, 1), datetime(2300, 1, 1)), zones)  # noqa: DTZ001 - the zone is drawn
def test_the_zone_of_an_instant_does_not_matter(naive: datetime, zone: timezone) -> None:
    instant = naive.replace(tzinfo=zone)
    assert read(stored(instant)) == instant


@pytest.mark.parametrize("value", [EARLIEST - 1, LATEST, 2**62, -(2**62)])
def test_what_nobody_can_have_stored_is_no_instant(value: int) -> None:
    with pytest.raises(ValueError, match="is not an instant"):
        read(value)


def test_the_ends_are_those_of_what_can_be_kept() -> None:
    assert read(EARLIEST) == storable.EARLIEST
    assert (stored_or_none(None), read_or_none(None)) == (None, None)
    assert read_or_none(stored_or_none(storable.EARLIEST)) == storable.EARLIEST

"""Values at the ends of what ``datetime``, SQLite and JSON hold are refused where they come in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.core import storable
from pulsetui.core.schedule.parse import parse_schedule
from pulsetui.core.state.snooze import SnoozeError, checked_end, snooze_until
from tests.core.instants import utc

FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
ENDS = [
    end.replace(tzinfo=timezone(timedelta(hours=hours)))
    for end in (FIRST, LAST)
    for hours in (-23, -12, 0, 14, 23)
]
zones = st.integers(-23, 23).map(lambda hours: timezone(timedelta(hours=hours)))


@pytest.mark.parametrize("at", ENDS, ids=str)
def test_instants_at_the_ends_of_the_calendar_cannot_be_kept(at: datetime) -> None:
    with pytest.raises(storable.UnstorableError, match="1900 and 2999"):
        storable.instant(at)
    with pytest.raises(SnoozeError):
        snooze_until(at.isoformat(), utc("2026-11-20 12:00"), UTC)
    with pytest.raises(SnoozeError):
        checked_end(at, "then", utc("2026-11-20 12:00"))


@given(st.datetimes(timezones=zones))
def test_what_can_be_kept_has_room_for_every_sum_in_every_zone(at: datetime) -> None:
    try:
        kept = storable.instant(at)
    except storable.UnstorableError:
        return
    for hours in (-23, 23):
        for span in (-storable.MAX_SPAN, storable.MAX_SPAN):
            (kept + 2 * span).astimezone(timezone(timedelta(hours=hours)))
    assert kept == at
    assert kept.tzinfo is UTC


@given(st.floats())
def test_a_span_is_taken_or_refused_and_never_breaks_an_instant(seconds: float) -> None:
    try:
        span = storable.span(seconds)
    except storable.UnstorableError:
        return
    assert timedelta(0) <= span <= storable.MAX_SPAN


@pytest.mark.parametrize("seconds", [float("nan"), float("inf"), -1.0, -0.001, 1e300, 3660 * 86400 + 1])
def test_spans_out_of_range_are_refused(seconds: float) -> None:
    with pytest.raises(storable.UnstorableError, match="between 0 seconds and ten years"):
        storable.span(seconds)


@pytest.mark.parametrize(
    ("kind", "text"),
    [("cron", "0 0 1 1 *"), ("calendar", "*-01-01"), ("every", "3650d")],
)
def test_no_schedule_expects_what_nothing_could_be_added_to(kind: str, text: str) -> None:
    schedule = parse_schedule(kind, text, "Pacific/Kiritimati")  # type: ignore[arg-type]
    assert schedule.next(storable.LATEST - timedelta(days=2)) in (None, storable.LATEST - timedelta(hours=14))
    assert schedule.next(storable.LATEST) is None

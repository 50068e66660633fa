"""How long a snooze lasts, on the wall clock of whoever reads the alerts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.core.state.snooze import SnoozeError, snooze_choices, snooze_for, snooze_until

RIGA = ZoneInfo("Europe/Riga")
NEW_YORK = ZoneInfo("America/New_York")
TUESDAY = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)  # 11:30 in Riga


def offered(now: datetime, zone: tzinfo) -> dict[str, datetime]:
    return {choice.label: choice.until for choice in snooze_choices(now, zone)}


def test_the_usual_lengths_and_mornings_are_offered() -> None:
    assert offered(TUESDAY, RIGA) == {
        "20m": TUESDAY + timedelta(minutes=20),
        "1h": TUESDAY + timedelta(hours=1),
        "4h": TUESDAY + timedelta(hours=4),
        "until tomorrow 08:00": datetime(2026, 3, 11, 6, 0, tzinfo=UTC),
        "until Monday 08:00": datetime(2026, 3, 16, 6, 0, tzinfo=UTC),
    }


def test_on_a_sunday_monday_is_offered_once() -> None:
    labels = list(offered(datetime(2026, 3, 15, 12, 0, tzinfo=UTC), RIGA))
    assert labels == ["20m", "1h", "4h", "until tomorrow 08:00"]


def test_before_dawn_the_same_morning_is_offered() -> None:
    night = datetime(2026, 3, 10, 0, 30, tzinfo=UTC)  # 02:30 in Riga
    assert offered(night, RIGA)["until today 08:00"] == datetime(2026, 3, 10, 6, 0, tzinfo=UTC)
    assert "until today 08:00" not in offered(datetime(2026, 3, 10, 5, 0, tzinfo=UTC), RIGA)


def test_tomorrow_at_eight_is_eight_over_a_night_in_which_the_clocks_change() -> None:
    spring = datetime(2026, 3, 28, 16, 0, tzinfo=UTC)  # Saturday 18:00; clocks go forward that night
    autumn = datetime(2026, 10, 24, 15, 0, tzinfo=UTC)
    assert offered(spring, RIGA)["until tomorrow 08:00"] == datetime(2026, 3, 29, 5, 0, tzinfo=UTC)
    assert offered(autumn, RIGA)["until tomorrow 08:00"] == datetime(2026, 10, 25, 6, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("tomorrow", "2026-03-11 08:00"),
        ("Until Tomorrow", "2026-03-11 08:00"),
        ("tomorrow 14:05", "2026-03-11 14:05"),
        ("today 18:00", "2026-03-10 18:00"),
        ("monday", "2026-03-16 08:00"),
        ("tue", "2026-03-17 08:00"),
        ("tue 18:00", "2026-03-10 18:00"),  # it is a Tuesday, and 18:00 is still to come
        ("tuesday 11:30", "2026-03-17 11:30"),
        ("Fri 7:30", "2026-03-13 07:30"),
        ("14:30", "2026-03-10 14:30"),
        ("11:00", "2026-03-11 11:00"),
        ("2026-03-12", "2026-03-12 08:00"),
        ("2026-03-12 14:30", "2026-03-12 14:30"),
        ("2026-03-12T14:30:30", "2026-03-12 14:30:30"),
    ],
)
def test_an_end_in_words_is_read_on_the_wall_clock(text: str, local: str) -> None:
    assert snooze_until(text, TUESDAY, RIGA) == datetime.fromisoformat(local).replace(tzinfo=RIGA)


def test_an_offset_is_believed() -> None:
    assert snooze_until("2026-03-12T14:30-05:00", TUESDAY, RIGA) == datetime(2026, 3, 12, 19, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["", "soon", "mo", "25:00", "14:5", "tomorrow noon", "2026-13-01", "a b c", "٣:٠٠"],
)
def test_what_is_no_instant_is_answered_with_how_to_write_one(text: str) -> None:
    with pytest.raises(SnoozeError, match="write it like tomorrow"):
        snooze_until(text, TUESDAY, RIGA)


@pytest.mark.parametrize("text", ["today 08:00", "2026-03-10T11:30", "2020-01-01"])
def test_what_has_passed_is_refused(text: str) -> None:
    with pytest.raises(SnoozeError, match="passed already"):
        snooze_until(text, TUESDAY, RIGA)


def test_a_length_is_a_duration_in_the_future_and_not_for_ever() -> None:
    assert snooze_for("1h30m", TUESDAY) == TUESDAY + timedelta(minutes=90)
    with pytest.raises(SnoozeError, match="write it like"):
        snooze_for("an hour", TUESDAY)
    with pytest.raises(SnoozeError, match="passed already"):
        snooze_for("0s", TUESDAY)
    with pytest.raises(SnoozeError, match="pause the check"):
        snooze_for("60w", TUESDAY)


@given(
    now=st.datetimes(datetime(2024, 1, 1), datetime(2034, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    zone=st.sampled_from([RIGA, NEW_YORK, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Asia/Kolkata"), UTC]),
)
def test_every_choice_is_in_the_future_in_order_and_at_eight_where_it_says_so(
    now: datetime, zone: tzinfo
) -> None:
    choices = snooze_choices(now, zone)
    ends = [choice.until for choice in choices]
    assert ends == sorted(set(ends))
    for choice in choices:
        assert now < choice.until <= now + timedelta(days=8)
        if "08:00" in choice.label:
            assert f"{choice.until.astimezone(zone):%H:%M}" == "08:00"


@given(st.text(max_size=20))
def test_no_text_breaks_the_reading_of_an_end(text: str) -> None:
    try:
        assert snooze_until(text, TUESDAY, RIGA) > TUESDAY
    except SnoozeError:
        pass

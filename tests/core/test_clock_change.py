"""Clock changes are found in every zone's own size and place."""

from __future__ import annotations

import pytest

from pulsetui.core.schedule.clock_change import change_of, changes, offsets_of
from pulsetui.core.schedule.zone import zone
from tests.core.instants import utc


@pytest.mark.parametrize(
    ("name", "year", "found"),
    [
        ("Europe/Paris", 2031, ["gap 03-30 02:00-03:00", "repeat 10-26 02:00-03:00"]),
        ("Australia/Lord_Howe", 2031, ["repeat 04-06 01:30-02:00", "gap 10-05 02:00-02:30"]),
        ("Pacific/Chatham", 2031, ["repeat 04-06 02:45-03:45", "gap 09-28 02:45-03:45"]),
        ("Antarctica/Troll", 2031, ["gap 03-30 01:00-03:00", "repeat 10-26 01:00-03:00"]),
        ("Africa/Cairo", 2031, ["gap 04-25 00:00-01:00", "repeat 10-30 23:00-00:00"]),
        ("Asia/Kolkata", 2031, []),
    ],
)
def test_changes_of_a_year(name: str, year: int, found: list[str]) -> None:
    start = utc(f"{year}-01-01 00:00:00.25")
    each = list(changes(zone(name), start, utc(f"{year + 1}-01-01")))
    assert [f"{'gap' if c.is_gap else 'repeat'} {c.start:%m-%d %H:%M}-{c.end:%H:%M}" for c in each] == found


def test_a_skipped_day_is_one_change() -> None:
    apia = zone("Pacific/Apia")
    reading = utc("2011-12-30 17:23:59.5").replace(tzinfo=None)
    before, after = offsets_of(apia, reading)
    change = change_of(apia, reading)
    assert (change.before, change.after, change.is_gap) == (before, after, True)
    assert (str(change.start), str(change.end)) == ("2011-12-30 00:00:00", "2011-12-31 00:00:00")
    assert change.size.days == 1

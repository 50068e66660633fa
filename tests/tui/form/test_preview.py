"""What stands beside the form: when it is due next, on both clocks, and how far off that is."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from pulsetui.client.views import SchedulePreview
from pulsetui.tui.form.preview import preview_lines
from tests.client.samples import HOUR, NOW

RIGA = ZoneInfo("Europe/Riga")


def upcoming(
    *instants: datetime, tz: str = "Europe/Berlin", is_period: bool = False, width: int = 46
) -> list[str]:
    preview = SchedulePreview(words="so", upcoming=instants, tz=tz)
    lines = preview_lines(preview, None, [], [], now=NOW, viewer_zone=RIGA, is_period=is_period, width=width)
    return ["".join(text for text, _ in line).rstrip() for line in lines[1:]]


@pytest.mark.parametrize(
    ("width", "far"), [(48, ("in 56s", "in 14h 01m")), (46, ("in 56s", "in 14h")), (40, ("", ""))]
)
def test_a_distance_has_one_unit_where_two_have_no_room(width: int, far: tuple[str, str]) -> None:
    soon, later = NOW + timedelta(seconds=56), NOW + 14 * HOUR + timedelta(minutes=1)
    assert upcoming(soon, later, width=width) == [
        " Europe/Berlin     Europe/Riga",
        f" today 10:30       today 11:30       {far[0]}".rstrip(),
        f" tomorrow 00:31    tomorrow 01:31    {far[1]}".rstrip(),
    ]


def test_periods_shorter_than_a_minute_are_told_to_the_second() -> None:
    instants = [NOW + timedelta(seconds=20 * n) for n in (1, 2, 3)]
    assert upcoming(*instants, tz="UTC", is_period=True) == [
        " if it reports now, due",
        " today 11:30:20    in 20s",
        " today 11:30:40    in 40s",
        " today 11:31:00    in 1m",
    ]

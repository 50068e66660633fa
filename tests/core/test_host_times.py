"""A check's times in the crontab of a host in another zone."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from pulsetui.core.schedule.calendar import Calendar
from pulsetui.core.schedule.cron import Cron
from pulsetui.core.schedule.schedule import ScheduleKind
from pulsetui.recipes.crontab_fields import crontab_fields
from pulsetui.recipes.host_times import host_times, times_header
from pulsetui.recipes.oncalendar import NO_CALENDAR, timer_lines
from tests.core.instants import utc

WINTER, SUMMER = utc("2026-11-28 08:00"), utc("2027-07-01 08:00")
NO_SUMMER = (
    "UTC",
    "Asia/Tokyo",
    "Asia/Kolkata",
    "America/Phoenix",
    "Pacific/Kiritimati",
    "Pacific/Marquesas",
)

# host | the check's cron | its zone | the line's times | the remark behind it (S: summer time, from)
TRANSLATED = """
UTC | 0 2 * * * | Europe/Berlin | 0 1 * * * | 02:00 CET; an hour late in S 2027-03-28
Europe/Berlin | 0 2 * * * | UTC | 0 3 * * * | 02:00 UTC; an hour early in S 2027-03-28
Europe/Berlin | 0 2 * * * | Europe/Paris | 0 2 * * * |
Etc/UTC | 0 2 * * * | UTC | 0 2 * * * |
Europe/Berlin | 0 2 * * * | Europe/Riga | 0 1 * * * | 02:00 EET
UTC | 30 0 * * 1-5 | Asia/Tokyo | 30 15 * * 0-4 | 30 0 * * 1-5 in Asia/Tokyo
Asia/Tokyo | 30 23 * * 6 | UTC | 30 8 * * 0 | 30 23 * * 6 in UTC
Asia/Kolkata | 15 2 * * * | UTC | 45 7 * * * | 02:15 UTC
UTC | 15 2 * * * | Asia/Kolkata | 45 20 * * * | 02:15 IST
UTC | 0 2,14 * * * | Asia/Dubai | 0 10,22 * * * | 02:00 and 14:00 in Asia/Dubai
Europe/Riga | */5 * * * * | Asia/Kolkata | */5 * * * * |
UTC | @hourly | Europe/Berlin | 0 * * * * |
UTC | 0 */6 * * * | Asia/Tokyo | 0 3,9,15,21 * * * | 0 */6 * * * in Asia/Tokyo
UTC | 10/20 3 * * mon | Asia/Seoul | 10,30,50 18 * * 0 | 10-59/20 3 * * mon in Asia/Seoul
UTC | 0 12 1,15 */2 * | Asia/Tokyo | 0 3 1,15 */2 * | 0 12 1,15 */2 * in Asia/Tokyo
UTC | 0 0 * * * | Pacific/Chatham | 15 10 * * * | 00:00 in Pacific/Chatham; an hour early in W 2027-04-04
"""


def _rows(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in row.split("|")] for row in table.strip().splitlines()]


@pytest.mark.parametrize(("host", "cron", "own", "times", "remark"), _rows(TRANSLATED))
def test_times_are_translated_with_a_word_on_summer_time(
    host: str, cron: str, own: str, times: str, remark: str
) -> None:
    fields = crontab_fields("cron", cron, own)
    assert fields is not None
    found = host_times(fields, host, WINTER)
    remark = remark.replace(" in S ", " in summer time, from ").replace(" in W ", " in winter time, from ")
    assert (found.text, found.remark, found.cron_tz) == (times, remark, "")
    assert bool(found.note) == bool(remark)
    assert not times_header(found)


def test_in_summer_they_are_right_in_summer() -> None:
    fields = crontab_fields("cron", "0 2 * * *", "Europe/Berlin")
    assert fields is not None
    found = host_times(fields, "UTC", SUMMER)
    assert found.text == "0 0 * * *"
    assert found.remark == "02:00 CEST; an hour early in winter time, from 2027-10-31"
    assert 'timezone = "UTC" in the check, or a systemd timer' in found.note


@pytest.mark.parametrize(
    ("cron", "own", "host"),
    [
        ("30 0 1 * *", "Europe/Berlin", "UTC"),  # the last day of the month before
        ("30 0 * 1 *", "Europe/Berlin", "UTC"),
        ("0 0-23 * * 1", "Europe/Berlin", "UTC"),  # partly a Sunday there
        ("0,40 2 * * *", "UTC", "Asia/Kolkata"),  # half past seven and ten past eight
    ],
)
def test_other_dates_are_left_to_cron_tz(cron: str, own: str, host: str) -> None:
    fields = crontab_fields("cron", cron, own)
    assert fields is not None
    found = host_times(fields, host, WINTER)
    assert (found.text, found.cron_tz) == (fields.text, own)
    assert times_header(found)[-1] == f"CRON_TZ={own}"
    for words in ("cronie", "Debian's cron does not", "systemd timer"):
        assert words in found.note


@pytest.mark.parametrize(
    ("host", "now"),
    [("", WINTER), ("x", WINTER), ("../x", WINTER), ("Europe/Rome", utc("9999-12-01 00:00"))],
)
def test_a_host_in_an_unknown_zone_is_told_whose_times_they_are(host: str, now: datetime) -> None:
    fields = crontab_fields("cron", "0 2 * * *", "Europe/Berlin")
    assert fields is not None
    found = host_times(fields, host, now)
    assert (found.text, found.remark) == ("0 2 * * *", "")
    assert found.note == "These times are Europe/Berlin's; cron reads them as the host's."


@st.composite
def crons(draw: st.DrawFn) -> str:
    def one(low: int, high: int) -> str:
        start = draw(st.integers(low, high))
        end = draw(st.integers(start, high))
        return draw(st.sampled_from([f"{start}", f"{start}-{end}", f"*/{draw(st.integers(1, 30))}", "*"]))

    day = draw(st.sampled_from(["*", "*", "1", "*/3", "28-31"]))
    month = draw(st.sampled_from(["*", "*", "*", "1,7"]))
    weekday = draw(st.sampled_from(["*", "*", "1-5", "0", "7", "6,0"]))
    return f"{one(0, 59)} {one(0, 23)} {day} {month} {weekday}"


@settings(max_examples=60, deadline=None)
@given(cron=crons(), own=st.sampled_from(NO_SUMMER), host=st.sampled_from(NO_SUMMER))
@example(cron="0 2 * * 1-5", own="Pacific/Kiritimati", host="America/Phoenix")
def test_a_translated_line_runs_at_the_instants_of_the_check(cron: str, own: str, host: str) -> None:
    fields = crontab_fields("cron", cron, own)
    assert fields is not None
    found = host_times(fields, host, WINTER)
    assume(not found.cron_tz)
    until = WINTER + timedelta(days=40)
    theirs = Cron.parse(found.text, host).between(WINTER, until, 500)
    assert list(theirs) == list(Cron.parse(cron, own).between(WINTER, until, 500))
    assert ";" not in found.remark


@settings(max_examples=60, deadline=None)
@given(cron=crons(), own=st.sampled_from(NO_SUMMER))
@example(cron="0 7 L * *", own="Asia/Tokyo")
@example(cron="0 7 * * 5#3", own="Asia/Tokyo")
@example(cron="0 7 13 * 5L", own="Asia/Tokyo")
@example(cron="0 7 L,1 2 *", own="UTC")
def test_a_timer_elapses_at_the_instants_of_the_check(cron: str, own: str) -> None:
    lines = [line.removeprefix("OnCalendar=") for line in timer_lines("cron", cron, own)]
    assert NO_CALENDAR not in lines
    calendar = Calendar.parse("\n".join(lines), "Europe/Riga")
    until = WINTER + timedelta(days=90)
    found = list(calendar.between(WINTER, until, 500))
    assert found == list(Cron.parse(cron, own).between(WINTER, until, 500))


@pytest.mark.parametrize(
    ("kind", "expression", "lines"),
    [
        ("every", "15m", ["OnActiveSec=900s", "OnUnitActiveSec=900s"]),
        ("calendar", "Mon..Fri 06:00", ["OnCalendar=Mon..Fri 06:00 Europe/Berlin"]),
        ("calendar", "daily", ["OnCalendar=daily Europe/Berlin"]),
        ("calendar", "06:00 Asia/Tokyo", ["OnCalendar=06:00 Asia/Tokyo"]),
        ("cron", "0 2 * * *", ["OnCalendar=*-*-* 02:00:00 Europe/Berlin"]),
        (
            "cron",
            "0 2 1,15 * 1",
            ["OnCalendar=*-*-01,15 02:00:00 Europe/Berlin", "OnCalendar=Mon *-*-* 02:00:00 Europe/Berlin"],
        ),
        ("cron", "0 2 LW * *", [f"OnCalendar={NO_CALENDAR}"]),
        ("cron", "0 2 */2 * 5L", [f"OnCalendar={NO_CALENDAR}"]),
        ("cron", "what", [f"OnCalendar={NO_CALENDAR}"]),
    ],
)
def test_the_lines_of_a_timer(kind: ScheduleKind, expression: str, lines: list[str]) -> None:
    assert list(timer_lines(kind, expression, "Europe/Berlin")) == lines

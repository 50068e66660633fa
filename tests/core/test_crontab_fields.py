"""Schedules in the words of a crontab: which have any, and that they mean the same instants."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pulsetui.core.schedule.calendar import Calendar
from pulsetui.core.schedule.cron import Cron
from pulsetui.core.schedule.cron_fields import FIELDS, Field
from pulsetui.core.schedule.schedule import ScheduleKind
from pulsetui.errors import ScheduleError
from pulsetui.recipes.crontab_fields import crontab_fields
from tests.core.instants import utc
from tests.programs import optional

# kind | expression | the five fields
SAID = """
cron     | 30 4 * * 1-5         | 30 4 * * 1-5
cron     | @daily               | 0 0 * * *
cron     | @weekly              | 0 0 * * 0
cron     | 10/20 2,4/8 * * mon  | 10-59/20 2,4-23/8 * * mon
every    | 1m                   | * * * * *
every    | 5m                   | */5 * * * *
every    | 60m                  | 0 * * * *
every    | 6h                   | 0 */6 * * *
every    | 1d                   | 0 2 * * *
every    | 1w                   | 0 2 * * 1
calendar | Mon..Sun 06:00       | 0 6 * * *
calendar | Mon..Fri 06:00       | 0 6 * * 1-5
calendar | Sat,Sun 23:59        | 59 23 * * 0,6
calendar | Mon,Wed,Fri 06:00    | 0 6 * * 1,3,5
calendar | minutely             | * * * * *
calendar | hourly               | 0 * * * *
calendar | daily                | 0 0 * * *
calendar | weekly               | 0 0 * * 1
calendar | monthly              | 0 0 1 * *
calendar | quarterly            | 0 0 1 1,4,7,10 *
calendar | yearly               | 0 0 1 1 *
calendar | *-*-01 02:00         | 0 2 1 * *
calendar | *-*-01..07 02:00     | 0 2 1-7 * *
calendar | *-06..08-15 02:00    | 0 2 15 6-8 *
calendar | *:0/15               | */15 * * * *
calendar | *:05/20              | 5,25,45 * * * *
calendar | 08..17:00            | 0 8-17 * * *
calendar | 0/6:30               | 30 */6 * * *
calendar | 06:00 Asia/Tokyo     | 0 6 * * *
"""


def _rows(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in row.split("|")] for row in table.strip().splitlines()]


@pytest.mark.parametrize(("kind", "expression", "fields"), _rows(SAID))
def test_what_cron_can_say_becomes_its_five_fields(kind: ScheduleKind, expression: str, fields: str) -> None:
    said = crontab_fields(kind, expression, "Europe/Riga")
    assert said is not None
    assert said.text == fields
    assert Cron.parse(said.text).next(utc("2031-01-01 00:00")) is not None


@pytest.mark.parametrize(
    ("kind", "expression"),
    [
        ("every", "20s"),
        ("every", "90s"),
        ("every", "25m"),
        ("every", "5h"),
        ("every", "2d"),
        ("every", "often"),
        ("calendar", "*:*:0/20"),  # seconds
        ("calendar", "06:00:30"),
        ("calendar", "2027-*-* 06:00"),  # a year
        ("calendar", "*-*~01 02:00"),  # from the end of the month
        ("calendar", "Mon *-*-01..07 02:00"),  # cron takes either of the two days, OnCalendar only both
        ("calendar", "Mon 06:00\nTue 07:00"),
        ("calendar", "*-02-30 06:00"),  # never, and cron would not take it
        ("calendar", "whenever"),
    ],
)
def test_what_cron_cannot_say_is_not_made_up(kind: ScheduleKind, expression: str) -> None:
    assert crontab_fields(kind, expression, "Europe/Riga") is None


@pytest.mark.parametrize(
    ("kind", "expression", "zone"),
    [
        ("cron", "0 2 * * *", "Europe/Riga"),
        ("calendar", "daily", "Europe/Riga"),
        ("calendar", "06:00 Asia/Tokyo", "Asia/Tokyo"),
        ("every", "1d", ""),
    ],
)
def test_the_zone_is_the_one_that_the_times_are_read_in(
    kind: ScheduleKind, expression: str, zone: str
) -> None:
    said = crontab_fields(kind, expression, "Europe/Riga")
    assert said is not None
    assert said.zone == zone


def _items(low: int, high: int) -> st.SearchStrategy[str]:
    one = st.integers(low, high).map(str)
    pair = st.tuples(st.integers(low, high), st.integers(low, high))
    span = pair.map(lambda ends: f"{min(ends)}..{max(ends)}")
    return st.one_of(st.just("*"), one, span, st.lists(one, min_size=1, max_size=4).map(",".join))


_DAYS = st.lists(
    st.sampled_from(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]), min_size=1, max_size=6, unique=True
).map(lambda days: ",".join(days) + " ")


@given(
    days=st.one_of(st.just(""), _DAYS),
    month=_items(1, 12),
    day=_items(1, 31),
    hour=_items(0, 23),
    minute=_items(0, 59),
    start=st.integers(0, 4 * 366 * 1440).map(
        lambda minutes: utc("2028-01-01 00:00") + timedelta(minutes=minutes)
    ),
)
@example("Fri ", "*", "*", "*", "0..59", datetime(2028, 2, 29, tzinfo=UTC))
@settings(max_examples=200, deadline=None)
def test_the_crontab_names_the_same_instants(
    days: str, month: str, day: str, hour: str, minute: str, start: datetime
) -> None:
    """In UTC: what becomes of the hours that a clock change skips or repeats, cron and systemd decide
    each in their own way."""
    try:
        calendar = Calendar.parse(f"{days}*-{month}-{day} {hour}:{minute}")
    except ScheduleError:
        return  # no such day in any year
    said = crontab_fields("calendar", calendar.expression, "UTC")
    if said is None:
        assert calendar.next(start) is None or (days and day != "*")
        return
    cron = Cron.parse(said.text)
    for _ in range(5):
        assert cron.next(start) == calendar.next(start)
        assert cron.prev(start) == calendar.prev(start)
        start = calendar.next(start) or start


def test_debians_cron_takes_every_expression_that_is_offered_for_a_crontab(tmp_path: Path) -> None:
    """``crontab -n`` judges all of them in one go; what is spelled for us alone is spelled out before."""
    rnd = random.Random(8)

    def value(low: int, high: int, names: Sequence[str]) -> str:
        if names and rnd.random() < 0.3:
            return rnd.choice(names)
        return str(rnd.randint(low, high)).zfill(rnd.choice([1, 2]))

    def item(low: int, high: int, names: Sequence[str]) -> str:
        text = "*" if rnd.random() < 0.25 else value(low, high, names)
        if text != "*" and rnd.random() < 0.5:
            text += f"-{value(low, high, names)}"
        return text + (f"/{rnd.choice([1, 2, 7, 60, 100, 10**9])}" if rnd.random() < 0.3 else "")

    def field(kind: Field) -> str:
        return ",".join(item(kind.low, kind.high, kind.names) for _ in range(rnd.choice([1, 1, 2, 3])))

    offered = [
        said.text
        for _ in range(1500)
        if (said := crontab_fields("cron", " ".join(map(field, FIELDS)), "UTC")) is not None
    ]
    assert len(offered) > 300
    table = tmp_path / "crontab"
    table.write_text("".join(f"{text} true\n" for text in offered))
    done = subprocess.run([optional("crontab"), "-n", str(table)], capture_output=True, text=True)
    if "invalid option" in done.stderr:
        pytest.skip("this crontab checks nothing without installing it")
    assert done.returncode == 0, done.stderr

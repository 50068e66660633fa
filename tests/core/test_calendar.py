"""OnCalendar expressions: what is taken, what is refused, and when they elapse."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oncalendar import OnCalendar

from pulsetui.core.schedule.calendar import Calendar
from pulsetui.core.schedule.schedule import Schedule
from pulsetui.errors import ScheduleError
from tests.core.instants import local, shown, utc

NOW = utc("2031-01-01 00:00")

# expression | a time in UTC | next | previous (2031-01-01 is a Wednesday)
PLAIN = """
Mon..Fri 06:00        | 2031-01-03 06:00 | 2031-01-06 06:00 | 2031-01-02 06:00
Sat,Sun 06:00         | 2031-01-01 06:00 | 2031-01-04 06:00 | 2030-12-29 06:00
Mon, 1-1              | 2031-01-01 00:00 | 2035-01-01 00:00 | 2029-01-01 00:00
daily                 | 2031-01-01 12:00 | 2031-01-02 00:00 | 2031-01-01 00:00
Hourly                | 2031-01-01 12:30 | 2031-01-01 13:00 | 2031-01-01 12:00
weekly                | 2031-01-01 00:00 | 2031-01-06 00:00 | 2030-12-30 00:00
quarterly             | 2031-01-01 00:00 | 2031-04-01 00:00 | 2030-10-01 00:00
*:0/15                | 2031-01-01 12:01 | 2031-01-01 12:15 | 2031-01-01 12:00
*:*:0/20              | 2031-01-01 12:00:20 | 2031-01-01 12:00:40 | 2031-01-01 12:00:00
*-*~01 02:00          | 2031-02-01 00:00 | 2031-02-28 02:00 | 2031-01-31 02:00
*-02~01               | 2031-03-01 00:00 | 2032-02-29 00:00 | 2031-02-28 00:00
Mon *-05~07/1         | 2031-01-01 00:00 | 2031-05-26 00:00 | 2030-05-27 00:00
2032-02-29 06:00      | 2031-01-01 00:00 | 2032-02-29 06:00 | never
2030-02-28 06:00      | 2031-01-01 00:00 | never            | 2030-02-28 06:00
semi-annually         | 2031-01-01 00:00 | 2031-07-01 00:00 | 2030-07-01 00:00
Biannually            | 2031-01-01 00:00 | 2031-07-01 00:00 | 2030-07-01 00:00
bi-annually           | 2031-01-01 00:00 | 2031-07-01 00:00 | 2030-07-01 00:00
anually               | 2031-01-01 00:00 | 2032-01-01 00:00 | 2030-01-01 00:00
@1924992000           | 2030-01-01 00:00 | 2031-01-01 00:00 | never
daily utc             | 2031-01-01 12:00 | 2031-01-02 00:00 | 2031-01-01 00:00
7..8/7:*:30           | 2031-01-01 07:59:30 | 2031-01-02 07:00:30 | 2031-01-01 07:58:30
*-*-1..4/5,26 11:44   | 2031-01-01 12:00 | 2031-01-26 11:44 | 2031-01-01 11:44
*-1..9/10-1           | 2031-01-01 00:00 | 2032-01-01 00:00 | 2030-01-01 00:00
10:20..32/46          | 2031-01-01 00:00 | 2031-01-01 10:20 | 2030-12-31 10:20
12:00:00.5            | 2031-01-01 12:00 | 2031-01-01 12:00:00.500000 | 2030-12-31 12:00:00.500000
*:*:1.2500004,30      | 2031-01-01 12:00:01.250000 | 2031-01-01 12:00:30 | 2031-01-01 11:59:30
2031,2035-1-1         | 2031-01-01 00:00 | 2035-01-01 00:00 | never
06:00 Asia/Tokyo      | 2031-01-01 00:00 | 2031-01-01 21:00 | 2030-12-31 21:00
daily Asia/Tokyo      | 2031-01-01 00:00 | 2031-01-01 15:00 | 2030-12-31 15:00
"""


def _rows(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in row.split("|")] for row in table.strip().splitlines()]


def _maybe(text: str) -> datetime | None:
    return None if text == "never" else utc(text)


@pytest.mark.parametrize(("expression", "at", "later", "earlier"), _rows(PLAIN))
def test_next_and_prev_on_a_plain_clock(expression: str, at: str, later: str, earlier: str) -> None:
    calendar = Calendar.parse(expression)
    assert (calendar.next(utc(at)), calendar.prev(utc(at))) == (_maybe(later), _maybe(earlier))


# A skipped reading does not elapse; a repeated one elapses in the first pass only, for hourly events too.
CHANGES = """
02:40  | Europe/Paris  | 2031-03-29 03:00 | 03-31 02:40+02:00
02:40  | Europe/Paris  | 2031-10-25 03:00 | 10-26 02:40+02:00, 10-27 02:40+01:00
hourly | Europe/Paris  | 2031-03-30 00:30 | 03-30 01:00+01:00, 03-30 03:00+02:00
hourly | Europe/Paris  | 2031-10-26 01:30 | 10-26 02:00+02:00, 10-26 03:00+01:00
*:0/30 | Australia/LHI | 2031-04-06 01:00 | 04-06 01:30+11:00, 04-06 02:00+10:30
00:00  | Africa/Cairo  | 2031-04-24 12:00 | 04-26 00:00+03:00
06:00  | Pacific/Apia  | 2011-12-29 12:00 | 12-31 06:00+14:00
"""


@pytest.mark.parametrize(("expression", "zone", "start", "elapses"), _rows(CHANGES))
def test_clock_changes_are_systemds(expression: str, zone: str, start: str, elapses: str) -> None:
    calendar = Calendar.parse(expression, zone)
    expected = elapses.split(", ")
    found = list(calendar.between(local(start, zone), utc("2040-01-01"), len(expected)))
    assert [shown(each, zone) for each in found] == expected
    assert [calendar.prev(later) for later in found[1:]] == found[:-1]


def test_next_from_the_second_pass_is_later_than_it() -> None:
    second_pass = local("2031-10-26 02:10", "Europe/Paris", 1)
    assert Calendar.parse("*:0/30", "Europe/Paris").next(second_pass) == local(
        "2031-10-26 03:00", "Europe/Paris"
    )
    assert Calendar.parse("*:0/30", "Europe/Paris").prev(second_pass) == local(
        "2031-10-26 02:30", "Europe/Paris"
    )


def test_several_lines_are_one_schedule() -> None:
    calendar = Calendar.parse("06:00\n18:00 Asia/Tokyo", "UTC")
    assert list(calendar.between(NOW, NOW + timedelta(days=1), 10)) == [
        utc("2031-01-01 06:00"),
        utc("2031-01-01 09:00"),
    ]
    assert calendar.prev(utc("2031-01-01 09:00")) == utc("2031-01-01 06:00")
    assert calendar.expression == "06:00\n18:00 Asia/Tokyo"


REFUSED = """
25:00                | hour     | hour must be 0-23, got 25          |
*-*-* 10:99          | minute   | minute must be 0-59, got 99        |
10:00:00.5.5         | second   | second must be 0-59, got 00.5.5    |
10:00.5              | minute   | minute must be 0-59, got 00.5      |
*:*:59..59           | second   | systemd refuses the second range 59..59 | *:*:59
*:*:0/0.09           | second   | more than ten times a second       |
*:*:0/0.000001       | second   | more than ten times a second       |
23..20:00            | hour     | the hour range 23..20 runs backwards |
*-02~29              | day      | day must be 1-28 from the end of the month, got 29 |
*-13-01              | month    | month must be 1-12, got 13         |
*-01-32              | day      | day must be 1-31, got 32           |
1969-01-01           | year     | year must be 1970-2199, got 1969   |
Mon..Fry 06:00       | weekday  | weekday must be Mon-Sun            |
Sun..Mon 06:00       | weekday  | Sun..Mon runs backwards            | Sun,Mon 06:00
Fri..Mon 06:00       | weekday  | Fri..Mon runs backwards            | Fri..Sun,Mon 06:00
0/40:10              | hour     | systemd refuses the hour step 0/40 | 0:10
10:30/40             | minute   | systemd refuses the minute step    | 10:30
10:0/0               | minute   | minute must be 0-59                |
10:00 America        | timezone | no time zone 'America'             |
10:00 europe/berlin  | timezone | did you mean "Europe/Berlin"       | Europe/Berlin
10:00,,30            |          | empty item                         |
10:00 ../etc/passwd  |          | is not an OnCalendar expression        |
dayly                |          | is not an OnCalendar expression        | daily
15x                  |          | is not an OnCalendar expression        |
1:2:3:4              |          | is not an OnCalendar expression        |
Mon Tue Wed 10:00    |          | is not an OnCalendar expression        |
"""


@pytest.mark.parametrize(("expression", "field", "words", "better"), _rows(REFUSED))
def test_what_systemd_would_refuse_is_refused(expression: str, field: str, words: str, better: str) -> None:
    with pytest.raises(ScheduleError) as caught:
        Calendar.parse(expression)
    error = caught.value
    assert words in str(error)
    assert (error.field or "", error.suggestion or "") == (field, better)


NEVER = """
*-02-30             | there is no day 30 in February
*-02,04-31          | there is no day 31 in February and April
2027-02-29          | there is no 2027-02-29
Thu 2027-01-01      | 2027-01-01 is a Friday
Mon 2031-1,2-1      | no date matches it
2031-03-30 02:30    | clocks skip that time
06:00\\n*-02-30     | there is no day 30 in February
"""


@pytest.mark.parametrize(("expression", "why"), _rows(NEVER))
def test_what_can_never_elapse_is_doubted_with_the_reason(expression: str, why: str) -> None:
    calendar = Calendar.parse(expression.replace("\\n", "\n"), "Europe/Paris")
    now = datetime(2026, 11, 28, tzinfo=UTC)
    (doubt,) = calendar.doubts(now)
    assert "can never elapse: " in doubt
    assert why in doubt
    alone = "\\n" not in expression
    assert (calendar.over(now), calendar.next(now) is None) == ((doubt, True) if alone else ("", False))
    assert calendar.describe()


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("12:00:00.5", "at 12:00:00.5 every day (UTC)"),
        ("12:00:03.000001", "at 12:00:03.000001 every day (UTC)"),
        ("*:*:1.5,2", "at seconds 1.5 and 2 of every minute (UTC)"),
        ("*:*:0/1.5", "at seconds 0, 1.5, 3 … 58.5 of every minute (UTC)"),
    ],
)
def test_parts_of_a_second_in_words(expression: str, words: str) -> None:
    assert Calendar.parse(expression).describe() == words


@pytest.mark.parametrize(
    "value",
    [
        "",
        " \n ",
        "10:00\x1b[31m",
        "１０:00",
        "Mon" + "," * 240 + " 10:00",
        "Mon," * 2000,
        "9" * 5000 + ":00",
        "10:" + "9" * 200,
        "10:0/" + "9" * 200,
        "\n".join(["10:00"] * 50),
        "10:00 " + "x" * 200,
        "10:00 \\0",
        None,
        7,
        b"daily",
    ],
)
def test_hostile_values_are_refused_in_few_plain_words(value: object) -> None:
    with pytest.raises(ScheduleError) as caught:
        Calendar.parse(value)
    assert len(str(caught.value)) < 400
    assert str(caught.value).isprintable()


def test_equality_is_by_text_and_zone() -> None:
    berlin: Schedule = Calendar.parse(" Mon..Fri   06:00 ", "Europe/Berlin")
    assert berlin == Calendar.parse("Mon..Fri 06:00", "Europe/Berlin")
    assert hash(berlin) == hash(Calendar.parse("Mon..Fri 06:00", "Europe/Berlin"))
    assert berlin != Calendar.parse("Mon..Fri 06:00", "Europe/Paris")
    assert (berlin.kind, berlin.expression, berlin.timezone) == (
        "calendar",
        "Mon..Fri 06:00",
        "Europe/Berlin",
    )


@pytest.mark.parametrize(
    ("expression", "zone"),
    [
        ("06:00", "Asia/Tokyo"),
        ("06:00 America/New_York", "America/New_York"),
        ("06:00 America/New_York\n07:00 America/New_York", "America/New_York"),
        ("06:00 America/New_York\n07:00", "Asia/Tokyo"),
        ("06:00 America/New_York\n07:00 Europe/Riga", "Asia/Tokyo"),
        ("06:00 Asia/Tokyo\n07:00", "Asia/Tokyo"),
    ],
)
def test_the_zone_of_an_expression_is_the_one_that_all_its_lines_are_read_in(
    expression: str, zone: str
) -> None:
    calendar = Calendar.parse(expression, "Asia/Tokyo")
    assert calendar.timezone == zone
    assert Calendar.parse(calendar.expression, zone).timezone == zone


FORWARD = "when clocks go forward on 2031-03-30 in Europe/Paris"
BACK = "when clocks go back on 2031-10-26 in Europe/Paris"


@pytest.mark.parametrize(
    ("expression", "notes"),
    [
        ("06:00", []),
        ("2030-05-01 06:00", ["it will never elapse again: the last time was 2030-05-01 04:00 UTC"]),
        (
            "02:30",
            [
                f"{FORWARD}, 02:00-03:00 is skipped: the run of 02:30 will not happen",
                f"{BACK}, 02:00-03:00 comes twice, and it runs in the first pass only",
            ],
        ),
        ("hourly", [f"{BACK}, 02:00-03:00 comes twice, and it runs in the first pass only"]),
    ],
)
def test_warnings(expression: str, notes: list[str]) -> None:
    assert list(Calendar.parse(expression, "Europe/Paris").warnings(NOW)) == notes


def test_a_report_before_the_first_instant_answers_none_of_them() -> None:
    once = Calendar.parse("2032-01-01 06:00")
    assert once.slot(NOW, timedelta(minutes=1)) == NOW
    assert once.slot(utc("2032-01-01 05:59:30"), timedelta(minutes=1)) == utc("2032-01-01 06:00")
    assert once.slot(utc("2033-01-01"), timedelta(minutes=1)) == utc("2032-01-01 06:00")


@st.composite
def items(draw: st.DrawFn, low: int, high: int, *, backwards: bool = False) -> str:
    start = draw(st.integers(low, high))
    end = draw(st.integers(start, high))
    spellings = ["*", f"{start}", f"{start}..{end}", f"{start},{end}"]
    to_come = start - low if backwards else high - start
    if to_come:
        spellings.append(f"{start}/{draw(st.integers(1, to_come))}")
    return draw(st.sampled_from(spellings))


@st.composite
def expressions(draw: st.DrawFn) -> str:
    weekday = draw(st.sampled_from(["", "", "Mon..Fri ", "Sat,Sun ", "Wed "]))
    mark = draw(st.sampled_from("---~"))
    month = draw(st.one_of(st.just("*"), items(1, 12)))
    day = draw(st.one_of(st.just("*"), items(1, 25, backwards=mark == "~")))
    second = draw(st.sampled_from(["00", "00", "0/20", "30"]))
    return f"{weekday}*-{month}{mark}{day} {draw(items(0, 23))}:{draw(items(0, 59))}:{second}"


@settings(max_examples=50, deadline=None)
@given(
    expression=expressions(),
    start=st.sampled_from(
        [
            ("Europe/Paris", "2031-03-30 00:10"),
            ("Europe/Paris", "2031-10-25 22:10"),
            ("Australia/Lord_Howe", "2031-10-04 12:10"),
            ("Africa/Cairo", "2031-10-30 18:10"),
            ("UTC", "2032-02-27 00:00"),
        ]
    ),
)
def test_instants_are_those_of_oncalendar_itself(expression: str, start: tuple[str, str]) -> None:
    """oncalendar walks too, slowly; from outside a repeated hour it is right."""
    zone, at = start[0], utc(start[1])
    calendar = Calendar.parse(expression, zone)
    walk = islice(OnCalendar(expression, at.astimezone(ZoneInfo(zone))), 20)
    expected = [instant.astimezone(UTC) for instant in walk]
    assert list(calendar.between(at, utc("2200-01-01"), 20)) == expected
    assert [calendar.prev(instant) for instant in expected[1:]] == expected[:-1]


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="0123456789*/-,.:~ MonSuTdailyUTC\n", max_size=24))
def test_any_text_is_a_schedule_or_a_refusal(text: str) -> None:
    try:
        calendar = Calendar.parse(text)
    except ScheduleError:
        return
    following = calendar.next(NOW)
    assert following is None or following > NOW
    assert calendar.describe()

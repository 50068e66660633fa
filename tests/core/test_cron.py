"""Cron expressions: what is taken, what is refused, and when they run."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulsetui.core.schedule.cron import Cron
from pulsetui.core.schedule.schedule import Schedule
from pulsetui.errors import ScheduleError
from tests.core import cron_oracle
from tests.core.instants import local, shown, utc

NOW = utc("2031-01-01 00:00")

# expression | a time in UTC | next | previous (2031-01-01 is a Wednesday)
PLAIN = """
* * * * *         | 2031-01-01 12:00 | 2031-01-01 12:01 | 2031-01-01 11:59
*/15 * * * *      | 2031-01-01 12:01 | 2031-01-01 12:15 | 2031-01-01 12:00
12-12 3 * * *     | 2031-01-01 03:00 | 2031-01-01 03:12 | 2030-12-31 03:12
10/20 * * * *     | 2031-01-01 12:00 | 2031-01-01 12:10 | 2031-01-01 11:50
59/15 * * * *     | 2031-01-01 12:00 | 2031-01-01 12:59 | 2031-01-01 11:59
*/40,7 * * * *    | 2031-01-01 12:08 | 2031-01-01 12:40 | 2031-01-01 12:07
*/100 4 * * *     | 2031-01-01 12:00 | 2031-01-02 04:00 | 2031-01-01 04:00
0 20-23,0-4 * * * | 2031-01-01 04:00 | 2031-01-01 20:00 | 2031-01-01 03:00
0 2 * * *         | 2031-01-01 02:00 | 2031-01-02 02:00 | 2030-12-31 02:00
0 0 * * 7         | 2031-01-01 00:00 | 2031-01-05 00:00 | 2030-12-29 00:00
0 0 * * SUN       | 2031-01-01 00:00 | 2031-01-05 00:00 | 2030-12-29 00:00
0 0 * * 6-7       | 2031-01-05 00:00 | 2031-01-11 00:00 | 2031-01-04 00:00
0 0 * Feb-Mar Mon | 2031-01-01 00:00 | 2031-02-03 00:00 | 2030-03-25 00:00
0 0 29 2 *        | 2031-01-01 00:00 | 2032-02-29 00:00 | 2028-02-29 00:00
0 0 29 2 */7      | 2031-01-01 00:00 | 2032-02-29 00:00 | 2004-02-29 00:00
0 6 31 4 1        | 2031-01-01 00:00 | 2031-04-07 06:00 | 2030-04-29 06:00
0 6 13 * 5        | 2031-01-10 06:00 | 2031-01-13 06:00 | 2031-01-03 06:00
0 6 */4 * 2       | 2031-01-01 00:00 | 2031-01-21 06:00 | 2030-12-17 06:00
0 6 1-31 * 1      | 2031-01-01 06:00 | 2031-01-02 06:00 | 2030-12-31 06:00
0 6 */40,1-7 * 1  | 2031-01-01 00:00 | 2031-01-06 06:00 | 2030-12-02 06:00
0 7 L * *         | 2031-02-01 00:00 | 2031-02-28 07:00 | 2031-01-31 07:00
0 7 L 2 *         | 2031-03-01 00:00 | 2032-02-29 07:00 | 2031-02-28 07:00
0 7 LW * *        | 2031-05-01 00:00 | 2031-05-30 07:00 | 2031-04-30 07:00
0 7 LW * *        | 2031-08-01 00:00 | 2031-08-29 07:00 | 2031-07-31 07:00
0 7 lw * *        | 2031-11-01 00:00 | 2031-11-28 07:00 | 2031-10-31 07:00
0 7 * * 5L        | 2031-01-01 00:00 | 2031-01-31 07:00 | 2030-12-27 07:00
0 7 * * friL      | 2031-02-01 00:00 | 2031-02-28 07:00 | 2031-01-31 07:00
0 7 * * 5#3       | 2031-01-01 00:00 | 2031-01-17 07:00 | 2030-12-20 07:00
0 7 * * 7#5       | 2031-01-01 00:00 | 2031-03-30 07:00 | 2030-12-29 07:00
0 7 15,L * *      | 2031-01-15 07:00 | 2031-01-31 07:00 | 2030-12-31 07:00
0 7 L * 1#1       | 2031-01-01 07:00 | 2031-01-06 07:00 | 2030-12-31 07:00
@hourly           | 2031-01-01 12:30 | 2031-01-01 13:00 | 2031-01-01 12:00
@daily            | 2031-01-01 12:00 | 2031-01-02 00:00 | 2031-01-01 00:00
@midnight         | 2031-01-01 12:00 | 2031-01-02 00:00 | 2031-01-01 00:00
@weekly           | 2031-01-01 12:00 | 2031-01-05 00:00 | 2030-12-29 00:00
@monthly          | 2031-01-01 12:00 | 2031-02-01 00:00 | 2031-01-01 00:00
@yearly           | 2031-01-01 12:00 | 2032-01-01 00:00 | 2031-01-01 00:00
@annually         | 2031-01-01 00:00 | 2032-01-01 00:00 | 2030-01-01 00:00
"""


def _rows(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in row.split("|")] for row in table.strip().splitlines()]


@pytest.mark.parametrize(("expression", "at", "later", "earlier"), _rows(PLAIN))
def test_next_and_prev_on_a_plain_clock(expression: str, at: str, later: str, earlier: str) -> None:
    cron = Cron.parse(expression)
    assert (cron.next(utc(at)), cron.prev(utc(at))) == (utc(later), utc(earlier))


# expression | zone | from (the zone's clock) | what its clock shows at each run that follows
CHANGES = """
40 2 * * *     | Europe/Paris     | 2031-03-29 03:00 | 03-30 03:00+02:00, 03-31 02:40+02:00
40 2 * * *     | Europe/Paris     | 2031-10-25 03:00 | 10-26 02:40+02:00, 10-27 02:40+01:00
*/20 2 * * *   | Europe/Paris     | 2031-03-29 02:30 | 03-29 02:40+01:00, 03-31 02:00+02:00
*/20 2 * * *   | Europe/Paris     | 2031-10-26 00:00 | 10-26 02:00+02:00, 10-26 02:20+02:00, \
10-26 02:40+02:00, 10-26 02:00+01:00, 10-26 02:20+01:00, 10-26 02:40+01:00, 10-27 02:00+01:00
20 */2 * * *   | Europe/Paris     | 2031-03-30 00:00 | 03-30 00:20+01:00, 03-30 04:20+02:00
25 0-23 * * *  | Europe/Paris     | 2031-03-30 01:00 | 03-30 01:25+01:00, 03-30 03:00+02:00, 03-30 03:25+02:00
25 0-23 * * *  | Europe/Paris     | 2031-10-26 01:30 | 10-26 02:25+02:00, 10-26 03:25+01:00
25 * * * *     | Europe/Paris     | 2031-03-30 01:00 | 03-30 01:25+01:00, 03-30 03:25+02:00
@hourly        | Europe/Paris     | 2031-10-26 01:30 | 10-26 02:00+02:00, 10-26 02:00+01:00, 10-26 03:00+01:00
0,30 2,3 * * * | Europe/Paris     | 2031-03-30 00:00 | 03-30 03:00+02:00, 03-30 03:30+02:00, 03-31 02:00+02:00
15 2 * * *     | Australia/LHI    | 2031-10-04 12:00 | 10-05 02:30+11:00, 10-06 02:15+11:00
*/15 2 * * *   | Australia/LHI    | 2031-10-05 00:00 | 10-05 02:30+11:00, 10-05 02:45+11:00, 10-06 02:00+11:00
45 1 * * *     | Australia/LHI    | 2031-04-05 12:00 | 04-06 01:45+11:00, 04-07 01:45+10:30
45 * * * *     | Australia/LHI    | 2031-04-06 01:00 | 04-06 01:45+11:00, 04-06 01:45+10:30, 04-06 02:45+10:30
50 2 * * *     | Pacific/Chatham  | 2031-09-27 12:00 | 09-28 03:45+13:45, 09-29 02:50+13:45
0 3 * * *      | Pacific/Chatham  | 2031-04-05 12:00 | 04-06 03:00+13:45, 04-07 03:00+12:45
30 1,2 * * *   | Antarctica/Troll | 2031-03-29 12:00 | 03-30 03:00+02:00, 03-31 01:30+02:00
0 * * * *      | Antarctica/Troll | 2031-03-30 00:30 | 03-30 03:00+02:00, 03-30 04:00+02:00
30 1,2 * * *   | Antarctica/Troll | 2031-10-26 00:00 | 10-26 01:30+02:00, 10-26 02:30+02:00, 10-27 01:30+00:00
0 0 * * *      | Africa/Cairo     | 2031-04-24 12:00 | 04-25 01:00+03:00, 04-26 00:00+03:00
30 0 25 4 *    | Africa/Cairo     | 2031-04-24 12:00 | 04-25 01:00+03:00
30 23 * * *    | Africa/Cairo     | 2031-10-30 12:00 | 10-30 23:30+03:00, 10-31 23:30+02:00
0 6 * * *      | Pacific/Apia     | 2011-12-29 12:00 | 12-31 06:00+14:00, 01-01 06:00+14:00
0 6 30 12 *    | Pacific/Apia     | 2011-12-29 12:00 | 12-30 06:00+14:00
* * * * *      | Pacific/Apia     | 2011-12-29 23:58 | 12-29 23:59-10:00, 12-31 00:00+14:00
"""


@pytest.mark.parametrize(("expression", "zone", "start", "runs"), _rows(CHANGES))
def test_clock_changes_forwards_and_backwards(expression: str, zone: str, start: str, runs: str) -> None:
    cron = Cron.parse(expression, zone)
    expected = runs.split(", ")
    instant: datetime | None = local(start, zone)
    found = []
    for _ in expected:
        assert instant is not None
        instant = cron.next(instant)
        assert instant is not None
        found.append(instant)
    assert [shown(each, zone) for each in found] == expected
    assert [cron.prev(later) for later in found[1:]] == found[:-1]


def test_next_from_within_a_repeated_hour_is_later_than_it() -> None:
    zone = "Europe/Paris"
    fixed, wild = Cron.parse("30 2 * * *", zone), Cron.parse("*/30 2 * * *", zone)
    first_pass, second_pass = (local("2031-10-26 02:10", zone, fold) for fold in (0, 1))
    assert fixed.next(first_pass) == local("2031-10-26 02:30", zone)
    assert fixed.next(second_pass) == local("2031-10-27 02:30", zone)
    assert fixed.prev(second_pass) == local("2031-10-26 02:30", zone)
    assert wild.next(second_pass) == local("2031-10-26 02:30", zone, 1)
    assert wild.next(local("2031-10-26 02:30", zone)) == local("2031-10-26 02:00", zone, 1)
    assert wild.prev(local("2031-10-26 02:00", zone, 1)) == local("2031-10-26 02:30", zone)


def test_parts_of_a_minute_count() -> None:
    cron = Cron.parse("0 2 * * *")
    two = utc("2031-01-01 02:00")
    instant = timedelta(microseconds=1)
    assert cron.next(two - instant) == two
    assert cron.prev(two + instant) == two
    assert cron.next(two) == two + timedelta(days=1)
    assert cron.prev(two) == two - timedelta(days=1)


REFUSED = """
0 25 * * *           | hour         | hour must be 0-23, got 25                      | 0 1 * * *
60 * * * *           | minute       | minute must be 0-59, got 60                    | 0 * * * *
0 0 0 * *            | day of month | day of month must be 1-31, got 0               | 0 0 1 * *
0 0 32 * *           | day of month | day of month must be 1-31, got 32              | 0 0 31 * *
0 0 * 13 *           | month        | month must be 1-12, got 13                     | 0 0 * 12 *
* * * * 8            | day of week  | day of week must be 0-7, got 8                 | * * * * 7
0,61,5 * * * *       | minute       | must be 0-59, got 61                           | 0,1,5 * * * *
0 20-4 * * *         | hour         | range 20-4, which runs backwards               | 0 20-23,0-4 * * *
0 22-2/2 * * *       | hour         | range 22-2/2, which runs backwards             | 0 22,0,2 * * *
0 0 * * SAT-SUN      | day of week  | range sat-sun, which runs backwards            | 0 0 * * 6-7
0 0 * * fri-mon      | day of week  | runs backwards                                 | 0 0 * * 5-6,0-1
0 0 * nov-feb *      | month        | runs backwards                                 | 0 0 * 11-12,1-2 *
*/0 * * * *          | minute       | step 0                                         |
1-5/00 * * * *       | minute       | step 0                                         |
*/99999999999999999999 * * * * | minute | has the step 99999999999999999999, which no cron can hold |
0 0-5/2147483647 * * * | hour       | which no cron can hold                         |
1,,2 * * * *         | minute       | empty item                                     |
,1 * * * *           | minute       | empty item                                     |
1, * * * *           | minute       | empty item                                     |
+1 * * * *           | minute       | sign                                           | 1 * * * *
-1 * * * *           | minute       | sign                                           | 1 * * * *
*-5 * * * *          | minute       | cannot read                                    |
1-5-7 * * * *        | minute       | cannot read                                    |
5/ * * * *           | minute       | cannot read                                    |
5/5/5 * * * *        | minute       | cannot read                                    |
1.5 * * * *          | minute       | cannot read                                    |
1_0 * * * *          | minute       | cannot read                                    |
0x5 * * * *          | minute       | cannot read                                    |
jan * * * *          | minute       | cannot read                                    |
0 0 jan * *          | day of month | cannot read                                    |
0 0 * jam *          | month        | cannot be "jam"; write 1-12 or jan-dec         | 0 0 * jan *
0 0 * * monday       | day of week  | cannot be "monday"                             | 0 0 * * mon
0 0 ? * *            | day of month | Quartz                                         | 0 0 * * *
H * * * *            | minute       | cannot be "H"                                  |
H/15 * * * *         | minute       | cannot be "H"                                  |
R * * * *            | minute       | cannot be "R"                                  |
R(0-10) * * * *      | minute       | cannot be "R(0-10)"                            |
L * * * *            | minute       | cannot read                                    |
0 0 15W * *          | day of month | write L or LW                                  |
0 0 L-3 * *          | day of month | cannot read                                    |
0 0 5L * *           | day of month | write L or LW                                  |
0 0 5#3 * *          | day of month | cannot read                                    |
0 0 * * L            | day of week  | write 5L                                       |
0 0 * * 8L           | day of week  | cannot read                                    |
0 0 * * 5#6          | day of week  | 1st to 5th                                     |
0 0 * * 5#0          | day of week  | 1st to 5th                                     |
0 7 31 6 *           | day of month | would never run: there is no day 31 in June    |
0 7 30,31 2 *        | day of month | would never run: there is no day 30 in February |
0 7 31 4,6,9,11 *    | day of month | would never run                                |
0 7 30-31 2 */2      | day of month | would never run                                |
* * * *              |              | has 5 fields                                   | * * * * *
0 * * * * *          |              | got 6                                          | * * * * *
0 0 12 ? * MON 2031  |              | got 7                                          | 0 12 * * MON
*                    |              | got 1                                          |
@reboot              |              | not a time                                     |
@every 5m            |              | every = "5m"                                   | 5m
@Daily               |              | is none of                                     | @daily
@dayly               |              | is none of                                     | @daily
@daily 5             |              | stands alone                                   | @daily
@                    |              | is none of                                     |
"""


@pytest.mark.parametrize(("expression", "field", "words", "better"), _rows(REFUSED))
def test_what_cron_would_refuse_is_refused(expression: str, field: str, words: str, better: str) -> None:
    with pytest.raises(ScheduleError) as caught:
        Cron.parse(expression)
    error = caught.value
    assert words in str(error)
    assert (error.field or "", error.suggestion or "") == (field, better)
    if better and not expression.startswith("@every"):
        Cron.parse(better)


@pytest.mark.parametrize(
    "value",
    [
        "",
        " \t ",
        "٣ * * * *",
        "1 * * *\xa0*",
        "0\n0 * * *",
        "0 0 * * *\n",
        "0\x0b0 * * *",
        "0 0 * * \x1b[31m",
        "*," * 200 + "* * * * *",
        "9" * 5000 + " * * * *",
        "9" * 200 + " * * * *",
        "1#" + "9" * 200 + " * * * *",
        None,
        5,
        b"* * * * *",
        ["* * * * *"],
    ],
)
def test_hostile_values_are_refused_in_few_plain_words(value: object) -> None:
    with pytest.raises(ScheduleError) as caught:
        Cron.parse(value)
    assert len(str(caught.value)) < 300
    assert str(caught.value).isprintable()


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(ScheduleError, match="Europe/Berlin") as caught:
        Cron.parse("0 2 * * *", "Europe/Berln")
    assert caught.value.field == "timezone"


def test_blanks_and_case_make_no_difference() -> None:
    assert Cron.parse("  0\t6  * JAN  Mon ").expression == "0 6 * JAN Mon"
    assert Cron.parse("0 6 * JAN Mon").next(NOW) == Cron.parse("0 6 * 1 1").next(NOW)


def test_equality_is_by_text_and_zone() -> None:
    paris = Cron.parse("0 2 * * *", "Europe/Paris")
    assert paris == Cron.parse(" 0 2 * * *", "Europe/Paris")
    assert hash(paris) == hash(Cron.parse("0 2 * * *", "Europe/Paris"))
    assert paris != Cron.parse("0 2 * * *", "Europe/Berlin")
    assert paris != Cron.parse("00 2 * * *", "Europe/Paris")
    schedule: Schedule = paris
    assert (schedule.kind, schedule.expression, schedule.timezone) == ("cron", "0 2 * * *", "Europe/Paris")


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        Cron.parse("* * * * *").next(datetime(2031, 1, 1))  # noqa: DTZ001
    with pytest.raises(ValueError, match="aware"):
        Cron.parse("* * * * *").prev(datetime(2031, 1, 1))  # noqa: DTZ001


def test_the_calendar_ends_quietly() -> None:
    cron = Cron.parse("0 2 * * *", "Asia/Tokyo")
    assert cron.next(datetime.max.replace(tzinfo=NOW.tzinfo)) is None
    assert cron.prev(datetime.min.replace(tzinfo=NOW.tzinfo)) is None


WARNINGS = """
0 12 * * *    |
*/15 * * * *  |
25 * * * *    |
10/20 * * * * | Debian's cron refuses 10/20 (minute): a start with a step needs an end, write 10-59/20
0 12 L * 5#3  | cron itself does not know L and 5#3: use it where something else starts the job \
; runs on days that match either day field: the last day or the 3rd Friday of the month
0 12 13 * 5   | runs on days that match either day field: day 13 or Friday
0 12 */2 * 5  | runs on days that match both day fields: days 1, 3, 5 … 31 and also Friday
0 12 1-31 * 1 | runs every day: either day field is enough and one takes any day, so Monday restricts nothing
0 12 31 * *   | months without a day 31 have no run
0 12 31 1 *   |
*/7 * * * *   | */7 starts again each hour: its last gap is 4 minutes
0 */5 * * *   | */5 starts again each day: its last gap is 4 hours
0 2 * * *     | when clocks go forward on 2031-03-30 in Europe/Paris, 02:00-03:00 is skipped: \
the run of 02:00 is at 03:00 instead \
; when clocks go back on 2031-10-26 in Europe/Paris, \
02:00-03:00 comes twice, and it runs in the first pass only
0,30 2 * * *  | when clocks go forward on 2031-03-30 in Europe/Paris, 02:00-03:00 is skipped: \
its runs are merged into one at 03:00 \
; when clocks go back on 2031-10-26 in Europe/Paris, \
02:00-03:00 comes twice, and it runs in the first pass only
0 2,3 * * *   | when clocks go forward on 2031-03-30 in Europe/Paris, 02:00-03:00 is skipped: \
its runs are merged into one at 03:00 \
; when clocks go back on 2031-10-26 in Europe/Paris, \
02:00-03:00 comes twice, and it runs in the first pass only
20 */2 * * *  | when clocks go forward on 2031-03-30 in Europe/Paris, 02:00-03:00 is skipped: \
the run of 02:20 will not happen \
; when clocks go back on 2031-10-26 in Europe/Paris, 02:00-03:00 comes twice, and it runs in both passes
* 3 * * *     |
0 2 * * 1     |
"""


@pytest.mark.parametrize(("expression", "notes"), _rows(WARNINGS))
def test_warnings_say_what_a_careful_person_should_know(expression: str, notes: str) -> None:
    found = Cron.parse(expression, "Europe/Paris").warnings(NOW)
    assert list(found) == [note.strip() for note in notes.split(" ; ") if note]


def test_warnings_look_two_years_ahead_and_no_further() -> None:
    cron = Cron.parse("30 2 30 3 *", "Europe/Paris")
    assert any("2031-03-30" in note for note in cron.warnings(utc("2029-05-01 00:00:00.5")))
    assert cron.warnings(utc("2031-04-01")) == ()
    fortnight = timedelta(days=14)
    assert cron.warnings(utc("2031-03-15"), fortnight) == (), "the clock changes in fifteen days"
    assert any("2031-03-30" in note for note in cron.warnings(utc("2031-03-16 12:00"), fortnight))
    assert isinstance(cron.warnings(utc("2029-05-01")), tuple)


@pytest.mark.parametrize(
    ("at", "early", "answered"),
    [
        ("2031-01-02 02:00", 60, "2031-01-02 02:00"),
        ("2031-01-02 02:07", 60, "2031-01-02 02:00"),
        ("2031-01-02 01:59:00", 60, "2031-01-02 02:00"),
        ("2031-01-02 01:58:59", 60, "2031-01-01 02:00"),
        ("2031-01-02 01:59:59", 0, "2031-01-01 02:00"),
        ("2031-01-01 14:00", 90_000, "2031-01-02 02:00"),
        ("2031-01-01 13:59", 90_000, "2031-01-01 02:00"),
    ],
)
def test_a_report_answers_the_last_slot_or_a_near_next_one(at: str, early: int, answered: str) -> None:
    assert Cron.parse("0 2 * * *").slot(utc(at), timedelta(seconds=early)) == utc(answered)


def test_a_list_of_instants_is_bounded() -> None:
    cron = Cron.parse("* * * * *")
    assert len(cron.between(NOW, NOW + timedelta(days=1), 10)) == 10
    hour = cron.between(NOW, NOW + timedelta(hours=1), 1000)
    assert (len(hour), hour[0], hour[-1]) == (60, NOW + timedelta(minutes=1), NOW + timedelta(hours=1))
    assert list(cron.between(NOW, NOW, 10)) == []
    assert list(cron.between(NOW, NOW + timedelta(hours=1), 0)) == []


def test_one_schedule_serves_many_threads() -> None:
    cron = Cron.parse("*/7 3,4 13-20 * 1", "Europe/Paris")
    expected = cron.between(NOW, NOW + timedelta(days=200), 5000)
    fresh = Cron.parse("*/7 3,4 13-20 * 1 ", "Europe/Paris")
    with ThreadPoolExecutor(8) as pool:
        runs = [pool.submit(fresh.between, NOW, NOW + timedelta(days=200), 5000) for _ in range(8)]
    assert all(run.result() == expected for run in runs)


def test_importing_cron_does_not_import_croniter() -> None:
    code = "import sys, pulsetui.core.schedule.parse; sys.exit('croniter' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# Properties: random expressions on random stretches, against the minute-by-minute oracle.

ZONES = {
    "Europe/Paris": ("2031-03-30 01:00", "2031-10-26 01:00"),
    "Australia/Lord_Howe": ("2031-10-04 15:30", "2031-04-05 15:00"),
    "Pacific/Chatham": ("2031-09-27 14:00", "2031-04-05 14:00"),
    "Antarctica/Troll": ("2031-03-30 01:00", "2031-10-26 01:00"),
    "Africa/Cairo": ("2031-04-24 22:00", "2031-10-30 21:00"),
    "Pacific/Apia": ("2011-12-30 10:00",),
    "Asia/Kolkata": ("2032-02-29 12:00",),
    "UTC": ("2032-02-29 12:00", "2031-12-31 23:00"),
}


@st.composite
def items(draw: st.DrawFn, low: int, high: int) -> str:
    start = draw(st.integers(low, high))
    end = draw(st.integers(start, high))
    step = draw(st.integers(1, high + 3))
    return draw(st.sampled_from(["*", f"*/{step}", f"{start}", f"{start}-{end}", f"{start}-{end}/{step}"]))


def fields(low: int, high: int, *extra: str) -> st.SearchStrategy[str]:
    item = items(low, high)
    if extra:
        item = st.one_of(item, item, st.sampled_from(extra))
    return st.lists(item, min_size=1, max_size=3).map(",".join)


@st.composite
def expressions(draw: st.DrawFn) -> str:
    return " ".join(
        (
            draw(fields(0, 59)),
            draw(fields(0, 23)),
            draw(st.one_of(st.just("*"), fields(1, 31, "L", "LW"))),
            draw(st.one_of(st.just("*"), fields(1, 12))),
            draw(st.one_of(st.just("*"), fields(0, 7, "5L", "5#3", "7#1", "0L"))),
        )
    )


def parsed(expression: str, zone: str) -> Cron | None:
    """None for what never fires, which is refused."""
    try:
        return Cron.parse(expression, zone)
    except ScheduleError as error:
        if "never run" in str(error):
            return None
        raise


@settings(max_examples=120, deadline=None)
@given(expression=expressions(), zone=st.sampled_from(sorted(ZONES)), data=st.data())
def test_instants_are_those_of_the_minute_by_minute_oracle(
    expression: str, zone: str, data: st.DataObject
) -> None:
    cron = parsed(expression, zone)
    if cron is None:
        return
    near = utc(data.draw(st.sampled_from(ZONES[zone])))
    after = near - timedelta(minutes=data.draw(st.integers(0, 300)))
    until = after + timedelta(hours=6)
    expected = cron_oracle.instants(expression, ZoneInfo(zone), after, until)
    assert list(cron.between(after, until, 1000)) == expected
    at = after + timedelta(seconds=data.draw(st.integers(1, 6 * 3600 - 1)))
    assert cron.next(at) == next((i for i in expected if i > at), cron.next(until))
    before = [i for i in expected if i < at]
    assert cron.prev(at) == (before[-1] if before else cron.prev(after + timedelta(seconds=1)))


@settings(max_examples=150, deadline=None)
@given(
    expression=expressions(),
    zone=st.sampled_from(sorted(ZONES)),
    at=st.datetimes(datetime(2009, 1, 1), datetime(2037, 1, 1)),  # noqa: DTZ001
    early=st.timedeltas(timedelta(0), timedelta(days=2)),
)
def test_next_prev_and_slot_belong_together(
    expression: str, zone: str, at: datetime, early: timedelta
) -> None:
    cron = parsed(expression, zone)
    if cron is None:
        return
    at = at.replace(tzinfo=NOW.tzinfo)
    following, last = cron.next(at), cron.prev(at)
    assert following is not None
    assert last is not None
    assert last < at < following
    assert following.second == following.microsecond == 0
    assert cron.next(last) in {at, following}
    assert cron.prev(following) in {at, last}
    latest = at if cron.next(at - timedelta(microseconds=1)) == at else last
    slot = cron.slot(at, early)
    near = following - at <= early and following - at <= (following - latest) / 2
    assert slot == (following if near else latest)
    assert cron.slot(slot, timedelta(0)) == slot


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="0123456789*/-,#?LWHRsunjan@ \t", max_size=30))
def test_any_text_is_a_schedule_or_a_refusal(text: str) -> None:
    try:
        cron = Cron.parse(text)
    except ScheduleError:
        return
    assert cron.next(NOW) is not None
    assert cron.describe()

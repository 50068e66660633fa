"""Schedules in words: a table of texts and sentences."""

from __future__ import annotations

import pytest

from pulsetui.core.schedule.calendar import Calendar
from pulsetui.core.schedule.cron import Cron
from pulsetui.core.schedule.english import day_words, listed, numbers, ordinal, time_words, weekday_names

CRON = """
* * * * *           | every minute
*/15 * * * *        | every 15 minutes
0,15,30,45 * * * *  | every 15 minutes
0-59/20 * * * *     | every 20 minutes
*/30 * * * *        | every 30 minutes
0,30 * * * *        | at minutes 0 and 30 of every hour
*/7 * * * *         | at minutes 0, 7, 14 … 56 of every hour
0-10,30 * * * *     | at minutes 0 to 10 and 30 of every hour
25 * * * *          | at minute 25 of every hour
25 0-23 * * *       | at minute 25 of every hour
0 * * * *           | every hour, on the hour
@hourly             | every hour, on the hour
0 2 * * *           | at 02:00 every day
@daily              | at 00:00 every day
@midnight           | at 00:00 every day
@weekly             | at 00:00 on Sunday
@monthly            | at 00:00 on day 1 of the month
@yearly             | at 00:00 on day 1 of January
0 2,14 * * *        | at 02:00 and 14:00 every day
*/30 2 * * *        | at 02:00 and 02:30 every day
* 3 * * *           | every minute from 03:00 to 03:59
0 */2 * * *         | every 2 hours from 00:00 to 22:00 every day
0 9-17 * * *        | every hour from 09:00 to 17:00 every day
0 9-17 * * 1-5      | every hour from 09:00 to 17:00 on Monday to Friday
*/15 9-17 * * 1-5   | every 15 minutes from 09:00 to 17:45 on Monday to Friday
*/5 8-18,22 * * *   | every 5 minutes of hours 8 to 18 and 22
30 8-18,22 * * *    | at minute 30 of hours 8 to 18 and 22 every day
5,35 */2 * * 1      | at minutes 5 and 35 of hours 0, 2, 4 … 22 on Monday
0 6 * * 1-5         | at 06:00 on Monday to Friday
0 6 * * mon,WED     | at 06:00 on Monday and Wednesday
0 6 * * 6,7         | at 06:00 on Saturday and Sunday
0 6 * * 5-7         | at 06:00 on Friday to Sunday
0 6 1,15 * *        | at 06:00 on days 1 and 15 of the month
0 6 1-7 * *         | at 06:00 on days 1 to 7 of the month
0 6 1 1,7 *         | at 06:00 on day 1 of January and July
0 6 * 6-8 *         | at 06:00 every day in June to August
*/15 * * 12 *       | every 15 minutes in December
0 6 * 4 1           | at 06:00 on Monday in April
0 6 13 * 5          | at 06:00 on day 13 of the month or on Friday
0 6 31 4 1          | at 06:00 on day 31 of the month or on Monday, in April
0 6 */4 * 2         | at 06:00 on days 1, 5, 9 … 29 of the month if it is Tuesday
0 6 1-7 * */2       | at 06:00 on days 1 to 7 of the month if it is Tuesday, Thursday, Saturday or Sunday
0 6 1-31 * 1        | at 06:00 every day
0 7 LW * *          | at 07:00 on the last weekday of the month
0 7 L * *           | at 07:00 on the last day of the month
0 7 L 2 *           | at 07:00 on the last day of February
0 7 15,L * *        | at 07:00 on day 15 and the last day of the month
0 7 * * 5L          | at 07:00 on the last Friday of the month
0 7 * * 5#3         | at 07:00 on the 3rd Friday of the month
0 7 * * 1,5#1       | at 07:00 on Monday and the 1st Friday of the month
0 7 L * 5#2         | at 07:00 on the last day of the month or on the 2nd Friday of the month
"""

CALENDAR = """
Mon..Fri 06:00       | at 06:00 on Monday to Friday
Sat,Sun 06:00        | at 06:00 on Saturday and Sunday
daily                | at 00:00 every day
hourly               | every hour, on the hour
minutely             | every minute
weekly               | at 00:00 on Monday
quarterly            | at 00:00 on day 1 of January, April, July and October
*:0/15               | every 15 minutes
*-*-01 02:00         | at 02:00 on day 1 of the month
*-*~01 02:00         | at 02:00 on the last day of the month
*-*~03 02:00         | at 02:00 on the 3rd-last day of the month
Mon *-05~07/1        | at 00:00 on the last 7 days of May if it is Monday
Fri *-*-13 18:00:30  | at 18:00:30 on day 13 of the month if it is Friday
2031-01-01 06:00     | at 06:00 on day 1 of January in 2031
2031..2033-*-* 06:00 | at 06:00 every day in 2031 to 2033
*:*:0/10             | at seconds 0, 10, 20 … 50 of every minute
*:*:*                | every second
3:*:30               | at second 30 of every minute of hour 3
*:0:*                | every second of minute 0 of every hour
"""


def _rows(table: str) -> list[tuple[str, str]]:
    return [(text.strip(), words) for text, words in (row.split("| ") for row in table.strip().splitlines())]


@pytest.mark.parametrize(("expression", "words"), _rows(CRON))
def test_cron_in_words(expression: str, words: str) -> None:
    assert Cron.parse(expression, "Europe/Berlin").describe() == f"{words} (Europe/Berlin)"


@pytest.mark.parametrize(("expression", "words"), _rows(CALENDAR))
def test_calendar_in_words(expression: str, words: str) -> None:
    assert Calendar.parse(expression, "Europe/Riga").describe() == f"{words} (Europe/Riga)"


def test_utc_is_named_too() -> None:
    assert Cron.parse("0 2 * * *").describe() == "at 02:00 every day (UTC)"


def test_a_calendar_names_the_zone_of_its_own_line() -> None:
    text = "06:00 Europe/Berlin\n18:00"
    words = "at 06:00 every day (Europe/Berlin); at 18:00 every day (Asia/Tokyo)"
    assert Calendar.parse(text, "Asia/Tokyo").describe() == words


def test_pieces() -> None:
    assert listed([]) == ""
    assert listed(["a", "b", "c"], "or") == "a, b or c"
    assert [ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 22)] == (
        ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "22nd"]
    )
    assert numbers([1, 2, 5, 6, 7]) == "1, 2 and 5 to 7"
    assert weekday_names([0, 1, 6]) == ["Monday", "Saturday", "Sunday"]
    assert time_words((4,), (5,)) == ("at 04:05", True)
    assert day_words([], [], range(1, 13), both=True) == ""

"""OnCalendar expressions held against systemd itself: what it takes and refuses, and when it elapses."""

from __future__ import annotations

import os
import random
import re
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from pulsetui.core.schedule.calendar import Calendar
from pulsetui.errors import ScheduleError
from tests.programs import optional

BASE = datetime(2026, 11, 28, tzinfo=UTC)
INSTANTS = 3
EXPRESSIONS = 500
"""In one go; thousands of other seeds were tried before."""

TOO_OFTEN = ["a bound of our own"]

# Where chance seldom leads.
CORNERS = """
7..8/7:*:30 | *-*-1..4/5,26 11:44 | 14..15/10:00 | *-1..9/10-* | 20..24/5:00 | 5..5/99:00 | 7..7:00
23..23:00 | *:*:59..59 | *:*:0..0 | *:*:10..10.5 | *:*:59..59/7 | *:*:1..2.5 | *:*:59.5/0.4 | *:*:59.9999999
*:*:1.1234567
5..6/2147483647:00 | 5..6/2147483648:00 | *:*:5..6/2147 | *:*:5..6/2148
12:00:00.5 | 12:00:00. | 12:00.5 | *:*:0/0 | *:*:0/60 | *:*/2 | *,5:00 | 5,:00 | 5,,6:00
007:08 | 24:00 | semi-annually | semiannually | biannually | bi-annually | anually | annually | yearly
Daily | weekly Mon | minutely | *-02-30 | 1970-01-01 | Thu 2027-01-01 | 2199-12-31 | 2200-01-01 | 1969-12-31
70-1-1 | 69..72-1-1 | 69/1-1-1 | *-02~28 | *-02~29 | *-02~7/6 | *-02~7/7 | *-02~3..6/2 | *-02~5..3 | *-02~*
2027~2-1 | 2027-2~1 | *~25,24,23 | *~25,25 | @1700000000 | @1900000000 | @ 1900000000 | @-5 | @99999999999
Mon, 1-1 | Mon,Tue, | Mon,, | Mon.. | mon-fri | Fri..Mon | Mon..Wed-Fri | Monda | Monday,tuesday
Mon2027-01-01 | 2027-01-01T10:00 | 10:00 utc | UTC | Mon UTC | * | *-* | *:*:* | 99999999999999999999:00
0/99999999999999999999:00 | 1..99999999999999999999:00 | *:*:99999999999999999999.5
"""


def _number(rnd: random.Random, low: int, high: int, *, parts: bool) -> str:
    number = rnd.randint(low, high)
    text = str(number) if rnd.random() < 0.6 else f"{number:02}"
    return f"{text}.{rnd.randrange(10**7)}" if parts and rnd.random() < 0.3 else text


def _item(rnd: random.Random, low: int, high: int, *, parts: bool) -> str:
    outside = rnd.choice([0, 0, 0, 1, 5])
    first, last = (_number(rnd, max(low - outside, 0), high + outside, parts=parts) for _ in range(2))
    item = first
    if rnd.random() < 0.35:
        swap = rnd.random() < 0.8 and float(last) < float(first)
        item = f"{last}..{first}" if swap else f"{first}..{first if rnd.random() < 0.1 else last}"
    if rnd.random() < 0.35:
        step = _number(rnd, rnd.random() > 0.1, rnd.choice([3, 10, high - low]), parts=parts)
        item += f"/{step}"
    return item


def _component(rnd: random.Random, low: int, high: int, *, parts: bool = False) -> str:
    if rnd.random() < 0.3:
        return "*"
    return ",".join(_item(rnd, low, high, parts=parts) for _ in range(rnd.choice([1, 1, 1, 2, 3])))


def _weekdays(rnd: random.Random) -> str:
    names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "monday", "TUESDAY", "Sunday"]
    items = [
        rnd.choice(names) + (rnd.choice(["..", "-"]) + rnd.choice(names) if rnd.random() < 0.5 else "")
        for _ in range(rnd.choice([1, 1, 2]))
    ]
    return ",".join(items) + rnd.choice(["", "", "", ","])


def an_expression(rnd: random.Random) -> str:
    """Anything that may be written, right or nearly so."""
    words = [_weekdays(rnd)] if rnd.random() < 0.4 else []
    date = rnd.random() < 0.7
    if date:
        years = ["", "*-", "2027-", f"{_component(rnd, 1970, 2199)}-", f"{_component(rnd, 0, 99)}-"]
        day = _component(rnd, 1, rnd.choice([28, 31]))
        words.append(f"{rnd.choice(years)}{_component(rnd, 1, 12)}{rnd.choice('---~')}{day}")
    if not date or rnd.random() < 0.8:
        time = f"{_component(rnd, 0, 23)}:{_component(rnd, 0, 59)}"
        if rnd.random() < 0.6:
            time += f":{_component(rnd, 0, 59, parts=rnd.random() < 0.4)}"
        words.append(time)
    return " ".join(words)


def systemds(expressions: Sequence[str]) -> list[list[str] | None]:
    """The next instants of each by systemd; None where it refuses."""
    command = [optional("systemd-analyze"), "calendar", f"--iterations={INSTANTS}"]
    # Each is followed by one that is known: what is written between two of those is its answer.
    words = [word for expression in expressions for word in (expression, "2001-01-01 01:01:01")]
    done = subprocess.run(
        [*command, f"--base-time={BASE:%Y-%m-%d %H:%M:%S}", "--", *words],
        env={**os.environ, "TZ": "UTC", "LC_ALL": "C"},
        capture_output=True,
        text=True,
    )
    answers = re.split(r" *(?:Original|Normalized) form: 2001-01-01 01:01:01\n.*\n", done.stdout)[:-1]
    assert len(answers) == len(expressions)
    return [
        re.findall(r"(?:Next elapse|Iter\. #\d+): \w+ (\d.*) UTC", answer) if answer.strip() else None
        for answer in answers
    ]


def ours(expression: str) -> list[str] | None:
    """The same by us; parts of a second are not shown."""
    try:
        calendar = Calendar.parse(expression)
    except ScheduleError as error:
        if "more than ten times a second" in str(error):
            return TOO_OFTEN
        return None
    instants = calendar.between(BASE, datetime(2200, 1, 1, tzinfo=UTC), INSTANTS)
    return [f"{instant:%Y-%m-%d %H:%M:%S}" for instant in instants]


def compare(expressions: Sequence[str]) -> None:
    found = {
        expression: (theirs, mine)
        for expression, theirs in zip(expressions, systemds(expressions), strict=True)
        if (mine := ours(expression)) != theirs and mine != TOO_OFTEN
    }
    assert found == {}


def test_corners() -> None:
    compare([each.strip() for each in CORNERS.strip().replace("\n", "|").split("|")])


@pytest.mark.parametrize("seed", [8, 9])
def test_what_systemd_takes_we_take_with_the_same_instants(seed: int) -> None:
    rnd = random.Random(seed)
    compare([an_expression(rnd) for _ in range(EXPRESSIONS)])

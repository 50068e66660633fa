"""From text to a schedule, when the kind is known and when it is guessed."""

from __future__ import annotations

from typing import cast

import pytest

from pulsetui.core.schedule.parse import guess_schedule, parse_schedule
from pulsetui.core.schedule.schedule import ScheduleKind
from pulsetui.errors import ScheduleError


@pytest.mark.parametrize(
    ("text", "kind", "expression"),
    [
        ("15m", "every", "15m"),
        ("1h 30m", "every", "1h30m"),
        ("1w 2d 3h 4m 5s", "every", "1w2d3h4m5s"),
        ("90", "every", "1m30s"),
        ("0 2 * * *", "cron", "0 2 * * *"),
        ("0 6 31 4 1", "cron", "0 6 31 4 1"),
        ("@daily", "cron", "@daily"),
        ("daily", "calendar", "daily"),
        ("Mon..Fri 06:00", "calendar", "Mon..Fri 06:00"),
        ("Mon, *-*-* 06:00 Europe/Riga", "calendar", "Mon, *-*-* 06:00 Europe/Riga"),
        ("*-*-01", "calendar", "*-*-01"),
    ],
)
def test_the_kind_is_guessed_from_the_text(text: str, kind: ScheduleKind, expression: str) -> None:
    schedule = guess_schedule(text, "Europe/Riga")
    assert (schedule.kind, schedule.expression) == (kind, expression)
    assert schedule.timezone == "Europe/Riga"
    again = parse_schedule(kind, schedule.expression, "Europe/Riga")
    assert again == schedule


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("0 25 * * *", "hour must be 0-23"),
        ("0 2 * *", "has 5 fields"),
        ("0 2 3 4", "has 5 fields"),
        ("0 0 2 * * *", "has 5 fields"),
        ("@reboot", "not a time"),
        ("25:00", "hour must be 0-23"),
        ("soon", "A schedule is a period"),
        ("", "A schedule is a period"),
        ("0s", "at least 1s"),
        ("0 2 * * * Europe/Riga", "has 5 fields"),
    ],
)
def test_what_is_nothing_is_refused_for_the_kind_it_looks_like(text: str, reason: str) -> None:
    with pytest.raises(ScheduleError, match=reason):
        guess_schedule(text)


def test_a_known_kind_takes_only_its_own_texts() -> None:
    assert parse_schedule("every", 90).expression == "1m30s"
    for kind, expression in (("every", "0 2 * * *"), ("cron", "15m"), ("calendar", "0 2 * * *"), ("cron", 5)):
        with pytest.raises(ScheduleError):
            parse_schedule(cast("ScheduleKind", kind), expression)
    with pytest.raises(ScheduleError, match="every, cron or calendar"):
        parse_schedule(cast("ScheduleKind", "weekly"), "daily")

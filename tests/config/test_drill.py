"""The drill that comes by itself, as checks.toml says when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pulsetui.config.file.load import parse_config
from pulsetui.config.model import Config
from pulsetui.config.problem import ConfigProblems


def load(drill: str) -> Config:
    text = f'timezone = "Europe/Riga"\n[drill]\n{drill}\n[checks.backup]\nevery = "1h"\n'
    return parse_config(text, Path("checks.toml"), {})


def test_a_drill_is_on_the_wall_clock_of_the_file() -> None:
    drill = load('calendar = "Mon *-*-1..7 10:00"').drill

    assert drill is not None
    assert (drill.check, drill.wait) == ("", timedelta(minutes=10))
    assert drill.schedule.next(datetime(2026, 11, 28, tzinfo=UTC)) == datetime(2026, 12, 7, 8, tzinfo=UTC)


def test_a_drill_may_go_by_the_rules_of_a_check() -> None:
    drill = load('cron = "0 10 1 * *"\ncheck = "backup"\nwait = "1h"\ntimezone = "UTC"').drill

    assert drill is not None
    assert (drill.check, drill.wait) == ("backup", timedelta(hours=1))
    assert drill.schedule.next(datetime(2026, 11, 28, tzinfo=UTC)) == datetime(2026, 12, 1, 10, tzinfo=UTC)


def test_without_the_table_there_is_none() -> None:
    assert parse_config("", Path("checks.toml"), {}).drill is None


@pytest.mark.parametrize(
    ("drill", "said"),
    [
        ("", 'calendar: is missing. Write calendar = "Mon *-*-1..7 10:00": the first Monday of each month.'),
        ('calendar = "Mon 10:00"\ncron = "0 1 * * *"', "cron: is one too many."),
        (
            'calendar = "Mon 10:00"\ncheck = "bakcup"',
            'check "bakcup": there is no such check. Did you mean "backup"?',
        ),
        ('calendar = "Mon 10:00"\nwait = "2d"', 'wait "2d": must be at most a day.'),
        ('calendar = "Mon 10:00"\ntimezone = "Europe/Rigga"', 'did you mean "Europe/Riga"?'),
        ('calendar = "Mon 10:00"\nchekc = "x"', 'chekc: unknown key. Did you mean "check"?'),
        ('cron = "0 25 * * *"', 'cron "0 25 * * *"'),
    ],
)
def test_what_is_wrong_is_said(drill: str, said: str) -> None:
    with pytest.raises(ConfigProblems) as raised:
        load(drill)
    assert said in str(raised.value)

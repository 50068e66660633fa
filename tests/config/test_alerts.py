"""Rules of alerts, windows of maintenance and dependencies, as checks.toml says them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from pulsetui.config.file.load import load_config
from pulsetui.config.model import Config
from pulsetui.config.problem import ConfigProblems
from pulsetui.core.state.alert_rules import Quiet
from pulsetui.core.state.status import Reason

BASE = """\
timezone = "Europe/Berlin"

[hooks.me]
type = "command"
{hook}

[checks.job]
every = "1h"
tags = ["billing"]
{check}
"""


def load(directory: Path, *, hook: str = "", check: str = "", more: str = "") -> Config:
    path = directory / "checks.toml"
    path.write_text(BASE.format(hook=hook, check=check) + more)
    return load_config(path, {"command": lambda _: []})


def problems(directory: Path, **parts: str) -> str:
    with pytest.raises(ConfigProblems) as raised:
        load(directory, **parts)
    return str(raised.value)


def test_every_rule_of_a_hook_is_read(tmp_path: Path) -> None:
    (tmp_path / "days.txt").write_text("# ours\n2026-12-24 Christmas Eve\n2026-12-31\n")
    hook = (
        'after = "1d"\nrepeat = "1h"\nreasons = ["missed", "hung"]\nrecovery = false\n'
        'quiet = ["22:00-07:00", "12:00-13:00"]\ndays = "mon-fri, sun"\nholidays = "days.txt"'
    )
    rules = load(tmp_path, hook=hook).alerting.hooks["me"]
    assert (rules.after, rules.repeat) == (timedelta(days=1), timedelta(hours=1))
    assert rules.reasons == frozenset({Reason.MISSED, Reason.HUNG})
    assert rules.recovery is False
    assert rules.quiet == (Quiet(time(22), time(7)), Quiet(time(12), time(13)))
    assert rules.days == frozenset({1, 2, 3, 4, 5, 7})
    assert rules.holidays == frozenset({date(2026, 12, 24), date(2026, 12, 31)})
    assert rules.timezone == "Europe/Berlin"


def test_a_check_counts_before_its_tag_and_that_before_the_hook(tmp_path: Path) -> None:
    check = '[checks.job.alerts]\nrepeat = "2h"\n[checks.job.alerts.me]\nafter = "3m"\n'
    more = '[tags.billing]\nafter = "2m"\nrepeat = "5h"\nrecovery = false\n'
    config = load(tmp_path, hook='after = "1m"', check=check, more=more)
    rules = config.alerting.rules_of(config.checks["job"])["me"]
    assert (rules.after, rules.repeat) == (timedelta(minutes=3), timedelta(hours=2))
    assert rules.recovery is False


def test_a_window_is_read_on_the_clock_of_the_file(tmp_path: Path) -> None:
    more = '[maintenance.db]\nat = "2026-12-24 22:00"\nduration = "2h"\ntags = ["billing"]\n'
    (window,) = load(tmp_path, more=more).alerting.windows
    assert window.begin == datetime(2026, 12, 24, 21, tzinfo=UTC)
    assert window.covers(load(tmp_path).checks["job"])


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ({"hook": 'quiet = "22-7"'}, "is not a span of hours"),
        ({"hook": 'quiet = "22:00-22:00"'}, "nothing would ever be told"),
        ({"hook": 'days = "monn"'}, "is not a weekday"),
        ({"hook": 'reasons = ["mised"]'}, 'Did you mean "missed"?'),
        ({"hook": 'holidays = "none.txt"'}, "cannot be read"),
        ({"check": 'depends_on = ["jobb"]'}, "no check has that slug"),
        ({"check": 'depends_on = ["job"]'}, "leads back to this check"),
        ({"check": 'alerts = { afer = "1m" }'}, 'Did you mean "after"?'),
        ({"more": '[maintenance.x]\nduration = "1h"\n'}, "is missing"),
        ({"more": '[maintenance.x]\nat = "soon"\nduration = "1h"\n'}, "is not a date with a time"),
        ({"more": '[tags.billing]\nafterr = "1h"\n'}, 'Did you mean "after"?'),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, parts: dict[str, str], says: str) -> None:
    said = problems(tmp_path, **parts)
    assert says in said
    assert "checks.toml:" in said


def test_a_calendar_of_holidays_is_read(tmp_path: Path) -> None:
    (tmp_path / "days.ics").write_text(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\nBEGIN:VEVENT\r\nUID:1\r\n"
        "DTSTART;VALUE=DATE:20251225\r\nDTEND;VALUE=DATE:20251227\r\nRRULE:FREQ=YEARLY\r\n"
        "SUMMARY:Christmas\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    rules = load(tmp_path, hook='holidays = "days.ics"').alerting.hooks["me"]
    assert rules.holidays is not None
    assert {date(2026, 12, 25), date(2026, 12, 26), date(2027, 12, 25)} <= rules.holidays
    assert date(2026, 12, 27) not in rules.holidays

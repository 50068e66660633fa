"""A span without a unit is one that the parser of spans reads as that many seconds, and nothing else."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.config.bare_span import NAMED_SPANS, RULE_SPANS, SPAN_KEYS, TABLE_SPANS, is_bare, said_with_unit
from pulsetui.config.check_fields import FIELDS
from pulsetui.config.file.load import parse_config
from pulsetui.config.problem import ConfigProblems
from pulsetui.config.reference.tables import TABLES
from pulsetui.core.schedule.duration import parse_duration
from pulsetui.hooks.registry import VALIDATORS

YEAR_S = 365 * 86400


@given(st.integers(min_value=1, max_value=YEAR_S))
def test_what_is_said_instead_means_the_same(number: int) -> None:
    for value in (number, str(number), f" {number} "):
        assert is_bare(value)
    assert parse_duration(said_with_unit(number)) == timedelta(seconds=number)
    assert not is_bare(said_with_unit(number))


@pytest.mark.parametrize("value", [0, "0", "", "1h", "5s", True, None, 1.5, [30], -5, "-5", "٣", "9" * 5000])
def test_all_else_is_none(value: object) -> None:
    assert not is_bare(value)


def test_the_keys_are_those_that_take_a_span() -> None:
    for name, table in TABLES.items():
        known = {
            "checks": SPAN_KEYS,
            "rules": RULE_SPANS,
            "hooks": (),  # beside the rules each kind has its own
            **TABLE_SPANS,
        }.get(name) or NAMED_SPANS.get(name, ())
        spans = {key.name for key in table.keys if key.takes.startswith("a span")}
        assert name == "hooks" or set(known) == spans, name
    assert NAMED_SPANS["hooks"] == NAMED_SPANS["tags"] == RULE_SPANS
    assert set(SPAN_KEYS) < set(FIELDS)


@pytest.mark.parametrize("kind", sorted(VALIDATORS))
def test_each_kind_of_hook_knows_which_of_its_options_are_spans(kind: str) -> None:
    """Whatever complains that something is no span reads one."""
    judge = VALIDATORS[kind]
    found = {
        name for name in judge.names() for key, said in judge({name: "nil"}) if key == name and "15m" in said
    }
    assert found == set(judge.spans({}))


WITH_ALL = """
[hooks.boss]
type = "command"
command = ["true"]
after = 5
repeat = "60"
timeout = 30
[hooks.call]
type = "pushover"
token = "{thirty}"
user = "{thirty}"
retry = 60
[tags."odd\u202e tag"]
after = 10
[maintenance.patching]
calendar = "Sun 03:00"
duration = 120
announce = 60
[drill]
calendar = "Mon *-*-1..7 10:00"
wait = 10
[watchdog.other]
url = "https://x.example/"
every = 5
timeout = "9"
[checks.a]
every = "1h"
expect = ["rows > 5", "duration < 20", "duration > 5s"]
[checks.a.alerts]
repeat = 120
[checks.a.alerts.boss]
after = 15
"""


def test_spans_without_a_unit_are_found_in_every_table() -> None:
    text = WITH_ALL.replace("{thirty}", "a" * 30)
    config = parse_config(text, Path("checks.toml"), VALIDATORS)
    assert sorted(f"{one.place} {one.written}" for one in config.bare_spans) == [
        "[checks.a] alerts.boss.after = 15",
        "[checks.a] alerts.repeat = 120",
        '[checks.a] expect "duration < 20"',
        "[drill] wait = 10",
        "[hooks.boss] after = 5",
        '[hooks.boss] repeat = "60"',
        "[hooks.boss] timeout = 30",
        "[hooks.call] retry = 60",
        "[maintenance.patching] announce = 60",
        "[maintenance.patching] duration = 120",
        '[tags."odd\\u202e tag"] after = 10',
        "[watchdog.other] every = 5",
        '[watchdog.other] timeout = "9"',
    ]
    assert all(one.number == int("".join(filter(str.isdigit, one.written))) for one in config.bare_spans)
    with_units = re.sub(r'(?m)^((?!command|type|token|user)\w+) = "?(\d+)"?$', r'\1 = "\2s"', text)
    with_units = with_units.replace("< 20", "< 20s")
    assert parse_config(with_units, Path("checks.toml"), VALIDATORS).bare_spans == ()


@pytest.mark.parametrize("value", ["5", "'x'", "[]", "[1]"])
@pytest.mark.parametrize("table", ["checks", "drill", "hooks", "maintenance", "tags", "watchdog"])
def test_what_is_no_table_is_a_problem_of_the_file_and_not_looked_into(table: str, value: str) -> None:
    named = "" if table == "drill" else f"[{table}]\na = {value}\n"
    for text in (f"{table} = {value}\n", named):
        if text:
            with pytest.raises(ConfigProblems, match=r"must be a table|has a name"):
                parse_config(text, Path("checks.toml"), VALIDATORS)

"""The commands that change something."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from pulsetui.cli.commands.verbs import read_pairs
from pulsetui.cli.main import main
from pulsetui.client.commands import (
    Acknowledge,
    AddCheck,
    AnyCommand,
    EditCheck,
    Pause,
    RemoveCheck,
    Resume,
    Unacknowledge,
)
from pulsetui.client.views import FieldProblem
from pulsetui.errors import UsageError
from tests.cli.conftest import Connect
from tests.cli.samples import UP, engine_with
from tests.client.samples import ME

Captured = pytest.CaptureFixture[str]


@pytest.mark.parametrize(
    ("arguments", "call"),
    [
        (["pause", "a", "b", "a"], Pause(("a", "b"), by=ME)),
        (["resume", "a"], Resume(("a",))),
        (["ack", "a", "--undo"], Unacknowledge(("a",))),
        (["remove", "backup"], RemoveCheck(("backup",))),
        (
            ["add", "a", "--cron", "0 2 * * *", "--tag", "x", "--tag", "y", "--max-runtime", "20m"],
            AddCheck(("a",), {"cron": "0 2 * * *", "max_runtime": "20m", "tags": ["x", "y"]}),
        ),
        (
            ["add", "a", "--every", "1h", "failures_before_down=2", "desc="],
            AddCheck(("a",), {"every": "1h", "failures_before_down": 2, "desc": None}),
        ),
        (
            ["edit", "backup", "grace=45m", "max_runtime="],
            EditCheck(("backup",), {"grace": "45m", "max_runtime": None}),
        ),
        (["edit", "backup", "--rename", "b"], EditCheck(("backup",), {}, new_slug="b")),
    ],
)
def test_each_verb_reaches_the_engine(
    arguments: list[str], call: AnyCommand, connected: Connect, capsys: Captured
) -> None:
    fake = connected(engine_with(UP))
    fake.agree = "done"

    assert main(arguments) == 0
    assert fake.commands == [call]
    assert fake.closed
    out, err = capsys.readouterr()
    assert out == ""
    assert "done" in err


def test_an_acknowledgement_says_who_and_why(
    connected: Connect, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "kim")
    fake = connected(engine_with(UP))

    main(["ack", "a", "--note", "disk ordered"])

    assert fake.commands == [Acknowledge(("a",), by="kim via CLI", note="disk ordered")]


def test_a_refused_command_is_exit_code_1(connected: Connect, capsys: Captured) -> None:
    fake = connected(engine_with(UP))
    fake.refuse = "there is no check by that name\x1b[2J"

    assert main(["pause", "a"]) == 1

    err = capsys.readouterr().err
    assert err == "a: there is no check by that name\n"


def test_a_wrong_field_is_exit_code_2_and_says_what_to_write(connected: Connect, capsys: Captured) -> None:
    fake = connected(engine_with(UP))
    fake.refuse = "a was not added"
    fake.problems = (FieldProblem(field="cron", message="hour must be 0-23", suggestion='Try "0 1 * * *".'),)

    assert main(["add", "a", "--cron", "0 25 * * *"]) == 2
    assert capsys.readouterr().err == 'a: cron: hour must be 0-23. Try "0 1 * * *".\n'


def test_json_holds_one_result_for_each_slug(connected: Connect, capsys: Captured) -> None:
    connected(engine_with(replace(UP, slug="a"), replace(UP, slug="b")))

    assert main(["pause", "a", "b", "--json"]) == 0
    assert [result["slug"] for result in json.loads(capsys.readouterr().out)] == ["a", "b"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["pause"],
        ["pause", "A"],
        ["edit", "a"],
        ["edit", "a", "grace"],
        ["edit", "a", "=1"],
        ["edit", "a", "grace=1m", "grace=2m"],
        ["edit", "a", "--rename", "B C"],
        ["add", "a", "--cron", "x", "cron=y"],
        ["add", "\x1b[31m", "--every", "1h"],
        ["edit", "a", "metrics={"],
    ],
)
def test_wrong_usage_changes_nothing(arguments: list[str], connected: Connect, capsys: Captured) -> None:
    fake = connected(engine_with(UP))

    assert main(arguments) == 2

    out, err = capsys.readouterr()
    assert (out, fake.commands) == ("", [])
    assert err.startswith("pulsetui")
    assert "\x1b" not in err


@pytest.mark.parametrize(
    ("pair", "value"),
    [
        ("tags=a, b,", ["a", "b"]),
        ('tags=["a,b"]', ["a,b"]),
        ("expect=records >= 1", ["records >= 1"]),
        ("prove=file:/b/x newer 26h, size > 1kB", ["file:/b/x newer 26h, size > 1kB"]),
        (
            'prove=["file:/b/x newer 26h", "file:/b/y newer 1d"]',
            ["file:/b/x newer 26h", "file:/b/y newer 1d"],
        ),
        ("cron=0 2 * * *", "0 2 * * *"),
        ("desc=x=y", "x=y"),
        ("name=42", "42"),
        ("keep-pings=10", 10),
        ("keep_pings=many", "many"),
        ("manual_resume=yes", True),
        ("manual_resume=off", False),
        ("manual_resume=maybe", "maybe"),
        ("metrics={rows = '(\\d+) rows'}", {"rows": "(\\d+) rows"}),
        ("grace=", None),
    ],
)
def test_values_are_written_as_a_person_would(pair: str, value: object) -> None:
    assert list(read_pairs([pair]).values()) == [value]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["edit", "backup", "grace=30"], "pulsetui edit: grace: 30 has no unit. Write 30s, 30m or 30h."),
        (["add", "x", "--every", "15"], "every: 15 has no unit. Write 15s, 15m or 15h."),
        (["add", "x", "--every", "15m", "max_runtime=5"], "max_runtime: 5 has no unit."),
        (["edit", "backup", "alerts={ after = 10 }"], "alerts.after: 10 has no unit. Write 10s, 10m or 10h."),
        (["add", "x"], "when does x run? Add --cron '0 2 * * *', --every 15m or --calendar"),
        (
            ["edit", "backup", "metrics=x"],
            """Write it like: "metrics={ records = 'imported (\\d+) records' }\"""",
        ),
        (["edit", "backup", "metrics.records=(x)"], "metrics.records: give the whole table, like: "),
        (["edit", "backup", "alerts.after=10m"], """like: 'alerts={ after = "10m" }'"""),
    ],
)
def test_what_cannot_be_meant_so_says_what_to_write(
    arguments: list[str], says: str, connected: Connect, capsys: Captured
) -> None:
    fake = connected(engine_with(UP))
    assert main(arguments) == 2
    assert says in capsys.readouterr().err
    assert fake.commands == []


def test_no_time_is_no_time_in_any_unit(connected: Connect) -> None:
    fake = connected(engine_with(UP))
    assert main(["edit", "backup", "early=0"]) == 0
    assert len(fake.commands) == 1


def test_a_pair_given_twice_is_refused() -> None:
    with pytest.raises(UsageError, match="twice"):
        read_pairs(["keep-pings=1", "keep_pings=2"])


def test_a_value_nested_without_end_is_refused_like_any_other() -> None:
    with pytest.raises(UsageError, match="nested too deeply"):
        read_pairs(["tags=" + "[" * 5000])


@pytest.mark.parametrize("arguments", [["edit", "backpu", "grace=1m"], ["remove", "backpu"]])
def test_changing_what_is_not_there_names_the_nearest(
    arguments: list[str], connected: Connect, capsys: Captured
) -> None:
    fake = connected(engine_with(UP))

    assert main(arguments) == 1
    assert 'did you mean "backup"?' in capsys.readouterr().err
    assert fake.commands == []


def test_a_slug_that_no_check_has_is_answered_with_the_nearest(connected: Connect, capsys: Captured) -> None:
    connected(engine_with(replace(UP, slug="backup-db")))
    assert main(["ack", "backup-d", "zzz"]) == 1
    assert capsys.readouterr().err.splitlines() == [
        'there is no check backup-d; did you mean "backup-db"?',
        "there is no check zzz",
    ]


def test_dependencies_and_rules_of_alerts_are_edited_as_lists_and_tables() -> None:
    read = read_pairs(["depends_on=db, net", 'alerts={ after = "10m", phone = { quiet = "22:00-07:00" } }'])
    assert read == {
        "depends_on": ["db", "net"],
        "alerts": {"after": "10m", "phone": {"quiet": "22:00-07:00"}},
    }

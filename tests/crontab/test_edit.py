"""A report is put into a line so that the shell runs all of it before, and no other byte changes."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.crontab.edit import EditRefusedError, command_with_report, diff, edited
from pulsetui.crontab.lint import lint
from tests.crontab.host import WORLD, lint_file

PING = "curl -fsS -m 10 --retry 3 -o /dev/null http://127.0.0.1:8787/ping/backup"


def reported(command: str, ping: str = PING) -> str:
    (job,) = lint_file(f"0 2 * * * {command}\n").jobs
    return command_with_report(job, ping)


@pytest.mark.parametrize(
    ("command", "changed"),
    [
        ("a", "a && P"),
        ("cd /x && a", "cd /x && a && P"),
        ("a; b", "{ a; b; } && P"),
        ("a || b", "{ a || b; } && P"),
        ("if a; then b; fi", "{ if a; then b; fi; } && P"),
        ("{ a; b; }", "{ { a; b; }; } && P"),
        ("(a)", "(a) && P"),
        ("(a) ; b", "{ (a) ; b; } && P"),
        ("a;", "a && P"),
        ("a # note", "a && P # note"),
        ("a 'x # y'  ", "a 'x # y' && P  "),
        ("mail x%hello%there", "mail x && P%hello%there"),
        ("date +\\%F >x", "date +\\%F >x && P"),
    ],
)
def test_the_report_comes_after_all_of_the_command(command: str, changed: str) -> None:
    assert reported(command, "P") == changed


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("a &", "it runs in the background"),
        ("a | b", "a pipe hides its exit code"),
        ("a\r", "it ends as on Windows"),
        ("%x", "it has no command"),
        ("x" * 950, "more than 998 bytes"),
    ],
)
def test_a_line_that_cannot_be_edited_surely_is_left_alone(command: str, why: str) -> None:
    with pytest.raises(EditRefusedError, match=re.escape(why)):
        reported(command)


@pytest.mark.parametrize(
    ("command", "succeeds"),
    [
        ("true", True),
        ("false", False),
        ("false || true", True),
        ("true; false", False),
        ("false; true", True),
        ("false && true", False),
        ("if true; then false; fi", False),
        ("(true; false)", False),
        ("true # && false", True),
        ("{ false; } || { true; }", True),
        ("sh -c 'exit 3'", False),
        ("for x in 1 2; do false; done", False),
    ],
)
def test_a_shell_reports_exactly_when_the_command_succeeded(command: str, succeeds: bool) -> None:
    said = subprocess.run(
        ["/bin/sh", "-c", reported(command, "echo told")], capture_output=True, text=True
    ).stdout
    assert said == ("told\n" if succeeds else "")


def test_a_percent_in_the_report_is_escaped_for_cron() -> None:
    assert reported("a", "curl http://h/ping/a%20b") == "a && curl http://h/ping/a\\%20b"


@given(
    st.lists(
        st.sampled_from(
            ["\t0  2 * * *\tbackup  # x", "# c", "", "A = b ", "@daily \xe9\udcff;", "junk", "0 25 * * * x"]
        ),
        min_size=1,
        max_size=8,
    )
)
def test_only_the_command_of_the_line_changes(lines: list[str]) -> None:
    data = "\n".join(lines).encode("utf-8", "surrogateescape") + b"\n"
    file = lint_file(data)
    assert edited(file.crontab, {}) == data
    for job in file.jobs:
        after = edited(file.crontab, {job.line.number: "NEW"}).split(b"\n")
        before = data.split(b"\n")
        changed = [at for at, (a, b) in enumerate(zip(before, after, strict=True), 1) if a != b]
        assert changed == ([job.line.number] if job.line.part("command") else [])


def test_what_is_written_raises_no_alarm() -> None:
    text = "0 2 * * * /usr/bin/true; /usr/local/bin/backup # nightly\n"
    file = lint_file(text)
    after = edited(file.crontab, {1: command_with_report(file.jobs[0], PING)})
    assert [one for one in lint([lint_file(after)], (), WORLD) if one.level != "note"] == []
    assert diff(file.crontab, after)[3:] == [
        "-0 2 * * * /usr/bin/true; /usr/local/bin/backup # nightly",
        f"+0 2 * * * {{ /usr/bin/true; /usr/local/bin/backup; }} && {PING} # nightly",
    ]
    assert file.path == Path("/var/spool/cron/crontabs/root")

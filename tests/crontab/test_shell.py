"""Commands by their steps, and which of the steps report."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.crontab.jobs import job_name
from pulsetui.crontab.reports import reports_of
from pulsetui.crontab.shell import bare_percents, read_shell, shell_part
from tests.crontab.host import lint_file

WORDS = st.sampled_from(
    [
        "a",
        "curl",
        "'",
        '"',
        "`",
        "$(",
        ")",
        "(",
        "{",
        "}",
        "&&",
        "||",
        "|",
        ";",
        "&",
        ">",
        "2>&1",
        "#",
        "\\",
        " ",
        "\n",
    ]
)


@given(st.lists(WORDS | st.text(max_size=3), max_size=30).map("".join))
def test_anything_is_read_and_every_step_is_a_part_of_the_text(text: str) -> None:
    at = 0
    for step in read_shell(text).steps:
        assert at <= step.start < step.end <= len(text)
        at = step.end
    reports_of(read_shell(text))


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("a b", [("", "a b")]),
        ("a && b; c", [("", "a"), ("&&", "b"), (";", "c")]),
        ("a || { b && c; } && d", [("", "a"), ("||", "b"), ("&&", "c"), ("&&", "d")]),
        ("(a; b) | c", [("(", "a"), (";", "b"), ("|", "c")]),
        ("a 'x && y' \"$(b; c)\" # && d", [("", "a 'x && y' \"$(b; c)\"")]),
        ("a >x 2>&1 && b", [("", "a >x 2>&1"), ("&&", "b")]),
        ("a {1..3} &", [("", "a {1..3}")]),
        ("A=1 b `c | d`", [("", "A=1 b `c | d`")]),
        ("if a; then b; fi", [("", "if a"), (";", "then b"), (";", "fi")]),
    ],
)
def test_a_command_is_read_by_its_steps(text: str, steps: list[tuple[str, str]]) -> None:
    assert [(step.joined_by, text[step.start : step.end]) for step in read_shell(text).steps] == steps


def test_a_bare_percent_ends_what_the_shell_sees() -> None:
    assert shell_part("mail -s x joe%Joe,%%where") == "mail -s x joe"
    assert shell_part("date +\\%F") == "date +%F"
    assert bare_percents("a\\%b%c%") == [4, 6]


UUID = "01234567-89ab-cdef-0123-456789abcdef"


@pytest.mark.parametrize(
    ("command", "reports"),
    [
        (f"a && curl -fsS https://hc-ping.com/{UUID}", [("success", UUID)]),
        (f"a; curl https://hc-ping.com/{UUID}/$?", [("exit", UUID)]),
        (
            "curl http://127.0.0.1:8787/ping/a/start; a; curl 'http://127.0.0.1:8787/ping/a/1'",
            [("start", "a"), ("exit", "a")],
        ),
        (
            "a && wget -qO- http://h/ping/KEY/nightly?rid=1 || curl http://h/ping/KEY/nightly/fail",
            [("success", "nightly"), ("fail", "nightly")],
        ),
        ("a && curl https://nosnch.in/abc", [("success", "")]),
        ("a && curl 'https://kuma.example/api/push/Xy?status=up'", [("success", "")]),
        ("pulsetui run backup --timeout 5m -- a b", [("run", "backup")]),
        ("/opt/v/bin/pulsetui --state-dir /s run backup -- a", [("run", "backup")]),
        ("python3 -m pulsetui ping backup -m 'well done'", [("success", "backup")]),
        ("flock -n /l /usr/bin/pulsetui run backup -- a", [("run", "backup")]),
        ("pulsetui ping -m note backup --fail", [("fail", "backup")]),
        ("curl https://example.com/data.json -o x", []),
        ("curl http://127.0.0.1:8787/api/v3/checks/", []),
        ("echo pulsetui run x", []),
        ("curl http://[::1/ping/x", []),
    ],
)
def test_reports_are_known_by_what_they_call(command: str, reports: list[tuple[str, str]]) -> None:
    assert [(report.kind, report.check) for report in reports_of(read_shell(command))] == reports


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("/usr/local/bin/backup --all", "backup"),
        ("cd /srv/app && .venv/bin/python manage.py sync_invoices --all", "sync_invoices"),
        ("flock -n /tmp/x.lock nice -n 10 /opt/report.sh", "report"),
        ("timeout 60 python3 -m mailer.digest", "mailer.digest"),
        ("bash /srv/run.sh | tee x", "run"),
        ("php /var/www/artisan.php schedule:run", "artisan"),
        ("pulsetui run nightly -- /x", "nightly"),
        ("test -x /x || exit 0; /x/clean.py", "exit"),
        ("cd /srv", ""),
    ],
)
def test_a_job_is_called_by_what_it_runs(command: str, name: str) -> None:
    (job,) = lint_file(f"0 2 * * * {command}\n").jobs
    assert job_name(job) == name

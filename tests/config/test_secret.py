"""No secret of checks.toml in what is said of it, whatever is wrong with the file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulsetui.config.alerts import RULES
from pulsetui.config.file.load import parse_config
from pulsetui.config.problem import ConfigProblems
from pulsetui.config.secret import masked, secrets_of, without
from pulsetui.hooks.registry import VALIDATORS
from tests.cli.installed import pulsetui

SECRET = "hunter2-hunter2"
GOOD = f"""\
timezone = "Europe/Riga"
[listener]
listen = "127.0.0.1:8787"
ping_key = "{SECRET}"
api_key = "{SECRET}"
api_key_readonly = '{SECRET}0'
[hooks.ops]
type = "command"
command = ["curl", "-u", "me:{SECRET}", "-H", "Authorization: Bearer {SECRET}", "https://me:{SECRET}@host/"]
env = {{ ANY_NAME = "{SECRET}", PASSWORD = "{SECRET}" }}
[checks.backup]
every = "1h"
grace = "5m"
"""
LINES = GOOD.split("\n")


def said(text: str) -> str:
    try:
        parse_config(text, Path("checks.toml"), VALIDATORS)
    except ConfigProblems as error:
        return str(error) + "".join(f"{one.message}{one.value}{one.suggestion}" for one in error.problems)
    return ""


BROKEN = [
    '[listener]\napi_key = "{s}',
    '[listener]\napi_key = "{s}\nlisten = "x"',
    "[listener]\napi_key = '{s}",
    '[listener]\napi_key = """{s}',
    '[listener]\napi_key = """\n{s}',
    "[listener]\napi_key = {s}",
    "[listener]\napi_key: {s}",
    "[listener]\napi_key {s}",
    '[listener]\n"api_key" = "{s}" x',
    '[listener]\nApiKey = "{s}" x',
    '[listener]\napi-key-readonly="{s}',
    '[listener]\nping_key = "{s}" "',
    '[listener]\nnew_thing = "{s}',
    "[listener]\n{s}",
    'listener.api_key = "{s}',
    'listener = {{ api_key = "{s}" ',
    'listener = {{ listen = "127.0.0.1:1", api_key = "{s}" x }}',
    'api_key = "{s}',
    "token = {s}",
    '[hooks.tg]\ntype = "telegram"\ntoken = "{s}',
    '[hooks.tg]\nchat = "{s}',
    '[hooks.slack]\nurl = "https://hooks.slack.com/services/{s}',
    '[hooks.mail]\npassword = [\n "{s}"\n x ]',
    '[hooks.mail]\nsmtp = {{ user = "me", password = "{s}" ',
    '[hooks.mail.smtp]\npassword = "{s}',
    '[hooks.x.env]\nANY = "{s}',
    '[hooks.x]\nenv = {{ ANY = "{s}',
    '[hooks.x]\ncommand = ["curl", "{s}',
    'hooks.x.secret = "{s}',
    'hooks = {{ x = {{ type = "command", webhook = "{s}',
    '[checks.a]\nevery = "5m"\ntoken = "{s}',
    '[checks.a]\ndesc = "curl https://me:{s}@host/',
    '[checks.a]\ndesc = "password: {s}',
    '[checks.a]\ndesc = "see" # api_key = {s} "',
    # valid TOML with something else wrong
    '[listener]\napi_key = "{s} with a blank"',
    '[listener]\napi_key = ["{s}"]',
    '[listener]\nlisten = "{s}"\napi_key = "{s}"',
    '[listener]\nkey = "{s}"',
    'api_key = "{s}"',
    'hooks = "{s}"',
    '[hooks]\nurl = "{s}"',
    '[hooks.x]\ntype = "{s}"\ntoken = "{s}"',
    '[hooks.x]\ntype = "command"\ncommand = "curl -u me:{s} host"',
    '[hooks.x]\ntype = "command"\ncommand = "curl -H \'Authorization: Bearer {s}\'"',
    '[hooks.x]\ntype = "command"\ncommand = ["curl"]\nenv = "{s}"',
    '[hooks.x]\ntype = "command"\ncommand = ["curl"]\nenv = {{ "a b" = "{s}", A = 1 }}',
    '[hooks.x]\ntype = "command"\ncommand = ["curl"]\ntoken = "{s}"\ntimeout = "{s}"',
]


@pytest.mark.parametrize("text", BROKEN)
@pytest.mark.parametrize("secret", [SECRET, "x" * 150 + SECRET, "pa55"])
def test_no_secret_is_quoted(text: str, secret: str) -> None:
    shown = said(text.format(s=secret))

    assert shown
    assert secret[:40] not in shown


@settings(max_examples=300)
@given(st.data())
def test_no_secret_is_quoted_wherever_a_good_file_is_broken(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(LINES) - 1))
    line = LINES[at]
    column = data.draw(st.integers(0, len(line)))
    cut = data.draw(st.integers(0, min(4, len(line) - column)))
    put = data.draw(
        st.sampled_from(["", '"', "'", "]", "}", "{", "=", "#", '"""', "\\", "x", "\x00", "[", ".", " "])
    )
    broken = [*LINES[:at], line[:column] + put + line[column + cut :], *LINES[at + 1 :]]

    assert SECRET[:8] not in said("\n".join(broken)).replace(f"{SECRET[:8]}…", "")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[checks.a]\nevery = 5m", "every = 5m"),
        ("[checks.rotate-api-keys]\ncron = 0 2 * * *", "cron = 0 2 * * *"),
        ("timezone = Europe/Riga", "timezone = Europe/Riga"),
        ("[listener]\nlisten = 127.0.0.1:8787", "listen = 127.0.0.1:8787"),
        ("[checks.a", "[checks.a"),
        ("[keys]\ntable.pause = p", "table.pause = p"),
        ("[listener]\napi_key = abc", "api_key = …"),
    ],
)
def test_what_is_no_secret_is_still_quoted(text: str, shown: str) -> None:
    assert shown in said(text)


def test_a_secret_is_taken_out_where_it_was_cut_or_escaped() -> None:
    long, odd = "s" * 200, "tab\there\x1b"
    assert without(f'got "{long[:79]}…", not {odd!r}'.replace("'", '"'), {long, odd}) == 'got "…", not "…"'
    assert without(f'"{long[:60]}" is none, nor {long} nor {long}', {long}) == '"…" is none, nor … nor …'
    assert without("on http://127.0.0.1:8787", {"http://127.0.0.1:3128"}) == "on http://127.0.0.1:8787"
    assert without('the sh says "sh"', {"sh"}) == 'the sh says "…"'
    assert masked("https://me:secret@host/x and Bearer abcdef") == "https://…@host/x and Bearer …"


def test_a_problem_without_secrets_reads_as_before(tmp_path: Path) -> None:
    (tmp_path / "checks.toml").write_text(f'[listener]\napi_key = "{SECRET}')
    for arguments in (["validate"], ["validate", "--json"]):
        done = pulsetui(*arguments, "--config", str(tmp_path / "checks.toml"), home=tmp_path)
        assert done.returncode == 2
        assert SECRET not in done.stdout + done.stderr
        assert "checks.toml:2" in done.stdout + done.stderr
    assert json.loads(done.stdout)["problems"][0]["line"] == 2


def test_rules_of_alerts_are_no_secrets() -> None:
    """Else the word "failed" would be masked in all notices."""
    rules = {
        "after": "10 minutes",
        "reasons": ["failed", "missed"],
        "timezone": "Europe/Riga",
        "days": "mon-fri",
    }
    assert secrets_of({"hooks": {"me": {"type": "ntfy", "token": "tk_geheim", **rules}}}) == {"tk_geheim"}
    assert secrets_of({"hooks": {"me": dict.fromkeys(RULES, "something")}}) == frozenset()


def test_an_error_may_name_the_mail_server() -> None:
    mail = {"type": "email", "host": "mail.example.org", "port": 587, "password": "geheim-1"}
    assert secrets_of({"hooks": {"boss": mail}}) == {"geheim-1"}

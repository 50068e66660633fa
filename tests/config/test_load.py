"""A file is read whole, and everything wrong in it is said at once, at the right line."""

from __future__ import annotations

import os
import re
import time
from datetime import timedelta
from pathlib import Path

import pytest
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st

from pulsetui.config.check_fields import FIELDS
from pulsetui.config.file.load import load_config, parse_config
from pulsetui.config.model import Config, HookConfig
from pulsetui.config.problem import ConfigProblems, Problem
from pulsetui.core.state.check import OnEvent
from pulsetui.core.text.metric import Text
from pulsetui.errors import ConfigError
from tests.config.hand_written import ALL, VALIDATORS

PATH = Path("checks.toml")


def parsed(text: str) -> Config:
    return parse_config(text, PATH, VALIDATORS)


def complaints(text: str) -> list[str]:
    with pytest.raises(ConfigProblems) as caught:
        parsed(text)
    return [str(problem) for problem in caught.value.problems]


def problems_of(text: str) -> tuple[Problem, ...]:
    try:
        parsed(text)
    except ConfigProblems as error:
        return error.problems
    return ()


def complaint(text: str) -> str:
    (only,) = complaints(text)
    return only


def test_every_key_of_the_file_arrives_in_the_configuration() -> None:
    config = parsed(r"""
timezone = "Europe/Riga"

[listener]
listen = "[::1]:9000"
ping_key = "abc-123_X"
api_key = "hcw_read+write"
api_key_readonly = "hcr_read"
hosts = ["pulse.example", "monitor"]
create_limit = 0

[hooks.desktop]
type = "desktop"

[hooks.Ops]
type = "command"
command = ["notify"]

[keys]
pause = "p,space"

[checks.a]
name = "All of it"
cron = "0 2 * * *"
timezone = "Europe/Berlin"
grace = "30m"
start_grace = 300
early = 0
max_runtime = "20m"
min_runtime = "1s"
min_interval = "1h"
on_overlap = "down"
on_duplicate = "note"
expect = ["records >= 1", "duration < 20m"]
metrics = { records = '^records: (\d+)$' }
failures_before_down = 2
successes_before_up = 3
tags = ["x", "y", "x"]
hooks = ["Ops"]
desc = "Two\nlines"
manual_resume = true
keep_pings = 50
uuid = "5f0c1c3e-9d1b-4d1e-8f5a-2f8f3a6f4a10"
""")
    check = config.checks["a"]
    assert config.path == PATH
    assert config.timezone == "Europe/Riga"
    assert (config.listener.host, config.listener.port) == ("::1", 9000)
    assert config.listener.ping_key == "abc-123_X"
    assert config.listener.api_key == "hcw_read+write"
    assert config.listener.api_key_readonly == "hcr_read"
    assert config.listener.hosts == ("pulse.example", "monitor")
    assert config.listener.create_limit == 0
    assert config.hooks["Ops"] == HookConfig(name="Ops", type="command", options={"command": ["notify"]})
    assert config.keys == {"pause": "p,space"}
    assert (check.slug, check.name) == ("a", "All of it")
    assert (check.schedule.kind, check.schedule.expression) == ("cron", "0 2 * * *")
    assert check.schedule.timezone == "Europe/Berlin"
    assert check.grace == timedelta(minutes=30)
    assert check.start_grace == timedelta(minutes=5)
    assert check.early == timedelta(0)
    assert check.max_runtime == timedelta(minutes=20)
    assert check.min_runtime == timedelta(seconds=1)
    assert check.min_interval == timedelta(hours=1)
    assert (check.on_overlap, check.on_duplicate) == (OnEvent.DOWN, OnEvent.NOTE)
    assert [e.text for e in check.expect] == ["records >= 1", "duration < 20m"]
    assert check.metrics["records"].last(Text(b"done\nrecords: 12\nbye")) == "12"
    assert (check.failures_before_down, check.successes_before_up) == (2, 3)
    assert (check.tags, check.hooks) == (("x", "y"), ("Ops",))
    assert check.desc == "Two\nlines"
    assert (check.manual_resume, check.keep_pings) == (True, 50)
    assert check.uuid == "5f0c1c3e-9d1b-4d1e-8f5a-2f8f3a6f4a10"
    assert config.fields["a"]["grace"] == "30m"


def test_what_is_left_out_has_its_default() -> None:
    config = parsed('[checks.a]\ncalendar = "Mon..Fri 06:00"\n[checks.b]\nevery = 90\n')
    check = config.checks["a"]
    assert config.timezone == check.schedule.timezone == "UTC"
    assert (config.listener.host, config.listener.port) == ("127.0.0.1", 8787)
    assert config.listener.api_key is None
    assert (check.name, check.hooks, check.tags, check.uuid) == ("a", None, (), None)
    assert check.grace == timedelta(hours=1)
    assert config.checks["b"].schedule.expression == "1m30s"


def test_checks_keep_the_order_of_the_file() -> None:
    config = parsed("".join(f'[checks.{slug}]\nevery = "5m"\n' for slug in "zaqb"))
    assert list(config.checks) == list(config.fields) == list("zaqb")


def test_a_check_is_read_in_the_zone_of_the_file_unless_it_names_its_own() -> None:
    config = parsed(
        'timezone = "Asia/Tokyo"\n[checks.a]\ncron = "0 2 * * *"\n'
        '[checks.b]\ncron = "0 2 * * *"\ntimezone = "UTC"\n'
        '[checks.c]\nevery = "1h"\ntimezone = "Europe/Riga"\n'
        '[checks.d]\nevery = "1h"\n'
    )
    zones = [check.schedule.timezone for check in config.checks.values()]
    assert zones == ["Asia/Tokyo", "UTC", "Europe/Riga", "Asia/Tokyo"]


@pytest.mark.parametrize("text", ALL.values(), ids=ALL)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_however_a_file_is_written_it_is_read(text: str, newline: str) -> None:
    assert set(parsed(text.replace("\n", newline)).fields) == set(parsed(text).fields)


MISTAKES = """\
timezone = "Europe/Berln"
tmezone = "UTC"
grace = "5m"

[lisener]
[listener]
listen = "127.0.0.1:99999"
port = 80
ping_key = "not a key"
api_key = "same"
api_key_readonly = "same"
hosts = ["http://pulse.example/"]
create_limit = -1

[backup]
cron = "0 2 * * *"

[hooks.none]
[hooks.deskto]
type = "deskto"
[hooks.command]
type = "command"
[hooks.terminal]
type = "terminal"
beep = true
[hooks]
plain = 5

[keys]
pause = 5

[checks."Bad Slug"]
every = "5m"
[checks.none]
name = "no schedule"
[checks.two]
every = "5m"
cron = "0 2 * * *"
[checks.a]
cron = "0 25 * * *"
timezone = "Mars/Olympus"
grace = "soon"
max_runtime = "5m"
min_runtime = "10m"
early = -5
name = ""
desc = 7
tags = [
    "fine",
    "two words",
    5,
]
hooks = ["termnal"]
expect = ["records > many"]
prove = [
    "file:/b/x newer 1h",
    "file:b/x newer 1h",
]
on_overlap = "panic"
failures_before_down = 721
successes_before_up = 0
keep_pings = 1.5
manual_resume = "yes"
uuid = "{5f0c1c3e-9d1b-4d1e-8f5a-2f8f3a6f4a1}"
garce = "5m"
[checks.a.metrics]
none = 'records'
broken = '(\\d+'
slow = '(?=x)(\\d)'
"not a name" = '(.)'
duration = '(.)'
[checks.b]
every = "0s"
"""


def test_every_mistake_of_a_file_is_reported_at_once_with_its_line() -> None:
    with pytest.raises(ConfigProblems) as caught:
        parsed(MISTAKES)
    found = [(p.line, p.where, p.field) for p in caught.value.problems]
    lines = MISTAKES.splitlines()

    def at(start: str, *, after: str = "") -> int:
        first = lines.index(after) if after else 0
        return next(n for n, line in enumerate(lines, 1) if n > first and line.strip().startswith(start))

    a = "[checks.a]"
    assert found == [
        (1, "", "timezone"),
        (2, "", "tmezone"),
        (3, "", "grace"),
        (5, "", "lisener"),
        (at("listen ="), "listener", "listen"),
        (at("port"), "listener", "port"),
        (at("ping_key"), "listener", "ping_key"),
        (at("api_key_r"), "listener", "api_key_readonly"),
        (at("hosts"), "listener", "hosts"),
        (at("create_limit"), "listener", "create_limit"),
        (at("[backup]"), "", "backup"),
        (at("[hooks.none]"), "hooks.none", "type"),
        (at('type = "deskto"'), "hooks.deskto", "type"),
        (at("[hooks.command]"), "hooks.command", "command"),
        (at("beep"), "hooks.terminal", "beep"),
        (at("plain"), "hooks", "plain"),
        (at("pause"), "keys", "pause"),
        (at('[checks."Bad'), "checks.Bad Slug", "slug"),
        (at("[checks.none]"), "checks.none", "schedule"),
        (at("cron", after="[checks.two]"), "checks.two", "cron"),
        (at("cron", after=a), "checks.a", "cron"),
        (at("timezone", after=a), "checks.a", "timezone"),
        (at("grace", after=a), "checks.a", "grace"),
        (at("max_runtime"), "checks.a", "max_runtime"),
        (at("early"), "checks.a", "early"),
        (at("name", after=a), "checks.a", "name"),
        (at("desc"), "checks.a", "desc"),
        (at('"two words"'), "checks.a", "tags"),
        (at("5,"), "checks.a", "tags"),
        (at("hooks =", after=a), "checks.a", "hooks"),
        (at("expect"), "checks.a", "expect"),
        (at('"file:b/x'), "checks.a", "prove"),
        (at("on_overlap"), "checks.a", "on_overlap"),
        (at("failures"), "checks.a", "failures_before_down"),
        (at("successes"), "checks.a", "successes_before_up"),
        (at("keep_pings"), "checks.a", "keep_pings"),
        (at("manual"), "checks.a", "manual_resume"),
        (at("uuid"), "checks.a", "uuid"),
        (at("garce"), "checks.a", "garce"),
        (at("none ="), "checks.a", "metrics"),
        (at("broken"), "checks.a", "metrics"),
        (at("slow"), "checks.a", "metrics"),
        (at('"not a'), "checks.a", "metrics"),
        (at("duration"), "checks.a", "metrics"),
        (at("every", after="[checks.b]"), "checks.b", "every"),
    ]
    assert str(caught.value).count("\n") == len(found) - 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '[checks.backup]\ncron = "0 25 * * *"\n',
            r':2: \[checks.backup\] cron "0 25 \* \* \*": hour must be 0-23, got 25. Try "0 1 \* \* \*"\.',
        ),
        (
            '[checks.a]\ncrn = "0 2 * * *"\n',
            r'checks.toml:2: \[checks.a\] crn: unknown key. Did you mean "cron"\?',
        ),
        ('[checks.a]\nevery="1m"\nx=1\n', r"x: unknown key. Known keys: name, every, cron, "),
        ('[checks.a]\nperiod = "5m"\n', r'period: unknown key. Did you mean "every"\?'),
        ('[checks.a]\nevery = "5m"\nstart-grace = "1m"\n', r'Did you mean "start_grace"\?'),
        ('[backup]\ncron = "0 2 * * *"\n', r"backup: unknown key. A check is a table \[checks.backup\]"),
        ('[checks.a]\nevery = "5 min"\n', r'every "5 min": is not a duration. Write it like'),
        ('[checks.a]\nevery = "11y"\n', r'every "11y": is not a duration'),
        ('[checks.a]\nevery = "600w"\n', r'every "600w": is longer than ten years'),
        (
            f'[checks.a]\nevery = "5m"\nname = "{"x" * 101}"\n',
            r"name .*…\": must be at most 100 characters, has 101",
        ),
        (f'[checks.a]\nevery = "5m"\ndesc = "{"x" * 2001}"\n', r"desc .*at most 2000 characters, has 2001"),
        (
            '[checks.a]\nevery = "5m"\ntags = "x"\n',
            r'tags "x": must be a list of tags, not text. Write \["x"\]',
        ),
        (
            '[checks.a]\nevery = "5m"\ntags = ["a,b"]\n',
            r'"a,b": a tag has no spaces and no commas. Try "a-b"',
        ),
        ('[checks.a]\nevery = "5m"\nname = "a\\nb"\n', r"must be a single line"),
        (
            '[checks.a]\nevery = "5m"\nname = "\\u001b[2J"\n',
            r'name "\\x1b\[2J": must not hold control characters',
        ),
        ("[checks.a]\nevery = true\n", r"every true: must be a duration, not true or false"),
        ("[checks.a]\nevery = 2024-01-01\n", r"must be a duration, not a date or time"),
        ('[checks.a]\ncron = ""\n', r'cron "": must not be empty'),
        ('[checks.a]\ncron = ["0 2 * * *"]\n', r"cron \[…\]: must be text in quotes, not a list"),
        ('[checks.a]\nevery = "5m"\nhooks = ["mail"]\n', r"no hook has that name. Add a table like \[hooks"),
        ("checks = []\n", r"checks \[…\]: must be a table, not a list. Write \[checks.slug\]"),
        ("[[checks]]\nname = 'a'\n", r"checks.toml:1: checks .*must be a table, not a list"),
        ("[checks]\na = 5\n", r"checks.toml:2: \[checks\] a 5: must be a table"),
        ("timezone = 5\n", r"timezone 5: must be text in quotes, not a whole number"),
        ("[listener]\nlisten = ''\n", r"listen \"\": must not be empty"),
        ("[listener]\nlisten = 'localhost'\n", r'"localhost" has no port'),
        ("[listener]\nping_key = ''\n", r"ping_key: must not be empty. Take the line out"),
        ("[hooks.a]\ntype = 5\n", r"type 5: must be text in quotes.*Types: command, desktop, terminal"),
    ],
)
def test_a_complaint_says_what_where_and_what_to_do(text: str, said: str) -> None:
    assert re.search(said, complaint(text)), complaint(text)


def test_keys_and_secrets_are_never_quoted_in_a_complaint() -> None:
    assert "hush hush" not in complaint('[listener]\nping_key = "hush hush"\n')


def test_two_checks_cannot_share_a_uuid() -> None:
    uuid = "5f0c1c3e-9d1b-4d1e-8f5a-2f8f3a6f4a10"
    tables = [
        f'[checks.{slug}]\nevery = "5m"\nuuid = "{spelled}"\n'
        for slug, spelled in zip("ab", (uuid, uuid.upper()), strict=True)
    ]
    said = complaint("".join(tables))
    assert said.startswith("checks.toml:6: [checks.b] uuid")
    assert "[checks.a]" in said


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('checks.a.cron = "0 2 * * *"\nchecks.a.grace = "soon"\n', 2),
        ('checks = { a = { every = "5m" },\tb = { grace = "1m", every = "x" } }\n', 1),
        ('[checks]\na.every = "5m"\nb = { every = "x" }\n', 3),
        ('[checks.a]\ndesc = """\n[checks.a]\nevery = "x"\n"""\n\n"every" = "x"\n', 7),
        ('["checks"."a"]\n"every"="x"\n', 2),
        ("[checks.a]\ndesc = '''\nevery = 1'''\nevery = 'x'\n", 4),
        ('\n[ checks . a ] # every = 1\n  every = "x"\n', 3),
        ('[checks.a.metrics]\nn = "(.)"\n[checks.a]\n# no schedule\n', 3),
        ('[checks.a.metrics]\nn = "(.)"\n', 1),
        ('\ufeff\n\n[checks.a]\nevery = "x"\n', 4),
        ('[checks.a]\nevery = "5m"\nexpect = [ # "]"\n "records > 1", # fine\n\n "no",\n]\n', 6),
        ('[checks.a]\r\nevery = "5m"\r\n\r\ngrace = "soon"\r\n', 4),
        ('[checks.a]\nevery = "5m"\n[checks.a.metrics]\n\n"n" = "x"\n', 5),
        ("[checks.a]\nmetrics.'n' = 'x'\nevery = '5m'\n", 2),
        ('[checks.a]\nevery = "5m"\ndesc = "a \\" # [x]"\ntags = [["x"]]\n', 4),
        ('[checks.a]\nevery = "5m"\ndesc = """x""""\ntags = [1]\n', 4),
    ],
)
def test_the_line_is_right_however_the_key_is_written(text: str, line: int) -> None:
    with pytest.raises(ConfigProblems) as caught:
        parsed(text)
    assert [problem.line for problem in caught.value.problems] == [line]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a = \n", 1, "invalid value"),
        ("\n\n[checks.a\n", 3, "expected"),
        ("[checks.a]\ncron = 0 2 * * *\n", 2, "not valid TOML"),
        ("[checks.a]\nname = hello\n", 2, "Put text in quotes"),
        ("[checks.a]\nname hello\n", 2, 'Write key = "value"'),
        ('[checks.a]\nevery = "1m"\nevery = "2m"\n', 3, "already given above"),
        ('[checks.a]\nevery = "1m"\n[checks.a]\n', 3, "already given above"),
        ('[checks.a]\nname = """\nnever ends\n', 3, "not valid TOML"),
        ('[checks.a]\nname = "\x00"\n', 2, "not valid TOML"),
        ("[checks.a]\nname = 'x'\rgrace = 1\n", 2, "not valid TOML"),
        ("a = " + "[" * 5000, 1, "nested too deeply"),
        ("a = " + "9" * 5000, 1, "not valid TOML"),
    ],
)
def test_text_that_is_no_toml_is_reported_with_its_line(text: str, line: int, said: str) -> None:
    message = complaint(text)
    assert message.startswith(f"checks.toml:{line}: ")
    assert said in message
    assert message.isprintable()


@pytest.mark.parametrize("value", ["[" * 5000, "9" * 5000])
def test_where_the_place_is_not_known_no_line_is_blamed(value: str) -> None:
    message = complaint(f'timezone = "UTC"\na = {value}')
    assert message.startswith("checks.toml:1: ")
    assert "timezone" not in message


TOMLISH = st.lists(
    st.sampled_from(
        [
            *(
                "[",
                "]",
                "[[",
                "]]",
                "{",
                "}",
                "=",
                ".",
                ",",
                "\n",
                "\r\n",
                " ",
                "#",
                '"',
                "'",
                '"""',
                "'''",
                "\\",
            ),
            *(
                "checks",
                "hooks",
                "listener",
                "timezone",
                "keys",
                "a",
                "b",
                "type",
                "desktop",
                "every",
                "cron",
            ),
            *("expect", "metrics", "tags", "grace", "uuid", "1", "-1", "1.5", "true", "nan", "2024-01-01"),
            *('"5m"', '"0 2 * * *"', "[checks.a]\n", 'every = "5m"\n', "\ufeff", "\x1b", "é", "\u2028"),
        ]
    ),
    max_size=40,
).map("".join)
ANYTHING: st.SearchStrategy[object] = st.recursive(
    st.text(max_size=8)
    | st.integers(-(2**63), 2**63)
    | st.booleans()
    | st.floats()
    | st.datetimes()
    | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
KEYS = st.sampled_from(FIELDS)


@settings(max_examples=400, deadline=None)
@given(TOMLISH | st.text())
def test_whatever_the_text_is_the_only_error_is_a_config_error(text: str) -> None:
    found = problems_of(text)
    assert all(str(problem).isprintable() for problem in found)
    assert all(1 <= (problem.line or 0) <= text.count("\n") + 1 for problem in found)


@settings(max_examples=200, deadline=None)
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "timezone": ANYTHING,
            "listener": ANYTHING
            | st.dictionaries(st.sampled_from(["listen", "ping_key", "api_key"]), ANYTHING),
            "hooks": ANYTHING | st.dictionaries(st.sampled_from(["a", "desktop"]), ANYTHING, max_size=2),
            "keys": ANYTHING,
            "checks": ANYTHING
            | st.dictionaries(st.text(max_size=5), st.dictionaries(KEYS, ANYTHING), max_size=3),
        },
    )
)
def test_whatever_the_values_are_the_only_error_is_a_config_error(document: dict[str, object]) -> None:
    assert all(problem.message and problem.line for problem in problems_of(tomli_w.dumps(document)))


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no such file.*pulsetui init"):
        load_config(tmp_path / "checks.toml", VALIDATORS)


def test_a_directory_a_device_and_a_loop_of_links_are_clear_errors(tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    with pytest.raises(ConfigError, match="is a directory"):
        load_config(tmp_path, VALIDATORS)
    with pytest.raises(ConfigError, match="not a regular file"):
        load_config(Path("/dev/null"), VALIDATORS)
    with pytest.raises(ConfigError, match="cannot be read"):
        load_config(loop, VALIDATORS)


def test_a_pipe_that_nobody_writes_to_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ConfigError, match="not a regular file"):
        load_config(tmp_path / "pipe", VALIDATORS)


def test_bytes_that_are_not_utf8_are_reported_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "checks.toml"
    path.write_bytes(b'[checks.a]\nevery = "5m"\nname = "caf\xe9"\n')
    with pytest.raises(ConfigProblems, match=r"checks.toml:3: is not UTF-8 text: byte 0xe9"):
        load_config(path, VALIDATORS)


def test_five_thousand_checks_load_quickly() -> None:
    """It is on the way to the first frame. Measured 60 us a check; the bound is for slow machines."""
    text = "".join(
        f'[checks.job-{n}]\nname = "Job {n}"\ncron = "{n % 60} 2 * * *"\ngrace = "30m"\nmax_runtime = "20m"\n'
        f'tags = ["a", "b"]\nexpect = ["records >= 1"]\ndesc = "something"\n\n'
        for n in range(5000)
    )
    start = time.process_time()
    assert len(parsed(text).checks) == 5000
    assert time.process_time() - start < 2

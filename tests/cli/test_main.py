"""The installed command: its exit codes, and which stream says what."""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import get_type_hints

import pytest

from pulsetui.cli import parser
from pulsetui.cli.command_index import command_index
from pulsetui.cli.command_table import COMMANDS, COMMON
from pulsetui.cli.commands import schedule
from pulsetui.cli.first_config import config_to_run
from pulsetui.cli.main import main
from pulsetui.job import ping
from pulsetui.job.wrapper import options as run_options
from tests.cli.conftest import Connect
from tests.cli.installed import PULSETUI, environment, pulsetui
from tests.cli.samples import OVERDUE, UP, engine_with
from tests.client.fake import FakeEngine

ROOT = Path(__file__).parents[2]
SECTIONS = re.MULTILINE | re.DOTALL
Captured = pytest.CaptureFixture[str]


@pytest.mark.parametrize(
    ("arguments", "index"),
    [
        ([], None),
        (["list"], 0),
        (["--config", "list", "show"], 2),
        (["--config=x", "show"], 1),
        (["--version"], None),
        (["--state-dir", "d", "--listen", ":0", "ping", "list"], 4),
        (["--config"], None),
    ],
)
def test_the_command_is_found_behind_common_options(arguments: list[str], index: int | None) -> None:
    assert command_index(arguments) == index


@pytest.mark.parametrize(
    "arguments",
    [
        ["--state-dir", "/s", "--config=/c", "show", "a", "--json"],
        ["show", "a", "--json", "--state-dir", "/s", "--config", "/c"],
        ["--config", "/c", "show", "--state-dir", "/s", "--json", "a"],
    ],
)
def test_common_options_work_before_and_after_the_name(arguments: list[str]) -> None:
    options = parser.parse(arguments)

    assert (options.command, options.slug, options.json) == ("show", "a", True)
    assert (options.state_dir, options.config, options.attach) == ("/s", "/c", [])


def test_options_may_stand_between_the_words_of_a_command() -> None:
    options = parser.parse(["edit", "a", "--json", "grace=1m", "--rename", "b", "tags=x"])

    assert (options.slug, options.pairs, options.rename) == ("a", ["grace=1m", "tags=x"], "b")


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_explains_itself(command: str, capsys: Captured) -> None:
    if command in ("ping", "run"):  # have parsers of their own
        assert main([command, "--help"]) == 0
    else:
        with pytest.raises(SystemExit) as ended:
            main([command, "--help"])
        assert ended.value.code == 0
    out, err = capsys.readouterr()
    assert out.startswith(f"usage: pulsetui {command}")
    assert "--state-dir" in out
    assert err == ""


def test_the_help_lists_every_command(tmp_path: Path) -> None:
    done = pulsetui("--help", home=tmp_path)

    assert done.returncode == 0
    assert all(f"\n  {command} " in done.stdout for command in COMMANDS)


@pytest.mark.parametrize("arguments", [["version"], ["--version"]])
def test_the_version_is_data(arguments: list[str], tmp_path: Path) -> None:
    done = pulsetui(*arguments, home=tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("pulsetui 0.")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["lst"], 'did you mean "list"?'),
        (["import", "crontab"], 'there is no command "import"; did you mean: pulsetui crontab import'),
        (["attach"], "did you mean: pulsetui --attach URL"),
        (["logs"], "pulsetui help files, which says where the log is"),
        (["pause"], "pulsetui pause: the following arguments are required: SLUG"),
        (["list", "--no-such"], "pulsetui list: unrecognized"),
        (["\x1b[31mlist"], "there is no command"),
        (["show"], "SLUG"),
        (["list", "--jsno"], "--jsno"),
        (["list", "\x1b]0;x\x07"], "unrecognized"),
        (["status", "--format", "xml"], "nagios"),
        (["schedule", "* * * *"], "cron"),
        (["schedule", "0 2 * * *", "--timezone", "Europe/Rigaa"], "Europe/Riga"),
        (["schedule", "1h", "--after", "soon"], "2026-11-21T02:00"),
        (["schedule", "1h", "--after", "9999-12-31T23:59:59-12:00"], "between the years 1900 and 2999"),
        (["schedule", "1h", "--count", "-1"], "--count"),
        (["schedule", "1h", "--count", "x"], "--count"),
        (["validate", "/nonexistent/checks.toml"], "pulsetui init"),
        (["serve", "--listen", "nowhere:port"], "127.0.0.1:8787"),
        (["serve", "--attach", "http://h"], "--attach"),
        (["list", "--attach", "http://a", "--attach", "http://b"], "one engine"),
        ([], "needs a terminal"),
    ],
)
def test_wrong_usage_is_exit_code_2_with_a_message_and_nothing_on_stdout(
    arguments: list[str], says: str, tmp_path: Path
) -> None:
    done = pulsetui(*arguments, home=tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert "\x1b" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["list"],
        ["list", "--json"],
        ["show", "a"],
        ["pause", "a"],
        ["add", "a", "--every", "1h"],
        ["edit", "a", "grace=1m"],
        ["remove", "a"],
        ["status"],
    ],
)
def test_without_an_engine_every_command_is_exit_code_3_and_says_what_to_do(
    arguments: list[str], tmp_path: Path
) -> None:
    done = pulsetui(*arguments, home=tmp_path)

    assert (done.returncode, done.stdout) == (3, "")
    assert "pulsetui serve" in done.stderr


def test_an_engine_that_does_not_answer_at_its_address_is_unreachable(tmp_path: Path) -> None:
    done = pulsetui("list", "--attach", "http://127.0.0.1:9", "--api-key", "k", home=tmp_path)

    assert (done.returncode, done.stdout) == (3, "")
    assert "Traceback" not in done.stderr


def test_the_next_instants_are_said_to_the_part_of_a_second(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULSETUI_CONFIG", str(tmp_path / "none.toml"))
    assert main(["schedule", "*:*:00.25,30", "--count", "2", "--after", "2026-11-28T10:00Z"]) == 0
    said = capsys.readouterr().out
    assert "2026-11-28 10:00:00.25 UTC" in said
    assert "2026-11-28 10:00:30 UTC" in said


def test_a_reader_that_had_enough_is_no_error(tmp_path: Path) -> None:
    script = f"{PULSETUI} schedule 1m --count 10000 --json | head -n 1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, env=environment(tmp_path), timeout=30
    )

    assert done.stdout.split() == ["{", "0"]
    assert done.stderr == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has it")
def test_an_output_that_is_full_is_no_bug(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [PULSETUI, "schedule", "15m"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60
        )

    assert done.returncode == 1
    assert done.stderr.startswith("pulsetui schedule: nothing can be written: No space left")


def test_ctrl_c_in_a_command_is_exit_code_130(connected: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(fake: FakeEngine) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(FakeEngine, "checks", interrupted)
    connected(engine_with(UP))

    assert main(["list"]) == 130


def test_a_bug_is_one_line_for_the_person_and_a_file_for_us(
    connected: Connect, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Captured
) -> None:
    def broken(fake: FakeEngine) -> None:
        raise ZeroDivisionError("by \x1b[31mnothing")

    monkeypatch.setattr(FakeEngine, "checks", broken)
    connected(engine_with(UP))

    assert main(["list"]) == 1

    err = capsys.readouterr().err
    assert "ZeroDivisionError" in err
    assert "Traceback" not in err
    assert "\x1b" not in err
    kept = tmp_path / "crash.log"
    assert "Traceback" in kept.read_text()
    assert kept.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        OSError(12, "Cannot allocate memory"),
        RuntimeError("can't start new thread"),
        ImportError("x.so: failed to map segment from shared object"),
    ],
)
@pytest.mark.parametrize("wrapped", [False, True])
def test_too_little_memory_is_no_bug(
    error: Exception, wrapped: bool, connected: Connect, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    def fails(fake: FakeEngine) -> None:
        if wrapped:
            raise ZeroDivisionError("because of") from error
        raise error

    monkeypatch.setattr(FakeEngine, "checks", fails)
    connected(engine_with(UP))

    assert main(["list"]) == 1
    err = capsys.readouterr().err
    assert "too little memory" in err
    assert "bug" not in err


@pytest.mark.parametrize("megabytes", [35, 45])
def test_a_small_address_space_is_said_in_one_line(megabytes: int, tmp_path: Path) -> None:
    program = f"ulimit -v {megabytes * 1000}; exec {PULSETUI} serve --listen 127.0.0.1:0"
    program += f" --config {ROOT}/sample_checks.toml"
    done = subprocess.run(
        ["sh", "-c", program], capture_output=True, text=True, env=environment(tmp_path), timeout=30
    )
    assert done.returncode == 1
    assert "too little memory" in done.stderr
    assert "Traceback" not in done.stderr
    assert "bug" not in done.stderr


def test_list_and_show_are_well_while_a_check_is_down(connected: Connect, capsys: Captured) -> None:
    """They show; ``status`` judges."""
    connected(engine_with(OVERDUE))

    assert [main(["list"]), main(["show", "sync"]), main(["status"])] == [0, 0, 1]


def test_a_schedule_in_words_with_its_instants(tmp_path: Path) -> None:
    done = pulsetui(
        "schedule",
        "0 2 * * *",
        "--timezone=Europe/Riga",
        "--after=2026-11-16T07:00:00+02:00",
        "--count=2",
        home=tmp_path,
    )

    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "at 02:00 every day (Europe/Riga)",
        "  Tue 2026-11-17 02:00 EET  in 19h",
        "  Wed 2026-11-18 02:00 EET  in 1d 19h",
    ]


def test_the_instants_of_an_expression_that_names_its_zone_are_listed_in_it(
    tmp_path: Path, capsys: Captured
) -> None:
    (tmp_path / "checks.toml").write_text('timezone = "Asia/Tokyo"\n')
    arguments = ["schedule", "03:00 America/New_York", "--after", "2026-11-16T12:00", "--count", "1"]

    assert main(["--config", str(tmp_path / "checks.toml"), *arguments]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "at 03:00 every day (America/New_York)",
        "  Mon 2026-11-16 03:00 EST  in 5h",
    ]


@pytest.mark.parametrize("json", [[], ["--json"]], ids=["text", "json"])
def test_a_schedule_warns_of_the_clock_changes_after_the_instant_given(
    json: list[str], capsys: Captured
) -> None:
    arguments = ["schedule", "30 2 * * *", "--timezone", "Europe/Paris", "--after", "2031-01-01", *json]

    assert main(arguments) == 0
    shown = "".join(capsys.readouterr())
    assert "2031-03-30" in shown
    assert "clocks go forward on 2027" not in shown


def test_a_wrong_schedule_says_what_is_wrong_and_what_would_be_right(tmp_path: Path) -> None:
    done = pulsetui("schedule", "0 25 * * *", home=tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    assert "hour must be 0-23, got 25" in done.stderr
    assert '"0 1 * * *"' in done.stderr


def test_a_schedule_is_read_in_the_configured_zone(tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "checks.toml").write_text('timezone = "Europe/Riga"\n')

    assert main(["--config", str(tmp_path / "checks.toml"), "schedule", "0 2 * * *", "--json"]) == 0
    assert '"timezone": "Europe/Riga"' in capsys.readouterr().out
    os.mkfifo(tmp_path / "pipe.toml")
    for name in ("absent.toml", "pipe.toml", "."):
        assert schedule.configured_zone(tmp_path / name) is None
    (tmp_path / "checks.toml").write_text('\ufefftimezone = "Europe/Riga"\n')
    assert schedule.configured_zone(tmp_path / "checks.toml") == "Europe/Riga"


def test_init_writes_a_file_that_validates_and_never_overwrites_one(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "checks.toml"

    first = pulsetui("init", "--config", str(path), home=tmp_path)
    written = path.read_bytes()
    second = pulsetui("init", home=tmp_path, PULSETUI_CONFIG=str(path))
    judged = pulsetui("validate", str(path), home=tmp_path)

    assert (first.returncode, first.stdout) == (0, f"{path}\n")
    assert (second.returncode, second.stdout) == (2, "")
    assert "exists already" in second.stderr
    assert path.read_bytes() == written
    assert path.stat().st_mode & 0o077 == 0
    assert (judged.returncode, judged.stdout) == (0, f"{path}: 0 checks, 1 hook, no problems\n")


def test_a_first_file_is_made_only_where_none_was_before(tmp_path: Path) -> None:
    options = argparse.Namespace(config=None, state_dir=str(tmp_path))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
        patch.delenv("PULSETUI_CONFIG", raising=False)
        path = config_to_run(options)
        assert path.exists()
        path.unlink()
        (tmp_path / "checks.last-good.toml").write_text("")
        assert config_to_run(options) == path
        assert not path.exists()


def test_validate_reports_every_problem_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "checks.toml"
    path.write_text('[checks.a]\ncron = "0 25 * * *"\n[checks.b]\nevery = "1h"\ngrce = "1m"\n')

    done = pulsetui("validate", str(path), home=tmp_path)
    as_json = pulsetui("validate", str(path), "--json", home=tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    assert f"{path}:2:" in done.stderr
    assert f"{path}:5:" in done.stderr
    assert '"grace"' in done.stderr
    assert as_json.returncode == 2
    assert '"line": 5' in as_json.stdout


def test_the_parser_itself_loads_no_screen_and_no_engine(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom pulsetui.cli import parser\nparser.parse(['list'])\n"
        "heavy = {'textual', 'rich', 'httpx', 'asyncio', 'sqlite3', 'msgspec'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment(tmp_path)
    )

    assert done.stdout == "[]\n"


HANDLERS = {"screen:screen", *(spec.handler for spec in COMMANDS.values() if spec.handler is not None)}


@pytest.mark.parametrize("path", sorted(HANDLERS))
def test_every_handler_is_there_and_takes_the_options(path: str) -> None:
    handler = parser.find_handler(path)

    assert get_type_hints(handler) == {"options": argparse.Namespace, "return": int}
    assert handler.__module__ == f"pulsetui.cli.commands.{path.partition(':')[0]}"


def test_only_the_commands_beside_a_job_have_parsers_of_their_own() -> None:
    assert [name for name, spec in COMMANDS.items() if spec.handler is None] == ["ping", "run"]
    assert isinstance(parser.parse([]), argparse.Namespace)


def told_of(name: str) -> list[str]:
    """The words and options of a command that the person has to learn."""
    if name in ("ping", "run"):
        command = ping.COMMAND if name == "ping" else run_options.COMMAND
        return [option for option, _value, _help in command.options]
    spec = COMMANDS[name]
    return [str(argument.keywords.get("metavar", argument.name)) for argument in spec.arguments] + [
        argument.name for argument in (*spec.arguments, *COMMON) if argument.name.startswith("--")
    ]


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_the_help_of_a_command_tells_of_each_of_its_options(name: str, capsys: Captured) -> None:
    try:
        main([name, "--help"])
    except SystemExit:
        pass
    said = capsys.readouterr().out

    assert [word for word in told_of(name) if word not in said] == []
    if name not in ("ping", "run"):
        untold = [
            argument.name
            for argument in (*COMMANDS[name].arguments, *COMMON)
            if not argument.keywords.get("help")
        ]
        assert untold == []


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_the_documentation_tells_of_every_command_and_option(name: str) -> None:
    written = (ROOT / "docs" / "commands.md").read_text()
    common, _, rest = written.partition("## Watching")
    paragraphs = dict(
        re.findall(r"^(?:- )?`pulsetui ([\w-]+)(.*?)(?=^(?:- )?`pulsetui|^## |\Z)", rest, SECTIONS)
    )
    said = common + paragraphs[name]

    assert [word for word in told_of(name) if word.startswith("--") and f"`{word}" not in said] == []


@pytest.mark.parametrize("arguments", [[], ["serve"]])
def test_the_address_is_the_configurations_unless_said(arguments: list[str]) -> None:
    assert parser.parse(arguments).listen is None
    assert parser.parse([*arguments, "--listen", ":0"]).listen == ":0"
    assert parser.parse(["--listen", ":0", *arguments]).listen == ":0"

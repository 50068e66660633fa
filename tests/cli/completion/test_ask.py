"""What may stand at the cursor."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsetui.cli.command_table import COMMANDS, COMMON
from pulsetui.cli.commands.completion.ask import answer
from pulsetui.cli.commands.completion.words import split_line
from pulsetui.cli.main import main
from pulsetui.cli.parser import parse
from pulsetui.config.paths import LAST_GOOD_NAME
from pulsetui.job import ping
from pulsetui.job.wrapper import options as run_options

CHECKS = """
[hooks.desktop]
type = "desktop"
[hooks.boss]
type = "email"
[checks.sync-invoices]
name = "Sync\\t\\u001b[31minvoices"
cron = "0 2 * * *"
tags = ["billing", "nightly", "$(reboot)", "a b"]
[checks.backup]
every = "1d"
tags = ["nightly"]
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "checks.toml"
    path.write_text(CHECKS)
    return path


def completed(config: Path, *words: str, **environ: str) -> list[str]:
    """What is proposed for the last word; a kind that the shell completes itself stands alone."""
    *before, current = words
    variables = {"PULSETUI_CONFIG": str(config), "HOME": str(config.parent), **environ}
    found = answer(before, current, variables)
    return [word for word, _ in found.candidates] or [found.kind]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("sh", ["show"]),
        ("--state-dir d sh", ["show"]),
        ("show ", ["sync-invoices", "backup"]),
        ("show s", ["sync-invoices"]),
        ("show backup ", ["words"]),
        ("ack backup ", ["sync-invoices"]),
        ("ack --note x backup ", ["sync-invoices"]),
        ("report s", ["sync-invoices"]),
        ("ping ", ["sync-invoices", "backup"]),
        ("ping backup ", ["words"]),
        ("ping --st", ["--start", "--state-dir"]),
        ("run --lock b", ["backup"]),
        ("run --timeout ", ["10m", "30m", "1h", "4h", "1d"]),
        ("run backup -- ls ", ["command 4"]),
        ("deploy --all -- ", ["command 4"]),
        ("list -- ", ["words"]),
        ("snooze --tag ", ["billing", "nightly"]),
        ("snooze --tag=b", ["--tag=billing"]),
        ("hooks ", ["list", "test", "pause", "resume", "drill", "replay"]),
        ("hooks test ", ["desktop", "boss"]),
        ("hooks test boss ", ["desktop"]),
        ("hooks drill --check ", ["sync-invoices", "backup"]),
        ("add x --hook ", ["desktop", "boss"]),
        ("add x --timezone Europe/Rig", ["Europe/Riga"]),
        ("edit backup gra", ["grace="]),
        ("edit backup grace=3", ["grace=30m"]),
        ("edit backup on_overlap=", ["on_overlap=note", "on_overlap=down"]),
        ("edit backup hooks=b", ["hooks=boss"]),
        ("edit backup desc=", ["words"]),
        ("status --format n", ["nagios"]),
        ("status --format=n", ["--format=nagios"]),
        ("validate ", ["files"]),
        ("list --config ", ["files"]),
        ("list --config=x", ["files"]),
        ("--state-dir ", ["directories"]),
        ("help con", ["config"]),
        ("help config start", ["start_grace"]),
        ("help show ", ["words"]),
        ("completion ", ["bash", "zsh", "fish"]),
        ("no-such-command ", ["words"]),
        ("list --no-such=", ["words"]),
    ],
)
def test_a_line_is_completed(line: str, expected: list[str], config: Path) -> None:
    assert completed(config, *split_line(line)) == expected


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_option_of_a_command_is_proposed_and_says_what_it_does(command: str) -> None:
    found = answer([command], "--", {})
    own = {"ping": ping.COMMAND.options, "run": run_options.COMMAND.options}
    taken = [
        one[0] for one in own.get(command, (*COMMANDS[command].arguments, *COMMON)) if one[0].startswith("--")
    ]
    assert {*taken, "--help"} <= {word for word, _ in found.candidates}
    assert [word for word, about in found.candidates if not about] == []


def test_an_option_that_was_given_is_not_proposed_again_unless_it_may_be(config: Path) -> None:
    found = completed(config, "snooze", "--all", "--tag", "a", "--")
    assert "--tag" in found
    assert "--all" not in found


def test_what_a_line_names_is_where_the_names_come_from(config: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text('[checks.elsewhere]\nevery = "1h"\n')
    assert completed(config, "--config", str(other), "show", "") == ["elsewhere"]
    assert completed(config, "show", f"--config={other}", "") == ["elsewhere"]
    assert completed(config, "--attach", "http://h:1", "show", "") == ["words"]


def test_without_a_file_they_are_those_of_the_engine_that_ran_in_the_state_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    state = tmp_path / "state"
    state.mkdir()
    (state / LAST_GOOD_NAME).write_text('[checks.served]\nevery = "1h"\n')
    nowhere = tmp_path / "nowhere.toml"
    assert completed(nowhere, "--state-dir", str(state), "show", "") == ["served"]
    assert completed(nowhere, "show", "", PULSETUI_STATE_DIR=str(state)) == ["words"]  # a file that is named
    assert completed(nowhere, "show", "", PULSETUI_STATE_DIR=str(state), PULSETUI_CONFIG="") == ["served"]


def test_a_broken_file_still_has_its_slugs_and_hooks(config: Path) -> None:
    config.write_text(f"{CHECKS}\n[checks.half\ncron = \n")
    assert completed(config, "show", "") == ["sync-invoices", "backup", "half"]
    assert completed(config, "hooks", "test", "") == ["desktop", "boss"]


@pytest.mark.parametrize(
    "text", ["checks = 3", "[checks]\nx = 1", '[checks."$(x)"]\nevery = "1h"', "\x00\xff"]
)
def test_a_file_of_anything_proposes_nothing(text: str, config: Path) -> None:
    config.write_text(text)
    assert completed(config, "show", "") == ["words"]


def test_what_came_with_a_ping_reaches_no_shell_as_code(config: Path) -> None:
    said = answer(["show"], "s", {"PULSETUI_CONFIG": str(config)}).text()
    assert said.count("\t") == 1
    assert "\x1b" not in said
    assert "reboot" not in answer(["list", "--tag"], "", {"PULSETUI_CONFIG": str(config)}).text()


def test_nothing_is_ever_said_of_an_error(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["__complete"]) == 1
    assert main(["__complete", "zsh", "--config", str(tmp_path), "show", ""]) == 0
    out, err = capfd.readouterr()
    assert (out, err) == ("words\n", "")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", [""]),
        ("pulsetui ", ["pulsetui", ""]),
        ("pulsetui  li", ["pulsetui", "li"]),
        ("a 'b c' d", ["a", "b c", "d"]),
        ("a 'b c", ["a", "b c"]),
        ('a "b \\" c', ["a", 'b " c']),
        ("a b\\ c", ["a", "b c"]),
        ("a '' ", ["a", "", ""]),
    ],
)
def test_a_line_of_bash_is_parted_into_words(line: str, words: list[str]) -> None:
    assert split_line(line) == words


@given(
    st.lists(st.sampled_from(["show", "edit", "run", "--", "--tag", "-x", "--config=", "a", "", "=", "help"]))
)
def test_any_line_has_an_answer(words: list[str]) -> None:
    answer(words, "", {"PULSETUI_CONFIG": "/nonexistent/checks.toml"})


@given(st.text())
def test_any_text_is_parted(text: str) -> None:
    assert split_line(text)


def test_a_command_that_was_completed_can_be_parsed(config: Path) -> None:
    line = ["show", *completed(config, "show", "s")]
    assert parse(line).slug == "sync-invoices"

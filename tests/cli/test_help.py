"""``pulsetui help`` as a person types it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pulsetui.cli.command_table import COMMANDS
from pulsetui.cli.exit_codes import OK, USAGE
from pulsetui.hooks.facts import FACTS
from pulsetui.hooks.registry import KINDS
from tests.cli.installed import pulsetui


@pytest.mark.parametrize("topic", ["add", "hooks", "ping", "run", "help"])
def test_the_help_of_a_command_is_what_its_option_says(topic: str, tmp_path: Path) -> None:
    asked, option = pulsetui("help", topic, home=tmp_path), pulsetui(topic, "--help", home=tmp_path)
    assert (asked.returncode, asked.stderr) == (OK, "")
    assert asked.stdout.startswith(option.stdout.rstrip())


def test_without_a_command_it_lists_all(tmp_path: Path) -> None:
    done = pulsetui("help", home=tmp_path)
    assert done.returncode == OK
    assert [name for name in COMMANDS if f"  {name} " not in done.stdout] == []


def test_the_help_of_hooks_names_every_kind_and_placeholder(tmp_path: Path) -> None:
    said = pulsetui("help", "hooks", home=tmp_path).stdout
    assert [kind for kind in KINDS if kind not in said] == []
    assert [fact for fact in FACTS if f"  {{{fact}}} " not in said] == []


def test_the_help_of_what_is_no_command_names_the_nearest(tmp_path: Path) -> None:
    done = pulsetui("help", "hoks", home=tmp_path)
    assert (done.returncode, done.stdout) == (USAGE, "")
    assert 'there is no command "hoks"; did you mean "hooks"?' in done.stderr

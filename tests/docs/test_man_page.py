"""The manual page is that of the commands as they are, and ``man`` can read it."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from pulsetui.cli.command_table import COMMANDS
from pulsetui.cli.commands.help.man import man_page
from tests.docs.man_page import PAGE


def test_the_installed_page_is_what_the_table_of_commands_says() -> None:
    assert PAGE.read_text("utf-8") == man_page(), "write it anew: python -m tests.docs.man_page"


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_groff_shows_every_command_and_has_nothing_to_complain_of() -> None:
    done = subprocess.run(
        ["groff", "-man", "-Tutf8", "-ww", "-P-cbou", "-rLL=300n", str(PAGE)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert [name for name in COMMANDS if f"\n   {name}\n" not in done.stdout] == []
    for shown in ('"PULSETUI_METRIC records=312"', "--exit-code $?", "~/.config/pulsetui/checks.toml"):
        assert shown in re.sub(r" +", " ", done.stdout)


def test_no_line_of_text_is_taken_for_a_request() -> None:
    requests = {"TH", "SH", "SS", "TP", "PP", "nf", "fi", '\\"'}
    begun = {line.split()[0][1:] for line in PAGE.read_text("utf-8").splitlines() if line.startswith(".")}
    assert begun == requests
    assert "\n'" not in PAGE.read_text("utf-8")

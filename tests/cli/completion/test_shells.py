"""The scripts in real shells: keys are typed at a terminal, and the line that results is echoed."""

from __future__ import annotations

import os
import pty
import select
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from pulsetui.cli.commands.completion.scripts import SCRIPTS
from tests.cli.installed import PULSETUI, environment, pulsetui

CHECKS = '[checks.sync-invoices]\nevery = "1h"\ntags = ["billing"]\n[checks.backup]\nevery = "1d"\n'
_WITHIN_S = 30.0
_TO_ECHO = "\x01echo \n"
"""Ctrl-A to the beginning of the line."""


def typed_into(argv: Sequence[str], lines: Sequence[str], home: Path) -> str:
    """All that a shell at a terminal shows when these lines are typed."""
    variables = environment(
        home,
        PATH=f"{Path(PULSETUI).parent}:{os.environ['PATH']}",
        PULSETUI_CONFIG=str(home / "checks.toml"),
        TERM="dumb",
        PS1="",
    )
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(home)
        os.execvpe(argv[0], list(argv), variables)
    shown, until = b"", time.monotonic() + _WITHIN_S
    os.write(terminal, "".join([*lines, "echo THAT-IS''-ALL\n"]).encode())
    try:
        while b"THAT-IS-ALL" not in shown and time.monotonic() < until:
            if select.select([terminal], [], [], 1.0)[0]:
                shown += os.read(terminal, 65536)
    finally:
        os.write(terminal, b"exit\n")
        os.close(terminal)
        os.waitpid(child, 0)
    return shown.decode("utf-8", "replace").replace("\r", "")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "checks.toml").write_text(CHECKS)
    (tmp_path / "other.toml").write_text(CHECKS)
    (tmp_path / "job.sh").touch(mode=0o755)
    for shell, script in SCRIPTS.items():
        (tmp_path / f"script.{shell}").write_text(script)
    return tmp_path


TYPED = [
    ("pulsetui sho\tsy\t", "pulsetui show sync-invoices"),
    ("pulsetui snooze --tag b\t--fo\t30\t", "pulsetui snooze --tag billing --for 30m"),
    ("pulsetui edit backup on_over\tdo\t", "pulsetui edit backup on_overlap=down"),
    ("pulsetui edit backup tags=\t", "pulsetui edit backup tags=billing"),
    ("pulsetui status --format=na\t", "pulsetui status --format=nagios"),
    ("pulsetui validate oth\t", "pulsetui validate other.toml"),
    ("pulsetui run bac\t-- ./jo\t", "pulsetui run backup -- ./job.sh"),
    ("pulsetui show --attach http://127.0.0.1:1 sy\t", "pulsetui show --attach http://127.0.0.1:1 sy"),
]
"""Keys, and the line that they make."""


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_in_bash(home: Path) -> None:
    lines = ["source script.bash\n", *(f"{keys}{_TO_ECHO}" for keys, _ in TYPED)]
    shown = typed_into(["bash", "--noprofile", "--norc", "-i"], lines, home)
    assert [line for _, line in TYPED if f"\n{line}\n" not in shown.replace(" \n", "\n")] == [], shown


@pytest.mark.skipif(shutil.which("zsh") is None, reason="zsh is not installed")
def test_in_zsh(home: Path) -> None:
    begin = "unsetopt prompt_cr; autoload -U compinit; compinit -D -u; source script.zsh\n"
    lines = [begin, *(f"{keys}{_TO_ECHO}" for keys, _ in TYPED)]
    shown = typed_into(["zsh", "-f", "-i"], lines, home)
    assert [line for _, line in TYPED if f"\n{line}\n" not in shown.replace(" \n", "\n")] == [], shown


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")
def test_in_fish(home: Path) -> None:
    asked = [
        ("pulsetui sho", "show\t"),
        ("pulsetui show sy", "sync-invoices"),
        ("pulsetui edit backup on_overlap=do", "on_overlap=down"),
        ("pulsetui validate oth", "other.toml"),
        ("pulsetui run backup -- ./jo", "./job.sh"),
    ]
    script = "source script.fish\n" + "".join(f"complete -C {line!r}; echo ---\n" for line, _ in asked)
    done = subprocess.run(
        ["fish", "--no-config", "-c", script],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=home,
        env=environment(
            home,
            PATH=f"{Path(PULSETUI).parent}:{os.environ['PATH']}",
            PULSETUI_CONFIG=str(home / "checks.toml"),
        ),
    )
    answers = done.stdout.split("---\n")
    assert done.stderr == ""
    assert [word for (_, word), said in zip(asked, answers, strict=False) if word not in said] == [], (
        done.stdout
    )


@pytest.mark.parametrize("shell", sorted(SCRIPTS))
def test_the_command_prints_the_script_of_a_shell(shell: str, tmp_path: Path) -> None:
    done = pulsetui("completion", shell, home=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip() == SCRIPTS[shell].strip()
    assert pulsetui("completion", home=tmp_path, SHELL=f"/usr/bin/{shell}").stdout == done.stdout


@pytest.mark.parametrize(
    ("words", "shell", "says"),
    [
        (["tcsh"], "/bin/bash", "which shell? tcsh is not one of them; name one: bash, zsh, fish"),
        ([], "", "which shell? SHELL does not say"),
        ([], "/bin/dash", "dash is not one of them"),
    ],
)
def test_another_shell_is_refused(words: list[str], shell: str, says: str, tmp_path: Path) -> None:
    done = pulsetui("completion", *words, home=tmp_path, SHELL=shell)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr

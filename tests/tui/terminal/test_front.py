"""A program in front of the screen, on a real terminal."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

# The key comes when the program runs, and the terminal is not yet its own.
SCRIPT = """
import os, signal, sys
os.close(os.open(os.ttyname(0), os.O_RDWR))  # the first one that a session opens becomes its terminal
from pulsetui.tui.terminal import front

key, *argv = sys.argv[1:]
hand_over = front._hand_over

def late(terminal, group):
    if group != os.getpgrp():
        front._hand_over = hand_over
        os.kill(os.getpid(), getattr(signal, key))
    hand_over(terminal, group)

front._hand_over = late
print(front.run_in_front(argv))
"""


@pytest.mark.parametrize(
    ("key", "argv", "code"),
    [
        ("SIGINT", ["sleep", "1000"], b"-2"),
        ("SIGQUIT", ["sleep", "1000"], b"-3"),
        ("SIGTSTP", ["sleep", "0.2"], b"0"),  # stopped, and sent on
    ],
)
def test_a_key_pressed_before_it_has_the_terminal_is_for_the_program(
    key: str, argv: list[str], code: bytes
) -> None:
    master, slave = os.openpty()
    try:
        program = [sys.executable, "-c", SCRIPT, key, *argv]
        done = subprocess.run(
            program, stdin=slave, capture_output=True, start_new_session=True, timeout=20, check=False
        )
    finally:
        os.close(master)
        os.close(slave)
    assert (done.stdout.strip(), done.returncode) == (code, 0), done.stderr

"""What all commands share in writing."""

from __future__ import annotations

import io
import itertools
import sys

import pytest

from pulsetui.cli.output import with_progress


class Tty(io.StringIO):
    """A terminal, for what asks."""

    def isatty(self) -> bool:
        return True


def walked(stderr: io.StringIO, step: float, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    monkeypatch.setattr(sys, "stderr", stderr)
    return list(with_progress("check", range(4), clock=itertools.count(0, step).__next__))


def test_a_person_reads_how_far_it_is_and_nothing_is_left_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    stderr = Tty()
    assert walked(stderr, 1, monkeypatch) == [0, 1, 2, 3]
    lines = stderr.getvalue().split("\r\x1b[2K")
    assert lines == ["", "check 0 of 4 …", "check 1 of 4 …", "check 2 of 4 …", "check 3 of 4 …", ""]


@pytest.mark.parametrize(("stderr", "step"), [(Tty(), 0.01), (io.StringIO(), 1)], ids=["short", "a pipe"])
def test_what_is_short_or_read_by_a_program_says_nothing(
    stderr: io.StringIO, step: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert walked(stderr, step, monkeypatch) == [0, 1, 2, 3]
    assert stderr.getvalue() == ""


def test_the_line_is_gone_when_it_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    stderr = Tty()
    monkeypatch.setattr(sys, "stderr", stderr)
    steps = with_progress("check", [1, 2], clock=itertools.count(0, 1).__next__)
    next(steps)
    steps.close()
    assert stderr.getvalue().endswith("\r\x1b[2K")

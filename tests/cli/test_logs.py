"""The log file."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from pulsetui.cli.process import logs


@pytest.fixture(autouse=True)
def put_back() -> Iterator[None]:
    root, ours = logging.getLogger(), logging.getLogger("pulsetui")
    handlers, levels, raising = list(root.handlers), (root.level, ours.level), logging.raiseExceptions
    yield
    for handler in set(root.handlers) - set(handlers):
        root.removeHandler(handler)
        handler.close()
    root.setLevel(levels[0])
    ours.setLevel(levels[1])
    logging.raiseExceptions = raising


def test_a_state_change_is_one_line_with_its_instant(tmp_path: Path) -> None:
    logs.start(tmp_path / "state", stderr=False)

    logging.getLogger("pulsetui.monitor").info("flip check=%s", "backup")

    path = tmp_path / "state" / "pulsetui.log"
    [line] = path.read_text().splitlines()
    assert line.endswith("+00:00 INFO pulsetui.monitor flip check=backup")
    assert path.stat().st_mode & 0o777 == 0o600


def test_control_characters_are_shown_not_obeyed(tmp_path: Path) -> None:
    logs.start(tmp_path, stderr=False)

    logging.getLogger("pulsetui").warning("name=%s", "\x1b]0;x\x07\u202e")

    assert "name=\\x1b]0;x\\x07\\u202e" in (tmp_path / "pulsetui.log").read_text()


def test_only_without_a_screen_is_anything_written_to_stderr(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.start(tmp_path, stderr=False)
    logging.getLogger("pulsetui").error("quiet")
    assert capsys.readouterr().err == ""

    logs.start(tmp_path, stderr=True)
    logging.getLogger("pulsetui").info("still quiet")
    logging.getLogger("pulsetui").error("loud")

    err = capsys.readouterr().err
    assert "loud" in err
    assert "quiet" not in err


def test_a_log_that_cannot_be_written_is_gone_without(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")

    logs.start(tmp_path / "file", stderr=False)
    logging.getLogger("pulsetui").error("nowhere to go")

    assert "no log file" in capsys.readouterr().err

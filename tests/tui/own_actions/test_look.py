"""Which actions a file has."""

from __future__ import annotations

import os
from pathlib import Path
from unittest.mock import Mock

import pytest

from pulsetui.config.file.load import load_config
from pulsetui.config.file.watch import Fingerprint
from pulsetui.config.problem import ConfigProblems
from pulsetui.tui.own_actions.look import ActionsFile

LOG = '[checks.a]\nevery = "1h"\n\n[actions.log]\ncommand = "tail {slug}.log"\n'


def file(tmp_path: Path, text: str = LOG) -> Path:
    path = tmp_path / "checks.toml"
    path.write_text(text)
    path.chmod(0o600)
    return path


def test_they_are_read_again_when_the_file_has_changed(tmp_path: Path) -> None:
    path = file(tmp_path)
    looking = ActionsFile(path)
    assert [one.name for one in looking.look().actions] == ["log"]
    path.write_text(LOG.replace("log]", "tail]"))
    os.utime(path, ns=(1, 1))  # whatever the clock of the file system makes of it
    assert [one.name for one in looking.look().actions] == ["tail"]
    path.unlink()
    assert looking.look().actions == ()
    assert "there is no such file" in looking.look().problems[0]


def test_one_that_becomes_readable_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = file(tmp_path)
    looking = ActionsFile(path)
    with monkeypatch.context() as closed:  # root may read whatever its mode
        closed.setattr(Path, "open", Mock(side_effect=PermissionError))
        assert "may not be read by this user" in looking.look().problems[0]
    before = Fingerprint.of(path)
    while Fingerprint.of(path) == before:  # until the clock of the file system has gone on
        path.chmod(0o600)
    assert [one.name for one in looking.look().actions] == ["log"]


def test_one_with_a_mistake_is_told_and_left_out(tmp_path: Path) -> None:
    path = file(tmp_path, f'{LOG}[actions.bad]\ncomand = "x"\n[actions.b]\ncommand = "x"\nkey = "x"\n')
    path.write_text(path.read_text() + '[actions.c]\ncommand = "y"\nkey = "x"\n')
    looked = ActionsFile(path).look()
    assert [one.name for one in looked.actions] == ["log", "b"]
    assert looked.problems[0].startswith(f"{path}:6: [actions.bad] command: is missing. Write command = ")
    assert looked.problems[1:] == (
        f'{path}:7: [actions.bad] comand: unknown key. Did you mean "command"?',
        f'{path}:13: [actions.c] key "x": is the key of [actions.b], too. Choose another.',
    )


@pytest.mark.parametrize("text", ["actions = 1\n", "[actions]\nx = 1\n"])
def test_what_is_no_table_is_told_as_by_validate(tmp_path: Path, text: str) -> None:
    path = file(tmp_path, text)
    with pytest.raises(ConfigProblems) as told:
        load_config(path, {})
    looked = ActionsFile(path).look()
    assert looked.actions == ()
    assert looked.problems == tuple(map(str, told.value.problems))
    assert "must be a table, not a whole number" in looked.problems[0]


def test_a_file_that_is_no_toml_says_where(tmp_path: Path) -> None:
    looked = ActionsFile(file(tmp_path, f"{LOG}x = = 1\n")).look()
    assert looked.actions == ()
    assert "checks.toml:6:" in looked.problems[0]


def test_a_file_without_any_is_not_parsed(tmp_path: Path) -> None:
    assert ActionsFile(file(tmp_path, "x = = 1\n")).look().problems == ()


def test_modes_are_looked_at_each_time(tmp_path: Path) -> None:
    looking = ActionsFile(file(tmp_path))
    assert looking.look().distrust is None
    tmp_path.chmod(0o777)
    found = looking.look().distrust
    assert found is not None
    assert found.refused
    tmp_path.chmod(0o700)
    assert looking.look().distrust is None


def test_what_is_secret_is_not_said(tmp_path: Path) -> None:
    looked = ActionsFile(file(tmp_path, '[actions.x]\ncommand = "curl -H token=abcdefgh {hots}"\n')).look()
    assert "abcdefgh" not in looked.problems[0]

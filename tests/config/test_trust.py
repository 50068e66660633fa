"""Who else could choose the programs that run here."""

from __future__ import annotations

import grp
import os
import pwd
from pathlib import Path

import pytest

from pulsetui.config.doubts.trust import Distrust, distrust
from pulsetui.config.file.load import load_config
from tests.config.hand_written import VALIDATORS
from tests.programs import as_root

HOOK = '[hooks.ops]\ntype = "command"\ncommand = ["true"]\n'


def judged(path: Path, text: str = HOOK) -> Distrust | None:
    if not path.exists():
        path.write_text(text)
        path.chmod(0o600)
    return distrust(load_config(path, VALIDATORS))


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o400, 0o755])
def test_a_file_that_only_we_may_write_is_trusted(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "checks.toml"
    assert judged(path) is None
    path.chmod(mode)
    assert judged(path) is None


@pytest.mark.parametrize("mode", [0o666, 0o602, 0o777, 0o646])
def test_commands_of_a_file_that_everybody_may_write_are_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "checks.toml"
    judged(path)
    path.chmod(mode)
    found = judged(path)
    assert found is not None
    assert found.refused
    assert f"({path} has mode {mode:04o}), and with it what the hook ops runs." in found.text
    assert found.text.endswith(f"chmod o-w {path}")


def test_without_a_command_nobody_asks_who_may_write_the_file(tmp_path: Path) -> None:
    path = tmp_path / "checks.toml"
    judged(path, '[hooks.here]\ntype = "terminal"\n')
    path.chmod(0o666)
    assert judged(path) is None


def test_a_directory_on_the_way_that_everybody_may_write_is_as_bad(tmp_path: Path) -> None:
    folder = tmp_path / "open" / "in side"
    folder.mkdir(parents=True)
    assert judged(folder / "checks.toml") is None
    for open_ in (folder, folder.parent):
        open_.chmod(0o777)
        found = judged(folder / "checks.toml")
        assert found is not None
        assert found.refused
        assert "can put another file in the place of checks.toml" in found.text
        open_.chmod(0o1777)
        assert judged(folder / "checks.toml") is None  # as /tmp
        open_.chmod(0o755)


def test_both_ends_of_a_link_are_looked_at(tmp_path: Path) -> None:
    there, here = tmp_path / "there", tmp_path / "here"
    there.mkdir()
    here.mkdir()
    judged(there / "checks.toml")
    (here / "checks.toml").symlink_to(there / "checks.toml")
    for folder in (here, there):
        assert judged(here / "checks.toml") is None
        folder.chmod(0o777)
        assert judged(here / "checks.toml") is not None
        folder.chmod(0o755)


@as_root
def test_another_owner_and_a_group_of_others_are_told(tmp_path: Path) -> None:
    other = next(user for user in pwd.getpwall() if user.pw_uid != 0)
    path = tmp_path / "checks.toml"
    judged(path)
    os.chown(path, other.pw_uid, 0)
    found = judged(path)
    assert found is not None
    assert not found.refused
    assert f"The user {other.pw_name}, who owns" in found.text
    os.chown(path, 0, next(group.gr_gid for group in grp.getgrall() if group.gr_gid))
    path.chmod(0o664)
    found = judged(path)
    assert found is not None
    assert not found.refused
    assert found.text.endswith(f"If that is not meant: chmod g-w {path}")
    os.chown(path, 0, 0)
    assert judged(path) is None

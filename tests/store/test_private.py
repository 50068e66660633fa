"""Files of the state directory are regular files of one user, whatever stands at their path."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pulsetui.store.private import make_directory, open_directory, open_private


@contextmanager
def umask(value: int) -> Iterator[None]:
    before = os.umask(value)
    try:
        yield
    finally:
        os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("mask", [0, 0o022, 0o177, 0o777])
def test_a_new_file_is_for_one_user_whatever_the_umask(tmp_path: Path, mask: int) -> None:
    with umask(mask):
        os.close(open_private(tmp_path / "a", os.O_RDWR | os.O_CREAT))
    assert mode(tmp_path / "a") == 0o600


def test_a_file_that_others_could_read_is_closed_to_them_when_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("secret")
    path.chmod(0o644)
    os.close(open_private(path, os.O_RDONLY))
    assert mode(path) == 0o644, "reading changes nothing"
    os.close(open_private(path, os.O_WRONLY | os.O_CREAT))
    assert mode(path) == 0o600


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("of somebody else")
    (tmp_path / "a").symlink_to(target)
    with pytest.raises(OSError, match="symbolic link"):
        open_private(tmp_path / "a", os.O_WRONLY | os.O_TRUNC)
    assert target.read_text() == "of somebody else"


def test_a_pipe_is_refused_and_holds_nobody_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a")
    with pytest.raises(OSError, match="not a regular file"):
        open_private(tmp_path / "a", os.O_RDONLY)


def test_nothing_is_cut_before_it_is_known_to_be_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("old")
    fd = open_private(path, os.O_WRONLY | os.O_TRUNC)
    os.write(fd, b"n")
    os.close(fd)
    assert path.read_text() == "n"


def test_a_path_within_an_open_directory(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    directory = open_directory(tmp_path / "d")
    try:
        os.close(open_private("a", os.O_RDWR | os.O_CREAT, directory=directory))
    finally:
        os.close(directory)
    assert (tmp_path / "d" / "a").is_file()


def test_a_directory_is_opened_through_a_link_only_when_asked_to(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "link").symlink_to("d")
    with pytest.raises(OSError, match="link"):
        open_directory(tmp_path / "link")
    os.close(open_directory(tmp_path / "link", follow=True))


@pytest.mark.parametrize("mask", [0, 0o022])
def test_a_new_directory_is_for_one_user_and_nobody_may_write_above_it(tmp_path: Path, mask: int) -> None:
    with umask(mask):
        make_directory(tmp_path / "a" / "b" / "state")
    assert mode(tmp_path / "a" / "b" / "state") == 0o700
    assert mode(tmp_path / "a") & 0o022 == mode(tmp_path / "a" / "b") & 0o022 == 0


def test_a_directory_that_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    make_directory(tmp_path)
    assert mode(tmp_path) == 0o755


def test_a_private_file_is_opened_through_no_link_and_waits_for_nobody(tmp_path: Path) -> None:
    (tmp_path / "victim").write_text("precious")
    (tmp_path / "link").symlink_to("victim")
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "pipe"):
        for flags in (os.O_RDONLY, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, os.O_RDWR | os.O_CREAT):
            with pytest.raises(OSError, match=r"symbolic|regular|No such device"):
                open_private(tmp_path / name, flags)
    assert (tmp_path / "victim").read_text() == "precious"

"""Whether what is open is still what is at its path."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pulsetui.errors import StoreLostError
from pulsetui.store.presence import Presence


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "state" / "db"
    path.parent.mkdir()
    path.write_bytes(b"page one, page two")
    return path


@pytest.fixture
def presence(path: Path) -> Presence:
    made = Presence(path)
    made.remember()
    return made


def replaced(path: Path) -> None:
    """As a restore does it, or an editor: another file under the same name."""
    other = path.with_name("other")
    other.write_bytes(path.read_bytes())
    other.replace(path)


def test_what_nobody_touched_is_there(presence: Presence) -> None:
    presence.check_length()
    assert (presence.is_replaced(), presence.check()) == (False, False)


@pytest.mark.parametrize(
    ("trouble", "why"),
    [
        (Path.unlink, "db is gone"),
        (replaced, "db was replaced"),
        (lambda path: path.parent.rename(path.parent.with_name("away")), "is gone"),
    ],
    ids=["deleted", "replaced", "its directory moved away"],
)
def test_a_database_that_is_gone_or_another_is_lost(
    presence: Presence, path: Path, trouble: Callable[[Path], object], why: str
) -> None:
    trouble(path)
    with pytest.raises(StoreLostError, match=why):
        presence.check()


def test_only_another_file_at_the_path_is_a_replacement(presence: Presence, path: Path) -> None:
    kept = path.rename(path.with_name("kept"))
    assert not presence.is_replaced(), "nothing is there"
    path.write_bytes(b"another")
    assert presence.is_replaced()
    kept.replace(path)
    assert not presence.is_replaced(), "it is back"


def test_the_log_beside_it_counts_from_when_it_was_first_seen(presence: Presence, path: Path) -> None:
    log = Path(f"{path}-wal")
    log.write_bytes(b"log")
    presence.check()
    presence.remember()
    log.unlink()
    with pytest.raises(StoreLostError, match="db-wal is gone"):
        presence.check()


def test_writing_by_somebody_else_shows_until_it_is_remembered(presence: Presence, path: Path) -> None:
    path.write_bytes(b"page one, page 2!!")
    os.utime(path, ns=(1, 1))  # whatever the clock of the file system can tell apart
    assert presence.check(), "it is the same file"
    presence.remember()
    assert not presence.check()


def test_what_we_write_ourselves_at_any_moment_is_not_somebody_elses(presence: Presence, path: Path) -> None:
    with presence.changing():
        path.write_bytes(b"page one, page 2!!")
        os.utime(path, ns=(1, 1))
        assert not presence.check()
        presence.remember()
    assert not presence.check(), "it was remembered at the end"
    os.utime(path, ns=(2, 2))
    assert presence.check()


def test_a_database_that_is_shorter_was_cut(presence: Presence, path: Path) -> None:
    with path.open("ab") as file:
        file.write(b", page three")
    presence.check_length()
    os.truncate(path, 5)
    with pytest.raises(StoreLostError, match="cut short"):
        presence.check_length()

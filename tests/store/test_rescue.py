"""A database at its path again, whatever was done to the one that is open; nothing is ever deleted."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pulsetui.errors import StoreError
from pulsetui.store.database import Database
from pulsetui.store.queries import Queries
from pulsetui.store.rescue import rescue
from pulsetui.store.rows import Changes
from tests.store.samples import NOW, identity, ping, raw


def nothing(_: Database) -> None:
    """No state to put in: what is in it is looked at as it is."""


def with_pings(database: Database, *numbers: int) -> None:
    database.write(Changes(pings=[(1, ping(n)) for n in numbers]))


def numbers_in(path: Path) -> list[int]:
    queries = Queries(path.parent)
    try:
        return [one.n for one in queries.pings(1, 99)]
    finally:
        queries.close()


def aside(path: Path) -> list[Path]:
    """Databases that were kept beside it, without their logs."""
    found = path.parent.glob(f"{path.name}.*")
    return [one for one in found if not one.name.endswith(("-wal", "-shm"))]


def deleted(path: Path) -> None:
    for one in path.parent.glob(f"{path.name}*"):
        one.unlink()


def emptied(path: Path) -> None:
    path.unlink()
    path.write_bytes(b"")


def overwritten(path: Path) -> None:
    path.unlink()
    path.write_bytes(b"the notes of somebody" * 500)


@pytest.mark.parametrize("trouble", [deleted, emptied, overwritten])
def test_what_was_taken_away_or_replaced_is_put_back_whole(
    database: Database, trouble: Callable[[Path], None]
) -> None:
    with_pings(database, 1, 2)
    trouble(database.path)

    mended, said = rescue(database, nothing)

    database.close()
    with_pings(mended, 3)
    mended.close()
    assert "put back with all that was in it" in said
    assert numbers_in(database.path) == [3, 2, 1]


def test_what_stood_in_its_place_is_kept_beside_it(database: Database) -> None:
    with_pings(database, 1)
    overwritten(database.path)
    mended, said = rescue(database, nothing)
    mended.close()
    database.close()
    (kept,) = aside(database.path)
    assert kept.read_bytes().startswith(b"the notes of somebody")
    assert kept.name in said


def test_a_copy_that_somebody_restored_is_taken_over(database: Database, tmp_path: Path) -> None:
    with_pings(database, 1)
    copy = tmp_path / "copy"
    database.copy_to(copy)
    with_pings(database, 2)
    deleted(database.path)
    shutil.copy(copy, database.path)

    mended, said = rescue(database, nothing)

    mended.close()
    database.close()
    assert "was taken over" in said
    assert numbers_in(database.path) == [1]


def test_a_copy_that_was_moved_over_it_is_not_mixed_with_our_log(database: Database, tmp_path: Path) -> None:
    with_pings(database, 1)
    copy = tmp_path / "copy"
    database.copy_to(copy)
    with_pings(database, 2)
    copy.replace(database.path)  # and the log of ours stays beside it

    mended, said = rescue(database, nothing)

    mended.close()
    database.close()
    assert "was taken over" in said
    assert numbers_in(database.path) == [1]


def test_a_database_of_other_checks_is_not_taken_over(database: Database, tmp_path: Path) -> None:
    with_pings(database, 1)
    (tmp_path / "other").mkdir()
    other = Database(tmp_path / "other")
    other.write(Changes(identities=[identity(1, "strange")]))
    other.close()
    deleted(database.path)
    shutil.copy(other.path, database.path)
    refused = []

    def only_ours(found: Database) -> None:
        if "a" not in {check.slug for check in found.checks()}:
            refused.append(found.path)
            raise StoreError("they are other checks")

    mended, said = rescue(database, only_ours)

    assert {check.slug for check in mended.checks()} == {"a", "b"}
    mended.close()
    database.close()
    assert refused == [database.path]
    assert "they are other checks" in said
    with raw(aside(database.path)[0]) as connection:
        assert connection.execute("SELECT slug FROM checks").fetchall() == [("strange",)]


def test_where_nothing_is_left_a_new_one_is_begun_with_what_is_known(database: Database) -> None:
    with_pings(database, 1)
    database.close()  # its descriptor is gone, too: nothing can be copied out of it
    deleted(database.path)

    def known(found: Database) -> None:
        found.write(Changes(identities=[identity(1, "a"), identity(2, "b")], pings=[]))

    mended, said = rescue(database, known)

    assert [check.created_at for check in mended.checks()] == [NOW, NOW]
    mended.close()
    assert "a new database was begun" in said
    assert numbers_in(database.path) == []


def test_a_directory_that_cannot_be_written_leaves_everything_as_it_was(database: Database) -> None:
    with_pings(database, 1)
    away = database.path.parent.rename(database.path.parent.with_name("away"))
    with pytest.raises(StoreError):
        rescue(database, nothing)
    away.rename(database.path.parent)
    assert numbers_in(database.path) == [1]

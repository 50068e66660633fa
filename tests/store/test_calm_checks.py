"""The documents of calm checks stay closed at a start, unless anything about them is not as it was."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pulsetui.core.alike import gathered
from pulsetui.core.calm import Calm, calm_of, definition_of
from pulsetui.core.schedule.period import Every
from pulsetui.core.state import machine, operate
from pulsetui.core.state.check import Check
from pulsetui.core.state.ping import Ping
from pulsetui.core.state.state import new_state
from pulsetui.core.state.status import PingKind, Status
from pulsetui.store import states
from pulsetui.store.calm_checks import NEVER, CalmChecks
from pulsetui.store.database import Database
from pulsetui.store.instant import read as read_instant
from pulsetui.store.rows import Changes, StoredCheck
from pulsetui.store.states import encode, sealed_columns
from tests.store.samples import NOW, identity

CHECK = Check(slug="a", name="A", schedule=Every(timedelta(hours=1)), grace=timedelta(minutes=5))
BEGUN = operate.redefine(CHECK, new_state(NOW), NOW).state
STATE = machine.receive(CHECK, BEGUN, Ping(kind=PingKind.SUCCESS, at=NOW), NOW).state


def calm() -> Calm:
    found = calm_of(CHECK, STATE)
    assert found is not None
    return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with closing(Database(tmp_path)) as database:
        database.write(Changes(identities=[identity(1, "a"), identity(2, "b")]))
        database.write(Changes(states={1: STATE, 2: STATE}, calm={1: (calm(), definition_of(CHECK))}))
    return tmp_path


def read(path: Path, check: Check = CHECK) -> tuple[dict[str, StoredCheck], CalmChecks]:
    """What has to be read, by slug, and what stays closed."""
    calm = CalmChecks(gathered({one.slug: one for one in (check, replace(check, slug="b"))}))
    with closing(Database(path)) as database:
        return {one.slug: one for one in database.checks(calm)}, calm


def is_read_at_once(path: Path, check: Check = CHECK) -> bool:
    others, calm = read(path, check)
    assert len(calm) == len(list(calm.places())) == 0
    assert calm.others() == ["a", "b"]
    return others["a"].state == STATE


def edit(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path / "pulsetui.sqlite3")) as connection, connection:
        assert connection.execute(statement).rowcount == 1


def test_a_calm_check_stays_closed_and_is_read_when_it_is_asked_for(path: Path) -> None:
    others, found = read(path)
    assert list(others) == ["b"]
    assert others["b"].state == STATE
    place = found.place("a")
    assert place is not None
    assert (
        list(found.places()) == [place] == [found.place_of_id(1)] == [found.place_of_uuid(found.uuid(place))]
    )
    assert found.calm(place) == calm()
    assert found.sealed(place).state() == STATE
    assert found.others() == ["b"]
    assert found.place("b") is found.place("c") is found.place_of_id(2) is found.place_of_uuid("x") is None


def test_of_another_definition_it_is_read_at_once(path: Path) -> None:
    assert is_read_at_once(path, replace(CHECK, grace=timedelta(minutes=6)))
    assert is_read_at_once(path, replace(CHECK, wait_for_first=True))
    assert len(read(path, replace(CHECK, desc="x", tags=("y",)))[1]) == 1


def test_what_the_file_has_a_uuid_for_is_read_at_once(path: Path) -> None:
    """Its history may be that of another slug."""
    _, found = read(path)
    uuid = found.uuid(found.place("a") or 0)
    for slug in "ab":
        calm = CalmChecks(
            gathered({one: replace(CHECK, slug=one, uuid=uuid if one == slug else None) for one in "ab"})
        )
        with closing(Database(path)) as database:
            assert [one.slug for one in database.checks(calm)] == ["a", "b"]


def test_what_is_asked_for_is_read_at_once(path: Path) -> None:
    for ids, slugs in (((1,), ()), ((), ("a",))):
        calm = CalmChecks(gathered({"a": CHECK}))
        with closing(Database(path)) as database:
            assert [one.slug for one in database.checks(calm, ids, slugs)] == ["a", "b"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE states SET deadline = deadline + 1 WHERE check_id = 1",
        "UPDATE states SET due = NULL WHERE check_id = 1",
        "UPDATE states SET due = 'soon' WHERE check_id = 1",
        "UPDATE states SET calm = 'paused' WHERE check_id = 1",
        "UPDATE states SET calm = 'down' WHERE check_id = 1",
        "UPDATE states SET calm = 7 WHERE check_id = 1",
        "UPDATE states SET calm = NULL WHERE check_id = 1",
        "UPDATE states SET seal = seal + 1 WHERE check_id = 1",
        "UPDATE states SET seal = NULL WHERE check_id = 1",
        "UPDATE states SET seal = 'x' WHERE check_id = 1",
    ],
)
def test_what_does_not_fit_its_seal_is_read_at_once(path: Path, statement: str) -> None:
    edit(path, statement)
    assert is_read_at_once(path)


def test_a_document_that_was_changed_is_read_and_judged_at_once(path: Path) -> None:
    edit(path, "UPDATE states SET state = replace(CAST(state AS TEXT), 'up', 'xx') WHERE check_id = 1")
    with closing(Database(path)) as database:
        (found, _) = database.checks(CalmChecks(gathered({"a": CHECK})))
        assert found.mended
        assert database.aside.news() != []


@pytest.mark.parametrize("uuid", ["zz", "", "3f2b8c1e-7a4d-4e5f-9b6c-0d1e2f3a4b5", None])
def test_a_uuid_that_is_none_is_no_reason_to_lose_a_check(path: Path, uuid: str | None) -> None:
    """SQLite keeps what a column is not for, where somebody writes into it."""
    edit(path, f"UPDATE checks SET uuid = {'7' if uuid is None else repr(uuid)} WHERE id = 1")
    assert is_read_at_once(path)


def test_another_version_reads_all_documents(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(states, "_FORM", "9 99.0")
    assert is_read_at_once(path)


def test_a_removed_check_is_read_at_once(path: Path) -> None:
    edit(path, "UPDATE checks SET removed_at = 1 WHERE id = 1")
    assert is_read_at_once(path)


def test_a_later_state_that_is_not_calm_takes_the_seal_away(path: Path) -> None:
    with closing(Database(path)) as database:
        database.write(Changes(states={1: BEGUN}))
    others, found = read(path)
    assert others["a"].state == BEGUN
    assert not found


instants = st.none() | st.integers(-5, 5).map(lambda n: NOW + timedelta(minutes=n))


calms = st.builds(Calm, st.sampled_from([Status.UP, Status.NEW, Status.PAUSED]), instants, instants)


@given(st.lists(calms, max_size=6), st.integers(-6, 6), st.integers(-6, 6))
def test_columns_say_what_each_says(known: list[Calm], a: int, b: int) -> None:
    definition = definition_of(CHECK)
    found = CalmChecks(gathered({f"c{n}": replace(CHECK, slug=f"c{n}") for n in range(len(known) + 1)}))
    stored = [
        (n, f"c{n}", str(uuid4()), 0, None, encode(STATE), *sealed_columns(encode(STATE), one, definition))
        for n, one in enumerate(known, start=1)
    ]
    assert found.take_in(reversed(stored)) == []
    assert [found.calm(place) for place in found.places()] == known
    assert [found.uuid(place) for place in found.places()] == [row[2] for row in stored]
    now = NOW + timedelta(minutes=a)
    wakes = found.wakes(now)
    read = [None if one == NEVER else read_instant(one) for one in wakes]
    assert read == [None, *(one.wake(now) for one in known)]
    since, until = sorted((now, NOW + timedelta(minutes=b)))
    deadlines = {n: one.deadline for n, one in enumerate(known, start=1) if one.deadline is not None}
    assert list(found.run_out(since, until)) == [n for n, at in deadlines.items() if since < at <= until]

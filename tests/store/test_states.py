"""The documents of calm checks stay closed at a start, unless anything about them is not as it was."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from pulsetui.core.calm import Calm, calm_of, definition_of
from pulsetui.core.schedule.period import Every
from pulsetui.core.state import machine, operate
from pulsetui.core.state.check import Check
from pulsetui.core.state.ping import Ping
from pulsetui.core.state.state import CheckState, new_state
from pulsetui.core.state.status import PingKind
from pulsetui.store import states
from pulsetui.store.database import Database
from pulsetui.store.rows import Changes, StoredCheck
from pulsetui.store.states import Sealed
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


def read(path: Path, definition: str | None = definition_of(CHECK)) -> dict[str, StoredCheck]:
    with closing(Database(path)) as database:
        return {one.slug: one for one in database.checks(lambda _: definition)}


def edit(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path / "pulsetui.sqlite3")) as connection, connection:
        assert connection.execute(statement).rowcount == 1


def test_a_calm_check_stays_sealed_and_is_read_when_it_is_asked_for(path: Path) -> None:
    found = read(path)
    kept = found["a"].kept
    assert isinstance(kept, Sealed)
    assert kept.calm == calm()
    assert found["a"].state == STATE
    assert isinstance(found["b"].kept, CheckState)


def test_of_another_definition_it_is_read_at_once(path: Path) -> None:
    for definition in (None, "", definition_of(CHECK) + " "):
        assert read(path, definition)["a"].kept == STATE


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
    assert read(path)["a"].kept == STATE


def test_a_document_that_was_changed_is_read_and_judged_at_once(path: Path) -> None:
    edit(path, "UPDATE states SET state = replace(CAST(state AS TEXT), 'up', 'xx') WHERE check_id = 1")
    with closing(Database(path)) as database:
        (found, _) = database.checks(lambda _: definition_of(CHECK))
        assert not isinstance(found.kept, Sealed)
        assert found.mended
        assert database.aside.news() != []


def test_another_version_reads_all_documents(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(states, "_FORM", "1 99.0")
    assert read(path)["a"].kept == STATE


def test_a_removed_check_is_read_at_once(path: Path) -> None:
    edit(path, "UPDATE checks SET removed_at = 1 WHERE id = 1")
    assert read(path)["a"].kept == STATE


def test_a_later_state_that_is_not_calm_takes_the_seal_away(path: Path) -> None:
    with closing(Database(path)) as database:
        database.write(Changes(states={1: BEGUN}))
    assert read(path)["a"].kept == BEGUN

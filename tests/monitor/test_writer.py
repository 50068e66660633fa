"""The writer: what gathers while it commits is the next transaction, and what fails is answered, not lost."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from pulsetui.core.state.alerting import Alerting
from pulsetui.errors import StoreBusyError, StoreError
from pulsetui.monitor.writing import writer as writer_module
from pulsetui.monitor.writing.checks import Checks
from pulsetui.monitor.writing.transaction import Command, Patient, Prompt, Transaction
from pulsetui.monitor.writing.writer import Batch, Writer
from pulsetui.store.database import Database
from tests.monitor.harness import START, FakeClock, full_disk

PATIENCE_S = 10


class Note(Struct, frozen=True):
    """A command that leaves a trace in the database, under its name."""

    name: str

    def apply(self, transaction: Transaction, now: datetime) -> str:
        transaction.changes.reports[self.name] = now
        return f"did {self.name}"


class PromptNote(Note, Prompt, frozen=True):
    """The same, that a job waits for."""


class PatientNote(Note, Patient, frozen=True):
    """The same, that nobody waits for."""


class Wait:
    """A command that holds the writer up until it may go on."""

    def __init__(self) -> None:
        self.begun, self.may_end = threading.Event(), threading.Event()

    def apply(self, transaction: Transaction, now: datetime) -> None:
        self.begun.set()
        assert self.may_end.wait(PATIENCE_S)


class Bug:
    """A command that fails."""

    def apply(self, transaction: Transaction, now: datetime) -> None:
        raise ZeroDivisionError("a bug")


class MadeUp(Struct, frozen=True):
    """What was refused, and since when; its trace is how much that was."""

    since: datetime
    refused: tuple[Command[object], ...] = ()

    def with_more(self, refused: Sequence[Command[object]]) -> MadeUp:
        return replace(self, refused=(*self.refused, *refused))

    def apply(self, transaction: Transaction, now: datetime) -> None:
        transaction.changes.reports[f"made up for {len(self.refused)} since {self.since:%H:%M}"] = now


class Desk:
    """Whoever submits: hears of each batch, and keeps the answers."""

    def __init__(self, directory: Path) -> None:
        self.clock = FakeClock()
        self.database = Database(directory)
        self.batches: queue.SimpleQueue[Batch] = queue.SimpleQueue()
        self.answers: list[object] = []
        self.writer = Writer(self.database, Checks(), self.clock, Alerting, self.batches.put, MadeUp)

    def submit(self, *commands: Command[object]) -> None:
        self.writer.submit([(command, self.answers.append) for command in commands])

    def next_batch(self) -> Batch:
        """Waits for it, and gives its answers."""
        batch = self.batches.get(timeout=PATIENCE_S)
        for answer in batch.answers:
            answer()
        return batch

    def has(self, *names: str) -> list[bool]:
        return [self.database.has_report(name) for name in names]

    def close(self) -> None:
        self.writer.stop()
        self.database.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    desk.writer.start()
    yield desk
    desk.close()


# --- group commit ------------------------------------------------------------------------------------


def test_what_gathers_during_a_transaction_is_the_next_one(desk: Desk) -> None:
    wait = Wait()
    desk.submit(wait)
    assert wait.begun.wait(PATIENCE_S)
    for n in range(10):
        desk.submit(Note(f"n{n}"))
    wait.may_end.set()

    assert [len(desk.next_batch().answers) for _ in range(2)] == [1, 10]
    assert desk.answers == [None, *(f"did n{n}" for n in range(10))]
    assert all(desk.has(*(f"n{n}" for n in range(10))))


KINDS = (Note, PromptNote, PatientNote)


@pytest.mark.parametrize(
    ("order", "batches"),
    [
        ("patient prompt patient prompt", ["1 3", "0", "2"]),
        ("prompt patient", ["0", "1"]),
        ("plain patient prompt plain prompt", ["0 2", "1", "3 4"]),
        ("patient plain prompt", ["0", "1 2"]),
        ("patient patient", ["0", "1"]),
        ("prompt plain prompt", ["0 1 2"]),
    ],
)
def test_what_a_job_waits_for_goes_ahead_of_what_nobody_waits_for(
    desk: Desk, order: str, batches: list[str]
) -> None:
    kinds = {"plain": Note, "prompt": PromptNote, "patient": PatientNote}
    wait = Wait()
    desk.submit(wait)
    assert wait.begun.wait(PATIENCE_S)
    for n, kind in enumerate(order.split()):
        desk.submit(kinds[kind](f"{n}"))
    wait.may_end.set()
    desk.next_batch()
    for batch in batches:
        desk.answers.clear()
        desk.next_batch()
        assert desk.answers == [f"did {n}" for n in batch.split()]


@given(st.lists(st.sampled_from([0, 1, 2]), max_size=12))
def test_nothing_but_a_ping_overtakes_and_only_what_is_patient(kinds: list[int]) -> None:
    commands: list[Command[object]] = [KINDS[kind](str(n)) for n, kind in enumerate(kinds)]
    ahead, behind = writer_module._prompt_first([(command, print) for command in commands])
    assert not behind or isinstance(behind[0][0], Patient)
    went = [commands.index(command) for command, _ in [*ahead, *behind]]
    assert sorted(went) == list(range(len(commands)))
    for place, one in enumerate(went):
        for overtaken in (other for other in went[place + 1 :] if other < one):
            assert isinstance(commands[one], Prompt)
            assert isinstance(commands[overtaken], Patient)


def test_an_idle_writer_waits_for_nobody(desk: Desk) -> None:
    for n in range(3):
        desk.submit(Note(f"n{n}"))
        assert len(desk.next_batch().answers) == 1


def test_a_transaction_has_a_bound_whatever_waits(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "MAX_AT_ONCE", 4)
    wait = Wait()
    desk.submit(wait)
    assert wait.begun.wait(PATIENCE_S)
    for n in range(10):
        desk.submit(Note(f"n{n}"))
    wait.may_end.set()
    assert [len(desk.next_batch().answers) for _ in range(4)] == [1, 4, 4, 2]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.lists(st.sampled_from([True, False]), max_size=5), min_size=1, max_size=20))
def test_however_commands_come_each_is_answered_once_in_order(
    desk: Desk, submissions: list[list[bool]]
) -> None:
    """False stands for a command that fails."""
    desk.answers.clear()
    wanted: list[str] = []
    for place, fine in enumerate(submissions):
        commands = [Note(f"{place}.{n}") if one else Bug() for n, one in enumerate(fine)]
        wanted += [f"did {place}.{n}" if one else "a bug" for n, one in enumerate(fine)]
        desk.submit(*commands)
    while len(desk.answers) < len(wanted):
        desk.next_batch()
    assert [str(answer) for answer in desk.answers] == wanted


def test_what_was_submitted_before_the_end_is_committed(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.writer.start()
    for n in range(20):
        desk.submit(Note(f"n{n}"))
    desk.writer.stop()
    assert all(desk.has(*(f"n{n}" for n in range(20))))
    desk.database.close()


def test_whoever_waits_goes_on_when_it_is_on_disk(desk: Desk) -> None:
    for n in range(3):
        desk.writer.submit_and_wait([(Note(f"n{n}"), desk.answers.append)], PATIENCE_S)
        assert desk.has(f"n{n}") == [True]


def test_whoever_waits_does_so_no_longer_than_he_has_patience(desk: Desk) -> None:
    wait = Wait()
    desk.writer.submit_and_wait([(wait, desk.answers.append)], 0.01)
    assert not wait.may_end.is_set()
    wait.may_end.set()
    desk.next_batch()


# --- failures ----------------------------------------------------------------------------------------


def test_a_command_that_fails_is_answered_so_and_no_other(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.submit(Note("before"), Bug(), Note("after"))
    batch = desk.next_batch()
    assert batch.error is None
    assert [str(answer) for answer in desk.answers] == ["did before", "a bug", "did after"]
    assert desk.has("before", "after") == [True, True]
    assert "command=Bug failed" in caplog.messages


def test_a_full_disk_refuses_all_of_a_batch_and_makes_up_for_it(desk: Desk) -> None:
    desk.clock.run(timedelta(hours=3))
    with full_disk(StoreBusyError("the disk is full")):
        desk.submit(Note("a"), Note("b"))
        batch = desk.next_batch()
        assert [str(answer) for answer in desk.answers] == ["the disk is full"] * 2
        assert (str(batch.error), batch.changed) == ("the disk is full", frozenset())
        desk.clock.run(timedelta(hours=1))
        desk.submit(Note("c"))
        desk.next_batch()
    desk.submit(Note("d"))
    assert desk.next_batch().error is None
    assert desk.has("a", "b", "c", "d") == [False, False, False, True]
    assert desk.has("made up for 3 since 03:00") == [True]
    desk.submit(Note("e"))
    desk.next_batch()
    assert desk.has("made up for 0 since 04:00") == [False], "that is done"


def test_what_no_database_takes_refuses_no_other(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    wait = Wait()
    desk.submit(wait)
    assert wait.begun.wait(PATIENCE_S)
    desk.submit(Note("a"), Note("\ud800"), Note("b"))
    wait.may_end.set()
    batches = [desk.next_batch() for _ in range(4)]
    assert [batch.error is None for batch in batches] == [True, True, False, True]
    assert desk.has("a", "b") == [True, True]
    assert isinstance(desk.answers[2], StoreError)


def test_the_same_failure_is_logged_once(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    with full_disk(StoreBusyError("the disk is full")):
        for _ in range(5):
            desk.submit(Note("a"))
            desk.next_batch()
    assert [line for line in caplog.messages if "the disk is full" in line] == [
        "commit of 1 commands failed: the disk is full"
    ]


def test_what_was_turned_away_before_it_came_counts_from_then(desk: Desk) -> None:
    desk.writer.turned_away(Note("a"), START + timedelta(hours=2))
    desk.writer.turned_away(Note("b"), START + timedelta(hours=5))
    desk.submit(Note("c"))
    desk.next_batch()
    assert desk.has("made up for 2 since 02:00", "c") == [True, True]


# --- what nothing may be judged before ---------------------------------------------------------------


def test_what_was_asked_first_goes_ahead_of_what_waited(desk: Desk) -> None:
    wait = Wait()
    desk.submit(wait)
    assert wait.begun.wait(PATIENCE_S)
    desk.submit(Note("waits"))
    desk.writer.submit_first(Note("first"), desk.answers.append)
    wait.may_end.set()
    desk.next_batch()
    desk.next_batch()
    assert desk.answers == [None, "did first", "did waits"]


def test_what_was_asked_first_needs_nothing_else_to_come(desk: Desk) -> None:
    desk.writer.submit_first(Note("first"), desk.answers.append)
    desk.next_batch()
    assert (desk.answers, desk.has("first")) == (["did first"], [True])


def test_what_was_asked_first_goes_ahead_until_it_is_written(desk: Desk) -> None:
    with full_disk(StoreBusyError("the disk is full")):
        desk.writer.submit_first(Note("first"), desk.answers.append)
        desk.next_batch()
        desk.submit(Note("refused"))
        desk.next_batch()
        assert [str(answer) for answer in desk.answers] == ["the disk is full"], (
            "nobody hears of the first yet"
        )
    desk.submit(Note("then"))
    desk.next_batch()
    assert desk.answers[1:] == ["did first", "did then"]
    assert desk.has("first", "then", "refused") == [True, True, False]
    desk.submit(Note("later"))
    desk.next_batch()
    assert desk.answers[3:] == ["did later"], "it is done once"

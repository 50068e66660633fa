"""The writer thread: the only place where state changes.

Group commit: while one transaction is being committed, commands gather; when it ends they all are the next
one. No timer and no fixed size, so an idle engine commits at once and a busy one commits in bulk. Only what
nobody waits for has transactions of its own, one by one: what a job waits for goes ahead of each.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Protocol, TypeVar

from msgspec import Struct

from pulsetui.core.state.alerting import Alerting
from pulsetui.errors import StoreBusyError, StoreError, StoreLostError
from pulsetui.monitor.clock import Clock
from pulsetui.monitor.writing.checks import Checks
from pulsetui.monitor.writing.transaction import Command, Patient, Prompt, Transaction, Upkeep
from pulsetui.store.database import Database

logger = logging.getLogger(__name__)

MAX_AT_ONCE = 1000
"""Commands of one transaction, and no further ones: bounds how long the first of them waits for the last."""

_T = TypeVar("_T")

OnDone = Callable[[_T | Exception], None]
"""Gets the result of a command, or what it or the commit raised."""

OneSubmitted = tuple[Command[_T], OnDone[_T]]
Submitted = OneSubmitted[Any]  # in one queue: each has a result of its own

Answer = Callable[[], None]
"""Gives one command's result to whoever waits for it."""


class Refusal(Command[object], Protocol):
    """What could not be written: a command that makes up for it, before anything is judged."""

    def with_more(self, refused: Sequence[Command[object]]) -> Refusal:
        """The same, with further commands that were refused."""


NewRefusal = Callable[[datetime], Refusal]
"""Makes one for a span that begins at an instant."""


class Batch(Struct, frozen=True):
    """What one transaction did, for the engine's loop, where the answers are to be given."""

    answers: Sequence[Answer]
    changed: frozenset[int]
    redefined: bool = False  # the set of checks is another one
    told: bool = False  # something was put into the outbox
    error: StoreError | None = None  # why the commit failed; then nothing changed


class Writer:
    """Runs commands in order. ``on_batch`` is called on the writer thread after each transaction."""

    def __init__(
        self,
        database: Database,
        checks: Checks,
        clock: Clock,
        alerting: Callable[[], Alerting],
        on_batch: Callable[[Batch], None],
        new_refusal: NewRefusal,
    ) -> None:
        self.checks = checks
        self.database = database  # the one that is at its path, which may become another one
        self._clock = clock
        self._alerting = alerting
        self._on_batch = on_batch
        self._new_refusal = new_refusal
        self._refusal: Refusal | None = None  # committed with the next transaction that succeeds
        self._turned_away: deque[tuple[Command[object], datetime]] = deque()
        self._asked_first: deque[Submitted] = deque()
        self._first: list[Submitted] = []
        self._said = ""  # why the last commit failed
        self._queue: queue.SimpleQueue[Sequence[Submitted] | None] = queue.SimpleQueue()
        self._finished = threading.Lock()  # released after each transaction
        self._finished.acquire()
        self._thread = threading.Thread(target=self._run, name="pulsetui-writer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout_s: float = 10.0) -> None:
        """Finishes what was submitted, then ends."""
        self._queue.put(None)
        self._thread.join(timeout_s)

    def submit(self, submitted: Sequence[Submitted]) -> None:
        """Queues commands, each with who gets its result or exception, by way of ``on_batch``."""
        self._queue.put(submitted)

    def submit_first(self, command: Command[_T], done: OnDone[_T]) -> None:
        """Queues a command that nothing may be judged before: it goes ahead of every transaction until one
        with it succeeds. ``done`` is called then."""
        self._asked_first.append((command, done))
        self._queue.put(())  # in case nothing else comes

    def turned_away(self, command: Command[object], at: datetime) -> None:
        """A command was refused before it came here: as if its commit had failed at ``at``."""
        self._turned_away.append((command, at))

    def submit_and_wait(self, submitted: Sequence[Submitted], timeout_s: float) -> None:
        """The same, and returns when a transaction has ended. For one thread, while the queue is empty."""
        self._finished.acquire(blocking=False)  # of an earlier transaction that nobody waited for
        self._queue.put(submitted)
        self._finished.acquire(timeout=timeout_s)

    def _run(self) -> None:
        waiting: list[Submitted] = []
        stopping = False
        while waiting or not stopping:
            if not stopping:
                gathered, stopping = self._gather(wait=not waiting)
                waiting += gathered
            ahead, waiting = _prompt_first(waiting)
            if ahead or (self._asked_first and not waiting):
                self._perform_and_tell(ahead)
            if waiting:  # one at a time: whatever comes meanwhile goes ahead of the next
                self._perform_and_tell([waiting.pop(0)])

    def _perform_and_tell(self, batch: Sequence[Submitted]) -> None:
        for done in self._perform(batch):
            self._on_batch(done)
        with contextlib.suppress(RuntimeError):  # released before, and nobody waited
            self._finished.release()

    def _gather(self, *, wait: bool) -> tuple[list[Submitted], bool]:
        """Takes whatever is there; before that it may wait for one command."""
        batch: list[Submitted] = []
        try:
            submitted = self._queue.get(block=wait)
            while submitted is not None:
                batch += submitted
                if len(batch) >= MAX_AT_ONCE:
                    return batch, False
                submitted = self._queue.get_nowait()
        except queue.Empty:
            return batch, False
        return batch, True

    def _perform(self, batch: Sequence[Submitted]) -> Iterator[Batch]:
        """In one transaction, if that can be; else each command in its own: what one of them holds, and no
        database takes, is no reason to refuse the others."""
        done = self._transact(batch)
        if isinstance(done, Batch):
            yield done
        elif len(batch) < 2 or isinstance(done, StoreBusyError | StoreLostError):
            yield self._refused(batch, done)
        else:
            for one in batch:
                alone = self._transact([one])
                yield alone if isinstance(alone, Batch) else self._refused([one], alone)

    def _transact(self, batch: Sequence[Submitted]) -> Batch | StoreError:
        transaction = Transaction(self.checks, self.database, self._alerting())
        now = self._clock.now()  # all of them happen in one transaction
        while self._turned_away:
            self._refuse([self._turned_away[0][0]], self._turned_away.popleft()[1])
        while self._asked_first:
            self._first.append(self._asked_first.popleft())
        first = [] if self._refusal is None else self._apply(transaction, now, [(self._refusal, _ignore)])
        first += self._apply(transaction, now, self._first)
        answers = self._apply(transaction, now, batch)
        self.database = transaction.database
        try:
            changed = transaction.commit()
        except StoreError as error:
            if str(error) != self._said:  # else it is said once a second
                logger.error("commit of %d commands failed: %s", len(batch), error)  # noqa: TRY400 - a known cause
            self._said = str(error)
            return error
        except Exception as error:  # the thread must outlive whatever one batch holds
            logger.exception("commit of %d commands failed", len(batch))
            return StoreError(f"{type(error).__name__}: {error}")
        self._refusal, self._first, self._said = None, [], ""
        redefined, self.checks = transaction.checks is not self.checks, transaction.checks
        return Batch(first + answers, changed, redefined=redefined, told=bool(transaction.changes.outbox))

    @staticmethod
    def _apply(transaction: Transaction, now: datetime, submitted: Sequence[Submitted]) -> list[Answer]:
        return [_applied(one, transaction, now) for one in submitted]

    def _refused(self, batch: Sequence[Submitted], error: StoreError) -> Batch:
        refused = [command for command, _ in batch if not isinstance(command, Upkeep)]
        if refused or not batch:
            self._refuse(refused, self._clock.now())
        return Batch([partial(done, error) for _, done in batch], frozenset(), error=error)

    def _refuse(self, commands: Sequence[Command[object]], at: datetime) -> None:
        self._refusal = (self._refusal or self._new_refusal(at)).with_more(commands)


def _prompt_first(batch: Sequence[Submitted]) -> tuple[list[Submitted], list[Submitted]]:
    """What can go ahead, and the rest, which begins with a patient command: in a storm thousands of checks
    are judged, and a ping that comes meanwhile is not to pay for them. All else keeps its order."""
    ahead: list[Submitted] = []
    behind: list[Submitted] = []
    for place, one in enumerate(batch):
        if isinstance(one[0], Patient):
            behind.append(one)
        elif not behind or isinstance(one[0], Prompt):
            ahead.append(one)
        else:
            return ahead, [*behind, *batch[place:]]
    return ahead, behind


def _applied(submitted: OneSubmitted[_T], transaction: Transaction, now: datetime) -> Answer:
    """Runs one command. What it raises is its own answer, and no other's."""
    command, done = submitted
    result: _T | Exception
    try:
        result = command.apply(transaction, now)
    except Exception as error:
        if not isinstance(error, StoreError):
            logger.exception("command=%s failed", type(command).__name__)
        result = error
    return partial(done, result)


def _ignore(_: object) -> None:
    pass

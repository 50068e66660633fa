"""Whatever the commands of one batch do reaches the disk in one transaction, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pulsetui.core.schedule.period import Every
from pulsetui.core.state.alerting import Alerting
from pulsetui.core.state.check import Check
from pulsetui.core.state.snooze import Snooze
from pulsetui.core.state.state import new_state
from pulsetui.errors import StoreBusyError
from pulsetui.monitor.sink import Receipt
from pulsetui.monitor.writing.checks import Checks, TrackedCheck
from pulsetui.monitor.writing.commands.define import Define
from pulsetui.monitor.writing.commands.snoozes import SetSnoozes
from pulsetui.monitor.writing.commands.upkeep import Forget, UpdateDeliveries
from pulsetui.monitor.writing.transaction import Command, Transaction
from pulsetui.store.database import Database
from pulsetui.store.queries import Queries
from pulsetui.store.rows import Changes, DeliveryHold, DeliveryResult, OutboxRow
from tests.monitor.harness import running
from tests.store.samples import due_rows

NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def queries(tmp_path: Path, database: Database) -> Iterator[Queries]:
    opened = Queries(tmp_path)
    yield opened
    opened.close()


def snooze(target: str, until: datetime = NOW + HOUR) -> Snooze:
    return Snooze(scope="check", target=target, until=until, by="ann", note="")


def check(slug: str) -> Check:
    return Check(slug=slug, name=slug, schedule=Every(HOUR), grace=HOUR)


def waiting(database: Database, queries: Queries, count: int) -> list[int]:
    rows = [OutboxRow(check_id=None, hook="mail", alert="{}", created_at=NOW) for _ in range(count)]
    database.write(Changes(outbox=rows))
    return [one.id for one in due_rows(queries, NOW, count)]


def applied(database: Database, commands: list[Command[object]], checks: Checks | None = None) -> Transaction:
    transaction = Transaction(checks or Checks(), database, Alerting())
    for command in commands:
        command.apply(transaction, NOW)
    return transaction


def test_no_command_writes_before_the_commit(database: Database, queries: Queries) -> None:
    first, second = waiting(database, queries, 2)
    delivered = DeliveryResult(ids=[first], delivered_at=NOW, next_try_at=None, error="")
    held = DeliveryHold(ids=[second], next_try_at=None, error="nobody is there")
    checks = Checks()
    transaction = applied(
        database,
        [
            UpdateDeliveries(delivered),
            UpdateDeliveries(held),
            SetSnoozes(add=[snooze("a")]),
            Forget(NOW),
        ],
        checks,
    )
    assert len(due_rows(queries, NOW, 9)) == 2
    assert database.snoozes() == []
    assert list(checks.snoozes) == []

    transaction.commit()
    assert due_rows(queries, NOW, 9) == []
    assert database.snoozes() == [snooze("a")]
    assert list(checks.snoozes) == [snooze("a")]


def test_what_is_refused_changes_nothing_that_others_see(database: Database) -> None:
    checks = Checks(snoozes=[snooze("a")])
    transaction = applied(database, [SetSnoozes(end=[("check", "a", "")], add=[snooze("b")])], checks)

    def full(changes: Changes) -> None:
        raise StoreBusyError("the disk is full")

    database.write = full  # type: ignore[method-assign]
    with pytest.raises(StoreBusyError):
        transaction.commit()
    assert list(checks.snoozes) == [snooze("a")]


def test_snoozes_of_one_batch_see_each_other(database: Database) -> None:
    applied(
        database,
        [SetSnoozes(add=[snooze("a")]), SetSnoozes(add=[snooze("b")]), SetSnoozes(end=[("check", "a", "")])],
    ).commit()
    assert database.snoozes() == [snooze("b")]


def test_a_rename_after_a_snooze_in_one_batch_keeps_both(database: Database) -> None:
    tracked = TrackedCheck(1, "u", check("old"), new_state(NOW))
    checks = Checks([tracked])
    renamed = Define({"new": check("new")}, {"old": "new"})
    transaction = applied(database, [SetSnoozes(add=[snooze("old")]), renamed], checks)
    transaction.commit()
    assert database.snoozes() == [snooze("new")]
    assert list(transaction.checks.snoozes) == [snooze("new")]


def test_two_definitions_in_one_batch_number_checks_once(database: Database) -> None:
    a, b = check("a"), check("b")
    transaction = applied(database, [Define({"a": a}, {}), Define({"a": a, "b": b}, {})])
    transaction.commit()
    assert {one.slug: one.id for one in database.checks()} == {"a": 1, "b": 2}


async def test_what_the_outbox_could_not_write_refused_nobody(tmp_path: Path) -> None:
    """A commit that fails counts as time without a listener only where a ping or a deadline was in it."""
    async with running(tmp_path) as harness:
        impossible = DeliveryResult(ids=[1], delivered_at=NOW, next_try_at=None, error="\ud800")
        with pytest.raises(Exception, match="surrogates"):
            await harness.engine.perform(UpdateDeliveries(impossible))
        assert await harness.ping("often") is Receipt.OK
        assert harness.engine.queries.unwatched(10) == []

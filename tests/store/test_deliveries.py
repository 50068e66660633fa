"""The rows of the outbox: what is due, what waits for what, what became of it."""

from __future__ import annotations

from datetime import timedelta

from pulsetui.store.database import Database
from pulsetui.store.queries import Queries, StoredQueue
from pulsetui.store.rows import (
    Changes,
    DeliveryChange,
    DeliveryHold,
    DeliveryRelease,
    DeliveryResult,
    HookPause,
    OutboxRow,
)
from tests.store.samples import NOW, due_rows


def test_deliveries_wait_until_they_are_settled(database: Database, queries: Queries) -> None:
    rows = [OutboxRow(check_id=1, hook=hook, alert="{}", created_at=NOW) for hook in ("a", "b")]
    database.write(Changes(outbox=rows))
    first, second = due_rows(queries, NOW, 9)
    assert queries.delivery_queues()["a"].next_at == NOW
    later = NOW + timedelta(minutes=1)
    database.write(
        Changes(deliveries=[DeliveryResult(ids=[first.id], delivered_at=NOW, next_try_at=None, error="")])
    )
    database.write(
        Changes(
            deliveries=[
                DeliveryResult(ids=[second.id], delivered_at=None, next_try_at=later, error="no answer")
            ]
        )
    )
    assert due_rows(queries, NOW, 9) == []
    assert queries.delivery_queues()["b"].next_at == later
    assert [(one.tries, one.error) for one in due_rows(queries, later, 9)] == [(1, "no answer")]


def test_a_delivery_waits_for_earlier_ones_of_its_check_and_hook(
    database: Database, queries: Queries
) -> None:
    told = [(1, "down"), (1, "up"), (2, "down"), (None, "digest")]
    rows = [OutboxRow(check_id=check_id, hook="a", alert=alert, created_at=NOW) for check_id, alert in told]
    other = OutboxRow(check_id=1, hook="b", alert="down", created_at=NOW)
    database.write(Changes(outbox=[*rows, other]))
    first = due_rows(queries, NOW, 9)[0]
    later = NOW + timedelta(minutes=1)
    database.write(
        Changes(
            deliveries=[
                DeliveryResult(ids=[first.id], delivered_at=None, next_try_at=later, error="no answer")
            ]
        )
    )

    due = [(one.check_id, one.hook, one.alert) for one in due_rows(queries, NOW, 9)]
    assert due == [(2, "a", "down"), (None, "a", "digest"), (1, "b", "down")]
    assert [one.alert for one in due_rows(queries, later, 2)] == ["down", "up"]


def test_the_next_delivery_is_not_one_that_waits_for_another(database: Database, queries: Queries) -> None:
    rows = [OutboxRow(check_id=1, hook="a", alert=alert, created_at=NOW) for alert in ("down", "up")]
    database.write(Changes(outbox=rows))
    first, second = due_rows(queries, NOW, 9)
    later = NOW + timedelta(minutes=1)
    database.write(
        Changes(
            deliveries=[
                DeliveryResult(ids=[first.id], delivered_at=None, next_try_at=later, error="no answer")
            ]
        )
    )
    assert queries.delivery_queues()["a"].next_at == later
    database.write(
        Changes(deliveries=[DeliveryResult(ids=[first.id], delivered_at=later, next_try_at=None, error="")])
    )
    assert queries.delivery_queues()["a"].next_at == second.next_try_at == NOW


def test_deliveries_are_held_back_and_released_without_counting_a_try(
    database: Database, queries: Queries
) -> None:
    rows = [OutboxRow(check_id=1, hook=hook, alert="{}", created_at=NOW) for hook in ("a", "a", "b")]
    database.write(Changes(outbox=rows))
    ids = [one.id for one in due_rows(queries, NOW, 9)]
    hold = DeliveryHold(ids=ids, error="nobody is there", next_try_at=NOW + timedelta(hours=1))
    database.write(Changes(deliveries=[hold]))
    assert due_rows(queries, NOW, 9) == []

    database.write(Changes(deliveries=[DeliveryRelease(hook="a", at=NOW)]))
    found = due_rows(queries, NOW, 9)
    assert [(one.hook, one.tries, one.error) for one in found] == [("a", 0, "nobody is there")] * 2
    database.write(Changes(deliveries=[DeliveryHold(ids=[found[0].id], error="too old", next_try_at=None)]))
    assert [one.id for one in due_rows(queries, NOW, 9)] == [found[1].id]


def test_each_hook_has_a_queue_of_its_own(database: Database, queries: Queries) -> None:
    hour = timedelta(hours=1)
    rows = [
        OutboxRow(check_id=1, hook="a", alert="down", created_at=NOW),
        OutboxRow(check_id=1, hook="a", alert="up", created_at=NOW),
        OutboxRow(check_id=None, hook="a", alert="digest", created_at=NOW),
        OutboxRow(check_id=1, hook="b", alert="down", created_at=NOW, not_before=NOW + hour),
    ]
    assert queries.delivery_queues() == {}
    database.write(Changes(outbox=rows))
    assert queries.delivery_queues() == {
        "a": StoredQueue(waiting=3, next_at=NOW),
        "b": StoredQueue(waiting=1, next_at=NOW + hour),
    }
    assert [one.alert for one in due_rows(queries, NOW, 9, "a")] == ["down", "up", "digest"]
    assert due_rows(queries, NOW, 9, "b") == []


def test_a_release_leaves_what_is_for_a_later_hour(database: Database, queries: Queries) -> None:
    morning = NOW + timedelta(hours=5)
    rows = [
        OutboxRow(check_id=check_id, hook="a", alert="{}", created_at=NOW, not_before=not_before)
        for check_id, not_before in ((1, None), (2, None), (3, morning))
    ]
    database.write(Changes(outbox=rows))
    held, failed = (one.id for one in due_rows(queries, NOW, 9, "a"))
    later = NOW + timedelta(hours=1)
    database.write(
        Changes(
            deliveries=[
                DeliveryHold(ids=[held], next_try_at=later, error="nobody is there"),
                DeliveryResult(ids=[failed], delivered_at=None, next_try_at=later, error="503"),
                DeliveryRelease(hook="a", at=NOW),
            ]
        )
    )
    assert [one.id for one in due_rows(queries, NOW, 9, "a")] == [held, failed]
    assert [one.check_id for one in due_rows(queries, morning, 9, "a")] == [1, 2, 3]


def test_what_was_given_up_is_counted_by_hook(database: Database, queries: Queries) -> None:
    rows = [OutboxRow(check_id=None, hook=hook, alert="{}", created_at=NOW) for hook in ("a", "a", "b", "c")]
    database.write(Changes(outbox=rows))
    first, second, third, fourth = (one.id for one in due_rows(queries, NOW, 9))
    results: list[DeliveryChange] = [
        DeliveryResult(ids=[first, third], delivered_at=None, next_try_at=None, error="401"),
        DeliveryResult(ids=[second], delivered_at=None, next_try_at=None, error="503"),
        DeliveryResult(ids=[fourth], delivered_at=NOW, next_try_at=None, error=""),
    ]
    database.write(Changes(deliveries=results))
    assert queries.deliveries_lost(NOW) == {"a": (2, "503"), "b": (1, "401")}
    assert queries.deliveries_lost(NOW + timedelta(seconds=1)) == {}


def test_a_pause_of_a_hook_is_kept_until_it_is_over(database: Database, queries: Queries) -> None:
    later = NOW + timedelta(hours=1)
    database.write(Changes(deliveries=[HookPause(hook="a", at=NOW), HookPause(hook="b:c", at=NOW)]))
    database.write(Changes(deliveries=[HookPause(hook="a", at=later)]))
    assert queries.hook_pauses() == {"a": later, "b:c": NOW}
    database.write(Changes(deliveries=[HookPause(hook="a", at=None), HookPause(hook="z", at=None)]))
    assert queries.hook_pauses() == {"b:c": NOW}

"""The rows of the outbox: what is due, what waits for what, what became of it."""

from __future__ import annotations

from datetime import timedelta

from pulsetui.store.database import Database
from pulsetui.store.queries import Queries
from pulsetui.store.rows import (
    Changes,
    DeliveryHold,
    DeliveryRelease,
    DeliveryResult,
    OutboxRow,
)
from tests.store.samples import NOW


def test_deliveries_wait_until_they_are_settled(database: Database, queries: Queries) -> None:
    rows = [OutboxRow(check_id=1, hook=hook, alert="{}", created_at=NOW) for hook in ("a", "b")]
    database.write(Changes(outbox=rows))
    first, second = queries.deliveries_due(NOW, 9)
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
    assert queries.deliveries_due(NOW, 9) == []
    assert queries.delivery_queues()["b"].next_at == later
    assert [(one.tries, one.error) for one in queries.deliveries_due(later, 9)] == [(1, "no answer")]


def test_a_delivery_waits_for_earlier_ones_of_its_check_and_hook(
    database: Database, queries: Queries
) -> None:
    told = [(1, "down"), (1, "up"), (2, "down"), (None, "digest")]
    rows = [OutboxRow(check_id=check_id, hook="a", alert=alert, created_at=NOW) for check_id, alert in told]
    other = OutboxRow(check_id=1, hook="b", alert="down", created_at=NOW)
    database.write(Changes(outbox=[*rows, other]))
    first = queries.deliveries_due(NOW, 9)[0]
    later = NOW + timedelta(minutes=1)
    database.write(
        Changes(
            deliveries=[
                DeliveryResult(ids=[first.id], delivered_at=None, next_try_at=later, error="no answer")
            ]
        )
    )

    due = [(one.check_id, one.hook, one.alert) for one in queries.deliveries_due(NOW, 9)]
    assert due == [(2, "a", "down"), (None, "a", "digest"), (1, "b", "down")]
    assert [one.alert for one in queries.deliveries_due(later, 2)] == ["down", "up"]


def test_the_next_delivery_is_not_one_that_waits_for_another(database: Database, queries: Queries) -> None:
    rows = [OutboxRow(check_id=1, hook="a", alert=alert, created_at=NOW) for alert in ("down", "up")]
    database.write(Changes(outbox=rows))
    first, second = queries.deliveries_due(NOW, 9)
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
    ids = [one.id for one in queries.deliveries_due(NOW, 9)]
    hold = DeliveryHold(ids=ids, error="nobody is there", next_try_at=NOW + timedelta(hours=1))
    database.write(Changes(deliveries=[hold]))
    assert queries.deliveries_due(NOW, 9) == []

    database.write(Changes(deliveries=[DeliveryRelease(hook="a", at=NOW)]))
    found = queries.deliveries_due(NOW, 9)
    assert [(one.hook, one.tries, one.error) for one in found] == [("a", 0, "nobody is there")] * 2
    database.write(Changes(deliveries=[DeliveryHold(ids=[found[0].id], error="too old", next_try_at=None)]))
    assert [one.id for one in queries.deliveries_due(NOW, 9)] == [found[1].id]

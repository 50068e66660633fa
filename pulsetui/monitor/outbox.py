"""The durable queue of alerts, as the delivery workers of ``hooks`` see it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from pulsetui.client.alert import Delivery, Queue
from pulsetui.monitor.describe import read_alert
from pulsetui.monitor.engine import Engine
from pulsetui.monitor.writing.commands.upkeep import UpdateDeliveries
from pulsetui.store.queries import StoredDelivery
from pulsetui.store.rows import (
    DeliveryChange,
    DeliveryHold,
    DeliveryRelease,
    DeliveryResult,
    HookPause,
)

logger = logging.getLogger(__name__)

MAX_AT_ONCE: Final = 250
"""Rows of one query or transaction: in a storm of thousands, pings come in between."""


class StoreOutbox:
    """Implements ``client.alert.Outbox`` over the engine's database. Raises StoreError."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def queues(self) -> Mapping[str, Queue]:
        found = await asyncio.to_thread(self._engine.queries.delivery_queues)
        return {hook: Queue(waiting=one.waiting, next_at=one.next_at) for hook, one in found.items()}

    async def due(self, hook: str, now: datetime, limit: int) -> Sequence[Delivery]:
        queries = self._engine.queries
        deliveries: list[Delivery] = []
        # Which they are is asked once: to sort them out for each page is what costs in a storm.
        for ids in _slices(await asyncio.to_thread(queries.deliveries_due, now, limit, hook)):
            deliveries += await self._read(await asyncio.to_thread(queries.deliveries_of, ids))
        return deliveries

    async def _read(self, found: Sequence[StoredDelivery]) -> list[Delivery]:
        """Without those that cannot be read, which are given up."""
        deliveries: list[Delivery] = []
        unreadable: list[int] = []
        for one in found:
            alert = read_alert(one.alert)
            if alert is None:
                unreadable.append(one.id)
                continue
            deliveries.append(
                Delivery(
                    id=one.id,
                    hook=one.hook,
                    alert=alert,
                    tries=one.tries,
                    created_at=one.created_at,
                    check_id=one.check_id,
                )
            )
        if unreadable:
            logger.error("rows of the outbox cannot be read and are given up: %s", unreadable)
            why = "the stored alert cannot be read"
            await self._write(DeliveryHold(ids=unreadable, error=why, next_try_at=None))
        return deliveries

    async def delivered(self, deliveries: Sequence[Delivery], at: datetime) -> None:
        await self._write_each(
            deliveries,
            lambda ids: DeliveryResult(ids=ids, delivered_at=at, next_try_at=None, error=""),
        )

    async def failed(
        self, deliveries: Sequence[Delivery], at: datetime, error: str, next_try_at: datetime | None
    ) -> None:
        await self._write_each(
            deliveries,
            lambda ids: DeliveryResult(ids=ids, delivered_at=None, next_try_at=next_try_at, error=error),
        )

    async def held(self, deliveries: Sequence[Delivery], why: str, next_try_at: datetime | None) -> None:
        await self._write_each(
            deliveries, lambda ids: DeliveryHold(ids=ids, error=why, next_try_at=next_try_at)
        )

    async def release(self, hook: str, now: datetime) -> None:
        await self._write(DeliveryRelease(hook=hook, at=now))

    async def pauses(self) -> Mapping[str, datetime]:
        return await asyncio.to_thread(self._engine.queries.hook_pauses)

    async def pause(self, hook: str, at: datetime | None) -> None:
        await self._write(HookPause(hook=hook, at=at))

    async def _write_each(
        self, deliveries: Sequence[Delivery], change: Callable[[Sequence[int]], DeliveryChange]
    ) -> None:
        """In order, a bounded number with each commit."""
        for ids in _slices([one.id for one in deliveries]):
            await self._write(change(ids))

    async def _write(self, change: DeliveryChange) -> None:
        await self._engine.perform(UpdateDeliveries(change))


def _slices(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), MAX_AT_ONCE):
        yield ids[start : start + MAX_AT_ONCE]

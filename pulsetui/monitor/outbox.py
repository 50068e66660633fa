"""The durable queue of alerts, as the delivery workers of ``hooks`` see it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime

from pulsetui.client.alert import Delivery
from pulsetui.monitor.describe import read_alert
from pulsetui.monitor.engine import Engine
from pulsetui.monitor.writing.commands.upkeep import UpdateDeliveries
from pulsetui.store.rows import DeliveryChange, DeliveryHold, DeliveryRelease, DeliveryResult

logger = logging.getLogger(__name__)


class StoreOutbox:
    """Implements ``client.alert.Outbox`` over the engine's database. Raises StoreError."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def due(self, now: datetime, limit: int) -> Sequence[Delivery]:
        found = await asyncio.to_thread(self._engine.queries.deliveries_due, now, limit)
        deliveries: list[Delivery] = []
        for one in found:
            alert = read_alert(one.alert)
            if alert is None:
                logger.error("outbox row %d cannot be read and is given up", one.id)
                await self._settle(one.id, one.tries, "the stored alert cannot be read")
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
        return deliveries

    async def next_due(self) -> datetime | None:
        return await asyncio.to_thread(self._engine.queries.next_delivery_at)

    async def delivered(self, delivery: Delivery, at: datetime) -> None:
        await self._settle(delivery.id, delivery.tries + 1, "", delivered_at=at)

    async def failed(
        self, delivery: Delivery, at: datetime, error: str, next_try_at: datetime | None
    ) -> None:
        await self._settle(delivery.id, delivery.tries + 1, error, next_try_at=next_try_at)

    async def held(self, deliveries: Sequence[Delivery], why: str, next_try_at: datetime | None) -> None:
        ids = [one.id for one in deliveries]
        await self._write(DeliveryHold(ids=ids, error=why, next_try_at=next_try_at))

    async def release(self, hook: str, now: datetime) -> None:
        await self._write(DeliveryRelease(hook=hook, at=now))

    async def _settle(
        self,
        delivery_id: int,
        tries: int,
        error: str,
        *,
        delivered_at: datetime | None = None,
        next_try_at: datetime | None = None,
    ) -> None:
        await self._write(
            DeliveryResult(
                id=delivery_id, tries=tries, delivered_at=delivered_at, next_try_at=next_try_at, error=error
            )
        )

    async def _write(self, change: DeliveryChange) -> None:
        await self._engine.perform(UpdateDeliveries(change))

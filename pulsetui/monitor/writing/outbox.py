"""The durable queue of alerts, as the couriers of ``hooks`` see it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime

from pulsetui.client.alert import Delivery
from pulsetui.monitor import upkeep
from pulsetui.monitor.describe import read_alert
from pulsetui.monitor.engine import Engine

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
                unreadable = upkeep.Settle(one.id, one.tries, None, None, "the stored alert cannot be read")
                await self._engine.perform(unreadable)
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
        await self._engine.perform(
            upkeep.Settle(delivery.id, delivery.tries + 1, delivered_at=at, next_try_at=None, error="")
        )

    async def failed(
        self, delivery: Delivery, at: datetime, error: str, next_try_at: datetime | None
    ) -> None:
        await self._engine.perform(
            upkeep.Settle(
                delivery.id, delivery.tries + 1, delivered_at=None, next_try_at=next_try_at, error=error
            )
        )

    async def held(self, deliveries: Sequence[Delivery], why: str, next_try_at: datetime | None) -> None:
        await self._engine.perform(upkeep.Hold([one.id for one in deliveries], why, next_try_at))

    async def release(self, hook: str, now: datetime) -> None:
        await self._engine.perform(upkeep.Release(hook, now))
